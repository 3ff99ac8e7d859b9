"""Forgetting: words about people go, figures stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.presses import AnsweredPress
from models.journal.actors import Actor
from models.journal.events import KINDS
from models.journal.record import JournalEntry, record, write_recorded
from models.keeping.retention import forget_people
from models.mall.sign_ins import SignIn
from models.paper.jobs import PrintJob, ask_for_paper
from models.queue.serving import cancel
from models.queue.tickets import Step, Ticket
from tests import builders
from tests.builders import MONDAY


def test_words_about_people_go_and_figures_stay(session: Session) -> None:
    mall = builders.mall(session)
    service = builders.service(session, mall)
    builders.desk(session, mall, [service], open_since=None)
    ticket = builders.ticket(session, mall, service, at=MONDAY)
    ask_for_paper(session, mall.id, "kiosk-1", {}, ticket_id=ticket.id, at=MONDAY)
    ticket.steps[0].note = "Ibu Sri datang lagi"
    cancel(session, ticket, reason="Ibu Sri pulang", by=Actor(), at=MONDAY)
    session.add(
        AnsweredPress(id="p" * 16, act="kiosk.take", at=MONDAY, answer={"token": ticket.token})
    )
    session.add(AnsweredPress(id="live.epoch", act="live.epoch", at=MONDAY, answer={"epoch": "e"}))
    session.flush()
    write_recorded(session)
    link = ticket.token

    assert forget_people(session, mall, before=MONDAY) == 0
    assert session.scalars(select(Ticket.token)).all() == [link]
    assert forget_people(session, mall, before=MONDAY + timedelta(days=1)) == 5
    assert forget_people(session, mall, before=MONDAY + timedelta(days=1)) == 0

    session.expire_all()
    assert session.scalars(select(PrintJob)).all() == []
    assert [step.note for step in session.scalars(select(Step))] == [""]
    told = [entry.data for entry in session.scalars(select(JournalEntry))]
    assert "Ibu Sri" not in repr(told)
    assert session.scalars(select(Ticket.number)).all() == [1]
    assert session.scalars(select(AnsweredPress.id)).all() == ["live.epoch"]


# What an event may hold, as it would be held.
HELD: dict[str, Any] = {
    "yes or no": True,
    "number": 1,
    "number or none": None,
    "code": "printed",
    "instant": MONDAY.isoformat(),
    "a person's words": "Ibu Sri pulang",
    "an address": "192.0.2.7",
}


def test_no_event_keeps_what_people_wrote(session: Session) -> None:
    mall = builders.mall(session)
    for kind in KINDS.values():
        own = {name: HELD[held] for name, held in kind.own_fields.items()}
        record(session, kind(mall_id=mall.id, at=MONDAY, **own))
    write_recorded(session)
    written = sum(1 for kind in KINDS.values() if kind.personal)

    assert forget_people(session, mall, before=MONDAY + timedelta(days=1)) == written
    session.expire_all()
    left = [entry.data for entry in session.scalars(select(JournalEntry))]
    assert "Ibu Sri" not in repr(left)
    assert "192.0.2.7" not in repr(left)
    assert "printed" in repr(left)
    assert len(left) == len(KINDS)


def test_sign_ins_of_long_ago_go_with_their_addresses(session: Session) -> None:
    hall = builders.small_mall(session)
    officer = builders.user(session, hall.mall)
    for days in (0, 2):
        at = MONDAY + timedelta(days=days)
        session.add(
            SignIn(
                user_id=officer.id,
                token_hash=str(days),
                began_at=at,
                seen_at=at,
                address="192.0.2.7",
            )
        )
    session.flush()
    assert forget_people(session, hall.mall, before=MONDAY + timedelta(days=1)) == 1
    assert session.scalars(select(SignIn.token_hash)).all() == ["2"]


def test_links_to_old_tickets_lead_nowhere(session: Session) -> None:
    mall = builders.mall(session)
    service = builders.service(session, mall)
    builders.desk(session, mall, [service])
    old = [builders.ticket(session, mall, service, at=MONDAY) for _ in range(3)]
    new = builders.ticket(session, mall, service, at=MONDAY + timedelta(days=30))
    session.flush()
    given, link = {ticket.token for ticket in old}, new.token

    forget_people(session, mall, before=MONDAY + timedelta(days=30))
    tokens = set(session.scalars(select(Ticket.token).where(Ticket.id != new.id)))
    assert len(tokens) == 3
    assert not given & tokens
    assert all(len(token) > 30 for token in tokens)
    assert session.scalars(select(Ticket.token).where(Ticket.id == new.id)).one() == link
