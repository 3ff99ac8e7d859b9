"""Work that takes the processor is done by child processes, so that no press waits for it.

A child does one kind of work, one piece at a time. Rooms below the roof never meet it: they are
handed its `ask`.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from counter.background.working import receive, send
from models.core.work import ChildGone, WorkFailed

log = logging.getLogger(__name__)

ROOT: Final = Path(__file__).parents[2]
# How long a child that was told to end may go on before it is ended.
ENDS_WITHIN_S: Final = 0.4
# What libraries keep or lose over the months goes with the process: a new one takes over.
JOBS: Final = 5_000
TIMEOUT_S: Final = 30.0


class Child:
    """One process that does `work`, a `module:function`; may be shared by threads.

    It is started when it is first needed, or by `warm`. Only what can be pickled goes to it and
    comes back.
    """

    def __init__(self, name: str, work: str, *, jobs: int = JOBS) -> None:
        """Call the process `name` in lists of processes; replace it after so many `jobs`."""
        self.name = name
        self._work = work
        self._jobs = jobs
        self._done = 0
        self._stopped = False
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None
        self._turn = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process id while the child runs."""
        running = self._running
        return running[0].pid if running else None

    def warm(self) -> None:
        """Start the process before it is needed, again after a `stop`; raises nothing."""
        with self._turn:
            self._stopped = False
            try:
                self._started()
            except ChildGone as reason:
                log.warning("%s", reason)

    def watch(self) -> None:
        """Start a process again that died idle, before anybody has to wait for it."""
        if self._turn.acquire(blocking=False):
            try:
                if self._running and self._running[0].poll() is not None and not self._stopped:
                    log.warning("the child %s died and is started again", self.name)
                    self._started()
            except ChildGone as reason:
                log.warning("%s", reason)
            finally:
                self._turn.release()

    def ask(self, *facts: object, timeout_s: float = TIMEOUT_S) -> Any:
        """Return what the work makes of `facts`; only the caller waits, for `timeout_s` at most.

        Raises WorkFailed with what the work raised. A child that dies under it is started again
        once; then, or when it takes too long or was stopped, ChildGone.
        """
        asked = pickle.dumps(facts)
        until_s = time.monotonic() + timeout_s
        if not self._turn.acquire(timeout=timeout_s):
            raise ChildGone(f"the child {self.name} had no time")
        try:
            answer = self._answer(asked, until_s)
            if answer is None:
                log.warning("the child %s died at its work and is started again", self.name)
                answer = self._answer(asked, until_s)
            if answer is None:
                raise ChildGone(f"the child {self.name} died twice at the same work")
            self._count()
        finally:
            self._turn.release()
        done, *result = pickle.loads(answer)  # noqa: S301 — written by our own program.
        if not done:
            raise WorkFailed(*result)
        return result[0]

    def stop(self) -> None:
        """End the process, whatever it does, within a second; who waits for it gets ChildGone."""
        self._stopped = True
        running = self._running
        if running:
            _hang_up(running[1])
            _end(running[0])
        with self._turn:
            self._let_go()

    def _answer(self, asked: bytes, until_s: float) -> bytes | None:
        """Return the child's answer; None when it died before."""
        wire = self._started()
        try:
            wire.settimeout(max(0.001, until_s - time.monotonic()))
            send(wire, asked)
            answer = receive(wire)
        except TimeoutError:
            self._let_go(at_once=True)
            raise ChildGone(f"the child {self.name} took too long") from None
        except OSError:
            answer = None
        if answer is None:
            self._let_go(at_once=True)
        return answer

    def _started(self) -> socket.socket:
        if self._stopped:
            raise ChildGone(f"the child {self.name} was stopped")
        if self._running and self._running[0].poll() is not None:
            self._let_go()  # It died while nobody looked.
        if self._running is None:
            self._running = self._start()
            self._done = 0
            if self._stopped:  # Meanwhile, and `stop` did not see it yet.
                self._let_go(at_once=True)
                raise ChildGone(f"the child {self.name} was stopped")
        return self._running[1]

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        try:
            ours, theirs = socket.socketpair()
        except OSError as reason:
            raise ChildGone(f"the child {self.name} cannot be reached: {reason}") from reason
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        arguments = [self.name, self._work, str(theirs.fileno()), str(os.getpid())]
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 — our own program.
                    [sys.executable, "-P", "-m", "counter.background.working", *arguments],
                    env=os.environ | {"PYTHONPATH": path},
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    # The terminal's Ctrl+C is for the hall, which ends its children itself.
                    start_new_session=True,
                )
            except OSError as reason:
                ours.close()
                raise ChildGone(f"the child {self.name} cannot start: {reason}") from reason
        return process, ours

    def _count(self) -> None:
        """Replace a child that has done enough: the next one gets ready while nobody waits."""
        self._done += 1
        if self._done >= self._jobs:
            self._let_go()
            with suppress(ChildGone):
                self._started()

    def _let_go(self, *, at_once: bool = False) -> None:
        running, self._running = self._running, None
        if running:
            process, wire = running
            _hang_up(wire)
            _end(process, at_once=at_once)
            wire.close()


def _hang_up(wire: socket.socket) -> None:
    with suppress(OSError):  # The other end was first.
        wire.shutdown(socket.SHUT_RDWR)


def _end(process: subprocess.Popen[bytes], *, at_once: bool = False) -> None:
    """Wait until the process is gone and forgotten by the system; kill one that stays."""
    try:
        process.wait(timeout=0 if at_once else ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
