"""Pairing: a screen shows a code, a leader says what it is, and it acts until that is withdrawn."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from models.core.errors import CodeUnknown, PlaceTaken
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.events import DevicePaired, DeviceWithdrawn
from models.journal.record import record
from models.mall.check_words import check_words
from models.mall.devices import Device
from models.mall.mall import Mall
from models.mall.tokens import TOKEN_BYTES, fingerprint

CODE_LIFETIME = timedelta(minutes=5)
# A screen that was switched off before anybody paired it leaves nothing behind.
UNPAIRED_LIFETIME = timedelta(hours=1)
# One that was withdrawn is known again so long, though it was off for the weekend.
REMEMBERED_LIFETIME = timedelta(days=30)
CODE_DIGITS = 6


@dataclass(frozen=True)
class Place:
    """What a device may be: an entry of the hall's plan, with what it needs to play its part."""

    code: str
    name: str
    role: Role
    settings: Mapping[str, object]


@dataclass(frozen=True)
class Asked:
    """What a screen that is not paired holds: its secret token, and the code for people."""

    device_id: int
    token: str
    code: str
    expires_at: datetime

    @property
    def words(self) -> str:
        """What the screen shows beside the code, and the leader's page as well."""
        return check_words(fingerprint(self.token), self.code)


def new_code(session: Session, mall_id: int, *, token: str | None, at: datetime) -> Asked:
    """Give the screen that holds `token` a fresh code, good for CODE_LIFETIME from `at`.

    With each code comes a new token, and the one before opens nothing any more: somebody may have
    put theirs into the screen's browser, to act by it once it is paired.

    A screen without a token, or with one that was paired or withdrawn, begins anew. Of one that
    was withdrawn it is kept what it was, which gives it no right.
    """
    _forget_old(session, at)
    drawn = secrets.token_urlsafe(TOKEN_BYTES)
    device = None if token is None else _unpaired(session, mall_id, token)
    if device is None:
        before = None if token is None else _withdrawn(session, token)
        device = Device(mall_id=mall_id, token_hash=fingerprint(drawn), created_at=at)
        if before is not None and before.mall_id == mall_id:
            device.place, device.name = before.place, before.name
        session.add(device)
    device.token_hash = fingerprint(drawn)
    code = _free_code(session)
    expires_at = at + CODE_LIFETIME
    device.code, device.code_expires_at = code, expires_at
    session.flush()
    return Asked(device_id=device.id, token=drawn, code=code, expires_at=expires_at)


def wait_for_other_pairings(session: Session, mall_id: int) -> None:
    """Make the mall's pairings wait for each other, or two would find one place free at once."""
    session.execute(select(Mall.id).where(Mall.id == mall_id).with_for_update(key_share=True))


def pair(
    session: Session, mall_id: int, code: str, place: Place, *, name: str, by: Actor, at: datetime
) -> Device:
    """Make the screen that shows `code` play `place`; the code is used up.

    Spaces and hyphens in `code` do not matter. Raises CodeUnknown, and PlaceTaken for a second
    agent of one printer: two would share its papers and each other's doubts.
    """
    device = session.scalars(_showing(mall_id, code, at).with_for_update()).first()
    if device is None:
        raise CodeUnknown
    _require_free(session, mall_id, place)
    device.role, device.place = place.role, place.code
    device.name = name.strip() or place.name
    device.settings = dict(place.settings)
    device.code = device.code_expires_at = None
    device.paired_at, device.paired_by_id, device.last_seen_at = at, by.user_id, at
    session.flush()
    record(session, DevicePaired(mall_id=mall_id, at=at, device_id=device.id), by)
    return device


def played_before(session: Session, mall_id: int, code: str, at: datetime) -> Device | None:
    """Return the unpaired screen that shows `code`, if it held a place until it was withdrawn.

    Its `place` and `name` are what it was then. None as well while another screen plays that
    place, so that nobody makes two of one by mistake.
    """
    device = session.scalars(_showing(mall_id, code, at)).first()
    if device is None or not device.place or device.place in places_played(session, mall_id):
        return None
    return device


def places_played(session: Session, mall_id: int) -> set[str]:
    """Return the codes of the places that some screen of the mall plays."""
    return {one.place for one in paired_devices(session, mall_id) if one.withdrawn_at is None}


def withdraw(session: Session, device: Device, *, by: Actor, at: datetime) -> None:
    """Take the token of `device` back; it must be paired again. A second time changes nothing."""
    if device.withdrawn_at is not None:
        return
    device.withdrawn_at = at
    device.code = device.code_expires_at = None
    session.flush()
    record(session, DeviceWithdrawn(mall_id=device.mall_id, at=at, device_id=device.id), by)


def words_of_code(session: Session, mall_id: int, code: str, at: datetime) -> str:
    """Return the check words of the unpaired screen that shows `code`, "" when none does."""
    device = session.scalars(_showing(mall_id, code, at)).first()
    return "" if device is None else check_words(device.token_hash, device.code or "")


def kiosks_at(session: Session, mall_id: int, place: Place) -> list[Device]:
    """Return the kiosks that play `place`: one, because its paper comes out there.

    In the example there may be more, since every browser at its machine pairs itself.
    """
    if place.role is not Role.KIOSK:
        return []
    return [
        one
        for one in paired_devices(session, mall_id)
        if one.place == place.code and one.withdrawn_at is None
    ]


def was_withdrawn(session: Session, token: str) -> bool:
    """Tell whether `token` was a device's until somebody took it back."""
    return _withdrawn(session, token) is not None


def shown_code(session: Session, token: str, at: datetime) -> Device | None:
    """Return the unpaired device that shows a code which is still good at `at`."""
    return session.scalars(
        select(Device).where(
            Device.token_hash == fingerprint(token),
            Device.role.is_(None),
            Device.code_expires_at > at,
        )
    ).first()


def is_playing(session: Session, mall_id: int, device_id: int) -> bool:
    """Tell whether that device of the mall is paired, and not withdrawn; it is no secret."""
    device = session.get(Device, device_id)
    return (
        device is not None
        and device.mall_id == mall_id
        and device.role is not None
        and device.withdrawn_at is None
    )


def paired_devices(session: Session, mall_id: int) -> list[Device]:
    """Return all devices of the mall that were ever paired, those in use first."""
    found = session.scalars(
        select(Device).where(Device.mall_id == mall_id, Device.role.is_not(None))
    )
    return sorted(found, key=lambda one: (one.withdrawn_at is not None, one.place, one.id))


def furnish(session: Session, mall_id: int, places: Iterable[Place]) -> None:
    """Give the paired devices the settings that their places have now."""
    settings = {place.code: place.settings for place in places}
    for device in paired_devices(session, mall_id):
        if device.withdrawn_at is None and device.place in settings:
            device.settings = dict(settings[device.place])


def note_seen(session: Session, device_id: int, at: datetime) -> None:
    """Note that the device was heard of at `at`."""
    session.execute(update(Device).where(Device.id == device_id).values(last_seen_at=at))


def nickname(token_hash: str) -> str:
    """Return the few characters by which people tell one unpaired screen from another."""
    return token_hash[:4]


def _require_free(session: Session, mall_id: int, place: Place) -> None:
    if place.role is not Role.AGENT:
        return
    for other in paired_devices(session, mall_id):
        if other.place == place.code and other.withdrawn_at is None:
            raise PlaceTaken(device=other.name)


def _showing(mall_id: int, code: str, at: datetime) -> Select[Device]:
    digits = "".join(one for one in code if one.isdigit())
    return select(Device).where(
        Device.mall_id == mall_id,
        Device.code == digits,
        Device.code_expires_at > at,
        Device.role.is_(None),
    )


def _withdrawn(session: Session, token: str) -> Device | None:
    return session.scalars(
        select(Device).where(
            Device.token_hash == fingerprint(token),
            Device.withdrawn_at.is_not(None),
        )
    ).first()


def _unpaired(session: Session, mall_id: int, token: str) -> Device | None:
    return session.scalars(
        select(Device)
        .where(
            Device.mall_id == mall_id,
            Device.token_hash == fingerprint(token),
            Device.role.is_(None),
            Device.withdrawn_at.is_(None),
        )
        .with_for_update()  # a leader may be pairing it now
    ).first()


def _forget_old(session: Session, at: datetime) -> None:
    """Free the codes that ran out, and drop screens that nobody paired."""
    session.execute(
        delete(Device).where(
            Device.role.is_(None),
            or_(
                and_(Device.place == "", Device.code_expires_at <= at - UNPAIRED_LIFETIME),
                Device.code_expires_at <= at - REMEMBERED_LIFETIME,
            ),
        )
    )
    session.execute(
        update(Device)
        .where(Device.code.is_not(None), Device.code_expires_at <= at)
        .values(code=None)
    )


def _free_code(session: Session) -> str:
    """Return a code that no screen shows; with a million of them the first is nearly always it."""
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        if session.scalars(select(Device.id).where(Device.code == code)).first() is None:
            return code
