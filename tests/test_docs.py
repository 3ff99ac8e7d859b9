"""The documents stay true: what they tell people to type, press and write exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import tomlkit

from counter.cli.main import balai
from counter.desk.acts import ACTS
from counter.desk.buttons import NOTE_KEY, OUTCOME_KEYS
from counter.files.config import load_config
from counter.files.settings import Settings
from counter.words.language import Language

ROOT = Path(__file__).parent.parent
DOCS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "catalogue" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
OPERATOR = ROOT / "docs" / "panduan-operator.md"
INSTALLATION = ROOT / "docs" / "pemasangan.md"
in_every_document = pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of `language` in a document."""
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def command_lines(path: Path) -> list[list[str]]:
    """What follows `python -m counter` wherever a document says it."""
    said = re.findall(r"python -m counter ([^\n`']+)", path.read_text(encoding="utf-8"))
    return [shlex.split(line.replace("$(date +%%F)", "today")) for line in said]


def require_command(words: list[str]) -> None:
    """Fail unless `words` are a command of the program with options that it has."""
    command: click.Command = balai
    options = {"--help"}
    for word in words:
        if isinstance(command, click.Group) and not word.startswith("-"):
            assert word in command.commands, f"no command {word} in {words}"
            command = command.commands[word]
        elif word.startswith("--"):
            options |= {name for one in command.params for name in one.opts}
            assert word in options, f"{command.name} has no {word}"


@in_every_document
def test_every_command_exists(path: Path) -> None:
    for words in command_lines(path):
        require_command(words)


def test_the_guide_names_the_other_commands_by_their_names() -> None:
    text = INSTALLATION.read_text(encoding="utf-8")
    named = re.findall(r"`((?:user|device|db|catalogue) \w+)`", text)
    assert named
    for words in named:
        require_command(words.split())


@in_every_document
def test_every_make_target_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w[\w-]*):", makefile, re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    asked = set(re.findall(r"^(?:sudo )?make (\w[\w-]*)", text, re.MULTILINE))
    asked |= set(re.findall(r"`(?:sudo )?make (\w[\w-]*)`", text))
    assert asked - targets == set()


@in_every_document
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith(("http:", "https:"))]
    assert [link for link in local if not (path.parent / link).exists()] == []


@in_every_document
def test_every_section_of_the_settings_exists(path: Path) -> None:
    named = re.findall(r"`\[+([a-z_.]+)\]+`", path.read_text(encoding="utf-8"))
    known = set(Settings.model_fields)
    assert {name.split(".")[0] for name in named} - known == set()


def test_the_settings_of_the_installation_guide_are_accepted(tmp_path: Path) -> None:
    settings: dict[str, Any] = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    shown = [tomllib.loads(block) for block in blocks(INSTALLATION, "toml")]
    assert shown
    for block in shown:
        for name, section in block.items():
            whole = isinstance(section, list)
            settings[name] = section if whole else settings[name] | section
    settings["server"]["catalogue_dir"] = str(ROOT / "catalogue")
    path = tmp_path / "config.toml"
    path.write_text(tomlkit.dumps(settings), encoding="utf-8")
    assert load_config(path).mall.example is False


def test_the_operators_guide_knows_every_key_of_the_desk() -> None:
    keys = {act.button.key: name.replace("-", "_") for name, act in ACTS.items() if act.button.key}
    guide = OPERATOR.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\S+) \| (.+?) \|", guide, re.MULTILINE))
    words = Language("Asia/Jakarta").words("counter.desk", "id")
    for key, name in keys.items():
        assert rows[key] == words[f"desk.act.{name}"]
    for outcome, key in OUTCOME_KEYS.items():
        assert rows[key] == words[f"desk.outcome.{outcome}"]
    assert rows[NOTE_KEY] == words["desk.result.note"]


def test_the_changelog_and_the_package_name_the_same_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+) – \d{4}-\d{2}-\d{2}$", changes, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert released[0] == project["version"]


@in_every_document
def test_every_command_says_how_it_is_called(path: Path) -> None:
    named = re.findall(r"`(counter [a-z][^`]*)`", path.read_text(encoding="utf-8"))
    assert named == [], "say `python -m counter …`"
