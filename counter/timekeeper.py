"""Keeps the hall's time: begins it from the record, and asks leaders before a jump is believed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from models.core.clock import Clock, system_s
from models.core.database import Database
from models.core.steady import (
    BELIEVED_S,
    Doubt,
    Footing,
    Source,
    Steady,
    footing_at_start,
    monotonic_s,
    reached_by,
    this_boot,
)
from models.keeping.timekeeping import (
    ClockAnswer,
    KeptTime,
    ask,
    carry_over,
    kept_time,
    last_instant,
    note_footing,
    settle,
)

log = logging.getLogger(__name__)

# A footing that moved by less is not worth a row, nor a time that is slowed by less: the record
# tells the next start as much.
WORTH_NOTING_S: Final = 1.0
_THEIRS: Final = select(func.clock_timestamp())


class DatabaseTime:
    """The clock of a database's server, which decides where several processes share it.

    Between two comparisons it is carried on by the monotonic clock, so that nobody waits for it.
    """

    def __init__(self, monotonic: Source, ask_server: Callable[[], float]) -> None:
        """`ask_server` tells the server's time in seconds since 1970."""
        self._monotonic, self._ask_server = monotonic, ask_server
        self._offset_s = 0.0
        self._known = False
        self.compare()

    def now_s(self) -> float:
        """Return the server's time, as it was when compared and carried on since."""
        return self._monotonic() + self._offset_s

    def compare(self) -> None:
        """Compare with the server; an answer says no more than the time that it took."""
        before_s = self._monotonic()
        theirs_s = self._ask_server()
        took_s = self._monotonic() - before_s
        offset_s = theirs_s - (before_s + took_s / 2)
        if not self._known or abs(offset_s - self._offset_s) > took_s:
            self._offset_s, self._known = offset_s, True


class Timekeeper:
    """Holds a mall's `steady` time together with its record and with the other processes."""

    every: Final = timedelta(seconds=1)

    def __init__(
        self,
        database: Database,
        clock: Clock,
        steady: Steady,
        mall_id: int,
        *,
        system: Source = system_s,
        monotonic: Source = monotonic_s,
        boot: str = "",
    ) -> None:
        """Begin the time of `clock`, which stands on `steady`.

        `system` and `monotonic` are the machine's two clocks; `boot` names its start.
        """
        self._database, self._clock, self._steady = database, clock, steady
        self._mall_id, self._boot = mall_id, boot or this_boot()
        # The last question that is over, the one that is asked now, and whether it was refused.
        self._past, self._refused = 0, False
        self._asked: int | None = None
        self._noted: Footing | None = None
        self._noted_slowed = False
        self._slow_until_s: float | None = None
        self._theirs: DatabaseTime | None = None
        if not database.sqlite:
            self._theirs = DatabaseTime(monotonic, lambda: server_s(database))
            system = self._theirs.now_s
        self._begin(system, monotonic)

    def look(self) -> None:
        """Compare the clocks, take down what is new, and do what a leader has answered."""
        if self._theirs is not None:
            self._theirs.compare()
        with self._database.reading() as session:
            kept = kept_time(session, self._mall_id)
        question = 0 if kept is None else kept.question
        doubt = self._steady.doubt
        if doubt is not None:
            self._heed(doubt, question, kept)
        if self._steady.doubt is None:
            if self._asked is not None:
                self._settle()
            self._past, self._asked = question, None
        self._note()
        self._warn()

    def _heed(self, doubt: Doubt, question: int, kept: KeptTime | None) -> None:
        """Ask about `doubt` unless somebody has, and carry out what was answered."""
        if self._refused and not doubt.kept:
            # What was refused has jumped again, and that answer does not hold for it.
            self._past, self._asked, self._refused = question, None, False
        if question > self._past:
            self._asked = question
        if self._asked is None or kept is None:
            self._ask(doubt, after=question)
        elif kept.answer is ClockAnswer.KEEP and doubt.kept:
            return  # carried out already
        elif not _is_about(kept, doubt):
            # The clock has jumped on since: who answered has not seen where it stands now.
            self._ask(doubt, after=question)
        elif kept.answer is ClockAnswer.ACCEPT:
            self._steady.accept()
        elif kept.answer is ClockAnswer.KEEP:
            self._steady.keep()
            self._refused = True

    def _begin(self, system: Source, monotonic: Source) -> None:
        record_s, kept = _left_behind(self._database, self._mall_id)
        before = None if kept is None else kept.before
        footing = footing_at_start(
            system(), monotonic(), boot=self._boot, record_s=record_s, before=before
        )
        from_s = reached_by(monotonic(), footing, record_s=record_s, before=before)
        self._steady.begin(system, footing, from_s)
        if kept is not None:
            # A question that is open stays the one that is asked, also after a restart.
            is_open = kept.ahead_s is not None
            self._past = kept.question - is_open
            self._asked = kept.question if is_open else None
        self._note()
        self.look()

    def _ask(self, doubt: Doubt, *, after: int) -> None:
        with self._database.acting(self._clock.now) as (session, at):
            asked = ask(session, self._mall_id, doubt.ahead_s, after=after, at=at)
        # If another process was first, its question is seen at the next look.
        if asked:
            self._asked = after + 1
            log.warning(
                "the clock is doubted: the hall has %s, the system %s",
                _stamp(at),
                _stamp(at + timedelta(seconds=doubt.ahead_s)),
            )

    def _settle(self) -> None:
        with self._database.acting(self._clock.now) as (session, at):
            settle(session, self._mall_id, at=at)
        log.warning("the clock is doubted no longer")

    def _warn(self) -> None:
        """Say at each start, and when it is new, that time runs slowly."""
        reached, told_s = self._steady.reached, self._slow_until_s
        self._slow_until_s = None if reached is None else reached.agrees_s
        if self._slow_until_s is not None and told_s is None:
            log.warning(
                "the hall's time is ahead of the system's and runs at half its pace until %s",
                _stamp(datetime.fromtimestamp(self._slow_until_s, UTC)),
            )

    def _note(self) -> None:
        reached, footing, noted = self._steady.reached, self._steady.footing, self._noted
        if reached is not None and reached.at_s - reached.aimed_s < WORTH_NOTING_S:
            reached = None
        slowed = reached is not None
        if (
            noted is not None
            and self._noted_slowed == slowed
            and noted.sure == footing.sure
            and abs(noted.offset_s - footing.offset_s) < WORTH_NOTING_S
        ):
            return
        with self._database.transaction() as session:
            at = self._clock.now()
            carry_over(session, self._mall_id, self._boot, footing, at=at)
            note_footing(session, self._mall_id, self._boot, footing, reached)
        self._noted, self._noted_slowed = footing, slowed


@dataclass(frozen=True)
class TimeOutside:
    """What a command that runs beside the hall finds out about its time."""

    steady: Steady
    system_at: datetime


def time_outside(database: Database, mall_id: int) -> TimeOutside:
    """Return the mall's time as its record and its processes have left it; notes nothing."""
    read = system_s if database.sqlite else lambda: server_s(database)
    record_s, kept = _left_behind(database, mall_id)
    before = None if kept is None else kept.before
    now_s, counted_s = read(), monotonic_s()
    footing = footing_at_start(now_s, counted_s, boot=this_boot(), record_s=record_s, before=before)
    from_s = reached_by(counted_s, footing, record_s=record_s, before=before)
    steady = Steady(read, monotonic_s, footing=footing, from_s=from_s)
    return TimeOutside(steady, datetime.fromtimestamp(now_s, UTC))


def server_s(database: Database) -> float:
    """Return the time of the database's server in seconds since 1970."""
    with database.glancing() as connection:
        theirs: datetime = connection.execute(_THEIRS).scalar_one()
        return theirs.timestamp()


def _is_about(kept: KeptTime, doubt: Doubt) -> bool:
    """Tell whether the question, and with it its answer, is about the jump of `doubt`."""
    # Another process may have settled what was accepted before this one came to look.
    about_s = kept.accepted_s if kept.ahead_s is None else kept.ahead_s
    return about_s is not None and abs(about_s - doubt.ahead_s) <= BELIEVED_S


def _stamp(at: datetime) -> str:
    """Write an instant as the log's own stamps are: by the machine's zone."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _left_behind(database: Database, mall_id: int) -> tuple[float | None, KeptTime | None]:
    with database.reading() as session:
        last_at = last_instant(session, mall_id)
        kept = kept_time(session, mall_id)
    return None if last_at is None else last_at.timestamp(), kept
