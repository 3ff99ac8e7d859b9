"""What the hall's voice says, written out so that no engine has to read a number or a code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from display.voice.numbers import Language, cardinal, digits

Style = Literal["digits", "cardinal"]
Announcement = Literal["opening", "intake_closing", "friday_break", "outage", "test"]
_NOON = 12
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


def call_sentence(
    prefix: str,
    number: int,
    desk: int,
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
    number_of_desk = cardinal(desk, language)
    target = _worded("target_at" if place else "target", language, place=place, desk=number_of_desk)
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
    hour: int = 13,
) -> Sentence:
    """A sentence for the whole hall, with `minutes` or the local `hour` if it names one."""
    words = {
        "minutes": cardinal(minutes, language),
        "time": _hour_words(hour, language),
    }
    return Sentence(_worded(kind, language, **words), language)


def _hour_words(hour: int, language: Language) -> str:
    if language == "id":
        return cardinal(hour, language)
    return f"{cardinal(hour % _NOON or _NOON, language)} {'a.m.' if hour < _NOON else 'p.m.'}"
