"""What signs say: a desk's number, or letters and digits such as 4K1, and a zone's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LONGEST_SIGN: Final = 4
_SIGN: Final = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{1,4}")
_PARTS: Final = re.compile(r"[0-9]+|[A-Z]+")
_ZONE_WORD: Final = re.compile(r"^(zona|zone)\s+(?=\S)", re.IGNORECASE)


def bare_name(zone: str) -> str:
    """Return the name of a zone without the word itself, for sentences that say "zona" before it.

    A hall whose zones are called "Zona 1" has no "Zona Zona 1".
    """
    return _ZONE_WORD.sub("", zone)


def is_sign(text: str) -> bool:
    """Tell whether a desk may be called `text`: up to four letters and digits, one a digit."""
    return _SIGN.fullmatch(text) is not None


def parts_of(sign: str) -> list[str]:
    """Return the runs of digits and of capital letters in `sign`, in order."""
    return _PARTS.findall(sign.upper())


def spoken_parts(sign: str) -> list[str]:
    """Return the runs of `sign` without zeros before a number, which the ear overhears."""
    return [one.lstrip("0") or "0" if one.isdigit() else one for one in parts_of(sign)]


def in_order(sign: str) -> str:
    """Return a text by which signs sort as people count: 2, 4K1, 4K2, 10, A1.

    Two signs with the same text here could not be told apart when they are called.
    """
    width = LONGEST_SIGN
    return "".join(one.zfill(width) if one.isdigit() else one for one in parts_of(sign))


def listed(signs: Iterable[str]) -> str:
    """Return signs, given in order, as one says them: `1–3, 5, 4K1`. Only numbers make a range."""
    runs: list[list[str]] = []
    for sign in signs:
        if runs and _follows(runs[-1][-1], sign):
            runs[-1].append(sign)
        else:
            runs.append([sign])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _follows(before: str, sign: str) -> bool:
    return before.isdigit() and sign.isdigit() and int(sign) == int(before) + 1
