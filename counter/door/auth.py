"""Who asks: the people and devices behind a request's cookies, and whether they may.

Nothing here knows passwords or codes; it only reads what signing in and pairing left behind.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, Request, abort, g, redirect, request, session
from sqlalchemy import bindparam, select
from werkzeug.wrappers import Response

from counter.door.permissions import Permissions
from counter.files.config import Config
from counter.network.cookies import bare
from counter.network.forgery import require_own_page
from counter.network.loopback import from_this_machine
from counter.refusals.answers import wants_json
from models.core.clock import Clock
from models.core.database import Database
from models.core.errors import Forbidden
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.pairing import Acting, devices_of_tokens, note_seen
from models.mall.people import User

SESSION_COOKIE: Final = "balai"
DEVICE_COOKIE: Final = "balai-device"
LANGUAGE_COOKIE: Final = "lang"
LONGEST_SIGN_IN: Final = timedelta(hours=12)
# A sign-in and a device are noted as alive once a minute, not at every request.
NOTE_EVERY: Final = timedelta(minutes=1)
# Browsers keep no cookie longer than 400 days.
LANGUAGE_LIFETIME: Final = timedelta(days=400)
KEY_FILE: Final = "secret.key"
KEY_BYTES: Final = 32

_USER: Final = select(User.name, User.role, User.mall_id, User.in_use, User.signed_out_at).where(
    User.id == bindparam("user_id")
)


class KeyBroken(Exception):
    """A file is no key that signs cookies; the message goes on after the file's name."""


@dataclass(frozen=True)
class Person:
    """Who is signed in: their name, and as whom they act."""

    name: str
    actor: Actor


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

    def actors_of(self, request: Request) -> tuple[Actor, ...]:
        """Return all whom this browser may act for: who signed in, then its devices.

        Never empty: somebody unknown is one actor with the role PUBLIC. `request` is the current
        one, a page's or that with which a socket begins.
        """
        return self.actors_beside(self.person(), request)

    def actors_beside(self, person: Person | None, request: Request) -> tuple[Actor, ...]:
        """Return the same when it is known already who is signed in."""
        known = (*(() if person is None else (person.actor,)), *self._devices(request))
        return known or (Actor(mall_id=self.mall_id),)

    def plays_on_its_own(self, request: Request) -> bool:
        """Tell whether screens pair themselves for whoever asks: the example, at its machine."""
        return self.config.mall.example and from_this_machine(request)

    def person(self) -> Person | None:
        """Return who is signed in with the current request's browser."""
        user_id, began_s, seen_s = (session.get(name) for name in ("user", "began", "seen"))
        if not (user_id and began_s and seen_s):
            return None
        now_s = self.real_clock.now().timestamp()
        idle_s = self.config.server.session_hours * 3600
        if now_s - seen_s > idle_s or now_s - began_s > LONGEST_SIGN_IN.total_seconds():
            return None
        with self.database.glancing() as connection:
            user = connection.execute(_USER, {"user_id": user_id}).one_or_none()
        if user is None or not user.in_use:
            return None
        if user.signed_out_at is not None and began_s < user.signed_out_at.timestamp():
            return None
        actor = Actor(role=user.role, mall_id=user.mall_id, user_id=user_id)
        return Person(user.name, actor)

    def _devices(self, request: Request) -> list[Actor]:
        tokens = [token for name, token in request.cookies.items() if _is_device(name)]
        if not tokens:
            return []
        with self.database.glancing() as connection:
            devices = devices_of_tokens(connection, tokens)
        place = place_meant(request)
        devices.sort(key=lambda device: device.place != place)
        if place and self.plays_on_its_own(request):
            # One browser shows many screens of the example; each page is the one it names.
            devices = [device for device in devices if device.place == place]
        for device in devices[:1]:
            self._note(device)
        return [
            Actor(role=device.role, mall_id=device.mall_id, device_id=device.id)
            for device in devices
        ]

    def _note(self, device: Acting) -> None:
        at = self.clock.now()
        if at - self._seen.get(device.id, datetime.min.replace(tzinfo=at.tzinfo)) < NOTE_EVERY:
            return
        self._seen[device.id] = at
        with self.database.transaction() as session:
            note_seen(session, device.id, at)


def register(app: Flask, doorkeeper: Doorkeeper, permissions: Permissions) -> None:
    """Let `app` know before each request who asks, and turn away who may not."""
    config = doorkeeper.config
    app.secret_key = secret_key(config.data_dir)
    app.config.update(
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=LONGEST_SIGN_IN,
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
        g.person = doorkeeper.person()
        actors = doorkeeper.actors_beside(g.person, request)
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
        _slide(doorkeeper.real_clock.now().timestamp())
        return None

    @app.after_request
    def keep_language(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in config.mall.languages and g.get("actor", Actor()).device_id is None:
            response.set_cookie(
                LANGUAGE_COOKIE, asked, max_age=LANGUAGE_LIFETIME, httponly=True, samesite="Lax"
            )
        return response


def secret_key(data_dir: Path) -> bytes:
    """Return the key that signs cookies, made at the first start and readable by us alone.

    Raises KeyBroken when what is there is none.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=data_dir, prefix=f"{KEY_FILE}.")
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            # A power cut must not leave the name of a key without the key.
            os.fsync(file.fileno())
        # A second process that starts now finds no file or a whole one, and the first one stays.
        with suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return sound_key(path)


def sound_key(path: Path) -> bytes:
    """Return the key in the file `path`. Raises KeyBroken when there is none in it."""
    if not path.exists():
        raise KeyBroken("is not there")
    # A device file would be read without end.
    if not path.is_file():
        raise KeyBroken(f"is no file, and a key is a file of {KEY_BYTES} bytes")
    try:
        with path.open("rb") as file:
            key = file.read(KEY_BYTES)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise KeyBroken(f"cannot be read: {error.strerror}") from error
    if size != KEY_BYTES:
        raise KeyBroken(f"holds {size} bytes, and a key has {KEY_BYTES}")
    return key


def begin_sign_in(user_id: int, at: datetime) -> None:
    """Make the browser's session one of this user, with nothing left of the one before.

    `at` is the real time, an aware UTC instant.
    """
    session.clear()
    session.permanent = True
    session.update(user=user_id, began=at.timestamp(), seen=at.timestamp())


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


def _slide(now_s: float) -> None:
    """Let a sign-in that is in use go on."""
    if "user" in session and now_s - session.get("seen", 0.0) > NOTE_EVERY.total_seconds():
        session["seen"] = now_s


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
