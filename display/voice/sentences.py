"""What the hall's voice says, written out so that no engine has to read a number or a code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from display.voice.numbers import Language, cardinal, digits
from models.mall.signs import parts_of

Style = Literal["digits", "cardinal"]
Announcement = Literal["opening", "intake_closing", "friday_break", "hall_break", "outage", "test"]
_NOON = time(12)
_TWO_FIGURES = 10
# The same hours as on the kiosk; before the first it is night yet.
_GREETINGS = ((3, "morning"), (11, "midday"), (15, "afternoon"), (18, "evening"))
_ROUND_WORDING = {1: "", 2: "second"}


@dataclass(frozen=True)
class Sentence:
    """One thing to say in one language, with every number already in words."""

    text: str
    language: Language


@cache
def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("display.voice").joinpath(name).read_text("utf-8"))


def _worded(key: str, language: Language, **words: str) -> str:
    text: str = _read("words.toml")["voice"][key][language]
    return text.format_map(words)


def pronunciations(language: Language) -> Mapping[str, str]:
    """The words, in lower case, that the engine must be given as phonemes."""
    phonemes: Mapping[str, str] = _read("pronunciation.toml")[language]
    return phonemes


def ticket_words(prefix: str, number: int, language: Language, *, style: Style = "digits") -> str:
    """A ticket's number as it is said: "A, nol empat tujuh", or "A, empat puluh tujuh".

    Digit by digit is what the paper shows (A-047) and survives noise best. Letters stay single
    capitals: espeak-ng gives those their Indonesian names (bé, cé, ha, ki, wé, zèt), and reads
    names that are spelt out with the wrong e.
    """
    said = digits(f"{number:03d}", language) if style == "digits" else cardinal(number, language)
    return ", ".join([*prefix.upper(), said])


def sign_words(sign: str, language: Language) -> str:
    """What a desk's sign says: "12" is "dua belas", "4K1" is "empat K satu".

    Letters stay single capitals, as in `ticket_words`. A number that is written with zeros before
    it is read digit by digit, or it would be heard as another.
    """
    return " ".join(
        " ".join(part)
        if part.isalpha()
        else digits(part, language)
        if part.startswith("0")
        else cardinal(int(part), language)
        for part in parts_of(sign)
    )


def call_sentence(
    prefix: str,
    number: int,
    desk: str,
    *,
    language: Language = "id",
    call_round: int = 1,
    style: Style = "digits",
    place: str = "",
    onward: bool = False,
    brief: bool = False,
) -> Sentence:
    """The invitation of one ticket to one desk.

    `call_round` 1 is the first call, 2 the second, 3 and above the last. `place` is said before
    the desk ("zona Mawar") where people sit in another zone. `onward` words the way to a second
    desk, `brief` says nothing but the number and the way.
    """
    ticket = ticket_words(prefix, number, language, style=style)
    sign = sign_words(desk, language)
    target = _worded("target_at" if place else "target", language, place=place, desk=sign)
    wording = "brief" if brief else "onward" if onward else "call"
    said = _worded(wording, language, ticket=ticket, target=target)
    repeated = _ROUND_WORDING.get(call_round, "last")
    return Sentence(_worded(repeated, language, call=said) if repeated else said, language)


def zone_words(name: str, language: Language) -> str:
    """A zone as it is said: "zona Mawar"; a name that says so itself is not told twice."""
    said = name.lower().split()
    return name if {"zona", "zone"} & set(said) else _worded("zone", language, name=name)


def announcement(
    kind: Announcement,
    *,
    language: Language = "id",
    minutes: int = 15,
    clock: time = _NOON,
) -> Sentence:
    """A sentence for the whole hall, with `minutes` or the local time if it names one.

    `clock` is the time that it tells, or for a greeting the time at which it is said.
    """
    words = {
        "minutes": cardinal(minutes, language),
        "time": time_words(clock, language),
        "greeting": _worded(_greeting(clock), language),
    }
    return Sentence(_worded(kind, language, **words), language)


def time_words(clock: time, language: Language) -> str:
    """A time as it is said: "tiga belas tiga puluh", "tiga belas lewat lima", "one thirty p.m."."""
    hour, minute = clock.hour, clock.minute
    if language == "id":
        said = cardinal(hour, language)
        between = " lewat" if 0 < minute < _TWO_FIGURES else ""
        return f"{said}{between} {cardinal(minute, language)}" if minute else said
    said = cardinal(hour % _NOON.hour or _NOON.hour, language)
    if minute:
        between = " oh" if minute < _TWO_FIGURES else ""
        said = f"{said}{between} {cardinal(minute, language)}"
    return f"{said} {'a.m.' if clock < _NOON else 'p.m.'}"


def _greeting(clock: time) -> str:
    """The greeting of the hour, from when on Indonesian takes another: pagi, siang, sore, malam."""
    for begins, name in reversed(_GREETINGS):
        if clock.hour >= begins:
            return name
    return _GREETINGS[-1][1]
