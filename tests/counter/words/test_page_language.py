"""Pages say which language they are in, and that nobody need translate them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.application import kiosk_client, open_application


@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_browser_offers_to_translate_a_page(tmp_path: Path, lang: str) -> None:
    with open_application(tmp_path) as application:
        for client, path, spoken in (
            # The hall's screens speak its language until somebody touches the other one.
            (kiosk_client(application), "/kiosk", "id"),
            (kiosk_client(application, "melati"), "/wall", "id"),
            (application.app.test_client(), "/pair", "id"),
            (application.app.test_client(), "/sign-in", lang),
            (application.app.test_client(), "/t/nowhere", lang),
        ):
            page = client.get(path, headers={"Accept": "text/html", "Accept-Language": lang}).text
            assert f'<html translate="no" lang="{spoken}"' in page, path
            assert '<meta name="google" content="notranslate">' in page, path
