"""Who may use which endpoint: the one table, and the promise that no endpoint is missing."""

from __future__ import annotations

from typing import Final

from flask import Flask

from models.journal.actors import (
    AGENTS,
    BOARDS,
    DEVICES,
    EVERYBODY,
    KIOSKS,
    LEADERS,
    OFFICERS,
    REVIEWERS,
    Role,
)

PERMITTED: Final[dict[str, frozenset[Role]]] = {
    # Front door
    "static": EVERYBODY,
    "welcome.home": EVERYBODY,
    "sign_in.page": EVERYBODY,
    "sign_in.check": EVERYBODY,
    "sign_in.sign_out": EVERYBODY,
    # Screens that are not paired yet, and those who pair them
    "pairing.screen": EVERYBODY,
    "pairing.ask": EVERYBODY,
    "pairing.state": EVERYBODY,
    "pairing.here": EVERYBODY,
    "pairing.alive": DEVICES,
    "devices.page": LEADERS,
    "devices.confirm": LEADERS,
    "devices.take_back": LEADERS,
    "printers.page": LEADERS,
    "printers.again": LEADERS,
    "printers.test": LEADERS,
    "reports.page": REVIEWERS,
    "reports.file": REVIEWERS,
    # The officers' side
    "desk.page": OFFICERS,
    "desk.choices": OFFICERS,
    "desk.press": OFFICERS,
    # The citizen's side
    "take.static": EVERYBODY,
    "take.kiosk": KIOSKS,
    "take.take": KIOSKS,
    "take.add": KIOSKS,
    "take.checklist": KIOSKS,
    "take.reprint": KIOSKS,
    "follow.page": EVERYBODY,
    "follow.ask_to_cancel": EVERYBODY,
    "follow.cancel": EVERYBODY,
    "follow.here": EVERYBODY,
    # The public side
    "board.static": EVERYBODY,
    "board.wall": BOARDS,
    "board.spoken": BOARDS,
    "board.clip": EVERYBODY,
    # The print agents
    "agents.who": AGENTS,
    "agents.claim_one": AGENTS,
    "agents.result": AGENTS,
    "agents.state": AGENTS,
    # Paper of virtual printers lies open, like paper in a tray; a real hall shows it to STAFF.
    "paper.page": EVERYBODY,
    "paper.drawn": EVERYBODY,
}


def permits(endpoint: str, role: Role) -> bool:
    """Tell whether the table lets `role` use `endpoint`; what has no line is for nobody."""
    roles = PERMITTED.get(endpoint, frozenset())
    return Role.PUBLIC in roles or role in roles


def for_devices_alone(endpoint: str) -> bool:
    """Tell whether the endpoint is a screen's own: whoever opens it unpaired must pair."""
    roles = PERMITTED.get(endpoint, frozenset())
    return bool(roles) and roles <= DEVICES


def require_complete(app: Flask) -> None:
    """Raise LookupError if `app` has an endpoint without a line in the table."""
    missing = sorted(set(app.view_functions) - set(PERMITTED))
    if missing:
        raise LookupError(f"no line in counter/door/permissions.py for: {', '.join(missing)}")
