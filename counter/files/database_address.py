"""Whether the address of a database is one that this program can use."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

_EXAMPLES: Final = (
    "such as postgresql+psycopg://balai:password@127.0.0.1/balai, or empty for a SQLite file"
)


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
    if kind == "sqlite" and url.database in {None, "", ":memory:"}:
        return "must name a file, or everything is forgotten at the end"
    return ""
