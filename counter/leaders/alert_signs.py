"""What needs a hand, as a page shows it: an icon, its sentences, and where one acts on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from models.core.roles import LEADERS, Role
from models.figures.alerts import Alert, AlertKind

# The rest of a bad day is folded away: what comes first must be in sight with the services below.
LEAST_SHOWN: Final = 3
MOST_SHOWN: Final = 5
_ICONS: Final[Mapping[AlertKind, str]] = {
    AlertKind.NO_DESK: "door-open",
    AlertKind.OVER_PROMISE: "hourglass",
    AlertKind.PRINTER: "printer",
    AlertKind.DEVICE: "monitor",
    AlertKind.DESK_IDLE: "armchair",
    AlertKind.BREAK_OVER: "coffee",
    AlertKind.HELD_LONG: "circle-pause",
    AlertKind.CALLING_LONG: "bell-ring",
    AlertKind.SERVING_LONG: "timer",
    AlertKind.QUOTA_LOW: "ticket",
}
_HEAVY: Final = frozenset(
    {AlertKind.NO_DESK, AlertKind.OVER_PROMISE, AlertKind.PRINTER, AlertKind.DEVICE}
)
_WHERE: Final[Mapping[AlertKind, str]] = {
    AlertKind.PRINTER: "/printers",
    AlertKind.DEVICE: "/devices",
}
_NO_ID: Final = re.compile(r"\W+")


@dataclass(frozen=True)
class AlertSign:
    """One alert as the page shows it; lengths in whole minutes, `href` "" where nobody acts yet."""

    id: str
    words: str
    icon: str
    tone: str
    href: str
    alert: Alert
    length_m: int
    limit_m: int

    @property
    def ticket(self) -> str:
        """The number as pages write it, its gap no sign."""
        return self.alert.ticket.replace("-", " ")


def signs_of(alerts: Sequence[Alert], role: Role) -> list[AlertSign]:
    """Return the signs of `alerts` for somebody of that role, in their order."""
    return [_sign(one, role) for one in alerts]


def unfolded(signs: Sequence[AlertSign]) -> tuple[list[AlertSign], list[AlertSign]]:
    """Part `signs` into those that are in sight and those that are folded away.

    In sight is the heaviest of each kind, for ten waits over their promise must not hide a
    printer; where these are few, the next heaviest, too.
    """
    first: dict[AlertKind, AlertSign] = {}
    for sign in signs:
        first.setdefault(sign.alert.kind, sign)
    of_kinds = list(first.values())[:MOST_SHOWN]
    others = [sign for sign in signs if sign not in of_kinds]
    shown = of_kinds + others[: max(LEAST_SHOWN - len(of_kinds), 0)]
    return [one for one in signs if one in shown], [one for one in signs if one not in shown]


def _sign(one: Alert, role: Role) -> AlertSign:
    about = (
        one.kind.value,
        str(one.service.id if one.service else ""),
        str(one.desk.id if one.desk else ""),
        one.ticket,
        one.thing,
    )
    used_up = one.kind is AlertKind.QUOTA_LOW and not one.count
    return AlertSign(
        id=_NO_ID.sub("-", "-".join(("alert", *about))),
        words="quota_gone" if used_up else one.kind.value,
        icon=_ICONS[one.kind],
        tone="bad" if one.kind in _HEAVY else "warn",
        href=_WHERE.get(one.kind, "") if role in LEADERS else "",
        alert=one,
        length_m=one.length // timedelta(minutes=1),
        limit_m=one.limit // timedelta(minutes=1),
    )
