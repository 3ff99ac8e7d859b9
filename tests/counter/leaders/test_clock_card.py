"""What a leader reads before a clock that is behind is followed: until when time runs slowly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from models.core.steady import Footing
from models.keeping.timekeeping import ask, note_footing
from tests.application import open_application, user_client


@pytest.mark.parametrize(
    ("back", "until", "long"),
    [
        (timedelta(hours=1), "Senin, 23 November 2026, 10.00", False),
        (timedelta(days=365), "Selasa, 23 November 2027, 09.00", True),
    ],
)
def test_a_jump_back_says_until_when_time_would_run_slowly(
    tmp_path: Path, back: timedelta, until: str, *, long: bool
) -> None:
    with open_application(tmp_path) as application:
        mall_id, at = application.mall_id, application.clock.now()
        with application.database.transaction() as session:
            note_footing(session, mall_id, "boot", Footing(0.0))
            ask(session, mall_id, -back.total_seconds(), after=0, at=at)
        page = user_client(application, "hendra.saputra").get("/printers").text
        assert f"separuh cepat sampai {until}" in page
        assert ("memulihkan cadangan" in page) == long
