"""Who follows what: the clients of this process, as whom they came, and their topics."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from counter.live.visitors import Visitor
from counter.live.wire import Wire
from models.core.roles import Role
from models.journal.actors import Actor

TOPICS_PER_CLIENT = 16


@dataclass
class _Client:
    visitor: Visitor
    actors: tuple[Actor, ...]
    names: set[str] = field(default_factory=set)


class Followers:
    """Keeps one list of followers per topic name, in step with the rooms of the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._clients: dict[str, _Client] = {}
        self._followers: defaultdict[str, set[str]] = defaultdict(set)
        self._heard_s: dict[int, float] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether anybody follows the topic `name`."""
        return name in self._followers

    def alone(self, name: str) -> bool:
        """Tell whether no more than one client follows the topic."""
        return len(self._followers.get(name, ())) <= 1

    @property
    def names(self) -> set[str]:
        """The names of all topics that somebody follows."""
        return set(self._followers)

    def come(self, client_id: str, visitor: Visitor, actors: tuple[Actor, ...]) -> None:
        """Welcome a client; one browser may act for a person and for its devices."""
        self._clients[client_id] = _Client(visitor, actors)
        self.heard(client_id)

    def heard(self, client_id: str) -> None:
        """Note a sign of life of the devices that a client acts for."""
        for actor in self.actors(client_id):
            if actor.device_id is not None:
                self._heard_s[actor.device_id] = time.monotonic()

    def silence_s(self, device_id: int) -> float:
        """Return for how many seconds nothing was heard of a device, infinity before the first."""
        heard_s = self._heard_s.get(device_id)
        return math.inf if heard_s is None else time.monotonic() - heard_s

    def gone(self, client_id: str) -> None:
        """Forget a client and all that it followed."""
        client = self._clients.pop(client_id, None)
        for name in client.names if client else ():
            self._strike(client_id, name)

    def actors(self, client_id: str) -> tuple[Actor, ...]:
        """Return all as whom a client came, none when it has gone."""
        client = self._clients.get(client_id)
        return client.actors if client else ()

    def visitor(self, client_id: str) -> Visitor:
        """Return what a client showed that is here."""
        return self._clients[client_id].visitor

    @property
    def with_rights(self) -> dict[str, Visitor]:
        """The clients that act for a person or a device, and what each of them shows."""
        return {
            client_id: client.visitor
            for client_id, client in self._clients.items()
            if any(actor.role is not Role.PUBLIC for actor in client.actors)
        }

    def of(self, name: str) -> list[str]:
        """Return the clients that follow the topic `name`."""
        return list(self._followers[name]) if name in self._followers else []

    def may_add(self, client_id: str, name: str) -> bool:
        """Tell whether the client has room for one topic more."""
        return len(self._clients[client_id].names | {name}) <= TOPICS_PER_CLIENT

    def add(self, client_id: str, name: str) -> bool:
        """Let the client follow; return False when it did so already."""
        names = self._clients[client_id].names
        if name in names:
            return False
        self._wire.enter(client_id, name)
        names.add(name)
        self._followers[name].add(client_id)
        return True

    def remove(self, client_id: str, name: str) -> None:
        """Let the client follow no more."""
        client = self._clients.get(client_id)
        if client is None or name not in client.names:
            return
        client.names.discard(name)
        self._strike(client_id, name)
        self._wire.leave(client_id, name)

    def send_away(self, client_ids: Iterable[str]) -> None:
        """Tell these clients nothing more, from now on, and hang up on them."""
        for client_id in client_ids:
            client = self._clients.pop(client_id, None)
            for name in client.names if client else ():
                self._strike(client_id, name)
                self._wire.leave(client_id, name)
            self._wire.send_away(client_id)

    def _strike(self, client_id: str, name: str) -> None:
        self._followers[name].discard(client_id)
        if not self._followers[name]:
            del self._followers[name]
