"""The console in a browser, for tests: who comes, how to sign in, and what to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.door.example_people import EXAMPLE_PASSWORD
from models.core.database import Database
from models.journal.actors import Actor
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall
from models.queue.issuing import Wish, take
from models.queue.serving import cancel, finish
from models.queue.shifts import Shift, sign_off
from models.queue.tickets import Outcome, StepState, Ticket
from tests.builders import MONDAY
from tests.servers import Server

NUMBER = ".dk-id .plate__n"
GO = "#go"


class Citizens:
    """Takes numbers from another process: the hall's journal tells its screens."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def take(self, *codes: str, case: str | None = None, priority: bool = False) -> str:
        """Take one number for all the services; `case` is why the one that knows it is needed."""
        with self.database.transaction() as session:
            mall = session.scalars(select(Mall)).one()
            wishes = [_wish(session, code, case) for code in codes]
            ticket = take(session, mall, wishes, priority=priority, by=Actor(), at=MONDAY)
            return ticket.spoken

    def go_home(self) -> None:
        """Let all citizens leave, served or not, and all officers sign off."""
        by = Actor()
        with self.database.transaction() as session:
            there = session.scalars(select(Desk).join(Shift).where(Shift.ended_at.is_(None))).all()
            for ticket in session.scalars(select(Ticket).where(Ticket.closed_at.is_(None))):
                # With another need here the desk goes on serving.
                while ticket.current is not None and ticket.current.state is StepState.SERVING:
                    assert ticket.desk is not None
                    finish(session, ticket.desk, Outcome.ISSUED, by=by, at=MONDAY)
                if ticket.closed_at is None:
                    cancel(session, ticket, reason="", by=by, at=MONDAY)
            for desk in there:
                sign_off(session, desk, by=by, at=MONDAY)


def _wish(session: Session, code: str, case: str | None) -> Wish:
    service = session.scalars(select(Service).where(Service.code == code)).one()
    why = next((one.id for one in service.cases if one.code == case), None)
    return Wish(service.id, why)


def plate(number: str) -> str:
    """A number as the plate draws it."""
    return number.replace("-", "")


def sign_in(page: Page, hall: Server, desk: int = 3, username: str = "rina.kusumawati") -> None:
    """Open the console of `desk` by keyboard, as one of its officers."""
    page.goto(f"{hall.url}/sign-in")
    page.fill("#name", username)
    page.fill("#password", EXAMPLE_PASSWORD)
    page.select_option("#desk", str(desk))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator(".dk-conn")).to_have_text("Tersambung")
    expect(page.locator(GO)).not_to_have_attribute("aria-busy", "true")


def main_says(page: Page, words: str) -> None:
    """Wait until the dominant action is `words` and takes a press."""
    expect(page.locator(GO)).to_contain_text(words)
    expect(page.locator(f"{GO}[data-steady]")).to_be_visible()


@contextmanager
def second_window(chromium: Browser, page: Page) -> Iterator[Page]:
    """Another browser with the same sign-in."""
    with chromium.new_context(
        storage_state=page.context.storage_state(), locale="id-ID"
    ) as context:
        window = context.new_page()
        window.goto(page.url)
        yield window


@contextmanager
def other_browser(chromium: Browser) -> Iterator[Page]:
    """A browser in which nobody is signed in."""
    with chromium.new_context(locale="id-ID", timezone_id="Asia/Jakarta") as context:
        yield context.new_page()
