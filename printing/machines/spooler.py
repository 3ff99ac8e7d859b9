"""The spooler: carries promised papers to their printers, each once, and never stops a ticket."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from models.core.database import Database
from models.paper.jobs import doubt_interrupted
from printing.machines.asking import Carrier
from printing.machines.damping import Watch
from printing.machines.ledger import Ledger
from printing.machines.printers import Printer
from printing.machines.upkeep import Upkeep
from printing.papers.drawer import Drawer

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.8
_RESTLESS_S = 0.25
_UPKEEP_EVERY_S = 0.5
# Whoever waited for this paper has found another way; a pile of old numbers helps nobody,
# and each bears the key to somebody's ticket.
KEPT = timedelta(minutes=10)


class Spooler:
    """One worker for each printer, between an explicit `start` and `stop`.

    `drawer` draws the papers, and works as long as the spooler does. `now` is the house's clock.
    The printers `elsewhere` have print agents, which carry their papers.
    A paper that has waited for longer than `kept` is given up. Only one process may run the
    spooler of a database.
    """

    def __init__(
        self,
        database: Database,
        printers: Mapping[str, Printer],
        drawer: Drawer,
        now: Callable[[], datetime],
        *,
        mall_id: int,
        kept: timedelta = KEPT,
        elsewhere: Collection[str] = (),
    ) -> None:
        self._database = database
        self._now = now
        self._drawer = drawer
        self._elsewhere = elsewhere
        self._ledger = Ledger(database, now)
        self._workers = {
            code: _Worker(
                Carrier(
                    database,
                    printer,
                    Watch(database, mall_id, code, now),
                    self._ledger,
                    drawer,
                    now,
                ),
                printer,
            )
            for code, printer in printers.items()
        }
        self._upkeep = Upkeep(database, mall_id, now, kept=kept)
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Doubt what a stop interrupted, then let the workers begin."""
        self._drawer.start()
        with self._database.acting(self._now) as (session, at):
            doubt_interrupted(session, at=at, elsewhere=self._elsewhere)
        self._stopping.clear()
        self._ledger.start()
        for worker in self._workers.values():
            worker.start()
        self._thread = threading.Thread(target=self._keep, name="spooler upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the workers finish the paper in hand and end; returns when they have."""
        self._stopping.set()
        self._woken.set()
        for worker in self._workers.values():
            worker.end()
        for worker in self._workers.values():
            worker.join()
        if self._thread:
            self._thread.join()
        self._ledger.stop()
        self._drawer.stop()

    def wake(self, printer_code: str) -> None:
        """Say, after a commit, that a paper waits for `printer_code`, whoever prints there."""
        worker = self._workers.get(printer_code)
        if worker is not None:
            worker.wake()
        if worker is None or not worker.prints:
            self._woken.set()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                for printer in self._upkeep.do():
                    if worker := self._workers.get(printer):
                        worker.wake()
            except Exception:
                # An outermost door: the database may be away for a while.
                log.exception("what waits for paper could not be looked after")
            self._woken.wait(_UPKEEP_EVERY_S)


class _Worker:
    """The thread of one printer: waits to be woken, prints, and looks after the printer."""

    def __init__(self, carrier: Carrier, printer: Printer) -> None:
        self._carrier = carrier
        self._printer = printer
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._ending.clear()
        self._carrier.watch.recall()
        self._thread = threading.Thread(
            target=self._work, name=f"spooler {self._printer.code}", daemon=True
        )
        self._thread.start()

    def wake(self) -> None:
        self._carrier.want()
        self._woken.set()

    def end(self) -> None:
        self._ending.set()
        self._woken.set()

    def join(self) -> None:
        if self._thread:
            self._thread.join()

    @property
    def prints(self) -> bool:
        return self._carrier.watch.prints

    def _work(self) -> None:
        while not self._ending.is_set():
            # Before looking, so that a call that comes in between is not lost.
            self._woken.clear()
            try:
                more = self._carrier.step()
            except Exception:
                # An outermost door: the database may be away for a while.
                log.exception("the spooler of %s stumbled", self._printer.code)
                more = False
            if not more:
                self._rest()
        self._printer.close()

    def _rest(self) -> None:
        watch = self._carrier.watch
        if watch.prints and not watch.restless:
            self._woken.wait(_LOOK_EVERY_S)
        else:
            # No paper may hurry a printer that cannot print; only the end may.
            self._ending.wait(_RESTLESS_S)
