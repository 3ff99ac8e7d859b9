"""Random days in the hall, played against plain lists: the queue's laws hold after each act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.core.database import Database
from models.core.errors import DeskClosed, DeskTaken
from models.journal.record import JournalEntry
from models.mall.catalogue import Service
from models.mall.mall import Mall
from models.queue.calling import call_again, call_next, call_number
from models.queue.issuing import Wish, add_service, take
from models.queue.missing import miss, welcome_back
from models.queue.serving import cancel, finish, hold, resume, start
from models.queue.tickets import Outcome, StepState, Ticket
from models.queue.transferring import transfer
from models.queue.undoing import undo
from tests.builders import CITIZEN, MINUTE
from tests.models.queue.plain_hall import PlainStep, PlainTicket, Refused
from tests.models.queue.random_hall import DESKS, MOST, ZONE, RandomHall

_S = StepState
SERVICES = some.lists(some.sampled_from("ABCD"), min_size=1, max_size=MOST, unique=True)
# Without the search for an explanation, which takes minutes here.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink]
HAPPENS = [*["act"] * 14, *["take"] * 5, *["time"] * 5, *["rare"] * 3, *["tried"] * 3, "night"]
# A hall in which these happened as often as the rest would mostly be empty.
RARE = {"cancel", "sign_on", "sign_off", "begin_break", "add_service", "call_number"}


@dataclass(frozen=True)
class Act:
    """What the plain lists say against an act, and everything it could be done with."""

    refuses: Callable[..., Refused]
    domains: tuple[Sequence[object], ...]

    def all(self) -> list[tuple[object, ...]]:
        return list(product(*self.domains))

    def possible(self) -> list[tuple[object, ...]]:
        return [with_ for with_ in self.all() if self.refuses(*with_) is None]


class RandomDays(RandomHall):
    """Everything that citizens and officers may do, at any time and in any order."""

    @rule(data=some.data())
    def something_happens(self, data: some.DataObject) -> None:
        """Let one thing happen: one rule, because rules are left out of whole days at random."""
        what = data.draw(some.sampled_from(HAPPENS), "what")
        if what == "take":
            self.take(data.draw(SERVICES, "services"), data.draw(some.booleans(), "priority"))
        elif what == "time":
            self.time_passes(data.draw(some.integers(1, 40), "minutes"))
        elif what == "night":
            self.night_passes(data.draw(some.sets(DESKS, min_size=3), "officers"))
        else:
            acts = self._acts()
            found = {
                name: act.all() if what == "tried" else act.possible()
                for name, act in acts.items()
                if what == "tried" or (name in RARE) == (what == "rare")
            }
            names = sorted(name for name in found if found[name])
            if names:
                name = data.draw(some.sampled_from(names), "act")
                getattr(self, name)(*data.draw(some.sampled_from(found[name]), "with"))

    def _acts(self) -> dict[str, Act]:
        hall, at = self.hall, self.now
        desks, tickets = list(hall.desks), list(hall.tickets.values())[-12:]
        called = partial(hall.refuses_act, states=(_S.CALLED,))
        serving = partial(hall.refuses_act, states=(_S.SERVING,))
        return {
            "add_service": Act(hall.refuses_service, (tickets, "ABCD")),
            "cancel": Act(hall.refuses_cancel, (tickets,)),
            "welcome_back": Act(partial(hall.refuses_welcome, at=at), (tickets,)),
            "call_next": Act(hall.refuses_next, (desks,)),
            "call_number": Act(hall.refuses_number, (desks, tickets)),
            "call_again": Act(called, (desks,)),
            "start": Act(called, (desks,)),
            "finish": Act(lambda desk, _outcome: serving(desk), (desks, list(Outcome))),
            "hold": Act(serving, (desks,)),
            "resume": Act(hall.refuses_resume, (desks, tickets)),
            "transfer": Act(hall.refuses_transfer, (desks, [None, *"ABCD"], [None, *desks])),
            "miss": Act(partial(hall.refuses_miss, at=at), (desks,)),
            "undo": Act(hall.refuses_undo, ()),
            "sign_on": Act(lambda desk: DeskTaken if hall.desks[desk].open else None, (desks,)),
            "sign_off": Act(hall.refuses_sign_off, (desks,)),
            "begin_break": Act(hall.refuses_call, (desks,)),
            "end_break": Act(
                lambda desk: None if hall.desks[desk].on_break else DeskClosed, (desks,)
            ),
        }

    def take(self, services: list[str], priority: bool) -> None:
        prefix = services[0]
        day = local_day(self.now, ZONE)
        before = [t for t in self.hall.tickets.values() if (t.day, t.prefix) == (day, prefix)]

        def act(session: Session) -> None:
            wishes = [Wish(self.service_ids[letter]) for letter in services]
            mall = session.get_one(Mall, self.mall_id)
            made = take(session, mall, wishes, priority=priority, by=CITIZEN, at=self.now)
            number = len(before) + 1
            assert made.spoken == f"{prefix}-{number:03d}"
            ticket = PlainTicket(made.id, day, prefix, number, priority)
            due_at = self.now - (45 if priority else 0) * MINUTE
            ticket.steps = [
                PlainStep(step.id, letter, due_at)
                for step, letter in zip(made.steps, services, strict=True)
            ]
            self.hall.tickets[made.id] = ticket
            self.hall.settle(ticket)

        self.attempt(None, act)

    def add_service(self, ticket: PlainTicket, letter: str) -> None:
        def act(session: Session) -> None:
            wish = Wish(self.service_ids[letter])
            row = session.get_one(Ticket, ticket.id)
            step = add_service(session, row, wish, by=CITIZEN, at=self.now)
            due_at = self.now - (45 if ticket.priority else 0) * MINUTE
            ticket.steps.append(PlainStep(step.id, letter, due_at))
            self.hall.settle(ticket)

        self.attempt(self.hall.refuses_service(ticket, letter), act)

    def cancel(self, ticket: PlainTicket) -> None:
        def act(session: Session) -> None:
            row = session.get_one(Ticket, ticket.id)
            cancel(session, row, reason="", by=CITIZEN, at=self.now)
            self.hall.close(ticket, _S.CANCELLED)

        self.attempt(self.hall.refuses_cancel(ticket), act)

    def welcome_back(self, ticket: PlainTicket) -> None:
        def act(session: Session) -> None:
            row = session.get_one(Ticket, ticket.id)
            welcome_back(session, row, by=CITIZEN, at=self.now)
            assert ticket.away is not None
            ticket.away.due_at = self.now - (45 if ticket.priority else 20) * MINUTE
            ticket.away.state = _S.WAITING
            self.hall.settle(ticket)

        self.attempt(self.hall.refuses_welcome(ticket, self.now), act)

    # At the desks.

    def call_next(self, desk: int) -> None:
        def act(session: Session) -> None:
            call = call_next(session, self.desk(session, desk), by=CITIZEN, at=self.now)
            step, ticket = self.hall.queue(desk)[0]
            assert (call.step_id, call.ticket_id) == (step.id, ticket.id)
            self._called(desk, ticket, step)

        self.attempt(self.hall.refuses_next(desk), act)

    def call_number(self, desk: int, ticket: PlainTicket) -> None:
        def act(session: Session) -> None:
            row = session.get_one(Ticket, ticket.id)
            where = self.desk(session, desk)
            call = call_number(session, where, row, reason="minta", by=CITIZEN, at=self.now)
            step = self.hall.picked(desk, ticket)
            assert step is not None
            assert call.step_id == step.id
            self._called(desk, ticket, step)

        self.attempt(self.hall.refuses_number(desk, ticket), act)

    def call_again(self, desk: int) -> None:
        def act(session: Session) -> None:
            call_again(session, self.desk(session, desk), by=CITIZEN, at=self.now)
            # No wall answers in this hall: the time to come counts from the newest press.
            self.away(desk)[1].called_at = self.now

        self.attempt(self.hall.refuses_act(desk, (_S.CALLED,)), act)

    def start(self, desk: int) -> None:
        def act(session: Session) -> None:
            start(session, self.desk(session, desk), by=CITIZEN, at=self.now)
            self.away(desk)[1].state = _S.SERVING

        self.attempt(self.hall.refuses_act(desk, (_S.CALLED,)), act)

    def finish(self, desk: int, outcome: Outcome) -> None:
        def act(session: Session) -> None:
            where = self.desk(session, desk)
            finish(session, where, outcome, note="lengkap", by=self.officer, at=self.now)
            ticket, _ = self.away(desk)
            before = deepcopy(ticket)
            self.leaves(desk, _S.DONE)
            self.hall.go_on(ticket, desk)
            self.hall.last = (desk, before)

        self.attempt(self.hall.refuses_act(desk, (_S.SERVING,)), act)

    def hold(self, desk: int) -> None:
        def act(session: Session) -> None:
            hold(session, self.desk(session, desk), reason="", by=CITIZEN, at=self.now)
            self.leaves(desk, _S.HELD)

        self.attempt(self.hall.refuses_act(desk, (_S.SERVING,)), act)

    def resume(self, desk: int, ticket: PlainTicket) -> None:
        def act(session: Session) -> None:
            row = session.get_one(Ticket, ticket.id)
            resume(session, self.desk(session, desk), row, by=CITIZEN, at=self.now)
            assert ticket.away is not None
            ticket.away.state = _S.SERVING
            ticket.desk = desk

        self.attempt(self.hall.refuses_resume(desk, ticket), act)

    def transfer(self, desk: int, to_service: str | None, to_desk: int | None) -> None:
        def act(session: Session) -> None:
            made = transfer(
                session,
                self.desk(session, desk),
                to_service=None
                if to_service is None
                else session.get_one(Service, self.service_ids[to_service]),
                to_desk=None if to_desk is None else self.desk(session, to_desk),
                by=CITIZEN,
                at=self.now,
            )
            ticket, step = self.away(desk)
            due_at = self.now - (45 if ticket.priority else 30) * MINUTE
            service = to_service or step.service
            ticket.steps.append(PlainStep(made.id, service, due_at, only_desk=to_desk))
            self.leaves(desk, _S.TRANSFERRED)

        self.attempt(self.hall.refuses_transfer(desk, to_service, to_desk), act)

    def miss(self, desk: int) -> None:
        def act(session: Session) -> None:
            miss(session, self.desk(session, desk), by=self.officer, at=self.now)
            before = deepcopy(self.away(desk)[0])
            self.away(desk)[1].missed_at = self.now
            self.leaves(desk, _S.MISSED)
            self.hall.last = (desk, before)

        self.attempt(self.hall.refuses_miss(desk, self.now), act)

    def undo(self) -> None:
        """Take back the last act: everything is as it was, and the journal adds up all the same."""

        def act(session: Session) -> None:
            assert last is not None
            desk, before = last
            entry = session.scalars(
                select(JournalEntry.id)
                .where(
                    JournalEntry.ticket_id == before.id,
                    JournalEntry.kind.in_(["StepFinished", "TicketMissed"]),
                )
                .order_by(JournalEntry.id.desc())
            ).first()
            assert entry is not None
            undo(session, self.desk(session, desk), entry, by=self.officer, at=self.now)
            self.hall.tickets[before.id] = before

        last = self.hall.last
        if last is not None:
            self.attempt(self.hall.refuses_undo(), act)

    def _called(self, desk: int, ticket: PlainTicket, step: PlainStep) -> None:
        step.state, step.called_at = _S.CALLED, self.now
        ticket.desk = desk
        self.hall.settle(ticket)


def _play(database: Database, *, days: int, acts: int) -> None:
    machine = type("Days", (RandomDays,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=days,
            stateful_step_count=acts,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_laws_hold_on_random_days(shared_database: Database) -> None:
    _play(shared_database, days=30 if shared_database.sqlite else 8, acts=40)


@pytest.mark.long
def test_the_laws_hold_on_many_long_random_days(shared_database: Database) -> None:
    _play(shared_database, days=150 if shared_database.sqlite else 40, acts=100)
