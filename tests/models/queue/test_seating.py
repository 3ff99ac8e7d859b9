"""Where a citizen with several services sits, and so where a call is heard."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from models.mall.catalogue import Service
from models.mall.mall import Desk
from models.queue.calling import call_next
from models.queue.seating import WALK, seat_of, tell_zone
from models.queue.serving import finish, hold, resume
from models.queue.tickets import Outcome, Ticket
from models.queue.transferring import transfer
from tests import builders
from tests.builders import CITIZEN, MINUTE, MONDAY, serve_next


@dataclass
class Zones:
    """One mall with a desk for A and AB in Melati, for B in Mawar and for C in Kenanga."""

    a: Service
    b: Service
    c: Service
    melati: Desk
    mawar: Desk
    kenanga: Desk
    both: Desk

    def ticket(self, session: Session, *services: Service) -> Ticket:
        return builders.ticket(session, self.melati.mall, *services)


@pytest.fixture
def hall(session: Session) -> Zones:
    mall = builders.mall(session)
    a, b, c = (builders.service(session, mall, prefix) for prefix in "ABC")
    for _ in range(2):
        builders.desk(session, mall, [b], zone_code="mawar", open_since=None)
    return Zones(
        a=a,
        b=b,
        c=c,
        melati=builders.desk(session, mall, [a]),
        mawar=builders.desk(session, mall, [b], zone_code="mawar"),
        kenanga=builders.desk(session, mall, [c], zone_code="kenanga"),
        both=builders.desk(session, mall, [a, b]),
    )


def served(session: Session, desk: Desk) -> Ticket:
    visit = serve_next(session, desk, at=MONDAY)
    finish(session, desk, outcome=Outcome.ISSUED, by=CITIZEN, at=MONDAY)
    return visit


def test_a_call_from_another_zone_is_heard_where_its_citizen_was_told_to_wait(
    session: Session, hall: Zones
) -> None:
    visit = hall.ticket(session, hall.b, hall.a)
    tell_zone(session, visit, hall.mawar.zone_id)
    call = call_next(session, hall.melati, by=CITIZEN, at=MONDAY)
    assert call.zone_ids == (hall.melati.zone_id, hall.mawar.zone_id)


def test_a_call_in_the_told_zone_is_heard_there_alone(session: Session, hall: Zones) -> None:
    visit = hall.ticket(session, hall.a, hall.b)
    tell_zone(session, visit, hall.melati.zone_id)
    call = call_next(session, hall.melati, by=CITIZEN, at=MONDAY)
    assert (call.told_zone_id, call.zone_ids) == (None, (hall.melati.zone_id,))


def test_a_ticket_that_nobody_told_a_zone_is_heard_at_its_desk(
    session: Session, hall: Zones
) -> None:
    hall.ticket(session, hall.a)
    assert call_next(session, hall.melati, by=CITIZEN, at=MONDAY).told_zone_id is None


def test_who_is_being_served_sits_there(session: Session, hall: Zones) -> None:
    visit = hall.ticket(session, hall.b)
    tell_zone(session, visit, hall.mawar.zone_id)
    serve_next(session, hall.both, at=MONDAY)
    assert visit.told_zone_id == hall.both.zone_id
    hold(session, hall.both, reason="Fotokopi", by=CITIZEN, at=MONDAY)
    resume(session, hall.mawar, visit, by=CITIZEN, at=MONDAY)
    assert visit.told_zone_id == hall.mawar.zone_id


def test_who_is_served_here_stays_while_the_rest_is_served_here_too(
    session: Session, hall: Zones
) -> None:
    hall.ticket(session, hall.a, hall.b)
    visit = served(session, hall.melati)
    assert visit.told_zone_id == hall.melati.zone_id
    call = call_next(session, hall.mawar, by=CITIZEN, at=MONDAY + 20 * MINUTE)
    assert call.zone_ids == (hall.mawar.zone_id, hall.melati.zone_id)


def test_who_must_go_elsewhere_is_heard_here_until_there_was_time_to_walk(
    session: Session, hall: Zones
) -> None:
    hall.ticket(session, hall.a, hall.c)
    visit = served(session, hall.melati)
    assert visit.told_zone_id == hall.kenanga.zone_id
    assert seat_of(session, visit, MONDAY + WALK - MINUTE) == hall.melati.zone_id
    assert seat_of(session, visit, MONDAY + WALK) == hall.kenanga.zone_id
    call = call_next(session, hall.kenanga, by=CITIZEN, at=MONDAY)
    assert call.zone_ids == (hall.kenanga.zone_id, hall.melati.zone_id)


def test_a_transfer_tells_the_place_of_the_desk_it_is_for(session: Session, hall: Zones) -> None:
    hall.ticket(session, hall.b)
    visit = serve_next(session, hall.both, at=MONDAY)
    transfer(session, hall.both, to_desk=hall.mawar, by=CITIZEN, at=MONDAY)
    assert visit.told_zone_id == hall.mawar.zone_id


def test_a_transfer_to_a_service_tells_where_that_is(session: Session, hall: Zones) -> None:
    visit = hall.ticket(session, hall.b)
    serve_next(session, hall.mawar, at=MONDAY)
    transfer(session, hall.mawar, to_service=hall.c, by=CITIZEN, at=MONDAY)
    assert visit.told_zone_id == hall.kenanga.zone_id


def test_a_transfer_to_a_service_that_is_served_here_too_lets_the_citizen_stay(
    session: Session, hall: Zones
) -> None:
    hall.ticket(session, hall.a, hall.c)
    visit = serve_next(session, hall.melati, at=MONDAY)
    transfer(session, hall.melati, to_service=hall.b, by=CITIZEN, at=MONDAY)
    assert visit.told_zone_id == hall.melati.zone_id
