"""Sign-ins: the browsers in which somebody is signed in, kept here so that each can be ended.

Their instants are real time, also in an example mall whose clock jumps; they are carried over a
clock that is set right. A sign-in that was ended is deleted; the journal keeps that it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, ForeignKey, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base
from models.core.roles import Role
from models.mall.people import User
from models.mall.tokens import TOKEN_BYTES, fingerprint

LONGEST: Final = timedelta(hours=12)


class SignIn(Base):
    """One browser in which somebody is signed in: since when, from where, and with what."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)  # SHA-256, hex
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    # Personal, as long as the sign-in lasts: the address it came from, "Firefox, Windows".
    address: Mapped[str] = mapped_column(default="")
    browser: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class SignedInUser:
    """Who is signed in with one browser, as the database knows them now."""

    sign_in_id: int
    user_id: int
    mall_id: int
    name: str
    role: Role
    seen_at: datetime


_FOUND: Final = (
    select(
        SignIn.token_hash,
        SignIn.id,
        SignIn.began_at,
        SignIn.seen_at,
        User.id,
        User.mall_id,
        User.name,
        User.role,
    )
    .join(User, User.id == SignIn.user_id)
    .where(SignIn.token_hash.in_(bindparam("hashes", expanding=True)), User.in_use.is_(True))
)


def begin_sign_in(
    session: Session, user_id: int, *, address: str, browser: str, at: datetime
) -> str:
    """Note that the user signs in with a browser; return the secret token that it must show.

    What the user left behind in browsers that were closed long ago is forgotten.
    """
    session.execute(delete(SignIn).where(SignIn.user_id == user_id, SignIn.began_at < at - LONGEST))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignIn(
            user_id=user_id,
            token_hash=fingerprint(token),
            began_at=at,
            seen_at=at,
            address=address,
            browser=browser,
        )
    )
    session.flush()
    return token


def users_of_tokens(
    connection: Connection, tokens: Iterable[str], *, idle: timedelta, at: datetime
) -> dict[str, SignedInUser]:
    """Return who is signed in with which of `tokens`, in one statement for all.

    Left out is whose account is closed, whose sign-in was ended, is older than LONGEST, or was
    not used for longer than `idle`.
    """
    hashes = {fingerprint(token): token for token in tokens}
    found = connection.execute(_FOUND, {"hashes": list(hashes)})
    return {
        hashes[hash_]: SignedInUser(id_, user_id, mall_id, name, role, seen_at)
        for hash_, id_, began_at, seen_at, user_id, mall_id, name, role in found
        if at - began_at <= LONGEST and at - seen_at <= idle
    }


def why_out(
    connection: Connection, token: str, *, idle: timedelta, at: datetime
) -> Literal["", "over", "ended"]:
    """Return why a browser that shows `token` is signed in no longer; "" if it still is.

    Its time is over; or it was ended from elsewhere, as a new password or another role does, too.
    """
    found = connection.execute(_FOUND, {"hashes": [fingerprint(token)]}).one_or_none()
    if found is None:
        return "ended"
    return "" if at - found.began_at <= LONGEST and at - found.seen_at <= idle else "over"


def sign_ins_of(session: Session, user_id: int, *, idle: timedelta, at: datetime) -> list[SignIn]:
    """Return the user's sign-ins that still hold at `at`, the last used first."""
    found = session.scalars(
        select(SignIn)
        .where(
            SignIn.user_id == user_id,
            SignIn.began_at >= at - LONGEST,
            SignIn.seen_at >= at - idle,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return list(found)


def note_used(session: Session, sign_in_id: int, at: datetime) -> None:
    """Note that a sign-in was used at `at`."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=at))


def carry_sign_ins(session: Session, mall_id: int, length: timedelta, *, at: datetime) -> None:
    """Move the mall's sign-ins and locks over a jump of that length, which ended at `at`.

    Nobody has rested so long: it was the clock that was wrong. None is moved into the future.
    """
    of_mall = select(SignIn).join(User, User.id == SignIn.user_id).where(User.mall_id == mall_id)
    for one in session.scalars(of_mall):
        one.began_at = min(one.began_at + length, at)
        one.seen_at = min(one.seen_at + length, at)
    locked = select(User).where(User.mall_id == mall_id, User.locked_until.is_not(None))
    for user in session.scalars(locked):
        user.locked_until = user.locked_until and user.locked_until + length
    session.flush()


def end_sign_ins(session: Session, user_id: int, *, but: int | None = None) -> int:
    """End the user's sign-ins, all or all but one; return how many there were to end."""
    ended = delete(SignIn).where(SignIn.user_id == user_id)
    if but is not None:
        ended = ended.where(SignIn.id != but)
    return session.connection().execute(ended).rowcount


def end_sign_in(session: Session, user_id: int, sign_in_id: int) -> bool:
    """End one sign-in of the user; return False when it had ended before or is not theirs."""
    ended = delete(SignIn).where(SignIn.user_id == user_id, SignIn.id == sign_in_id)
    return bool(session.connection().execute(ended).rowcount)
