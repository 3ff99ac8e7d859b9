"""Opening the hall: from settings to a server that answers, and back to a closed door."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any

import click
from gevent import get_hub

from counter.app import Application, build
from counter.demo.example import example_clock, refuse_public_example
from counter.demo.play import Play
from counter.demo.show import shown
from counter.files.config import Config
from counter.files.filling import WrongMall
from counter.files.private import keep_private
from counter.server import serve
from counter.sweeping import sweep_seldom
from models.core.clock import Clock, system_s
from models.core.gathering import log_to_stderr
from models.core.steady import Steady, monotonic_s

log = logging.getLogger(__name__)

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def run(config: Config) -> None:
    """Serve until stopped; ends the program with a sentence when the hall may not open."""
    prepare(config)
    application = built(config)
    application.background.register(sweep_seldom())
    application.start()
    try:
        listen(application)
    finally:
        application.stop()


def demo(config: Config, *, speed: float, seed: int, kept: frozenset[str]) -> None:
    """Serve the example mall and play in it until stopped; a real mall gets a sentence instead.

    The hall's clock runs `speed` times as fast as real time.
    """
    if not config.mall.example:
        click.echo(
            f"{config.file}: the demo plays in the example mall only, and this is a real one.",
            err=True,
        )
        sys.exit(1)
    prepare(config)
    application = built(config)
    # A day of the demo goes on until its last citizen was served.
    application.ticker.moves_example = False
    play = Play(
        application.database,
        application.clock,
        application.mall_id,
        seed=seed,
        kept=kept,
        new_day=application.ticker.tick,
    )
    play.begin_day()
    click.echo(f"The morning so far: {play.catch_up()} acts of officers and citizens.")
    application.clock.run_at(speed)
    application.start()
    try:
        with shown(play, config.mall.time_zone):
            listen(application)
    finally:
        application.stop()


def listen(application: Application) -> None:
    """Answer until the house is stopped; exits with a sentence when its address is taken."""
    server = application.config.server
    try:
        serve(
            application.app,
            application.socketio,
            server.host,
            server.port,
            proxies=[server.trusted_proxy],
        )
    except OSError as error:
        # An unknown name has a number of its own that os.strerror() cannot read, and gevent adds
        # the address, which is told already.
        why = (error.strerror or str(error)).partition(": (")[0]
        click.echo(f"Balai cannot listen on {server.host}:{server.port}: {why}.", err=True)
        sys.exit(1)


def prepare(config: Config) -> None:
    """Let messages of the configured weight go to the error stream, and new files be ours alone."""
    keep_private()
    log_to_stderr(LEVELS[config.server.log_level])
    hub: Any = get_hub()
    hub.print_exception = _log_failure
    # It tells at every start that there was nothing to do.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _log_failure(
    _context: object,
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    """Log what a green thread ended of; gevent would print it past the log and its one form."""
    log.error("a green thread failed", exc_info=(kind, error or kind(), trace))


def built(config: Config) -> Application:
    """Build the house, its clock at an open hour if it is an example; nothing runs yet.

    Exits with a sentence when it may not open.
    """
    refuse_public_example(config)
    # The example's hours are its own, and nobody minds what becomes of its days.
    steady = None if config.mall.example else Steady(system_s, monotonic_s)
    clock = Clock() if steady is None else Clock(source=steady.now_s)
    try:
        application = build(config, clock=clock, steady=steady)
    except WrongMall as wrong:
        click.echo(wrong, err=True)
        sys.exit(1)
    if config.mall.example:
        example_clock(application.database, clock, application.mall_id)
    return application
