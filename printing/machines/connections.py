"""Links: an open line to a printer, over which is counted what the printer's side has taken."""

from __future__ import annotations

import errno
import math
import os
import select
import socket
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from typing_extensions import override

from printing.aside import off_the_loop

T = TypeVar("T")

_PIECE: Final = 4096


class Link(ABC):
    """An open line to a printer. Every method raises OSError when the line is broken."""

    @abstractmethod
    def write(self, data: bytes, within_s: float) -> int:
        """Hand over the beginning of `data`; return how many bytes, 0 if none within that time."""

    @abstractmethod
    def read(self, within_s: float) -> bytes:
        """Return what the printer says, empty if it says nothing within that time."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the line, in good order where there is one. Never raises."""

    def left(self) -> int:
        """Return how many bytes are on their way yet; 0 where no one can tell."""
        return 0


class SocketLink(Link):
    """A TCP connection. The printer library's own would not tell how many bytes went out."""

    def __init__(self, host: str, port: int, within_s: float) -> None:
        self._socket = socket.create_connection((host, port), timeout=within_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A printer that cannot be asked is known to have gone by the silence of its network card.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
            with suppress(AttributeError, OSError):  # not on every system
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), 1)

    @override
    def write(self, data: bytes, within_s: float) -> int:
        self._socket.settimeout(within_s)
        try:
            return self._socket.send(data[:_PIECE])
        except TimeoutError as silence:
            if silence.errno is not None:
                raise  # the network gave up on the printer, not we
            return 0

    @override
    def read(self, within_s: float) -> bytes:
        self._socket.settimeout(within_s)
        try:
            said = self._socket.recv(_PIECE)
        except BlockingIOError:
            return b""
        except TimeoutError as silence:
            if silence.errno is not None:
                raise
            return b""
        if not said:
            raise ConnectionResetError("the printer hung up")
        return said

    @override
    def left(self) -> int:
        return _queued(self._socket.fileno())

    @override
    def close(self) -> None:
        with self._socket, suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            # A socket that is closed over unread answers is reset, and the paper's end with it.
            self._socket.settimeout(0.01)
            while self._socket.recv(_PIECE):
                pass


class DeviceLink(Link):
    """A device file: /dev/usb/lp0, which can be asked, or a pipe, which cannot."""

    def __init__(self, path: Path) -> None:
        answers = stat.S_ISCHR(path.stat().st_mode)
        # Without O_CREAT: a printer that is unplugged must not turn into a plain file.
        way = os.O_RDWR if answers else os.O_WRONLY | os.O_APPEND
        self._device = os.open(path, way | os.O_NONBLOCK | os.O_NOCTTY)
        self._answers = answers

    @override
    def write(self, data: bytes, within_s: float) -> int:
        ends_s = time.monotonic() + within_s
        while True:
            try:
                return os.write(self._device, data[:_PIECE])
            except BlockingIOError:
                left_s = ends_s - time.monotonic()
                if left_s <= 0 or not _takes(self._device, left_s):
                    return 0

    @override
    def read(self, within_s: float) -> bytes:
        if not self._answers or not _speaks(self._device, within_s):
            return b""
        try:
            return os.read(self._device, _PIECE)
        except BlockingIOError:
            return b""

    @override
    def close(self) -> None:
        with suppress(OSError):
            os.close(self._device)


class SerialLink(Link):
    """A serial port, opened by the printer library."""

    def __init__(self, path: Path, baud: int) -> None:
        from escpos.printer import Serial

        # XON/XOFF is flow control that every cable carries. A printer's answers never look like
        # it, and what we send may hold any byte. DTR tells the printer that we are there.
        self._driver: Any = Serial(str(path), baudrate=baud, timeout=0, xonxoff=True, dsrdtr=False)
        _open(self._driver)
        self._driver.device.write_timeout = 0  # what the port takes at once, and no more

    @override
    def write(self, data: bytes, within_s: float) -> int:
        port = self._driver.device
        if not _takes(port.fileno(), within_s):
            return 0
        return int(port.write(data[:_PIECE]) or 0)

    @override
    def read(self, within_s: float) -> bytes:
        handle = self._driver.device.fileno()
        if not _speaks(handle, within_s):
            return b""
        # Not the library's own read(), which cannot wait for a handle above 1,023.
        try:
            said = os.read(handle, _PIECE)
        except BlockingIOError:
            return b""
        if not said:
            raise ConnectionResetError("the port is gone")
        return said

    @override
    def left(self) -> int:
        return _queued(self._driver.device.fileno())

    @override
    def close(self) -> None:
        with suppress(OSError):
            self._driver.device.close()


class UsbLink(Link):
    """A printer on USB, found and opened by the printer library; needs libusb on the machine."""

    def __init__(self, vendor_id: int, product_id: int, **found_by: Any) -> None:
        from escpos.printer import Usb

        self._driver: Any = Usb(vendor_id, product_id, usb_args=dict(found_by))
        off_the_loop(lambda: _open(self._driver))
        self._out, self._in = _pipes(self._driver.device)

    @override
    def write(self, data: bytes, within_s: float) -> int:
        return self._turn(self._driver.device.write, self._out, data[:_PIECE], within_s) or 0

    @override
    def read(self, within_s: float) -> bytes:
        if self._in is None:
            return b""
        said = self._turn(self._driver.device.read, self._in, _PIECE, within_s)
        return bytes(said or b"")

    @override
    def close(self) -> None:
        with suppress(OSError):
            off_the_loop(self._driver.close)

    @staticmethod
    def _turn(transfer: Callable[..., T], pipe: int, what: object, within_s: float) -> T | None:
        from usb.core import USBTimeoutError

        try:
            return off_the_loop(lambda: transfer(pipe, what, max(1, round(within_s * 1000))))
        except USBTimeoutError:
            return None


def _open(driver: Any) -> None:
    from escpos.exceptions import DeviceNotFoundError

    try:
        driver.open()
    except (DeviceNotFoundError, ValueError) as error:
        # ValueError: the machine has no libusb, or the port no such speed.
        raise OSError(str(error).splitlines()[-1]) from error


def _pipes(device: Any) -> tuple[int, int | None]:
    """Return the bulk endpoints out and in of the printer's interface; cheap ones have no in."""
    out: int | None = None
    back: int | None = None
    for interface in device.get_active_configuration():
        for endpoint in interface:
            if endpoint.bmAttributes & 3 == 2:
                if endpoint.bEndpointAddress & 0x80:
                    back = endpoint.bEndpointAddress if back is None else back
                elif out is None:
                    out = endpoint.bEndpointAddress
        if out is not None:
            return out, back
    raise OSError("this USB device has no way in for paper")


def _speaks(handle: int, within_s: float) -> bool:
    """Tell whether `handle` has something to be read, or is broken, within that time."""
    return _ready(handle, select.POLLIN, within_s)


def _takes(handle: int, within_s: float) -> bool:
    """Tell whether `handle` can be written to, or is broken, within that time."""
    return _ready(handle, select.POLLOUT, within_s)


def _ready(handle: int, wanted: int, within_s: float) -> bool:
    # A handle above 1,023 is beyond select(), and a full hall opens thousands of files. Of a
    # broken line, the reading or the writing that follows tells what is wrong.
    poll = select.poll()
    poll.register(handle, wanted)
    seen = poll.poll(math.ceil(within_s * 1000))
    if any(flags & select.POLLNVAL for _, flags in seen):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return bool(seen)


def _queued(descriptor: int) -> int:
    """Return how many bytes the system holds for the other side; 0 where no one can tell."""
    try:
        import fcntl
        import termios
    except ImportError:
        return 0
    return int.from_bytes(fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)), "little")
