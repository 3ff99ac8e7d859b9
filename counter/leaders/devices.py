"""The hall's devices in the hands of its leaders: pairing by code, seeing, taking back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Flask, abort, g, jsonify, redirect, render_template, request
from pydantic.dataclasses import dataclass
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper
from counter.door.pages import SCREENS, Page
from counter.files.places import places_of
from counter.leaders.confirming import (
    CONFIRMED,
    TOO_OFTEN,
    WHY_NOT,
    Confirmed,
    WhyNot,
    pair_as_confirmed,
)
from counter.network.throttle import Throttle
from models.core.errors import CodeUnknown, NotFound
from models.core.event import Event
from models.core.roles import LEADERS
from models.journal.actors import Actor
from models.journal.events import DeviceWithdrawn
from models.journal.topics import Topic, id_in
from models.mall.devices import Device, is_silent
from models.mall.pairing import (
    Place,
    paired_devices,
    places_played,
    played_before,
    withdraw,
    words_of_code,
)

WRONG_CODES: Final = 10
# A leader who types a code is told what its screen was; guessing that way ends, too.
ASKED_CODES: Final = 60
PER_PERSON: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Row:
    """One device as the page shows it."""

    id: int
    name: str
    role: str
    place: str
    paired_at: datetime | None
    seen_at: datetime | None
    state: str


PAGE: Final = Page(
    name="devices",
    path="/devices",
    roles=LEADERS,
    acts=("confirm", "take_back", "screen"),
    words="counter.devices.title",
    within=SCREENS,
)


def register(
    app: Flask,
    *,
    doorkeeper: Doorkeeper,
    pages: Callable[[Page], None],
    topics: Callable[[Topic], None],
) -> None:
    """Add /devices to `app`, and give `topics` the one by which a screen hears of its end."""
    blueprint = Blueprint("devices", __name__)
    database, clock = doorkeeper.database, doorkeeper.clock
    throttle = Throttle(WRONG_CODES, PER_PERSON)

    def shown(
        form: Confirmed, why_not: WhyNot | None = None, there: Exception | None = None
    ) -> str:
        done = request.args.get("done", "")
        with database.reading() as session:
            rows = rows_of(session, g.mall_id, clock.now())
            places = places_of(session, doorkeeper.config, g.mall_id)
            before = _before(session, places, form.code, clock.now())
            if before and not form.place:
                form = replace(form, place=before["place"], name=form.name or before["name"])
            words = words_of_code(session, g.mall_id, form.code, clock.now())
            return render_template(
                "counter/leaders/devices.html",
                form=form,
                why_not=why_not,
                there=there,
                words=words,
                places=places,
                played=places_played(session, g.mall_id),
                before=before,
                rows=rows,
                paired=next((row for row in rows if str(row.id) == done), None),
            )

    @blueprint.get("/devices")
    def page() -> str:
        return shown(Confirmed(code=request.args.get("code", "")[:20]))

    @blueprint.post("/devices")
    def confirm() -> Response | tuple[str, int]:
        form, at = CONFIRMED.validate_python(request.form.to_dict()), clock.now()
        person = str(g.actor.user_id)
        if throttle.wait(person, at):
            return shown(form, TOO_OFTEN), TOO_OFTEN.status
        try:
            with database.acting(clock.now) as (session, at):
                config = doorkeeper.config
                device = pair_as_confirmed(session, config, g.mall_id, form, by=g.actor, at=at)
        except tuple(WHY_NOT) as no:
            if isinstance(no, CodeUnknown):
                throttle.count(person, at)
            why_not = WHY_NOT[type(no)]
            return shown(form, why_not, no), why_not.status
        return redirect(f"/devices?done={device.id}", 303)

    _for_one_screen(blueprint, doorkeeper)
    app.register_blueprint(blueprint)
    pages(PAGE)
    topics(DEVICE)


def _for_one_screen(blueprint: Blueprint, doorkeeper: Doorkeeper) -> None:
    database, clock = doorkeeper.database, doorkeeper.clock
    throttle = Throttle(ASKED_CODES, PER_PERSON)

    @blueprint.get("/devices/screen")
    def screen() -> Response:
        """Tell what a screen shows beside its code, and what it was before it was withdrawn."""
        person, at = str(g.actor.user_id), clock.now()
        if throttle.wait(person, at):
            abort(429)
        throttle.count(person, at)
        code = request.args.get("code", "")[:20]
        with database.reading() as session:
            places = places_of(session, doorkeeper.config, g.mall_id)
            return jsonify(
                before=_before(session, places, code, at),
                words=words_of_code(session, g.mall_id, code, at),
            )

    @blueprint.post("/devices/<int:device_id>/withdraw")
    def take_back(device_id: int) -> Response:
        with database.acting(clock.now) as (session, at):
            device = session.get(Device, device_id)
            if device is None or device.mall_id != g.mall_id:
                raise NotFound
            withdraw(session, device, by=g.actor, at=at)
        return redirect("/devices", 303)


def _before(
    session: Session, places: Iterable[Place], code: str, at: datetime
) -> dict[str, str] | None:
    """Return the place and the name that the screen showing `code` had until it was withdrawn."""
    device = played_before(session, g.mall_id, code, at)
    if device is None:
        return None
    place = next((one for one in places if one.code == device.place), None)
    if place is None:
        return None
    own_name = "" if device.name == place.name else device.name
    return {"place": place.code, "name": own_name, "called": device.name}


def rows_of(session: Session, mall_id: int, at: datetime) -> list[Row]:
    """Return the mall's devices as they stand at `at`, those in use first."""
    return [
        Row(
            id=device.id,
            name=device.name,
            role="" if device.role is None else device.role.value,
            place=device.place,
            paired_at=device.paired_at,
            seen_at=device.last_seen_at,
            state=_state(device, at),
        )
        for device in paired_devices(session, mall_id)
    ]


def _paired(session: Session, key: str, _at: datetime) -> dict[str, Any] | None:
    device = session.get(Device, id_in(key))
    if device is None or device.role is None:
        return None
    return {"paired": device.withdrawn_at is None}


def _touched(_session: Session, event: Event) -> Iterable[str]:
    return [str(event.device_id)] if isinstance(event, DeviceWithdrawn) else []


def _anybody(_session: Session, _actor: Actor, _key: str) -> bool:
    """Whether a number is still paired is no secret, and a withdrawn screen is anybody."""
    return True


DEVICE = Topic("device", state=_paired, touched=_touched, may_follow=_anybody)


def _state(device: Device, at: datetime) -> str:
    if device.withdrawn_at is not None:
        return "withdrawn"
    return "silent" if is_silent(device, at) else "here"
