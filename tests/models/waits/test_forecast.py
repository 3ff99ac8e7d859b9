from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import NobodyWaiting
from models.mall.catalogue import Service
from models.mall.mall import Mall
from models.queue.calling import call_next
from models.queue.issuing import Wish, add_service
from models.queue.missing import miss, welcome_back
from models.queue.serving import finish, hold, start
from models.queue.shifts import begin_break, held_by, sign_off
from models.queue.tickets import Outcome, Step, Ticket
from models.queue.transferring import transfer
from models.queue.waiting import offered_by
from models.waits.forecast import announce, outlook
from models.waits.playing import Probe
from models.waits.ranges import rounded
from models.waits.situation import situation_near
from tests.builders import (
    CITIZEN,
    FRIDAY,
    MINUTE,
    MONDAY,
    agency,
    desk,
    hours,
    mall,
    serve_next,
    service,
    small_mall,
    ticket,
)

NOW = MONDAY + 60 * MINUTE


@dataclass
class _Really:
    """What came of it when the desks really called: by step the wait, and who was before."""

    waits: dict[int, timedelta]
    calls: list[tuple[frozenset[int], int]]
    before: dict[int, int]

    def note(self, step: Step, offers: frozenset[int], at: datetime) -> None:
        self.waits[step.id] = at - NOW
        self.before[step.id] = len(self.calls)
        self.calls.append((offers, step.ticket_id))

    def ahead(self, service_id: int, step_id: int, ticket_id: int) -> int:
        calls = self.calls[: self.before[step_id]]
        return len({who for offers, who in calls if service_id in offers} - {ticket_id})


def _busy_hall(session: Session, seed: int) -> Mall:
    """Build an hour of a busy morning; some desks serve since a while, one visit was sent on."""
    random = Random(seed)
    made = mall(session, priority_head_start_m=random.choice([20, 45]))
    a, b = service(session, made, "A", minutes=7), service(session, made, "B", minutes=11.5)
    c, d = service(session, made, "C", minutes=5, after=a), service(session, made, "D", minutes=16)
    desks = [desk(session, made, offers) for offers in ([a], [a, b], [b, c], [c], [c, d], [a, d])]
    for number in range(18):
        wanted = random.sample([a, b, c, d], random.choice([1, 1, 1, 2, 3]))
        at = MONDAY + (3 * number + random.random()) * MINUTE
        ticket(session, made, *wanted, at=at, priority=random.random() < 0.2)
    for where in random.sample(desks, 3):
        serve_next(session, where, at=NOW - random.uniform(0.1, 3.9) * MINUTE)
    sender = random.choice([row for row in desks if held_by(session, row) is None])
    sent = call_next(session, sender, by=CITIZEN, at=NOW - MINUTE)
    fit = [row for row in desks if sent.step.service_id in offered_by(session, row)]
    transfer(session, sender, to_desk=random.choice(fit), by=CITIZEN, at=NOW - MINUTE)
    return made


def _really(session: Session, made: Mall) -> _Really:
    """Let the desks really call, start and finish, each service exactly as long as its mean."""
    minutes = {row.id: row.handling_m for row in session.scalars(select(Service))}
    desks = {row.id: row for row in made.desks}
    offers = {id_: frozenset(offered_by(session, row)) for id_, row in desks.items()}
    busy: dict[int, datetime] = {}
    for visit in session.scalars(select(Ticket).where(Ticket.desk_id.is_not(None))):
        step = visit.current
        assert visit.desk_id is not None
        assert step is not None
        assert step.started_at is not None
        busy[visit.desk_id] = step.started_at + minutes[step.service_id] * MINUTE
    really, at = _Really({}, [], {}), NOW
    while True:
        for id_ in [id_ for id_, free_at in busy.items() if free_at == at]:
            finish(session, desks[id_], Outcome.ISSUED, by=CITIZEN, at=at)
            del busy[id_]
            goes_on = held_by(session, desks[id_])
            if goes_on is not None:
                step = goes_on.current
                assert step is not None
                really.note(step, offers[id_], at)
                busy[id_] = at + minutes[step.service_id] * MINUTE
        for id_ in sorted(desks.keys() - busy.keys()):
            try:
                call = call_next(session, desks[id_], by=CITIZEN, at=at)
            except NobodyWaiting:
                continue
            start(session, desks[id_], by=CITIZEN, at=at)
            busy[id_] = at + minutes[call.step.service_id] * MINUTE
            really.note(call.step, offers[id_], at)
        if not busy:
            return really
        at = min(busy.values())


@contextmanager
def _undone(session: Session) -> Iterator[None]:
    with session.begin_nested() as savepoint:
        yield
        savepoint.rollback()


@pytest.mark.parametrize("seed", range(3))
def test_the_play_calls_whom_the_real_rule_calls_when_it_does(session: Session, seed: int) -> None:
    made = _busy_hall(session, seed)
    ahead = outlook(session, made, NOW)
    with _undone(session):
        really = _really(session, made)
        assert len(really.waits) >= 12
        assert ahead._played.steps == really.waits
        for row in session.scalars(select(Ticket)):
            for step in row.steps:
                if step.id in really.waits:
                    expected = really.ahead(step.service_id, step.id, row.id)
                    assert ahead.ahead_of_step(step.id) == expected


@pytest.mark.parametrize("seed", range(2))
def test_a_newcomer_would_really_wait_as_long_as_the_play_says(session: Session, seed: int) -> None:
    made = _busy_hall(session, seed)
    ahead = outlook(session, made, NOW)
    services = list(session.scalars(select(Service).where(Service.mall_id == made.id)))
    for wanted, priority in ((services[seed], False), (services[seed + 2], True)):
        with _undone(session):
            newcomer = ticket(session, made, wanted, at=NOW, priority=priority)
            step = newcomer.steps[0]
            really = _really(session, made)
            assert ahead._played.probes[Probe(wanted.id, priority)] == really.waits[step.id]
            expected = really.ahead(wanted.id, step.id, newcomer.id)
            assert ahead.ahead_of_service(wanted.id, priority=priority) == expected


@pytest.mark.parametrize("seed", range(4))
def test_a_corner_of_the_hall_tells_what_the_whole_hall_does(session: Session, seed: int) -> None:
    """Two agencies share no desk; whoever wants something of both ties them together."""
    made = _busy_hall(session, seed)
    here = list(session.scalars(select(Service).where(Service.mall_id == made.id)))
    e, f = service(session, made, "E", minutes=9), service(session, made, "F", minutes=6)
    desk(session, made, [e, f])
    for number, wanted in enumerate([(e,), (f,), (e, here[seed]), (e, f), (f,)][seed % 2 :]):
        ticket(session, made, *wanted, at=NOW - number * MINUTE)
    whole = outlook(session, made, NOW)
    for row in session.scalars(select(Ticket)):
        corner = announce(session, row, NOW)
        for step in row.steps:
            assert corner.of_step(step.id) == whole.of_step(step.id)
            assert corner.ahead_of_step(step.id) == whole.ahead_of_step(step.id)


def test_a_corner_that_nobody_ties_to_the_rest_is_read_alone(session: Session) -> None:
    made = _busy_hall(session, 1)
    e = service(session, made, "E")
    desk(session, made, [e])
    visits = [ticket(session, made, e, at=NOW) for _ in range(2)]
    seen = situation_near(session, made, [e.id], NOW)
    assert [step.ticket_id for step in seen.steps] == [visit.id for visit in visits]
    assert len(seen.desks) == 1


def test_one_visit_that_wants_two_things_ties_their_desks_together(session: Session) -> None:
    made = mall(session)
    a, e = service(session, made, "A"), service(session, made, "E")
    desk(session, made, [a])
    desk(session, made, [e])
    ticket(session, made, a, e, at=MONDAY)
    behind = ticket(session, made, e, at=MONDAY + MINUTE)
    # Who is before it for E is taken by the other desk meanwhile.
    assert announce(session, behind, NOW).of_step(behind.steps[0].id) == rounded(timedelta())


@given(minutes=some.floats(0, 600))
def test_a_wait_is_told_as_a_range_of_whole_five_minutes_around_it(minutes: float) -> None:
    told = rounded(timedelta(minutes=minutes))
    assert told is not None
    assert told.low <= timedelta(minutes=minutes) <= told.high
    assert told.low % timedelta(minutes=5) == told.high % timedelta(minutes=5) == timedelta()
    assert told.low < told.high or minutes < 0.001


@pytest.mark.parametrize(("minutes", "low", "high"), [(10, 5, 15), (20, 15, 30), (26, 15, 40)])
def test_three_quarters_of_the_wait_and_a_third_more_are_told(
    minutes: int, low: int, high: int
) -> None:
    told = rounded(minutes * MINUTE)
    assert told is not None
    assert (told.low, told.high) == (low * MINUTE, high * MINUTE)


def test_no_open_desk_means_no_promise(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made)
    where = desk(session, made, [wanted], open_since=None)
    first, second = (ticket(session, made, wanted, at=MONDAY) for _ in range(2))
    ahead = outlook(session, made, NOW)
    assert ahead.of_step(first.steps[0].id) is None
    assert ahead.of_service(wanted.id) is None
    assert rounded(None) is None
    assert (ahead.waiting, ahead.waiting_for(wanted.id), where.number) == (2, 2, "1")
    assert ahead.ahead_of_step(second.steps[0].id) == 1
    assert ahead.ahead_of_service(wanted.id) == 2
    announce(session, first, NOW)
    assert first.steps[0].announced_low_s is None


def test_without_an_open_desk_those_are_ahead_who_come_first_at_its_desks(
    session: Session,
) -> None:
    made = mall(session)
    a, b, c = (service(session, made, letter) for letter in "ABC")
    desk(session, made, [a, b], open_since=None)
    desk(session, made, [c], open_since=None)
    ticket(session, made, c, at=MONDAY)  # of other desks
    first = ticket(session, made, a, b, at=MONDAY)
    second = ticket(session, made, a, b, at=MONDAY)
    third = ticket(session, made, b, at=MONDAY + 20 * MINUTE)
    for _ in range(2):
        ticket(session, made, a, at=NOW)
    ahead = outlook(session, made, NOW)
    ahead_of = [
        [ahead.ahead_of_step(step.id) for step in visit.steps] for visit in (first, second, third)
    ]
    assert ahead_of == [[0, 0], [1, 1], [2]]
    assert ahead.ahead_of_service(a.id) == 5
    assert ahead.ahead_of_service(a.id, priority=True) == 2


def test_priority_is_told_its_own_wait(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made, minutes=10)
    where = desk(session, made, [wanted])
    for _ in range(3):
        ticket(session, made, wanted, at=NOW)
    serve_next(session, where, at=NOW)
    ahead = outlook(session, made, NOW)
    assert ahead.of_service(wanted.id) == rounded(30 * MINUTE)
    assert ahead.of_service(wanted.id, priority=True) == rounded(10 * MINUTE)
    assert ahead.ahead_of_service(wanted.id) == 2
    assert ahead.ahead_of_service(wanted.id, priority=True) == 0


def test_nothing_is_told_of_what_waits_for_another_need(session: Session) -> None:
    made = mall(session)
    first = service(session, made, "A")
    then = service(session, made, "B", after=first)
    desk(session, made, [first, then])
    visit = ticket(session, made, first, then, at=NOW)
    announce(session, visit, NOW)
    assert _announced(visit) == [(0, 0), None]


def test_who_waits_in_another_mall_or_since_yesterday_does_not_count(session: Session) -> None:
    hall, other = (small_mall(session, mall(session, code=code)) for code in ("uji", "lain"))
    for at in (MONDAY, MONDAY + timedelta(days=1)):
        ticket(session, other.mall, other.a, at=at)
    ticket(session, hall.mall, hall.a, at=MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    waiting = [outlook(session, one.mall, tuesday).waiting for one in (hall, other, hall)]
    assert waiting == [0, 1, 0]
    visit = ticket(session, hall.mall, hall.a, at=tuesday)
    seen = situation_near(session, hall.mall, [hall.a.id], tuesday)
    assert [step.ticket_id for step in seen.steps] == [visit.id]
    assert {desk.id for desk in seen.desks} == {desk.id for desk in hall.mall.desks}


def test_an_idle_desk_means_no_wait(session: Session) -> None:
    hall = small_mall(session)
    told = outlook(session, hall.mall, NOW).of_service(hall.a.id)
    assert told is not None
    assert (told.low, told.high) == (timedelta(), timedelta())


def test_who_is_at_a_desk_is_called_to_the_next_one_as_soon_as_both_are_free(
    session: Session,
) -> None:
    made = mall(session)
    a, b = service(session, made, "A", minutes=5), service(session, made, "B", minutes=10)
    desks = [desk(session, made, [a]) for _ in range(2)]
    desk(session, made, [b])
    visits = [ticket(session, made, a, b) for _ in desks]
    for where, at in zip(desks, (NOW - 2 * MINUTE, NOW), strict=True):
        serve_next(session, where, at=at)
    ahead = outlook(session, made, NOW)
    waits = [ahead._played.steps[visit.steps[1].id] for visit in visits]
    assert waits == [3 * MINUTE, 13 * MINUTE]
    assert [ahead.ahead_of_step(visit.steps[1].id) for visit in visits] == [0, 1]
    assert ahead.ahead_of_step(visits[0].steps[0].id) == 0  # it was called already


def test_no_range_begins_before_the_desks_do(session: Session) -> None:
    """Numbers may be given earlier, and officers be there: the announced time is still 08.00."""
    made = mall(session, intake_ahead_m=30)
    wanted = service(session, made, minutes=10)
    eight = MONDAY - 60 * MINUTE
    at = eight - 29 * MINUTE
    desk(session, made, [wanted], open_since=at)
    first, second = (ticket(session, made, wanted, at=at) for _ in range(2))
    ahead = outlook(session, made, at)
    told = [ahead.prospect_of_step(visit.steps[0].id) for visit in (first, second)]
    assert [one and one.expected for one in told] == [
        (eight, eight + 5 * MINUTE),
        (eight + 5 * MINUTE, eight + 15 * MINUTE),
    ]
    newcomer = ahead.prospect_of_service(wanted.id)
    assert newcomer is not None
    assert (newcomer.opens_at, newcomer.wait.low) == (eight, 44 * MINUTE)
    assert outlook(session, made, eight).opens_at(wanted.id) is None
    announce(session, first, at)
    assert _announced(first) == [(29, 29)]


def test_of_several_agencies_each_begins_by_its_own_hours(session: Session) -> None:
    """A desk that serves two agencies begins with the first, and the other's range waits."""
    made = mall(session, intake_ahead_m=90)
    a, b = service(session, made, "A"), service(session, made, "B")
    later = agency(session, made, code="polres")
    b.agency_id = later.id
    hours(session, made, 0, 9 * 60, 12 * 60, agency=later)
    eight = MONDAY - 60 * MINUTE
    desk(session, made, [a, b], open_since=eight - 40 * MINUTE)
    ahead = outlook(session, made, eight - 30 * MINUTE)
    told = [ahead.of_service(one.id) for one in (a, b)]
    assert [one and one.low for one in told] == [30 * MINUTE, 90 * MINUTE]


def test_in_the_break_of_the_hall_no_range_begins_before_its_end(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, at=FRIDAY + 140 * MINUTE)
    for where in (hall.desk_a, hall.desk_ab):
        begin_break(
            session, where, until_at=FRIDAY + 155 * MINUTE, by=CITIZEN, at=FRIDAY + 140 * MINUTE
        )
    told = outlook(session, hall.mall, FRIDAY + 155 * MINUTE).prospect_of_step(visit.steps[0].id)
    assert told is not None
    ends_at = FRIDAY + 240 * MINUTE
    assert told.expected == (ends_at, ends_at + 5 * MINUTE)


def test_of_two_wishes_at_the_same_instant_the_first_one_is_told_the_shorter_wait(
    session: Session,
) -> None:
    made = mall(session)
    a, b = service(session, made, "A", minutes=10), service(session, made, "B")
    desk(session, made, [a])
    desk(session, made, [b], open_since=None)
    came_early = ticket(session, made, b)
    asked_first = ticket(session, made, a, at=NOW)
    asked_then = add_service(session, came_early, Wish(a.id), by=CITIZEN, at=NOW)
    ahead = outlook(session, made, NOW)
    first_step = asked_first.steps[0]
    assert ahead._played.steps == {first_step.id: timedelta(), asked_then.id: 10 * MINUTE}


def test_nobody_is_called_during_the_break_of_the_hall(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made, minutes=10)
    desk(session, made, [wanted])
    just_before = FRIDAY + 145 * MINUTE
    first, second = (ticket(session, made, wanted, at=just_before) for _ in range(2))
    ahead = outlook(session, made, just_before)
    waits = [ahead._played.steps[visit.steps[0].id] for visit in (first, second)]
    assert waits == [timedelta(), 95 * MINUTE]
    begins_at = FRIDAY + 150 * MINUTE
    assert outlook(session, made, begins_at)._played.steps[first.steps[0].id] == 90 * MINUTE
    assert ahead._played.probes[Probe(wanted.id, False)] == 105 * MINUTE


def test_a_desk_on_break_calls_when_its_break_ends(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made)
    where = desk(session, made, [wanted])
    visit = ticket(session, made, wanted)
    begin_break(session, where, until_at=NOW + 15 * MINUTE, by=CITIZEN, at=MONDAY)
    assert outlook(session, made, NOW)._played.steps == {visit.steps[0].id: 15 * MINUTE}


def test_who_is_away_is_called_nowhere(session: Session) -> None:
    hall = small_mall(session)
    for away in ("held", "missed"):
        visit = ticket(session, hall.mall, hall.a, hall.b)
        if away == "held":
            serve_next(session, hall.desk_a, at=MONDAY)
            hold(session, hall.desk_a, reason="", by=CITIZEN, at=MONDAY)
        else:
            call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
            miss(session, hall.desk_a, by=CITIZEN, at=MONDAY + 5 * MINUTE)
        ahead = outlook(session, hall.mall, NOW)
        assert [ahead.of_step(step.id) for step in visit.steps] == [None, None]
        assert ahead.waiting == 0


def test_one_look_serves_until_something_happens(session: Session) -> None:
    hall = small_mall(session)
    first = outlook(session, hall.mall, NOW)
    assert outlook(session, hall.mall, NOW) is first
    ticket(session, hall.mall, hall.a, at=NOW)
    second = outlook(session, hall.mall, NOW)
    assert second.waiting == 1
    assert outlook(session, hall.mall, NOW + MINUTE) is not second


def test_what_is_told_is_kept_with_the_step(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made, minutes=12)
    where = desk(session, made, [wanted])
    ticket(session, made, wanted)
    serve_next(session, where, at=NOW)
    visit = ticket(session, made, wanted, at=NOW)
    announce(session, visit, NOW)
    assert (visit.steps[0].announced_low_s, visit.steps[0].announced_high_s) == (300, 1200)


def test_what_was_announced_first_stays_whatever_becomes_of_the_queue(session: Session) -> None:
    made = mall(session)
    wanted, added = service(session, made, "A", minutes=12), service(session, made, "B")
    where, _ = desk(session, made, [wanted]), desk(session, made, [added])
    first = ticket(session, made, wanted, at=NOW)
    announce(session, first, NOW)
    urgent = ticket(session, made, wanted, at=NOW, priority=True)
    assert serve_next(session, where, at=NOW) is urgent
    second = ticket(session, made, wanted, at=NOW)
    announce(session, second, NOW)
    add_service(session, second, Wish(added.id), by=CITIZEN, at=NOW + 9 * MINUTE)
    for visit in (first, second):
        announce(session, visit, NOW + 9 * MINUTE)
    assert _announced(first) == [(0, 0)]  # although somebody is before it now
    assert _announced(second) == [(15, 35), (0, 0)]


def test_who_comes_back_is_told_the_wait_from_then_on(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made, minutes=12)
    where = desk(session, made, [wanted])
    visit = ticket(session, made, wanted)
    announce(session, visit, MONDAY)
    call_next(session, where, by=CITIZEN, at=MONDAY)
    miss(session, where, by=CITIZEN, at=NOW - MINUTE)
    ticket(session, made, wanted)
    serve_next(session, where, at=NOW)
    announce(session, visit, NOW)
    assert _announced(visit) == [(0, 0)]  # nothing new is said to somebody who is not there
    welcome_back(session, visit, by=CITIZEN, at=NOW)
    assert _announced(visit) == [None]
    announce(session, visit, NOW)
    assert _announced(visit) == [(5, 20)]


def _announced(visit: Ticket) -> list[tuple[float, float] | None]:
    """The minutes that were told for each step; None before anything was."""
    return [
        None
        if step.announced_low_s is None or step.announced_high_s is None
        else (step.announced_low_s / 60, step.announced_high_s / 60)
        for step in visit.steps
    ]


def test_somebody_served_for_long_is_expected_to_end_soon(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made, minutes=10)
    where = desk(session, made, [wanted])
    ticket(session, made, wanted)
    serve_next(session, where, at=MONDAY)
    visit = ticket(session, made, wanted)
    assert outlook(session, made, NOW)._played.steps == {visit.steps[0].id: 2 * MINUTE}


def test_a_desk_that_closed_is_left_out(session: Session) -> None:
    hall = small_mall(session)
    for where in (hall.desk_a, hall.desk_ab):
        sign_off(session, where, by=CITIZEN, at=NOW)
    ahead = outlook(session, hall.mall, NOW)
    assert ahead.of_service(hall.a.id) is None
    assert ahead.of_service(hall.b.id) is not None
