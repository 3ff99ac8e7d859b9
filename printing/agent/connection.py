"""The print agent's live connection: brings what waits, and shows the server that it lives."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Final

import socketio
from pydantic import Base64Bytes, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from printing.agent.journal import Key
from printing.agent.server import Server

log = logging.getLogger(__name__)

# The server takes two seconds of silence for a lost line.
_BEAT_S: Final = 0.7
_ANSWER_WITHIN_S: Final = 1.5
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.3, 1.2


@dataclass(frozen=True)
class Paper:
    """One paper that waits for our printer, as the bytes that the printer is sent."""

    id: int
    made_at: str
    data: Base64Bytes

    @property
    def key(self) -> Key:
        return Key(self.id, self.made_at)


@dataclass(frozen=True)
class Sending:
    """One paper of which the server believes that we are printing it."""

    id: int
    made_at: str

    @property
    def key(self) -> Key:
        return Key(self.id, self.made_at)


@dataclass(frozen=True)
class Picture:
    """What the server knows of our printer and its papers, whole, at the journal's `seq`."""

    seq: int
    epoch: str
    printer_state: str
    printer_detail: str
    jobs: tuple[Paper, ...]
    sending: tuple[Sending, ...]


@dataclass(frozen=True)
class TurnedAway:
    """The server did not let us follow: perhaps our token was taken back."""


@dataclass(frozen=True)
class Stop:
    """Somebody wants the program to end."""


News = Picture | TurnedAway | Stop
PICTURES = TypeAdapter(Picture)


class Connection:
    """Keeps one connection to the server open, in a thread between `start` and `stop`.

    Each newer picture, and a refusal to show one, is put into `news`.
    """

    def __init__(self, server: Server, device_id: int, news: SimpleQueue[News]) -> None:
        self._url = server.url
        self._headers = {"Cookie": server.headers["Cookie"]}
        self._topic = f"agent/{device_id}"
        self._news = news
        self._last: Picture | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._stay, name="connection", daemon=True)

    def start(self) -> None:
        """Begin to dial, again and again until it holds."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up; returns when nothing is heard any more."""
        self._stopping.set()
        self._thread.join()

    def _stay(self) -> None:
        pause_s = _SHORTEST_PAUSE_S
        while not self._stopping.is_set():
            client: Any = socketio.Client(
                reconnection=False, handle_sigint=False, request_timeout=_ANSWER_WITHIN_S
            )
            client.on("state", self._state_came)
            try:
                if self._begin(client):
                    pause_s = _SHORTEST_PAUSE_S
                    self._beat(client)
            except (socketio.exceptions.SocketIOError, OSError, ValueError) as error:
                # ValueError: an address where something answers that is no server of ours.
                log.info("the connection to %s is not there: %s", self._url, error or "silence")
            finally:
                _hang_up(client)
            self._stopping.wait(pause_s)
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)

    def _begin(self, client: Any) -> bool:
        """Dial and ask for the picture; False when the server does not let us have it."""
        client.connect(
            self._url,
            headers=dict(self._headers),
            transports=["websocket"],
            wait_timeout=_ANSWER_WITHIN_S,
        )
        # The journal may have been put back from a backup: a new connection believes what it
        # hears first.
        self._last = None
        answer = client.call("follow", {"topic": self._topic}, timeout=_ANSWER_WITHIN_S)
        if not answer.get("ok"):
            log.warning("the server does not let us follow: %s", answer.get("code"))
            self._news.put(TurnedAway())
            return False
        log.info("the connection to %s is open", self._url)
        self._state_came(self._topic, answer["state"])
        return True

    def _beat(self, client: Any) -> None:
        """Show that we live, and see that the server does, until one of both ends."""
        while client.connected and not self._stopping.wait(_BEAT_S):
            client.call("here", {}, timeout=_ANSWER_WITHIN_S)

    def _state_came(self, _topic: str, state: object) -> None:
        try:
            picture = PICTURES.validate_python(state)
        except ValidationError:
            log.exception("the server speaks another language than this agent")
            return
        last = self._last
        if last is None or picture.epoch != last.epoch or picture.seq >= last.seq:
            self._last = picture
            self._news.put(picture)


def _hang_up(client: Any) -> None:
    """End a connection at once: the other side may be gone, and its goodbye would be waited for."""
    connection = client.eio.ws
    if connection is None:
        return
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
    client.eio.wait()
    # The library leaves the socket open when the server hung up first.
    connection.shutdown()
