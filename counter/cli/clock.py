"""Commands for the hall's time: which it is, and whether the system's clock may be followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, settings, the_mall
from counter.demo.example import example_now
from counter.timekeeper import time_outside
from models.core.errors import ClockNotDoubted
from models.journal.actors import Actor
from models.keeping.timekeeping import (
    ClockAnswer,
    KeptTime,
    answer,
    kept_time,
    open_question,
    too_long,
)

EXAMPLE: Final = (
    "The example mall has a time of its own, whatever the system's clock says: there is nothing"
    " to answer."
)
NOT_ASKED: Final = (
    "The system's clock contradicts the record, and the hall has not run since: start it, and it"
    " asks which is right."
)
NOT_DOUBTED: Final = "The clock is not doubted: there is nothing to answer."
TOO_LONG: Final = (
    "No hall can work like that for so long. If the system's clock is right, stop the hall and put"
    " back a backup of before (`restore`), or begin with a new database before the doors open."
)


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
            kept = kept_time(session, mall_id)
        example = config.mall.example
        at = example_now(database, CLOCK, mall_id) if example else CLOCK.now()
        click.echo(f"The hall has    {_told(at, zone)}.")
        click.echo(f"The system has  {_told(outside.system_at, zone)}.")
        if example:
            click.echo(EXAMPLE)
            return
        doubted = outside.steady.doubt is not None
        for sentence in _standing(kept, at, outside.system_at, zone, doubted=doubted):
            click.echo(sentence)


@clock.command()
@CONFIG
@DATA_DIR
def accept(config_file: Path, data_dir: Path | None) -> None:
    """Follow the system's clock: it is right. A jump to another day closes the one before."""
    at, agrees_at, zone = _answer(ClockAnswer.ACCEPT, config_file, data_dir)
    if agrees_at is None:
        click.echo("The hall follows the system's clock from now on.")
    else:
        for sentence in _slow("The hall's time", at, agrees_at, zone):
            click.echo(sentence)


@clock.command()
@CONFIG
@DATA_DIR
def keep(config_file: Path, data_dir: Path | None) -> None:
    """Go on with the hall's time: the system's clock is wrong. Set it when you can."""
    _answer(ClockAnswer.KEEP, config_file, data_dir)
    click.echo("The hall goes on with its own time. Set the system's clock.")


def _answer(
    what: ClockAnswer, config_file: Path, data_dir: Path | None
) -> tuple[datetime, datetime | None, ZoneInfo]:
    """Answer; return the hall's time, when it agrees with what was accepted, and its zone."""
    config = settings(config_file, data_dir=data_dir)
    if config.mall.example:
        raise click.ClickException(EXAMPLE)
    with the_mall(config) as (database, mall_id):
        try:
            with database.acting(CLOCK.now) as (session, at):
                kept = open_question(session, mall_id)
                question = 0 if kept is None else kept.question
                by = Actor(mall_id=mall_id)
                agrees_at = None if kept is None else kept.agrees_if_accepted(at)
                answer(session, mall_id, what, question=question, by=by, at=at)
        except ClockNotDoubted as error:
            doubted = time_outside(database, mall_id).steady.doubt is not None
            raise click.ClickException(NOT_ASKED if doubted else NOT_DOUBTED) from error
    return at, agrees_at, ZoneInfo(config.mall.time_zone)


def _standing(
    kept: KeptTime | None, at: datetime, system_at: datetime, zone: ZoneInfo, *, doubted: bool
) -> Iterator[str]:
    """Say whether the system's clock is followed, and what there is to do."""
    if kept is None or kept.ahead_s is None:
        agrees_at = None if kept is None else kept.agrees_at
        if doubted:
            yield NOT_ASKED
        elif agrees_at is not None and agrees_at > system_at:
            yield from _slow("The hall's time", at, agrees_at, zone)
        else:
            yield "The hall follows the system's clock."
    elif kept.answer is ClockAnswer.ACCEPT:
        yield "The system's clock was accepted; the hall follows it as soon as it runs."
    elif kept.answer is ClockAnswer.KEEP:
        yield "The clock is doubted, and the hall's time was kept. Set the system's clock."
    else:
        yield "The clock is doubted: say `clock accept` or `clock keep`."
        if agrees_at := kept.agrees_if_accepted(at):
            yield from _slow("Accepted, the hall's time", at, agrees_at, zone)


def _slow(what: str, at: datetime, agrees_at: datetime, zone: ZoneInfo) -> Iterator[str]:
    yield f"{what} runs at half its pace until {_told(agrees_at, zone)}; then both agree."
    if too_long(agrees_at, at):
        yield TOO_LONG


def _told(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
