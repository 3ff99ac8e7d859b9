"""The page of all events: what each says, who emits it, who hears it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from docs.reference.hearing import ears, sources
from docs.reference.tables import NOTE, coded, table
from models.core.event import COMMON, Event
from models.journal.events import KINDS

INTRODUCTION = """# Events

{note}

The {count} kinds of event, in the order of `models/journal/account_events.py` and `events.py`,
which say all of this but who emits and who hears them; that is found in the code. An event is
recorded in the transaction of the change that it belongs to, written into the journal with it, and
heard after the commit. Besides its own fields, each has its number, `seq`, and as far as they are
known:
{common}.

## What each says

*About* says what looks different afterwards, and so who looks again; *moves a queue*, that waits,
desks or the giving of numbers are no longer what they were. What a person wrote is emptied when
retention ends; of a text that does not say who writes it no event is made.
"""

HEARING = """
## Who emits it, and who hears it

`counter.live` hears every event and asks each topic that somebody follows; of those, and of all
others who listen, the table names the modules that the event means something to. Who reads it later
takes it from the journal. Where nobody is named, the journal keeps it, and that is all.
"""


def events() -> str:
    """Return the page, the same for the same code."""
    common = ", ".join(f"`{name}`" for name in COMMON)
    head = ["event", "what happened", "its own fields", "about", "moves a queue", "a person wrote"]
    parts = [
        INTRODUCTION.format(note=NOTE, count=len(KINDS), common=common),
        table(head, map(_said, KINDS.values())),
        HEARING,
        table(["event", "emitted by", "heard at once by", "read later by"], _heard()),
    ]
    return "\n".join(parts) + "\n"


def _said(kind: type[Event]) -> list[str]:
    own = [f"`{name}`: {held}" for name, held in kind.own_fields.items()]
    return [
        f"`{kind.__name__}`",
        inspect.getdoc(kind) or "",
        "<br>".join(own),
        kind.about,
        "yes" if kind.moves_queue else "",
        coded(kind.personal),
    ]


def _heard() -> Iterator[list[str]]:
    found = ears(sources())
    for name in KINDS:
        who = (found.emitted, found.heard, found.read)
        yield [f"`{name}`", *(coded(sorted(each.get(name, ()))) for each in who)]
