"""An event says what it is: no kind is made that leaves open whose words it holds."""

from __future__ import annotations

from types import new_class
from typing import Any

import pytest

from models.core.event import About, Code, Event, FreeText
from models.journal.events import KINDS, StepTransferred

WHOLE: dict[str, Any] = {"about": About.TICKET, "moves_queue": True}


def kind(says: dict[str, Any], **fields: object) -> type[Event]:
    made: type[Event] = new_class(
        "TicketFolded", (Event,), says, lambda body: body.update(__annotations__=fields)
    )
    return made


def test_an_event_knows_its_own_fields_and_whose_words_they_hold() -> None:
    folded = kind(WHOLE, why=FreeText, state=Code, times=int)
    assert folded.own_fields == {"why": "a person's words", "state": "code", "times": "number"}
    assert folded.personal == ("why",)
    assert folded.about is About.TICKET
    assert folded.moves_queue


@pytest.mark.parametrize("left_out", WHOLE)
def test_an_event_that_does_not_say_what_it_does_is_not_made(left_out: str) -> None:
    with pytest.raises(TypeError, match=left_out):
        kind({name: said for name, said in WHOLE.items() if name != left_out})


@pytest.mark.parametrize("held", [str, str | None, dict[str, str], list[str], object])
def test_an_event_may_not_hold_what_could_be_anybodys_words(held: object) -> None:
    with pytest.raises(TypeError, match=r"TicketFolded\.why"):
        kind(WHOLE, why=held)


def test_a_reason_that_an_officer_types_is_known_as_such() -> None:
    assert StepTransferred.personal == ("reason",)


def test_a_queue_is_moved_by_the_mall_a_desk_or_a_ticket_alone() -> None:
    moved_by = {kind.about for kind in KINDS.values() if kind.moves_queue}
    assert moved_by == {About.MALL, About.DESK, About.TICKET}
