"""The words of every package: each mistake in a file is refused, with file and key."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from counter.words.language import LANGUAGES, ROOT
from counter.words.reading import HOMES, TOPS, WordsWrong, read_words

SOUND = """
[lamp]
on.id = "Lampu {name} menyala"
on.en = "The lamp {name} is on"
"""


def write(root: Path, package: str, text: str) -> None:
    folder = root / package.replace(".", "/")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.toml").write_text(text, encoding="utf-8")


def test_each_package_is_read_in_every_language(tmp_path: Path) -> None:
    write(tmp_path, "kiosk.touch", SOUND)
    write(tmp_path, "kiosk.phone", 'bell.id = "Bel"\nbell.en = """\\\n  The \\\n  bell"""\n')
    assert read_words(tmp_path, LANGUAGES) == {
        "kiosk.phone": {"id": {"bell": "Bel"}, "en": {"bell": "The bell"}},
        "kiosk.touch": {
            "id": {"lamp.on": "Lampu {name} menyala"},
            "en": {"lamp.on": "The lamp {name} is on"},
        },
    }


def test_a_folder_without_its_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, "kiosk.touch", SOUND)
    (tmp_path / "kiosk" / "phone").mkdir()
    with pytest.raises(WordsWrong, match=r"kiosk/phone/words.toml is missing"):
        read_words(tmp_path, LANGUAGES)


def test_every_folder_with_words_is_known_by_name() -> None:
    files = (path for top in TOPS for path in (ROOT / top).glob("*/words.toml"))
    assert {path.parent.relative_to(ROOT).as_posix() for path in files} == set(HOMES)


@pytest.mark.parametrize("fact", ["0.__class__", "x!q", "x!r", "x[0]", "0", "", "x:>9", "x.real"])
def test_only_the_plain_name_of_a_fact_stands_in_braces(tmp_path: Path, fact: str) -> None:
    write(tmp_path, "kiosk.touch", f'on.id = "Lampu {{{fact}}}"\non.en = "Lamp {{{fact}}}"')
    with pytest.raises(WordsWrong, match=r"on: cannot be filled in id: "):
        read_words(tmp_path, LANGUAGES)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('off.id = "Padam"', "lamp.off: is missing in en."),
        ('off.id = "a"\noff.en = "b"\noff.jv = "c"', 'lamp.off: "jv" is not one of id, en.'),
        ('off = "Padam"', "lamp.off: stands in no language."),
        ('off.id = 3\noff.en = "Off"', "lamp.off: is no text in id."),
        (
            'off.id = "{name} {at}"\noff.en = "{name} {when}"',
            "lamp.off: fills in different facts: {at, name} in id, {name, when} in en.",
        ),
        (
            'off.id = "{name"\noff.en = "{name}"',
            "lamp.off: cannot be filled in id: expected '}' before end of string.",
        ),
        (
            'off.id = """Pa\ndam"""\noff.en = "Off"',
            "lamp.off: breaks its line in id, which takes a \\ at the end.",
        ),
    ],
)
def test_a_sentence_that_languages_do_not_share_is_refused(
    tmp_path: Path, line: str, why: str
) -> None:
    write(tmp_path, "kiosk.touch", f"{SOUND}{line}\n")
    with pytest.raises(WordsWrong) as refused:
        read_words(tmp_path, LANGUAGES)
    assert str(refused.value) == f"kiosk/touch/words.toml: {why}"


def test_a_key_of_another_package_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "kiosk.phone", SOUND)
    write(tmp_path, "kiosk.touch", SOUND)
    write(tmp_path, "display.wall", SOUND)
    with pytest.raises(WordsWrong) as refused:
        read_words(tmp_path, LANGUAGES)
    why = "lamp.on: stands in kiosk/phone/words.toml already."
    assert str(refused.value) == f"kiosk/touch/words.toml: {why}"


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "display.wall", 'on.id = "Menyala\n')
    with pytest.raises(WordsWrong, match=r"^display/wall/words\.toml: .*line 1"):
        read_words(tmp_path, LANGUAGES)


def test_a_third_language_is_told_what_it_still_has_to_say() -> None:
    with pytest.raises(WordsWrong) as refused:
        read_words(ROOT, (*LANGUAGES, "jv"))
    lacking = str(refused.value).splitlines()
    assert "counter/desk/words.toml: desk.act.finish: is missing in jv." in lacking
    assert all(line.endswith(": is missing in jv.") for line in lacking)
    words = read_words(ROOT, LANGUAGES)
    assert len(lacking) == sum(len(book["id"]) for book in words.values())


@pytest.mark.slow
def test_balai_does_not_start_with_a_sentence_in_one_language(tmp_path: Path) -> None:
    unserved = shutil.ignore_patterns("static", "templates", "__pycache__")
    for package in (*TOPS, "models"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=unserved)
    with (tmp_path / "counter/desk/words.toml").open("a", encoding="utf-8") as file:
        file.write('\n[desk.last]\nalone.id = "Sendiri"\n')
    why = "desk.last.alone: is missing in en."
    data = tmp_path / "data"
    for command in (["check"], ["run", "--port", "0", "--data-dir", str(data)]):
        refused = subprocess.run(  # noqa: S603 — our own program.
            [sys.executable, "-m", "counter", *command, "--config", str(ROOT / "config.toml")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert refused.returncode == 1
        assert refused.stderr == f"Error: counter/desk/words.toml: {why}\n"
    # A version that cannot open has not moved the database on, so the one before it still can.
    assert not (data / "balai.db").exists()
