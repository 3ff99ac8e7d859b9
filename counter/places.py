"""The places that a screen may play: config.toml's kiosks and boards, with what each needs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.config import Config
from models.devices import Place
from models.mall import Zone
from models.people import Role


def places_of(session: Session, config: Config, mall_id: int) -> list[Place]:
    """Return the kiosks, then the boards.

    A kiosk's settings name its printer; a board's its zone (None shows the whole hall), the
    way of its arrow and whether it speaks.
    """
    in_mall = select(Zone).where(Zone.mall_id == mall_id)
    zones = {zone.code: zone.id for zone in session.scalars(in_mall)}
    kiosks = [
        Place(one.code, one.name, Role.KIOSK, {"printer": one.printer}) for one in config.kiosks
    ]
    boards = [
        Place(
            one.code,
            one.name,
            Role.BOARD,
            {"zone_id": zones.get(one.zone), "arrow": one.arrow, "voice": one.voice},
        )
        for one in config.boards
    ]
    return kiosks + boards
