"""A real server in a process of its own, for tests that speak to it over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from tests.nursery import Born, bear


@dataclass
class Server:
    """A running server."""

    process: Born
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
def running_server(module: str, *arguments: str, log: IO[str] | None = None) -> Iterator[Server]:
    """Run `python -m module arguments` under gevent until the end of the block, and then kill it.

    The module prints one line that ends with its address when it listens. What else it has to say
    goes to `log`, if there is one.
    """
    process = bear(module, *arguments, log=log)
    try:
        line = process.stdout.readline().split()
        assert line, "the server ended before it listened"
        yield Server(process, line[-1])
    finally:
        process.kill()
        process.bury()
