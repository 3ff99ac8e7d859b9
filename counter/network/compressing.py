"""Compresses what browsers load, so that a phone opens its page on a thin line.

Lengths betray: who can make a signed-in browser ask for a page with words of their choice in it,
and sees how long the compressed answer is, guesses its secrets sign by sign (BREACH). So only
what anybody may fetch is compressed: files, and pages for somebody unknown. Sockets do not come
this way, nor does anything but a GET.
"""

from __future__ import annotations

import gzip
from typing import Final

from flask import Flask, Response, g, request

from counter.network.forgery import is_static
from models.journal.actors import Actor

# Fonts, pictures and sounds are compressed as they come.
TYPES: Final = frozenset(
    {
        "application/javascript",
        "application/json",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)
# Below this an answer fits into one packet anyway.
SMALLEST: Final = 600


def register(app: Flask) -> None:
    """Compress the answers of `app` for browsers that take them so."""
    # Files change with a new version of the program alone: each is compressed once, at its
    # first request, and there is no second set of files that could be older than the first.
    files: dict[str, bytes] = {}

    @app.after_request
    def compress(response: Response) -> Response:
        if not _compressible(response):
            return response
        response.vary.add("Accept-Encoding")
        if not request.accept_encodings.quality("gzip") or response.status_code == 206:
            return response
        etag, _ = response.get_etag()
        if etag:
            # The same file in another coding is not the same bytes, which is all that a strong
            # one may say; "304 Not Modified" is answered by a weak one as well.
            response.set_etag(etag, weak=True)
        if response.status_code == 200:
            _shrink(response, files, etag)
        return response


def _compressible(response: Response) -> bool:
    """Tell whether anybody may have the answer, and whether it is a text of some length."""
    if request.method not in {"GET", "HEAD"} or response.mimetype not in TYPES:
        return False
    if response.cache_control.no_transform or "Content-Encoding" in response.headers:
        return False
    if is_static(request.endpoint):
        length = response.headers.get("Content-Length", SMALLEST, type=int)
        return response.status_code in {200, 206, 304} and length >= SMALLEST
    actor: Actor = g.get("actor", Actor())
    known = actor.user_id is not None or actor.device_id is not None
    if known or response.status_code != 200 or response.is_streamed:
        return False
    return len(response.get_data()) >= SMALLEST


def _shrink(response: Response, files: dict[str, bytes], etag: str | None) -> None:
    """Put the compressed text in place of the plain one; `etag` names a file, None a page."""
    packed = files.get(etag) if etag else None
    response.direct_passthrough = False
    if packed is None:
        packed = gzip.compress(response.get_data(), mtime=0)
        if etag:
            files[etag] = packed
    else:
        # The file was opened and nobody will read it.
        response.close()
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
