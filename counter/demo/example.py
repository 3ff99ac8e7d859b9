"""The example mall: open whenever somebody looks, and never by accident a real one."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from ipaddress import ip_address

import click
from sqlalchemy import func, select

from counter.files.config import Config
from models.core.clock import Clock
from models.core.database import Database
from models.journal.record import JournalEntry
from models.mall.arrangement import arrangement_of
from models.mall.hours import IntakePhase
from models.mall.mall import Mall

# A newcomer meets the hall at a busy hour, with time to look around before it closes.
AFTER_OPENING = timedelta(minutes=101)


def refuse_public_example(config: Config) -> None:
    """End the program when the example mall would listen to other machines."""
    if said := public_example(config):
        click.echo(said, err=True)
        sys.exit(1)


def public_example(config: Config) -> str:
    """Say why an example that would listen to other machines may not open; "" when it may.

    Its sign-ins stand on its landing page, and screens pair by themselves.
    """
    host = config.server.host
    if not config.mall.example or host == "localhost" or _loopback(host):
        return ""
    return (
        f"{config.file}: the example mall shows its passwords, so it listens on 127.0.0.1 only,"
        f' not on "{host}". For a real mall set example = false.'
    )


def example_clock(database: Database, clock: Clock, mall_id: int) -> bool:
    """Put `clock` forward to an hour at which the example mall is open; True if it moved.

    It goes on from the newest entry of the journal, so time never runs backwards there.
    """
    at = example_now(database, clock, mall_id)
    with database.reading() as session:
        timetable = arrangement_of(session, session.get_one(Mall, mall_id)).timetable
    intake = timetable.intake(at)
    if intake.phase is IntakePhase.OPEN:
        return _put_forward(clock, at)
    if intake.next_at is None:
        return False
    choices = [intake.next_at]
    if intake.phase is not IntakePhase.BREAK:
        # A hall with a short day or an early break is met at its opening instead.
        choices.insert(0, intake.next_at + AFTER_OPENING)
    opened = [choice for choice in choices if timetable.intake(choice).phase is IntakePhase.OPEN]
    # A hall that never opens would send the clock from day to day without end.
    return bool(opened) and _put_forward(clock, opened[0])


def example_now(database: Database, clock: Clock, mall_id: int) -> datetime:
    """Return the time to which the example mall has come, for who looks at it from outside.

    Its hours are ahead of the real ones, and only the newest entry of the journal tells how far;
    once real time has passed that entry, it is real time.
    """
    with database.reading() as session:
        newest = session.scalar(
            select(func.max(JournalEntry.at)).where(JournalEntry.mall_id == mall_id)
        )
    now = clock.now()
    return now if newest is None else max(now, newest)


def _put_forward(clock: Clock, at: datetime) -> bool:
    now = clock.now()
    if at <= now:
        return False
    clock.jump_to(at)
    return True


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
