"""The measured side of benchmarks.paper: the house on green threads, as it runs, and its floor."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from statistics import median, quantiles

from benchmarks.measured_hall import furnish, settings
from counter.app import Application
from counter.door.auth import DEVICE_COOKIE
from counter.files.settings import KioskSettings
from counter.leaders.confirming import place_called
from counter.running import built
from models.core.event import Event
from models.core.presses import new_press_id
from models.journal.actors import Actor
from models.journal.events import PaperChanged
from models.mall.pairing import new_code, pair
from models.paper.jobs import JobState, PrintJob, ask_for_paper
from printing.ink.layout import PAPERS
from printing.papers.composing import compose_paper

KIOSKS = 10
ROUNDS, WARM_UP = 60, 5
RUSHES = 12
PILE = 150
PATIENCE_S = 60.0
_MARK = b"\x1dr\x01"


class Printers:
    """The printers in a process of their own, and the instants of their papers' first bytes."""

    def __init__(self, count: int) -> None:
        command = [sys.executable, "-m", "benchmarks.paper_printer", str(count)]
        self._process = subprocess.Popen(  # noqa: S603 — our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ports = [int(port) for port in self._line().split()]
        self.heard: list[Queue[int]] = [Queue() for _ in self.ports]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Switch them off."""
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def _listen(self) -> None:
        while line := self._line():
            printer, at_ns = line.split()
            self.heard[int(printer)].put(int(at_ns))


@dataclass
class Kiosk:
    """One kiosk of the house, its printer, and when its last ticket was committed."""

    client_cookie: str
    printer: int
    committed_ns: Queue[int]


class PaperHall:
    """The house with ten kiosks on ten printers."""

    def __init__(self, folder: Path, printers: Printers) -> None:
        config = settings(folder)
        plain = config.printers[0]
        machines = tuple(
            plain.model_copy(
                update={
                    "code": f"p{number}",
                    "kind": "network",
                    "host": "127.0.0.1",
                    "port": port,
                }
            )
            for number, port in enumerate(printers.ports)
        )
        kiosks = tuple(
            KioskSettings(code=f"kiosk-{number + 1}", name="K", printer=f"p{number}", fallback="")
            for number in range(KIOSKS)
        )
        config = config.model_copy(update={"printers": machines, "kiosks": kiosks})
        self.application: Application = built(config)
        self.keys = furnish(self.application)
        self._printers = printers
        self.printed: Queue[int] = Queue()
        self.application.database.listeners.insert(0, self._hear)
        self.kiosks = [Kiosk(self._paired(one.code), at, Queue()) for at, one in enumerate(kiosks)]
        self.application.spooler.start()

    def take(self, kiosk: Kiosk) -> float:
        """Take a number; return the seconds from its commit to the paper's first byte."""
        client = self.application.app.test_client(use_cookies=False)
        wish = {"service_id": self.keys.service_id}
        answer = client.post(
            "/kiosk/take",
            json={
                "press_id": new_press_id(),
                "services": [wish],
                "priority": False,
                "language": "id",
            },
            headers={
                "Cookie": f"{DEVICE_COOKIE}={kiosk.client_cookie}",
                "Sec-Fetch-Site": "same-origin",
            },
        )
        assert answer.status_code == 200, answer.text
        first_byte_ns = self._printers.heard[kiosk.printer].get(timeout=PATIENCE_S)
        return (first_byte_ns - kiosk.committed_ns.get(timeout=PATIENCE_S)) / 1e9

    def take_at_once(self) -> list[float]:
        """Let all kiosks take a number at the same time."""
        taken: Queue[float] = Queue()
        threads = [
            threading.Thread(target=lambda one=kiosk: taken.put(self.take(one)))
            for kiosk in self.kiosks
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [taken.get() for _ in threads]

    def print_pile(self, count: int) -> float:
        """Print so many waiting slips on one printer; return the seconds that it took."""
        at = self.application.clock.now()
        payload = self.newest().payload
        with self.application.database.transaction() as session:
            for _ in range(count):
                ask_for_paper(
                    session, self.application.mall_id, "p0", payload, ticket_id=None, at=at
                )
        began_s = time.monotonic()
        for _ in range(count):
            self.printed.get(timeout=PATIENCE_S)
        took_s = time.monotonic() - began_s
        for _ in range(count):
            self._printers.heard[0].get(timeout=PATIENCE_S)
        return took_s

    def newest(self) -> PrintJob:
        """Return the last slip that was promised."""
        with self.application.database.reading() as session:
            return session.query(PrintJob).order_by(PrintJob.id.desc()).limit(1).one()

    def settle(self) -> None:
        """Forget what was printed so far."""
        while not self.printed.empty():
            self.printed.get()

    def stop(self) -> None:
        """End the work in the background."""
        self.application.spooler.stop()
        self.application.database.close()

    def _hear(self, events: Sequence[Event]) -> None:
        at_ns = time.monotonic_ns()
        for event in events:
            if isinstance(event, PaperChanged) and event.state == JobState.PRINTED:
                self.printed.put(event.job_id)
            elif isinstance(event, PaperChanged) and event.ticket_id and event.state == "waiting":
                self.kiosks[int(event.printer[1:])].committed_ns.put(at_ns)

    def _paired(self, code: str) -> str:
        at, nobody = self.application.clock.now(), Actor(mall_id=self.application.mall_id)
        with self.application.database.transaction() as session:
            asked = new_code(session, self.application.mall_id, token=None, at=at)
            place = place_called(session, self.application.config, self.application.mall_id, code)
            pair(session, self.application.mall_id, asked.code, place, name="", by=nobody, at=at)
        return asked.token


class Bare:
    """A socket that sends the same bytes and waits for the printer's word, and nothing else."""

    def __init__(self, port: int, data: bytes, heard: Queue[int]) -> None:
        self._link = socket.create_connection(("127.0.0.1", port))
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._data = data
        self._heard = heard

    def send(self) -> float:
        """Send one paper; return the seconds until its first byte was there."""
        began_ns = time.monotonic_ns()
        self._link.sendall(self._data + _MARK)
        self._link.recv(1)
        return (self._heard.get(timeout=PATIENCE_S) - began_ns) / 1e9


def main() -> None:
    """Measure and print."""
    printers = Printers(KIOSKS + 1)
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as folder:
        hall = PaperHall(Path(folder), printers)
        try:
            measure(hall, printers)
        finally:
            hall.stop()
            printers.stop()


def measure(hall: PaperHall, printers: Printers) -> None:
    """Let house and floor take turns, alone and in a rush; then a pile of papers."""
    for _ in range(WARM_UP):
        hall.take_at_once()
    slip = hall.newest()
    data = compose_paper(
        slip.kind,
        slip.payload,
        PAPERS[48],
        {"id": hall.application.language.words("printing.papers", "id")},
        copy=False,
        at=slip.created_at,
    )
    bare = Bare(printers.ports[-1], data, printers.heard[-1])
    for _ in range(WARM_UP):
        bare.send()
    turns = [(hall.take(hall.kiosks[0]), bare.send()) for _ in range(ROUNDS)]
    alone, floor = ([one * 1000 for one in column] for column in zip(*turns, strict=True))
    print(f"commit of a ticket → first byte at the printer, a slip of {len(data)} bytes, ms")
    _line("one kiosk", alone, floor)
    rush = [one * 1000 for _ in range(RUSHES) for one in hall.take_at_once()]
    _line("ten at once", rush, floor)
    time.sleep(1.0)
    hall.settle()
    house_s = hall.print_pile(PILE)
    began_s = time.monotonic()
    for _ in range(PILE):
        bare.send()
    bare_s = time.monotonic() - began_s
    print(
        f"one printer: {PILE / house_s * 60:,.0f} tickets a minute, bare socket"
        f" {PILE / bare_s * 60:,.0f}, ratio {house_s / bare_s:.0f}×"
    )


def _line(name: str, application: Sequence[float], floor: Sequence[float]) -> None:
    p95, floor_p95 = (quantiles(column, n=20)[-1] for column in (application, floor))
    print(
        f"  {name:<12} p50 {median(application):7.2f}, bare {median(floor):6.2f},"
        f" ratio {median(application) / median(floor):4.0f}×  "
        f" p95 {p95:7.2f}, bare {floor_p95:6.2f}, ratio {p95 / floor_p95:4.0f}×"
    )


if __name__ == "__main__":
    main()
