"""Forgetting: what points to a person goes after a stated time; the figures stay.

Source: UU 27/2022 articles 16 and 43 (personal data are erased when their retention ends).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Delete, Update, delete, select, update
from sqlalchemy.orm import Session

from models.events import StepHeld, StepTransferred, TicketCancelled
from models.journal import JournalEntry
from models.mall import Mall
from models.paper import PrintJob
from models.tickets import Call, Step

# Events whose reason was written by a person, maybe about a person.
TOLD = tuple(kind.__name__ for kind in (StepHeld, StepTransferred, TicketCancelled))


def forget_people(session: Session, mall: Mall, *, before: datetime) -> int:
    """Empty the free text of visits that ended before the instant `before`, delete their paper.

    Returns how many rows lost something; a second run finds none. Numbers, times, services
    and outcomes are kept: they point to nobody.
    """
    emptied: list[Update | Delete] = [
        update(Step)
        .where(Step.mall_id == mall.id, Step.ended_at < before, Step.note != "")
        .values(note=""),
        update(Call)
        .where(Call.mall_id == mall.id, Call.at < before, Call.reason != "")
        .values(reason=""),
        delete(PrintJob).where(PrintJob.mall_id == mall.id, PrintJob.created_at < before),
    ]
    count = sum(session.connection().execute(statement).rowcount for statement in emptied)
    told = session.scalars(
        select(JournalEntry).where(
            JournalEntry.mall_id == mall.id,
            JournalEntry.at < before,
            JournalEntry.kind.in_(TOLD),
            JournalEntry.data["reason"].as_string() != "",
        )
    ).all()
    for entry in told:
        entry.data = entry.data | {"reason": ""}
    return count + len(told)
