"""One phone in the hall can neither take all the room nor keep the others from being heard."""

from __future__ import annotations

import logging
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import gevent
import pytest
from gevent import socket as green

from counter.live.wire import MESSAGES_AT_ONCE
from counter.network.connections import PER_ADDRESS, Doorway
from models.core.database import Database
from tests.counter import tiny_hall
from tests.counter.live.test_wire import BareClient
from tests.servers import Server, running_server

ASK = b"GET /nothing HTTP/1.1\r\nHost: hall\r\n\r\n"
SOON_S = 20


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path_factory.mktemp('doorway') / 'balai.db'}"
    database = Database(url)
    tiny_hall.make_mall(database)
    database.close()
    with running_server("tests.counter.tiny_hall", url, "0") as running:
        yield running


def call(port: int, address: str = "127.0.0.2") -> socket.socket:
    """Connect from `address`; all of 127/8 is this machine, so a test has many addresses."""
    return socket.create_connection(
        ("127.0.0.1", port), timeout=SOON_S, source_address=(address, 0)
    )


def answered(line: socket.socket) -> bool:
    """Ask for a page; False when the other end has hung up instead."""
    try:
        line.sendall(ASK)
        return line.recv(12) == b"HTTP/1.1 404"
    except ConnectionError:
        return False


class Flood:
    """One connection that asks without waiting for answers, and counts what comes back."""

    def __init__(self, line: socket.socket, data: bytes) -> None:
        self._line, self._data = line, data
        self.heard = 0
        self._threads = [threading.Thread(target=each) for each in (self._send, self._take)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait until the other end has hung up."""
        for thread in self._threads:
            thread.join(SOON_S)
            assert not thread.is_alive()
        self._line.close()

    def _send(self) -> None:
        with suppress(OSError):
            self._line.sendall(self._data)
            self._line.shutdown(socket.SHUT_WR)

    def _take(self) -> None:
        with suppress(OSError):
            while data := self._line.recv(65536):
                self.heard += data.count(b"HTTP/1.1 404")


def test_who_asks_without_a_pause_keeps_nobody_waiting(hall: Server) -> None:
    asked = 4000
    flood = Flood(call(hall.port), ASK * asked)
    with call(hall.port, "127.0.0.3") as other:
        assert answered(other)
        heard = flood.heard
    flood.end()
    assert heard < asked / 2, "the other one had to wait for all of it"
    assert flood.heard == asked


def test_who_talks_without_a_pause_loses_the_line_and_nobody_else_does(hall: Server) -> None:
    with BareClient(hall) as witness, BareClient(hall) as babbler:
        witness.join()
        babbler.join()
        for _ in range(MESSAGES_AT_ONCE):
            with suppress(ConnectionError):
                babbler.say('421["here"]')
        with suppress(ConnectionError):
            while babbler.hear() is not None:
                pass
        witness.say('421["here"]')
        while not (witness.hear() or "gone").startswith("431"):
            pass


def test_a_screen_that_follows_all_it_may_keeps_its_line(hall: Server) -> None:
    with BareClient(hall) as screen:
        screen.say("40")
        for number in range(16):
            screen.say(f'42{number}["follow",{{"topic":"number/1"}}]')
        for _ in range(16):
            while not (screen.hear() or "gone").startswith("43"):
                pass


def test_one_address_cannot_take_all_connections(hall: Server) -> None:
    with ExitStack() as held:
        for _ in range(PER_ADDRESS):
            held.enter_context(call(hall.port))
        with call(hall.port) as one_more, call(hall.port, "127.0.0.3") as other:
            assert not answered(one_more)
            assert answered(other)
    with call(hall.port) as again:
        assert answered(again)


def test_this_machine_and_a_proxy_may_bring_everybody(hall: Server) -> None:
    with ExitStack() as held:
        for _ in range(PER_ADDRESS):
            held.enter_context(call(hall.port, "127.0.0.1"))
        with call(hall.port, "127.0.0.1") as one_more:
            assert answered(one_more)
    with listening(most=1, unlimited=("127.0.0.4",)) as port:
        with call(port, "127.0.0.4"), call(port, "127.0.0.4") as second:
            assert answered(second)
        with call(port, "127.0.0.5"), call(port, "127.0.0.5") as second:
            assert not answered(second)


@contextmanager
def listening(
    *, most: int = 10, unlimited: tuple[str, ...] = (), silence_s: float = 60.0
) -> Iterator[int]:
    """A door of its own, in a thread, behind which there is nothing."""
    ports: list[int] = []
    opened, over = threading.Event(), threading.Event()

    def nothing(_environ: object, respond: object) -> list[bytes]:
        assert callable(respond)
        respond("404 Not Found", [("Content-Length", "0")])
        return []

    def stay() -> None:
        door = Doorway(
            ("127.0.0.1", 0), nothing, most=most, unlimited=unlimited, silence_s=silence_s
        )
        door.start()
        ports.append(door.server_port)
        opened.set()
        while not over.is_set():
            gevent.sleep(0.01)
        door.stop(timeout=0)

    thread = threading.Thread(target=stay)
    thread.start()
    assert opened.wait(SOON_S)
    try:
        yield ports[0]
    finally:
        over.set()
        thread.join(SOON_S)


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Le"])
def test_who_says_nothing_more_is_hung_up_on(
    said: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with listening(silence_s=0.2) as port, call(port) as line:
        line.sendall(said)
        assert line.recv(100) == b""
    assert "Traceback" not in capfd.readouterr().err


def test_who_hangs_up_before_the_refusal_leaves_one_word_for_who_looks_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Doorway(("127.0.0.1", 0), lambda _environ, _respond: [])
    caplog.set_level(logging.DEBUG, "counter.network.connections")
    caplog.clear()
    with (
        socket.create_server(("127.0.0.1", 0)) as street,
        call(street.getsockname()[1]) as stranger,
    ):
        accepted, address = street.accept()
        stranger.sendall(b"no request\r\n\r\n")
        line = green.socket(fileno=accepted.detach())
        # As after a reset, whenever that comes: what is written arrives nowhere.
        line.shutdown(socket.SHUT_WR)
        door.handle(line, address)
    assert [(one.levelname, one.exc_info) for one in caplog.records] == [("DEBUG", None)] * 2


def test_the_hall_asks_for_more_open_files_than_systems_give_by_themselves() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    script = (
        "import resource as r; of = r.RLIMIT_NOFILE; r.setrlimit(of, (256, r.getrlimit(of)[1]));"
        "from counter.network.connections import open_files; print(open_files())"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(  # noqa: S603 — our own program.
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == (65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536))


FULL = """
import errno, logging, os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
from gevent import monkey
monkey.patch_all()
import gevent, socket
from models.core.gathering import log_to_stderr
log_to_stderr(logging.WARNING)
from counter.network.connections import Doorway

def answer(environ, start_response):
    start_response("204 No Content", [])
    return []

door = Doorway(("127.0.0.1", 0), answer)
door.start()
gevent.get_hub().threadpool
line, held = socket.socket(), []
try:
    while True:
        held.append(os.open(os.devnull, os.O_RDONLY))
except OSError as full:
    assert full.errno == errno.EMFILE
line.connect(("127.0.0.1", door.server_port))
line.sendall(b"GET / HTTP/1.1\\r\\nHost: hall\\r\\n\\r\\n")
while door.delay < 8 * door.min_delay:
    gevent.sleep(0)
for one in held:
    os.close(one)
print(line.recv(12).decode())
"""


def test_without_a_free_file_the_door_waits_says_so_and_opens_again() -> None:
    done = subprocess.run(  # noqa: S603 — this interpreter with the program above.
        [sys.executable, "-c", FULL],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "HTTP/1.1 204"
    few, full, again = done.stderr.splitlines()  # and no stack trace
    assert "the system allows 300 open files only, so at most 44 screens" in few
    assert "nobody new can come in, for no more files can be opened" in full
    assert "… 2 more in the last minute: nobody new can come in" in again
