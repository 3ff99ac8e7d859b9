"""Desks with officers for tests: who presses, through the real routes, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.app import Application
from counter.desk.state import desk_state
from models.journal.actors import Actor
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall
from models.queue.issuing import Wish, take
from models.queue.tickets import Ticket
from tests.application import OWN_PAGE, open_desk, service_id, user_client

_serial = iter(range(1, 1_000_000))


@dataclass
class Crew:
    """Somebody at a desk, and the browser in which they are signed in."""

    application: Application
    client: FlaskClient
    desk_id: int
    number: int

    def press(self, act: str, **facts: Any) -> Any:
        """Press and return the answer, which must be a yes."""
        answer = self.ask(act, **facts)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def ask(self, act: str, **facts: Any) -> Any:
        """Press and return the response, whatever it says."""
        body = {"press_id": f"uji-desk-press-{next(_serial)}", "desk_id": self.desk_id} | facts
        return self.client.post(f"/desk/{act}", json=body, headers=OWN_PAGE)

    def refused(self, act: str, **facts: Any) -> str:
        """Press and return the code of the refusal, which comes with a sentence."""
        answer = self.ask(act, **facts)
        assert answer.status_code >= 400, answer.get_data(as_text=True)
        problem = answer.get_json()
        assert problem["title"] != problem["code"]
        return str(problem["code"])

    def state(self) -> dict[str, Any]:
        """What the console shows now."""
        with self.application.database.reading() as session:
            state = desk_state(session, str(self.desk_id), self.application.clock.now())
        assert state is not None
        return state

    def step_id(self) -> int:
        """The step at the desk."""
        return int(self.state()["current"]["step_id"])

    def serve(self) -> int:
        """Call the next and begin to serve; return the step."""
        self.press("call-next")
        self.press("start", step_id=self.step_id())
        return self.step_id()

    def finish(self, act: str = "finish", **facts: Any) -> Any:
        """End serving as issued, unless the facts say otherwise."""
        return self.press(act, **({"step_id": self.step_id(), "outcome": "issued"} | facts))


def crew(application: Application, number: int) -> Crew:
    """Open desk `number` with its own officer."""
    username = open_desk(application, number)
    return Crew(
        application, user_client(application, username), desk_id(application, number), number
    )


def stand_in(application: Application, username: str, number: int) -> Crew:
    """Another user's browser, looking at desk `number`."""
    return Crew(
        application, user_client(application, username), desk_id(application, number), number
    )


def desk_id(application: Application, number: int) -> int:
    """The id of the desk with this number."""
    with application.database.reading() as session:
        return session.scalars(select(Desk.id).where(Desk.number == str(number))).one()


def citizen(application: Application, *codes: str, priority: bool = False) -> str:
    """Take a number for the services with these codes, each in its first case; return it."""
    with application.database.transaction() as session:
        wishes = [_wish(session, service_id(application, code)) for code in codes]
        mall = session.get_one(Mall, application.mall_id)
        ticket = take(
            session, mall, wishes, priority=priority, by=Actor(), at=application.clock.now()
        )
        return ticket.spoken


def _wish(session: Session, service_id: int) -> Wish:
    cases = session.get_one(Service, service_id).cases
    return Wish(service_id, cases[0].id if cases else None)


def ticket_of(application: Application, number: str) -> Ticket:
    """The ticket with this number, its steps loaded."""
    prefix, _, digits = number.partition("-")
    with application.database.reading() as session:
        ticket = session.scalars(
            select(Ticket).where(Ticket.prefix == prefix, Ticket.number == int(digits))
        ).one()
        assert all(step.service.code for step in ticket.steps)
        return ticket
