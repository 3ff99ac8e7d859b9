"""Signing in: a name, a password and a desk; no guessing, no listening, and an end to it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import select
from werkzeug.test import TestResponse

from counter.app import Application
from counter.door import passwords
from counter.door.auth import SESSION_COOKIE, local_path
from counter.door.example_people import EXAMPLE_PASSWORD
from counter.door.guesses import MOST_WRONG, Stranger, charge
from counter.door.keys import KEY_FILE, secret_key
from counter.door.reception import REFUSED_AFTER_S, WRONG_PER_ADDRESS, Reception
from counter.door.sign_in import DESK_COOKIE
from models.core.clock import Clock
from models.core.roles import Role
from models.journal.actors import Actor
from models.journal.record import JournalEntry
from models.mall.mall import Desk, DeskService, Zone
from models.mall.people import User
from models.queue.shifts import held_by, shift_at, sign_on
from tests.application import (
    OWN_PAGE,
    StandingClock,
    kiosk_client,
    open_application,
    open_desk,
)
from tests.builders import MONDAY

RINA, HENDRA = "rina.kusumawati", "hendra.saputra"


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as application:
        application.doorkeeper.real_clock = StandingClock()
        yield application


@pytest.fixture
def browser(application: Application) -> FlaskClient:
    return application.app.test_client()


def later(application: Application, length: timedelta) -> None:
    """Let real time pass."""
    clock = application.doorkeeper.real_clock
    clock.jump_to(clock.now() + length)


def sign_in(browser: FlaskClient, name: str, password: str = "", **form: str) -> TestResponse:
    data = {"name": name, "password": password or EXAMPLE_PASSWORD, **form}
    return browser.post("/sign-in", data=data, headers=OWN_PAGE)


def signed_in(browser: FlaskClient) -> bool:
    return browser.get("/devices", headers={"Accept": "application/json"}).status_code != 401


def user_of(application: Application, username: str) -> User:
    with application.database.reading() as session:
        return session.scalars(select(User).where(User.username == username)).one()


def at_desk(application: Application, number: int) -> int | None:
    """Who is signed on at the desk."""
    with application.database.reading() as session:
        desk = session.scalars(select(Desk).where(Desk.number == str(number))).one()
        shift = shift_at(session, desk.id)
        return None if shift is None else shift.user_id


def journal(application: Application) -> list[str]:
    with application.database.reading() as session:
        return list(session.scalars(select(JournalEntry.kind).order_by(JournalEntry.id)))


def test_an_officer_signs_in_at_a_desk(application: Application, browser: FlaskClient) -> None:
    answer = sign_in(browser, RINA, desk="3")
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert at_desk(application, 3) == user_of(application, RINA).id
    assert journal(application)[-2:] == ["SignedIn", "ShiftBegan"]
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_next_morning_the_same_desk_is_offered(browser: FlaskClient) -> None:
    sign_in(browser, RINA, desk="3")
    browser.post("/sign-out", headers=OWN_PAGE)
    assert '<option value="3" selected>' in browser.get("/sign-in").text


def test_a_supervisor_needs_no_desk(application: Application, browser: FlaskClient) -> None:
    assert sign_in(browser, HENDRA).location == "/waits"
    assert browser.get("/devices").status_code == 200


def test_an_officer_may_choose_the_desk_after_signing_in(
    application: Application, browser: FlaskClient
) -> None:
    answer = sign_in(browser, RINA)
    assert (answer.status_code, answer.location) == (303, "/desk")
    page = browser.get("/desk").text
    assert page.count("<section") == len(application_zones(application))
    assert 'id="find"' in page


def application_zones(application: Application) -> list[str]:
    with application.database.reading() as session:
        return list(session.scalars(select(Zone.name).join(Desk).where(Desk.in_use).distinct()))


def test_a_desk_in_use_is_told_before_the_password_and_nobodys_name_with_it(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, RINA, desk="3")
    browser.post("/sign-out", headers=OWN_PAGE)
    with application.database.transaction() as session:
        bagus = session.scalars(select(User).where(User.username == "bagus.prasetyo")).one()
        desk = session.scalars(select(Desk).where(Desk.number == "3")).one()
        sign_on(session, desk, bagus, by=Actor(user_id=bagus.id), at=application.clock.now())
    page = browser.get("/sign-in").text
    assert "Loket 3, loket komputer ini, sedang dipakai petugas lain." in page
    assert '<option value="3">Loket 3 · sedang dipakai</option>' in page
    assert " selected>" not in page
    assert "Bagus" not in page
    # Whoever comes to that desk from another computer is its officer still.
    assert sign_in(browser, "bagus.prasetyo", desk="3").location == "/desk"


def test_the_desk_that_was_left_open_here_is_offered_to_who_comes_back(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, RINA, desk="3")
    later(application, timedelta(hours=11))
    page = browser.get("/sign-in").text
    assert "Loket 3 masih terbuka atas nama yang terakhir memakainya" in page
    assert '<option value="3" selected>' in page
    assert "Rina" not in page


def test_a_desk_that_the_browser_remembers_is_not_opened_for_who_serves_at_none(
    application: Application, browser: FlaskClient
) -> None:
    with application.database.transaction() as session:
        siti = session.scalars(select(User).where(User.username == "siti.rahmawati")).one()
        siti.role = Role.AUDITOR
    answer = sign_in(browser, "siti.rahmawati", desk="3", next="/desk")
    assert answer.location == "/reports"
    assert at_desk(application, 3) is None
    assert journal(application)[-1] == "SignedIn"
    assert browser.get("/reports").status_code == 200
    assert browser.get_cookie(DESK_COOKIE) is None


def test_a_taken_desk_is_refused_with_the_name_of_who_is_there(
    application: Application, browser: FlaskClient
) -> None:
    open_desk(application, 3)
    answer = sign_in(browser, "bagus.prasetyo", desk="3")
    assert answer.status_code == 409
    assert "Loket 3 sedang dipakai Rina Kusumawati" in answer.text
    assert not signed_in(browser)
    assert at_desk(application, 3) == user_of(application, RINA).id


def test_an_employee_number_may_be_typed_with_its_spaces(
    application: Application, browser: FlaskClient
) -> None:
    with application.database.transaction() as session:
        session.get_one(User, user_of(application, HENDRA).id).username = "198503122010012004"
    assert sign_in(browser, "19850312 201001 2 004").status_code == 303


def test_each_wrong_password_says_how_many_are_left_and_the_fifth_locks(
    application: Application, browser: FlaskClient
) -> None:
    said = [sign_in(browser, RINA, "salah sekali", desk="3").text for _ in range(MOST_WRONG)]
    for words, page in zip(("Empat kali", "Tiga kali", "Dua kali", "Sekali"), said, strict=False):
        assert f"{words} lagi sebelum akun dikunci 5 menit" in page
    assert "Akun dikunci. Coba lagi 5 menit lagi." in said[-1]
    assert sign_in(browser, RINA, desk="3").status_code == 401
    later(application, timedelta(minutes=4, seconds=59))
    assert sign_in(browser, RINA, desk="3").status_code == 401
    later(application, timedelta(seconds=1))
    assert sign_in(browser, RINA, desk="3").status_code == 303
    assert user_of(application, RINA).failed_count == 0
    assert journal(application).count("SignInFailed") == MOST_WRONG


def test_guesses_of_strangers_lock_nobody_out_of_their_own_computer(
    application: Application, browser: FlaskClient
) -> None:
    assert sign_in(browser, RINA, desk="3").status_code == 303
    browser.post("/sign-out", headers=OWN_PAGE)
    stranger = application.app.test_client()
    for _ in range(MOST_WRONG):
        sign_in(stranger, RINA, "salah sekali")
    assert "Akun dikunci" in sign_in(stranger, RINA, desk="3").text
    later(application, timedelta(seconds=1))
    assert sign_in(browser, RINA, desk="3").status_code == 303
    assert "Akun dikunci" in sign_in(stranger, RINA, desk="3").text


def test_guesses_at_an_officers_own_computer_lock_it_by_itself(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, RINA, desk="3")
    said = [sign_in(browser, RINA, "salah sekali", desk="3").text for _ in range(MOST_WRONG)]
    assert "Empat kali lagi sebelum akun dikunci 5 menit" in said[0]
    assert "Akun dikunci. Coba lagi 5 menit lagi." in said[-1]
    assert sign_in(browser, RINA, desk="3").status_code == 401
    later(application, timedelta(minutes=5))
    assert sign_in(browser, RINA, desk="3").status_code == 303
    assert journal(application).count("SignInFailed") == MOST_WRONG


@pytest.mark.parametrize("note", ["", "[1]", "WzEsMl0.forged", "x" * 3000])
def test_a_made_up_note_makes_no_browser_known(
    application: Application, browser: FlaskClient, note: str
) -> None:
    browser.set_cookie("balai-known", note)
    for _ in range(MOST_WRONG):
        sign_in(browser, RINA, "salah sekali")
    assert user_of(application, RINA).locked_until is not None


def test_a_computer_is_known_to_those_who_share_it_and_to_nobody_else(
    application: Application, browser: FlaskClient
) -> None:
    for name in (RINA, HENDRA):
        sign_in(browser, name, desk="3" if name == RINA else "")
        browser.post("/sign-out", headers=OWN_PAGE)
    for name in ("bagus.prasetyo", RINA):
        for _ in range(MOST_WRONG):
            sign_in(browser, name, "salah sekali")
    assert user_of(application, "bagus.prasetyo").locked_until is not None
    assert user_of(application, RINA).locked_until is None


def test_a_name_that_nobody_has_is_refused_like_one_that_somebody_has(
    application: Application, browser: FlaskClient
) -> None:
    clock = Clock()
    for _ in range(MOST_WRONG + 1):
        took = []
        pages = []
        for name in (RINA, "rina.kusumawata"):
            began = clock.now()
            pages.append(sign_in(browser, name, "salah sekali").text.replace(name, ""))
            took.append(clock.now() - began)
        assert pages[0] == pages[1]
        assert min(took) >= timedelta(seconds=REFUSED_AFTER_S)


def test_guesses_that_arrive_together_are_counted_before_they_are_checked() -> None:
    account = Stranger()
    locks = [charge(account, MONDAY) for _ in range(20)]
    assert locks[:MOST_WRONG] == [timedelta()] * MOST_WRONG
    assert locks[MOST_WRONG:] == [timedelta(minutes=5)] * (20 - MOST_WRONG)


def test_one_address_cannot_try_name_after_name(
    application: Application, browser: FlaskClient
) -> None:
    reception = Reception(application.doorkeeper, refused_after_s=0)
    guesses = [
        reception.judge(f"orang.{number}", "salah sekali", "10.0.0.9").key
        for number in range(WRONG_PER_ADDRESS + 1)
    ]
    assert guesses == ["wrong"] * WRONG_PER_ADDRESS + ["too_often"]
    assert reception.judge(HENDRA, EXAMPLE_PASSWORD, "10.0.0.9").user is None
    assert reception.judge(HENDRA, EXAMPLE_PASSWORD, "10.0.0.8").user is not None
    later(application, timedelta(minutes=5))
    assert reception.judge(HENDRA, EXAMPLE_PASSWORD, "10.0.0.9").user is not None


def test_a_sign_in_that_is_used_lasts_and_one_that_is_not_ends(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, HENDRA)
    later(application, timedelta(hours=6))
    assert signed_in(browser)
    later(application, timedelta(hours=5, minutes=59))
    assert signed_in(browser)
    later(application, timedelta(minutes=2))
    assert not signed_in(browser), "nothing lasts longer than twelve hours"
    sign_in(browser, HENDRA)
    later(application, timedelta(hours=application.config.server.session_hours, seconds=1))
    assert not signed_in(browser)


def test_the_halls_own_clock_ends_no_sign_in(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, HENDRA)
    application.clock.jump_to(application.clock.now() + timedelta(days=3))
    assert signed_in(browser)


@pytest.mark.parametrize("days", [-400, 400])
def test_a_sign_in_outlives_a_system_clock_that_is_set(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    sealed_s = Clock().now().timestamp() + days * 86_400
    with monkeypatch.context() as wrong:
        wrong.setattr(TimestampSigner, "get_timestamp", lambda _: int(sealed_s))
        answer = sign_in(browser, HENDRA)
    # A desk's PC may be days ahead, too: it is told a length, and no instant of ours.
    cookies = answer.headers.getlist("Set-Cookie")
    (cookie,) = [one for one in cookies if one.startswith(f"{SESSION_COOKIE}=")]
    assert "Max-Age=43200" in cookie
    assert "Expires" not in cookie
    assert signed_in(browser)


def test_signing_out_makes_a_copied_cookie_worthless(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, RINA, desk="3")
    copied = browser.get_cookie(SESSION_COOKIE)
    assert copied is not None
    thief = application.app.test_client()
    thief.set_cookie(SESSION_COOKIE, copied.value)
    assert signed_in(thief)
    later(application, timedelta(seconds=1))
    assert browser.post("/sign-out", headers=OWN_PAGE).location == "/sign-in"
    assert not signed_in(browser)
    assert not signed_in(thief)
    assert at_desk(application, 3) is None
    assert journal(application)[-2:] == ["ShiftEnded", "SignedOut"]


def test_a_desk_that_holds_a_citizen_stays_open_when_its_officer_signs_out(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, RINA, desk="3")
    with application.database.reading() as session:
        desk = session.scalars(select(Desk).where(Desk.number == "3")).one()
        offered = session.scalars(
            select(DeskService.service_id).where(DeskService.desk_id == desk.id)
        ).first()
    wish = {"services": [{"service_id": offered}], "priority": False, "language": "id"}
    press = {"press_id": "0123456789abcdef"}
    taken = kiosk_client(application).post("/kiosk/take", json=wish | press, headers=OWN_PAGE)
    assert taken.status_code == 200, taken.text
    later: dict[str, str | int] = {"press_id": "fedcba9876543210", "desk_id": desk.id}
    called = browser.post("/desk/call-next", json=later, headers=OWN_PAGE)
    assert called.status_code == 200, called.text
    asked = browser.post("/sign-out", headers=OWN_PAGE)
    assert asked.status_code == 409
    assert "A-001 masih dipanggil di Loket 3" in asked.text
    assert signed_in(browser)
    browser.post("/sign-out", data={"sure": "yes"}, headers=OWN_PAGE)
    assert not signed_in(browser)
    assert at_desk(application, 3) == user_of(application, RINA).id
    with application.database.reading() as session:
        assert held_by(session, desk) is not None
    assert sign_in(browser, RINA, desk="3").status_code == 303


def test_an_account_out_of_use_is_out_at_once(
    application: Application, browser: FlaskClient
) -> None:
    sign_in(browser, HENDRA)
    with application.database.transaction() as session:
        session.get_one(User, user_of(application, HENDRA).id).in_use = False
    assert not signed_in(browser)
    assert sign_in(browser, HENDRA).status_code == 401


def test_a_session_from_before_the_sign_in_is_not_continued(browser: FlaskClient) -> None:
    with browser.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(browser, HENDRA)
    with browser.session_transaction() as session:
        assert set(session) == {"_permanent", "sign_in"}


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/devices?code=408217", "/devices?code=408217"),
        ("https://example.org/", "/waits"),
        ("//example.org/", "/waits"),
        ("/\\example.org/", "/waits"),
        ("/\texample.org", "/waits"),
        ("desk", "/waits"),
        ("", "/waits"),
    ],
)
def test_nobody_is_sent_to_another_site(browser: FlaskClient, wanted: str, goes: str) -> None:
    assert sign_in(browser, HENDRA, next=wanted).location == goes
    assert local_path(wanted) in (None, goes)


def test_an_old_hash_is_made_anew_at_the_next_sign_in(
    application: Application, browser: FlaskClient
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(EXAMPLE_PASSWORD)
    with application.database.transaction() as session:
        session.get_one(User, user_of(application, HENDRA).id).password_hash = old
    sign_in(browser, HENDRA)
    new = user_of(application, HENDRA).password_hash
    assert new != old
    assert not passwords.outdated(new)
    assert passwords.matches(new, EXAMPLE_PASSWORD)


def test_the_key_that_signs_cookies_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert len(first) == 32
    assert secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
