"""Commands for when somebody leaves: a copy of what is kept of them, and its erasure."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, say, settings, the_mall
from counter.cli.people import account_called, refusals
from models.core.one_line import one_line
from models.journal.actors import Actor
from models.keeping.leaving import StillSignedOn, erase, kept_of


@click.command()
@click.argument("username")
@click.option(
    "--out",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The new file; only you may read it.",
)
@CONFIG
@DATA_DIR
def export(username: str, target: Path, config_file: Path, data_dir: Path | None) -> None:
    """Write all that is kept of USERNAME to a JSON file; a file that exists stays.

    \b
    Example:
      user export 198703122010012001 --out rina.json
    """
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with database.acting(CLOCK.now) as (session, at):
            account = account_called(session, mall_id, username)
            kept = kept_of(session, account, by=Actor(), at=at)
            _write(target, json.dumps(kept, ensure_ascii=False, indent=2))
        say(f"{target} holds what is kept of {kept['account']['username']}.")


@click.command("erase")
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@CONFIG
@DATA_DIR
def erase_(
    username: str,
    yes: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Erase what points to USERNAME, for good; figures and journal keep a pseudonym.

    Refused while the person is signed on at a desk. Backups of before still hold the name: they
    go with the last of them.
    """
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with database.reading() as session:
            account = account_called(session, mall_id, username)
        with refusals():
            account.must_be_kept()
        name = account.name
        if not yes:
            click.confirm(one_line(f"Erase {name}? There is no way back."), abort=True)
        try:
            with refusals(), database.acting(CLOCK.now) as (session, at):
                account = account_called(session, mall_id, username)
                pseudonym = erase(session, account, by=Actor(), at=at)
        except StillSignedOn as error:
            raise click.ClickException(
                f"{name} is signed on at desk {error}; they sign off first."
            ) from error
        say(f"{name} is erased; {pseudonym} is left.")


def _write(target: Path, text: str) -> None:
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.ClickException(f"{target} exists; choose another name.") from error
    except OSError as error:
        raise _unwritten(target, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        # Half a file would say that nothing more is kept.
        target.unlink()
        raise _unwritten(target, error) from error


def _unwritten(target: Path, error: OSError) -> click.ClickException:
    return click.ClickException(f"{target} cannot be written: {error.strerror}.")
