"""Screens of the hall: a leader pairs them and takes them back; the example's pair themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from counter.app import Application
from counter.door.auth import DEVICE_COOKIE
from counter.door.pairing import CODES_PER_ADDRESS
from counter.leaders.devices import ASKED_CODES, DEVICE, WRONG_CODES
from models.core.roles import Role
from models.mall.devices import Device
from models.mall.mall import Zone
from tests.application import (
    OWN_PAGE,
    clock_of,
    open_application,
    real_config,
    user_client,
)

PAGE = {"Accept": "text/html"}


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as application:
        yield application


@pytest.fixture
def real_house(tmp_path: Path) -> Iterator[Application]:
    """The same hall, but not an example."""
    with open_application(tmp_path, config=real_config(tmp_path)) as application:
        yield application


def post(client: FlaskClient, path: str, **body: Any) -> Any:
    answer = client.post(path, json=body, headers=OWN_PAGE | {"Accept": "application/json"})
    return answer.get_json() | {"status": answer.status_code}


def confirm(leader: FlaskClient, code: str, place: str, name: str = "", **more: str) -> int:
    """Confirm a code as somebody does whose page has shown the words of its screen."""
    form = {"code": code, "place": place, "name": name, "words": words_of(leader, code)} | more
    return leader.post("/devices", data=form, headers=OWN_PAGE).status_code


def words_of(leader: FlaskClient, code: str) -> str:
    page = leader.get(f"/devices?code={code}").text
    found = re.search(r'name="words" value="([^"]*)"', page)
    assert found
    return found[1]


def devices(application: Application) -> list[Device]:
    with application.database.reading() as session:
        return list(session.scalars(select(Device).where(Device.role.is_not(None))))


def opens(screen: FlaskClient, path: str) -> bool:
    return screen.get(path, headers=PAGE).status_code == 200


def test_a_leader_makes_a_screen_a_kiosk_and_it_goes_on_by_itself(application: Application) -> None:
    screen, leader = application.app.test_client(), user_client(application, "hendra.saputra")
    assert screen.get("/kiosk", headers=PAGE).location == "/pair?next=%2Fkiosk"
    asked = post(screen, "/pair/code")
    assert (asked["left_s"], len(asked["code"])) == (300, 6)
    assert asked["qr"].count("<svg") == 1
    assert screen.get("/pair/state").get_json()["go"] is None
    assert f'value="{asked["code"]}"' in leader.get(f"/devices?code={asked['code']}").text
    assert confirm(leader, asked["code"], "kiosk-1", "Kiosk dekat pintu") == 303
    assert screen.get("/pair/state").get_json()["go"] == "/kiosk"
    assert opens(screen, "/kiosk")
    (device,) = devices(application)
    assert (device.role, device.name, device.settings) == (
        Role.KIOSK,
        "Kiosk dekat pintu",
        {"printer": "kiosk-1", "fallback": "kiosk-2", "fallback_name": "Printer Kiosk 2"},
    )


def test_a_board_gets_what_its_place_needs(application: Application) -> None:
    screen, leader = application.app.test_client(), user_client(application, "admin")
    confirm(leader, post(screen, "/pair/code")["code"], "melati")
    assert screen.get("/pair/state").get_json()["go"] == "/wall"
    assert opens(screen, "/wall")
    (device,) = devices(application)
    with application.database.reading() as session:
        melati = session.scalars(select(Zone.id).where(Zone.code == "melati")).one()
    assert device.settings == {"zone_id": melati, "arrow": "left", "voice": True}


def test_a_screen_that_is_taken_back_must_pair_again(application: Application) -> None:
    screen, leader = application.app.test_client(), user_client(application, "hendra.saputra")
    confirm(leader, post(screen, "/pair/code")["code"], "kiosk-1")
    (device,) = devices(application)
    with application.database.reading() as session:
        assert DEVICE.state(session, str(device.id), application.clock.now()) == {"paired": True}
    leader.post(f"/devices/{device.id}/withdraw", headers=OWN_PAGE)
    assert screen.get("/kiosk", headers=PAGE).location == "/pair?next=%2Fkiosk"
    assert screen.get("/pair/state").get_json() | {"clock": "", "day": ""} == {
        "go": None,
        "over": True,
        "code": None,
        "taken": False,
        "clock": "",
        "day": "",
    }
    with application.database.reading() as session:
        assert DEVICE.state(session, str(device.id), application.clock.now()) == {"paired": False}
    assert "Dicabut" in leader.get("/devices").text


def test_a_screen_that_comes_back_is_offered_what_it_was_and_nobody_else_is(
    application: Application,
) -> None:
    leader = user_client(application, "hendra.saputra")
    screen, stranger = application.app.test_client(), application.app.test_client()
    confirm(leader, post(screen, "/pair/code")["code"], "kiosk-1", "Kiosk dekat pintu")
    (device,) = devices(application)
    leader.post(f"/devices/{device.id}/withdraw", headers=OWN_PAGE)
    code = post(screen, "/pair/code")["code"]
    page = leader.get(f"/devices?code={code}").text
    assert "Layar ini sebelumnya Kiosk dekat pintu." in page
    assert '<option value="kiosk-1" selected>' in page
    was = {"place": "kiosk-1", "name": "Kiosk dekat pintu", "called": "Kiosk dekat pintu"}
    assert leader.get(f"/devices/screen?code={code}").get_json()["before"] == was
    # What it was gives it no right: a leader says so anew.
    assert screen.get("/pair/state").get_json()["go"] is None
    other = post(stranger, "/pair/code")["code"]
    assert leader.get(f"/devices/screen?code={other}").get_json()["before"] is None
    assert stranger.get(f"/devices/screen?code={code}").status_code in (302, 401)
    # After a weekend without current it is known still; while another plays its place, it is not.
    clock_of(application).pass_by(timedelta(days=3))
    code = post(screen, "/pair/code")["code"]
    assert leader.get(f"/devices/screen?code={code}").get_json()["before"] == was
    assert confirm(leader, post(stranger, "/pair/code")["code"], "kiosk-1") == 303
    assert leader.get(f"/devices/screen?code={code}").get_json()["before"] is None


def test_asking_what_screens_were_ends(application: Application) -> None:
    leader = user_client(application, "hendra.saputra")
    asked = [leader.get("/devices/screen?code=000000").status_code for _ in range(ASKED_CODES + 1)]
    assert asked == [200] * ASKED_CODES + [429]


def test_taking_a_screen_back_asks_first(application: Application, page: Page) -> None:
    leader = user_client(application, "hendra.saputra")
    confirm(leader, post(application.app.test_client(), "/pair/code")["code"], "kiosk-1")
    page.set_content(leader.get("/devices").text)
    yes = page.get_by_role("button", name="Ya, cabut")
    expect(yes).to_be_hidden()
    page.locator("summary", has_text="Cabut").press("Enter")
    expect(page.locator(".dv-ask")).to_contain_text("Cabut Kiosk 1?")
    expect(yes).to_be_visible()


def test_a_wrong_code_is_told_and_guessing_ends(application: Application) -> None:
    leader = user_client(application, "hendra.saputra")
    screen = application.app.test_client()
    code = post(screen, "/pair/code")["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert [confirm(leader, wrong, "kiosk-1") for _ in range(WRONG_CODES)] == [409] * WRONG_CODES
    assert confirm(leader, code, "kiosk-1") == 429
    clock_of(application).pass_by(timedelta(minutes=4))
    assert confirm(user_client(application, "admin"), code, "kiosk-1") == 303
    assert confirm(user_client(application, "admin"), "", "") == 422


def test_one_address_does_not_get_codes_without_end(application: Application) -> None:
    for _ in range(CODES_PER_ADDRESS):
        assert post(application.app.test_client(), "/pair/code")["status"] == 200
    assert post(application.app.test_client(), "/pair/code")["status"] == 429


def test_a_screen_that_is_heard_of_no_more_is_shown_so(application: Application) -> None:
    screen, leader = application.app.test_client(), user_client(application, "hendra.saputra")
    confirm(leader, post(screen, "/pair/code")["code"], "kiosk-1")
    clock_of(application).pass_by(timedelta(minutes=10))
    page = leader.get("/devices").text
    assert "Tidak terdengar" in page
    assert "dipasangkan 09.00" in page
    assert screen.post("/pair/alive", headers=OWN_PAGE).status_code == 204
    assert "Tidak terdengar" not in leader.get("/devices").text


def test_the_examples_screens_pair_themselves_many_in_one_browser(application: Application) -> None:
    browser = application.app.test_client()
    for page, place in (("/kiosk", "kiosk-1"), ("/kiosk", "kiosk-2"), ("/wall", "mawar")):
        path = f"{page}?place={place}"
        assert f'"place": "{place}"' in browser.get(f"/pair?next={path}").text.replace("%3D", "=")
        assert not opens(browser, path)
        assert post(browser, "/pair/here", place=place)["status"] == 200
        assert opens(browser, path)
    assert sorted(device.place for device in devices(application)) == [
        "kiosk-1",
        "kiosk-2",
        "mawar",
    ]
    assert post(browser, "/pair/here", place="kiosk-9")["status"] == 404


def test_a_press_acts_for_the_screen_whose_page_sent_it(application: Application) -> None:
    browser = application.app.test_client()
    for place in ("kiosk-1", "kiosk-2"):
        post(browser, "/pair/here", place=place)
    page = {"Referer": "http://localhost/kiosk?place=kiosk-2"}
    with browser:
        browser.post("/pair/alive", headers=OWN_PAGE | page)
        by_id = {device.id: device.place for device in devices(application)}
        assert by_id[g.actor.device_id] == "kiosk-2"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"X-Forwarded-For": "10.0.0.9"}, "127.0.0.1"),
        ({"Forwarded": "for=10.0.0.9"}, "127.0.0.1"),
        ({"Host": "rebound.example.org:8000"}, "127.0.0.1"),
        ({"Host": "10.0.0.1:8000"}, "127.0.0.1"),
        ({}, "10.0.0.9"),
    ],
)
def test_from_elsewhere_not_even_the_example_pairs_itself(
    application: Application, headers: dict[str, str], address: str
) -> None:
    answer = application.app.test_client().post(
        "/pair/here",
        json={"place": "kiosk-1"},
        headers=OWN_PAGE | headers,
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert answer.status_code == 403
    landing = application.app.test_client().get(
        "/", headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert "melati-pagi" not in landing.text


def test_an_example_screen_that_was_taken_back_shows_its_code(application: Application) -> None:
    browser, leader = application.app.test_client(), user_client(application, "hendra.saputra")
    post(browser, "/pair/here", place="kiosk-1")
    (device,) = devices(application)
    leader.post(f"/devices/{device.id}/withdraw", headers=OWN_PAGE)
    assert post(browser, "/pair/here", place="kiosk-1")["status"] == 403
    code = post(browser, "/pair/code", place="kiosk-1")["code"]
    offered = leader.get(f"/devices?code={code}").text
    assert '<option value="kiosk-1" selected' in offered
    confirm(leader, code, "kiosk-1")
    assert opens(browser, "/kiosk?place=kiosk-1")


def test_a_real_mall_pairs_nothing_by_itself(real_house: Application) -> None:
    screen = real_house.app.test_client()
    assert post(screen, "/pair/here", place="kiosk-1")["status"] == 403
    asked = post(screen, "/pair/code")
    assert asked["status"] == 200
    assert '"place": ""' in screen.get("/pair?next=/kiosk?place=kiosk-1").text


def test_a_screens_cookie_is_renewed_while_it_is_in_use(application: Application) -> None:
    screen, leader = application.app.test_client(), user_client(application, "hendra.saputra")
    confirm(leader, post(screen, "/pair/code")["code"], "kiosk-1")
    cookie = screen.get("/kiosk", headers=PAGE).headers["Set-Cookie"]
    assert cookie.startswith(f"{DEVICE_COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_screen_speaks_the_halls_language_whatever_its_browser_speaks(
    application: Application,
) -> None:
    english = {"Accept-Language": "en-GB"}
    assert ' lang="id"' in application.app.test_client().get("/pair", headers=english).text
    assert ' lang="en"' in application.app.test_client().get("/sign-in", headers=english).text
    assert ' lang="en"' in application.app.test_client().get("/pair?lang=en").text


def test_screen_and_page_show_the_same_words(application: Application) -> None:
    leader = user_client(application, "hendra.saputra")
    screen, stranger = application.app.test_client(), application.app.test_client()
    asked, other = post(screen, "/pair/code"), post(stranger, "/pair/code")
    assert re.fullmatch("[a-z]+ [a-z]+", asked["words"])
    assert asked["words"] in asked["label"]
    assert words_of(leader, asked["code"]) == asked["words"]
    told = leader.get(f"/devices/screen?code={asked['code']}").get_json()
    assert told["words"] == asked["words"]
    assert leader.get("/devices/screen?code=000000").get_json()["words"] == ""
    # Nobody is paired whose words the leader has not seen, or has seen of another screen.
    for words in ("", "kata lain"):
        assert confirm(leader, other["code"], "kiosk-2", words=words) == 409
    form = {"code": other["code"], "place": "kiosk-2", "name": "Kiosk tua"}
    page = leader.post("/devices", data=form, headers=OWN_PAGE).text
    assert "Bandingkan dahulu" in page
    assert other["words"] in page
    assert 'value="Kiosk tua"' in page
    assert confirm(leader, other["code"], "kiosk-2") == 303


def test_a_new_code_has_words_of_its_own(application: Application) -> None:
    screen = application.app.test_client()
    shown = {(one["code"], one["words"]) for one in (post(screen, "/pair/code") for _ in range(9))}
    assert len({words for _, words in shown}) > 1


def test_a_second_kiosk_for_one_place_is_moved_only_when_somebody_says_so(
    application: Application,
) -> None:
    leader = user_client(application, "hendra.saputra")
    first, second = application.app.test_client(), application.app.test_client()
    confirm(leader, post(first, "/pair/code")["code"], "kiosk-1", "Kiosk dekat pintu")
    code = post(second, "/pair/code")["code"]
    form = {"code": code, "place": "kiosk-1", "words": words_of(leader, code)}
    asked = leader.post("/devices", data=form, headers=OWN_PAGE)
    assert asked.status_code == 409
    assert "dipegang Kiosk dekat pintu" in asked.text
    assert "Pindahkan ke layar ini" in asked.text
    assert opens(first, "/kiosk")
    assert not opens(second, "/kiosk")
    # It was agreed that this kiosk leaves, and no other.
    (agreed,) = re.findall(r'name="move" value="(\d+)"', asked.text)
    third = post(application.app.test_client(), "/pair/code")["code"]
    confirm(leader, third, "kiosk-2")
    assert confirm(leader, code, "kiosk-2", move=agreed) == 409
    assert confirm(leader, code, "kiosk-1", move=agreed) == 303
    assert not opens(first, "/kiosk")
    assert opens(second, "/kiosk")
    # A code that is good no more is told before anybody is asked.
    assert "Tidak ada layar" in leader.post("/devices", data=form, headers=OWN_PAGE).text
    # Two televisions may show one board.
    for _ in range(2):
        screen = application.app.test_client()
        assert confirm(leader, post(screen, "/pair/code")["code"], "hall") == 303


def test_of_several_kiosks_at_one_place_all_leave_when_somebody_agrees_once(
    application: Application,
) -> None:
    leader = user_client(application, "hendra.saputra")
    before = [application.app.test_client() for _ in range(2)]
    for browser in before:
        post(browser, "/pair/here", place="kiosk-1")
    screen = application.app.test_client()
    code = post(screen, "/pair/code")["code"]
    form = {"code": code, "place": "kiosk-1", "words": words_of(leader, code)}
    asked = leader.post("/devices", data=form, headers=OWN_PAGE).text
    assert "dipegang 2 layar" in asked
    assert asked.count("terakhir terlihat") == 2
    (agreed,) = re.findall(r'name="move" value="([\d,]+)"', asked)
    # Whoever came meanwhile was not spoken of.
    post(application.app.test_client(), "/pair/here", place="kiosk-1")
    asked = leader.post("/devices", data=form | {"move": agreed}, headers=OWN_PAGE).text
    (agreed,) = re.findall(r'name="move" value="([\d,]+)"', asked)
    assert confirm(leader, code, "kiosk-1", move=agreed) == 303
    assert opens(screen, "/kiosk")
    assert not any(opens(browser, "/kiosk?place=kiosk-1") for browser in before)


def test_a_screen_gets_a_token_that_was_in_no_hands_before(application: Application) -> None:
    leader, screen = user_client(application, "hendra.saputra"), application.app.test_client()
    code = post(screen, "/pair/code")["code"]
    planted = screen.get_cookie(DEVICE_COOKIE)
    assert planted
    assert post(screen, "/pair/renew")["status"] in (401, 403), "not before it is paired"
    confirm(leader, code, "kiosk-1")
    thief = application.app.test_client()
    thief.set_cookie(DEVICE_COOKIE, planted.value)
    # An answer that is lost on its way leaves the screen with a token that is good still.
    lost = application.app.test_client()
    lost.set_cookie(DEVICE_COOKIE, planted.value)
    assert post(lost, "/pair/renew")["renewed"]
    assert post(screen, "/pair/renew")["renewed"]
    renewed = screen.get_cookie(DEVICE_COOKIE)
    assert renewed
    assert renewed.value != planted.value
    assert opens(thief, "/kiosk")
    assert opens(screen, "/kiosk"), "its first use ends the old one"
    assert not opens(thief, "/kiosk")
    assert not opens(lost, "/kiosk")
    assert opens(screen, "/kiosk")
    assert len(devices(application)) == 1


def test_a_screen_hears_that_another_browser_took_its_place(application: Application) -> None:
    leader, screen = user_client(application, "hendra.saputra"), application.app.test_client()
    asked = post(screen, "/pair/code")
    cookie = screen.get_cookie(DEVICE_COOKIE)
    assert cookie
    thief = application.app.test_client()
    thief.set_cookie(DEVICE_COOKIE, cookie.value)
    confirm(leader, asked["code"], "kiosk-1")
    assert post(thief, "/pair/renew")["renewed"]
    assert opens(thief, "/kiosk")
    found = screen.get(f"/pair/state?device={asked['device']}").get_json()
    assert (found["go"], found["taken"]) == (None, True)
    assert post(screen, "/pair/renew")["status"] == 401
    for nonsense in ("x", "-1", str(2**63)):
        assert screen.get(f"/pair/state?device={nonsense}").status_code == 422
