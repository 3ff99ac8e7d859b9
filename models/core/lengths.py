"""How long a wait is, as people say it: in minutes, and from an hour on in hours."""

from __future__ import annotations

from math import ceil, floor
from typing import Final

_HOUR_M: Final = 60
_HALF_M: Final = 30


def length_said(low: int, high: int | None = None, *, comma: str) -> tuple[str, dict[str, str]]:
    """Return the key of the sentence that says a length of whole minutes, and its facts.

    The keys are minutes, hours, hours_minutes and minutes_hours: "45 menit", "2 jam", "1 jam 20
    menit", "45 menit–1,5 jam". A range of hours goes outwards to half hours: "2–3,5 jam". `comma`
    parts the halves. The same as `lasting` of shared/format.js.
    """
    high = low if high is None else high
    if high < _HOUR_M:
        return "minutes", {"minutes": _range(str(low), str(high))}
    if low == high:
        hours, minutes = divmod(high, _HOUR_M)
        if minutes:
            return "hours_minutes", {"hours": str(hours), "minutes": str(minutes)}
        return "hours", {"hours": str(hours)}
    most = _hours(ceil(high / _HALF_M), comma)
    if 0 < low < _HOUR_M:
        return "minutes_hours", {"minutes": str(low), "hours": most}
    return "hours", {"hours": _range(_hours(floor(low / _HALF_M), comma), most)}


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def _hours(halves: int, comma: str) -> str:
    whole, half = divmod(halves, 2)
    return f"{whole}{comma}5" if half else str(whole)
