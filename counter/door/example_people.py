"""The people of the example mall: who sits at which desk, and the password all may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.door.accounts import make_account
from counter.door.passwords import hashed
from models.core.roles import Role
from models.mall.people import User
from models.mall.signs import in_order

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


@dataclass(frozen=True)
class ExampleOfficer:
    """An officer of the example mall and the desk where they sit."""

    desk: str
    username: str
    name: str


def example_officers(desks: Iterable[str]) -> list[ExampleOfficer]:
    """Return the example's officers, one for each desk number."""
    return [
        ExampleOfficer(number, _username(name), name)
        for number, name in zip(sorted(desks, key=in_order), EXAMPLE_OFFICERS, strict=False)
    ]


def example_people(session: Session, mall_id: int, desks: Iterable[str], *, at: datetime) -> None:
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
        make_account(session, mall_id, username, name, role, password_hash, at)


def _username(name: str) -> str:
    return ".".join(name.lower().split())
