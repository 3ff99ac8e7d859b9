"""What every event has: where and when it happened, whom it touched, and what its kind says of it.

An event's kind says what it is about and whether it moves a queue, and of each text field who
writes it. Whoever hears events asks the kind, so that a new one needs no place in any list.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, get_type_hints

from typing_extensions import override

# What a person typed, perhaps about a person: retention empties it.
FreeText = Annotated[str, "a person's words"]
# From where somebody came; it points to them, and retention empties it, too.
Address = Annotated[str, "an address"]
# What the program chose: a state, an outcome, a refusal's code, a printer's.
Code = Annotated[str, "code"]
# An aware UTC instant in ISO 8601, because the journal keeps JSON.
IsoInstant = Annotated[str, "instant"]

# What an event may hold beside the facts that all share. A bare `str` is not among them: nobody
# could tell whose words it holds.
MAY_HOLD: Final[dict[Any, str]] = {
    bool: "yes or no",
    int: "number",
    int | None: "number or none",
    Code: "code",
    IsoInstant: "instant",
    FreeText: "a person's words",
    Address: "an address",
}


class About(StrEnum):
    """What looks different after an event, and so who has to look again."""

    MALL = "mall"  # what is offered, or which day it is: every screen may look different
    DESK = "desk"  # who is at it; desks that share a service see it, too
    TICKET = "ticket"  # where it stands, and with it those who wait beside it
    CALL = "call"  # how far a call is announced: the desk and the citizen who wait for that
    PAPER = "paper"  # a paper, or the printer that it waits for
    DEVICE = "device"  # a kiosk, a board or a print agent
    ACCOUNT = "account"  # who signs in
    CLOCK = "clock"  # the system's time is doubted, or no longer
    JOURNAL = "journal"  # nothing that a screen shows: it is kept for the figures


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a mall at the aware UTC instant `at`.

    `seq` is the journal's number: it only grows, and is 0 until the event is recorded.

    Each kind says what it is `about` and whether it `moves_queue`: who waits, for how long, who
    serves them, or whether numbers are given at all. `own_fields` and `personal` follow from
    the fields it declares.
    """

    about: ClassVar[About]
    moves_queue: ClassVar[bool]
    own_fields: ClassVar[dict[str, str]]
    personal: ClassVar[tuple[str, ...]]

    mall_id: int
    at: datetime
    ticket_id: int | None = None
    step_id: int | None = None
    service_id: int | None = None
    desk_id: int | None = None
    user_id: int | None = None
    device_id: int | None = None
    seq: int = 0

    @override
    def __init_subclass__(cls, *, about: About, moves_queue: bool) -> None:
        """Take down what the kind says of itself; TypeError when it leaves something open."""
        super().__init_subclass__()
        cls.about, cls.moves_queue = about, moves_queue
        cls.own_fields = _own_fields(cls)
        erased = (MAY_HOLD[FreeText], MAY_HOLD[Address])
        cls.personal = tuple(name for name, held in cls.own_fields.items() if held in erased)


# What the journal keeps of every event in a column of its own.
COMMON: Final = tuple(field.name for field in fields(Event) if field.name != "seq")


def _own_fields(kind: type[Event]) -> dict[str, str]:
    """Return the fields that `kind` adds, each with what it holds."""
    hints = get_type_hints(kind, include_extras=True)
    own = {name: hint for name, hint in hints.items() if name not in Event.__annotations__}
    for name, hint in own.items():
        if hint not in MAY_HOLD:
            raise TypeError(
                f"{kind.__name__}.{name} is no {hint}: a text is FreeText when a person "
                "writes it, Code or IsoInstant when the program does"
            )
    return {name: MAY_HOLD[hint] for name, hint in own.items()}
