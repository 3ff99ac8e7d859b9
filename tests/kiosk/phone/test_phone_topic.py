"""What a phone follows: its own language, and drawn anew only where something on it changed."""

from __future__ import annotations

from datetime import timedelta

from counter.app import Application
from kiosk.phone.follow import Phone, facts
from models.journal.actors import Actor
from models.mall.mall import Mall
from models.queue.issuing import Wish, take
from tests.application import clock_of, open_desk, service_id


def a_ticket(application: Application) -> str:
    with application.database.transaction() as session:
        mall = session.get_one(Mall, application.mall_id)
        wish = Wish(service_id(application, "ktp-el"))
        return take(session, mall, [wish], by=Actor(), at=application.clock.now()).token


def facts_of(application: Application, key: str) -> object | None:
    with application.database.reading() as session:
        return facts(session, key, application.clock.now())


def test_a_phone_gets_the_page_in_its_own_language(application: Application) -> None:
    token, at = a_ticket(application), application.clock.now()
    phone = Phone(application.app, application.database, application.clock)
    with application.database.reading() as session:
        drawn = {
            key: phone.state(session, f"{token}{key}", at) for key in ("/id", "/en", "", "/xx", "/")
        }
    languages = {
        key: None if state is None else sorted(state["html"]) for key, state in drawn.items()
    }
    assert languages == {"/id": ["id"], "/en": ["en"], "": ["en", "id"], "/xx": None, "/": None}


def test_what_the_page_shows_tells_whether_it_changed(application: Application) -> None:
    a_ticket(application)
    token, clock = a_ticket(application), clock_of(application)
    open_desk(application, 3)
    clock.pass_by(timedelta(seconds=60 - clock.now().second))
    first = facts_of(application, f"{token}/id")
    clock.pass_by(timedelta(seconds=15))
    assert facts_of(application, f"{token}/id") == first
    clock.pass_by(timedelta(minutes=1))
    # The page says at what time this was so.
    assert facts_of(application, f"{token}/id") != first
