"""The accounts of those who sign in: made, found, changed and closed, and what ends with that."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.door.guesses import forgive
from counter.door.passwords import hashed, require_strong
from models.core.roles import OFFICERS, STAFF, Role
from models.journal.account_events import (
    AccountAdded,
    AccountClosed,
    AccountReopened,
    PasswordChanged,
    RoleChanged,
    SignInsEnded,
)
from models.journal.actors import Actor
from models.journal.record import record
from models.mall.mall import Mall
from models.mall.people import User
from models.mall.sign_ins import end_sign_ins
from models.queue.shifts import leave_desk

USERNAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,38}[a-z0-9])")


class Facts(TypedDict):
    """What every event about an account says."""

    mall_id: int
    at: datetime
    user_id: int
    by_user_id: int | None


class UserExists(Exception):
    """The mall has an account of this name already."""


class BadUsername(Exception):
    """A username is 3 to 40 of a–z, 0–9, dot, hyphen and underscore; a NIP is one, too."""


def as_username(text: str) -> str:
    """Return the username that somebody meant; a NIP may be typed with its spaces."""
    return "".join(text.lower().split())


def user_called(session: Session, mall_id: int, username: str) -> User | None:
    """Return the account of that name which may still sign in."""
    if USERNAME.fullmatch(username) is None:
        return None  # PostgreSQL takes no text with a NUL, not even to look for it.
    return session.scalars(
        select(User).where(
            User.mall_id == mall_id, User.username == username, User.in_use.is_(True)
        )
    ).first()


def add_user(
    session: Session,
    mall_id: int,
    username: str,
    *,
    name: str,
    role: Role,
    password: str,
    by: Actor,
    at: datetime,
) -> User:
    """Make an account. Raises BadUsername, UserExists, WeakPassword, ValueError for a role."""
    username = as_username(username)
    if USERNAME.fullmatch(username) is None:
        raise BadUsername(username)
    if role not in STAFF:
        raise ValueError(f"nobody signs in as {role}")
    if session.scalars(
        select(User.id).where(User.mall_id == mall_id, User.username == username)
    ).first():
        raise UserExists(username)
    mall = session.get_one(Mall, mall_id)
    require_strong(password, username, name, mall=mall.name)
    user = make_account(session, mall_id, username, name, role, hashed(password), at)
    record(session, AccountAdded(role=role.value, **_about(user, by, at)))
    return user


def new_hash(user: User, password: str, *, mall: str) -> str:
    """Return what to keep of a new password of `user` in the house called `mall`.

    Raises WeakPassword, Erased. Takes its time, so nobody holds the database meanwhile.
    """
    user.must_be_kept()
    require_strong(password, user.username, user.name, mall=mall)
    return hashed(password)


def set_password(
    session: Session,
    user: User,
    password_hash: str,
    *,
    by: Actor,
    at: datetime,
    staying: int | None = None,
) -> int:
    """Give the account a new password; return how many sign-ins ended with the old one.

    `password_hash` comes from new_hash(). All of them end but the one with the id `staying`. Also
    ends a lock. Raises Erased.
    """
    user.must_be_kept()
    user.password_hash = password_hash
    forgive(user)
    own = by.user_id == user.id
    record(session, PasswordChanged(own=own, **_about(user, by, at)))
    return sign_out(session, user, by=by, at=at, staying=staying)


def sign_out(
    session: Session, user: User, *, by: Actor, at: datetime, staying: int | None = None
) -> int:
    """End the user's sign-ins, all but the one with the id `staying`; return how many there were.

    The pages that are open in those browsers are cut off.
    """
    count = end_sign_ins(session, user.id, but=staying)
    if count:
        record(session, SignInsEnded(count=count, **_about(user, by, at)))
    return count


def change_role(session: Session, user: User, role: Role, *, by: Actor, at: datetime) -> None:
    """Let the user be something else from now on; they must sign in once more.

    Who serves at no desk any more leaves theirs. Raises Erased, and ValueError for a role of
    nobody's; the role that the user has changes nothing.
    """
    user.must_be_kept()
    if role not in STAFF:
        raise ValueError(f"nobody signs in as {role}")
    if role is user.role:
        return
    before, user.role = user.role, role
    record(session, RoleChanged(role=role.value, before=before.value, **_about(user, by, at)))
    sign_out(session, user, by=by, at=at)
    if role not in OFFICERS:
        leave_desk(session, user.id, by=by, at=at)


def close_account(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    """Keep the user from signing in, and send them away where they are; a second time is none."""
    if not user.in_use:
        return
    user.in_use = False
    record(session, AccountClosed(**_about(user, by, at)))
    sign_out(session, user, by=by, at=at)
    leave_desk(session, user.id, by=by, at=at)


def reopen_account(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    """Let the user of a closed account sign in again. Raises Erased."""
    user.must_be_kept()
    if user.in_use:
        return
    user.in_use = True
    record(session, AccountReopened(**_about(user, by, at)))


def make_account(
    session: Session,
    mall_id: int,
    username: str,
    name: str,
    role: Role,
    password_hash: str,
    at: datetime,
) -> User:
    user = User(
        mall_id=mall_id,
        username=username,
        name=name,
        role=role,
        password_hash=password_hash,
        created_at=at,
    )
    session.add(user)
    session.flush()
    return user


def _about(user: User, by: Actor, at: datetime) -> Facts:
    """Return what every event about an account says."""
    return {"mall_id": user.mall_id, "at": at, "user_id": user.id, "by_user_id": by.user_id}
