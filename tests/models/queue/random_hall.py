"""One mall with five desks for random days, each state of it compared with plain lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload
from typing_extensions import override

from models.core.clock import local_day, local_instant
from models.core.database import Database
from models.core.errors import Refusal
from models.journal.actors import Actor
from models.journal.record import JournalEntry
from models.keeping.days import close_old_days
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall, ServingHours
from models.mall.people import User
from models.queue.quota import QuotaRoll
from models.queue.shifts import Shift, begin_break, end_break, sign_off, sign_on
from models.queue.tickets import Step, StepState, Ticket
from tests import builders
from tests.builders import CITIZEN, MINUTE, MONDAY
from tests.models.queue.plain_hall import PlainDesk, PlainHall, PlainStep, PlainTicket, Refused
from tests.models.queue.retelling import OPEN, retell

ZONE = "Asia/Jakarta"
OFFERS = ("A", "AB", "BC", "CD", "ABCD")
AFTER = {"C": "A"}
MOST = 3
DESKS = some.integers(0, len(OFFERS) - 1)
_S = StepState


class RandomHall(RuleBasedStateMachine):
    """A mall that is open day and night, so that midnight comes in the middle of things."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        # Each act commits into a savepoint of this transaction: undoing it empties the house.
        self.connection = self.database.engine.connect()
        self.everything = self.connection.begin()
        self.now = MONDAY
        desks = {number: PlainDesk(frozenset(offers)) for number, offers in enumerate(OFFERS)}
        self.hall = PlainHall(desks, AFTER, MOST)

    @override
    def teardown(self) -> None:
        self.everything.rollback()
        self.connection.close()

    @initialize()
    def build(self) -> None:
        with self.session() as session:
            made = builders.mall(session, most_services=MOST, intake_cutoff_m=0)
            session.execute(delete(ServingHours))
            for weekday in range(7):
                builders.hours(session, made, weekday, 0, 24 * 60)
            services: dict[str, Service] = {}
            for letter in "ABCD":
                after = services.get(AFTER.get(letter, ""))
                services[letter] = builders.service(session, made, letter, after=after)
            self.service_ids = {letter: row.id for letter, row in services.items()}
            self.desk_ids = [
                builders.desk(session, made, [services[letter] for letter in offers]).id
                for offers in OFFERS
            ]
            self.officers = {
                shift.desk_id: shift.user_id for shift in session.scalars(select(Shift))
            }
            self.mall_id = made.id
            self.officer = Actor(mall_id=made.id, user_id=next(iter(self.officers.values())))
            session.commit()

    def time_passes(self, minutes: int) -> None:
        self._go_on_to(self.now + minutes * MINUTE)

    def night_passes(self, officers: set[int]) -> None:
        today = local_day(self.now, ZONE)
        self._go_on_to(local_instant(today + timedelta(days=1), 0, ZONE))
        for desk in sorted(officers):
            self.sign_on(desk)

    def _go_on_to(self, at: datetime) -> None:
        new_day = local_day(at, ZONE) != local_day(self.now, ZONE)
        self.now, self.hall.last = at, None  # a minute is too late to undo anything
        with self.session() as session:
            expired = close_old_days(session, session.get_one(Mall, self.mall_id), at=at)
            session.commit()
        left_open = [ticket for ticket in self.hall.tickets.values() if not ticket.closed]
        assert expired == (len(left_open) if new_day else 0)
        if new_day:
            for ticket in left_open:
                self.hall.close(ticket, _S.EXPIRED)
            for desk in self.hall.desks.values():
                desk.open = desk.on_break = False

    def sign_on(self, desk: int) -> None:
        def act(session: Session) -> None:
            officer = session.get_one(User, self.officers[self.desk_ids[desk]])
            sign_on(session, self.desk(session, desk), officer, by=CITIZEN, at=self.now)
            self.hall.desks[desk].open = True

        self.attempt(None, act)

    def sign_off(self, desk: int) -> None:
        def act(session: Session) -> None:
            sign_off(session, self.desk(session, desk), by=CITIZEN, at=self.now)
            self.hall.desks[desk].open = self.hall.desks[desk].on_break = False
            for ticket in self.hall.tickets.values():
                for step in ticket.wanted:
                    # Held or served, it will not wait any more.
                    if step.only_desk == desk and step.state not in {_S.HELD, _S.SERVING}:
                        step.only_desk = None

        self.attempt(self.hall.refuses_sign_off(desk), act)

    def begin_break(self, desk: int) -> None:
        def act(session: Session) -> None:
            until_at = self.now + 15 * MINUTE
            where = self.desk(session, desk)
            begin_break(session, where, until_at=until_at, by=CITIZEN, at=self.now)
            self.hall.desks[desk].on_break = True

        self.attempt(self.hall.refuses_call(desk), act)

    def end_break(self, desk: int) -> None:
        def act(session: Session) -> None:
            end_break(session, self.desk(session, desk), by=CITIZEN, at=self.now)
            self.hall.desks[desk].on_break = False

        self.attempt(self.hall.refuses_end_of_break(desk), act)

    # What the rules are written with.

    def session(self) -> Session:
        return Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )

    def attempt(self, refused: Refused, act: Callable[[Session], None]) -> None:
        """Carry out `act`, which must be refused exactly as the plain lists say."""
        last, self.hall.last = self.hall.last, None
        with self.session() as session:
            try:
                act(session)
            except Refusal as refusal:
                session.rollback()
                self.hall.last = last
                assert type(refusal) is refused  # noqa: PT017  # None means that it must succeed
            else:
                assert refused is None
                session.commit()

    def desk(self, session: Session, number: int) -> Desk:
        return session.get_one(Desk, self.desk_ids[number])

    def away(self, desk: int) -> tuple[PlainTicket, PlainStep]:
        ticket = self.hall.at_desk(desk)
        assert ticket is not None
        assert ticket.away is not None
        return ticket, ticket.away

    def leaves(self, desk: int, state: StepState) -> None:
        ticket, step = self.away(desk)
        step.state = state
        self.hall.leave(ticket)

    @invariant()
    def the_laws_hold(self) -> None:
        self.everything_is_as_the_plain_lists_say()
        self.nobody_is_lost_and_nobody_is_in_two_places()
        self.numbers_are_unique_and_without_a_gap()
        self.the_journal_adds_up_to_the_state()
        self.each_quota_counts_the_steps_that_need_a_place()

    def each_quota_counts_the_steps_that_need_a_place(self) -> None:
        needed: Counter[tuple[int, date]] = Counter()
        with self.session() as session:
            for step in session.scalars(select(Step).options(joinedload(Step.ticket))):
                unserved = step.state is _S.CANCELLED and step.started_at is None
                if not unserved and step.state is not _S.TRANSFERRED:
                    needed[step.service_id, step.ticket.service_day] += 1
            rolls = session.scalars(select(QuotaRoll))
            assert (
                Counter({(one.service_id, one.service_day): one.taken for one in rolls}) == needed
            )

    def everything_is_as_the_plain_lists_say(self) -> None:
        steps = {
            step.id: (ticket.id, step.state, step.due_at, step.only_desk)
            for ticket in self.hall.tickets.values()
            for step in ticket.steps
        }
        tickets = {
            ticket.id: (ticket.number, ticket.desk, ticket.closed)
            for ticket in self.hall.tickets.values()
        }
        number = {None: None} | {id_: at for at, id_ in enumerate(self.desk_ids)}
        stored_steps = self.connection.execute(
            select(Step.id, Step.ticket_id, Step.state, Step.due_at, Step.only_desk_id)
        )
        assert steps == {
            id_: (ticket_id, state, due_at, number[only])
            for id_, ticket_id, state, due_at, only in stored_steps
        }
        stored_tickets = self.connection.execute(
            select(Ticket.id, Ticket.number, Ticket.desk_id, Ticket.closed_at)
        )
        assert tickets == {
            id_: (given, number[desk_id], closed_at is not None)
            for id_, given, desk_id, closed_at in stored_tickets
        }

    def nobody_is_lost_and_nobody_is_in_two_places(self) -> None:
        for ticket in self.hall.tickets.values():
            away = [step for step in ticket.wanted if step.state not in {_S.WAITING, _S.PAUSED}]
            assert len(away) <= 1
            at_desk = any(step.state in {_S.CALLED, _S.SERVING} for step in away)
            assert at_desk == (ticket.desk is not None)
            # An open ticket waits somewhere, or somebody knows where it is.
            waits = any(step.state is _S.WAITING for step in ticket.steps)
            assert ticket.closed or away or waits
        desks = [ticket.desk for ticket in self.hall.tickets.values() if ticket.desk is not None]
        assert len(desks) == len(set(desks))

    def numbers_are_unique_and_without_a_gap(self) -> None:
        given: dict[tuple[object, str], list[int]] = {}
        for day, prefix, number in self.connection.execute(
            select(Ticket.service_day, Ticket.prefix, Ticket.number)
        ):
            given.setdefault((day, prefix), []).append(number)
        for numbers in given.values():
            assert sorted(numbers) == list(range(1, len(numbers) + 1))

    def the_journal_adds_up_to_the_state(self) -> None:
        with self.session() as session:
            entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
            after = dict(session.execute(select(Service.id, Service.after_id)).all())
            told = retell(entries, after)
            states = dict(session.execute(select(Step.id, Step.state)).all())
            desks = dict(session.execute(select(Ticket.id, Ticket.desk_id)).all())
            services = dict(session.execute(select(Step.id, Step.service_id)).all())
        assert (told.states, told.desk_of, told.service_of) == (states, desks, services)
        assert told.closed == {id_ for id_, row in self.hall.tickets.items() if row.closed}
        assert OPEN.isdisjoint(
            state for id_, state in states.items() if told.ticket_of[id_] in told.closed
        )
        open_desks = {self.desk_ids[at] for at, desk in self.hall.desks.items() if desk.open}
        pausing = {self.desk_ids[at] for at, desk in self.hall.desks.items() if desk.on_break}
        assert (told.open_desks, told.pausing_desks) == (open_desks, pausing)
