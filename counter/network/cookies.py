"""Our cookies: what they are called on which way, and that they go back the way they came.

Screens in the building may use plain HTTP while phones and leaders come over TLS: it is the
request that decides. Over TLS a name begins with `__Host-`, by which a browser promises that no
other site and nothing on plain HTTP has set it. What an earlier version or plain HTTP left under
the bare name is read once more, and leaves under the other.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Flask, Request, current_app, request
from flask import Response as FlaskResponse
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from typing_extensions import override
from werkzeug.wrappers import Response

from counter.network.proxy import over_tls

PREFIX: Final = "__Host-"


def bare(name: str) -> str:
    """Return what a cookie is called over plain HTTP."""
    return name.removeprefix(PREFIX)


def sent(request: Request, name: str) -> str | None:
    """Return our cookie of the bare `name`, as it came over TLS or over plain HTTP."""
    return request.cookies.get(PREFIX + name, request.cookies.get(name))


def hand_over(response: Response, name: str, value: str, *, lasts: timedelta) -> None:
    """Set our cookie of the bare `name`, for scripts to leave alone."""
    secure = current_app.session_interface.get_cookie_secure(current_app)
    if secure and name in request.cookies:
        response.delete_cookie(name)
    response.set_cookie(
        PREFIX + name if secure else name,
        value,
        max_age=lasts,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


class Cookies(SecureCookieSessionInterface):
    """The signed cookie of who is signed in."""

    def __init__(self, public_url: str) -> None:
        """Know the address by which phones come."""
        self._public_url = public_url
        self._bare = SecureCookieSessionInterface()

    @override
    def get_cookie_secure(self, app: Flask) -> bool:
        return over_tls(request, self._public_url)

    @override
    def get_cookie_name(self, app: Flask) -> str:
        name = super().get_cookie_name(app)
        return PREFIX + name if self.get_cookie_secure(app) else name

    @override
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        opened = super().open_session(app, request)
        if opened or not self.get_cookie_secure(app):
            return opened
        before = self._bare.open_session(app, request)
        if not before:
            return opened
        before.modified = True
        return before

    @override
    def save_session(self, app: Flask, session: SessionMixin, response: FlaskResponse) -> None:
        super().save_session(app, session, response)
        name = super().get_cookie_name(app)
        if session.modified and self.get_cookie_secure(app) and name in request.cookies:
            response.delete_cookie(name)


def register(app: Flask, *, public_url: str) -> None:
    """Let the sign-ins of `app` be kept so."""
    app.session_interface = Cookies(public_url)
