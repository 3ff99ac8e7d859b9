"""What every test may ask for: a browser, and what tests/databases.py offers."""

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

pytest_plugins = ["tests.databases"]

CHROMIUM = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # A page that loads anything from another host must fail its test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


# How long an example takes tells how busy the machine is, and nothing of the house.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, so that `-m "not browser"` leaves it out; slow files go first.

    A slow file that began last would run alone, while the other workers have nothing to do.
    """
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One running Chromium that reaches this machine alone, or a visible skip."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: on Debian, the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A new window with nothing remembered; an error that its scripts do not catch fails."""
    with chromium.new_context(locale="id-ID", timezone_id="Asia/Jakarta") as context:
        window = context.new_page()
        errors: list[str] = []
        window.on("pageerror", lambda error: errors.append(str(error)))
        yield window
        assert errors == []
