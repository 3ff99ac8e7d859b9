"""The hall's devices in the hands of its leaders: pairing by code, seeing, taking back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from flask import Blueprint, Flask, abort, g, jsonify, redirect, render_template, request
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.auth import Doorkeeper
from counter.door.pages import SCREENS, Page
from counter.files.config import Config
from counter.files.places import places_of
from counter.network.throttle import Throttle
from models.core.errors import CodeUnknown, NotFound, PlaceTaken
from models.core.event import Event
from models.core.roles import LEADERS
from models.journal.actors import Actor
from models.journal.events import DeviceWithdrawn
from models.journal.topics import Topic, id_in
from models.mall.devices import Device
from models.mall.pairing import (
    Place,
    kiosk_at,
    pair,
    paired_devices,
    places_played,
    played_before,
    withdraw,
    words_of_code,
)
from models.paper.agents import agent_place

WRONG_CODES: Final = 10
# A leader who types a code is told what its screen was; guessing that way ends, too.
ASKED_CODES: Final = 60
PER_PERSON: Final = timedelta(minutes=10)
# A screen is noted as alive once a minute; three without a sign are silence.
SILENT_AFTER: Final = timedelta(minutes=3)


@dataclass(frozen=True)
class Confirmed:
    """What a leader says about the screen that shows `code`."""

    code: Annotated[str, Field(max_length=20)] = ""
    place: Annotated[str, Field(max_length=60)] = ""
    name: Annotated[str, Field(max_length=80)] = ""
    # What the page said the screen shows, once it had; and whether another kiosk is to leave.
    words: Annotated[str, Field(max_length=40)] = ""
    move: Annotated[str, Field(max_length=3)] = ""


CONFIRMED = TypeAdapter(Confirmed)


class Uncompared(Exception):
    """The leader was not shown yet which words the screen shows, or they were others."""


class KioskThere(Exception):
    """A kiosk of that name plays the place; nothing was said of its leaving."""


# Why a screen was not paired: what the page says, and the status of the answer.
WHY_NOT: Final[dict[type[Exception], tuple[str, int]]] = {
    NotFound: ("no_place", 422),
    Uncompared: ("compare", 409),
    KioskThere: ("kiosk_taken", 409),
    PlaceTaken: ("place_taken", 409),
    CodeUnknown: ("no_code", 409),
}


@dataclass(frozen=True)
class Row:
    """One device as the page shows it."""

    id: int
    name: str
    role: str
    place: str
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

    def shown(form: Confirmed, says: str = "", holder: str = "") -> str:
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
                says=says,
                holder=holder,
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
            return shown(form, "too_often"), 429
        try:
            with database.transaction() as session:
                device = _confirmed(session, doorkeeper.config, form, by=g.actor, at=at)
        except tuple(WHY_NOT) as no:
            if isinstance(no, CodeUnknown):
                throttle.count(person, at)
            says, status = WHY_NOT[type(no)]
            return shown(form, says, holder=str(no) if isinstance(no, KioskThere) else ""), status
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
        with database.transaction() as session:
            device = session.get(Device, device_id)
            if device is None or device.mall_id != g.mall_id:
                raise NotFound
            withdraw(session, device, by=g.actor, at=clock.now())
        return redirect("/devices", 303)


def _confirmed(
    session: Session, config: Config, form: Confirmed, *, by: Actor, at: datetime
) -> Device:
    """Pair the screen that shows the code. Raises one of WHY_NOT."""
    place = place_called(session, config, g.mall_id, form.place)
    words = words_of_code(session, g.mall_id, form.code, at)
    if words and words != form.words:
        # Without a script the page could not say yet what the screen shows.
        raise Uncompared
    _free(session, g.mall_id, place, move=bool(form.move), by=by, at=at)
    return pair(session, g.mall_id, form.code, place, name=form.name, by=by, at=at)


def _free(
    session: Session, mall_id: int, place: Place, *, move: bool, by: Actor, at: datetime
) -> None:
    """Raise KioskThere while a kiosk plays `place`; to `move`, it is withdrawn instead."""
    while (there := kiosk_at(session, mall_id, place)) is not None:
        if not move:
            raise KioskThere(there.name)
        withdraw(session, there, by=by, at=at)


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


def place_called(session: Session, config: Config, mall_id: int, code: str) -> Place:
    """Return the place of that code. Raises NotFound."""
    places = {place.code: place for place in reversed(places_of(session, config, mall_id))}
    found = places.get(code) or places.get(agent_place(code))
    if found is None:
        raise NotFound
    return found


def pair_by_code(
    session: Session,
    config: Config,
    mall_id: int,
    code: str,
    place: str,
    *,
    move: bool,
    at: datetime,
) -> Device:
    """Pair from the command line, where whoever types owns the machine.

    The code of a printer means its agent, where no screen is called the same. Raises NotFound
    for a place that config.toml does not name, KioskThere without `move`, and what pair() raises.
    """
    chosen = place_called(session, config, mall_id, place)
    by = Actor(mall_id=mall_id)
    _free(session, mall_id, chosen, move=move, by=by, at=at)
    return pair(session, mall_id, code, chosen, name="", by=by, at=at)


def rows_of(session: Session, mall_id: int, at: datetime) -> list[Row]:
    """Return the mall's devices as they stand at `at`, those in use first."""
    return [
        Row(
            id=device.id,
            name=device.name,
            role="" if device.role is None else device.role.value,
            place=device.place,
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
    if device.last_seen_at is None or at - device.last_seen_at > SILENT_AFTER:
        return "silent"
    return "here"
