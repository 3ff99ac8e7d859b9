"""Keeps other sites' pages from pressing our buttons, and our pages from running others' scripts.

There are no tokens in forms: a kiosk stays open for weeks, longer than any token should live.
Browsers say instead where a request comes from, and no page can make them lie about it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from counter.refusals.answers import place_asked
from models.core.errors import Forbidden

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Sizes that only the server knows stand in style="…"; <style> stays forbidden.
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self' ws: wss:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(map(" ".join, CONTENT_POLICY.items())),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def require_own_page(request: Request, public_url: str, our_cookies: Iterable[str]) -> None:
    """Raise Forbidden unless a request that changes something comes from a page of ours.

    Modern browsers send Sec-Fetch-Site where the connection is safe, all of them send Origin.
    A request with neither is no browser's; it may pass while it carries none of our cookies,
    because then it acts for nobody: a script on the command line may take a number, too.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        ours = site in {"same-origin", "none"}
    elif origin is not None:
        ours = own_origin(origin, public_url, request.host)
    else:
        ours = not any(name in request.cookies for name in our_cookies)
    if not ours:
        log.warning(
            "refused %s %s: Sec-Fetch-Site %s, Origin %s, Host %s",
            request.method,
            place_asked(),
            site,
            origin,
            request.host,
        )
        raise Forbidden


def own_origin(origin: str, public_url: str, host: str) -> bool:
    """Tell whether a page of `origin` is ours, when it asked for `host`.

    A proxy may speak https where we hear http, so the host decides, not the scheme.
    """
    if not origin or origin == public_url:
        return bool(origin)
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # "http://[" is no address, so it is not ours
        return False


def register(app: Flask) -> None:
    """Let every answer of `app` tell the browser what the page may and may not do."""

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # What says nothing about keeping it was made for one person at one moment.
        if "Cache-Control" not in response.headers and not is_static(request.endpoint):
            response.headers["Cache-Control"] = "no-store"
        return response


def is_static(endpoint: str | None) -> bool:
    """Tell whether a request is for a file as it lies on the disk, the same for everybody."""
    return endpoint is not None and endpoint.rpartition(".")[2] == "static"
