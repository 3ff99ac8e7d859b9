"""The ways between the pages: what a role finds on the rail, and what waits there to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, g, request
from sqlalchemy.orm import Session

from counter.door.pages import RAIL, Destination, Followed, Page
from models.core.database import Database
from models.core.event import Event
from models.core.roles import Permit, among
from models.journal.actors import Actor
from models.journal.topics import Topic, id_in

# A phone's bar shows so many destinations; the others stand behind "more".
ON_A_PHONE = 4


@dataclass(frozen=True)
class Tab:
    """One page of a destination."""

    words: str
    path: str
    current: bool


@dataclass(frozen=True)
class Way:
    """One destination as a person finds it: its first page, its tabs, and what waits there.

    `topics` are those whose states say `to_do` anew.
    """

    words: str
    icon: str
    path: str
    tabs: tuple[Tab, ...]
    topics: tuple[str, ...]
    to_do: int

    @property
    def current(self) -> bool:
        """Whether one of its pages is open."""
        return any(tab.current for tab in self.tabs)


@dataclass(frozen=True)
class Rail:
    """The destinations that somebody may open, in their groups."""

    groups: tuple[tuple[Way, ...], ...]

    @property
    def ways(self) -> tuple[Way, ...]:
        """All of them, in order."""
        return tuple(way for group in self.groups for way in group)

    @property
    def here(self) -> Way | None:
        """The destination whose page is open."""
        return next((way for way in self.ways if way.current), None)

    @property
    def further(self) -> tuple[Way, ...]:
        """Those for which a phone's bar has no room."""
        return self.ways[ON_A_PHONE:]


class Navigation:
    """Takes every page down: its roles, its topic, and its place on the rail."""

    def __init__(self, permit: Permit, topics: Callable[[Topic], None], database: Database) -> None:
        self._permit = permit
        self._topics = topics
        self._database = database
        self._pages: list[Page] = []

    def register(self, page: Page) -> None:
        """Let those whom `page` is for open it, follow it and find it."""
        self._permit(page.roles, *page.endpoints)
        if page.live is not None:
            self._topics(_topic(page, page.live))
        self._pages.append(page)

    def dress(self, app: Flask) -> None:
        """Tell every template of `app` who is signed in, and give it their rail."""

        def rail_of_person(*, counted: bool = True) -> Rail:
            return self.rail(g.person.actor, request.blueprint, counted=counted)

        @app.context_processor
        def shared() -> dict[str, object]:
            return {"person": g.get("person"), "rail_of_person": rail_of_person}

    def rail(self, actor: Actor, open_page: str | None, *, counted: bool) -> Rail:
        """Return what `actor` may open; `open_page` is the name of the page that is shown.

        Only if `counted`, the database is asked what waits to be done.
        """
        own = [page for page in self._pages if among(page.roles, actor.role)]
        numbers = self._numbers(own, actor) if counted else {}
        groups = [
            [
                _way(destination, pages, actor, open_page, numbers)
                for destination in group
                if (pages := [page for page in own if page.within is destination])
            ]
            for group in RAIL
        ]
        return Rail(tuple(tuple(group) for group in groups if group))

    def beside(self, page: Page, actor: Actor) -> str:
        """Return the path of the first destination of `actor` other than that of `page`, or ""."""
        ways = self.rail(actor, page.name, counted=False).ways
        return next((way.path for way in ways if not way.current), "")

    def _numbers(self, pages: Iterable[Page], actor: Actor) -> dict[str, int]:
        asking = [(page.name, page.to_do) for page in pages if page.to_do is not None]
        if not asking or actor.mall_id is None:
            return {}
        with self._database.reading() as session:
            return {name: to_do(session, actor.mall_id) for name, to_do in asking}


def _way(
    destination: Destination,
    pages: list[Page],
    actor: Actor,
    open_page: str | None,
    numbers: dict[str, int],
) -> Way:
    return Way(
        words=destination.words,
        icon=destination.icon,
        path=pages[0].path,
        tabs=tuple(Tab(page.words, page.path, page.name == open_page) for page in pages),
        topics=tuple(f"{page.name}/{actor.mall_id}" for page in pages if page.live and page.to_do),
        to_do=sum(numbers.get(page.name, 0) for page in pages),
    )


def _topic(page: Page, live: Followed) -> Topic:
    def state(session: Session, key: str, at: datetime) -> dict[str, Any] | None:
        mall_id = id_in(key)
        if not mall_id:
            return None
        whole = live.state(session, mall_id, at)
        return whole if page.to_do is None else whole | {"to_do": page.to_do(session, mall_id)}

    def touched(_session: Session, event: Event) -> Iterable[str]:
        return [str(event.mall_id)] if event.about in live.about else []

    def may_follow(_session: Session, actor: Actor, key: str) -> bool:
        return among(page.roles, actor.role) and str(actor.mall_id) == key

    return Topic(page.name, state, touched, may_follow, ticks=live.ticks)
