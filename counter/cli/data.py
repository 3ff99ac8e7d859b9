"""Commands for what is kept: the schema, a backup, the catalogue out of the database and in."""

from __future__ import annotations

import socket
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from counter.backup import BackupFailed, back_up, must_be_new
from counter.cli.archive import keys_kept, pack
from counter.cli.opening import folder_refuses
from counter.cli.options import CLOCK, CONFIG, DATA_DIR, said_instead, settings, the_mall
from counter.cli.restoring import must_be_key, must_fit, put_back, settings_in
from counter.cli.unpacking import Kept, RestoreFailed, unpacked
from counter.door.keys import KEY_FILE
from counter.files.catalogue import write_catalogue
from counter.files.config import Config
from counter.files.exchange import differences, import_catalogue, stored_catalogue
from counter.files.private import make_private
from models.core.database import Database
from models.keeping.migrating import pending
from models.keeping.migrating import upgrade as bring_up
from models.mall.mall import Mall

DIFFERENT = 2
FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@CONFIG
@DATA_DIR
def upgrade(config_file: Path, data_dir: Path | None) -> None:
    """Bring the database to the schema of this version; `run` does it, too.

    Make a backup first: there is no way down.
    """
    config = settings(config_file, data_dir=data_dir)
    make_private(config)
    database = Database(config.database_url)
    try:
        there = pending(database)
        bring_up(database)
    finally:
        database.close()
    click.echo("The database is up to date now." if there else "The database was up to date.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Copy secret.key, too, to this new file in another folder.",
)
@CONFIG
@DATA_DIR
def backup(target: Path, keys: Path | None, config_file: Path, data_dir: Path | None) -> None:
    """Keep everything in the new file TARGET, also while the hall runs.

    A name that ends in .tar takes the database, config.toml, the catalogue and the logo, and
    `restore` puts them back. Any other name takes the database alone, as before: a database
    file of SQLite, a dump of PostgreSQL. The copy is complete and checked, or there is none;
    a file that exists is never written over.

    secret.key is never in it. Without it everybody signs in once more after a restore.

    \b
    Examples:
      backup /var/backups/balai-$(date +%F).tar
      backup /var/backups/balai-$(date +%F).tar --keys /root/balai-secret.key
    """
    config = settings(config_file, data_dir=data_dir)
    whole = target.suffix == ".tar"
    try:
        must_be_new(target)
        with nullcontext() if keys is None else keys_kept(config, keys, archive=target):
            size = (
                pack(config, target, at=CLOCK.now())
                if whole
                else back_up(config.database_url, target)
            )
    except BackupFailed as error:
        raise click.ClickException(f"No backup was made: {error}") from error
    click.echo(f"{target} is a sound copy of {size / 1e6:.1f} MB.")
    if not whole:
        click.echo(
            "It holds the database alone; a name that ends in .tar takes config.toml, the"
            " catalogue and the logo, too.",
            err=True,
        )


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="The copy of secret.key.")
@click.option(
    "--replace", is_flag=True, help="Put the archive in the place of a hall that is there."
)
@CONFIG
@DATA_DIR
def restore(
    archive: Path,
    keys: Path | None,
    replace: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Put back what `backup` kept in ARCHIVE, and prove it. Stop the hall first.

    Everything is read and checked first; a restore that is refused changes nothing. Where there
    is no config.toml, settings, catalogue and logo are put back, too; one that is there stays.
    A database that holds a mall is left alone unless --replace is given, and one of another mall
    also then; a SQLite file and a secret.key that were there are kept beside the new ones under
    another name. Each file is compared with what it was, the database is checked, and its
    tickets, events and accounts are counted.

    ARCHIVE may also be a database file of SQLite or a dump of PostgreSQL, as `backup` writes it
    under a name that does not end in .tar; then the database alone is put back.
    """
    at = CLOCK.now()
    try:
        if keys is not None:
            must_be_key(keys)
        with unpacked(archive) as kept:
            fresh = not config_file.exists()
            config = (
                said_instead(settings_in(kept, archive, config_file), data_dir=data_dir)
                if fresh
                else settings(config_file, data_dir=data_dir)
            )
            _must_be_ready(config)
            must_fit(kept, config, replace=replace)
            counts = put_back(kept, config, key=keys, with_settings=fresh, at=at)
    except (RestoreFailed, BackupFailed) as error:
        raise click.ClickException(f"Not restored: {error}") from error
    _tell(kept, config, counts, fresh=fresh)
    if not (config.data_dir / KEY_FILE).exists():
        click.echo("secret.key was not given: everybody signs in once more.")


def _tell(kept: Kept, config: Config, counts: dict[str, int], *, fresh: bool) -> None:
    click.echo(f"The settings in {config.file} were {'put back' if fresh else 'left as they are'}.")
    told = ", ".join(f"{count} of {name}" for name, count in counts.items())
    click.echo(f"The database of {kept.made_at} is back and sound: {told}.")
    if kept.settings is None:
        click.echo("The backup held the database alone: no config.toml, catalogue or logo.")
    if kept.malls and config.mall.code not in kept.malls:
        click.echo(
            f'{config.file} says code = "{config.mall.code}", and the database is of the mall'
            f' "{min(kept.malls)}": `run` refuses until they are the same.',
            err=True,
        )


def _must_be_ready(config: Config) -> None:
    """The folder can be written into, and nobody is writing into what is being replaced."""
    if refusal := folder_refuses(config):
        raise RestoreFailed(refusal)
    server = config.server
    host = "127.0.0.1" if server.host in {"0.0.0.0", "::"} else server.host  # noqa: S104 — a comparison.
    try:
        socket.create_connection((host, server.port), timeout=2).close()
    except OSError:
        return
    raise RestoreFailed(f"something answers on {host}:{server.port}; stop the hall first.")


@click.group()
def catalogue() -> None:
    """Carry agencies and services between the database and files.

    The first start takes the catalogue from its files. From then on the database counts,
    and a change in the files is brought in by `catalogue import`.
    """


@catalogue.command("export")
@FOLDER
@CONFIG
@DATA_DIR
def export(folder: Path, config_file: Path, data_dir: Path | None) -> None:
    """Write what the mall serves now to FOLDER, one file for each agency."""
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with database.reading() as session:
            stored = stored_catalogue(session, session.get_one(Mall, mall_id))
        try:
            write_catalogue(stored, folder)
        except OSError as error:
            raise click.ClickException(f"{folder} cannot be written: {error.strerror}.") from error
    names = {f"{agency.code}.toml" for agency in stored.agencies}
    click.echo(f"{len(names)} agencies are in {folder}.")
    for path in sorted(folder.glob("*.toml")):
        if path.name not in names:
            click.echo(f"{path} is of no agency that serves now; it was left alone.", err=True)


@catalogue.command("import")
@FOLDER
@click.option(
    "--dry-run",
    is_flag=True,
    help="Change nothing; tell what would change. The exit status is 2 if anything would.",
)
@CONFIG
@DATA_DIR
def import_(
    folder: Path,
    dry_run: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Let the mall serve what the files in FOLDER say, also while it is open.

    All of it is checked first, also against the desks of config.toml, and comes in as a
    whole or not at all. A service that the files no longer name is kept for the numbers
    that asked for it, but no longer offered.

    \b
    Examples:
      catalogue import catalogue --dry-run
      catalogue import catalogue
    """
    config = settings(config_file, data_dir=data_dir, catalogue_dir=folder)
    with the_mall(config) as (database, mall_id):
        with database.reading() as session:
            before = stored_catalogue(session, session.get_one(Mall, mall_id))
        lines = differences(before, config.catalogue)
        for line in lines:
            click.echo(line)
        if dry_run:
            click.echo(_counted(lines) + "." if lines else "Nothing would change.")
            sys.exit(DIFFERENT if lines else 0)
        if not lines:
            click.echo("Nothing changed.")
            return
        with database.acting(CLOCK.now) as (session, at):
            import_catalogue(session, session.get_one(Mall, mall_id), config, at=at)
    click.echo(f"{_counted(lines)} brought into the database.")
    if folder.resolve() != (config.file.parent / config.server.catalogue_dir).resolve():
        click.echo(
            f"At its next start the hall checks its desks against {config.server.catalogue_dir}:"
            f" let catalogue_dir in {config.file.name} name {folder}, or copy the files there.",
            err=True,
        )


def _counted(lines: list[str]) -> str:
    return "1 difference" if len(lines) == 1 else f"{len(lines)} differences"
