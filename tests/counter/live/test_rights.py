"""Whoever lost a right follows nothing by it, even before anybody has looked again."""

from __future__ import annotations

from collections.abc import Collection

import flask

from counter.live.followers import Followers
from counter.live.rights import Rights
from counter.live.visitors import Visitor
from counter.live.wire import wire_of
from counter.server import make_socketio
from models.core.roles import Role
from models.journal.actors import Actor

HENDRA = Actor(role=Role.SUPERVISOR, mall_id=1, user_id=7)
STRANGER = Actor(mall_id=1)


def test_who_asks_is_looked_up_when_they_ask() -> None:
    app = flask.Flask("hall")
    followers = Followers(wire_of(make_socketio(app)))
    signed_in = {"melati": HENDRA}

    def visitor_of(request: flask.Request) -> Visitor:
        return Visitor(sign_in=request.cookies.get("sign_in", ""))

    def actors_of(visitors: Collection[Visitor]) -> dict[Visitor, tuple[Actor, ...]]:
        return {one: (signed_in.get(one.sign_in, STRANGER),) for one in visitors}

    rights = Rights(followers, visitor_of, actors_of)
    for client_id, cookie in (("console", "sign_in=melati"), ("phone", "")):
        with app.test_request_context(headers={"Cookie": cookie}):
            rights.come(client_id, flask.request)
    assert rights.now("console") == (HENDRA,)
    assert rights.now("phone") == (STRANGER,)
    signed_in.clear()
    assert rights.now("console") == ()
    assert followers.actors("console") == (), "it is sent away"
    assert rights.now("phone") == (STRANGER,)
    assert rights.now("gone") == ()
