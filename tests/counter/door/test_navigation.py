"""The rail: each role finds what it may open, in one order, and sees who is signed in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from counter.app import Application
from counter.door.accounts import add_user
from counter.door.navigation import Navigation, Rail, Way
from counter.door.pages import REPORTS, Followed, Page
from counter.door.permissions import Permissions
from models.core.event import About
from models.core.roles import EVERYBODY, LEADERS, Role
from models.journal.account_events import SignedIn
from models.journal.actors import Actor
from models.journal.events import PaperChanged
from models.journal.topics import Topic
from models.mall.people import User
from models.paper.printers import PrinterState, note_printer
from tests.application import OWN_PAGE, kiosk_client, open_application, real_config, user_client

USERS = {
    Role.OFFICER: "rina.kusumawati",
    Role.SUPERVISOR: "hendra.saputra",
    Role.ADMIN: "admin",
    Role.AUDITOR: "siti.rahmawati",
}
RAILS = {
    Role.OFFICER: ["/desk"],
    Role.SUPERVISOR: ["/waits", "/reports", "/devices", "/desk"],
    Role.ADMIN: ["/waits", "/reports", "/devices", "/desk"],
    Role.AUDITOR: ["/waits", "/reports"],
}
WORDS = {
    Role.OFFICER: "Petugas",
    Role.SUPERVISOR: "Pengawas",
    Role.ADMIN: "Admin",
    Role.AUDITOR: "Auditor",
}
PAGES = ("/waits", "/reports", "/devices", "/printers", "/desk", "/paper")
EVERY_ROLE = pytest.mark.parametrize("role", list(USERS))


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with open_application(tmp_path_factory.mktemp("house")) as application:
        make_auditor(application)
        yield application


def make_auditor(application: Application) -> None:
    with application.database.transaction() as session:
        auditor = select(User).where(User.username == USERS[Role.AUDITOR])
        session.scalars(auditor).one().role = Role.AUDITOR


def look(client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(path, headers={"Accept": "text/html"})
    return answer.status_code, answer.text


def rail(page: str) -> list[str]:
    """Where the rail of a page leads, without the mark and what stands behind "more"."""
    found = re.search(r'<nav class="st-rail".*?<details', page, re.DOTALL)
    return re.findall(r'<li[^>]*><a href="([^"]+)"', found[0]) if found else []


def tabs(page: str) -> list[str]:
    found = re.search(r'<nav class="st-tabs".*?</nav>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"', found[0]) if found else []


def who(page: str) -> tuple[str, ...]:
    found = re.search(r'"st-user"><b>([^<]+)</b><small>([^<]+)', page)
    return found.groups() if found else ()


@EVERY_ROLE
def test_the_rail_leads_where_a_role_may_go_and_nowhere_else(
    application: Application, role: Role
) -> None:
    client = user_client(application, USERS[role])
    opened = [path for path in PAGES if look(client, path)[0] == 200]
    for path in (*opened, "/nothing-here"):
        page = look(client, path)[1]
        assert rail(page) == RAILS[role], path
    reached = {path for start in RAILS[role] for path in tabs(look(client, start)[1])}
    assert {look(client, path)[0] for path in reached | set(RAILS[role])} == {200}
    # Paper is found from the front page.
    assert set(opened) - {"/paper"} <= reached | set(RAILS[role])


def test_no_role_finds_the_places_in_another_order(application: Application) -> None:
    whole = rail(look(user_client(application, USERS[Role.ADMIN]), "/paper")[1])
    for role, username in USERS.items():
        own = rail(look(user_client(application, username), "/paper")[1])
        assert own == [path for path in whole if path in RAILS[role]]


@EVERY_ROLE
def test_every_page_says_who_is_signed_in(application: Application, role: Role) -> None:
    client = user_client(application, USERS[role])
    with application.database.reading() as session:
        named = select(User.name).where(User.username == USERS[role])
        name = session.scalars(named).one()
    for path in (*PAGES, "/nothing-here"):
        page = look(client, path)[1]
        assert who(page) == (name, WORDS[role]), path
        assert 'action="/sign-out"' in page


@EVERY_ROLE
def test_the_front_page_knows_who_came_back(application: Application, role: Role) -> None:
    page = look(user_client(application, USERS[role]), "/")[1]
    assert re.search(rf"<span>[^<]+<small>{WORDS[role]}</small>", page)
    assert f'<a class="we-l we-me" href="{RAILS[role][0]}">' in page
    assert 'action="/sign-out"' in page


def test_the_front_page_of_a_real_mall_asks_no_auditor_to_sign_in(tmp_path: Path) -> None:
    with open_application(tmp_path, config=real_config(tmp_path)) as application:
        with application.database.transaction() as session:
            add_user(
                session,
                application.mall_id,
                "sari.utami",
                name="Sari Utami",
                role=Role.AUDITOR,
                password="kembang-setaman-7",
                by=Actor(),
                at=application.clock.now(),
            )
        link = '<a class="we-l" href="/sign-in">'
        assert link in look(application.app.test_client(), "/")[1]
        entered = application.app.test_client().post(
            "/sign-in",
            data={"name": "sari.utami", "password": "kembang-setaman-7"},
            headers=OWN_PAGE,
        )
        assert entered.location == "/reports"
        page = look(user_client(application, "sari.utami"), "/")[1]
        assert link not in page
        assert "Sari Utami<small>Auditor</small>" in page


def test_strangers_and_screens_see_no_rail(application: Application) -> None:
    for client in (application.app.test_client(), kiosk_client(application)):
        for path in ("/paper", "/nothing-here"):
            page = look(client, path)[1]
            assert rail(page) == []
            assert who(page) == ()


def test_the_open_page_is_marked_on_the_rail_and_on_its_tab(application: Application) -> None:
    page = look(user_client(application, USERS[Role.ADMIN]), "/printers")[1]
    assert re.findall(r'href="([^"]+)" aria-current="([^"]+)"', page) == [
        ("/devices", "true"),
        ("/printers", "page"),
    ]


def test_a_number_stands_where_somebody_must_act(tmp_path: Path) -> None:
    with open_application(tmp_path) as application:
        supervisor, officer = (
            user_client(application, USERS[one]) for one in (Role.SUPERVISOR, Role.OFFICER)
        )
        number = re.compile(r'data-topics="printers/1"( hidden)?>.*?<b>(\d+)</b>', re.DOTALL)
        for state, shown in (
            (PrinterState.PAPER_LOW, (" hidden", "0")),
            (PrinterState.PAPER_OUT, ("", "1")),
        ):
            with application.database.transaction() as session:
                at = application.clock.now()
                note_printer(session, application.mall_id, "kiosk-1", state, at=at)
            found = number.search(look(supervisor, "/reports")[1])
            assert found
            assert tuple(one or "" for one in found.groups()) == shown
        assert "data-topics" not in look(officer, "/paper")[1]


def test_a_page_of_a_broken_mall_still_says_who_is_signed_in(tmp_path: Path) -> None:
    with open_application(tmp_path) as application:
        with application.database.transaction() as session:
            session.execute(text("ALTER TABLE printer_status RENAME TO lost"))
        status, page = look(user_client(application, USERS[Role.ADMIN]), "/devices")
        assert status == 500
        assert who(page) == ("Lestari Handayani", "Admin")
        assert rail(page) == RAILS[Role.ADMIN]


def test_the_console_leads_those_back_who_have_other_pages(application: Application) -> None:
    for role, path in ((Role.SUPERVISOR, "/waits"), (Role.OFFICER, "")):
        page = look(user_client(application, USERS[role]), "/desk")[1]
        boot = re.search(r'id="boot">(.*?)</script>', page, re.DOTALL)
        assert boot
        assert json.loads(boot[1])["elsewhere"] == path


def test_a_phone_keeps_four_places_and_puts_the_others_behind_more() -> None:
    ways = [Way("counter.nav.more", "house", f"/{n}", (), (), 0) for n in range(7)]
    rail = Rail((tuple(ways[:3]), tuple(ways[3:])))
    assert [way.path for way in rail.further] == ["/4", "/5", "/6"]
    assert Rail((tuple(ways[:4]),)).further == ()


def test_a_page_says_once_who_may_open_and_follow_it(application: Application) -> None:
    permissions, topics = Permissions(), list[Topic]()
    navigation = Navigation(permissions.permit, topics.append, application.database)
    navigation.register(
        Page(
            name="live",
            path="/live",
            roles=LEADERS,
            words="counter.nav.more",
            within=REPORTS,
            acts=("press",),
            live=Followed(lambda _session, mall_id, _at: {"of": mall_id}, frozenset({About.PAPER})),
            to_do=lambda _session, mall_id: mall_id + 2,
        )
    )
    assert dict(permissions.table) == {
        "static": EVERYBODY,
        "live.page": LEADERS,
        "live.press": LEADERS,
    }
    (topic,) = topics
    at = application.clock.now()
    with application.database.reading() as session:
        followers = [
            (role, mall_id, topic.may_follow(session, Actor(role=role, mall_id=mall_id), "1"))
            for role in Role
            for mall_id in (1, 2)
        ]
        assert topic.state(session, "1", at) == {"of": 1, "to_do": 3}
        assert topic.state(session, "nonsense", at) is None
        paper = PaperChanged(mall_id=1, at=at, job_id=1, printer="p", state="printed")
        assert list(topic.touched(session, paper)) == ["1"]
        assert list(topic.touched(session, SignedIn(mall_id=1, at=at))) == []
    assert {(role, mall_id) for role, mall_id, may in followers if may} == {
        (Role.SUPERVISOR, 1),
        (Role.ADMIN, 1),
    }
