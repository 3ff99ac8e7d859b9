"""A wait is said in minutes, and from an hour on in hours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.core.lengths import length_said
from tests.models.core.lengths import LENGTHS

WORDS = {
    "minutes": "{minutes} menit",
    "hours": "{hours} jam",
    "hours_minutes": "{hours} jam {minutes} menit",
    "minutes_hours": "{minutes} menit–{hours} jam",
}


@pytest.mark.parametrize(("ends", "told"), LENGTHS)
def test_a_wait_reads_in_hours_from_an_hour_on(ends: list[int], told: str) -> None:
    key, facts = length_said(*ends, comma=",")
    assert WORDS[key].format(**facts) == told


@given(some.integers(0, 600), some.integers(1, 600))
def test_a_range_of_hours_never_promises_less_than_the_range_it_says(low: int, more: int) -> None:
    key, facts = length_said(low, low + more, comma=".")
    unit = 60 if "hours" in key else 1
    least, _, most = facts["hours" if unit == 60 else "minutes"].rpartition("–")
    assert float(most) * unit >= low + more
    assert not least or float(least) * unit <= low
