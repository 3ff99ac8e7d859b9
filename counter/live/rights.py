"""Rights: as whom each line speaks, asked again for as long as it stands."""

from __future__ import annotations

import flask

from counter.live.followers import Followers
from counter.live.visitors import ActorsOf, VisitorOf
from models.core.roles import Role
from models.journal.actors import Actor


class Rights:
    """Knows clients again, and sends away whoever is no longer who they were."""

    def __init__(self, followers: Followers, visitor_of: VisitorOf, actors_of: ActorsOf) -> None:
        """Ask `visitor_of` what a browser shows, and `actors_of` as whom that may act now."""
        self._followers = followers
        self._visitor_of = visitor_of
        self._actors_of = actors_of

    def come(self, client_id: str, request: flask.Request) -> None:
        """Welcome the client whose line begins with `request`."""
        visitor = self._visitor_of(request)
        self._followers.come(client_id, visitor, self._actors_of([visitor])[visitor])

    def now(self, client_id: str) -> tuple[Actor, ...]:
        """Return all as whom a client may ask, none once it has gone or lost what it came with."""
        actors = self._followers.actors(client_id)
        if all(actor.role is Role.PUBLIC for actor in actors):
            return actors
        visitor = self._followers.visitor(client_id)
        if self._actors_of([visitor])[visitor] == actors:
            return actors
        self._followers.send_away([client_id])
        return ()

    def check(self) -> None:
        """Send away whoever is no longer who they were; they may come back as who they are.

        A sign-in runs out without any event, so this is done at every heartbeat, too.
        """
        shown = self._followers.with_rights
        if not shown:
            return
        now = self._actors_of(set(shown.values()))
        self._followers.send_away(
            client_id
            for client_id, visitor in shown.items()
            if self._followers.actors(client_id) not in ((), now[visitor])
        )
