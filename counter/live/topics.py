"""What can be followed: every room's topics by name, what touches them, and how they are read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from counter.live.tail import events_after
from models.core.clock import Clock
from models.core.event import Event
from models.journal.actors import Actor
from models.journal.record import last_seq
from models.journal.topics import Topic

log = logging.getLogger(__name__)

State = dict[str, Any]


class Topics:
    """The families of topics; a name such as `zone/3` is a family and a key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._families: dict[str, Topic] = {}
        # Names the database: its seq counts from the beginning when this changes.
        self.epoch = ""

    def __contains__(self, name: str) -> bool:
        """Tell whether the family of `name` is known."""
        return _split(name)[0] in self._families

    def register(self, topic: Topic) -> None:
        """Add a family; ValueError when there is one of that name."""
        if topic.name in self._families:
            raise ValueError(f"two topics are named {topic.name}")
        self._families[topic.name] = topic

    def may_follow(self, session: Session, actors: Iterable[Actor], name: str) -> bool:
        """Tell whether one of `actors` may see the topic."""
        family, key = _split(name)
        topic = self._families[family]
        return any(topic.may_follow(session, actor, key) for actor in actors)

    def ticking(self, names: Iterable[str]) -> set[str]:
        """Return those of `names` whose state changes by the clock alone."""
        return {name for name in names if self._families[_split(name)[0]].ticks}

    def touched(self, session: Session, events: Iterable[Event], names: set[str]) -> set[str]:
        """Return those of `names` that `events` changed.

        A family that cannot tell is read anew whole: told too often is better than never.
        """
        found: set[str] = set()
        events = list(events)
        for family in {_split(name)[0] for name in names}:
            topic = self._families[family]
            try:
                for event in events:
                    found.update(f"{family}/{key}" for key in topic.touched(session, event))
            except Exception:
                # A door between rooms: one room's fault must not darken the others' screens.
                log.exception("topic %s could not tell what changed", family)
                session.rollback()
                found.update(name for name in names if _split(name)[0] == family)
        return found & names

    def shaken(self, session: Session, events: Iterable[Event], names: set[str]) -> set[str]:
        """Return those of `names` that somebody may have lost the right to follow by `events`."""
        found: set[str] = set()
        for event in events:
            kind = type(event)
            for family in {_split(name)[0] for name in names}:
                if kind in self._families[family].ends_with:
                    found |= self.touched(
                        session, [event], {name for name in names if _split(name)[0] == family}
                    )
        return found

    def tells_facts(self, name: str) -> bool:
        """Tell whether the topic says what its state is drawn from."""
        return self._families[_split(name)[0]].facts is not None

    def unchanged(self, session: Session, seq: int, names: set[str]) -> int | None:
        """Return up to which seq `names` are as they were at `seq`, None when one may not be.

        Of a costly topic it is asked whether anything has happened to it: what moves around it
        comes with the ticks. The others may not have seen anything happen at all.
        """
        happened = events_after(session, seq)
        if not happened:
            return seq
        if not all(map(self.tells_facts, names)) or self.touched(session, happened, names):
            return None
        return happened[-1].seq

    def picture(self, session: Session) -> Picture:
        """Return a reader of states that all belong to one instant.

        The seq is read first, so that no state is older than it says.
        """
        return Picture(session, last_seq(session), self._clock.now(), self.epoch, self._families)


@dataclass(frozen=True)
class Picture:
    """What the topics are at one instant, read from one session."""

    session: Session
    seq: int
    at: datetime
    epoch: str
    families: Mapping[str, Topic]

    def state(self, name: str) -> State | None:
        """Read the whole state of a topic, None when its key names nothing."""
        family, key = _split(name)
        state = self.families[family].state(self.session, key, self.at)
        now = self.at.isoformat(timespec="milliseconds")
        return state and state | {"seq": self.seq, "now": now, "epoch": self.epoch}

    def facts(self, name: str) -> object | None:
        """Return what a state is drawn from, None when its topic does not tell."""
        family, key = _split(name)
        facts = self.families[family].facts
        return None if facts is None else facts(self.session, key, self.at)


def _split(name: str) -> tuple[str, str]:
    family, _, key = name.partition("/")
    return family, key
