"""How much is said of a call while others wait for the loudspeaker."""

import pytest

from display.voice.pace import CROWD, Pace, pace_of
from display.voice.sentences import call_sentence, zone_words


@pytest.mark.parametrize(
    ("waiting", "pace"),
    [
        (1, Pace(times=None, brief=False)),
        (CROWD - 1, Pace(times=None, brief=False)),
        (CROWD, Pace(times=1, brief=True)),
        (40, Pace(times=1, brief=True)),
    ],
)
def test_from_a_crowd_on_a_call_is_said_once_and_in_few_words(waiting: int, pace: Pace) -> None:
    assert pace_of(waiting) == pace


def test_few_words_name_the_number_the_round_and_the_way() -> None:
    said = call_sentence("A", 47, "3", brief=True)
    assert said.text == "Nomor A, nol empat tujuh, loket tiga."
    again = call_sentence("A", 47, "3", brief=True, call_round=2, place=zone_words("Mawar", "id"))
    assert again.text == "Panggilan kedua. Nomor A, nol empat tujuh, zona Mawar, loket tiga."
    english = call_sentence("A", 47, "3", brief=True, language="en")
    assert english.text == "Number A, zero four seven, desk three."


def test_a_zone_that_says_so_itself_is_not_called_a_zone_twice() -> None:
    assert zone_words("Zona 1", "id") == "Zona 1"
    assert zone_words("Mawar", "en") == "Mawar zone"
