"""Browsers in which somebody has signed in before: a stranger's guesses do not lock these out.

An account that is locked after wrong passwords can be kept locked by anybody who knows its name,
and a NIP is no secret. So the browser at the desk carries a signed note of who has signed in
there, and its own wrong passwords are counted by themselves.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Flask, Request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from counter.network.cookies import hand_over, sent

COOKIE: Final = "balai-known"
# Browsers keep no cookie longer than 400 days.
LIFETIME: Final = timedelta(days=400)
# Whoever shares a desk's computer; the one who was there longest ago is forgotten first.
MOST_USERS: Final = 12


class KnownBrowsers:
    """Reads and writes the note that a browser carries."""

    def __init__(self, app: Flask) -> None:
        """Sign with the key of `app`."""
        assert app.secret_key
        self._signer = URLSafeSerializer(app.secret_key, salt=COOKIE)

    def users(self, request: Request) -> list[int]:
        """Return the ids of those who have signed in here before, the latest last."""
        try:
            noted = self._signer.loads(sent(request, COOKIE) or "")
        except BadData:
            return []
        return [one for one in noted if isinstance(one, int)] if isinstance(noted, list) else []

    def remember(self, response: Response, request: Request, user_id: int) -> None:
        """Let the browser note that `user_id` has signed in."""
        users = [one for one in self.users(request) if one != user_id] + [user_id]
        hand_over(response, COOKIE, str(self._signer.dumps(users[-MOST_USERS:])), lasts=LIFETIME)
