"""Numbers and sentences as the hall hears them."""

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.voice.numbers import Language, cardinal, digits
from display.voice.sentences import announcement, call_sentence, ticket_words, time_words

INDONESIAN = {
    0: "nol",
    8: "delapan",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    19: "sembilan belas",
    20: "dua puluh",
    21: "dua puluh satu",
    99: "sembilan puluh sembilan",
    100: "seratus",
    101: "seratus satu",
    110: "seratus sepuluh",
    111: "seratus sebelas",
    115: "seratus lima belas",
    120: "seratus dua puluh",
    200: "dua ratus",
    211: "dua ratus sebelas",
    345: "tiga ratus empat puluh lima",
    1000: "seribu",
    1100: "seribu seratus",
    2000: "dua ribu",
    11_000: "sebelas ribu",
    100_000: "seratus ribu",
}
ENGLISH = {
    0: "zero",
    12: "twelve",
    40: "forty",
    47: "forty-seven",
    100: "one hundred",
    101: "one hundred and one",
    345: "three hundred and forty-five",
    1100: "one thousand one hundred",
    2001: "two thousand and one",
}
# Read back by another road than the one that wrote them: a sum of words, not a split of figures.
UNITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
VALUES = {word: value for value, word in enumerate((*UNITS, "sepuluh", "sebelas"))}
SCALES = {"puluh": 10, "ratus": 100, "ribu": 1000}


def read_back(words: str) -> int:
    total = group = unit = 0
    for word in words.replace("seratus", "satu ratus").replace("seribu", "satu ribu").split():
        if word == "belas":
            unit += 10
        elif word == "ribu":
            total, group, unit = total + (group + unit) * 1000, 0, 0
        elif word in SCALES:
            group, unit = group + unit * SCALES[word], 0
        else:
            unit = VALUES[word]
    return total + group + unit


@pytest.mark.parametrize(("number", "words"), INDONESIAN.items())
def test_indonesian_numbers_are_read_as_people_say_them(number: int, words: str) -> None:
    assert cardinal(number, "id") == words


@pytest.mark.parametrize(("number", "words"), ENGLISH.items())
def test_english_numbers_are_read_as_people_say_them(number: int, words: str) -> None:
    assert cardinal(number, "en") == words


@given(st.integers(0, 999_999))
def test_every_indonesian_number_can_be_understood_again(number: int) -> None:
    words = cardinal(number, "id")
    assert read_back(words) == number
    assert not {("satu", "puluh"), ("satu", "ratus"), ("satu", "belas")} & set(
        pairwise(words.split())
    )


@given(st.sampled_from(["id", "en"]), st.sets(st.integers(0, 999_999), min_size=2, max_size=2))
def test_no_two_numbers_sound_alike(language: Language, numbers: set[int]) -> None:
    one, other = numbers
    assert cardinal(one, language) != cardinal(other, language)


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_number_that_no_hall_calls_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no hall calls"):
        cardinal(number, "id")


@given(st.integers(0, 999))
def test_digits_are_said_one_by_one_and_zero_is_nol(number: int) -> None:
    words = digits(f"{number:03d}", "id").split()
    assert [VALUES[word] for word in words] == [int(figure) for figure in f"{number:03d}"]
    assert "kosong" not in words


def test_call_names_letter_digits_and_desk() -> None:
    said = call_sentence("A", 47, "3")
    assert said.language == "id"
    assert said.text == "Nomor antrean A, nol empat tujuh, silakan menuju loket tiga."


def test_two_letters_are_said_one_after_the_other() -> None:
    assert call_sentence("AA", 7, "3").text.startswith("Nomor antrean A, A, nol nol tujuh,")
    assert call_sentence("AA", 7, "3", language="en").text.startswith("Number A, A, zero zero")


def test_a_sign_with_letters_is_said_as_it_stands() -> None:
    said = call_sentence("A", 47, "4K1").text
    assert said == "Nomor antrean A, nol empat tujuh, silakan menuju loket empat K satu."
    assert call_sentence("A", 47, "B12").text.endswith("loket B dua belas.")
    assert call_sentence("A", 47, "2A", language="en").text.endswith("desk two A.")
    assert call_sentence("A", 47, "01").text.endswith("loket nol satu.")


def test_second_and_last_call_say_so_first() -> None:
    first = call_sentence("A", 47, "3").text
    assert call_sentence("A", 47, "3", call_round=2).text == f"Panggilan kedua. {first}"
    assert call_sentence("A", 47, "3", call_round=3).text == f"Panggilan terakhir. {first}"
    assert call_sentence("A", 47, "3", call_round=4).text == f"Panggilan terakhir. {first}"


def test_english_call() -> None:
    said = call_sentence("A", 22, "12", language="en", call_round=3).text
    assert said == "Last call. Number A, zero two two, please proceed to desk twelve."


def test_place_is_said_before_the_desk() -> None:
    said = call_sentence("K", 7, "7", place="lantai dua").text
    assert said == "Nomor antrean K, nol nol tujuh, silakan menuju lantai dua, loket tujuh."


def test_way_to_the_next_desk_has_its_own_words() -> None:
    said = call_sentence("A", 22, "7", onward=True).text
    assert said == "Nomor antrean A, nol dua dua, silakan melanjutkan ke loket tujuh."


def test_cardinal_style_reads_the_number_as_one() -> None:
    assert ticket_words("A", 22, "id", style="cardinal") == "A, dua puluh dua"
    assert ticket_words("A", 101, "id", style="cardinal") == "A, seratus satu"


def test_prefix_of_two_letters_is_spelt() -> None:
    assert ticket_words("kb", 7, "id") == "K, B, nol nol tujuh"


def test_announcements_for_the_whole_hall() -> None:
    morning = announcement("opening", clock=time(8)).text
    assert morning.startswith("Selamat pagi. Pelayanan dimulai.")
    assert announcement("intake_closing", minutes=15).text == (
        "Perhatian. Pengambilan nomor antrean ditutup lima belas menit lagi."
    )
    one = time(13)
    assert announcement("friday_break", clock=one).text.endswith("dibuka kembali pukul tiga belas.")
    assert announcement("friday_break", clock=one, language="en").text.endswith("at one p.m.")
    assert "tetap berlaku" in announcement("outage").text


@pytest.mark.parametrize(
    ("clock", "indonesian", "english"),
    [
        (time(13, 30), "tiga belas tiga puluh", "one thirty p.m."),
        (time(13, 5), "tiga belas lewat lima", "one oh five p.m."),
        (time(8), "delapan", "eight a.m."),
        (time(0, 45), "nol empat puluh lima", "twelve forty-five a.m."),
        (time(12, 10), "dua belas sepuluh", "twelve ten p.m."),
    ],
)
def test_a_time_is_said_with_its_minutes(clock: time, indonesian: str, english: str) -> None:
    assert (time_words(clock, "id"), time_words(clock, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(2, "malam"), (3, "pagi"), (10, "pagi"), (11, "siang"), (15, "sore"), (18, "malam")],
)
def test_the_opening_wishes_what_the_hour_asks_for(hour: int, greeting: str) -> None:
    said = announcement("opening", clock=time(hour)).text
    assert said.startswith(f"Selamat {greeting}. Pelayanan dimulai.")
