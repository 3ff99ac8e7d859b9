"""Who asks: the people and devices behind a request's cookies, and whether they may.

Nothing here knows passwords or codes; it only reads what signing in and pairing left behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Request, abort, g, redirect, request, session
from werkzeug.wrappers import Response

from counter.door.acting import Person, actor_of, in_order
from counter.door.keys import secret_key
from counter.door.permissions import Permissions
from counter.files.config import Config
from counter.live.visitors import Visitor
from counter.network.cookies import bare
from counter.network.forgery import require_own_page
from counter.network.loopback import from_this_machine
from counter.refusals.answers import wants_json
from models.core.clock import Clock
from models.core.database import Database
from models.core.errors import Forbidden
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.pairing import note_seen
from models.mall.sign_ins import LONGEST, SignedInUser, note_used, users_of_tokens
from models.mall.tokens import Acting, devices_of_tokens, settle_token

SESSION_COOKIE: Final = "balai"
DEVICE_COOKIE: Final = "balai-device"
LANGUAGE_COOKIE: Final = "lang"
# A sign-in and a device are noted as alive once a minute, not at every request.
NOTE_EVERY: Final = timedelta(minutes=1)
# Browsers keep no cookie longer than 400 days.
LANGUAGE_LIFETIME: Final = timedelta(days=400)
# More than a browser ever shows of the example; whoever sends more is no browser of ours.
MOST_SCREENS: Final = 32


@dataclass
class Doorkeeper:
    """Recognises who asks.

    Sign-ins age by the real clock: in an example mall or a demo the hall's clock jumps and
    runs fast, and the people in front of it do not.
    """

    database: Database
    clock: Clock
    config: Config
    mall_id: int
    real_clock: Clock = field(default_factory=Clock)
    _seen: dict[int, datetime] = field(default_factory=dict)

    @property
    def idle(self) -> timedelta:
        """How long a sign-in may rest before it is over."""
        return timedelta(hours=self.config.server.session_hours)

    def visitor(self, request: Request) -> Visitor:
        """Return what the current request's browser shows of itself."""
        sign_in = session.get("sign_in")
        screens = [token for name, token in request.cookies.items() if _is_device(name)]
        place = place_meant(request)
        return Visitor(
            sign_in=sign_in if isinstance(sign_in, str) else "",
            screens=tuple(screens[:MOST_SCREENS]),
            place=place,
            # One browser shows many screens of the example; each page is the one it names.
            this_place_alone=bool(place) and self.plays_on_its_own(request),
        )

    def actors_of(self, visitors: Collection[Visitor]) -> dict[Visitor, tuple[Actor, ...]]:
        """Return all for whom each browser may act now: who signed in, then its devices.

        Never empty: somebody unknown is one actor with the role PUBLIC. Two statements read it
        for all of them, and none for phones, which show nothing.
        """
        tokens = {one.sign_in for one in visitors if one.sign_in}
        screens = {token for one in visitors for token in one.screens}
        people, devices = self._people(tokens), self._devices(screens)
        found = {}
        for one in visitors:
            person = people.get(one.sign_in)
            acting = in_order(one, devices)
            found[one] = self._actors(None if person is None else actor_of(person), acting)
        return found

    def person(self, visitor: Visitor) -> Person | None:
        """Return who is signed in with that browser."""
        found = self._people([visitor.sign_in]) if visitor.sign_in else {}
        user = found.get(visitor.sign_in)
        if user is None:
            return None
        return Person(user.name, actor_of(user), user.sign_in_id, user.seen_at)

    def actors_beside(self, person: Person | None, visitor: Visitor) -> tuple[Actor, ...]:
        """Return the actors of one browser when it is known already who is signed in.

        The device that it is first of all is noted as alive.
        """
        devices = in_order(visitor, self._devices(visitor.screens))
        for device in devices[:1]:
            self._note(device)
        for device in devices:
            if device.renewed:  # and comes so again until it could be written
                self.database.note(partial(settle_token, device_id=device.id))
        return self._actors(None if person is None else person.actor, devices)

    def plays_on_its_own(self, request: Request) -> bool:
        """Tell whether screens pair themselves for whoever asks: the example, at its machine."""
        return self.config.mall.example and from_this_machine(request)

    def note_used(self, person: Person) -> None:
        """Let a sign-in that is in use go on; what cannot be written at once is next time."""
        now = self.real_clock.now()
        if now - person.seen_at > NOTE_EVERY:
            self.database.note(partial(note_used, sign_in_id=person.sign_in_id, at=now))

    def _people(self, tokens: Collection[str]) -> dict[str, SignedInUser]:
        if not tokens:
            return {}
        with self.database.glancing() as connection:
            return users_of_tokens(connection, tokens, idle=self.idle, at=self.real_clock.now())

    def _devices(self, tokens: Collection[str]) -> dict[str, Acting]:
        if not tokens:
            return {}
        with self.database.glancing() as connection:
            return devices_of_tokens(connection, tokens)

    def _actors(self, person: Actor | None, devices: Iterable[Acting]) -> tuple[Actor, ...]:
        screens = [
            Actor(role=device.role, mall_id=device.mall_id, device_id=device.id)
            for device in devices
        ]
        known = (*(() if person is None else (person,)), *screens)
        return known or (Actor(mall_id=self.mall_id),)

    def _note(self, device: Acting) -> None:
        at = self.clock.now()
        if at - self._seen.get(device.id, datetime.min.replace(tzinfo=at.tzinfo)) < NOTE_EVERY:
            return
        if self.database.note(partial(note_seen, device_id=device.id, at=at)):
            self._seen[device.id] = at


def register(app: Flask, doorkeeper: Doorkeeper, permissions: Permissions) -> None:
    """Let `app` know before each request who asks, and turn away who may not."""
    config = doorkeeper.config
    app.secret_key = secret_key(config.data_dir)
    app.config.update(
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST,
        SESSION_REFRESH_EACH_REQUEST=False,
    )

    @app.before_request
    def identify_and_permit() -> Response | None:
        g.lang, g.mall_id = config.mall.languages[0], doorkeeper.mall_id
        g.actor = Actor(mall_id=doorkeeper.mall_id)
        endpoint = request.endpoint
        if endpoint is not None and endpoint.rpartition(".")[2] == "static":
            return None
        require_own_page(request, config.mall.public_url, _our_cookies(request))
        visitor = doorkeeper.visitor(request)
        g.person = doorkeeper.person(visitor)
        actors = doorkeeper.actors_beside(g.person, visitor)
        g.actor = actors[0]
        own = bool(endpoint and permissions.for_devices_alone(endpoint))
        g.lang = _language(config, of_a_screen=own or request.blueprint == "pairing")
        allowed = next(
            (one for one in actors if endpoint and permissions.permits(endpoint, one.role)), None
        )
        if endpoint is not None and allowed is None:
            return _turn_away(actors, to_pair=own)
        g.actor = allowed or actors[0]
        g.mall_id = g.actor.mall_id or doorkeeper.mall_id
        if g.person is not None:
            doorkeeper.note_used(g.person)
        return None

    @app.after_request
    def keep_language(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in config.mall.languages and g.get("actor", Actor()).device_id is None:
            response.set_cookie(
                LANGUAGE_COOKIE, asked, max_age=LANGUAGE_LIFETIME, httponly=True, samesite="Lax"
            )
        return response


def carry_sign_in(token: str) -> None:
    """Make the browser's session the one of this sign-in, with nothing left of the one before."""
    session.clear()
    session.permanent = True
    session["sign_in"] = token


def place_meant(request: Request) -> str:
    """Return the place that the page's address names, "" without one.

    A press or a socket has no such address of its own; its page is the one that sent it.
    """
    return request.args.get("place") or place_in(request.referrer or "")


def place_in(url: str) -> str:
    """Return the place that the address `url` names, "" without one."""
    try:
        query = urlsplit(url).query
    except ValueError:  # a browser names its page, a stranger anything
        return ""
    return (parse_qs(query).get("place") or [""])[0]


def local_path(url: str | None) -> str | None:
    """Return `url` if it is a path of this site, else None: nobody is sent elsewhere."""
    if not url or not url.startswith("/") or url.startswith("//"):
        return None
    if "\\" in url or any(ord(one) < 0x20 for one in url):
        return None
    return url


def _turn_away(actors: tuple[Actor, ...], *, to_pair: bool) -> Response:
    page = request.method == "GET" and not wants_json()
    here = request.full_path.removesuffix("?")
    if page and to_pair:
        return redirect(f"/pair?{urlencode({'next': here})}")
    if any(actor.role is not Role.PUBLIC for actor in actors):
        raise Forbidden
    if not page:
        abort(401)
    return redirect(f"/sign-in?{urlencode({'next': here})}")


def _language(config: Config, *, of_a_screen: bool) -> str:
    """Return what somebody asked for, chose before, or has a browser in."""
    known = config.mall.languages
    for asked in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in known:
            return asked
    # A screen of the hall speaks the hall's language, whatever its browser was installed in.
    if g.actor.device_id or of_a_screen:
        return known[0]
    return request.accept_languages.best_match(known) or known[0]


def _is_device(cookie: str) -> bool:
    name = bare(cookie)
    return name == DEVICE_COOKIE or name.startswith(f"{DEVICE_COOKIE}.")


def _our_cookies(request: Request) -> list[str]:
    return [name for name in request.cookies if bare(name) == SESSION_COOKIE or _is_device(name)]
