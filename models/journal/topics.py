"""What is live: a name, the function that reads its whole state, and who may follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.core.event import Event
from models.journal.actors import Actor

# No id is longer, and no database takes a number that is.
LONGEST_ID = 9


def id_in(key: str) -> int:
    """Return the id that `key` spells; 0, which nothing has, when it spells none."""
    spelled = key.isascii() and key.isdecimal() and len(key) <= LONGEST_ID
    return int(key) if spelled else 0


@dataclass(frozen=True)
class Topic:
    """One family of live states, such as `zone/<id>`.

    `state(session, key, at)` reads the whole small JSON-able state; None when the key
    names nothing. `touched(session, event)` tells the keys whose state an event changed.
    `may_follow(session, actor, key)` decides who sees it. `ticks` asks for a fresh
    state about every 15 s even when nothing happens, because waits grow by themselves.
    `ends_with` are the kinds of events after which somebody who follows may do so no longer,
    though they are who they were: they are asked again. Who they are is watched for all topics.
    `facts(session, key, at)` is for states that cost much to draw: what a state is drawn from,
    to be compared. Where they are as before, a tick draws and tells nothing.
    """

    name: str
    state: Callable[[Session, str, datetime], dict[str, Any] | None]
    touched: Callable[[Session, Event], Iterable[str]]
    may_follow: Callable[[Session, Actor, str], bool]
    ticks: bool = False
    ends_with: frozenset[type[Event]] = frozenset()
    facts: Callable[[Session, str, datetime], object | None] | None = None
