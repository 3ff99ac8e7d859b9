"""What browsers load travels compressed, and nothing that a stranger could read the length of."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from counter.app import Application
from tests.application import kiosk_client, open_application, user_client

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
SHEET = "/static/shared/ui.css"
FONT = "/static/vendor/fonts/plus-jakarta-sans-latin-wght-normal.woff2"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with open_application(tmp_path_factory.mktemp("house")) as application:
        yield application


@pytest.fixture
def stranger(application: Application) -> FlaskClient:
    return application.app.test_client()


def ask(client: FlaskClient, method: str, path: str, **more: Any) -> TestResponse:
    """Ask as a browser does, which reads the whole answer."""
    return client.open(path, method=method, buffered=True, **more)


def coding(answer: TestResponse) -> str | None:
    return answer.headers.get("Content-Encoding")


@pytest.mark.parametrize("path", [SHEET, "/static/shared/live.js", "/static/vendor/icons.svg", "/"])
def test_texts_are_compressed_for_who_takes_them_so(stranger: FlaskClient, path: str) -> None:
    plain = ask(stranger, "GET", path)
    # A file is compressed at its first request and kept for those that follow.
    first, later = (ask(stranger, "GET", path, headers=GZIP) for _ in range(2))
    for packed in (first, later):
        assert coding(packed) == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.content_length == len(packed.data) < len(plain.data) * 0.6
        assert "Accept-Encoding" in packed.vary
    assert coding(plain) is None
    assert "Accept-Encoding" in plain.vary
    assert coding(ask(stranger, "GET", path, headers={"Accept-Encoding": "gzip;q=0, br"})) is None
    assert ask(stranger, "HEAD", path, headers=GZIP).content_length == first.content_length


def test_what_is_compressed_already_or_short_stays_as_it_is(stranger: FlaskClient) -> None:
    for path in (FONT, "/static/display/wall/silence.wav", "/pair/state"):
        answer = ask(stranger, "GET", path, headers=GZIP)
        assert answer.status_code == 200
        assert coding(answer) is None


def test_a_browser_that_has_the_file_is_sent_nothing(stranger: FlaskClient) -> None:
    first = ask(stranger, "GET", SHEET, headers=GZIP)
    etag = first.headers["ETag"]
    # Compressed and plain are not the same bytes, so neither promises that they are.
    assert etag.startswith("W/")
    again = ask(stranger, "GET", SHEET, headers=GZIP | {"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert "Accept-Encoding" in again.vary
    assert ask(stranger, "GET", SHEET, headers={"If-None-Match": etag}).status_code == 304
    assert ask(stranger, "GET", SHEET, headers=GZIP | {"If-None-Match": '"old"'}).status_code == 200


def test_a_piece_of_a_file_is_a_piece_of_the_plain_one(stranger: FlaskClient) -> None:
    plain = ask(stranger, "GET", SHEET).data
    piece = ask(stranger, "GET", SHEET, headers=GZIP | {"Range": "bytes=10-19"})
    assert (piece.status_code, coding(piece), piece.data) == (206, None, plain[10:20])


def test_no_page_with_somebodys_secrets_is_compressed(application: Application) -> None:
    """Who may press a page's words into it must not learn from its length what else is in it."""
    for client, path in (
        (user_client(application, "admin"), "/devices?code=123456"),
        (user_client(application, "rina.kusumawati"), "/desk"),
        (kiosk_client(application), "/kiosk"),
    ):
        page = ask(client, "GET", path, headers=GZIP)
        assert page.status_code == 200
        assert coding(page) is None
        assert coding(ask(client, "GET", SHEET, headers=GZIP)) == "gzip"


def test_refusals_and_answers_to_presses_are_not_compressed(stranger: FlaskClient) -> None:
    assert coding(ask(stranger, "GET", "/nowhere", headers=GZIP)) is None
    assert coding(ask(stranger, "POST", "/pair/code", json={}, headers=GZIP)) is None
