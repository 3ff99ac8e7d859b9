"""Promises of the whole house: what is worded, documented and named in one place, everywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from counter.words.language import LANGUAGES, ROOMS, Language
from counter.words.refusals import CODES
from models.core.errors import Refusal
from models.journal.events import KINDS

ROOT = Path(__file__).parent.parent
PACKAGES = ("counter", "display", "kiosk", "models", "printing")
language = Language("Asia/Jakarta")


def kinds_of(root: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in root.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def sources(*suffixes: str) -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in suffixes and "vendor" not in path.parts
    ]


REFUSALS = sorted({kind.code for kind in kinds_of(Refusal)} | {Refusal.code} | set(CODES.values()))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_a_sentence(code: str, lang: str) -> None:
    assert language.words("counter", lang)[f"refusals.{code}"].strip()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_every_event_says_what_happened(kind: type) -> None:
    assert (kind.__doc__ or "").endswith(".")
    assert not (kind.__doc__ or "").startswith(kind.__name__)


def sentences(room: str, lang: str) -> dict[str, str]:
    """The words of a room that are told; how a voice says one is each language's own affair."""
    return {
        key: sentence
        for key, sentence in language.words(room, lang).items()
        if not key.startswith("voice.pronounce.")
    }


@pytest.mark.parametrize("room", ROOMS)
def test_languages_say_the_same_things(room: str) -> None:
    first, *others = (sentences(room, lang) for lang in LANGUAGES)
    for other in others:
        assert set(first) == set(other)


@pytest.mark.parametrize("room", ROOMS)
def test_languages_fill_in_the_same_facts(room: str) -> None:
    def facts(sentence: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    first, *others = (sentences(room, lang) for lang in LANGUAGES)
    differing = [key for key in first for other in others if facts(first[key]) != facts(other[key])]
    assert differing == []


def test_indonesian_is_spelled_as_in_the_dictionary() -> None:
    wrong = re.compile(
        r"\b(antrian|silahkan|nomer|ijin|praktek|akte|kwitansi|resiko|jum'at|loket anda tutup)\b",
        re.IGNORECASE,
    )
    found = [
        (room, key, sentence)
        for room in ROOMS
        for key, sentence in language.words(room, "id").items()
        if wrong.search(sentence)
    ]
    assert found == []


def test_every_sentence_that_a_template_asks_for_is_there() -> None:
    known = {f"{room}.{key}" for room in ROOMS for key in language.words(room, "id")}
    asked = re.compile(r"""\bt\(\s*["']((?:counter|kiosk|display|printing)\.[\w.]+)["']\s*[,)]""")
    missing = [
        (path.relative_to(ROOT).as_posix(), key)
        for path in sources(".html", ".js")
        for key in asked.findall(path.read_text(encoding="utf-8"))
        if key not in known
    ]
    assert missing == []


def test_every_module_says_what_its_room_is_for() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in sources(".py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_only_the_clock_asks_for_the_time() -> None:
    asking = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today)\(")
    askers = [
        path.relative_to(ROOT).as_posix()
        for path in sources(".py")
        if asking.search(path.read_text(encoding="utf-8"))
    ]
    assert askers in ([], ["models/core/clock.py"])


def test_pages_load_nothing_from_elsewhere() -> None:
    outside = re.compile(r"""(?:src|href|url|import|from)\s*[=(]?\s*["'(]?https?://""")
    loading = [
        path.relative_to(ROOT).as_posix()
        for path in sources(".html", ".js", ".css")
        if outside.search(path.read_text(encoding="utf-8"))
    ]
    assert loading == []


def test_each_file_is_small_enough_to_read() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in sources(".py", ".js")
        if (count := path.read_text(encoding="utf-8").count("\n")) > 300
        and "migrations" not in path.parts
    }
    assert long == {}
