"""The wall: its page, the sounds it plays and its receipts for what it has shown and said."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Flask, abort, g, render_template, request, send_file
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy import select
from sqlalchemy.orm import Session

from display.voice.announcer import Announcer
from display.voice.voice import Voice
from display.wall.zone import ZONE, describe_zone, needs_of_desks
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import NotFound
from models.core.presses import PressId, RowId
from models.core.roles import BOARDS, EVERYBODY, Permit
from models.journal.actors import Actor
from models.journal.topics import Topic
from models.mall.devices import Device
from models.mall.mall import Desk, Mall, Zone
from models.queue.announcing import mark_shown, mark_spoken
from models.queue.tickets import Call

_CLIP: Final = re.compile(r"[0-9a-f]{32}")
# A clip is named by what it says, so it never changes.
_CLIP_AGE_S: Final = 7 * 24 * 3600
Mark = Callable[..., None]
ARROWS: Final = frozenset({"left", "right", "up", "down"})


@dataclass(frozen=True, config=ConfigDict(strict=True, extra="forbid"))
class ReceiptPress:
    """A wall's receipt: it has played the call, or shows it large."""

    press_id: PressId
    call_id: RowId


_RECEIPT = TypeAdapter(ReceiptPress)


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    voice: Voice,
    announcer: Announcer,
    permit: Permit,
    topics: Callable[[Topic], None],
) -> None:
    """Give the app the wall's pages, its topic `zone/<id>` and an ear for calls."""
    board = Blueprint(
        "board",
        "display",
        template_folder="templates",
        static_folder="static/display",
        static_url_path="/static/display",
    )

    @board.get("/wall")
    def wall() -> ResponseReturnValue:
        with database.reading() as session:
            return render_template(
                "display/wall/wall.html",
                boot=_boot(session, g.actor) | {"now": clock.now().isoformat()},
            )

    @board.get("/voice/<key>.wav")
    def clip(key: str) -> ResponseReturnValue:
        path = voice.path_of(key)
        if not _CLIP.fullmatch(key) or not path.exists():
            abort(404)
        return send_file(path.absolute(), mimetype="audio/wav", max_age=_CLIP_AGE_S)

    @board.post("/wall/shown")
    def shown() -> ResponseReturnValue:
        return noted("wall.shown", mark_shown)

    @board.post("/wall/spoken")
    def spoken() -> ResponseReturnValue:
        return noted("wall.spoken", mark_spoken)

    def noted(act: str, mark: Mark) -> Answer:
        press = _RECEIPT.validate_json(request.get_data())
        actor: Actor = g.actor

        def receive(session: Session, at: datetime) -> Answer:
            call = session.get(Call, press.call_id)
            if call is None or call.mall_id != actor.mall_id:
                raise NotFound
            mark(session, call, by=actor, at=at)
            return {}

        return database.press(press.press_id, act, clock.now, receive, by=actor.key)

    permit(BOARDS, "board.wall", "board.shown", "board.spoken")
    permit(EVERYBODY, "board.static", "board.clip")
    app.register_blueprint(board)
    topics(ZONE)
    database.listeners.append(announcer.hear)


def _boot(session: Session, actor: Actor) -> dict[str, Any]:
    """Return what the page must know before it is live: who it is and the zones of the hall."""
    device = session.get(Device, actor.device_id) if actor.device_id else None
    settings = device.settings if device else {}
    mall = session.get_one(Mall, actor.mall_id)
    zone_id = settings.get("zone_id")
    arrow = settings.get("arrow")
    zones = [_zone(session, zone) for zone in mall.zones]
    return {
        "name": device.name if device else "",
        "mall": {"name": mall.name, "region": mall.region},
        "zone_id": zone_id if zone_id in {zone["id"] for zone in zones} else None,
        "arrow": arrow if arrow in ARROWS else None,
        "voice": settings.get("voice") is True,
        "time_zone": mall.time_zone,
        "running": mall.texts.get("running", []),
        "zones": zones,
    }


def _zone(session: Session, zone: Zone) -> dict[str, Any]:
    desks = list(
        session.scalars(
            select(Desk).where(Desk.zone_id == zone.id, Desk.in_use).order_by(Desk.sorts_as)
        )
    )
    needs: list[dict[str, str]] = []
    for served in needs_of_desks(session, desks).values():
        needs += [need for need in served if need not in needs]
    return describe_zone(zone) | {"desks": [desk.number for desk in desks], "needs": needs}
