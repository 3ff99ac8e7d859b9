"""The time below the hall's clock: it never runs back, and believes no jump before it is told to.

Two sources are compared at each reading: the system's clock, which people, time servers and flat
batteries set, and the monotonic one, which counts a machine's sleep but knows no date. Whoever
makes a Steady hands them in, as plain seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Source = Callable[[], float]

# A correction up to this is believed unasked: a time server's step, or a clock that was set.
BELIEVED_S: Final = 600.0
# How far a start may lie behind the record's last instant without a question: a hall rests over
# Lebaran with its days off for up to two weeks, and perhaps while it is painted.
LONGEST_REST_S: Final = 31 * 86_400.0
# Time goes on at half its pace while it is ahead of what it follows.
WHILE_AHEAD: Final = 0.5


@dataclass(frozen=True)
class Doubt:
    """The system's clock is `ahead_s` ahead of the hall's time, or behind it if negative.

    `kept` tells that a leader has said that the hall's time is the right one.
    """

    ahead_s: float
    kept: bool


@dataclass(frozen=True)
class Footing:
    """On what a time stands: it is `offset_s` ahead of the monotonic clock.

    `sure` is false when that is only a guess, because the system's clock contradicted the record.
    """

    offset_s: float
    sure: bool = True


@dataclass(frozen=True)
class Reached:
    """How far a slowed time had come: to `at_s`, when what it follows was at `aimed_s`."""

    at_s: float
    aimed_s: float

    @property
    def agrees_s(self) -> float | None:
        """When time agrees with the clock that it follows; None if it is hardly ahead of it."""
        ahead_s = self.at_s - self.aimed_s
        # At half its pace it goes on by as much as it is ahead.
        return self.at_s + ahead_s if ahead_s > BELIEVED_S else None


class Steady:
    """Tells the hall's time in seconds since 1970."""

    def __init__(
        self,
        system: Source,
        monotonic: Source,
        *,
        footing: Footing | None = None,
        from_s: float = 0.0,
    ) -> None:
        """Begin upon `footing`, else with the system's time; never earlier than `from_s`."""
        self._system, self._monotonic = system, monotonic
        self._reading = threading.Lock()
        self._read_s = monotonic()
        self._footing = footing or Footing(system() - self._read_s)
        self._told_s = max(from_s, self._read_s + self._footing.offset_s)
        self._refused_s: float | None = None
        self._doubt: Doubt | None = None

    def now_s(self) -> float:
        """Return the time, never earlier than what was returned before."""
        with self._reading:
            return self._read()

    @property
    def footing(self) -> Footing:
        """On what the time stands now."""
        return self._footing

    @property
    def reached(self) -> Reached | None:
        """How far the time has come while it is slowed, else None."""
        with self._reading:
            at_s = self._read()
            aimed_s = self._read_s + self._footing.offset_s
            return Reached(at_s, aimed_s) if aimed_s < at_s else None

    @property
    def doubt(self) -> Doubt | None:
        """Why the system's clock is not followed, None while it is."""
        self.now_s()
        return self._doubt

    def begin(self, system: Source, footing: Footing, from_s: float) -> None:
        """Begin anew upon `footing` with another `system`; the time does not run back by it."""
        with self._reading:
            self._system, self._footing = system, footing
            self._read_s = self._monotonic()
            self._told_s = max(from_s, self._read_s + footing.offset_s)
            self._refused_s = None

    def accept(self) -> None:
        """Follow the system's clock from now on, however far away it is.

        A time that is ahead of it runs at half its pace until it has come.
        """
        with self._reading:
            self._footing = Footing(self._system() - self._monotonic())
            self._read()

    def keep(self) -> None:
        """Go on without the system's clock as it stands now; a further jump is asked about."""
        with self._reading:
            self._footing = Footing(self._footing.offset_s)
            self._refused_s = self._system() - self._monotonic()
            self._read()

    def _read(self) -> float:
        read_s = self._monotonic()
        self._compare(self._system() - read_s)
        passed_s = max(0.0, read_s - self._read_s)
        aim_s = read_s + self._footing.offset_s
        if aim_s < self._told_s + passed_s:
            aim_s = max(aim_s, self._told_s + passed_s * WHILE_AHEAD)
        self._read_s, self._told_s = read_s, max(self._told_s, aim_s)
        return self._told_s

    def _compare(self, offset_s: float) -> None:
        """Follow the system's clock if it may be believed, else take down that it may not."""
        ahead_s = offset_s - self._footing.offset_s
        near = abs(ahead_s) <= BELIEVED_S
        if near or (not self._footing.sure and 0 < ahead_s <= LONGEST_REST_S):
            # A guess gives way to the first time that could be true. Else only what is near is
            # followed, and a guess stays one.
            self._footing = Footing(offset_s)
            self._doubt = self._refused_s = None
            return
        if self._refused_s is not None and abs(offset_s - self._refused_s) > BELIEVED_S:
            self._refused_s = None
        self._doubt = Doubt(ahead_s, kept=self._refused_s is not None)


@dataclass(frozen=True)
class Before:
    """What an earlier run left behind of its time.

    `boot` names the start of the machine for which the `footing` was good. `ahead_s` is how far
    the system's clock was ahead of it while that was doubted; `reached` is where it was slowed,
    None if it was not.
    """

    boot: str
    footing: Footing
    ahead_s: float | None
    reached: Reached | None = None


def footing_at_start(
    system_s: float,
    monotonic_s: float,
    *,
    boot: str,
    record_s: float | None,
    before: Before | None,
) -> Footing:
    """Return on what a time stands that begins now.

    `record_s` is the record's last instant, None without any. While the machine stays on, the
    monotonic clock knows the time best. After that the system's clock is believed if the record
    does not contradict it; else the time goes on from the record, as a guess.
    """
    earliest_s = float("-inf") if record_s is None else record_s - BELIEVED_S
    if before is not None and before.reached is not None:
        # The record ran ahead of a clock that was followed: nobody is asked about it again.
        earliest_s = min(earliest_s, before.reached.aimed_s - BELIEVED_S)
    if before is not None and boot and before.boot == boot:
        return before.footing
    if before is not None and before.ahead_s is not None:
        # Nobody has answered yet, or it was refused: a restart is no answer.
        doubted_s = system_s - before.ahead_s
        if record_s is not None and earliest_s <= doubted_s <= record_s + LONGEST_REST_S:
            return Footing(doubted_s - monotonic_s)
    if record_s is None or earliest_s <= system_s <= record_s + LONGEST_REST_S:
        return Footing(system_s - monotonic_s)
    return Footing(record_s - monotonic_s, sure=False)


def reached_by(
    monotonic_s: float, footing: Footing, *, record_s: float | None, before: Before | None
) -> float:
    """Return the earliest time at which a run may begin that stands on `footing`.

    What was slowed goes on from where it would have come by now, so that it does not run back
    even where the record holds nothing of the time since.
    """
    earliest_s = record_s or 0.0
    if before is None or before.reached is None:
        return earliest_s
    reached = before.reached
    aim_s = monotonic_s + footing.offset_s
    # A guess does not say how long it took to come back.
    passed_s = max(0.0, aim_s - reached.aimed_s) if footing.sure else 0.0
    return max(earliest_s, reached.at_s + passed_s * WHILE_AHEAD)


def monotonic_s() -> float:
    """Return the seconds of the monotonic clock, a machine's sleep among them."""
    counts_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if counts_sleep is None else time.clock_gettime(counts_sleep)


def this_boot() -> str:
    """Name this start of the machine; "" where the system does not."""
    named = Path("/proc/sys/kernel/random/boot_id")
    return named.read_text("ascii").strip() if named.exists() else ""
