"""How often a ticket's page may be read: as often as people look, and not as programs do.

Nobody in the hall waits behind somebody who reloads a page without end. A family of eight whose
phones run no scripts reads a page 32 times a minute, so a ticket allows more than that. All
phones on the mall's Wi-Fi share one address, so an address allows ten times as much, and what is
refused for its ticket costs the others on the same Wi-Fi nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from kiosk.phone.find import Throttle
from models.core.clock import Clock
from models.queue.tickets import TOKEN

PER_TOKEN: Final = 60
PER_ADDRESS: Final = 600
WITHIN: Final = timedelta(minutes=1)
# Who is refused waits this long for the no, so that asking at once again gains nothing.
PAUSE: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Readers:
    """Counts who reads the pages of tickets."""

    clock: Clock
    of_token: Throttle
    of_address: Throttle
    pause: Callable[[float], object]

    def turn_away(self) -> Response | None:
        """Answer a request for a ticket's page that is one too many; None lets it be answered."""
        token = str((request.view_args or {}).get("token", ""))
        if not TOKEN.fullmatch(token):
            return None
        at = self.clock.now()
        for throttle, key in (
            (self.of_token, token),
            (self.of_address, request.remote_addr or ""),
        ):
            if wait := throttle.wait(key, at):
                return self._later(token, wait)
            throttle.count(key, at)
        return None

    def _later(self, token: str, wait: timedelta) -> Response:
        """Say when the page comes back by itself, whatever was pressed on it."""
        self.pause(PAUSE.total_seconds())
        seconds = max(1, math.ceil(wait.total_seconds()))
        page = render_template("kiosk/phone/later.html", token=token, seconds=seconds)
        response = make_response(page, 429)
        response.headers["Retry-After"] = str(seconds)
        return response
