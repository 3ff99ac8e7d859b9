"""A hall of which only the paper is real: a database, a mall, and an ear for its papers."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from models.core.clock import Clock
from models.core.database import Database
from models.core.event import Event
from models.journal.events import PaperChanged, PrinterChanged
from models.mall.mall import Mall
from models.paper.jobs import JobState, PrintJob, ask_for_paper, reprint
from models.paper.printers import PrinterState
from printing.machines.printers import PrinterSettings
from printing.machines.spooler import Spooler
from printing.papers.slip import Slip
from tests.printing.machines.escpos_printer import HOST

CLOCK = Clock()
T = TypeVar("T")


def at_port(port: int, code: str = "kiosk-1") -> PrinterSettings:
    """The printer that listens on `port` of this machine."""
    return PrinterSettings(code, "network", host=HOST, port=port)


class PaperHall:
    """Asks for papers and waits for what comes of them; knows all events since it began."""

    url = "http://127.0.0.1/t"

    def __init__(self, database: Database) -> None:
        self.database = database
        self._news = threading.Condition()
        self._heard: list[Event] = []
        self._spoolers: list[Spooler] = []
        self.database.listeners.append(self._hear)
        with self.database.transaction() as session:
            mall = Mall(
                code="t",
                name="Mal Pelayanan Publik",
                region="Kabupaten Tirtawangi",
                time_zone="Asia/Jakarta",
                public_url="http://127.0.0.1",
            )
            session.add(mall)
            session.flush()
            self.mall_id = mall.id

    def wakes(self, spooler: Spooler) -> None:
        """Let the spooler hear of new papers, as the house does."""
        self._spoolers.append(spooler)

    def forget(self, spooler: Spooler) -> None:
        self._spoolers.remove(spooler)

    def ask(
        self, what: Slip | dict[str, Any], at: datetime | None = None, fallback: str = ""
    ) -> int:
        """Promise a paper at kiosk-1; return its job."""
        payload = what.to_json() if isinstance(what, Slip) else what
        with self.database.transaction() as session:
            job = ask_for_paper(
                session,
                self.mall_id,
                "kiosk-1",
                payload,
                ticket_id=None,
                at=at or CLOCK.now(),
                fallback=fallback,
            )
            return job.id

    def reprint(self, job_id: int) -> int:
        with self.database.transaction() as session:
            return reprint(session, session.get_one(PrintJob, job_id), at=CLOCK.now()).id

    def put_in(self, job_id: int, state: JobState) -> None:
        with self.database.transaction() as session:
            session.get_one(PrintJob, job_id).state = state

    def job(self, job_id: int) -> PrintJob:
        with self.database.reading() as session:
            return session.get_one(PrintJob, job_id)

    def wait_for(self, job_id: int, state: JobState, within_s: float = 15.0) -> PaperChanged:
        """Wait until the job is in `state`, or has been; AssertionError if that takes longer."""
        return self._await(
            lambda event: (
                event
                if isinstance(event, PaperChanged)
                and (event.job_id, event.state) == (job_id, state)
                else None
            ),
            within_s,
        )

    def next_of(self, job_id: int) -> PaperChanged:
        """Wait for the job's next state that was not asked for before."""
        return self._await(
            lambda event: (
                event if isinstance(event, PaperChanged) and event.job_id == job_id else None
            ),
            15.0,
            takes=True,
        )

    def wait_for_printer(self, code: str, state: PrinterState, within_s: float = 15.0) -> None:
        """Wait until the printer's newest state is `state`."""
        ends_s = time.monotonic() + within_s
        with self._news:
            while self.printer_states(code)[-1:] != [state]:
                left_s = ends_s - time.monotonic()
                assert left_s > 0, self.printer_states(code)
                self._news.wait(left_s)

    def printer_states(self, code: str) -> list[PrinterState]:
        """All states of the printer that were told, but for those before the last restart."""
        return [
            PrinterState(event.state)
            for event in self._heard
            if isinstance(event, PrinterChanged) and event.printer == code
        ]

    def _hear(self, events: Sequence[Event]) -> None:
        with self._news:
            self._heard.extend(events)
            self._news.notify_all()
        for event in events:
            if isinstance(event, PaperChanged) and event.state == JobState.WAITING:
                for spooler in self._spoolers:
                    spooler.wake(event.printer)

    def _await(
        self, pick: Callable[[Event], T | None], within_s: float, *, takes: bool = False
    ) -> T:
        ends_s = time.monotonic() + within_s
        with self._news:
            while True:
                for event in self._heard:
                    if (found := pick(event)) is not None:
                        if takes:
                            self._heard.remove(event)
                        return found
                left_s = ends_s - time.monotonic()
                assert left_s > 0, self._heard[-6:]
                self._news.wait(left_s)
