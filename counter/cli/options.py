"""What commands have in common: the settings, the database behind them, and failing politely."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from counter.cli.opening import newer, refusal_of
from counter.files.config import Config, ConfigError, load_config
from counter.files.filling import WrongMall, fill, known_mall
from counter.files.private import make_private
from counter.words.reading import WordsWrong
from models.core.clock import Clock
from models.core.database import Database
from models.core.one_line import one_line
from models.keeping.migrating import DatabaseIsNewer, upgrade

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
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise click.ClickException(refusal_of(error)) from error
        except DatabaseIsNewer as error:
            raise click.ClickException(newer(error)) from error
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
    return said_instead(config, host=host, port=port, data_dir=data_dir)


def said_instead(
    config: Config, *, host: str | None = None, port: int | None = None, data_dir: Path | None
) -> Config:
    """Return `config` with what the command line says instead of it."""
    given = {
        "host": host,
        "port": port,
        "data_dir": None if data_dir is None else str(data_dir.absolute()),
    }
    said = {name: value for name, value in given.items() if value is not None}
    return config.model_copy(update={"server": config.server.model_copy(update=said)})


def say(sentence: str) -> None:
    """Print a sentence in which a name stands; whoever gave it commands no terminal with it."""
    click.echo(one_line(sentence))


@contextmanager
def the_mall(config: Config) -> Iterator[tuple[Database, int]]:
    """Open the database with the mall of `config` in it, both made when they are missing."""
    make_private(config)
    database = Database(config.database_url)
    try:
        upgrade(database)
        yield database, _mall_id(database, config)
    finally:
        database.close()


def _mall_id(database: Database, config: Config) -> int:
    try:
        with database.transaction() as session:
            return (known_mall(session, config) or fill(session, config)).id
    except WrongMall as wrong:
        raise click.ClickException(str(wrong)) from wrong


CLOCK = Clock()
