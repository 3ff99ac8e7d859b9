"""Where data may lie: whether the address of a database, or a folder, is one that keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

_EXAMPLES: Final = (
    "such as postgresql+psycopg://balai:password@127.0.0.1/balai, or empty for a SQLite file"
)

_LAST_PORT: Final = 65535
# Where Linux shows itself as files; nothing else can be written there.
_NO_DISK: Final = (Path("/proc"), Path("/sys"))


def kept_nowhere(place: Path) -> str:
    """Say why nothing can be kept at `place`, whoever asks; "" when it can."""
    there = place.resolve()
    for system in _NO_DISK:
        if there.is_relative_to(system):
            return f"lies in {system}, where no files are kept; name a folder on a disk"
    return ""


def told_of(address: str) -> str:
    """Return `address` as it may be shown: without its password, and what stands behind a "?"."""
    return make_url(address).set(query={}).render_as_string(hide_password=True)


def wrong_address(address: str) -> str:
    """Say what is wrong with `address`, in words that never show its password; "" when nothing is.

    Whether somebody answers there is not asked.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return f"is no database address: write one {_EXAMPLES}"
    kind = url.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        return f'names "{kind}", but Balai keeps its data in SQLite or PostgreSQL: {_EXAMPLES}'
    try:
        url.get_dialect().import_dbapi()
    except (ImportError, NoSuchModuleError):
        return f'asks for the driver "{url.drivername}", which is not installed: {_EXAMPLES}'
    if not address.isprintable():
        return f"holds characters that cannot be seen: write one {_EXAMPLES}"
    return _wrong_file(url) if kind == "sqlite" else _wrong_server(url, address)


def _wrong_file(url: URL) -> str:
    name = url.database or ""
    if name.startswith("file:") or "uri" in url.query or "mode" in url.query:
        return "must name the file by its path alone, such as sqlite:////var/lib/balai/balai.db"
    if name in {"", ":memory:"}:
        return "must name a file, or everything is forgotten at the end"
    file = Path(name)
    if file.exists() and not file.is_file():
        return f"names {name}, which is no file; name one, or leave it empty"
    return kept_nowhere(file)


def _wrong_server(url: URL, address: str) -> str:
    """What stands behind an "@" too many is a part of the password, so none of it is shown."""
    if address.count("@") > 1 or "@" in f"{url.host}{url.database}":
        return (
            'holds an "@" that does not stand before the host: inside a password "@" is written'
            ' %40, ":" is %3A, "/" is %2F and "%" is %25'
        )
    if "password" in url.query:
        return f'must have its password before the "@", {_EXAMPLES}'
    if url.port is not None and not 1 <= url.port <= _LAST_PORT:
        return f"names the port {url.port}; ports go from 1 to {_LAST_PORT}"
    return ""
