"""What every test may ask for: a browser, and what tests/databases.py offers."""

import gc
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytest_plugins = ["tests.databases"]

# The first that is there. The shell is the same Chromium without a window's frame, which each of
# a test's windows would otherwise draw, menus and all, in a process of its own.
BROWSERS = ("chromium-headless-shell", "chromium")
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


# What a test that asks for this fixture is marked with. Who asks for a database of both kinds is
# marked by its kind, in tests/databases.py.
NEEDS = {"chromium": pytest.mark.browser, "postgres": pytest.mark.postgres}

# How long an example takes tells how busy the machine is, and nothing of the house.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
# The same of a page. What a screen promises within a time is asked for with that time.
expect.set_options(timeout=15_000)


def chromium_program() -> str | None:
    """Where the first of BROWSERS lies on this machine, if one does."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def marked(item: pytest.Item, *names: str) -> bool:
    """Whether the test bears one of these marks."""
    return any(item.get_closest_marker(name) for name in names)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser or PostgreSQL, so that nobody has to; slow files go first.

    A slow file that began last would run alone, while the other workers have nothing to do.
    """
    for item in items:
        needed = getattr(item, "fixturenames", ())
        for fixture, mark in NEEDS.items():
            if fixture in needed:
                item.add_marker(mark)
    slow = {item.path for item in items if marked(item, "browser", "slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays to the end: all modules and all tests.

    A worker holds all tests of the house, and looked through them again every few tests.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep how the run ended: .ci/run must know a test that failed from a run that broke off."""
    cache = getattr(session.config, "cache", None)
    if cache is not None and not hasattr(session.config, "workerinput"):
        cache.set("house/ended", int(exitstatus))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One running Chromium that reaches this machine alone, or a visible skip."""
    program = chromium_program()
    if program is None:
        pytest.skip(f"Chromium is not installed: on Debian, the package {BROWSERS[0]}")
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
