"""Promises of the whole house: what is worded, documented and named in one place, everywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter.refusals.answers import CODES
from counter.words.language import LANGUAGES, Language
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
    assert language.words("counter.refusals", lang)[f"refusals.{code}"].strip()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_every_event_says_what_happened(kind: type) -> None:
    assert (kind.__doc__ or "").endswith(".")
    assert not (kind.__doc__ or "").startswith(kind.__name__)


def test_indonesian_is_spelled_as_in_the_dictionary() -> None:
    wrong = re.compile(
        r"\b(antrian|silahkan|nomer|ijin|praktek|akte|kwitansi|resiko|jum'at|loket anda tutup)\b",
        re.IGNORECASE,
    )
    found = [
        (key, sentence)
        for package in language.packages
        for key, sentence in language.sentences(package, "id")
        if wrong.search(sentence)
    ]
    assert found == []


def test_every_sentence_that_a_template_asks_for_is_there() -> None:
    known = {key for package in language.packages for key, _ in language.sentences(package, "id")}
    asked = re.compile(r"""\bt\(\s*["']((?:counter|kiosk|display|printing)\.[\w.]+)["']\s*[,)]""")
    missing = [
        (path.relative_to(ROOT).as_posix(), key)
        for path in sources(".html", ".js")
        for key in asked.findall(path.read_text(encoding="utf-8"))
        if key not in known
    ]
    assert missing == []


def test_a_page_is_sent_the_words_of_its_own_package() -> None:
    sent = re.compile(r"""\bwords_for\(["']([\w.]+)["']\)""")
    pages = {
        path: found[1]
        for path in sources(".html")
        if (found := sent.search(path.read_text(encoding="utf-8")))
    }
    assert pages
    assert {path: ".".join(path.parts[-3:-1]) for path in pages} == pages


def test_scripts_ask_only_for_words_that_their_page_is_sent() -> None:
    # A key in full, or its beginning where the rest is filled in.
    asked = re.compile(r"""["'`]((?:counter|kiosk|display|printing)\.[\w.]+)(["'`]|\$\{)""")
    missing = []
    for path in sources(".js"):
        package = ".".join(path.parts[-3:-1])
        sent = dict(language.sentences(package, "id")) if package in language.packages else {}
        for key, end in asked.findall(path.read_text(encoding="utf-8")):
            there = key in sent if end != "${" else any(one.startswith(key) for one in sent)
            if not there:
                missing.append((path.relative_to(ROOT).as_posix(), key))
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
