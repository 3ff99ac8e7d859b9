"""Whether a request comes from this very machine, and from nowhere through it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request

PROXY_SIGNS = ("forwarded", "via", "x-forwarded", "x-real-ip")


def from_this_machine(request: Request) -> bool:
    """Tell whether somebody at this machine asked, without a proxy or a foreign name between.

    A proxy on this machine would make the whole world look local, so any sign of one counts
    against it. And a page of the internet can have its own name point to 127.0.0.1: the
    browser then names that page's host, not ours.
    """
    if not is_loopback(request.remote_addr or ""):
        return False
    if any(name.lower().startswith(PROXY_SIGNS) for name, _ in request.headers):
        return False
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:  # a name such as "["
        return False
    return host == "localhost" or is_loopback(host)


def is_loopback(address: str) -> bool:
    """Tell whether `address` is an IP address that never leaves the machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
