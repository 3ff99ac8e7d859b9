"""Pairing by code: good once, for five minutes, in one mall, until it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.database import Database
from models.core.errors import CodeUnknown
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.record import JournalEntry, write_recorded
from models.mall.devices import Device
from models.mall.pairing import (
    CODE_LIFETIME,
    UNPAIRED_LIFETIME,
    Place,
    furnish,
    new_code,
    pair,
    paired_devices,
    shown_code,
    was_withdrawn,
    withdraw,
)
from models.mall.tokens import devices_of_tokens, fingerprint
from tests.builders import MINUTE, MONDAY, mall

KIOSK = Place("kiosk-1", "Kiosk 1", Role.KIOSK, {"printer": "kiosk-1"})
LEADER = Actor(role=Role.ADMIN)
SECOND = timedelta(seconds=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        yield session


def test_a_code_is_good_once(session: Session) -> None:
    hall = mall(session)
    asked = new_code(session, hall.id, token=None, at=MONDAY)
    assert devices_of_tokens(session, [asked.token]) == {}
    typed = f"{asked.code[:3]} {asked.code[3:]}"
    device = pair(session, hall.id, typed, KIOSK, name="", by=LEADER, at=MONDAY)
    assert (device.role, device.place, device.name) == (Role.KIOSK, "kiosk-1", "Kiosk 1")
    assert device.settings == {"printer": "kiosk-1"}
    assert devices_of_tokens(session, [asked.token])[asked.token].id == device.id
    with pytest.raises(CodeUnknown):
        pair(session, hall.id, asked.code, KIOSK, name="", by=LEADER, at=MONDAY)


def test_a_code_runs_out_and_the_screen_gets_another(session: Session) -> None:
    hall = mall(session)
    first = new_code(session, hall.id, token=None, at=MONDAY)
    assert shown_code(session, first.token, MONDAY + CODE_LIFETIME - SECOND) is not None
    over = MONDAY + CODE_LIFETIME
    assert shown_code(session, first.token, over) is None
    with pytest.raises(CodeUnknown):
        pair(session, hall.id, first.code, KIOSK, name="", by=LEADER, at=over)
    second = new_code(session, hall.id, token=first.token, at=over)
    assert second.device_id == first.device_id
    assert pair(session, hall.id, second.code, KIOSK, name="TV", by=LEADER, at=over).name == "TV"


def test_a_token_that_was_put_into_the_screen_opens_nothing(session: Session) -> None:
    hall = mall(session)
    planted = new_code(session, hall.id, token=None, at=MONDAY)
    shown = new_code(session, hall.id, token=planted.token, at=MONDAY)
    pair(session, hall.id, shown.code, KIOSK, name="", by=LEADER, at=MONDAY)
    assert devices_of_tokens(session, [planted.token]) == {}
    assert list(devices_of_tokens(session, [shown.token])) == [shown.token]


def test_a_code_is_known_in_its_own_mall_alone(session: Session) -> None:
    here, there = mall(session), mall(session, code="lain")
    asked = new_code(session, here.id, token=None, at=MONDAY)
    with pytest.raises(CodeUnknown):
        pair(session, there.id, asked.code, KIOSK, name="", by=LEADER, at=MONDAY)


def test_a_withdrawn_token_never_acts_again(session: Session) -> None:
    hall = mall(session)
    asked = new_code(session, hall.id, token=None, at=MONDAY)
    device = pair(session, hall.id, asked.code, KIOSK, name="", by=LEADER, at=MONDAY)
    withdraw(session, device, by=LEADER, at=MONDAY + MINUTE)
    withdraw(session, device, by=LEADER, at=MONDAY + 2 * MINUTE)
    assert devices_of_tokens(session, [asked.token]) == {}
    assert was_withdrawn(session, asked.token)
    assert device.withdrawn_at == MONDAY + MINUTE
    again = new_code(session, hall.id, token=asked.token, at=MONDAY + 3 * MINUTE)
    assert again.token != asked.token
    write_recorded(session)
    entries = session.execute(select(JournalEntry.kind, JournalEntry.device_id)).all()
    assert [tuple(entry) for entry in entries] == [
        ("DevicePaired", device.id),
        ("DeviceWithdrawn", device.id),
    ]


def test_the_database_keeps_no_token(session: Session) -> None:
    asked = new_code(session, mall(session).id, token=None, at=MONDAY)
    kept = session.get_one(Device, asked.device_id)
    assert kept.token_hash == fingerprint(asked.token)
    assert asked.token not in str(vars(kept))


def test_screens_that_nobody_paired_leave_nothing_behind(session: Session) -> None:
    hall = mall(session)
    for _ in range(3):
        new_code(session, hall.id, token=None, at=MONDAY)
    later = MONDAY + CODE_LIFETIME + UNPAIRED_LIFETIME
    new_code(session, hall.id, token=None, at=later)
    assert session.scalar(select(func.count()).select_from(Device)) == 1


def test_paired_screens_follow_the_settings_of_their_place(session: Session) -> None:
    hall = mall(session)
    asked = new_code(session, hall.id, token=None, at=MONDAY)
    pair(session, hall.id, asked.code, KIOSK, name="", by=LEADER, at=MONDAY)
    furnish(session, hall.id, [Place("kiosk-1", "Kiosk 1", Role.KIOSK, {"printer": "new"})])
    (device,) = paired_devices(session, hall.id)
    assert device.settings == {"printer": "new"}
