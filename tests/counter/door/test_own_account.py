"""One's own account: a new password ends what the old one opened, and sign-ins end one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from counter.app import Application
from counter.door import own_account
from counter.door.accounts import new_hash
from counter.door.browser_names import in_short
from counter.door.example_people import EXAMPLE_PASSWORD
from counter.door.guesses import MOST_WRONG
from models.journal.record import JournalEntry
from models.mall.people import User
from models.mall.sign_ins import SignIn
from tests.application import OWN_PAGE, StandingClock, open_application, user_client

RINA, HENDRA = "rina.kusumawati", "hendra.saputra"
NEW = "tiga kucing di atap"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/138.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as application:
        application.doorkeeper.real_clock = StandingClock()
        yield application


def sign_in(
    application: Application, name: str, password: str = EXAMPLE_PASSWORD, agent: str = FIREFOX
) -> FlaskClient:
    browser = application.app.test_client()
    form = {"name": name, "password": password}
    headers = OWN_PAGE | {"User-Agent": agent}
    assert browser.post("/sign-in", data=form, headers=headers).status_code == 303
    return browser


def signed_in(browser: FlaskClient) -> bool:
    return browser.get("/account", headers={"Accept": "application/json"}).status_code == 200


def change(browser: FlaskClient, old: str, new: str, again: str | None = None) -> tuple[int, str]:
    form = {"old": old, "new": new, "again": new if again is None else again}
    answer = browser.post("/account/password", data=form, headers=OWN_PAGE)
    return answer.status_code, answer.text


def journal(application: Application) -> list[JournalEntry]:
    with application.database.reading() as session:
        return list(session.scalars(select(JournalEntry).order_by(JournalEntry.id)))


def test_a_new_password_keeps_this_browser_and_ends_all_others(application: Application) -> None:
    here, other = sign_in(application, RINA), sign_in(application, RINA, agent=PHONE)
    colleague = sign_in(application, HENDRA)
    assert change(here, EXAMPLE_PASSWORD, NEW)[0] == 303
    assert "Kata sandi sudah diganti" in here.get("/account?done=password").text
    assert signed_in(here)
    assert not signed_in(other)
    assert signed_in(colleague)
    old = {"name": RINA, "password": EXAMPLE_PASSWORD}
    assert other.post("/sign-in", data=old, headers=OWN_PAGE).status_code == 401
    assert signed_in(sign_in(application, RINA, NEW))
    told = {one.kind: one.data for one in journal(application)}
    assert told["PasswordChanged"]["own"]
    assert told["SignInsEnded"]["count"] == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "says"),
    [
        ("salah sekali", NEW, NEW, 401, "belum cocok"),
        (EXAMPLE_PASSWORD, NEW, "lain", 422, "berbeda"),
        (EXAMPLE_PASSWORD, EXAMPLE_PASSWORD, EXAMPLE_PASSWORD, 422, "sama dengan"),
        (EXAMPLE_PASSWORD, "pendek", "pendek", 422, "paling sedikit 10"),
        (EXAMPLE_PASSWORD, "katasandi123", "katasandi123", 422, "pertama kali dicoba"),
        (EXAMPLE_PASSWORD, "kusumawati1990", "kusumawati1990", 422, "nama Anda"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(
    application: Application, old: str, new: str, again: str, status: int, says: str
) -> None:
    browser = sign_in(application, RINA)
    answered, page = change(browser, old, new, again)
    assert answered == status
    assert says in page
    assert 'role="alert"' in page
    assert new not in page
    assert signed_in(sign_in(application, RINA))


def test_of_two_changes_at_once_one_is_kept_and_the_other_hears_of_it(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = sign_in(application, RINA), sign_in(application, RINA)
    answers = []

    def overtaken(user: User, password: str, *, mall: str) -> str:
        monkeypatch.setattr(own_account, "new_hash", new_hash)
        answers.append(change(there, EXAMPLE_PASSWORD, "empat ikan di kolam"))
        return new_hash(user, password, mall=mall)

    # Between the look at the old password and the writing of the new one there is time.
    monkeypatch.setattr(own_account, "new_hash", overtaken)
    answers.append(change(here, EXAMPLE_PASSWORD, NEW))
    assert [status for status, _ in answers] == [303, 409]
    assert "baru saja diganti" in answers[1][1]
    assert signed_in(sign_in(application, RINA, "empat ikan di kolam"))


def test_who_finds_a_browser_open_cannot_guess_its_password(application: Application) -> None:
    browser = sign_in(application, RINA)
    pages = [change(browser, f"tebakan nomor {n}", NEW)[1] for n in range(MOST_WRONG)]
    assert "Empat kali lagi" in pages[0]
    assert "Terlalu banyak percobaan" in pages[-1]
    assert change(browser, EXAMPLE_PASSWORD, NEW)[0] == 401
    application.doorkeeper.real_clock.jump_to(
        application.doorkeeper.real_clock.now() + timedelta(minutes=6)
    )
    assert change(browser, EXAMPLE_PASSWORD, NEW)[0] == 303


def test_sign_ins_are_listed_and_end_one_by_one(application: Application) -> None:
    here = sign_in(application, RINA)
    phone = sign_in(application, RINA, agent=PHONE)
    third = sign_in(application, RINA, agent="")
    page = here.get("/account").text
    assert re.findall(r"<b>([^<]+)</b>", page.split('id="places-h"')[1]) == [
        "Peramban lain",
        "Chrome, Android",
        "Firefox, Windows",
    ]
    assert page.count("127.0.0.1") == 3
    assert page.count(">Keluarkan</button>") == 2
    with application.database.reading() as session:
        its_id = session.scalars(select(SignIn.id).where(SignIn.browser == "Chrome, Android")).one()
    for _ in range(2):  # a double tap
        form = {"sign_in": str(its_id)}
        assert here.post("/account/end", data=form, headers=OWN_PAGE).status_code == 303
    assert [signed_in(one) for one in (here, phone, third)] == [True, False, True]
    assert here.post("/account/end-others", headers=OWN_PAGE).status_code == 303
    assert [signed_in(one) for one in (here, phone, third)] == [True, False, False]
    assert [one.kind for one in journal(application)].count("SignInsEnded") == 2


def test_signing_in_anew_ends_what_this_browser_held(application: Application) -> None:
    browser = sign_in(application, RINA)
    form = {"name": HENDRA, "password": EXAMPLE_PASSWORD}
    assert browser.post("/sign-in", data=form, headers=OWN_PAGE).status_code == 303
    with application.database.reading() as session:
        left = session.scalars(select(User.username).join(SignIn, SignIn.user_id == User.id)).all()
    assert left == [HENDRA]


def test_nobody_ends_the_sign_ins_of_others(application: Application) -> None:
    here, colleague = sign_in(application, RINA), sign_in(application, HENDRA)
    with application.database.reading() as session:
        its_id = session.scalars(
            select(SignIn.id).join(User, User.id == SignIn.user_id).where(User.username == HENDRA)
        ).one()
    here.post("/account/end", data={"sign_in": str(its_id)}, headers=OWN_PAGE)
    assert signed_in(colleague)
    for nonsense in ("", "satu", "0", str(2**63)):
        answer = here.post("/account/end", data={"sign_in": nonsense}, headers=OWN_PAGE)
        assert answer.status_code == 422, nonsense


def test_every_page_leads_to_ones_account(application: Application) -> None:
    assert 'href="/account"' in user_client(application, HENDRA).get("/devices").text
    assert user_client(application, RINA).get("/account").status_code == 200


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox, Windows"),
        (PHONE, "Chrome, Android"),
        (f"{PHONE} Edg/138.0", "Edge, Android"),
        ("curl/8.0", ""),
        ("<script>alert(1)</script> Linux", "Linux"),
        ("\x1b[31m", ""),
    ],
)
def test_a_browser_is_named_in_words_of_ours(agent: str, said: str) -> None:
    assert in_short(agent) == said


def test_failures_and_refusals_are_in_the_journal_with_their_address(
    application: Application,
) -> None:
    browser = application.app.test_client()

    def knock(name: str, address: str) -> int:
        form = {"name": name, "password": "bukan ini, kawan"}
        from_there = {"REMOTE_ADDR": address}
        return browser.post(
            "/sign-in", data=form, headers=OWN_PAGE, environ_overrides=from_there
        ).status_code

    for _ in range(MOST_WRONG + 3):
        assert knock(RINA, "192.0.2.7") == 401
    knock("siapa.saja", "192.0.2.8")
    told = [one for one in journal(application) if one.kind.startswith("SignIn")]
    with application.database.reading() as session:
        rina = session.scalars(select(User.id).where(User.username == RINA)).one()
    failed = [(one.user_id, one.data["address"]) for one in told if one.kind == "SignInFailed"]
    assert failed == [(rina, "192.0.2.7")] * MOST_WRONG + [(None, "192.0.2.8")]
    refused = [(one.user_id, one.data) for one in told if one.kind == "SignInRefused"]
    assert refused == [(rina, {"code": "locked", "address": "192.0.2.7"})], "once a minute"
    assert "siapa.saja" not in repr([one.data for one in told])


def test_a_report_that_is_taken_away_is_in_the_journal(application: Application) -> None:
    leader = user_client(application, HENDRA)
    assert leader.get("/reports/day/2026-11-23.zip").status_code == 200
    (told,) = [one for one in journal(application) if one.kind == "ReportDownloaded"]
    assert told.data == {"length": "day", "period": "2026-11-23", "form": "zip"}
    assert told.user_id is not None


def test_a_browser_that_was_signed_out_is_told_why(application: Application) -> None:
    here, other = sign_in(application, RINA), sign_in(application, RINA, agent=PHONE)
    change(here, EXAMPLE_PASSWORD, NEW)
    door = other.get("/sign-in?next=/desk").text
    assert "diakhiri dari tempat lain" in door
    assert "Catatan yang sudah diketik" in door
    assert "Catatan" not in other.get("/sign-in?next=/account").text
    clock = application.doorkeeper.real_clock
    clock.jump_to(clock.now() + application.doorkeeper.idle + timedelta(minutes=1))
    assert "sudah habis" in here.get("/sign-in?next=/desk").text
    stranger = application.app.test_client()
    assert "Silakan masuk dahulu." in stranger.get("/sign-in?next=/desk").text
