"""What was read of a mall's arrangement is good until somebody changes it, in any process."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models.core.database import Database
from models.core.rows import DirectRow
from models.mall.arrangement import _ARRANGED, Arrangement, arrangement_of
from models.mall.catalogue import Agency, Requirement, Service, ServiceCase
from models.mall.mall import Desk, DeskService, Holiday, Mall, ServingHours, Zone
from models.mall.rules import CallingRules
from tests.builders import MONDAY, SmallMall, desk, mall, service, small_mall, zone

CHANGES: dict[str, Callable[[Session, SmallMall], object]] = {
    "the name of an agency": lambda session, _: _set(session, Agency, short_name="Capil"),
    "a quota": lambda session, _: _set(session, Service, daily_quota=7),
    "a case": lambda session, hall: session.add(
        ServiceCase(service_id=hall.a.id, code="baru", position=1, name_id="Baru", name_en="New")
    ),
    "a paper to bring": lambda session, hall: session.add(
        Requirement(service_id=hall.a.id, position=1, text_id="KTP", text_en="ID card")
    ),
    "a place": lambda session, _: _set(session, Zone, place_id="Lantai 2"),
    "a desk out of use": lambda session, _: _set(session, Desk, in_use=False),
    "a desk offers less": lambda session, _: session.delete(
        session.scalars(select(DeskService)).first()
    ),
    "the opening": lambda session, _: _set(session, ServingHours, opens_m=9 * 60),
    "a break": lambda session, _: _set(session, ServingHours, breaks=[[720, 780]]),
    "the hours of a desk": lambda session, hall: session.add(
        ServingHours(mall_id=hall.mall.id, desk_id=hall.desk_a.id, weekday=0)
    ),
    "a holiday": lambda session, hall: session.add(
        Holiday(mall_id=hall.mall.id, day=date(2026, 12, 25), name="Natal")
    ),
    "how early numbers are given": lambda session, _: _set(session, Mall, intake_ahead_m=15),
    "the cut-off": lambda session, _: _set(session, Mall, intake_cutoff_m=45),
    "one rule": lambda session, _: _set(session, Mall, most_services=2),
    "the rules": lambda session, _: _set(session, Mall, rules=CallingRules(return_grace_m=5)),
}


def _set(session: Session, entity: type, **values: object) -> None:
    row = session.scalars(select(entity)).first()
    for name, value in values.items():
        setattr(row, name, value)


def _look(database: Database) -> Arrangement:
    with database.reading() as session:
        return arrangement_of(session, session.scalars(select(Mall)).one())


@pytest.fixture
def hall(database: Database) -> SmallMall:
    with database.transaction() as session:
        return small_mall(session)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_each_change_is_seen_at_once_in_every_process(
    database: Database, hall: SmallMall, change: Callable[[Session, SmallMall], object]
) -> None:
    other_process = Database(database.engine.url.render_as_string(hide_password=False))
    before = _look(database)
    assert _look(other_process) == before
    with other_process.transaction() as session:
        change(session, hall)
    after = _look(database)
    assert after.name != before.name
    assert after != before
    assert _look(other_process) == after
    other_process.close()


def test_what_is_taken_back_was_never_so(database: Database, hall: SmallMall) -> None:
    before = _look(database)
    with database.transaction() as session:
        mine = session.get_one(Mall, hall.mall.id)
        desk(session, mine, [hall.a], open_since=None)
        session.refresh(mine)
        assert len(arrangement_of(session, mine).desks) == len(before.desks) + 1
        session.rollback()
    assert _look(database) == before


def test_unchanged_it_is_read_once(database: Database, hall: SmallMall) -> None:
    assert _look(database).services[hall.a.id].name_id == "Layanan A"
    sent: list[str] = []

    @event.listens_for(database.looking, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(" ".join(statement.split()))

    _look(database)
    assert [one.split(" FROM ")[1] for one in sent if " FROM " in one] == ["mall"]


def test_what_is_read_is_written_by_a_flush_that_gives_it_a_new_name(
    database: Database, hall: SmallMall
) -> None:
    read: set[str] = set()

    @event.listens_for(database.looking, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        read.update(re.findall(r"(?:FROM|JOIN) (\w+)", statement))

    _look(database)
    assert read == {kind.__tablename__ for kind in (*_ARRANGED, Mall)}
    assert not [kind for kind in (*_ARRANGED, Mall) if issubclass(kind, DirectRow)]


def test_people_wait_where_most_desks_serve_them(session: Session) -> None:
    made = mall(session)
    wanted, other = service(session, made), service(session, made)
    desk(session, made, [wanted], zone_code="mawar", number="1")
    desk(session, made, [wanted], number="2")
    desk(session, made, [wanted], number="3")
    out_of_use = desk(session, made, [wanted, other], zone_code="mawar", open_since=None)
    out_of_use.in_use = False
    session.flush()
    arrangement = arrangement_of(session, made)
    found = arrangement.zone_of(wanted.id)
    assert found is not None
    assert found.id == zone(session, made).id
    assert arrangement.desks_in(found, wanted.id) == ("2", "3")
    assert arrangement.zone_of(other.id) is None
    assert arrangement.desks[out_of_use.id].services == {wanted.id, other.id}
    assert arrangement.timetable.intake(MONDAY).opens_at is not None


def test_services_are_tied_from_desk_to_desk(session: Session) -> None:
    made = mall(session)
    a, b, c, d = (service(session, made).id for _ in range(4))
    services = {row.id: row for row in session.scalars(select(Service))}
    for offered in ((a, b), (b, c), (d,)):
        desk(session, made, [services[id_] for id_ in offered], open_since=None)
    arrangement = arrangement_of(session, made)
    assert arrangement.tied_to([a]) == arrangement.tied_to([c]) == {a, b, c}
    assert arrangement.tied_to([d]) == {d}
    assert arrangement.tied_to([a, d]) == {a, b, c, d}
    assert arrangement.neighbours(a) == {a, b}
