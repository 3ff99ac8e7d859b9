"""All that the program does by itself: begun in order, ended in reverse, each by one process.

Work that must be done once holds a lease in the database, even where there is one process: a
second one that is started on the same data by mistake stays idle instead of printing twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from counter.background.children import Child
from counter.background.processes import Process
from models.core.database import Database
from models.core.faults import reason_of
from models.core.leases import hold, holders, release

log = logging.getLogger(__name__)

# Renewed thrice before it lapses; whoever waits for one looks as often.
LEASE: Final = timedelta(seconds=6)
LOOK: Final = timedelta(seconds=2)
# All of it, so that the program ends before its service manager loses patience.
END_WITHIN: Final = timedelta(seconds=1.8)
# Another program that keeps the database for itself would not let go within END_WITHIN either.
RELEASE_WITHIN_S: Final = 0.3


@dataclass(frozen=True)
class Work:
    """Work in the background: `start` returns at once, `stop` when it has ended.

    It may be started again after a stop. `once` says that of all processes one does it; else each
    does its own. Its `children` are started before it, watched, and ended after it.
    """

    name: str
    start: Callable[[], None]
    stop: Callable[[], None]
    once: bool = True
    children: Sequence[Child] = ()


class Background:
    """Starts, watches and ends the work of this process."""

    def __init__(self, database: Database, folder: Path, *, look: timedelta = LOOK) -> None:
        """Hold leases in `database`, and look after them every `look`.

        The processes that share `folder` see there which of them live.
        """
        self._database = database
        self._look_s = look.total_seconds()
        self._process = Process(folder)
        self._works: list[Work] = []
        self._running: list[Work] = []
        self._idle: set[str] = set()
        self._unanswered = False
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def register(self, work: Work) -> None:
        """Let `work` be done from the start on, after what was registered before it."""
        self._works.append(work)

    @property
    def running(self) -> list[str]:
        """What this process does now, by name, in the order it was begun."""
        return [work.name for work in self._running]

    def start(self) -> None:
        """Begin all work that is this process's to do, and go on looking after it."""
        self._stopping.clear()
        self._process.appear()
        self.look()
        self._thread = threading.Thread(target=self._keep, name="background", daemon=True)
        self._thread.start()

    def stop(self, within: timedelta = END_WITHIN) -> None:
        """End all work, the last begun first; return when it has ended or `within` is over.

        The leases of what has ended are free at once; those of the rest when this process is gone.
        """
        until_s = time.monotonic() + within.total_seconds()
        self._stopping.set()
        if self._thread:
            self._thread.join(_left_s(until_s))
        ended = [work for work in reversed(self._running) if _ends(work, until_s)]
        self._running = [work for work in self._running if work not in ended]
        if names := [work.name for work in ended if work.once]:
            _within(lambda: self._release(names), "the leases", until_s)
        if not self._running:
            self._process.vanish()

    def look(self) -> None:
        """Renew the leases, begin what became this process's work, and end what was lost."""
        with self._turn:
            held = self._hold({work.name for work in self._works if work.once})
            for work in list(self._running):
                if work.once and held is not None and work.name not in held:
                    log.warning("%s: another process does it now", work.name)
                    self._running.remove(work)
                    _end(work)
            for work in self._works:
                mine = not work.once or work.name in (held or ())
                if mine and work not in self._running and not self._stopping.is_set():
                    self._begin(work)
            for work in self._running:
                for child in work.children:
                    child.watch()

    def _begin(self, work: Work) -> None:
        try:
            for child in work.children:
                child.warm()
            work.start()
        except Exception:
            # A door between the rooms: one that cannot begin is tried again, the others go on.
            log.exception("%s could not begin", work.name)
            _end(work)
        else:
            self._running.append(work)

    def _hold(self, names: Collection[str]) -> set[str] | None:
        """Return what this process holds; None when the database does not say.

        Without the database none of the work can do anything, and nobody else can take it: it goes
        on when the database is back, unless another process was faster.
        """
        try:
            with self._database.reading() as session:
                seen = holders(session, names)
            if not self._settled(seen, names):
                with self._database.transaction() as session:
                    hold(session, names, self._process.name, length=LEASE, lives=self._lives)
                    seen = holders(session, names)
        except SQLAlchemyError as reason:
            if not self._unanswered:
                log.warning("the leases wait for the database: %s", reason_of(reason))
            self._unanswered = True
            return None
        self._unanswered = False
        held = {name for name, holder in seen.items() if holder == self._process.name}
        self._process.forget_dead(spared=seen.values())
        if idle := seen.keys() - held - self._idle:
            log.warning("another process does it already: %s", ", ".join(sorted(idle)))
        self._idle = seen.keys() - held
        return held

    def _settled(self, seen: Mapping[str, str], names: Collection[str]) -> bool:
        """Tell whether nothing needs writing: all holders of a file share a folder, and live.

        So a hall that rests writes nothing, and waits for nobody who holds the pen.
        """
        if not self._database.sqlite or seen.keys() != set(names):
            return False
        return all(self._lives(holder) for holder in seen.values())

    def _lives(self, process: str) -> bool | None:
        if process == self._process.name:
            return self._process.seen or None
        found = self._process.lives(process)
        if found is None and self._database.sqlite and self._process.seen:
            # All holders of a file share a folder, and this one can be seen there: whoever cannot
            # came with the database, out of a backup or from another machine.
            return False
        return found

    def _release(self, names: Collection[str]) -> None:
        try:
            with self._database.transaction(patience_s=RELEASE_WITHIN_S) as session:
                release(session, names, self._process.name)
        except SQLAlchemyError as reason:
            # Nobody needs to do anything: they lapse, sooner where it is seen that we are gone.
            log.info("the leases are left to lapse: %s", reason_of(reason))

    def _keep(self) -> None:
        while not self._stopping.wait(self._look_s):
            try:
                self.look()
            except Exception:
                # The outermost door of the thread that everything else hangs on.
                log.exception("the background could not be looked after")


def _end(work: Work) -> None:
    try:
        work.stop()
    except Exception:
        # A door between the rooms: the others must be ended, too.
        log.exception("%s could not be ended", work.name)
    for child in work.children:
        child.stop()


def _ends(work: Work, until_s: float) -> bool:
    ended = _within(lambda: _end(work), work.name, until_s)
    if not ended:
        for child in work.children:
            child.stop()
    return ended


def _within(do: Callable[[], None], name: str, until_s: float) -> bool:
    """Do it, and tell whether it was done in time; what was not goes on by itself."""
    doing = threading.Thread(target=do, name=f"ending {name}", daemon=True)
    doing.start()
    doing.join(_left_s(until_s))
    if doing.is_alive():
        log.warning("%s did not end in time", name)
    return not doing.is_alive()


def _left_s(until_s: float) -> float:
    return max(0.05, until_s - time.monotonic())
