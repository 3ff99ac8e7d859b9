"""A hall in processes that may be killed at any instant: each takes numbers and prints their paper.

`python -m tests.printing.machines.killed_hall DATABASE_FILE PORT` loads everything once and forks
a hall for each line that it reads: "work" for one that goes on until it is killed, "finish" for
one that takes no more numbers and ends when no paper is under way.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from importlib import import_module
from threading import Event

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.clock import Clock
from models.core.database import Database
from models.keeping.schema import metadata
from models.mall.catalogue import Service
from models.mall.mall import Mall
from models.paper.jobs import JobState, PrintJob, ask_for_paper, reprint
from printing.machines.printers import open_printer
from printing.machines.spooler import Spooler
from printing.papers.drawer import Drawer
from tests.builders import mall, small_mall, ticket
from tests.printing.machines.paper_hall import PaperHall, at_port
from tests.printing.papers.slips import WORDS, slip

CLOCK = Clock()
UNDER_WAY = (JobState.WAITING, JobState.SENDING)
MOST_WAITING = 2


def make(url: str) -> None:
    """Make the database with one mall."""
    database = Database(url)
    metadata.create_all(database.engine)
    with database.transaction() as session:
        small_mall(session, mall(session))
    database.close()


def url_of(ticket_id: int) -> str:
    """What the code on the ticket's paper says."""
    return f"{PaperHall.url}/{ticket_id}"


def take_number(session: Session, at: datetime) -> None:
    """Take a number and promise its paper, as the kiosk does; copies of what is in doubt too."""
    hall = session.scalars(select(Mall)).one()
    service = session.scalars(select(Service).order_by(Service.id)).first()
    assert service is not None
    taken = ticket(session, hall, service)
    payload = slip(number=taken.number, follow_url=url_of(taken.id)).to_json()
    ask_for_paper(session, hall.id, "kiosk-1", payload, ticket_id=taken.id, at=at)
    copied = select(PrintJob.copy_of_id).where(PrintJob.copy_of_id.is_not(None))
    doubtful = session.scalars(
        select(PrintJob).where(
            PrintJob.state == JobState.DOUBTFUL, PrintJob.id % 3 == 0, PrintJob.id.not_in(copied)
        )
    ).all()
    for job in doubtful:
        reprint(session, job, at=at)


def under_way(session: Session) -> int:
    """Count the papers that have not ended yet."""
    return session.scalar(select(func.count(PrintJob.id)).where(PrintJob.state.in_(UNDER_WAY))) or 0


def work(url: str, port: int, *, takes: bool) -> None:
    """Run the hall in this process."""
    database = Database(url)
    with database.reading() as session:
        mall_id = session.scalars(select(Mall.id)).one()
    printer = open_printer(at_port(port), CLOCK.now)
    spooler = Spooler(database, {"kiosk-1": printer}, Drawer(WORDS), CLOCK.now, mall_id=mall_id)
    spooler.start()
    pause = Event()
    while True:
        with database.reading() as session:
            count = under_way(session)
        if takes and count < MOST_WAITING:
            with database.transaction() as session:
                take_number(session, CLOCK.now())
            spooler.wake("kiosk-1")
        elif not takes and not count:
            break
        pause.wait(0.002)
    spooler.stop()
    database.close()


def tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a hall for each line on the standard input; print its process id, then its end."""
    path, port = sys.argv[1], int(sys.argv[2])
    import_module("printing.ink.typesetting")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(f"sqlite:///{path}", port, takes=line.strip() == "work")
            os._exit(0)
        tell(child)
        tell(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
