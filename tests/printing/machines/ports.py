"""Real listeners on this machine that behave like printers, good ones and bad ones."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

HOST = "127.0.0.1"


@contextmanager
def unready() -> Iterator[socket.socket]:
    """A socket that owns a port but refuses callers until somebody lets it listen."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind((HOST, 0))
        yield listener


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A listening socket with nobody behind it yet."""
    with unready() as listener:
        listener.listen()
        yield listener


@contextmanager
def printer_at(
    listener: socket.socket, take: Callable[[socket.socket], bytes]
) -> Iterator[Queue[bytes]]:
    """Answer each connection with `take`; what it returns arrives in the queue."""
    taken: Queue[bytes] = Queue()
    stopping = threading.Event()
    listener.settimeout(0.05)

    def serve() -> None:
        while not stopping.is_set():
            try:
                link, _ = listener.accept()
            except TimeoutError:
                continue
            with link:
                link.settimeout(10)
                taken.put(take(link))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield taken
    finally:
        stopping.set()
        thread.join()


def take_all(link: socket.socket) -> bytes:
    """Read until the sender is done, as a printer does."""
    data = b""
    while piece := link.recv(65536):
        data += piece
    return data


def break_off(link: socket.socket) -> bytes:
    """Read a little and reset the connection, as a printer that loses its power."""
    data = link.recv(16)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return data
