"""Visitors: what a browser shows when its line begins, by which it can be known again later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import flask

from models.journal.actors import Actor


@dataclass(frozen=True)
class Visitor:
    """What a browser shows: a sign-in's token, its screens' tokens, and the place of its page.

    With `this_place_alone` it acts for that place and for no other of its screens.
    """

    sign_in: str = ""
    screens: tuple[str, ...] = ()
    place: str = ""
    this_place_alone: bool = False


VisitorOf = Callable[[flask.Request], Visitor]
# As whom each of them may act now; read anew each time.
ActorsOf = Callable[[Collection[Visitor]], Mapping[Visitor, tuple[Actor, ...]]]
