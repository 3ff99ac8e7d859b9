"""The words of every room: read from its language files, filled with facts, formatted by locale."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("counter", "kiosk", "display", "printing")
LANGUAGES = ("id", "en")
LOCALES = {"id": "id_ID", "en": "en_GB"}


class Language:
    """All sentences of the house, by room and language, under flat keys such as `home.title`."""

    def __init__(self, time_zone: str) -> None:
        """Read every language file; instants in sentences are told in `time_zone`."""
        self._zone = ZoneInfo(time_zone)
        self._words = {
            (room, language): _flat(_read(room, language))
            for room in ROOMS
            for language in LANGUAGES
        }

    def words(self, room: str, language: str) -> Mapping[str, str]:
        """Return all sentences of `room` in `language`; KeyError for a room that has none."""
        return self._words[room, language]

    def say(self, language: str, key: str, **facts: object) -> str:
        """Return the sentence `key` (room first: `kiosk.home.title`) with its facts filled in."""
        room, _, rest = key.partition(".")
        told = {name: self.told(language, fact) for name, fact in facts.items()}
        return self._words[room, language][rest].format_map(told)

    def told(self, language: str, fact: object) -> object:
        """Return a fact as a sentence tells it: an instant as weekday, date and time."""
        if isinstance(fact, datetime):
            return f"{self.day(language, fact)}, {self.clock(language, fact)}"
        if isinstance(fact, list | tuple):
            return ", ".join(str(one) for one in fact)
        return "–" if fact is None else fact

    def day(self, language: str, at: datetime) -> str:
        """Return the local day of an instant: `Rabu, 25 November 2026`."""
        return format_date(at.astimezone(self._zone), "EEEE, d MMMM y", LOCALES[language])

    def clock(self, language: str, at: datetime) -> str:
        """Return the local time of an instant: `09.41`, in English `09:41`."""
        pattern = "HH.mm" if language == "id" else "HH:mm"
        return format_time(at.astimezone(self._zone), pattern, locale=LOCALES[language])


def _read(room: str, language: str) -> dict[str, Any]:
    path = HOUSE / room / "language" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
