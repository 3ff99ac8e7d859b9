"""What a day in a browser needs: windows of people and screens that have nothing in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.hall.windows import Windows


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    """Opens windows; an error that a script of theirs does not catch fails the test."""
    opened = Windows(chromium)
    yield opened
    opened.close()
    assert opened.errors == []
