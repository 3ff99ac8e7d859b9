"""A hall that is killed again and again: no ticket without a job, no silent double, none stuck."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from models.core.database import Database
from models.paper.jobs import JobState, PrintJob
from models.paper.kinds import PaperKind
from models.queue.tickets import Ticket
from printing.ink.layout import PAPERS
from printing.papers.composing import compose_paper
from tests.printing.machines.escpos_printer import EscposPrinter
from tests.printing.machines.killed_hall import CLOCK, make
from tests.printing.papers.slips import HOUSE, WORDS

A_PAPER = 40_000


@dataclass
class Halls:
    """Starts one hall after the other on the same database."""

    process: subprocess.Popen[str]

    def start(self, how: str) -> int:
        """Start a hall; return its process id."""
        assert self.process.stdin
        self.process.stdin.write(f"{how}\n")
        self.process.stdin.flush()
        return int(self._line())

    def ended(self) -> int:
        """Wait for the hall's end; return its status."""
        return int(self._line())

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


@contextmanager
def halls(database: Path, port: int) -> Iterator[Halls]:
    command = [
        sys.executable,
        "-m",
        "tests.printing.machines.killed_hall",
        str(database),
        str(port),
    ]
    with subprocess.Popen(  # noqa: S603 — our own program.
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOUSE
    ) as process:
        yield Halls(process)
        assert process.stdin
        process.stdin.close()


def have_an_accident(machine: EscposPrinter, chance: random.Random) -> None:
    """Something happens to the printer in the middle of a paper, now and then."""
    accident = chance.random()
    if accident < 0.1:
        machine.run_out(after=chance.randrange(A_PAPER))
    elif accident < 0.2:
        machine.break_paper_after(chance.randrange(A_PAPER))


def mend(machine: EscposPrinter, chance: random.Random) -> None:
    """Put everything right; now and then the printer loses its power with the hall."""
    machine.put_paper()
    if chance.random() < 0.1:
        machine.lose_power()
        machine.wait_for(lambda: not machine.busy)
        machine.come_back()


def play(folder: Path, kills: int, seed: int) -> tuple[Path, EscposPrinter]:
    """Kill the hall so many times, each time after some bytes more or a moment later."""
    chance = random.Random(seed)
    database = folder / "balai.db"
    make(f"sqlite:///{database}")
    with EscposPrinter(speed=1_000_000) as machine:
        with halls(database, machine.port) as started:
            for _ in range(kills):
                process_id = started.start("work")
                have_an_accident(machine, chance)
                enough = machine.bytes_taken + chance.randrange(2 * A_PAPER)
                machine.wait_for(
                    lambda enough=enough: machine.bytes_taken >= enough or machine.stands  # type: ignore[misc]  # the default is for the loop
                )
                Event().wait(chance.random() * 0.02)
                os.kill(process_id, signal.SIGKILL)
                assert os.WTERMSIG(started.ended()) == signal.SIGKILL
                mend(machine, chance)
            started.start("finish")
            assert started.ended() == 0
        machine.wait_for(lambda: not machine.busy and not machine.printing_on)
    return database, machine


def judge(path: Path, machine: EscposPrinter, kills: int) -> None:
    """Hold what is on paper to what the database believes."""
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        tickets = set(session.scalars(select(Ticket.id)))
        jobs = session.scalars(select(PrintJob).order_by(PrintJob.id)).all()
    database.close()
    firsts = [job for job in jobs if job.copy_of_id is None]
    assert {job.ticket_id for job in firsts} == tickets
    assert len(firsts) == len(tickets)
    states = Counter(job.state for job in jobs)
    assert set(states) <= {JobState.PRINTED, JobState.DOUBTFUL}
    assert len(tickets) > kills // 2
    assert states[JobState.PRINTED] > kills // 4
    assert states[JobState.DOUBTFUL] > kills // 8

    out = Counter(machine.sheets)
    for job in firsts:
        sheet = compose_paper(
            job.kind or PaperKind.SLIP, job.payload, PAPERS[48], WORDS, copy=False, at=CLOCK.now()
        )
        count = out.pop(sheet, 0)
        # Whole once if it is called printed; if it is in doubt perhaps once, and never twice.
        assert count == 1 if job.state is JobState.PRINTED else count <= 1, (job.id, count)
    copies = [job for job in jobs if job.copy_of_id is not None]
    asked = Counter(job.copy_of_id for job in copies)
    assert set(asked.values()) <= {1}
    # What is left on the floor are copies, none more often than it was asked for.
    assert out.total() <= len(copies)
    assert out.total() >= sum(job.state is JobState.PRINTED for job in copies)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_dozen_kills_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    judge(*play(tmp_path, kills=12, seed=seed), kills=12)


@pytest.mark.long
@pytest.mark.parametrize("seed", [7, 11])
def test_hundreds_of_kills_lose_nothing_and_double_nothing(tmp_path: Path, seed: int) -> None:
    judge(*play(tmp_path, kills=120, seed=seed), kills=120)
