"""Forgetting: words about people go, figures stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.journal import JournalEntry, write_recorded
from models.paper import PrintJob, ask_for_paper
from models.people import Actor
from models.retention import forget_people
from models.serving import cancel
from models.tickets import Step, Ticket
from tests import builders
from tests.builders import MONDAY


def test_words_about_people_go_and_figures_stay(session: Session) -> None:
    mall = builders.mall(session)
    service = builders.service(session, mall)
    ticket = builders.ticket(session, mall, service, at=MONDAY)
    ask_for_paper(session, mall.id, "kiosk-1", {}, ticket_id=ticket.id, at=MONDAY)
    ticket.steps[0].note = "Ibu Sri datang lagi"
    cancel(session, ticket, reason="Ibu Sri pulang", by=Actor(), at=MONDAY)
    session.flush()
    write_recorded(session)

    assert forget_people(session, mall, before=MONDAY) == 0
    assert forget_people(session, mall, before=MONDAY + timedelta(days=1)) == 3
    assert forget_people(session, mall, before=MONDAY + timedelta(days=1)) == 0

    session.expire_all()
    assert session.scalars(select(PrintJob)).all() == []
    assert [step.note for step in session.scalars(select(Step))] == [""]
    told = [entry.data for entry in session.scalars(select(JournalEntry))]
    assert "Ibu Sri" not in repr(told)
    assert session.scalars(select(Ticket.number)).all() == [1]
