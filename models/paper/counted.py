"""How the papers of a period ended, from the journal alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.journal.events import PaperChanged
from models.journal.record import JournalEntry
from models.paper.jobs import JobState


def papers_by_state(
    session: Session, mall_id: int, *, from_at: datetime, until_at: datetime
) -> Mapping[JobState, int]:
    """Return how many papers stood last in each state that was told between two aware instants.

    What was sent to a printer that says nothing is counted apart from what one confirmed.
    """
    last = (
        select(func.max(JournalEntry.id))
        .where(
            JournalEntry.mall_id == mall_id,
            JournalEntry.at >= from_at,
            JournalEntry.at < until_at,
            JournalEntry.kind == PaperChanged.__name__,
        )
        .group_by(JournalEntry.data["job_id"].as_integer())
    )
    state = JournalEntry.data["state"].as_string()
    told = select(state, func.count()).where(JournalEntry.id.in_(last)).group_by(state)
    return {JobState(name): count for name, count in session.execute(told)}
