"""Reads the words of every package, and refuses what one language says and another does not.

A file holds tables of sentences, and a sentence holds a text for each language. Nothing compares
languages afterwards: what was read has every sentence in each of them, with the same facts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

# The first word of every key; their packages hold the files.
TOPS = ("counter", "kiosk", "display", "printing")

# The folders that must have a file. One that lacks it would be found out only by its reader.
HOMES = (
    *("counter/desk", "counter/door", "counter/leaders", "counter/refusals"),
    *("display/voice", "display/wall", "kiosk/phone", "kiosk/touch"),
    *("printing/papers", "printing/reports"),
)

Words = dict[str, dict[str, dict[str, str]]]
"""package → language → key → text."""


class WordsWrong(Exception):
    """Words that Balai refuses to start with: one sentence for each mistake, with file and key."""


@cache
def read_words(root: Path, languages: tuple[str, ...]) -> Words:
    """Return the words of every package below `root`, such as `counter.desk`, in all `languages`.

    A process reads them once. Raises WordsWrong with the mistakes of all files.
    """
    found: dict[str, dict[str, Any]] = {}
    mistakes = [
        f"{home}/words.toml is missing: put it back from the package of this version."
        for home in HOMES
        if (root / home).is_dir() and not (root / home / "words.toml").is_file()
    ]
    for top in TOPS:
        homes: dict[str, str] = {}
        for path in sorted((root / top).glob("*/words.toml")):
            file = path.relative_to(root).as_posix()
            sentences = dict(_sentences(_read(path, file)))
            for key, sentence in sentences.items():
                home = homes.setdefault(key, file)
                wrong = [f"stands in {home} already"] if home != file else []
                wrong += _mistakes(sentence, languages)
                mistakes += [f"{file}: {key}: {each}." for each in wrong]
            found[f"{top}.{path.parent.name}"] = sentences
    if mistakes:
        raise WordsWrong("\n".join(mistakes))
    return {
        package: {
            language: {key: sentence[language] for key, sentence in sentences.items()}
            for language in languages
        }
        for package, sentences in found.items()
    }


def _read(path: Path, file: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise WordsWrong(f"{file}: {error}.") from error


def _sentences(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every sentence with its key; a sentence is what holds no table."""
    for name, value in table.items():
        if isinstance(value, dict) and any(isinstance(one, dict) for one in value.values()):
            yield from _sentences(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _mistakes(sentence: Any, languages: Sequence[str]) -> list[str]:
    if not isinstance(sentence, dict):
        return ["stands in no language"]
    unknown = sorted(sentence.keys() - languages)
    wrong = [f'"{one}" is not one of {", ".join(languages)}' for one in unknown]
    wrong += [f"is missing in {one}" for one in languages if one not in sentence]
    facts = {}
    for language, text in sentence.items():
        if not isinstance(text, str):
            wrong.append(f"is no text in {language}")
        elif "\n" in text:
            wrong.append(f"breaks its line in {language}, which takes a \\ at the end")
        else:
            try:
                facts[language] = _facts(text)
            except ValueError as error:
                wrong.append(f"cannot be filled in {language}: {error}")
    if len(set(facts.values())) > 1:
        filled = (f"{{{', '.join(sorted(names))}}} in {one}" for one, names in facts.items())
        wrong.append(f"fills in different facts: {', '.join(filled)}")
    return wrong


def _facts(text: str) -> frozenset[str]:
    """Return the names in braces; ValueError where a brace stands alone."""
    if "{" not in text and "}" not in text:
        return frozenset()
    names: set[str] = set()
    for _, name, written_as, changed in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or written_as or changed:
            # {0.__class__} and {x!q} would fail, or tell what is no fact, only when it is said.
            raise ValueError("braces hold the plain name of a fact, such as {number}")
        names.add(name)
    return frozenset(names)
