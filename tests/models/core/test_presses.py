import re

import pytest
from pydantic import TypeAdapter, ValidationError

from models.core.presses import PressId, new_press_id

READ = TypeAdapter(PressId)

MADE_UP = {
    "by a page, 128 bits in hex": "0123456789abcdef0123456789abcdef",
    "by the form of a visit": "phone-1-0-1795399200",
    "by the form of a visit in many years": "phone-9223372036854775807-999-4102444800",
    "with dashes, as other programs write such ids": "8f14e45f-ceea-467f-9b1b-5d9a1f3e6c2b",
    "by hand, the shortest": "p" * 8,
    "by hand, the longest": "p" * 64,
}
NO_IDS = ("", "p" * 7, "p" * 65, "a press id", "press-one\n", "herald/1/2026-11-23", "live.epoch")


@pytest.mark.parametrize("made_up", MADE_UP.values(), ids=MADE_UP.keys())
def test_whoever_presses_may_name_the_press(made_up: str) -> None:
    assert READ.validate_python(made_up) == made_up


@pytest.mark.parametrize("no_id", NO_IDS)
def test_what_names_no_press_is_turned_away(no_id: str) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(no_id)


def test_our_own_programs_name_each_press_anew() -> None:
    first, second = new_press_id(), new_press_id()
    assert first != second
    assert READ.validate_python(first) == first
    assert re.fullmatch(r"[0-9a-f]{32}", first)
