from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.errors import (
    BadInput,
    HallClosed,
    HallOnBreak,
    IntakeClosed,
    NoNumber,
    QuotaUsedUp,
    Refusal,
    ServiceNotOffered,
    ServiceTwice,
    TicketClosed,
    TooManyServices,
)
from models.journal.actors import Actor
from models.journal.events import StepAdded, TicketTaken
from models.mall.catalogue import ServiceCase
from models.mall.devices import Device
from models.mall.mall import Holiday, Mall
from models.queue.issuing import Wish, add_service, take
from models.queue.quota import QuotaRoll
from models.queue.serving import cancel, finish
from models.queue.tickets import Outcome, Standing, StepState
from tests.builders import (
    CITIZEN,
    FRIDAY,
    MINUTE,
    MONDAY,
    actor,
    agency,
    desk,
    mall,
    serve_next,
    service,
    small_mall,
    take_recorded,
    ticket,
    user,
)

DAY = timedelta(days=1)
MONDAY_OPENS_AT = MONDAY - 60 * MINUTE
CUT_OFF_AT = MONDAY_OPENS_AT + 6.5 * 60 * MINUTE


def _refusal(session: Session, mall: Mall, at: datetime, *services: int) -> NoNumber:
    with pytest.raises(NoNumber) as refused:
        take(session, mall, [Wish(id_) for id_ in services], by=CITIZEN, at=at)
    return refused.value


def test_numbers_count_per_prefix_and_begin_anew_each_day(session: Session) -> None:
    hall = small_mall(session)
    same_prefix = service(session, hall.mall, "A")
    desk(session, hall.mall, [same_prefix])
    days = [
        [ticket(session, hall.mall, wanted, at=at).spoken for wanted in (hall.a, hall.b, hall.a)]
        for at in (MONDAY, MONDAY + DAY)
    ]
    assert days == [["A-001", "B-001", "A-002"]] * 2
    assert ticket(session, hall.mall, same_prefix, at=MONDAY + DAY).spoken == "A-003"


def test_two_malls_count_for_themselves(session: Session) -> None:
    first, second = (small_mall(session, mall(session, code=code)) for code in ("uji", "lain"))
    assert ticket(session, first.mall, first.a).spoken == "A-001"
    assert ticket(session, second.mall, second.a).spoken == "A-001"


def test_a_ticket_carries_its_services_in_the_order_of_the_wish(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.b, hall.a, priority=True)
    assert visit.spoken == "B-001"
    assert [(step.service, step.position) for step in visit.steps] == [(hall.b, 1), (hall.a, 2)]
    for step in visit.steps:
        assert step.state is StepState.WAITING
        assert step.standing is Standing.PRIORITY
        assert (step.began_waiting_at, step.due_at) == (MONDAY, MONDAY - 45 * MINUTE)


def test_tokens_cannot_be_guessed_from_each_other(session: Session) -> None:
    hall = small_mall(session)
    tokens = {ticket(session, hall.mall, hall.a).token for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {20}


def test_the_journal_says_who_took_the_number_and_for_what(session: Session) -> None:
    hall = small_mall(session)
    officer = user(session, hall.mall)
    take_recorded(session)
    visit = ticket(session, hall.mall, hall.a, hall.b, by=actor(officer))
    taken, *added = take_recorded(session)
    assert isinstance(taken, TicketTaken)
    assert (taken.ticket_id, taken.user_id, taken.at) == (visit.id, officer.id, MONDAY)
    assert not taken.priority
    for event, step in zip(added, visit.steps, strict=True):
        assert isinstance(event, StepAdded)
        assert (event.step_id, event.position) == (step.id, step.position)
    assert taken.seq < added[0].seq < added[1].seq


def test_a_number_knows_who_gave_it_and_the_language_it_was_asked_for_in(session: Session) -> None:
    hall = small_mall(session)
    officer = user(session, hall.mall)
    kiosk = Device(mall_id=hall.mall.id, token_hash="-", created_at=MONDAY)
    session.add(kiosk)
    session.flush()
    at_kiosk = Actor(mall_id=hall.mall.id, device_id=kiosk.id)
    wish = [Wish(hall.a.id)]
    by_officer = take(session, hall.mall, wish, by=actor(officer), at=MONDAY)
    by_kiosk = take(session, hall.mall, wish, priority=True, language="en", by=at_kiosk, at=MONDAY)
    assert (by_officer.taken_by_user_id, by_officer.taken_by_device_id) == (officer.id, None)
    assert (by_kiosk.taken_by_user_id, by_kiosk.taken_by_device_id) == (None, kiosk.id)
    assert [(visit.language, visit.priority) for visit in (by_officer, by_kiosk)] == [
        ("id", False),
        ("en", True),
    ]
    assert by_officer.taken_at == MONDAY


def _again(at: datetime | None) -> dict[str, object]:
    """What is told of an opening whose numbers begin with it."""
    return {"next_at": at, "serves_at": at}


def test_where_numbers_begin_before_the_desks_both_are_told(session: Session) -> None:
    hall = small_mall(session, mall(session, intake_ahead_m=30))
    facts = {"next_at": MONDAY_OPENS_AT - 30 * MINUTE, "serves_at": MONDAY_OPENS_AT}
    night = _refusal(session, hall.mall, MONDAY_OPENS_AT - 60 * MINUTE, hall.a.id)
    assert night.facts == facts | {"holiday": ""}


def test_before_and_after_hours_the_next_opening_is_told(session: Session) -> None:
    hall = small_mall(session)
    early = _refusal(session, hall.mall, MONDAY_OPENS_AT - MINUTE, hall.a.id)
    assert isinstance(early, HallClosed)
    assert early.facts == _again(MONDAY_OPENS_AT) | {"holiday": ""}
    late = _refusal(session, hall.mall, MONDAY_OPENS_AT + 7 * 60 * MINUTE, hall.a.id)
    assert isinstance(late, HallClosed)
    assert late.facts == _again(MONDAY_OPENS_AT + DAY) | {"holiday": ""}
    ticket(session, hall.mall, hall.a, at=MONDAY_OPENS_AT)


def test_after_the_cut_off_no_number_is_given_but_a_service_is_added(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, at=CUT_OFF_AT - MINUTE)
    refused = _refusal(session, hall.mall, CUT_OFF_AT, hall.a.id)
    assert isinstance(refused, IntakeClosed)
    closes_at = CUT_OFF_AT + 30 * MINUTE
    assert refused.facts == _again(MONDAY_OPENS_AT + DAY) | {"closes_at": closes_at}
    step = add_service(session, visit, Wish(hall.b.id), by=CITIZEN, at=CUT_OFF_AT)
    assert (step.state, step.due_at) == (StepState.WAITING, CUT_OFF_AT)


def test_during_the_friday_break_its_end_is_told(session: Session) -> None:
    hall = small_mall(session)
    refused = _refusal(session, hall.mall, FRIDAY + 150 * MINUTE, hall.a.id)
    assert isinstance(refused, HallOnBreak)
    assert refused.facts == _again(FRIDAY + 240 * MINUTE)
    ticket(session, hall.mall, hall.a, at=MONDAY + 150 * MINUTE)
    ticket(session, hall.mall, hall.a, at=FRIDAY + 240 * MINUTE)


def test_a_holiday_and_the_weekend_lead_to_the_next_open_day(session: Session) -> None:
    hall = small_mall(session)
    session.add(Holiday(mall_id=hall.mall.id, day=date(2026, 11, 30), name="Libur"))
    session.flush()
    saturday = _refusal(session, hall.mall, FRIDAY + DAY, hall.a.id)
    assert saturday.facts == _again(MONDAY_OPENS_AT + 8 * DAY) | {"holiday": ""}
    holiday = _refusal(session, hall.mall, MONDAY + 7 * DAY, hall.a.id)
    assert isinstance(holiday, HallClosed)
    assert holiday.facts["holiday"] == "Libur"


def test_a_mall_that_never_opens_promises_nothing(session: Session) -> None:
    made = Mall(
        code="tutup", name="-", region="-", time_zone="Asia/Jakarta", public_url="http://127.0.0.1"
    )
    session.add(made)
    session.flush()
    wanted = service(session, made)
    assert _refusal(session, made, MONDAY, wanted.id).facts == _again(None) | {"holiday": ""}


@pytest.mark.parametrize(
    ("time_zone", "opens_at_utc"),
    [("Asia/Jakarta", 1), ("Asia/Makassar", 0), ("Asia/Jayapura", -1)],
)
def test_hours_and_days_are_those_of_the_malls_own_zone(
    session: Session, time_zone: str, opens_at_utc: int
) -> None:
    hall = small_mall(session, mall(session, time_zone=time_zone))
    opens_at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=opens_at_utc)
    refused = _refusal(session, hall.mall, opens_at - MINUTE, hall.a.id)
    assert refused.facts == _again(opens_at) | {"holiday": ""}
    # In Papua this is still Monday in UTC; the service day is the citizen's Tuesday.
    assert ticket(session, hall.mall, hall.a, at=opens_at).service_day == date(2026, 11, 24)


def test_numbers_begin_anew_at_local_midnight(session: Session) -> None:
    hall = small_mall(session, mall(session, time_zone="Asia/Jayapura"))
    monday_noon = datetime(2026, 11, 23, 3, tzinfo=UTC)
    tuesday_opening = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert ticket(session, hall.mall, hall.a, at=monday_noon).spoken == "A-001"
    assert ticket(session, hall.mall, hall.a, at=tuesday_opening).spoken == "A-001"


def test_a_quota_ends_for_its_day_and_says_when_to_come_again(session: Session) -> None:
    made = mall(session)
    few = service(session, made, "A", quota=2)
    desk(session, made, [few])
    for _ in range(2):
        ticket(session, made, few)
    with session.begin_nested() as savepoint:
        refused = _refusal(session, made, MONDAY, few.id)
        savepoint.rollback()
    assert isinstance(refused, QuotaUsedUp)
    told = {"service": few.name_id, "quota": 2}
    assert refused.facts == told | _again(MONDAY_OPENS_AT + DAY)
    assert session.get_one(QuotaRoll, (few.id, date(2026, 11, 23))).taken == 2
    assert ticket(session, made, few, at=MONDAY + DAY).spoken == "A-001"
    assert session.get(QuotaRoll, (few.id, date(2026, 11, 25))) is None


def test_an_added_service_counts_towards_its_quota(session: Session) -> None:
    hall = small_mall(session)
    few = service(session, hall.mall, "C", quota=1)
    desk(session, hall.mall, [few])
    visit, other = ticket(session, hall.mall, hall.a), ticket(session, hall.mall, hall.a)
    add_service(session, visit, Wish(few.id), by=CITIZEN, at=MONDAY)
    with pytest.raises(QuotaUsedUp):
        add_service(session, other, Wish(few.id), by=CITIZEN, at=MONDAY)


def test_a_refused_number_leaves_no_gap(session: Session) -> None:
    made = mall(session)
    few, free = service(session, made, "A", quota=0), service(session, made, "A")
    desk(session, made, [few, free])
    with session.begin_nested() as savepoint:
        _refusal(session, made, MONDAY, free.id, few.id)
        savepoint.rollback()
    assert ticket(session, made, free).spoken == "A-001"


def test_wishes_that_make_no_sense_are_refused(session: Session) -> None:
    hall = small_mall(session, mall(session, most_services=2))
    stranger = service(session, mall(session, code="lain"))
    third = service(session, hall.mall, "C")
    retired = service(session, hall.mall, "D")
    retired.in_use = False
    foreign_case = ServiceCase(
        service_id=hall.b.id, code="hilang", position=1, name_id="Hilang", name_en="Lost"
    )
    session.add(foreign_case)
    session.flush()
    wishes: list[tuple[list[Wish], type[Refusal], dict[str, object]]] = [
        ([], BadInput, {"field": "services"}),
        ([Wish(stranger.id)], BadInput, {"field": "services"}),
        ([Wish(987654)], BadInput, {"field": "services"}),
        ([Wish(hall.a.id, foreign_case.id)], BadInput, {"field": "case"}),
        ([Wish(hall.a.id, 987654)], BadInput, {"field": "case"}),
        ([Wish(hall.a.id), Wish(hall.a.id)], ServiceTwice, {"service": hall.a.name_id}),
        ([Wish(hall.a.id), Wish(hall.b.id), Wish(third.id)], TooManyServices, {"most": 2}),
        ([Wish(retired.id)], ServiceNotOffered, {"service": retired.name_id}),
    ]
    for wish, refusal, facts in wishes:
        with pytest.raises(refusal) as refused:
            take(session, hall.mall, wish, by=CITIZEN, at=MONDAY)
        assert refused.value.facts == facts
    made = take(session, hall.mall, [Wish(hall.b.id, foreign_case.id)], by=CITIZEN, at=MONDAY)
    assert made.spoken == "B-001"
    assert made.steps[0].case is foreign_case


def test_a_service_is_added_once_and_only_to_a_ticket_that_goes_on(session: Session) -> None:
    hall = small_mall(session, mall(session, most_services=2))
    visit = ticket(session, hall.mall, hall.a)
    with pytest.raises(ServiceTwice) as twice:
        add_service(session, visit, Wish(hall.a.id), by=CITIZEN, at=MONDAY)
    assert twice.value.facts == {"service": hall.a.name_id}
    serve_next(session, hall.desk_a, at=MONDAY)
    take_recorded(session)
    added = add_service(session, visit, Wish(hall.b.id), by=CITIZEN, at=MONDAY + MINUTE)
    assert (added.position, added.state) == (2, StepState.PAUSED)
    (event,) = take_recorded(session)
    assert isinstance(event, StepAdded)
    assert (event.step_id, event.position) == (added.id, 2)
    third = service(session, hall.mall, "C")
    with pytest.raises(TooManyServices) as many:
        add_service(session, visit, Wish(third.id), by=CITIZEN, at=MONDAY)
    assert many.value.facts == {"most": 2}
    finish(session, hall.desk_a, Outcome.ISSUED, by=CITIZEN, at=MONDAY + MINUTE)
    # What was done may be wanted once more, and leaves room for it.
    assert add_service(session, visit, Wish(hall.a.id), by=CITIZEN, at=MONDAY).position == 3
    other = ticket(session, hall.mall, hall.a)
    cancel(session, other, reason="", by=CITIZEN, at=MONDAY)
    with pytest.raises(TicketClosed) as closed:
        add_service(session, other, Wish(hall.b.id), by=CITIZEN, at=MONDAY)
    assert closed.value.facts == {"number": "A-002"}


def test_each_service_that_a_ticket_wants_already_is_not_added_again(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    for wanted in (hall.a, hall.b):
        with pytest.raises(ServiceTwice):
            add_service(session, visit, Wish(wanted.id), by=CITIZEN, at=MONDAY)


def test_an_agency_is_made_once(session: Session) -> None:
    made = mall(session)
    assert service(session, made).agency_id == agency(session, made).id
