"""Many desks and kiosks at the same instant, on real connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.database import Database
from models.core.errors import QuotaUsedUp, Refusal, TicketClosed
from models.journal.record import JournalEntry
from models.keeping.days import close_old_days
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall
from models.mall.people import User
from models.queue.calling import call_next, call_number
from models.queue.issuing import Wish, add_service, take
from models.queue.missing import miss, welcome_back
from models.queue.quota import QuotaRoll
from models.queue.serving import cancel, finish, start
from models.queue.shifts import Shift, begin_break, end_break, sign_off, sign_on
from models.queue.tickets import OPEN_STATES, Outcome, Step, StepState, Ticket
from models.queue.transferring import transfer
from tests.builders import CITIZEN, MINUTE, MONDAY, desk, mall, service, small_mall, ticket, user
from tests.models.queue.retelling import retell

LATER = MONDAY + 5 * MINUTE
# A deadlock would last for ever on a lock, and a second until PostgreSQL ends one side.
PATIENCE_S = 60


def _at_once(database: Database, acts: list[Callable[[Session], object]]) -> list[object]:
    """Carry out each act in a thread and a transaction of its own; a refusal is a result too."""
    together = Barrier(len(acts))

    def carry_out(act: Callable[[Session], object]) -> object:
        together.wait(PATIENCE_S)
        try:
            with database.transaction() as session:
                return act(session)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(carry_out, acts, timeout=PATIENCE_S))


def test_twenty_desks_that_call_at_once_get_twenty_tickets(database: Database) -> None:
    with database.transaction() as session:
        made = mall(session)
        services = [service(session, made, letter) for letter in "ABC"]
        desks = [desk(session, made, services).id for _ in range(20)]
        for number in range(24):
            ticket(session, made, *services[number % 3 :], at=MONDAY + number * MINUTE / 60)

    def call(desk_id: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            where = session.get_one(Desk, desk_id)
            return call_next(session, where, by=CITIZEN, at=LATER).ticket_id

        return act

    called = _at_once(database, [call(desk_id) for desk_id in desks])
    assert len(set(called)) == 20
    with database.reading() as session:
        at_desks = session.scalars(
            select(Ticket.id).where(Ticket.desk_id.is_not(None)).order_by(Ticket.id)
        ).all()
        first = session.scalars(select(Ticket.id).order_by(Ticket.id).limit(20)).all()
    # Nobody was overtaken: the twenty who came first are the twenty who were called.
    assert set(called) == set(at_desks) == set(first)


def test_numbers_taken_at_once_are_unique_and_without_a_gap(database: Database) -> None:
    with database.transaction() as session:
        made = mall(session)
        services = [service(session, made, prefix) for prefix in "AAB"]
        desk(session, made, services)
        ids = [one.id for one in services]

    def visit(number: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            wishes = [Wish(id_) for id_ in (ids[number % 3], ids[(number + 1) % 3])]
            where = session.get_one(Mall, made.id)
            return take(session, where, wishes, by=CITIZEN, at=MONDAY).spoken

        return act

    numbers = [_at_once(database, [visit(at) for at in range(8)]) for _ in range(3)]
    taken = sorted(str(number) for eight in numbers for number in eight)
    expected = {prefix: sum(number.startswith(prefix) for number in taken) for prefix in "AB"}
    assert taken == [
        f"{prefix}-{number:03d}" for prefix in "AB" for number in range(1, expected[prefix] + 1)
    ]
    assert len(taken) == 24


def test_a_quota_is_never_exceeded_however_many_ask_at_once(database: Database) -> None:
    with database.transaction() as session:
        made = mall(session)
        few, free = service(session, made, "A", quota=5), service(session, made, "B")
        desk(session, made, [few, free])
        visits = [ticket(session, made, free).id for _ in range(4)]

    def new(session: Session) -> object:
        where = session.get_one(Mall, made.id)
        return take(session, where, [Wish(free.id), Wish(few.id)], by=CITIZEN, at=MONDAY).id

    def added(ticket_id: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            visit = session.get_one(Ticket, ticket_id)
            return add_service(session, visit, Wish(few.id), by=CITIZEN, at=MONDAY).id

        return act

    results = _at_once(database, [new] * 8 + [added(visit) for visit in visits])
    assert sum(isinstance(result, QuotaUsedUp) for result in results) == 7
    with database.reading() as session:
        wanted = session.scalar(
            select(func.count()).select_from(Step).where(Step.service_id == few.id)
        )
        taken = session.scalars(select(QuotaRoll.taken).where(QuotaRoll.service_id == few.id))
        assert (wanted, taken.one()) == (5, 5)


def test_one_place_that_is_given_back_twice_at_once_is_taken_once(database: Database) -> None:
    with database.transaction() as session:
        made = mall(session)
        few, free = service(session, made, "A", quota=2), service(session, made, "B")
        desk(session, made, [few, free])
        gone, _ = (ticket(session, made, free, few).id for _ in range(2))

    def give_up(session: Session) -> object:
        cancel(session, session.get_one(Ticket, gone), reason="", by=CITIZEN, at=MONDAY)
        return None

    def new(session: Session) -> object:
        where = session.get_one(Mall, made.id)
        return take(session, where, [Wish(few.id), Wish(free.id)], by=CITIZEN, at=MONDAY).id

    results = _at_once(database, [give_up, give_up])
    assert sum(isinstance(result, TicketClosed) for result in results) == 1
    results = _at_once(database, [new] * 4)
    assert sum(isinstance(result, QuotaUsedUp) for result in results) == 3
    with database.reading() as session:
        assert session.get_one(QuotaRoll, (few.id, date(2026, 11, 23))).taken == 2


def test_two_desks_may_send_each_other_a_visit_at_once(database: Database) -> None:
    with database.transaction() as session:
        hall = small_mall(session)
        twin = desk(session, hall.mall, [hall.a])
        pairs = [(hall.desk_a.id, twin.id), (twin.id, hall.desk_a.id)]

    for round_ in range(8):
        at = MONDAY + round_ * 10 * MINUTE
        with database.transaction() as session:
            for here, _ in pairs:
                where = session.get_one(Desk, here)
                ticket(session, where.mall, session.get_one(Service, hall.a.id), at=at)
                call_next(session, where, by=CITIZEN, at=at)

        def send(pair: tuple[int, int]) -> Callable[[Session], object]:
            def act(session: Session) -> object:
                here, there = (session.get_one(Desk, id_) for id_ in pair)
                return transfer(session, here, to_desk=there, by=CITIZEN, at=LATER).only_desk_id

            return act

        assert _at_once(database, [send(pair) for pair in pairs]) == [twin.id, hall.desk_a.id]
        with database.transaction() as session:
            for visit in session.scalars(select(Ticket).where(Ticket.closed_at.is_(None))):
                cancel(session, visit, reason="", by=CITIZEN, at=LATER)


def test_a_visit_is_never_sent_to_a_desk_that_just_closed(database: Database) -> None:
    with database.transaction() as session:
        hall = small_mall(session)
        twin = desk(session, hall.mall, [hall.a], open_since=None).id
        officer = user(session, hall.mall).id

    for round_ in range(6):
        at = MONDAY + round_ * 10 * MINUTE
        with database.transaction() as session:
            here = session.get_one(Desk, hall.desk_a.id)
            ticket(session, here.mall, session.get_one(Service, hall.a.id), at=at)
            call_next(session, here, by=CITIZEN, at=at)
            there = session.get_one(Desk, twin)
            sign_on(session, there, session.get_one(User, officer), by=CITIZEN, at=at)

        def send(session: Session) -> object:
            here, there = (session.get_one(Desk, id_) for id_ in (hall.desk_a.id, twin))
            return transfer(session, here, to_desk=there, by=CITIZEN, at=LATER).id

        def close(session: Session) -> None:
            sign_off(session, session.get_one(Desk, twin), by=CITIZEN, at=LATER)

        _at_once(database, [send, close])
        with database.transaction() as session:
            stuck = select(Step).where(Step.only_desk_id == twin, Step.state.in_(OPEN_STATES))
            assert session.scalars(stuck).all() == []
            for visit in session.scalars(select(Ticket).where(Ticket.closed_at.is_(None))):
                cancel(session, visit, reason="", by=CITIZEN, at=LATER)


def test_an_officer_who_signs_on_twice_at_once_is_at_one_desk(database: Database) -> None:
    with database.transaction() as session:
        made = mall(session)
        offered = [service(session, made)]
        desks = [desk(session, made, offered, open_since=None).id for _ in range(6)]
        officer = user(session, made).id

    def on(desk_id: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            where, who = session.get_one(Desk, desk_id), session.get_one(User, officer)
            return sign_on(session, where, who, by=CITIZEN, at=MONDAY).desk_id

        return act

    assert _at_once(database, [on(desk_id) for desk_id in desks]) == desks
    with database.reading() as session:
        still_open = session.scalars(select(Shift.desk_id).where(Shift.ended_at.is_(None)))
        assert len(still_open.all()) == 1


@pytest.mark.parametrize("round_", range(3))
def test_acts_that_cross_each_other_end_well_and_the_journal_adds_up(
    database: Database, round_: int
) -> None:
    """Officers, citizens and midnight pull at the same few visits; each wins or is refused."""
    with database.transaction() as session:
        made = mall(session)
        services = [service(session, made, letter) for letter in "ABC"]
        desks = [desk(session, made, services).id for _ in range(6)]
        visits = [ticket(session, made, *services).id for _ in range(6)]
        a, after = services[0].id, {row.id: row.after_id for row in services}

    def officer(desk_id: int, turn: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            where = session.get_one(Desk, desk_id)
            visit = session.get_one(Ticket, visits[(turn + round_) % 6])
            other = session.get_one(Desk, desks[(turn + 1) % 6])
            acts: list[Callable[[], object]] = [
                lambda: call_next(session, where, by=CITIZEN, at=LATER),
                lambda: call_number(session, where, visit, reason="x", by=CITIZEN, at=LATER),
                lambda: start(session, where, by=CITIZEN, at=LATER),
                lambda: transfer(session, where, to_desk=other, by=CITIZEN, at=LATER),
                lambda: finish(session, where, Outcome.ISSUED, by=CITIZEN, at=LATER),
                lambda: miss(session, where, by=CITIZEN, at=LATER + 5 * MINUTE),
                lambda: begin_break(session, where, until_at=LATER, by=CITIZEN, at=LATER),
                lambda: end_break(session, where, by=CITIZEN, at=LATER),
            ]
            return acts[turn % len(acts)]()

        return act

    def citizen(ticket_id: int, turn: int) -> Callable[[Session], object]:
        def act(session: Session) -> object:
            visit = session.get_one(Ticket, ticket_id)
            acts: list[Callable[[], object]] = [
                lambda: cancel(session, visit, reason="", by=CITIZEN, at=LATER),
                lambda: add_service(session, visit, Wish(a), by=CITIZEN, at=LATER),
                lambda: welcome_back(session, visit, by=CITIZEN, at=LATER),
            ]
            return acts[turn % len(acts)]()

        return act

    for turn in range(6):
        pulls = [officer(desk_id, turn + at) for at, desk_id in enumerate(desks)]
        pulls += [citizen(visit, turn + at) for at, visit in enumerate(visits[:3])]
        _at_once(database, pulls)
    tomorrow = MONDAY + 24 * 60 * MINUTE

    def midnight(session: Session) -> object:
        return close_old_days(session, session.get_one(Mall, made.id), at=tomorrow)

    calls = [officer(desk_id, 0) for desk_id in desks]
    _at_once(database, [midnight, *calls, midnight])

    with database.reading() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        told = retell(entries, after)
        stored = dict(session.execute(select(Step.id, Step.state)).all())
        assert told.states == stored
        expired = [entry.ticket_id for entry in entries if entry.kind == "TicketExpired"]
        assert len(expired) == len(set(expired))
        assert set(stored.values()).isdisjoint(OPEN_STATES)
        served = [state for state in stored.values() if state is StepState.EXPIRED]
        assert bool(served) == bool(expired)
