"""The time below the hall's clock: with sources that are plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.core.steady import (
    BELIEVED_S,
    LONGEST_REST_S,
    Before,
    Doubt,
    Footing,
    Steady,
    footing_at_start,
)

NINE_O_CLOCK = 1_795_000_000.0
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@dataclass
class Machine:
    """A machine with a clock that may be set, and one that only counts."""

    system_s: float = NINE_O_CLOCK
    monotonic_s: float = 5_000.0

    def steady(self) -> Steady:
        return Steady(lambda: self.system_s, lambda: self.monotonic_s)

    def wait(self, length_s: float) -> None:
        self.system_s += length_s
        self.monotonic_s += length_s

    def footing(self, record_s: float | None, before: Before | None = None) -> Footing:
        return footing_at_start(
            self.system_s, self.monotonic_s, boot="now", record_s=record_s, before=before
        )


def test_a_day_ahead_changes_nothing_until_it_is_believed() -> None:
    machine = Machine()
    time = machine.steady()
    machine.system_s += DAY
    machine.wait(MINUTE)
    assert time.now_s() == NINE_O_CLOCK + MINUTE
    assert time.doubt == Doubt(DAY, kept=False)
    time.accept()
    assert time.now_s() == NINE_O_CLOCK + MINUTE + DAY
    assert time.doubt is None


def test_a_jump_that_was_false_leaves_nothing_behind() -> None:
    machine = Machine()
    time = machine.steady()
    machine.system_s += DAY
    assert time.doubt is not None
    machine.wait(MINUTE)
    machine.system_s -= DAY
    assert time.doubt is None
    assert time.now_s() == NINE_O_CLOCK + MINUTE


def test_an_hour_back_lets_time_go_on() -> None:
    machine = Machine()
    time = machine.steady()
    machine.system_s -= HOUR
    machine.wait(MINUTE)
    assert time.now_s() == NINE_O_CLOCK + MINUTE
    assert time.doubt == Doubt(-HOUR, kept=False)


def test_an_hour_back_that_is_believed_halves_the_pace_until_it_has_come() -> None:
    machine = Machine()
    time = machine.steady()
    machine.system_s -= HOUR
    time.accept()
    machine.wait(MINUTE)
    assert time.now_s() == NINE_O_CLOCK + MINUTE / 2
    machine.wait(2 * HOUR - MINUTE)
    assert time.now_s() == NINE_O_CLOCK + HOUR == machine.system_s


def test_a_small_step_is_followed_at_once_ahead_and_slowly_back() -> None:
    machine = Machine()
    time = machine.steady()
    machine.system_s += 9 * MINUTE
    assert time.now_s() == NINE_O_CLOCK + 9 * MINUTE
    machine.system_s -= 9 * MINUTE
    machine.wait(MINUTE)
    assert time.now_s() == NINE_O_CLOCK + 9.5 * MINUTE
    assert time.doubt is None


def test_a_machine_that_slept_wakes_at_the_right_time() -> None:
    machine = Machine()
    time = machine.steady()
    machine.wait(8 * HOUR)  # both clocks count the sleep
    assert time.now_s() == machine.system_s
    assert time.doubt is None


def test_a_refused_clock_is_asked_about_again_only_when_it_jumps_again() -> None:
    machine = Machine()
    time = machine.steady()
    machine.system_s += DAY
    time.keep()
    machine.wait(HOUR)
    assert time.doubt == Doubt(DAY, kept=True)
    machine.system_s += DAY
    assert time.doubt == Doubt(2 * DAY, kept=False)


@pytest.mark.parametrize("rest_s", [0.0, 12 * HOUR, 3 * DAY, LONGEST_REST_S])
def test_a_start_after_a_rest_asks_nothing(rest_s: float) -> None:
    machine = Machine()
    footing = machine.footing(NINE_O_CLOCK - rest_s)
    assert footing == Footing(NINE_O_CLOCK - machine.monotonic_s)


@pytest.mark.parametrize("system_s", [NINE_O_CLOCK - 16 * 365 * DAY, NINE_O_CLOCK + 40 * DAY])
def test_a_start_that_contradicts_the_record_goes_on_from_it_as_a_guess(system_s: float) -> None:
    machine = Machine(system_s=system_s)
    footing = machine.footing(NINE_O_CLOCK)
    assert footing == Footing(NINE_O_CLOCK - machine.monotonic_s, sure=False)
    time = Steady(lambda: machine.system_s, lambda: machine.monotonic_s, footing=footing)
    assert time.doubt is not None
    # The time server answers, next morning: that could be true, and nobody is asked.
    machine.system_s = NINE_O_CLOCK + DAY
    assert time.doubt is None
    assert time.now_s() == NINE_O_CLOCK + DAY
    # From then on it is no guess any more.
    machine.system_s += DAY
    assert time.doubt == Doubt(DAY, kept=False)


def test_a_restart_is_no_answer() -> None:
    machine = Machine(system_s=NINE_O_CLOCK + DAY)
    offset_s = NINE_O_CLOCK - machine.monotonic_s
    left = Before("now", Footing(offset_s), ahead_s=None)
    # The jump came while the program was not running.
    assert machine.footing(NINE_O_CLOCK - HOUR, left) == Footing(offset_s)
    # The machine itself was restarted while nobody had answered.
    left = Before("before", Footing(77.0), ahead_s=DAY)
    assert machine.footing(NINE_O_CLOCK - HOUR, left) == Footing(offset_s)


def test_a_restart_on_the_way_back_asks_nothing_again() -> None:
    """An hour back was accepted, and half of it is still to be waited for."""
    machine = Machine()
    left = Before("now", Footing(NINE_O_CLOCK - machine.monotonic_s), ahead_s=None)
    assert machine.footing(NINE_O_CLOCK + HOUR / 2, left) == left.footing


def test_after_the_machine_was_off_and_its_clock_put_right_nothing_is_doubted() -> None:
    machine = Machine(system_s=NINE_O_CLOCK + HOUR)
    left = Before("before", Footing(77.0), ahead_s=DAY)
    assert machine.footing(NINE_O_CLOCK, left) == Footing(machine.system_s - machine.monotonic_s)


steps = some.tuples(
    some.floats(0, DAY),
    some.one_of(some.just(0.0), some.floats(-BELIEVED_S, BELIEVED_S), some.floats(-DAY, DAY)),
    some.sampled_from(["", "", "accept", "keep"]),
)


@given(some.lists(steps, max_size=30))
def test_time_never_runs_back_nor_ahead_of_both_clocks_and_ends_true(
    days: list[tuple[float, float, str]],
) -> None:
    machine = Machine()
    time = machine.steady()
    told = time.now_s()
    for length_s, jump_s, answer in days:
        machine.wait(length_s)
        machine.system_s += jump_s
        went_on_s = told + length_s
        if answer:
            getattr(time, answer)()
        now_s = time.now_s()
        assert told <= now_s <= max(machine.system_s, went_on_s) + 1e-3
        assert answer != "accept" or time.doubt is None
        told = now_s
    time.accept()
    machine.wait(2 * max(0.0, time.now_s() - machine.system_s) + 1)
    assert time.now_s() == pytest.approx(machine.system_s, abs=1e-2)
