"""A hall with a real server, a real agent and a printer on TCP that keeps all it has printed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from counter.files.config import load_config
from counter.files.places import places_of
from models.core.clock import Clock
from models.core.database import Database
from models.journal.actors import Actor
from models.journal.record import JournalEntry
from models.mall.devices import Device
from models.mall.mall import Mall
from models.mall.pairing import pair, withdraw
from models.paper.jobs import JobState, PrintJob, ask_for_paper
from models.paper.printers import PrinterStatus
from tests.application import ROOT, running_application
from tests.patience import until
from tests.printing.machines.escpos_printer import HOST, EscposPrinter
from tests.printing.papers.slips import slip
from tests.servers import Server

PRINTER = "kiosk-1"
# Slow enough that a slip can be interrupted in its middle.
BYTES_A_SECOND = 20_000.0
HALF_A_SLIP = 10_000
CODE = re.compile(r"Pairing code: (\d{3} \d{3})")


def head_of(job_id: int) -> str:
    return f"Awal-{job_id:05d}."


def foot_of(job_id: int) -> str:
    return f"Akhir-{job_id:05d}."


@dataclass
class Agent:
    """A running `python -m printing.agent`; `said` holds the lines of its output so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def code(self) -> str:
        """Wait for the newest code that it shows."""
        until(lambda: bool(self._codes()))
        return self._codes()[-1]

    def kill(self) -> None:
        """Let the power of its machine fail."""
        self.process.kill()
        self._end()

    def stop(self) -> int:
        """Ask it to end; return its exit status."""
        self.process.terminate()
        return self._end()

    def freeze(self) -> None:
        """Let its machine stand still."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def _codes(self) -> list[str]:
        return [found[1] for line in list(self.said) if (found := CODE.search(line))]

    def _end(self) -> int:
        status = self.process.wait(timeout=15)
        self._reader.join(timeout=10)
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.said.extend(iter(output.readline, ""))


class AgentHall:
    """The example mall with an agent behind its first kiosk, all in `folder`."""

    def __init__(self, folder: Path, *, answers: bool = True) -> None:
        """Begin a hall in `folder`; `answers` tells whether its printer says how it fares."""
        self.folder = folder
        self.config_file = _config_with_agent(folder)
        self._rooms = ExitStack()
        machine = EscposPrinter(
            answers=answers, marks=answers, pushes=answers, speed=BYTES_A_SECOND
        )
        self.printer = self._rooms.enter_context(machine)
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The hall's own database, beside the server."""
        if self._database is None:
            self._database = Database(f"sqlite:///{self.folder / 'balai.db'}")
        return self._database

    @contextmanager
    def open(self, port: int = 0) -> Iterator[Server]:
        """Run the server."""
        arguments = ("--config", str(self.config_file))
        with running_application(self.folder, *arguments, port=port) as hall:
            yield hall

    @contextmanager
    def agent(self, hall: Server, *, state: str = "agent") -> Iterator[Agent]:
        """Run an agent whose printer is ours; kill it at the end of the block."""
        settings = self.folder / "agent.toml"
        settings.write_text(
            f'[printer]\nkind = "network"\nhost = "{HOST}"\nport = {self.printer.port}\n'
        )
        command = [sys.executable, "-m", "printing.agent", "--server", hall.url]
        command += ["--config", str(settings), "--state-dir", str(self.folder / state)]
        process = subprocess.Popen(  # noqa: S603 — our own program.
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        agent = Agent(process)
        try:
            yield agent
        finally:
            if process.poll() is None:
                agent.thaw()
                agent.kill()
            # Shown by a test that fails.
            sys.stderr.write("".join(agent.said))

    @contextmanager
    def paired(self, hall: Server) -> Iterator[Agent]:
        """Run an agent and pair it."""
        with self.agent(hall) as agent:
            self.pair(agent.code())
            until(lambda: self.printer_state() not in {"", "away"})
            yield agent

    def pair(self, code: str) -> Device:
        """Confirm the code, as a leader does."""
        config = load_config(self.config_file)
        with self.database.transaction() as session:
            mall_id = session.scalars(select(Mall.id)).one()
            places = places_of(session, config, mall_id)
            place = next(one for one in places if one.code == f"printer:{PRINTER}")
            at = Clock().now()
            # The example's clock stands elsewhere; a code is good by that one.
            device = session.scalars(
                select(Device).where(Device.code == code.replace(" ", ""))
            ).one()
            if device.code_expires_at is not None:
                at = device.created_at
            return pair(session, mall_id, code, place, name="", by=Actor(), at=at)

    def withdraw(self) -> None:
        """Take the agent's token back, as a leader does."""
        with self.database.transaction() as session:
            for device in session.scalars(select(Device).where(Device.withdrawn_at.is_(None))):
                withdraw(session, device, by=Actor(), at=device.created_at)

    def ask(self) -> int:
        """Promise a paper whose head and foot bear its number; return the job's id."""
        with self.database.transaction() as session:
            mall = session.scalars(select(Mall)).one()
            newest = session.scalars(select(JournalEntry.at).order_by(JournalEntry.id.desc()))
            job = ask_for_paper(
                session, mall.id, PRINTER, {}, ticket_id=None, at=newest.first() or Clock().now()
            )
            marked = slip(header=(head_of(job.id),), kiosk=foot_of(job.id))
            job.payload = marked.to_json()
            return job.id

    def ask_and_run_out(self) -> int:
        """Promise a paper in whose middle the printer's roll ends; return when it stands."""
        self.printer.run_out(after=HALF_A_SLIP)
        job_id = self.ask()
        until(lambda: self.printer.stands and self.heads(job_id) == 1)
        return job_id

    def heads(self, job_id: int) -> int:
        """How many times the beginning of this paper has come out."""
        return self.printer.all_paper.count(head_of(job_id).encode())

    def whole(self, job_id: int) -> int:
        """How many times this paper has come out with its end."""
        sheets = self.printer.sheets
        return sum(
            head_of(job_id).encode() in one and foot_of(job_id).encode() in one for one in sheets
        )

    def wait_for_paper(self, *job_ids: int) -> None:
        """Wait until each of these papers has come out whole, once.

        A printer that is too busy to answer is believed, and its head may move still when all
        that it was sent is said to be printed.
        """
        until(lambda: [self.whole(one) for one in job_ids], [1] * len(job_ids))

    def state(self, job_id: int) -> JobState:
        """Where the job stands now."""
        with self.database.reading() as session:
            return session.get_one(PrintJob, job_id).state

    def wait_for(self, job_id: int, *states: JobState) -> JobState:
        """Wait until the job is in one of `states`; return in which."""
        until(lambda: self.state(job_id) in states)
        return self.state(job_id)

    def history(self, job_id: int) -> list[str]:
        """All states that the job has had, in order."""
        with self.database.reading() as session:
            entries = session.scalars(
                select(JournalEntry)
                .where(JournalEntry.kind == "PaperChanged")
                .order_by(JournalEntry.id)
            )
            return [one.data["state"] for one in entries if one.data["job_id"] == job_id]

    def printer_state(self) -> str:
        """What the house believes of the printer, "" before it knows anything."""
        with self.database.reading() as session:
            mall_id = session.scalars(select(Mall.id)).one()
            status = session.get(PrinterStatus, (mall_id, PRINTER))
            return "" if status is None else status.state.value

    def close(self) -> None:
        """Let go of everything."""
        if self._database is not None:
            self._database.close()
        self._rooms.close()


def _config_with_agent(folder: Path) -> Path:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace('kind = "virtual"', 'kind = "agent"', 1)
    text = text.replace('catalogue_dir = "catalogue"', f'catalogue_dir = "{ROOT / "catalogue"}"')
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path
