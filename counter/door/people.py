"""The people who sign in: making accounts, counting wrong passwords, and the example's officers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.door.passwords import hashed, require_strong
from models.mall.people import Role, User

MOST_WRONG: Final = 5
LOCKED_FOR: Final = timedelta(minutes=5)
USERNAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,38}[a-z0-9])")
SIGNING_IN: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})

# The example mall listens on this machine alone and shows this on its front page.
EXAMPLE_PASSWORD: Final = "melati-pagi"  # noqa: S105 — it is told to everybody on purpose.
EXAMPLE_SUPERVISOR: Final = ("hendra.saputra", "Hendra Saputra")
EXAMPLE_ADMIN: Final = ("admin", "Lestari Handayani")
# One for each desk, the first at desk 1.
EXAMPLE_OFFICERS: Final = (
    "Ayu Wulandari, Bagus Prasetyo, Rina Kusumawati, Dimas Nugroho, Siti Rahmawati, Eko Santoso,"
    " Maria Simanjuntak, Agus Setiawan, Nurul Hidayah, Yohanes Tambunan, Dewi Anggraini,"
    " Rizky Ramadhan, Ketut Sudarma, Fitriani Siregar, Joko Purnomo, Intan Permatasari,"
    " Andi Baso, Ratna Maharani, Taufik Hidayat, Lia Marlina, Budi Hartono, Novi Susanti,"
    " Imam Syafii, Wening Pratiwi"
).split(", ")


class UserExists(Exception):
    """The mall has an account of this name already."""


class BadUsername(Exception):
    """A username is 3 to 40 of a–z, 0–9, dot, hyphen and underscore; a NIP is one, too."""


class Counted(Protocol):
    """Whatever wrong passwords are counted for."""

    failed_count: int
    locked_until: datetime | None


@dataclass
class Stranger:
    """A name that nobody has: counted like an account, so that it cannot be told from one."""

    failed_count: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class ExampleOfficer:
    """An officer of the example mall and the desk where they sit."""

    desk: int
    username: str
    name: str


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
    if role not in SIGNING_IN:
        raise ValueError(f"nobody signs in as {role}")
    if session.scalars(
        select(User.id).where(User.mall_id == mall_id, User.username == username)
    ).first():
        raise UserExists(username)
    require_strong(password, username, name)
    return _add(session, mall_id, username, name, role, hashed(password), at)


def set_password(user: User, password: str, *, at: datetime) -> None:
    """Give the account a new password; all its sign-ins from before `at` are void.

    Raises WeakPassword. Also ends a lock.
    """
    require_strong(password, user.username, user.name)
    user.password_hash = hashed(password)
    user.signed_out_at = at
    forgive(user)


def charge(account: Counted, at: datetime) -> timedelta:
    """Count an attempt before it is checked; return for how long the account is locked.

    Zero means that the password may be looked at. Counting first keeps twenty guesses that
    arrive together from being checked before the first of them is counted.
    """
    if account.locked_until is not None:
        if account.locked_until > at:
            return account.locked_until - at
        forgive(account)
    account.failed_count += 1
    if account.failed_count >= MOST_WRONG:
        account.locked_until = at + LOCKED_FOR
    return timedelta()


def forgive(account: Counted) -> None:
    """Forget the wrong passwords."""
    account.failed_count = 0
    account.locked_until = None


def example_officers(desks: Iterable[int]) -> list[ExampleOfficer]:
    """Return the example's officers, one for each desk number."""
    return [
        ExampleOfficer(number, _username(name), name)
        for number, name in zip(sorted(desks), EXAMPLE_OFFICERS, strict=False)
    ]


def example_people(session: Session, mall_id: int, desks: Iterable[int], *, at: datetime) -> None:
    """Let the example mall have its officers, a supervisor and an admin; those there stay."""
    wanted = [(one.username, one.name, Role.OFFICER) for one in example_officers(desks)]
    wanted += [(*EXAMPLE_SUPERVISOR, Role.SUPERVISOR), (*EXAMPLE_ADMIN, Role.ADMIN)]
    there = set(session.scalars(select(User.username).where(User.mall_id == mall_id)))
    missing = [one for one in wanted if one[0] not in there]
    if not missing:
        return
    # They share a password that everybody may read, so they may share its hash.
    password_hash = hashed(EXAMPLE_PASSWORD)
    for username, name, role in missing:
        _add(session, mall_id, username, name, role, password_hash, at)


def _add(
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


def _username(name: str) -> str:
    return ".".join(name.lower().split())
