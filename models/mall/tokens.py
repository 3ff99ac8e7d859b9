"""The secret tokens of browsers: only fingerprints are kept, and a screen's can be renewed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Session

from models.core.roles import Role
from models.mall.devices import Device

TOKEN_BYTES: Final = 32


@dataclass(frozen=True)
class Acting:
    """A device that may act: which it is, in which mall, and what it plays."""

    id: int
    mall_id: int
    role: Role
    place: str
    # It came with the token that is to take the place of the one before.
    renewed: bool = False


_ACTING: Final = select(
    Device.token_hash,
    Device.next_token_hash,
    Device.id,
    Device.mall_id,
    Device.role,
    Device.place,
).where(
    or_(
        Device.token_hash.in_(bindparam("hashes", expanding=True)),
        Device.next_token_hash.in_(bindparam("hashes", expanding=True)),
    ),
    Device.role.is_not(None),
    Device.withdrawn_at.is_(None),
)


def devices_of_tokens(looking: Session | Connection, tokens: Iterable[str]) -> dict[str, Acting]:
    """Return by its token each device that may act with one of `tokens`: paired, not withdrawn."""
    hashes = {fingerprint(token): token for token in tokens}
    found = looking.execute(_ACTING, {"hashes": list(hashes)})
    return {
        hashes[hash_]: Acting(id_, mall_id, role, place, renewed=hash_ == newer)
        for now, newer, id_, mall_id, role, place in found
        for hash_ in (now, newer)
        if role and hash_ in hashes
    }


def renew_token(session: Session, token: str) -> str | None:
    """Draw a new token for the paired device that holds `token`; None when there is none.

    Until it is first used, and settle_token() is told so, the old one is good, too: an answer
    may be lost on its way.
    """
    device = session.scalars(
        select(Device).where(
            Device.token_hash == fingerprint(token),
            Device.role.is_not(None),
            Device.withdrawn_at.is_(None),
        )
    ).first()
    if device is None:
        return None
    drawn = secrets.token_urlsafe(TOKEN_BYTES)
    device.next_token_hash = fingerprint(drawn)
    return drawn


def settle_token(session: Session, device_id: int) -> None:
    """Let the device's new token take the place of the old one, which opens nothing any more."""
    session.execute(
        update(Device)
        .where(Device.id == device_id, Device.next_token_hash.is_not(None))
        .values(token_hash=Device.next_token_hash, next_token_hash=None)
    )


def fingerprint(token: str) -> str:
    """Return what the database keeps of a token: its SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
