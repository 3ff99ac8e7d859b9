"""The door to the network: it lets nobody take all the room, and waits for nobody without end."""

from __future__ import annotations

import errno
import logging
import resource
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import gevent
from gevent import GreenletExit
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from typing_extensions import override

from counter.live.wire import SocketHandler

log = logging.getLogger(__name__)

# A hall's thousand screens come back within a second when the server does.
BACKLOG = 2048
# They come in one after the other, so that a press waits behind none but the next of them.
JOIN_EVERY_S = 0.003
# A router of the mall's Wi-Fi may bring all phones under one address; a single phone needs six.
PER_ADDRESS = 400
# Each connection is an open file. What is asked of the system, and what the database, the papers
# and the sounds need of it beside the connections.
FILES_WANTED = 65_536
FILES_KEPT = 256
# Fewer than this are said to be too few at the start: a thousand phones, a flood of strangers.
FILES_ENOUGH = 8192
# Whoever says nothing for so long, or takes in nothing, may come again.
SILENCE_S = 60.0
# One line in the log for an address that is turned away, however often it knocks.
TELL_AGAIN_S = 60.0


class Handler(SocketHandler):
    """Serves one connection, and lets the others take their turn between its requests."""

    @override
    def handle_one_response(self) -> None:
        if self.environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            self.server.let_join()
        super().handle_one_response()
        # Requests that arrive faster than they are answered would never let go of the loop.
        gevent.sleep(0)

    @override
    def handle_error(self, t: type[BaseException], v: object, tb: object) -> None:
        if not issubclass(t, GreenletExit):
            super().handle_error(t, v, tb)
            return
        self.close_connection = True
        if self.response_length or self.environ.get("HTTP_UPGRADE"):
            return
        # The house closes while this one still waits: nothing is broken, and nothing was done.
        log.warning("somebody was not answered any more: the program ends")
        with suppress(OSError):
            self.start_response("503 Service Unavailable", [("Content-Length", "0")])
            self.write(b"")

    @override
    def log_error(self, *_words: object) -> None:
        # Those are the words of who sent no request, and may hold anything, a token too.
        log.debug("%s sent what is no request", self.client_address)

    def _handle_client_error(self, ex: Exception) -> object:
        # Hanging up in the middle of a request is no error of ours that needs a stack trace.
        return None if isinstance(ex, OSError) else super()._handle_client_error(ex)


class Doorway(WSGIServer):  # type: ignore[misc]  # gevent comes without types
    """Listens, and counts the connections of each address."""

    # More at once would have to be read, one after the other, before anything else goes on.
    max_accept = 8

    def __init__(
        self,
        address: tuple[str, int],
        app: Callable[..., object],
        *,
        unlimited: Collection[str] = (),
        most: int = PER_ADDRESS,
        silence_s: float = SILENCE_S,
    ) -> None:
        """Let each address have `most` connections; those in `unlimited` may have more.

        A reverse proxy is unlimited, because it brings everybody, and so is this machine. Who
        neither speaks nor takes in what is sent for `silence_s` is hung up on.
        """
        # Without a free file nothing could be read or printed: leave room for that.
        files = open_files()
        most_lines = max(1, files - FILES_KEPT)
        _tell_files(files, most_lines)
        self.under_way = Pool(most_lines)
        super().__init__(
            address,
            app,
            backlog=BACKLOG,
            spawn=self.under_way,
            log=None,
            error_log=log,
            handler_class=Handler,
        )
        self._most, self._silence_s = most, silence_s
        self._unlimited = frozenset(unlimited)
        self._held: Counter[str] = Counter()
        self._told_s: dict[str, float] = {}
        self._joining = BoundedSemaphore(1)

    def let_join(self) -> None:
        """Wait until it is the turn of one screen more to join."""
        with self._joining:
            gevent.sleep(JOIN_EVERY_S)

    @override
    def handle(self, sock: Any, address: tuple[str, int]) -> None:
        host = address[0]
        if host not in self._unlimited and self._held[host] >= self._most:
            self._tell(host)
            return
        self._held[host] += 1
        sock.settimeout(self._silence_s)
        try:
            super().handle(sock, address)
        except OSError as gone:
            # Who hangs up before they have heard why we refuse is no error of ours.
            log.debug("%s hung up: %s", host, gone)
        finally:
            self._held[host] -= 1
            if not self._held[host]:
                del self._held[host]

    @override
    def do_read(self) -> object:
        try:
            return super().do_read()
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            log.warning("nobody new can come in, for no more files can be opened: %s", error)
            # The library waits a moment before the next, and prints no stack trace of its own.
            raise GreenletExit from error

    def _tell(self, host: str) -> None:
        now_s = time.monotonic()
        told = {one: at_s for one, at_s in self._told_s.items() if now_s - at_s < TELL_AGAIN_S}
        if host not in told:
            told[host] = now_s
            log.warning("%s holds %s connections and gets no more", host, self._most)
        self._told_s = told


def _tell_files(files: int, most_lines: int) -> None:
    if files >= FILES_ENOUGH:
        log.info("the system allows %d open files, %d connections", files, most_lines)
    else:
        log.warning(
            "the system allows %d open files only, so at most %d screens and phones at once;"
            " let it allow %d (LimitNOFILE= in balai.service, or `ulimit -Hn`)",
            files,
            most_lines,
            FILES_WANTED,
        )


def open_files() -> int:
    """Ask the system for as many open files as a full hall needs; return how many it grants."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return FILES_WANTED if soft == resource.RLIM_INFINITY else soft
