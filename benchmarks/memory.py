"""A month of a hall in one process: its memory after the last day against that after the first.

Citizens and officers press through the real rules on a clock that is put forward; a kiosk takes
numbers with their papers over its own route, phones look at their pages, and each evening somebody
looks through all that is kept, over every connection at once. The same connections are open after
the first day and after the last. Told beside it: what a ticket takes of the file, by table and
index.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, select

from benchmarks.measured_hall import application_in
from counter.app import Application
from counter.demo.play import Play
from counter.door.auth import DEVICE_COOKIE
from counter.leaders.confirming import place_called
from models.core.base import table_of
from models.core.engines import READERS
from models.core.presses import AnsweredPress, new_press_id
from models.journal.actors import Actor
from models.journal.record import JournalEntry
from models.mall.arrangement import arrangement_of
from models.mall.mall import Desk, DeskService, Mall
from models.mall.pairing import new_code, pair
from models.paper.jobs import PrintJob
from models.queue.tickets import Call, Step, Ticket

DAYS = 30
# What is loaded when it is first needed, and the 8 MB that the connections may keep of the file.
GOAL = 1.1
PLAYED_DESKS = frozenset("1234")
STEP = timedelta(minutes=2)
# Every so many steps somebody takes a number at the kiosk and looks at its page on a phone.
TAKES_EVERY = 12
NIGHT = timedelta(hours=2)
SHOWN = 12


@dataclass
class Month:
    """A hall that is played day by day."""

    application: Application
    play: Play
    kiosk: FlaskClient
    services: list[int]

    def day(self) -> None:
        """Play the day of the clock's now to its night, and go on to the next morning."""
        self.play.begin_day()
        clock, ends_at, steps = self.application.clock, self.play.day.closes_at + NIGHT, 0
        while clock.now() < ends_at:
            clock.jump_to(clock.now() + STEP)
            self.play.catch_up()
            steps += 1
            if steps % TAKES_EVERY == 0 and clock.now() < self.play.day.cut_off_at:
                self._take(self.services[steps % len(self.services)])
        self._look_through()
        with self.application.database.reading() as session:
            mall = session.get_one(Mall, self.application.mall_id)
            opens_at = arrangement_of(session, mall).timetable.next_day(clock.now())
        if opens_at is None:
            raise RuntimeError("the example mall never opens again")
        clock.jump_to(opens_at - timedelta(minutes=5))
        self.application.ticker.tick()

    def _take(self, service_id: int) -> None:
        wanted = {"services": [{"service_id": service_id}], "priority": False, "language": "id"}
        answer = self.kiosk.post(
            "/kiosk/take",
            json={"press_id": new_press_id()} | wanted,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        if answer.status_code == 200:  # The doors may be closed for the noon.
            self.kiosk.get(f"/t/{answer.json['token']}" if answer.json else "/")

    def _look_through(self) -> None:
        database = self.application.database
        with ExitStack() as stack:
            for session in [stack.enter_context(database.reading()) for _ in range(READERS)]:
                for table in (JournalEntry, Step, Ticket, Call, PrintJob, AnsweredPress):
                    # Counted where they lie: rows brought here would be measured, too.
                    columns = table_of(table).columns
                    session.execute(select(*(func.count(one) for one in columns))).one()


def begin(folder: Path) -> Month:
    """Build the hall in `folder`, with a paired kiosk and four desks that are played."""
    application = application_in(folder)
    # The days pass as they are played here, not when the example would move on by itself.
    application.ticker.moves_example = False
    # Nobody speaks here, and what waits for the loudspeaker would pile up.
    application.database.listeners.clear()
    with application.database.transaction() as session:
        mall, at = session.get_one(Mall, application.mall_id), application.clock.now()
        asked = new_code(session, mall.id, token=None, at=at)
        place = place_called(session, application.config, mall.id, "kiosk-1")
        pair(session, mall.id, asked.code, place, name="", by=Actor(mall_id=mall.id), at=at)
        others = frozenset(desk.number for desk in mall.desks) - PLAYED_DESKS
        offered = (
            select(DeskService.service_id)
            .join(Desk, Desk.id == DeskService.desk_id)
            .where(Desk.number.in_(PLAYED_DESKS))
            .distinct()
        )
        services = list(session.scalars(offered))
    kiosk = application.app.test_client()
    kiosk.set_cookie(DEVICE_COOKIE, asked.token)
    play = Play(
        application.database,
        application.clock,
        application.mall_id,
        seed=7,
        kept=others,
        new_day=application.ticker.tick,
    )
    return Month(application, play, kiosk, services)


def resident_mb() -> float:
    """Return how much memory this process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def measure(folder: Path, days: int) -> float:
    """Play so many days, print what was found and return the ratio of the memory."""
    month = begin(folder)
    after: list[float] = []
    for _ in range(days):
        month.day()
        after.append(resident_mb())
    month.application.database.close()
    print("MB after each fifth day: " + ", ".join(f"{one:.0f}" for one in after[::5]))
    _report_file(folder / "balai.db")
    ratio = after[-1] / after[0]
    verdict = "reached" if ratio <= GOAL else "missed"
    print(
        f"memory after day {days} {after[-1]:.1f} MB, after day 1 {after[0]:.1f} MB:"
        f" {ratio:.3f}×  (goal ≤ {GOAL:g}: {verdict})"
    )
    return ratio


def _report_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (tickets,) = connection.execute("SELECT count(*) FROM ticket").fetchone()
        size = path.stat().st_size
        print(f"{tickets} tickets, a file of {size / 1e6:.1f} MB: {size / tickets:.0f} bytes each")
        try:
            parts = connection.execute(
                "SELECT name, sum(pgsize) AS size FROM dbstat GROUP BY name ORDER BY size DESC"
            ).fetchmany(SHOWN)
        except sqlite3.OperationalError:  # Not every SQLite was built to tell.
            return
    for name, bytes_ in parts:
        print(f"  {name:32} {bytes_ / tickets:7.0f}")


def main() -> int:
    """Measure in a temporary folder; the exit status is 1 when memory grew past the goal."""
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as folder:
        return int(measure(Path(folder), DAYS) > GOAL)


if __name__ == "__main__":
    sys.exit(main())
