"""Commands for the hall's time: which it is, and whether the system's clock may be followed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, settings, the_mall
from counter.timekeeper import time_outside
from models.core.errors import ClockNotDoubted
from models.journal.actors import Actor
from models.keeping.timekeeping import ClockAnswer, answer, open_question


@click.group(invoke_without_command=True)
@CONFIG
@DATA_DIR
@click.pass_context
def clock(context: click.Context, config_file: Path, data_dir: Path | None) -> None:
    """Say which time the hall has, and whether the system's clock is doubted.

    The hall's time never runs back. A system clock that jumps by more than ten minutes, or that
    contradicts the record at the start, is followed only after `clock accept`, after the same
    answer on /printers, or when it has come back.

    \b
    Examples:
      clock
      clock accept     the system's clock is right, the hall follows it
      clock keep       the hall's time is right, the system's clock will be mended
    """
    if context.invoked_subcommand is not None:
        return
    config = settings(config_file, data_dir=data_dir)
    zone = ZoneInfo(config.mall.time_zone)
    with the_mall(config) as (database, mall_id):
        outside = time_outside(database, mall_id)
        with database.reading() as session:
            kept = open_question(session, mall_id)
        click.echo(f"The hall has    {_told(CLOCK.now(), zone)}.")
        click.echo(f"The system has  {_told(outside.system_at, zone)}.")
        if kept is None and outside.steady.doubt is None:
            click.echo("The hall follows the system's clock.")
        elif kept is not None and kept.answer is ClockAnswer.KEEP:
            click.echo(
                "The clock is doubted, and the hall's time was kept. Set the system's clock."
            )
        else:
            click.echo("The clock is doubted: say `clock accept` or `clock keep`.")


@clock.command()
@CONFIG
@DATA_DIR
def accept(config_file: Path, data_dir: Path | None) -> None:
    """Follow the system's clock: it is right. A jump to another day closes the one before."""
    _answer(ClockAnswer.ACCEPT, config_file, data_dir)
    click.echo("The hall follows the system's clock from now on.")


@clock.command()
@CONFIG
@DATA_DIR
def keep(config_file: Path, data_dir: Path | None) -> None:
    """Go on with the hall's time: the system's clock is wrong. Set it when you can."""
    _answer(ClockAnswer.KEEP, config_file, data_dir)
    click.echo("The hall goes on with its own time. Set the system's clock.")


def _answer(what: ClockAnswer, config_file: Path, data_dir: Path | None) -> None:
    config = settings(config_file, data_dir=data_dir)
    with the_mall(config) as (database, mall_id):
        try:
            with database.acting(CLOCK.now) as (session, at):
                kept = open_question(session, mall_id)
                question = 0 if kept is None else kept.question
                by = Actor(mall_id=mall_id)
                answer(session, mall_id, what, question=question, by=by, at=at)
        except ClockNotDoubted as error:
            raise click.ClickException(
                "The clock is not doubted, or the hall is not open: there is nothing to answer."
            ) from error


def _told(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
