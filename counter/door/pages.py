"""The pages of those who sign in: each says once what permissions, navigation and topics need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from models.core.event import About
from models.core.roles import Role


@dataclass(frozen=True)
class Destination:
    """Where one may go: a word and an icon on the rail, and tabs where several pages share it."""

    words: str
    icon: str


LIVE: Final = Destination("counter.nav.live", "users")
REPORTS: Final = Destination("counter.reports.title", "chart-column")
SCREENS: Final = Destination("counter.nav.screens", "monitor")
CONSOLE: Final = Destination("counter.nav.console", "bell-ring")
# The rail from top to bottom, in groups. What a role may not open is left out of it, and the
# order never changes: hands learn the places.
RAIL: Final = ((LIVE, REPORTS), (SCREENS,), (CONSOLE,))


@dataclass(frozen=True)
class Followed:
    """What a page shows live: `state(session, mall_id, at)`, read anew after events that are
    about one of `about`.

    `ticks` asks for a fresh state about every 15 s even when nothing happens.
    """

    state: Callable[[Session, int, datetime], dict[str, Any]]
    about: frozenset[About]
    ticks: bool = False


@dataclass(frozen=True)
class Page:
    """One page and what belongs to it.

    `name` is its blueprint, whose endpoint `page` lies at `path`; `acts` are the endpoints beside
    it, for the same roles. `words` is its name in the language files. A page `within` no
    destination is reached by other ways. Its `live` state is the topic `<name>/<mall id>`, for the
    same roles again. `to_do` counts what waits for somebody to act.
    """

    name: str
    path: str
    roles: frozenset[Role]
    words: str
    within: Destination | None = None
    acts: tuple[str, ...] = ()
    live: Followed | None = None
    to_do: Callable[[Session, int], int] | None = None

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints of the page and of its acts."""
        return tuple(f"{self.name}.{one}" for one in ("page", *self.acts))
