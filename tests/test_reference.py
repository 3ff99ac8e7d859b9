"""The reference is what the code says today, and finds who emits and who hears an event."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from docs.reference.__main__ import FOLDER, PAGES
from docs.reference.hearing import Ears, ears, sources
from models.journal.events import KINDS

KIND = "from models.core.event import About, Event\nfrom models.journal.events import {}\n"


def found(name: str, text: str, **others: str) -> Ears:
    return ears({"room.of": KIND.format(name) + text, **others})


@pytest.mark.parametrize(("name", "written"), PAGES.items(), ids=PAGES)
def test_a_page_says_what_the_code_says(name: str, written: Callable[[], str]) -> None:
    page = (FOLDER / name).read_text(encoding="utf-8")
    assert page == written(), f"docs/reference/{name} is old: run make reference and commit it"


def test_every_event_is_emitted_somewhere() -> None:
    emitted = ears(sources()).emitted
    assert [name for name in KINDS if not emitted[name]] == []


def test_who_builds_an_event_emits_it_and_does_not_hear_it() -> None:
    room = found("StepHeld", "class Desk:\n    def hold(self): record(StepHeld(reason='x'))")
    assert room.emitted == {"StepHeld": {"room.of:Desk.hold"}}
    assert room.heard == {}


def test_who_hands_a_kind_to_what_builds_it_emits_it() -> None:
    room = found(
        "StepHeld",
        "from room.telling import tell\ndef hold(): tell(1, StepHeld)",
        **{"room.telling": "def tell(step, kind: type[Event]): kind(step)"},
    )
    assert room.emitted == {"StepHeld": {"room.of:hold"}}
    assert room.heard == {}


def test_who_names_a_kind_hears_it_also_by_a_constant_made_elsewhere() -> None:
    room = found(
        "StepHeld",
        "from room.ends import ENDS\ndef hear(event): return event.kind in ENDS",
        **{"room.ends": KIND.format("TicketMissed") + "ENDS = {TicketMissed.__name__}"},
    )
    assert room.heard == {"TicketMissed": {"room.of", "room.ends"}}


def test_who_asks_an_event_hears_all_that_say_so() -> None:
    asking = "def touched(event): return [1] if event.moves_queue else []"
    moving = {name for name, kind in KINDS.items() if kind.moves_queue}
    assert found("StepHeld", asking).heard.keys() == moving


def test_a_case_that_returns_nothing_hears_nothing() -> None:
    room = found(
        "StepHeld",
        "def touched(event):\n"
        "    match event.about:\n"
        "        case About.DESK: return [event.desk_id]\n"
        "        case About.MALL | About.PAPER: return []\n",
    )
    assert room.heard.keys() == {"ShiftBegan", "ShiftEnded", "BreakBegan", "BreakEnded"}


def test_who_reads_the_journal_hears_later() -> None:
    journal = "from models.journal.record import JournalEntry\nHELD = StepHeld.__name__"
    room = found("StepHeld", journal)
    assert room.read == {"StepHeld": {"room.of"}}
    assert room.heard == {}
