"""The door for phones that cannot scan: the code on the slip, typed, leads to the ticket's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from flask import Blueprint, Flask, g, redirect, render_template, request
from werkzeug.wrappers import Response

from models.core.clock import Clock
from models.core.database import Database
from models.core.roles import EVERYBODY, Permit
from models.mall.mall import Mall
from models.queue.codes import read_code, ticket_of_code

# A mall's Wi-Fi brings all phones under one address: what one person may try would shut out
# the others. Nobody types thirty codes a minute; a program does, and is stopped there, and
# many of them together at what the whole hall may try.
PER_ADDRESS: Final = 30
PER_HALL: Final = 200
WITHIN: Final = timedelta(minutes=1)


class Throttle(Protocol):
    """Counts what a key did lately."""

    def wait(self, key: str, at: datetime) -> timedelta:
        """Return how long `key` must wait before it may go on; zero when it may now."""

    def count(self, key: str, at: datetime) -> None:
        """Note that `key` did it once more at `at`."""


@dataclass(frozen=True)
class Finder:
    """The page for a code with what it needs; `register` makes it."""

    database: Database
    clock: Clock
    of_address: Throttle
    of_hall: Throttle

    def page(self) -> str:
        return self._drawn()

    def find(self) -> tuple[str, int] | Response:
        # The code came in the body: an address would stand in histories and in logs of proxies.
        typed = request.form.get("code", "")
        code = read_code(typed)
        if code is None:
            return self._drawn(typed, "no_code"), 422
        at = self.clock.now()
        if self._tried_too_often(at):
            return self._drawn(typed, "too_often"), 429
        with self.database.reading() as session:
            ticket = ticket_of_code(session, session.get_one(Mall, g.mall_id), code, at=at)
            token = None if ticket is None else ticket.token
        if token is None:
            return self._drawn(typed, "unknown"), 404
        return redirect(f"/t/{token}?lang={g.lang}", 303)

    def _tried_too_often(self, at: datetime) -> bool:
        """Count a try before it is looked at, right or wrong, unless it is one too many."""
        tries = ((self.of_address, request.remote_addr or ""), (self.of_hall, str(g.mall_id)))
        if any(throttle.wait(key, at) for throttle, key in tries):
            return True
        for throttle, key in tries:
            throttle.count(key, at)
        return False

    def _drawn(self, typed: str = "", wrong: str = "") -> str:
        return render_template("kiosk/phone/find.html", typed=typed[:20], wrong=wrong)


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    throttle: Callable[[int, timedelta], Throttle],
    permit: Permit,
) -> None:
    """Open the page for codes in `app`."""
    finder = Finder(database, clock, throttle(PER_ADDRESS, WITHIN), throttle(PER_HALL, WITHIN))
    routes = Blueprint("find", __name__, url_prefix="/t")
    # Some type the stroke at the end, and some do not.
    routes.add_url_rule("", "page", finder.page, strict_slashes=False)
    routes.add_url_rule("", "find", finder.find, methods=["POST"], strict_slashes=False)
    permit(EVERYBODY, "find.page", "find.find")
    app.register_blueprint(routes)
