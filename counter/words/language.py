"""The words of every package: read from its words.toml, filled with facts, formatted by locale.

A package keeps its sentences in a file of its own, all languages of a sentence side by side:

    [desk.choice]
    title.id = "Pilih loket"
    title.en = "Choose a desk"

stands in counter/desk/words.toml and is asked for as `counter.desk.choice.title`. Packages share
the names below `counter`, so none may use a key of another. What is too long for a line stands in
triple quotes, with a backslash at the end of each line that goes on.

Which languages sentences have stands in LOCALES. A third one is a line there and a line beside each
sentence, `title.jv = "…"`; until the last is written, Balai names those that are missing instead
of starting. Then the catalogue's texts, the pages' switches, reports and the voice want to know it,
too: they name the two languages that they have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from counter.words.reading import read_words

ROOT = Path(__file__).resolve().parents[2]
LOCALES = {"id": "id_ID", "en": "en_GB"}
LANGUAGES = tuple(LOCALES)


class Language:
    """All sentences, by package and language, under keys such as `kiosk.home.page`."""

    def __init__(self, time_zone: str) -> None:
        """Read the words of all packages; instants in sentences are told in `time_zone`.

        Raises WordsWrong with the mistakes of all files.
        """
        self._zone = ZoneInfo(time_zone)
        self._words = read_words(ROOT, LANGUAGES)
        self._all = {
            language: dict(
                item for package in self._words for item in self.sentences(package, language)
            )
            for language in LANGUAGES
        }

    @property
    def packages(self) -> Collection[str]:
        """The packages that have words, such as `kiosk.phone`."""
        return self._words.keys()

    def words(self, package: str, language: str) -> Mapping[str, str]:
        """Return all sentences of `package` in `language`; KeyError for one that has none."""
        return self._words[package][language]

    def sentences(self, package: str, language: str) -> Iterator[tuple[str, str]]:
        """Yield all sentences of `package` with their keys in full, as pages ask for them."""
        top = package.partition(".")[0]
        for key, text in self.words(package, language).items():
            yield f"{top}.{key}", text

    def say(self, language: str, key: str, **facts: object) -> str:
        """Return the sentence `key` (in full: `kiosk.home.page`) with its facts filled in."""
        formatted = {name: self.formatted(language, fact) for name, fact in facts.items()}
        return self._all[language][key].format_map(formatted)

    def formatted(self, language: str, fact: object) -> object:
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

    def moment(self, language: str, at: datetime, now: datetime) -> str:
        """Return when something was: `09.41` today, else with its day, `23 Nov, 09.41`."""
        then, here = at.astimezone(self._zone), now.astimezone(self._zone)
        if then.date() == here.date():
            return self.clock(language, at)
        pattern = "d MMM" if then.year == here.year else "d MMM y"
        return f"{format_date(then, pattern, LOCALES[language])}, {self.clock(language, at)}"
