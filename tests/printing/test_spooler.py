"""The spooler: every promised paper comes out once, in order, whatever the printer does."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

import models.tickets
from models.base import Base
from models.clock import Clock
from models.database import Database
from models.events import Event, PaperChanged
from models.mall import Mall
from models.paper import JobState, PrintJob, ask_for_paper
from printing.layout import PAPERS
from printing.printers import PrinterSettings, VirtualPrinter, open_printer
from printing.slip import Slip
from printing.spooler import STALE_AFTER, Spooler
from printing.virtual import printout
from printing.writing import compose
from tests.printing.ports import HOST, break_off, listening, printer_at, take_all, unready
from tests.printing.slips import HOUSE, WORDS, slip

CLOCK = Clock()
assert models.tickets.Ticket.__tablename__ in Base.metadata.tables


class Hall:
    """A database with one mall, and an ear for what happens to its papers."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        Base.metadata.create_all(self.database.engine)
        self.heard: Queue[PaperChanged] = Queue()
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

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, PaperChanged):
                self.heard.put(event)

    def ask(self, what: Slip | dict[str, Any], at: datetime | None = None) -> int:
        payload = what.to_json() if isinstance(what, Slip) else what
        with self.database.transaction() as session:
            job = ask_for_paper(
                session, self.mall_id, "kiosk-1", payload, ticket_id=None, at=at or CLOCK.now()
            )
            return job.id

    def wait_for(self, job_id: int, *states: JobState) -> PaperChanged:
        """Listen until the job is in one of `states`; queue.Empty when that takes 10 s."""
        while True:
            event = self.heard.get(timeout=10)
            if event.job_id == job_id and event.state in states:
                return event

    def job(self, job_id: int) -> PrintJob:
        with self.database.reading() as session:
            return session.get_one(PrintJob, job_id)


@pytest.fixture
def hall(database_url: str) -> Iterator[Hall]:
    hall = Hall(database_url)
    yield hall
    hall.database.close()


@contextmanager
def spooling(hall: Hall, settings: PrinterSettings) -> Iterator[Spooler]:
    printer = open_printer(settings, CLOCK.now)
    spooler = Spooler(hall.database, {"kiosk-1": printer}, WORDS, CLOCK.now)
    spooler.start()
    try:
        yield spooler
    finally:
        spooler.stop()


def at_port(port: int) -> PrinterSettings:
    return PrinterSettings("kiosk-1", "network", host=HOST, port=port)


def test_a_promised_paper_comes_out_and_the_hall_hears_of_it(hall: Hall, tmp_path: Path) -> None:
    settings = PrinterSettings("kiosk-1", "virtual", path=tmp_path)
    with spooling(hall, settings) as spooler:
        job_id = hall.ask(slip())
        spooler.wake("kiosk-1")
        assert hall.heard.get(timeout=10).state == JobState.WAITING
        assert hall.heard.get(timeout=10).state == JobState.SENDING
        assert hall.heard.get(timeout=10).state == JobState.PRINTED
    printer = open_printer(settings, CLOCK.now)
    assert isinstance(printer, VirtualPrinter)
    data = printer.read(printer.printed()[0].name)
    assert printout(data, printer.paper.dots).qr == (slip().follow_url,)
    assert hall.job(job_id).finished_at is not None


def test_papers_promised_before_the_start_come_out_in_order(hall: Hall) -> None:
    jobs = [hall.ask(slip(number=number)) for number in (1, 2, 3)]
    with listening() as listener, printer_at(listener, take_all) as taken:
        with spooling(hall, at_port(listener.getsockname()[1])):
            hall.wait_for(jobs[-1], JobState.PRINTED)
        papers = [taken.get(timeout=5) for _ in jobs]
        assert taken.empty()
    assert [hall.job(job).state for job in jobs] == [JobState.PRINTED] * 3
    assert papers == [compose(slip(number=n), PAPERS[48], WORDS) for n in (1, 2, 3)]


def test_a_slow_look_finds_what_nobody_announced(hall: Hall, tmp_path: Path) -> None:
    with spooling(hall, PrinterSettings("kiosk-1", "virtual", path=tmp_path)):
        hall.wait_for(hall.ask(slip()), JobState.PRINTED)


def test_a_printer_that_comes_back_prints_what_waited(hall: Hall) -> None:
    with unready() as listener, spooling(hall, at_port(listener.getsockname()[1])) as spooler:
        job_id = hall.ask(slip())
        hall.wait_for(job_id, JobState.WAITING)
        spooler.wake("kiosk-1")
        hall.wait_for(job_id, JobState.WAITING)
        assert "refused" in hall.job(job_id).error
        listener.listen()
        with printer_at(listener, take_all) as taken:
            hall.wait_for(job_id, JobState.PRINTED)
            assert taken.get(timeout=5).startswith(b"\x1b@")
    assert hall.job(job_id).tries > 1
    assert hall.job(job_id).error == ""


def test_a_doubtful_paper_is_never_sent_again(hall: Hall) -> None:
    with listening() as listener:
        port = listener.getsockname()[1]
        with spooling(hall, at_port(port)) as spooler:
            with printer_at(listener, break_off) as taken:
                first = hall.ask(slip(number=1))
                spooler.wake("kiosk-1")
                hall.wait_for(first, JobState.DOUBTFUL)
                assert taken.qsize() == 1
            with printer_at(listener, take_all) as taken:
                second = hall.ask(slip(number=2))
                spooler.wake("kiosk-1")
                hall.wait_for(second, JobState.PRINTED)
                assert taken.get(timeout=5)
                assert taken.empty()
    assert hall.job(first).state is JobState.DOUBTFUL
    assert hall.job(first).tries == 1


def test_what_a_power_cut_interrupted_becomes_doubtful(hall: Hall, tmp_path: Path) -> None:
    cut_off = hall.ask(slip(number=1))
    with hall.database.transaction() as session:
        session.get_one(PrintJob, cut_off).state = JobState.SENDING
    settings = PrinterSettings("kiosk-1", "virtual", path=tmp_path)
    with spooling(hall, settings):
        hall.wait_for(cut_off, JobState.DOUBTFUL)
        hall.wait_for(hall.ask(slip(number=2)), JobState.PRINTED)
    printer = open_printer(settings, CLOCK.now)
    assert isinstance(printer, VirtualPrinter)
    assert len(printer.printed()) == 1


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda plain: plain | {"number": "many"}, "ValidationError"),
        (lambda plain: plain | {"time_zone": "Asia/Nowhere"}, "ZoneInfoNotFoundError"),
    ],
)
def test_a_slip_that_cannot_be_set_blocks_nobody(
    hall: Hall,
    tmp_path: Path,
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
    error: str,
) -> None:
    broken = hall.ask(spoil(slip().to_json()))
    good = hall.ask(slip())
    with spooling(hall, PrinterSettings("kiosk-1", "virtual", path=tmp_path)):
        hall.wait_for(good, JobState.PRINTED)
    assert (hall.job(broken).state, hall.job(broken).error) == (JobState.FAILED, error)


def test_old_paper_is_not_printed_over_people_who_left(hall: Hall, tmp_path: Path) -> None:
    stale = hall.ask(slip(), at=CLOCK.now() - STALE_AFTER - timedelta(seconds=1))
    with spooling(hall, PrinterSettings("kiosk-1", "virtual", path=tmp_path)):
        hall.wait_for(stale, JobState.FAILED)
    assert hall.job(stale).error == "too_late"
    assert not list(tmp_path.rglob("*.bin"))


def test_two_spoolers_never_take_the_same_paper(hall: Hall, tmp_path: Path) -> None:
    settings = PrinterSettings("kiosk-1", "virtual", path=tmp_path)
    with spooling(hall, settings) as one, spooling(hall, settings) as two:
        jobs = [hall.ask(slip(number=number)) for number in range(1, 9)]
        one.wake("kiosk-1")
        two.wake("kiosk-1")
        left = set(jobs)
        while left:
            event = hall.heard.get(timeout=10)
            if event.state == JobState.PRINTED:
                left.remove(event.job_id)
    assert len(list(tmp_path.rglob("*.bin"))) == len(jobs)


def test_unknown_printers_are_not_an_error(hall: Hall, tmp_path: Path) -> None:
    with spooling(hall, PrinterSettings("kiosk-1", "virtual", path=tmp_path)) as spooler:
        spooler.wake("nowhere")
        hall.wait_for(hall.ask(slip()), JobState.PRINTED)


GREEN = """
from gevent import monkey
monkey.patch_all()
import sys
from pathlib import Path
from tests.printing.test_spooler import Hall, JobState, PrinterSettings, slip, spooling

hall = Hall("sqlite:///" + sys.argv[1] + "/green.db")
with spooling(hall, PrinterSettings("kiosk-1", "virtual", path=Path(sys.argv[1]))) as spooler:
    job = hall.ask(slip())
    spooler.wake("kiosk-1")
    print(hall.wait_for(job, JobState.PRINTED).state)
hall.database.close()
"""


def test_it_works_on_green_threads_too(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603 — this interpreter with the program above.
        [sys.executable, "-c", GREEN, str(tmp_path)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["printed"], done.stderr
