"""As whom a browser acts: the person who signed in with it, and the screens that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counter.live.visitors import Visitor
from models.journal.actors import Actor
from models.mall.sign_ins import SignedInUser
from models.mall.tokens import Acting


@dataclass(frozen=True)
class Person:
    """Who is signed in: their name, as whom they act, and with which sign-in, last noted when."""

    name: str
    actor: Actor
    sign_in_id: int
    seen_at: datetime


def actor_of(user: SignedInUser) -> Actor:
    """Return as whom somebody acts who is signed in."""
    return Actor(role=user.role, mall_id=user.mall_id, user_id=user.user_id)


def in_order(visitor: Visitor, devices: Mapping[str, Acting]) -> list[Acting]:
    """Return the devices of one browser, the one whose place its page names first."""
    acting = {devices[one].id: devices[one] for one in visitor.screens if one in devices}
    own = [acting[id_] for id_ in sorted(acting)]
    own.sort(key=lambda device: device.place != visitor.place)
    return [one for one in own if one.place == visitor.place or not visitor.this_place_alone]
