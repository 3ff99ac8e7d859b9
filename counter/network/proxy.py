"""A reverse proxy in front of the hall: who is believed, and what came over TLS.

Anybody can write "X-Forwarded-For" into a request. Only the one proxy that config.toml names is
believed, and only what it adds itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxy:
    """Lets the requests that come from the address `proxy` count as those of whom it names."""

    def __init__(self, app: WSGIApplication, proxy: str) -> None:
        """Put it around `app`, sockets included."""
        self._app, self._proxy = app, proxy
        # The name in Host is passed on by the proxy or it is not: public_url stands for it then.
        self._through = ProxyFix(app, x_for=1, x_proto=1)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Answer a request, as of whoever it is."""
        trusted = environ.get("REMOTE_ADDR") == self._proxy
        return (self._through if trusted else self._app)(environ, start_response)


def over_tls(request: Request, public_url: str) -> bool:
    """Tell whether the browser spoke TLS, also to a proxy that does not say so."""
    parts = urlsplit(public_url)
    return request.is_secure or (parts.scheme == "https" and request.host == parts.netloc)


def register(app: Flask, *, trusted_proxy: str) -> None:
    """Let `app`, which has its sockets already, know whom to believe; "" believes nobody."""
    if trusted_proxy:
        app.wsgi_app = TrustedProxy(app.wsgi_app, trusted_proxy)  # type: ignore[assignment, method-assign]
