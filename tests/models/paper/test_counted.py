"""Papers are counted by how they ended: what a printer confirmed apart from what it only took."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from models.journal.events import PaperChanged
from models.journal.record import record, write_recorded
from models.paper.counted import papers_by_state
from models.paper.jobs import JobState
from tests.builders import MINUTE, MONDAY, mall

DAY = timedelta(days=1)


def test_each_paper_counts_once_by_its_last_state(session: Session) -> None:
    own, other = mall(session), mall(session, code="lain")
    told = [
        (own, 1, JobState.SENDING, 0),
        (own, 1, JobState.PRINTED, 1),
        (own, 2, JobState.SENDING, 2),
        (own, 2, JobState.SENT, 3),
        (own, 3, JobState.SENT, 4),
        (own, 4, JobState.PRINTED, 24 * 60),  # of the next day
        (other, 5, JobState.SENT, 5),
    ]
    for where, job_id, state, minutes in told:
        event = PaperChanged(
            mall_id=where.id,
            at=MONDAY + minutes * MINUTE,
            job_id=job_id,
            printer="kiosk-1",
            state=state,
        )
        record(session, event)
    write_recorded(session)
    assert papers_by_state(session, own.id, from_at=MONDAY, until_at=MONDAY + DAY) == {
        JobState.PRINTED: 1,
        JobState.SENT: 2,
    }
