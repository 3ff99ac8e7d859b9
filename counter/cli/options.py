"""What commands have in common: the settings, the database behind them, and failing politely."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from counter.files.config import Config, ConfigError, load_config
from counter.files.filling import fill, wrong_kind
from counter.words.reading import WordsWrong
from models.core.clock import Clock
from models.core.database import Database
from models.keeping.migrating import DatabaseIsNewer, upgrade
from models.mall.mall import Mall

CONFIG = click.option(
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config.toml"),
    show_default=True,
    help="The settings file.",
)
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Listen on this TCP port instead; 0 takes a free one.",
)
DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the database, slips and sound in this folder instead.",
)


class Polite(click.Group):
    """A group whose commands end with a sentence where the database or a file says no."""

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SQLAlchemyError as error:
            said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise click.ClickException(f"The database refused: {said}") from error
        except DatabaseIsNewer as error:
            raise click.ClickException(
                f"The database is of a newer version of Balai (revision {error})."
                " Install that version again, or put back the backup from before it."
            ) from error
        except WordsWrong as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error


def settings(
    config_file: Path,
    *,
    host: str | None = None,
    port: int | None = None,
    data_dir: Path | None = None,
    catalogue_dir: Path | None = None,
) -> Config:
    """Load the settings with what the command line says instead of them.

    Raises ClickException with every problem of the files.
    """
    try:
        config = load_config(config_file, catalogue_dir=catalogue_dir)
    except ConfigError as error:
        *others, last = [str(problem) for problem in error.problems]
        for problem in others:
            click.echo(problem, err=True)
        raise click.ClickException(last) from error
    given = {
        "host": host,
        "port": port,
        "data_dir": None if data_dir is None else str(data_dir.absolute()),
    }
    said = {name: value for name, value in given.items() if value is not None}
    return config.model_copy(update={"server": config.server.model_copy(update=said)})


@contextmanager
def the_mall(config: Config) -> Iterator[tuple[Database, int]]:
    """Open the database with the mall of `config` in it, both made when they are missing."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(config.database_url)
    try:
        upgrade(database)
        yield database, _mall_id(database, config)
    finally:
        database.close()


def _mall_id(database: Database, config: Config) -> int:
    with database.transaction() as session:
        mall = session.scalars(select(Mall).where(Mall.code == config.mall.code)).first()
        if mall is None:
            mall = fill(session, config)
        elif mall.example != config.mall.example:
            raise click.ClickException(wrong_kind(config))
        return mall.id


CLOCK = Clock()
