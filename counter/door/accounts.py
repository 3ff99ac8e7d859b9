"""The accounts of those who sign in: made, found, and given a new password."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.door.guesses import forgive
from counter.door.passwords import hashed, require_strong
from models.core.roles import STAFF, Role
from models.mall.people import User

USERNAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,38}[a-z0-9])")


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
    require_strong(password, username, name)
    return make_account(session, mall_id, username, name, role, hashed(password), at)


def set_password(user: User, password: str, *, at: datetime) -> None:
    """Give the account a new password; all its sign-ins from before `at` are void.

    Raises WeakPassword. Also ends a lock.
    """
    require_strong(password, user.username, user.name)
    user.password_hash = hashed(password)
    user.signed_out_at = at
    forgive(user)


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
