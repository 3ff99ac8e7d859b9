"""Forgetting: what points to a person goes after a stated time; the figures stay.

Source: UU 27/2022 articles 16 and 43 (personal data are erased when their retention ends).
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Delete, Update, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from models.core.presses import old_presses
from models.journal.events import KINDS
from models.journal.record import JournalEntry
from models.mall.mall import Mall
from models.mall.people import User
from models.mall.sign_ins import SignIn
from models.paper.jobs import PrintJob
from models.queue.tickets import Call, Step, Ticket

# Of the events that hold what a person wrote, or from where they came: the fields with it.
WRITTEN = {name: kind.personal for name, kind in KINDS.items() if kind.personal}
# A link that leads nowhere any more is one that nobody was ever given.
GONE: Final = "gone-"


def forget_people(session: Session, mall: Mall, *, before: datetime) -> int:
    """Empty the free text of visits that ended before the instant `before`, delete their paper.

    Addresses from which somebody signed in, or tried to, go with it.

    Their links lead nowhere any more, and the answers that presses were given, which name
    links, are deleted. Returns how many rows lost something; a second run finds none. Numbers,
    times, services and outcomes are kept: they point to nobody.
    """
    emptied: list[Update | Delete] = [
        update(Step)
        .where(Step.mall_id == mall.id, Step.ended_at < before, Step.note != "")
        .values(note=""),
        update(Call)
        .where(Call.mall_id == mall.id, Call.at < before, Call.reason != "")
        .values(reason=""),
        delete(PrintJob).where(PrintJob.mall_id == mall.id, PrintJob.created_at < before),
        old_presses(before=before),
        delete(SignIn).where(
            SignIn.user_id.in_(select(User.id).where(User.mall_id == mall.id)),
            SignIn.seen_at < before,
        ),
    ]
    count = sum(session.connection().execute(statement).rowcount for statement in emptied)
    count += _empty_events(session, mall, before=before)
    return count + _cut_links(session, mall, before=before)


def _empty_events(session: Session, mall: Mall, *, before: datetime) -> int:
    """Empty what people wrote into the events, and addresses, before `before`; return how many."""
    something_written = [
        and_(JournalEntry.kind == name, JournalEntry.data[field].as_string() != "")
        for name, fields in WRITTEN.items()
        for field in fields
    ]
    entries = session.scalars(
        select(JournalEntry).where(
            JournalEntry.mall_id == mall.id, JournalEntry.at < before, or_(*something_written)
        )
    ).all()
    for entry in entries:
        entry.data = entry.data | dict.fromkeys(WRITTEN[entry.kind], "")
    return len(entries)


def _cut_links(session: Session, mall: Mall, *, before: datetime) -> int:
    """Give the tickets taken before `before` links that nobody knows, and no code."""
    found = session.scalars(
        select(Ticket.id).where(
            Ticket.mall_id == mall.id,
            Ticket.taken_at < before,
            Ticket.token.not_like(f"{GONE}%"),
        )
    ).all()
    links = [{"id": one, "token": f"{GONE}{secrets.token_hex(16)}", "code": None} for one in found]
    if links:
        session.execute(update(Ticket), links)
    return len(links)
