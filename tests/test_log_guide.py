"""The guide for trouble knows what the program writes into its log, and nothing it never writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "gangguan.md").read_text(encoding="utf-8")
PACKAGES = ("counter", "display", "kiosk", "models", "printing")
SPOKEN = {"warning", "error", "exception", "critical"}

# What stands in no row of the guide, and why.
NOT_IN_THE_GUIDE = {
    "%s": "why a child did not help, in a sentence of its own",
    "an act of the demo failed": "no hall plays the demo",
    "the database %s is back, the same as before: the hall goes on": "good news",
    "the heart beats again": "good news",
    "the disk of %s has space again": "good news",
}
# The agent is another program on another machine, with a guide and a log of its own.
ELSEWHERE = "printing/agent"


def pieces(sentence: str) -> list[str]:
    """The words of a sentence between what changes from one time to another."""
    cut = re.split(r"%[srd]|…", sentence)
    return [one.strip(" :;") for one in cut if one.strip(" :;")]


def within(fragment: str, sentence: str) -> bool:
    """Whether all words of the fragment stand in the sentence, in their order."""
    found = 0
    for one in pieces(fragment):
        found = sentence.find(one, found)
        if found < 0:
            return False
        found += len(one)
    return bool(pieces(fragment))


def same(fragment: str, sentence: str) -> bool:
    """Whether somebody who sees the sentence in the log finds it in the guide."""
    return within(fragment, sentence) or within(sentence, fragment)


FIRST_COLUMN = re.findall(r"^\| (.*?) \|", GUIDE.split("## Di server")[1], re.MULTILINE)
FRAGMENTS = [one for row in FIRST_COLUMN for one in re.findall("`([^`]+)`", row)]
FRAGMENTS += re.findall(r"log: `([^`]+)`", GUIDE)


def trees() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if ELSEWHERE not in path.as_posix():
                yield ast.parse(path.read_text(encoding="utf-8"))


def said(tree: ast.Module) -> Iterator[str]:
    """The sentences for the log, also those that are chosen from a table."""
    tables = {
        target.id: [text for one in ast.walk(node) if (text := text_of(one))]
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in SPOKEN
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
        ):
            continue
        sentence = node.args[0]
        if isinstance(sentence, ast.Subscript) and isinstance(sentence.value, ast.Name):
            yield from tables[sentence.value.id]
        else:
            text = text_of(sentence)
            assert text, ast.unparse(node)
            yield text


def text_of(node: ast.AST) -> str | None:
    text = node.value if isinstance(node, ast.Constant) else None
    return text if isinstance(text, str) else None


SENTENCES = sorted({sentence for tree in trees() for sentence in said(tree)})


def test_what_the_log_says_is_in_the_guide() -> None:
    missing = {
        sentence
        for sentence in SENTENCES
        if not any(same(fragment, sentence) for fragment in FRAGMENTS)
    }
    assert missing == NOT_IN_THE_GUIDE.keys()


def test_nothing_is_in_the_guide_that_is_said_no_more() -> None:
    assert NOT_IN_THE_GUIDE.keys() <= set(SENTENCES)
    written = [
        "".join(text_of(one) or "…" for one in node.values)
        if isinstance(node, ast.JoinedStr)
        else text_of(node) or ""
        for tree in trees()
        for node in ast.walk(tree)
    ]
    gone = [
        fragment
        for fragment in FRAGMENTS
        if not any(within(fragment, text) for text in written)
        and not any(same(fragment, sentence) for sentence in SENTENCES)
    ]
    assert gone == []
