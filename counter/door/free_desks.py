"""The desks as the sign-in form offers them: whether somebody sits there, and never who."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.mall.mall import Mall
from models.queue.shifts import Shift


@dataclass(frozen=True)
class OfferedDesk:
    """A desk of the form. `own` says that who sits there has signed in in this browser before."""

    number: str
    taken: bool
    own: bool


@dataclass(frozen=True)
class Offer:
    """The desks of a mall by zone, and the one that is chosen beforehand.

    `warning` is the end of a key in the language files, "" without one; it is about `warned`,
    the desk of this computer.
    """

    zones: dict[str, list[OfferedDesk]]
    chosen: str
    warning: str = ""
    warned: str = ""


def offer_desks(
    session: Session, mall: Mall, *, remembered: str, chosen: str, known: Collection[int]
) -> Offer:
    """Return what the form offers where the desk `remembered` stands, before a password is typed.

    `chosen` is what was chosen in the form already, and `known` are the users who have signed in
    in this browser. A desk where somebody else sits is never chosen for anybody: whoever typed
    a password for it would be turned away.
    """
    sitting = select(Shift).where(Shift.mall_id == mall.id, Shift.ended_at.is_(None))
    officers = {shift.desk_id: shift.user_id for shift in session.scalars(sitting)}
    zones: dict[str, list[OfferedDesk]] = {}
    here: OfferedDesk | None = None
    for desk in (one for one in mall.desks if one.in_use):
        officer = officers.get(desk.id)
        offered = OfferedDesk(desk.number, officer is not None, own=officer in known)
        zones.setdefault(desk.zone.bare_name, []).append(offered)
        here = offered if offered.number == remembered else here
    if chosen or here is None:
        return Offer(zones, chosen)
    if not here.taken:
        return Offer(zones, remembered)
    if here.own:
        return Offer(zones, remembered, "desk_still_open", remembered)
    return Offer(zones, "", "desk_in_use", remembered)
