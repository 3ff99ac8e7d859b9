"""What a screen may say on its line: Socket.IO's few words in their order, and nothing else.

The libraries below answer each packet that makes no sense with a traceback in the log, and go
on listening. Here whoever sends one is no screen of ours, and is hung up on before they read it.
"""

from __future__ import annotations

from typing import Final

from engineio.packet import CLOSE, MESSAGE, PONG
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

_BARE: Final = {str(PONG), str(CLOSE)}
_MESSAGE: Final = str(MESSAGE)
_KINDS: Final = frozenset(f"{kind}" for kind in (CONNECT, DISCONNECT, EVENT))
# These two happen; nobody says them.
_HAPPENS: Final = frozenset({"connect", "disconnect"})
# An event and what it is about.
_LONGEST_EVENT: Final = 2


class Speech:
    """One line's talk, which begins with joining and ends with leaving."""

    def __init__(self) -> None:
        self._joined = False

    def makes_sense(self, text: str) -> bool:
        """Tell whether a screen would say `text` now; it is taken as said."""
        if text in _BARE:
            return True
        if text[:1] != _MESSAGE or text[1:2] not in _KINDS:
            return False
        try:
            packet = Packet(encoded_packet=text[1:])
        except (ValueError, RecursionError):
            return False
        if packet.namespace not in (None, "/") or packet.attachment_count:
            return False
        if packet.packet_type == EVENT:
            return self._joined and _is_event(packet.data)
        # Who joins twice would be two clients on one line, of which one never leaves.
        joins = packet.packet_type == CONNECT
        if joins is self._joined:
            return False
        self._joined = joins
        return packet.data is None or isinstance(packet.data, dict)


def _is_event(data: object) -> bool:
    if not isinstance(data, list) or not 1 <= len(data) <= _LONGEST_EVENT:
        return False
    name = data[0]
    return isinstance(name, str) and name not in _HAPPENS
