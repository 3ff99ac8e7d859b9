"""Somebody leaves: they get all that is kept of them, and what stays points to nobody."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.journal.account_events import SignedIn
from models.journal.record import JournalEntry, record, write_recorded
from models.keeping.leaving import StillSignedOn, erase, kept_of
from models.mall.sign_ins import SignIn, begin_sign_in
from models.queue.shifts import Shift, sign_off
from tests.builders import CITIZEN, MONDAY, actor, small_mall, user

LATER = MONDAY + timedelta(hours=1)


def test_all_that_is_kept_is_handed_over_and_then_erased(session: Session) -> None:
    hall = small_mall(session)
    shift = session.scalars(select(Shift).where(Shift.desk_id == hall.desk_a.id)).one()
    officer = shift.user
    officer.username, officer.name = "rina.kusumawati", "Rina Kusumawati"
    begin_sign_in(session, officer.id, address="192.0.2.7", browser="Firefox", at=MONDAY)
    told = SignedIn(mall_id=hall.mall.id, at=MONDAY, address="192.0.2.7")
    record(session, told, actor(officer))
    with pytest.raises(StillSignedOn, match=hall.desk_a.number):
        erase(session, officer, by=CITIZEN, at=LATER)
    sign_off(session, hall.desk_a, by=actor(officer), at=LATER)
    write_recorded(session)

    kept = kept_of(session, officer, by=CITIZEN, at=LATER)
    assert json.loads(json.dumps(kept)) == kept
    assert kept["account"]["name"] == "Rina Kusumawati"
    assert [one["address"] for one in kept["sign_ins"]] == ["192.0.2.7"]
    assert [one["desk"] for one in kept["shifts"]] == [hall.desk_a.number]
    assert {"ShiftBegan", "SignedIn", "ShiftEnded"} <= {one["kind"] for one in kept["journal"]}

    entries = len(session.scalars(select(JournalEntry)).all())
    assert erase(session, officer, by=CITIZEN, at=LATER) == f"mantan-{officer.id}"
    write_recorded(session)
    session.flush()
    session.expire_all()
    left = session.scalars(select(JournalEntry)).all()
    assert len(left) == entries + 2, "nothing is missing, and both acts are noted"
    assert "192.0.2.7" not in repr([entry.data for entry in left])
    assert session.scalars(select(SignIn)).all() == []
    assert not officer.in_use
    assert "ina" not in officer.username + officer.name.replace("Mantan petugas", "")
    assert session.get_one(Shift, shift.id).user_id == officer.id, "the figures stay"


def test_a_pseudonym_that_somebody_has_is_not_given_twice(session: Session) -> None:
    hall = small_mall(session)
    leaving = user(session, hall.mall)
    user(session, hall.mall, username=f"mantan-{leaving.id}")
    assert erase(session, leaving, by=CITIZEN, at=MONDAY).startswith(f"mantan-{leaving.id}-")
