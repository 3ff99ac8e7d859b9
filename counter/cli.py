"""The command line: everything an installer does with Balai from a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from counter.config import Config, ConfigError, load_config

CONFIG = click.option(
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config.toml"),
    show_default=True,
    help="The settings file.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
def balai() -> None:
    """Balai: the queue and desk system of a mal pelayanan publik.

    Start with `run`. Before the doors open, `check` reads config.toml and the catalogue
    and says what is wrong with file and line. Every command takes --help.
    """


@balai.command()
@CONFIG
@click.option("--host", help="Listen on this address instead of the one in config.toml.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Listen on this TCP port instead; 0 takes a free one.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep database, slips and sound here instead.",
)
def run(config_file: Path, host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Open the hall: serve kiosks, desks, walls and phones until stopped with Ctrl+C.

    The first start makes the database and fills it from config.toml and catalogue/.
    """
    from counter import running  # the other commands need neither web nor sockets

    running.run(_loaded(config_file, host=host, port=port, data_dir=data_dir))


@balai.command()
@CONFIG
def check(config_file: Path) -> None:
    """Check config.toml and the catalogue; print every problem with its file and line.

    Changes nothing. The exit status is 0 when all is well and 1 otherwise.
    """
    config = _loaded(config_file)
    services = sum(1 for _ in config.catalogue.services())
    click.echo(
        f"{config_file}: all is well. {config.mall.name} {config.mall.region}:"
        f" {len(config.catalogue.agencies)} agencies, {services} services,"
        f" {len(config.desks)} desks, {len(config.zones)} zones."
    )


def _loaded(
    config_file: Path,
    *,
    host: str | None = None,
    port: int | None = None,
    data_dir: Path | None = None,
) -> Config:
    """Load the settings, or end the program with every problem on the error stream."""
    try:
        config = load_config(config_file)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    server = {
        name: value
        for name, value in (
            ("host", host),
            ("port", port),
            ("data_dir", None if data_dir is None else str(data_dir.absolute())),
        )
        if value is not None
    }
    return config.model_copy(update={"server": config.server.model_copy(update=server)})
