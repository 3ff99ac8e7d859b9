"""Behind a reverse proxy everybody is who they are, and nobody can pretend to come through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from counter.app import Application
from counter.door.accounts import add_user
from counter.door.auth import DEVICE_COOKIE
from counter.door.example_people import EXAMPLE_PASSWORD
from counter.door.reception import WRONG_PER_ADDRESS
from models.core.roles import Role
from models.journal.actors import Actor
from tests.application import OWN_PAGE, kiosk_client, open_application, real_config

PROXY, ELSEWHERE = "10.0.0.2", "10.0.0.66"
PUBLIC = "https://mpp.tirtawangi.example"
PASSWORD = "kembang-setaman-7"


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """A real mall that phones reach through a proxy, and the building by its own address."""
    config = real_config(tmp_path, trusted_proxy=PROXY)
    mall = config.mall.model_copy(update={"public_url": PUBLIC})
    with open_application(tmp_path, config=config.model_copy(update={"mall": mall})) as application:
        with application.database.transaction() as session:
            at = application.clock.now()
            add_user(
                session,
                application.mall_id,
                "sari.utami",
                name="Sari",
                role=Role.ADMIN,
                password=PASSWORD,
                by=Actor(),
                at=at,
            )
        yield application


def sign_in(
    client: FlaskClient, password: str, *, peer: str, says: str = "", **headers: str
) -> TestResponse:
    """Sign in from the address `peer`, which says that it does so for `says`."""
    forwarded = {"X-Forwarded-For": says} if says else {}
    return client.post(
        "/sign-in",
        data={"name": "sari.utami", "password": password},
        headers=OWN_PAGE | forwarded | headers,
        environ_base={"REMOTE_ADDR": peer},
    )


def shown_address(client: FlaskClient, peer: str, says: str) -> str:
    """The address that a screen without a pairing shows."""
    answer = client.post(
        "/pair/code",
        headers=OWN_PAGE | {"X-Forwarded-For": says},
        environ_base={"REMOTE_ADDR": peer},
    )
    said: str = answer.get_json()["screen"]
    return said


def test_the_proxy_alone_is_believed_and_only_its_own_word(application: Application) -> None:
    client = application.app.test_client()
    assert "203.0.113.9" in shown_address(client, PROXY, "203.0.113.9")
    assert ELSEWHERE in shown_address(client, ELSEWHERE, "203.0.113.9")
    # What the phone itself wrote stands before what the proxy added.
    assert "203.0.113.9" in shown_address(client, PROXY, "198.51.100.1, 203.0.113.9")


def test_wrong_passwords_of_one_phone_lock_out_no_other(application: Application) -> None:
    application.doorkeeper.real_clock = application.clock
    client = application.app.test_client()
    for number in range(WRONG_PER_ADDRESS):
        answer = client.post(
            "/sign-in",
            data={"name": f"orang.{number}", "password": "salah sekali"},
            headers=OWN_PAGE | {"X-Forwarded-For": "203.0.113.9"},
            environ_base={"REMOTE_ADDR": PROXY},
        )
        assert answer.status_code == 401
    assert sign_in(client, PASSWORD, peer=PROXY, says="203.0.113.9").status_code == 401
    assert sign_in(client, PASSWORD, peer=PROXY, says="203.0.113.10").status_code == 303


@pytest.mark.parametrize(
    ("peer", "headers", "secure"),
    [
        (PROXY, {"X-Forwarded-Proto": "https"}, True),
        (PROXY, {"Host": "mpp.tirtawangi.example"}, True),
        (ELSEWHERE, {"Host": "mpp.tirtawangi.example"}, True),
        # A browser would drop a secure cookie, and nobody in the building could sign in.
        (ELSEWHERE, {"Host": "192.168.1.10:8000"}, False),
        (ELSEWHERE, {"Host": "192.168.1.10:8000", "X-Forwarded-Proto": "https"}, False),
    ],
)
def test_cookies_go_back_the_way_they_came(
    application: Application, peer: str, headers: dict[str, str], secure: bool
) -> None:
    client = application.app.test_client()
    answer = sign_in(client, PASSWORD, peer=peer, **headers)
    assert answer.status_code == 303
    assert ("Secure" in answer.headers["Set-Cookie"]) == secure
    asked = client.post(
        "/pair/code", headers=OWN_PAGE | headers, environ_base={"REMOTE_ADDR": peer}
    )
    assert ("Secure" in asked.headers["Set-Cookie"]) == secure


TLS = {"Host": "mpp.tirtawangi.example"}
PLAIN = {"Host": "192.168.1.10:8000"}


def names(answer: TestResponse) -> set[str]:
    """The cookies that an answer sets, and not those that it takes away."""
    set_now = [one for one in answer.headers.getlist("Set-Cookie") if "Max-Age=0" not in one]
    return {one.partition("=")[0] for one in set_now}


def test_over_tls_the_browser_guards_the_names_of_our_cookies(application: Application) -> None:
    client = application.app.test_client()
    signed_in = sign_in(client, PASSWORD, peer=ELSEWHERE, **TLS)
    assert {"__Host-balai", "__Host-balai-known"} <= names(signed_in)
    asked = client.post("/pair/code", headers=OWN_PAGE | TLS)
    assert names(asked) == {"__Host-balai-device"}
    for cookie in (*signed_in.headers.getlist("Set-Cookie"), *asked.headers.getlist("Set-Cookie")):
        if cookie.startswith("__Host-"):
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
    plain = application.app.test_client()
    assert "balai" in names(sign_in(plain, PASSWORD, peer=ELSEWHERE, **PLAIN))
    assert names(plain.post("/pair/code", headers=OWN_PAGE | PLAIN)) == {"balai-device"}


def test_a_sign_in_from_before_tls_goes_on_under_the_guarded_name(
    application: Application,
) -> None:
    client = application.app.test_client()
    before = sign_in(client, PASSWORD, peer=ELSEWHERE, **PLAIN)
    jar = [one.partition(";")[0] for one in before.headers.getlist("Set-Cookie")]
    phone = application.app.test_client(use_cookies=False)
    cookie = next(one for one in jar if one.startswith("balai="))
    asked = phone.get("/devices", headers=TLS | {"Cookie": cookie})
    assert asked.status_code == 200
    assert "__Host-balai" in names(asked)
    assert any(one.startswith("balai=;") for one in asked.headers.getlist("Set-Cookie"))
    # Nobody who has signed out comes back by the name of before.
    out = phone.post("/sign-out", headers=OWN_PAGE | TLS | {"Cookie": cookie})
    gone = [one for one in out.headers.getlist("Set-Cookie") if "Max-Age=0" in one]
    assert {one.partition("=")[0] for one in gone} == {"__Host-balai", "balai"}


def test_a_screen_keeps_its_place_when_it_moves_to_tls(application: Application) -> None:
    screen = kiosk_client(application)
    token = screen.get_cookie(DEVICE_COOKIE)
    assert token
    moved = application.app.test_client(use_cookies=False)
    cookie = f"{DEVICE_COOKIE}={token.value}"
    opened = moved.get("/kiosk", headers=TLS | {"Cookie": cookie})
    assert opened.status_code == 200
    assert names(opened) == {"__Host-balai-device"}
    guarded = {"Cookie": f"__Host-{cookie}"}
    assert moved.get("/kiosk", headers=TLS | guarded).status_code == 200
    # A press with our cookie and without a page of ours is forged by either name.
    assert moved.post("/pair/alive", headers=TLS | guarded).status_code == 403


def test_pages_name_their_own_sockets_for_old_televisions(application: Application) -> None:
    def spoken_with(**headers: str) -> str:
        policy = (
            application.app.test_client()
            .get("/", headers=headers)
            .headers["Content-Security-Policy"]
        )
        return next(one for one in policy.split("; ") if one.startswith("connect-src"))

    public = "wss://mpp.tirtawangi.example"
    assert spoken_with(**TLS) == f"connect-src 'self' {public}"
    assert spoken_with(**PLAIN) == f"connect-src 'self' ws://192.168.1.10:8000 {public}"
    assert spoken_with(Host="[::1]:8000") == f"connect-src 'self' ws://[::1]:8000 {public}"
    assert spoken_with(Host="a; script-src *") == f"connect-src 'self' {public}"


def test_browsers_are_held_to_tls_only_when_the_mall_says_so(
    application: Application, tmp_path: Path
) -> None:
    header = "Strict-Transport-Security"
    assert header not in application.app.test_client().get("/", headers=TLS).headers
    config = real_config(tmp_path / "held", hsts_days=365)
    mall = config.mall.model_copy(update={"public_url": PUBLIC})
    (tmp_path / "held").mkdir()
    held = config.model_copy(update={"mall": mall})
    with open_application(tmp_path / "held", config=held) as other:
        client = other.app.test_client()
        assert client.get("/", headers=TLS).headers[header] == "max-age=31536000"
        assert header not in client.get("/", headers=PLAIN).headers


def test_the_example_is_kind_to_nobody_behind_a_proxy(tmp_path: Path) -> None:
    config = real_config(tmp_path, trusted_proxy="127.0.0.1")
    mall = config.mall.model_copy(update={"example": True})
    with open_application(tmp_path, config=config.model_copy(update={"mall": mall})) as application:
        client = application.app.test_client()
        assert EXAMPLE_PASSWORD in client.get("/").text
        for says in ("127.0.0.1", "203.0.113.9", "203.0.113.9, 127.0.0.1", ""):
            answer = client.get("/", headers={"X-Forwarded-For": says})
            assert EXAMPLE_PASSWORD not in answer.text
            place = client.post(
                "/pair/here",
                json={"place": "kiosk-1"},
                headers=OWN_PAGE | {"X-Forwarded-For": says},
            )
            assert place.status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "opens"),
    [
        (PUBLIC, "mpp.tirtawangi.example", True),
        # Some proxies ask for us by the name that they know us by.
        (PUBLIC, "10.0.0.1:8000", True),
        ("http://192.168.1.10:8000", "192.168.1.10:8000", True),
        ("https://elsewhere.example", "mpp.tirtawangi.example", False),
        ("http://mpp.tirtawangi.example.elsewhere.example", "mpp.tirtawangi.example", False),
        ("null", "mpp.tirtawangi.example", False),
    ],
)
def test_our_own_pages_get_a_line_by_every_name(
    application: Application, origin: str, host: str, opens: bool
) -> None:
    answer = application.app.test_client().get(
        "/socket.io/?EIO=4&transport=websocket", headers={"Origin": origin, "Host": host}
    )
    # Without a real socket it goes no further than to what is missing.
    refused = b"Not an accepted origin" in answer.data
    assert refused != opens
