"""The spooler: every promised paper comes out once, in order, whatever the printer does."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.core.database import Database
from models.paper.jobs import JobState
from models.paper.printers import PrinterState
from printing.ink.virtual import printout
from printing.machines.printers import Printer, PrinterSettings, VirtualPrinter, open_printer
from printing.machines.spooler import KEPT, Spooler
from printing.papers.drawer import Drawer
from tests.patience import until
from tests.printing.machines.escpos_printer import EscposPrinter
from tests.printing.machines.paper_hall import CLOCK, PaperHall, at_port
from tests.printing.machines.ports import listening, printer_at, take_all
from tests.printing.papers.slips import HOUSE, WORDS, slip

pytestmark = pytest.mark.slow


@pytest.fixture
def hall(database: Database) -> PaperHall:
    return PaperHall(database)


@contextmanager
def spooling(hall: PaperHall, *all_settings: PrinterSettings) -> Iterator[Spooler]:
    printers: Mapping[str, Printer] = {
        settings.code: open_printer(settings, CLOCK.now) for settings in all_settings
    }
    spooler = Spooler(hall.database, printers, Drawer(WORDS), CLOCK.now, mall_id=hall.mall_id)
    hall.wakes(spooler)
    spooler.start()
    try:
        yield spooler
    finally:
        spooler.stop()


def virtual(folder: Path, code: str = "kiosk-1") -> PrinterSettings:
    return PrinterSettings(code, "virtual", path=folder)


def urls(machine: EscposPrinter) -> list[str]:
    """Which tickets have come out, whole, by the address in their code.

    A printer that is too busy to answer is believed, and its head may move still when all that
    it was sent is said to be printed: ask with patience.
    """
    return [printout(sheet, 576).qr[0] for sheet in machine.sheets]


def test_a_promised_paper_comes_out_and_the_hall_hears_of_it(
    hall: PaperHall, tmp_path: Path
) -> None:
    with spooling(hall, virtual(tmp_path)):
        job_id = hall.ask(slip())
        states = [hall.next_of(job_id).state for _ in range(3)]
    assert states == [JobState.WAITING, JobState.SENDING, JobState.PRINTED]
    printer = open_printer(virtual(tmp_path), CLOCK.now)
    assert isinstance(printer, VirtualPrinter)
    data = printer.read(printer.printed()[0].name)
    assert printout(data, printer.paper.dots).qr == (slip().follow_url,)
    assert hall.job(job_id).finished_at is not None


def test_papers_promised_before_the_start_come_out_in_order(hall: PaperHall) -> None:
    wanted = [f"{hall.url}/{number}" for number in (1, 2, 3)]
    jobs = [hall.ask(slip(follow_url=url)) for url in wanted]
    with EscposPrinter() as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for(jobs[-1], JobState.PRINTED)
        until(lambda: urls(machine), wanted)
        assert machine.torn == []
        assert machine.unknown == []
    assert [hall.job(job).state for job in jobs] == [JobState.PRINTED] * 3


def test_a_printer_that_answers_nothing_is_sent_its_paper_and_never_said_to_print(
    hall: PaperHall,
) -> None:
    with listening() as listener, printer_at(listener, take_all) as taken:
        with EscposPrinter() as second:
            settings = at_port(listener.getsockname()[1]), at_port(second.port, "kiosk-2")
            with spooling(hall, *settings):
                job = hall.ask(slip(), fallback="kiosk-2")
                hall.wait_for(job, JobState.SENT)
                hall.wait_for_printer("kiosk-1", PrinterState.UNKNOWN)
            # It may have come out: the second printer must not make another of it.
            assert hall.job(job).printer == "kiosk-1"
            assert second.all_paper == b""
        data = taken.get(timeout=5)
    assert printout(data[data.index(b"\x1b@") :], 576).qr == (slip().follow_url,)


def test_a_slow_look_finds_what_nobody_announced(hall: PaperHall, tmp_path: Path) -> None:
    with spooling(hall, virtual(tmp_path)) as spooler:
        hall.forget(spooler)
        hall.wait_for(hall.ask(slip()), JobState.PRINTED)


def test_a_printer_that_comes_back_prints_what_waited(hall: PaperHall) -> None:
    with EscposPrinter() as machine:
        machine.refuse()
        with spooling(hall, at_port(machine.port)):
            hall.wait_for_printer("kiosk-1", PrinterState.AWAY)
            job_id = hall.ask(slip())
            machine.come_back()
            hall.wait_for(job_id, JobState.PRINTED)
            hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
            until(lambda: urls(machine), [slip().follow_url])
    assert (hall.job(job_id).tries, hall.job(job_id).error) == (1, "")


def test_paper_that_ends_in_the_middle_is_doubtful_and_not_sent_again(hall: PaperHall) -> None:
    first, second = (f"{hall.url}/{number}" for number in (1, 2))
    with EscposPrinter() as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        machine.run_out(after=9000)
        doubtful = hall.ask(slip(follow_url=first))
        waiting = hall.ask(slip(follow_url=second))
        hall.wait_for(doubtful, JobState.DOUBTFUL)
        hall.wait_for_printer("kiosk-1", PrinterState.PAPER_OUT)
        assert hall.job(doubtful).error == "paper_out"
        assert hall.job(waiting).state is JobState.WAITING
        machine.put_paper()
        hall.wait_for(waiting, JobState.PRINTED)
        assert hall.job(doubtful).tries == 1
        until(lambda: urls(machine).count(second), 1)
        assert urls(machine).count(first) <= 1


@pytest.mark.parametrize("taken", [1, 5000, 30000])
def test_a_broken_line_is_doubtful_and_the_next_paper_comes_out(
    hall: PaperHall, taken: int
) -> None:
    with EscposPrinter() as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        machine.break_paper_after(taken)
        broken = hall.ask(slip(follow_url=f"{hall.url}/1"))
        hall.wait_for(broken, JobState.DOUBTFUL)
        hall.wait_for(hall.ask(slip(follow_url=f"{hall.url}/2")), JobState.PRINTED)
        until(lambda: urls(machine), [f"{hall.url}/2"])
    assert (hall.job(broken).state, hall.job(broken).tries) == (JobState.DOUBTFUL, 1)


def test_a_printer_that_loses_its_power_in_the_middle(hall: PaperHall) -> None:
    with EscposPrinter(speed=20_000) as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        lost = hall.ask(slip(follow_url=f"{hall.url}/1"))
        machine.wait_for(lambda: machine.printing)
        machine.lose_power()
        hall.wait_for(lost, JobState.DOUBTFUL)
        hall.wait_for_printer("kiosk-1", PrinterState.AWAY)
        machine.come_back()
        hall.wait_for(hall.ask(slip(follow_url=f"{hall.url}/2")), JobState.PRINTED)
        until(lambda: urls(machine), [f"{hall.url}/2"])


def test_a_printer_that_hangs_in_the_middle_is_known_within_three_seconds(
    hall: PaperHall,
) -> None:
    with EscposPrinter(speed=20_000) as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        job_id = hall.ask(slip())
        machine.wait_for(lambda: machine.printing)
        machine.hang()
        hall.wait_for(job_id, JobState.DOUBTFUL, within_s=3.0)
        hall.wait_for_printer("kiosk-1", PrinterState.AWAY)


TROUBLES: dict[PrinterState, Callable[[EscposPrinter], None]] = {
    PrinterState.PAPER_OUT: EscposPrinter.run_out,
    PrinterState.COVER_OPEN: EscposPrinter.open_cover,
    PrinterState.CUTTER_ERROR: EscposPrinter.jam_cutter,
    PrinterState.AWAY: EscposPrinter.lose_power,
}


@pytest.mark.parametrize("state", TROUBLES)
def test_an_outage_is_known_within_three_seconds(hall: PaperHall, state: PrinterState) -> None:
    with EscposPrinter() as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        TROUBLES[state](machine)
        hall.wait_for_printer("kiosk-1", state, within_s=3.0)
        job_id = hall.ask(slip())
        assert hall.job(job_id).state is JobState.WAITING


def test_a_printer_that_falls_silent_is_known_within_three_seconds(hall: PaperHall) -> None:
    with EscposPrinter() as machine, spooling(hall, at_port(machine.port)):
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        machine.hang()
        hall.wait_for_printer("kiosk-1", PrinterState.AWAY, within_s=3.0)
        machine.hang(hangs=False)
        hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)


def test_the_second_printer_steps_in_within_three_seconds(hall: PaperHall) -> None:
    with EscposPrinter() as own, EscposPrinter() as second:
        printers = at_port(own.port), at_port(second.port, "kiosk-2")
        with spooling(hall, *printers):
            hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
            own.run_out()
            # A look that saw the last of the paper would rightly have sent it the first one.
            own.wait_for_question()
            surprised = hall.ask(slip(follow_url=f"{hall.url}/1"), fallback="kiosk-2")
            hall.wait_for(surprised, JobState.PRINTED, within_s=3.0)
            known_out = hall.ask(slip(follow_url=f"{hall.url}/2"), fallback="kiosk-2")
            hall.wait_for(known_out, JobState.PRINTED, within_s=3.0)
            until(lambda: urls(second), [f"{hall.url}/1", f"{hall.url}/2"])
            assert hall.job(known_out).printer == "kiosk-2"
            second.run_out()
            hall.wait_for_printer("kiosk-2", PrinterState.PAPER_OUT)
            stranded = hall.ask(slip(follow_url=f"{hall.url}/3"), fallback="kiosk-2")
            own.put_paper()
            hall.wait_for(stranded, JobState.PRINTED)
            until(lambda: urls(own), [f"{hall.url}/3"])


def test_a_copy_says_so(hall: PaperHall) -> None:
    with EscposPrinter() as machine, spooling(hall, at_port(machine.port)):
        first = hall.ask(slip())
        hall.wait_for(first, JobState.PRINTED)
        hall.wait_for(hall.reprint(first), JobState.PRINTED)
        machine.wait_for(lambda: len(machine.sheets) == 2)
        once, again = (printout(sheet, 576).image.height for sheet in machine.sheets)
    assert again > once


def test_what_a_power_cut_interrupted_becomes_doubtful(hall: PaperHall, tmp_path: Path) -> None:
    interrupted = hall.ask(slip(number=1))
    hall.put_in(interrupted, JobState.SENDING)
    with spooling(hall, virtual(tmp_path)):
        hall.wait_for(interrupted, JobState.DOUBTFUL)
        hall.wait_for(hall.ask(slip(number=2)), JobState.PRINTED)
    assert len(list(tmp_path.rglob("*.bin"))) == 1


def test_trouble_is_remembered_over_a_restart(hall: PaperHall) -> None:
    with EscposPrinter() as machine:
        machine.run_out()
        with spooling(hall, at_port(machine.port)):
            hall.wait_for_printer("kiosk-1", PrinterState.PAPER_OUT)
        waited = hall.ask(slip())
        machine.put_paper()
        with spooling(hall, at_port(machine.port)):
            hall.wait_for(waited, JobState.PRINTED)
            hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
    assert hall.printer_states("kiosk-1") == [PrinterState.PAPER_OUT, PrinterState.ONLINE]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain | {"number": "many"},
        lambda plain: plain | {"time_zone": "Asia/Nowhere"},
    ],
)
def test_a_slip_that_cannot_be_set_blocks_nobody(
    hall: PaperHall, tmp_path: Path, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    broken = hall.ask(spoil(slip().to_json()))
    good = hall.ask(slip())
    with spooling(hall, virtual(tmp_path)):
        hall.wait_for(good, JobState.PRINTED)
    assert (hall.job(broken).state, hall.job(broken).error) == (JobState.FAILED, "not_set")


def test_old_paper_is_not_printed_over_people_who_left(hall: PaperHall) -> None:
    with EscposPrinter() as machine:
        machine.run_out()
        with spooling(hall, at_port(machine.port)):
            hall.wait_for_printer("kiosk-1", PrinterState.PAPER_OUT)
            stale = hall.ask(slip(), at=CLOCK.now() - KEPT - timedelta(seconds=1))
            hall.wait_for(stale, JobState.EXPIRED)
            machine.put_paper()
            hall.wait_for_printer("kiosk-1", PrinterState.ONLINE)
        assert machine.sheets == []
    assert hall.job(stale).error == "too_late"


def test_two_spoolers_never_take_the_same_paper(hall: PaperHall, tmp_path: Path) -> None:
    with spooling(hall, virtual(tmp_path)), spooling(hall, virtual(tmp_path)):
        left = {hall.ask(slip(number=number)) for number in range(1, 9)}
        for job_id in sorted(left):
            hall.wait_for(job_id, JobState.PRINTED)
    assert len(list(tmp_path.rglob("*.bin"))) == len(left)


def test_unknown_printers_are_not_an_error(hall: PaperHall, tmp_path: Path) -> None:
    with spooling(hall, virtual(tmp_path)) as spooler:
        spooler.wake("nowhere")
        hall.wait_for(hall.ask(slip()), JobState.PRINTED)


GREEN = """
from gevent import monkey
monkey.patch_all()
import sys
from pathlib import Path
from models.core.database import Database
from models.keeping.schema import metadata
from tests.printing.machines.paper_hall import PaperHall
from tests.printing.machines.test_spooler import JobState, slip, spooling, virtual

database = Database("sqlite:///" + sys.argv[1] + "/green.db")
metadata.create_all(database.engine)
hall = PaperHall(database)
with spooling(hall, virtual(Path(sys.argv[1]))):
    job = hall.ask(slip())
    print(hall.wait_for(job, JobState.PRINTED).state)
database.close()
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
