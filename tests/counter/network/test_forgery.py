"""No page of another site can press a button here, and ours say what they may load."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from counter.app import Application
from tests.application import open_application, user_client


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with open_application(tmp_path_factory.mktemp("house")) as application:
        yield application


def press(client: FlaskClient, headers: dict[str, str]) -> int:
    """Ask for a pairing code, which anybody may."""
    return client.post("/pair/code", json={}, headers=headers).status_code


OURS = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
    # The address in config.toml, by which a proxy may be reached.
    {"Origin": "http://127.0.0.1:8000"},
]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://example.org"},
    {"Origin": "http://localhost.example.org"},
    {"Origin": "http://localhost:81"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", OURS)
def test_a_press_from_our_own_page_counts(
    application: Application, headers: dict[str, str]
) -> None:
    assert press(user_client(application, "admin"), headers) == 200


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_press_from_elsewhere_is_refused(
    application: Application, headers: dict[str, str]
) -> None:
    assert press(user_client(application, "admin"), headers) == 403
    assert press(application.app.test_client(), headers) == 403


def test_a_press_that_hides_where_it_comes_from_may_carry_no_cookie_of_ours(
    application: Application,
) -> None:
    assert press(user_client(application, "admin"), {}) == 403
    assert press(application.app.test_client(), {}) == 200


def test_a_link_from_elsewhere_may_be_followed(application: Application) -> None:
    answer = user_client(application, "admin").get(
        "/devices", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/static/shared/tokens.css"])
def test_every_answer_says_what_a_page_may_do(application: Application, path: str) -> None:
    with application.app.test_client().get(path) as answer:
        headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:8000 ws://localhost"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_what_was_made_for_one_person_is_not_kept(application: Application) -> None:
    client = user_client(application, "admin")
    assert client.get("/devices").headers["Cache-Control"] == "no-store"
    with client.get("/static/shared/tokens.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asks", "origin"),
    [
        ("transport=polling", "http://localhost"),
        ("transport=websocket", "http://elsewhere.example/" + "x" * 900),
        ("transport=websocket&sid=" + "x" * 900, "http://localhost"),
    ],
)
def test_nonsense_at_the_sockets_is_a_short_warning_and_no_error_of_ours(
    application: Application, caplog: pytest.LogCaptureFixture, asks: str, origin: str
) -> None:
    stranger = application.app.test_client()
    answer = stranger.get(f"/socket.io/?EIO=4&{asks}", headers={"Origin": origin})
    assert answer.status_code == 400
    (told,) = caplog.records
    assert told.levelname == "WARNING"
    assert len(told.getMessage()) <= 120
