"""Keeps other sites' pages from pressing our buttons, and our pages from running others' scripts.

There are no tokens in forms: a kiosk stays open for weeks, longer than any token should live.
Browsers say instead where a request comes from, and no page can make them lie about it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request

from counter.network.proxy import over_tls
from counter.refusals.answers import place_asked
from models.core.errors import Forbidden

log = logging.getLogger(__name__)

# What a browser may name as our host; anything else has no place in a header of ours.
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Sizes that only the server knows stand in style="…"; <style> stays forbidden.
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
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


def content_policy(request: Request, public_url: str) -> str:
    """Return what a page may load, and with whom it may speak.

    Old browsers do not count the page's own sockets as 'self', so they are named: by the name
    that the browser asked for, and by ours, which a proxy may have hidden.
    """
    parts = urlsplit(public_url)
    known = {f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"}
    if _HOST.fullmatch(request.host):
        known.add(f"{'wss' if over_tls(request, public_url) else 'ws'}://{request.host}")
    policy = CONTENT_POLICY | {"connect-src": " ".join(["'self'", *sorted(known)])}
    return "; ".join(map(" ".join, policy.items()))


def register(app: Flask, *, public_url: str = "", hsts: timedelta = timedelta()) -> None:
    """Let every answer of `app` tell the browser what the page may and may not do.

    For as long as `hsts` a browser that came over TLS shall not come without.
    """

    @app.after_request
    def guard(response: Response) -> Response:
        told = HEADERS | {"Content-Security-Policy": content_policy(request, public_url)}
        if hsts and over_tls(request, public_url):
            told["Strict-Transport-Security"] = f"max-age={int(hsts.total_seconds())}"
        for name, value in told.items():
            response.headers.setdefault(name, value)
        # What says nothing about keeping it was made for one person at one moment.
        if "Cache-Control" not in response.headers and not is_static(request.endpoint):
            response.headers["Cache-Control"] = "no-store"
        return response


def is_static(endpoint: str | None) -> bool:
    """Tell whether a request is for a file as it lies on the disk, the same for everybody."""
    return endpoint is not None and endpoint.rpartition(".")[2] == "static"
