"""Where halls are born: a process that has read all modules and forks for each hall that is wanted.

A hall that starts by itself spends two thirds of that on reading its modules. What is born here is
a process like any other: with a memory, an end and a power cut of its own.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Final

from gevent.monkey import get_original

HOUSE: Final = Path(__file__).parent.parent
# What halls run on. Not the modules that are run themselves: those must be read anew each time.
READ: Final = ("counter.cli.main", "counter.running", "tests.application", "tests.builders")


# As Python does it: nothing of gevent may have begun when a hall is forked.
_fork, _wait, _close = get_original("os", ["fork", "waitpid", "close"])


@dataclass
class Born:
    """A process that the nursery began; knows as much of it as its parent would."""

    pid: int
    stdout: IO[str]
    _ended: IO[str]
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(timeout=0)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Return how it ended; raises TimeoutExpired when it does not."""
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            self.returncode = int(self._ended.read())
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def bury(self) -> None:
        """Wait for its end, and close what was read from."""
        self.wait(timeout=10)
        self.stdout.close()
        self._ended.close()


def bear(module: str, *arguments: str, log: IO[str] | None = None) -> Born:
    """Begin `python -m module arguments` under gevent; its errors go to `log`, if there is one."""
    said, to_say = os.pipe()
    ended, to_end = os.pipe()
    errors = (log or sys.__stderr__ or sys.stderr).fileno()
    order = {"module": module, "arguments": arguments, "environment": dict(os.environ)}
    line = _nursery().line
    socket.send_fds(line, [json.dumps(order).encode()], [to_say, errors, to_end])
    _close(to_say)
    _close(to_end)
    pid = int(line.recv(100))
    return Born(pid, os.fdopen(said), os.fdopen(ended))


@dataclass
class Nursery:
    """A process that forks for each order on its line, and ends when this process does."""

    line: socket.socket
    process: subprocess.Popen[bytes]


@cache
def _nursery() -> Nursery:
    here, there = socket.socketpair()
    command = [sys.executable, "-m", "gevent.monkey", "--module", "tests.nursery"]
    with there:
        number = there.fileno()
        process = subprocess.Popen([*command, str(number)], pass_fds=[number], cwd=HOUSE)  # noqa: S603 — our own module.
    return Nursery(here, process)


def main(number: str) -> None:
    """Fork for each order that comes through the socket `number`, until it is closed."""
    line = get_original("socket", "socket")(fileno=int(number))
    for module in READ:
        import_module(module)
    gc.freeze()
    while True:
        order, descriptors, _, _ = socket.recv_fds(line, 1 << 18, 3)
        if not order:
            return
        begun, to_begin = os.pipe()
        if _fork() == 0:
            line.close()
            _keep(descriptors, to_begin)
            _run(**json.loads(order))
            return
        for one in (*descriptors, to_begin):
            _close(one)
        line.send(os.read(begun, 100))
        _close(begun)
        with suppress(ChildProcessError):
            while _wait(-1, os.WNOHANG)[0]:
                pass


def _keep(descriptors: list[int], begun: int) -> None:
    """Fork once more: return in the hall, and stay to tell how that ended."""
    out, errors, ended = descriptors
    pid = _fork()
    if pid == 0:
        os.dup2(out, 1)
        os.dup2(errors, 2)
        for one in (*descriptors, begun):
            _close(one)
        return
    os.write(begun, str(pid).encode())
    for one in (out, errors, begun):
        _close(one)
    os.write(ended, str(os.waitstatus_to_exitcode(_wait(pid, 0)[1])).encode())
    os._exit(0)


def _run(module: str, arguments: list[str], environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
