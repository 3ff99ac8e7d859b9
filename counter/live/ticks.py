"""Topics whose states the clock changes: told every few seconds, and the costly ones late.

A costly topic says what its state is drawn from, its facts. They are compared with those that all
its followers have, and where nothing changed nothing is drawn and nothing is sent.
"""

from __future__ import annotations

import logging
from functools import partial

from sqlalchemy.orm import Session

from counter.live.followers import Followers
from counter.live.topics import Picture, Topics
from counter.live.turns import Turns
from counter.live.wire import Wire

log = logging.getLogger(__name__)


class Ticks:
    """Knows what followers of costly topics have, and tells them what only the clock changed."""

    def __init__(self, topics: Topics, followers: Followers, wire: Wire, turns: Turns) -> None:
        """Read `topics` when `turns` says so, for `followers` over `wire`."""
        self._topics = topics
        self._followers = followers
        self._wire = wire
        self._turns = turns
        # By topic, the facts that everybody has who follows it.
        self._facts: dict[str, object] = {}
        self._due: set[str] = set()

    def tick(self) -> set[str]:
        """Let costly topics be told in their turns; return the others, to be told at once."""
        ticking = self._topics.ticking(self._followers.names)
        costly = set(filter(self._topics.tells_facts, ticking))
        self._facts = {name: facts for name, facts in self._facts.items() if name in costly}
        for name in sorted(costly - self._due):
            self._turns.later(name, partial(self._tell, name))
        self._due |= costly
        return ticking - costly

    def all_have(self, name: str, facts: object | None) -> None:
        """Note what was just sent to everybody, facts being None of a topic that tells none."""
        self._due.discard(name)
        if facts is not None:
            self._facts[name] = facts

    def one_has(self, name: str, facts: object | None) -> None:
        """Note what somebody was answered who follows from now on."""
        if facts is None or self._facts.get(name) == facts:
            return
        if self._followers.alone(name):
            self._facts[name] = facts
        else:
            # Not all have the same: the next tick is sent to all of them.
            self._facts.pop(name, None)

    def _tell(self, name: str, session: Session, picture: Picture) -> None:
        if name not in self._due:
            return  # Something has happened to it meanwhile, and it was told then.
        self._due.discard(name)
        try:
            facts = picture.facts(name)
            if name not in self._followers or self._facts.get(name) == facts:
                return
            state = picture.state(name)
        except Exception:
            # A door between rooms: one room's fault must not darken the others' screens.
            # A ticket's own name is the key to it, so only the family is told.
            log.exception("topic %s could not be read", name.partition("/")[0])
            session.rollback()
            return
        if state:
            self.all_have(name, facts)
            self._wire.tell(name, "state", name, state)
