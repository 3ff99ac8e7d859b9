"""Opening the hall: from settings to a server that answers, and back to a closed door."""

from __future__ import annotations

import logging
import sys

import click

from counter.app import House, build
from counter.config import Config
from counter.example import example_clock, refuse_public_example
from counter.filling import WrongKindOfMall
from counter.server import serve
from models.clock import Clock

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def run(config: Config) -> None:
    """Serve until stopped; ends the program with a sentence when the hall may not open."""
    logging.basicConfig(
        level=LEVELS[config.server.log_level],
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # It tells at every start that there was nothing to do.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    house = opened(config)
    try:
        serve(house.app, house.socketio, config.server.host, config.server.port)
    finally:
        house.stop()


def opened(config: Config) -> House:
    """Build the house and start its background work; exits with a sentence when it may not."""
    if config.mall.example:
        refuse_public_example(config)
    clock = Clock()
    try:
        house = build(config, clock=clock)
    except WrongKindOfMall:
        click.echo(
            f"The database in {config.database_url} was begun as"
            f" {'a real mall' if config.mall.example else 'an example mall'}, but {config.file}"
            f" says example = {str(config.mall.example).lower()}. Give the other kind a data_dir"
            " or database_url of its own.",
            err=True,
        )
        sys.exit(1)
    if config.mall.example:
        example_clock(house.database, clock, house.mall_id)
    house.start()
    return house
