"""What a kiosk is: its name, the numbers that it gave, and where its papers come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.core.errors import NotFound
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.devices import Device
from models.paper.jobs import ask_for_paper
from models.paper.kinds import PaperKind
from models.queue.tickets import Ticket, ticket_of_token

_KIOSKS: Final = select(
    Device.id, Device.mall_id, Device.name, Device.place, Device.settings
).where(Device.role == Role.KIOSK)
_KIOSK: Final = _KIOSKS.where(Device.id == bindparam("device_id"))
_KIOSKS_OF: Final = _KIOSKS.where(Device.mall_id == bindparam("mall_id"))


@dataclass(frozen=True)
class KioskPlace:
    """A kiosk's name, and its printers by their codes in config.toml, empty for none."""

    device_id: int
    mall_id: int
    name: str
    printer: str
    fallback: str
    fallback_name: str

    @property
    def printers(self) -> tuple[str, ...]:
        """The printers that it has, its own first."""
        return tuple(one for one in (self.printer, self.fallback) if one)


def place_of(session: Session, device_id: int | None) -> KioskPlace | None:
    """Return what the kiosk with this id is; None when there is no such kiosk."""
    if device_id is None:
        return None
    row = session.execute(_KIOSK, {"device_id": device_id}).one_or_none()
    return None if row is None else _place(*row)


def places(session: Session, mall_id: int) -> list[KioskPlace]:
    """Return all kiosks of the mall."""
    return [_place(*row) for row in session.execute(_KIOSKS_OF, {"mall_id": mall_id})]


def ticket_given(session: Session, actor: Actor, token: str) -> Ticket:
    """Return the ticket with the token, which the kiosk gave itself. Raises NotFound."""
    ticket = ticket_of_token(session, token)
    if ticket is None or ticket.taken_by_device_id != actor.device_id:
        raise NotFound
    return ticket


def promise_paper(
    session: Session,
    place: KioskPlace | None,
    kind: PaperKind,
    payload: Mapping[str, Any],
    *,
    ticket_id: int | None,
    at: datetime,
) -> int | None:
    """Promise a paper at the kiosk's printer, which says where it came out.

    Returns the print job's id, None when the kiosk has no printer.
    """
    if place is None or not place.printer:
        return None
    return ask_for_paper(
        session,
        place.mall_id,
        place.printer,
        {**payload, "kiosk": place.name},
        ticket_id=ticket_id,
        at=at,
        kind=kind,
        fallback=place.fallback,
    ).id


def _place(
    device_id: int, mall_id: int, name: str, place: str, settings: Mapping[str, object]
) -> KioskPlace:
    printer, fallback, fallback_name = (
        str(settings.get(key) or "") for key in ("printer", "fallback", "fallback_name")
    )
    return KioskPlace(device_id, mall_id, name or place, printer, fallback, fallback_name)
