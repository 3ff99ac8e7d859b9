"""The ledger: what happens to papers is written in few commits, and nothing of it is forgotten."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from models.core.database import Database
from models.paper.jobs import JobState
from printing.machines.ledger import Ended, Ledger
from tests.printing.machines.paper_hall import CLOCK, PaperHall
from tests.printing.papers.slips import slip


@pytest.fixture
def hall(database: Database) -> PaperHall:
    return PaperHall(database)


def test_papers_that_came_out_are_written_with_the_next_mark(hall: PaperHall) -> None:
    ledger = Ledger(hall.database, CLOCK.now)
    first, second, third = (hall.job(hall.ask(slip(number=number))) for number in (1, 2, 3))
    assert all(ledger.claim(job) for job in (first, second))
    commits: list[object] = []
    event.listen(hall.database.engine, "commit", commits.append)
    ledger.settle(Ended(first, JobState.PRINTED))
    ledger.settle(Ended(second, JobState.SENT))
    assert hall.job(first.id).state is JobState.SENDING
    assert ledger.claim(third)
    states = [hall.job(job.id).state for job in (first, second, third)]
    assert states == [JobState.PRINTED, JobState.SENT, JobState.SENDING]
    assert len(commits) == 1


def test_what_somebody_must_act_upon_is_written_at_once(hall: PaperHall) -> None:
    ledger = Ledger(hall.database, CLOCK.now)
    job = hall.job(hall.ask(slip()))
    assert ledger.claim(job)
    assert not ledger.claim(hall.job(job.id))
    ledger.settle(Ended(job, JobState.DOUBTFUL, "paper_out"))
    written = hall.job(job.id)
    assert (written.state, written.error, written.tries) == (JobState.DOUBTFUL, "paper_out", 1)


def test_an_outage_of_the_database_forgets_no_paper(hall: PaperHall) -> None:
    ledger = Ledger(hall.database, CLOCK.now)
    job, other = (hall.job(hall.ask(slip(number=number))) for number in (1, 2))
    assert ledger.claim(job)
    ledger.settle(Ended(job, JobState.PRINTED))
    with hall.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE journal RENAME TO away"))
    with pytest.raises(DBAPIError):
        ledger.claim(other)
    with hall.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO journal"))
    ledger.write()
    assert hall.job(job.id).state is JobState.PRINTED
    assert hall.job(other.id).state is JobState.WAITING
