"""A real server in a process of its own, for tests that speak to it over real sockets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parent.parent


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """Let the power fail."""
        self.process.kill()
        self.process.wait(timeout=10)

    def stop(self) -> int:
        """Ask it to end; return its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=10)


@contextmanager
def running_server(module: str, *arguments: str) -> Iterator[Server]:
    """Run `python -m module arguments` under gevent until the end of the block.

    The module prints one line that ends with its address when it listens.
    """
    command = [sys.executable, "-m", "gevent.monkey", "--module", module, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOUSE)  # noqa: S603
    assert process.stdout is not None
    try:
        line = process.stdout.readline().split()
        assert line, "the server ended before it listened"
        yield Server(process, line[-1])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=10)
        process.stdout.close()
