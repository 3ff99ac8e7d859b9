"""Somebody leaves: what is kept of them is handed over, and then points to nobody.

Source: UU 27/2022 articles 6 to 8 (whoever the data are about may have a copy, and have them
erased). The figures and the journal stay whole, with a pseudonym where the name was.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.journal.account_events import AccountErased, AccountExported
from models.journal.actors import Actor
from models.journal.record import JournalEntry, record
from models.mall.devices import Device
from models.mall.people import NO_PASSWORD, User
from models.mall.sign_ins import SignIn, end_sign_ins
from models.queue.shifts import Shift, shift_of


class StillSignedOn(Exception):
    """The person serves at the desk of that number now."""


def kept_of(session: Session, user: User, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return all that is kept of the user, as plain values for a file."""
    sign_ins = session.scalars(
        select(SignIn).where(SignIn.user_id == user.id).order_by(SignIn.id)
    ).all()
    shifts = session.scalars(select(Shift).where(Shift.user_id == user.id).order_by(Shift.id)).all()
    devices = session.scalars(
        select(Device.name).where(Device.paired_by_id == user.id).order_by(Device.id)
    ).all()
    kept = {
        "account": {
            "username": user.username,
            "name": user.name,
            "role": user.role.value,
            "in_use": user.in_use,
            "created_at": _iso(user.created_at),
        },
        "sign_ins": [
            {
                "began_at": _iso(one.began_at),
                "seen_at": _iso(one.seen_at),
                "address": one.address,
                "browser": one.browser,
            }
            for one in sign_ins
        ],
        "shifts": [
            {
                "desk": one.desk.number,
                "began_at": _iso(one.began_at),
                "ended_at": _iso(one.ended_at),
            }
            for one in shifts
        ],
        "paired_devices": list(devices),
        "journal": [_told(entry) for entry in _entries(session, user)],
    }
    record(session, AccountExported(mall_id=user.mall_id, at=at, user_id=user.id), by)
    return kept


def erase(session: Session, user: User, *, by: Actor, at: datetime) -> str:
    """Take from the user all that points to them; return the pseudonym that is left.

    The account is closed for good, and their sign-ins end. Raises StillSignedOn, and Erased for
    whoever was erased before.
    """
    user.must_be_kept()
    shift = shift_of(session, user.id)
    if shift is not None:
        raise StillSignedOn(shift.desk.number)
    end_sign_ins(session, user.id)
    for entry in _entries(session, user):
        if entry.data.get("address"):
            entry.data = entry.data | {"address": ""}
    user.username = _pseudonym(session, user)
    user.name = f"Mantan petugas {user.id}"
    user.password_hash = NO_PASSWORD
    user.in_use, user.failed_count, user.locked_until = False, 0, None
    erased = AccountErased(mall_id=user.mall_id, at=at, user_id=user.id, by_user_id=by.user_id)
    record(session, erased, by)
    return user.username


def _entries(session: Session, user: User) -> list[JournalEntry]:
    """Return what the journal says of the user, and what they did to the accounts of others."""
    did = JournalEntry.data["by_user_id"].as_integer() == user.id
    found = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.mall_id == user.mall_id, or_(JournalEntry.user_id == user.id, did))
        .order_by(JournalEntry.id)
    )
    return list(found)


def _told(entry: JournalEntry) -> dict[str, Any]:
    points = ("ticket_id", "step_id", "service_id", "desk_id", "device_id")
    named = {name: value for name in points if (value := getattr(entry, name)) is not None}
    return {"at": _iso(entry.at), "kind": entry.kind} | named | entry.data


def _pseudonym(session: Session, user: User) -> str:
    """Return a username that says nothing, and that nobody else has."""
    drawn = f"mantan-{user.id}"
    taken = select(User.id).where(
        User.mall_id == user.mall_id, User.username == drawn, User.id != user.id
    )
    return f"{drawn}-{secrets.token_hex(4)}" if session.scalars(taken).first() else drawn


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
