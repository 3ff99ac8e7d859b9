"""What a printer says becomes one state, told neither at every flicker nor too late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.paper.printers import PrinterState
from printing.machines.status import (
    RECOVERY_S,
    TROUBLE_S,
    Answers,
    Damper,
    Reading,
    paper_is_out,
    reading_of,
    reading_of_packet,
)

ONLINE, LOW, OUT = PrinterState.ONLINE, PrinterState.PAPER_LOW, PrinterState.PAPER_OUT
OPEN, CUTTER, FAULT = PrinterState.COVER_OPEN, PrinterState.CUTTER_ERROR, PrinterState.FAULT
AWAY, UNKNOWN = PrinterState.AWAY, PrinterState.UNKNOWN
FINE = 0x12


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({1: FINE, 4: FINE}, ONLINE),
        ({1: FINE, 4: FINE | 0x0C}, LOW),
        ({1: FINE, 4: FINE | 0x6C}, OUT),
        ({1: FINE | 0x08, 4: FINE, 2: FINE | 0x20, 3: FINE}, OUT),
        ({1: FINE | 0x08, 4: FINE | 0x6C, 2: FINE | 0x04, 3: FINE}, OPEN),
        ({1: FINE | 0x08, 4: FINE | 0x0C, 2: FINE | 0x40, 3: FINE | 0x08}, CUTTER),
        ({1: FINE | 0x08, 4: FINE, 2: FINE | 0x40, 3: FINE | 0x20}, FAULT),
        ({1: FINE | 0x08, 4: FINE, 2: FINE, 3: FINE}, FAULT),
        ({1: FINE}, ONLINE),
    ],
)
def test_answers_become_the_trouble_to_mend_first(
    answers: dict[int, int], state: PrinterState
) -> None:
    assert reading_of(answers).state is state


@pytest.mark.parametrize(
    ("packet", "state"),
    [
        (b"\x10\x00\x00\x0f", ONLINE),
        (b"\x10\x00\x03\x0f", LOW),
        (b"\x18\x00\x0f\x0f", OUT),
        (b"\x38\x00\x0f\x0f", OPEN),
        (b"\x18\x08\x03\x0f", CUTTER),
        (b"\x18\x20\x00\x0f", FAULT),
        (b"\x18\x00\x00\x0f", FAULT),
    ],
)
def test_automatic_status_says_the_same(packet: bytes, state: PrinterState) -> None:
    assert reading_of_packet(packet).state is state


def test_answers_are_told_apart_by_their_fixed_bits() -> None:
    answers = Answers()
    answers.hear(b"\x16\x10\x00")  # an answer, and half a packet
    answers.hear(b"\x0c\x0f\x0c\x12\x00")
    assert list(answers.real_time) == [0x16, 0x12]
    assert list(answers.in_order) == [0x0C, 0x00]
    assert answers.packet == b"\x10\x00\x0c\x0f"
    assert [paper_is_out(one) for one in answers.in_order] == [True, False]
    answers.forget()
    assert not answers.real_time
    assert not answers.in_order


@given(st.binary())
def test_no_noise_on_the_line_is_an_error(noise: bytes) -> None:
    Answers().hear(noise)


def settled(damper: Damper) -> PrinterState:
    assert damper.settled is not None
    return damper.settled.state


def test_the_first_word_counts_at_once() -> None:
    damper = Damper()
    assert damper.hear(Reading(OUT), 0.0)
    assert settled(damper) is OUT


def test_a_lid_that_shakes_is_not_told() -> None:
    damper = Damper(Reading(ONLINE))
    for at_s in range(20):
        assert not damper.hear(Reading(OPEN), at_s)
        assert not damper.hear(Reading(OPEN), at_s + TROUBLE_S - 0.1)
        assert not damper.hear(Reading(ONLINE), at_s + TROUBLE_S - 0.05)
    assert settled(damper) is ONLINE


def test_trouble_of_changing_kinds_is_told_by_its_last() -> None:
    damper = Damper(Reading(ONLINE))
    assert not damper.hear(Reading(AWAY), 0.0)
    assert not damper.hear(Reading(OPEN), 0.6)
    assert damper.restless
    assert damper.hear(Reading(OUT), TROUBLE_S)
    assert settled(damper) is OUT
    assert not damper.restless


def test_another_reason_for_the_same_trouble_is_told_when_it_lasts() -> None:
    unplugged, hung = Reading(AWAY, "Connection refused"), Reading(AWAY, "silent")
    damper = Damper(unplugged)
    assert not damper.hear(hung, 0.0)
    assert damper.restless
    assert not damper.hear(unplugged, 0.5)
    assert not damper.hear(hung, 0.6)
    assert damper.hear(hung, 0.6 + TROUBLE_S)
    assert damper.settled == hung


def test_a_printer_is_trusted_again_after_a_while_without_trouble() -> None:
    damper = Damper(Reading(OUT))
    assert not damper.hear(Reading(ONLINE), 0.0)
    assert not damper.hear(Reading(OPEN), 0.5)
    assert not damper.hear(Reading(ONLINE), 1.0)
    assert not damper.hear(Reading(LOW), 0.9 + RECOVERY_S)
    assert damper.hear(Reading(ONLINE), 1.0 + RECOVERY_S)
    assert settled(damper) is ONLINE


READINGS = st.lists(
    st.tuples(st.sampled_from(PrinterState), st.floats(0.05, 0.8)), min_size=1, max_size=60
)


@given(READINGS)
def test_what_lasts_is_told_in_time_and_what_flickers_never(
    readings: list[tuple[PrinterState, float]],
) -> None:
    damper, now_s = Damper(Reading(ONLINE)), 0.0
    # Since when the readings have said without a break that it prints, or that it does not.
    side, since_s = True, 0.0
    for state, gap_s in readings:
        now_s += gap_s
        reading = Reading(state)
        if reading.prints != side:
            side, since_s = reading.prints, now_s
        before = damper.settled
        damper.hear(reading, now_s)
        assert damper.settled is not None
        assert before is not None
        long_s = now_s - since_s
        if damper.settled.prints != before.prints:
            assert long_s >= (RECOVERY_S if side else TROUBLE_S)
        if long_s >= RECOVERY_S:
            assert damper.settled.prints == side
