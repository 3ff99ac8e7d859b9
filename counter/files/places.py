"""The places that a device may play: config.toml's kiosks, boards and printers with an agent."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.files.config import Config
from counter.files.settings import KioskSettings
from models.core.roles import Role
from models.mall.mall import Zone
from models.mall.pairing import Place
from models.paper.agents import agent_place


def places_of(session: Session, config: Config, mall_id: int) -> list[Place]:
    """Return the kiosks, then the boards, then the agents of printers on other machines.

    A kiosk's settings name its printer and the one that steps in for it; a board's its zone
    (None shows the whole hall), the way of its arrow and whether it speaks.
    """
    in_mall = select(Zone).where(Zone.mall_id == mall_id)
    zones = {zone.code: zone.id for zone in session.scalars(in_mall)}
    kiosks = [
        Place(one.code, one.name, Role.KIOSK, _paper_of(config, one)) for one in config.kiosks
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
    agents = [
        Place(agent_place(one.code), one.name, Role.AGENT, {"printer": one.code})
        for one in config.printers
        if one.kind == "agent"
    ]
    return kiosks + boards + agents


def _paper_of(config: Config, kiosk: KioskSettings) -> dict[str, object]:
    names = {one.code: one.name for one in config.printers}
    return {
        "printer": kiosk.printer,
        "fallback": kiosk.fallback,
        "fallback_name": names.get(kiosk.fallback, ""),
    }
