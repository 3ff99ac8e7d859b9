"""What still counts in the journal: an act that was undone is there, but did not happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from models.journal.events import ActUndone


class Told(Protocol):
    """An entry of the journal, or a row with as much of one."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def ticket_id(self) -> int | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


E = TypeVar("E", bound=Told)


def without_undone(entries: Iterable[E]) -> list[E]:
    """Leave out of `entries`, oldest first, what was undone, and the undoing itself."""
    kept: list[E] = []
    for entry in entries:
        if entry.kind == ActUndone.__name__:
            first = entry.data["undone"]
            kept = [one for one in kept if one.ticket_id != entry.ticket_id or one.id < first]
        else:
            kept.append(entry)
    return kept
