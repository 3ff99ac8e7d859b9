"""A number is given for what somebody serves today, and whoever gets none hears when to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.errors import (
    QuotaUsedUp,
    ServiceClosedToday,
    ServiceIntakeClosed,
    ServiceNotOffered,
    ServiceNotYet,
)
from models.mall.catalogue import Agency
from models.mall.mall import Desk, Mall
from models.queue.calling import call_next
from models.queue.intake import ServiceIntake, ServiceState, intakes
from models.queue.issuing import Wish, add_service, take
from models.queue.quota import QuotaRoll
from models.queue.serving import cancel, hold, start
from models.queue.shifts import sign_off, sign_on
from models.queue.transferring import transfer
from tests.builders import (
    CITIZEN,
    FRIDAY,
    MINUTE,
    MONDAY,
    SmallMall,
    actor,
    hours,
    mall,
    small_mall,
    ticket,
    user,
)

HOUR = 60 * MINUTE
DAY = timedelta(days=1)
EIGHT = MONDAY - HOUR
_S = ServiceState


def _told(session: Session, made: Mall, service_id: int, at: datetime) -> ServiceIntake:
    return intakes(session, made, at)[service_id]


def _state(session: Session, hall: SmallMall, at: datetime) -> tuple[str, datetime | None]:
    told = _told(session, hall.mall, hall.a.id, at)
    return told.state, told.next_at


def _agency_of(session: Session, hall: SmallMall) -> Agency:
    return session.get_one(Agency, hall.a.agency_id)


def _without_officers(session: Session, *desks: Desk) -> None:
    for one in desks:
        sign_off(session, one, by=CITIZEN, at=EIGHT)


def test_an_agency_with_days_of_its_own_gives_numbers_on_these_alone(session: Session) -> None:
    hall = small_mall(session)
    hours(session, hall.mall, 2, agency=_agency_of(session, hall))
    wednesday = EIGHT + 2 * DAY
    assert _state(session, hall, MONDAY) == ("closed", wednesday)
    assert _state(session, hall, MONDAY + 2 * DAY) == ("open", None)
    with pytest.raises(ServiceClosedToday) as refused:
        take(session, hall.mall, [Wish(hall.a.id)], by=CITIZEN, at=MONDAY)
    facts = {"service": "Layanan A", "next_at": wednesday, "serves_at": wednesday}
    assert refused.value.facts == facts


def test_the_numbers_of_an_agency_end_with_its_own_hours(session: Session) -> None:
    hall = small_mall(session)
    for weekday in range(5):
        hours(session, hall.mall, weekday, 9 * 60, 12 * 60, agency=_agency_of(session, hall))
    assert _state(session, hall, EIGHT) == ("not_yet", MONDAY)
    assert _state(session, hall, MONDAY) == ("open", None)
    assert _told(session, hall.mall, hall.a.id, MONDAY).until_at == MONDAY + 2.5 * HOUR
    # Its desks serve on for half an hour, so it is not closed.
    noon = MONDAY + 3 * HOUR
    assert _state(session, hall, noon - MINUTE) == ("ended", MONDAY + DAY)
    assert _state(session, hall, noon) == ("over", MONDAY + DAY)
    with pytest.raises(ServiceNotYet):
        ticket(session, hall.mall, hall.a, at=EIGHT)
    with pytest.raises(ServiceIntakeClosed) as refused:
        ticket(session, hall.mall, hall.a, at=noon - MINUTE)
    assert (refused.value.facts["closes_at"], refused.value.facts["next_at"]) == (
        noon,
        MONDAY + DAY,
    )


def test_an_agency_that_begins_later_tells_when_numbers_begin_and_when_it_serves(
    session: Session,
) -> None:
    hall = small_mall(session, mall(session, intake_ahead_m=30))
    for weekday in range(5):
        hours(session, hall.mall, weekday, 9 * 60, 12 * 60, agency=_agency_of(session, hall))
    numbers_at = MONDAY - 0.5 * HOUR
    early = _told(session, hall.mall, hall.a.id, EIGHT)
    assert (early.state, early.next_at, early.serves_at) == (_S.NOT_YET, numbers_at, MONDAY)
    given = _told(session, hall.mall, hall.a.id, numbers_at)
    assert (given.state, given.next_at, given.serves_at) == (_S.OPEN, None, MONDAY)
    assert _told(session, hall.mall, hall.a.id, MONDAY).serves_at is None
    with pytest.raises(ServiceNotYet) as refused:
        ticket(session, hall.mall, hall.a, at=EIGHT)
    assert (refused.value.facts["next_at"], refused.value.facts["serves_at"]) == (
        numbers_at,
        MONDAY,
    )
    over = _told(session, hall.mall, hall.a.id, MONDAY + 4 * HOUR)
    assert (over.next_at, over.serves_at) == (numbers_at + DAY, MONDAY + DAY)


def test_own_hours_never_reach_beyond_those_of_the_mall(session: Session) -> None:
    hall = small_mall(session)
    for weekday in range(7):
        hours(session, hall.mall, weekday, 0, 24 * 60, agency=_agency_of(session, hall))
    assert _state(session, hall, FRIDAY + DAY) == ("closed", EIGHT + 7 * DAY)
    assert _told(session, hall.mall, hall.a.id, MONDAY).until_at == MONDAY + 5.5 * HOUR


def test_desks_past_their_own_hours_give_no_number_unless_an_officer_is_there(
    session: Session,
) -> None:
    hall = small_mall(session)
    for one in (hall.desk_a, hall.desk_ab):
        hours(session, hall.mall, 0, 8 * 60, 10 * 60, desk=one)
    afternoon = MONDAY + 3 * HOUR
    assert _state(session, hall, afternoon) == ("open", None)
    _without_officers(session, hall.desk_a, hall.desk_ab)
    assert _state(session, hall, afternoon) == ("over", EIGHT + 7 * DAY)
    officer = user(session, hall.mall)
    sign_on(session, hall.desk_ab, officer, by=actor(officer), at=afternoon)
    assert _state(session, hall, afternoon) == ("open", None)


def test_one_desk_that_serves_later_is_enough(session: Session) -> None:
    hall = small_mall(session)
    _without_officers(session, hall.desk_a, hall.desk_ab)
    hours(session, hall.mall, 0, 8 * 60, 9 * 60, desk=hall.desk_a)
    hours(session, hall.mall, 0, 11 * 60, 13 * 60, desk=hall.desk_ab)
    told = _told(session, hall.mall, hall.a.id, MONDAY + HOUR)
    assert (told.state, told.until_at) == (_S.OPEN, MONDAY + 3.5 * HOUR)


def test_a_service_whose_desks_are_out_of_use_is_promised_for_no_day(session: Session) -> None:
    hall = small_mall(session)
    hall.desk_a.in_use = hall.desk_ab.in_use = False
    session.flush()
    assert _state(session, hall, MONDAY) == ("closed", None)
    with pytest.raises(ServiceNotOffered):
        ticket(session, hall.mall, hall.a)


def test_a_single_day_may_be_shortened_or_closed(session: Session) -> None:
    hall = small_mall(session)
    hours(session, hall.mall, None, 8 * 60, 11 * 60, day=date(2026, 11, 23))
    hours(session, hall.mall, None, None, None, day=date(2026, 11, 24))
    assert _state(session, hall, MONDAY + 1.5 * HOUR) == ("ended", EIGHT + 2 * DAY)
    assert _state(session, hall, MONDAY + DAY) == ("closed", EIGHT + 2 * DAY)


def test_a_single_day_of_one_agency_leaves_the_others_alone(session: Session) -> None:
    hall = small_mall(session)
    other = Agency(
        mall_id=hall.mall.id,
        code="samsat",
        name="Samsat",
        short_name="Samsat",
        need_id="Pajak",
        need_en="Tax",
        icon="car",
        prefix="H",
        position=2,
    )
    session.add(other)
    session.flush()
    hall.b.agency_id = other.id
    session.flush()
    hours(session, hall.mall, None, None, None, agency=other, day=date(2026, 11, 23))
    told = intakes(session, hall.mall, MONDAY)
    assert (told[hall.a.id].state, told[hall.b.id].state) == (_S.OPEN, _S.CLOSED)
    assert told[hall.b.id].next_at == EIGHT + DAY


def test_numbers_are_given_before_the_desks_open_where_the_mall_wants_it(session: Session) -> None:
    hall = small_mall(session, mall(session, intake_ahead_m=20))
    assert _state(session, hall, EIGHT - 21 * MINUTE) == ("not_yet", EIGHT - 20 * MINUTE)
    assert ticket(session, hall.mall, hall.a, at=EIGHT - 20 * MINUTE).spoken == "A-001"


def test_in_the_break_of_the_hall_every_service_waits_for_its_end(session: Session) -> None:
    hall = small_mall(session)
    assert _state(session, hall, FRIDAY + 3 * HOUR) == ("not_yet", FRIDAY + 4 * HOUR)


def test_the_break_of_one_agency_stops_no_numbers(session: Session) -> None:
    hall = small_mall(session)
    noon = [(10 * 60, 11 * 60)]
    hours(session, hall.mall, 0, breaks=noon, agency=_agency_of(session, hall))
    assert _state(session, hall, MONDAY + 1.5 * HOUR) == ("open", None)


def test_no_service_is_added_that_nobody_serves_yet_today(session: Session) -> None:
    hall = small_mall(session)
    for one in (hall.desk_a, hall.desk_ab):
        hours(session, hall.mall, 0, 8 * 60, 10 * 60, desk=one)
    visit = ticket(session, hall.mall, hall.b)
    add_service(session, ticket(session, hall.mall, hall.b), Wish(hall.a.id), by=CITIZEN, at=MONDAY)
    _without_officers(session, hall.desk_a, hall.desk_ab)
    with pytest.raises(ServiceClosedToday):
        add_service(session, visit, Wish(hall.a.id), by=CITIZEN, at=MONDAY + 2 * HOUR)


def test_nobody_is_sent_to_a_service_that_nobody_serves_yet_today(session: Session) -> None:
    hall = small_mall(session)
    for one in (hall.desk_a, hall.desk_ab):
        hours(session, hall.mall, 0, 8 * 60, 10 * 60, desk=one)
    for _ in range(2):
        ticket(session, hall.mall, hall.b)
    at = MONDAY + 2 * HOUR
    call_next(session, hall.desk_b, by=CITIZEN, at=at)
    _without_officers(session, hall.desk_a)
    # An officer still sits at the other desk, whatever its hours say.
    transfer(session, hall.desk_b, to_service=hall.a, by=CITIZEN, at=at)
    _without_officers(session, hall.desk_ab)
    call_next(session, hall.desk_b, by=CITIZEN, at=at)
    with pytest.raises(ServiceClosedToday) as refused:
        transfer(session, hall.desk_b, to_service=hall.a, by=CITIZEN, at=at)
    assert refused.value.facts["next_at"] == EIGHT + 7 * DAY


def _few(session: Session, quota: int) -> tuple[SmallMall, int]:
    hall = small_mall(session)
    hall.a.daily_quota = quota
    session.flush()
    return hall, hall.a.id


def test_a_number_that_is_cancelled_before_it_was_served_frees_its_place(session: Session) -> None:
    hall, few = _few(session, 2)
    first, _ = ticket(session, hall.mall, hall.a), ticket(session, hall.mall, hall.a)
    assert _state(session, hall, MONDAY) == ("used_up", EIGHT + DAY)
    cancel(session, first, reason="", by=CITIZEN, at=MONDAY)
    assert _told(session, hall.mall, few, MONDAY).left == 1
    assert ticket(session, hall.mall, hall.a).spoken == "A-003"
    with session.begin_nested() as savepoint:
        with pytest.raises(QuotaUsedUp):
            ticket(session, hall.mall, hall.a)
        savepoint.rollback()


def test_what_was_served_keeps_its_place_when_the_rest_is_cancelled(session: Session) -> None:
    hall, few = _few(session, 2)
    ticket(session, hall.mall, hall.a)
    visit = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY).ticket
    start(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    hold(session, hall.desk_a, reason="berkas", by=CITIZEN, at=MONDAY)
    cancel(session, visit, reason="", by=CITIZEN, at=MONDAY)
    assert _told(session, hall.mall, few, MONDAY).left == 1


def test_who_is_sent_on_hands_the_place_on(session: Session) -> None:
    hall, few = _few(session, 1)
    ticket(session, hall.mall, hall.a)
    call_next(session, hall.desk_ab, by=CITIZEN, at=MONDAY)
    transfer(session, hall.desk_ab, to_service=hall.b, by=CITIZEN, at=MONDAY)
    assert _told(session, hall.mall, few, MONDAY).left == 1
    assert session.get_one(QuotaRoll, (hall.b.id, date(2026, 11, 23))).taken == 1
    call_next(session, hall.desk_ab, by=CITIZEN, at=MONDAY)
    ticket(session, hall.mall, hall.a)
    # The officer decides, and the roll says so.
    transfer(session, hall.desk_ab, to_service=hall.a, by=CITIZEN, at=MONDAY)
    assert session.get_one(QuotaRoll, (few, date(2026, 11, 23))).taken == 2
    assert _told(session, hall.mall, few, MONDAY).left == 0


def test_the_last_places_are_told_before_they_are_gone(session: Session) -> None:
    hall, few = _few(session, 12)
    ticket(session, hall.mall, hall.a)
    assert not _told(session, hall.mall, few, MONDAY).few
    ticket(session, hall.mall, hall.a)
    assert _told(session, hall.mall, few, MONDAY).few


def test_used_up_numbers_lead_to_the_next_day_that_serves_them(session: Session) -> None:
    hall, _ = _few(session, 1)
    for weekday in (0, 3):
        hours(session, hall.mall, weekday, agency=_agency_of(session, hall))
    ticket(session, hall.mall, hall.a)
    assert _state(session, hall, MONDAY) == ("used_up", EIGHT + 3 * DAY)
    with pytest.raises(QuotaUsedUp) as refused:
        ticket(session, hall.mall, hall.a)
    assert refused.value.facts["next_at"] == EIGHT + 3 * DAY
