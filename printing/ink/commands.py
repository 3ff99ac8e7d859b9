"""ESC/POS as a printer reads it: bytes become text, orders with their arguments, or unknowns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10


@dataclass(frozen=True)
class Text:
    """Characters in the code page that is in force."""

    raw: bytes


@dataclass(frozen=True)
class Order:
    """A known order, such as `ESC a`, with all bytes that belong to it."""

    name: str
    args: bytes


@dataclass(frozen=True)
class Unknown:
    """Bytes that this reader cannot name; what follows them may be read wrongly."""

    raw: bytes


Command: TypeAlias = Text | Order | Unknown

_LEADS: Mapping[int, str] = MappingProxyType({ESC: "ESC", FS: "FS", GS: "GS", DLE: "DLE"})

# Orders with a fixed number of argument bytes.
_FIXED: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("ESC @", "ESC 2", "ESC i", "ESC m", "FS .", "FS &"), 0),
        **dict.fromkeys((f"ESC {letter}" for letter in "!-EGaMtR3dJV{="), 1),
        "ESC SP": 1,
        **dict.fromkeys((f"ESC {letter}" for letter in "$\\"), 2),
        "ESC c": 2,
        "ESC p": 3,
        **dict.fromkeys((f"GS {letter}" for letter in "!BbHfhwraI"), 1),
        **dict.fromkeys((f"GS {letter}" for letter in "LWP"), 2),
        "FS p": 2,
        "FS S": 2,
        **dict.fromkeys(("FS -", "FS C", "FS !"), 1),
        "DLE EOT": 1,
    }
)
_CUTS_WITH_FEED = frozenset(b"ABabgh")
_NAMES = MappingProxyType({0x20: "SP", 0x04: "EOT"})
_CONTROLS: Mapping[int, str] = MappingProxyType({0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF"})


def read(data: bytes) -> Iterator[Command]:
    """Take `data` apart; the commands together hold every byte that is not an order's name."""
    at = 0
    while at < len(data):
        byte = data[at]
        if byte in _LEADS:
            command, at = _order(data, at)
            yield command
        elif byte in _CONTROLS:
            yield Order(_CONTROLS[byte], b"")
            at += 1
        elif byte < 0x20 or byte == 0x7F:
            yield Unknown(data[at : at + 1])
            at += 1
        else:
            end = at
            while end < len(data) and data[end] >= 0x20 and data[end] != 0x7F:
                end += 1
            yield Text(data[at:end])
            at = end


def _order(data: bytes, at: int) -> tuple[Command, int]:
    if at + 2 > len(data):
        return Unknown(data[at:]), len(data)
    letter = _NAMES.get(data[at + 1], chr(data[at + 1]))
    name = f"{_LEADS[data[at]]} {letter}"
    start = at + 2
    length = _FIXED.get(name)
    if length is None:
        length = _length(name, data[start:])
    if length is None:
        return Unknown(data[at:start]), start
    if start + length > len(data):
        # The end is missing: a printer would wait for it and swallow the next slip.
        return Unknown(data[at:]), len(data)
    return Order(name, data[start : start + length]), start + length


def _length(name: str, rest: bytes) -> int | None:
    """Return how many argument bytes follow an order that says so itself; None if unknown."""
    if name == "ESC *":
        return 3 + _number(rest[1:3]) * (3 if rest[:1] in {b"\x20", b"\x21"} else 1)
    if name == "GS v" and rest[:1] == b"0":
        return 6 + _number(rest[2:4]) * _number(rest[4:6])
    if name in {"GS (", "FS ("}:
        return 3 + _number(rest[1:3])
    if name == "GS 8" and rest[:1] == b"L":
        return 5 + _number(rest[1:5])
    if name == "GS V":
        return 2 if rest[:1] and rest[0] in _CUTS_WITH_FEED else 1
    if name == "ESC D":
        return rest.index(b"\0") + 1 if b"\0" in rest else len(rest) + 1
    return None


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little")
