"""On which line each key of a TOML file stands: the standard library's reader does not say."""

from __future__ import annotations

import re
import tomllib
from collections import Counter

KeyPath = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_BLANK = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE_VALUE = re.compile(r"[^,\]}\n#]+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class _Scanner:
    """Walks once over a text that `tomllib` has already found to be sound."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.arrays: Counter[KeyPath] = Counter()

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_SPACE)
        return self.lines

    def header(self) -> KeyPath:
        many = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if many else 1
        *parents, last = self.key()
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        table: KeyPath = ()
        for part in parents:
            table = self.newest((*table, part))
        table = (*table, last)
        self.mark(table, start)
        if many:
            self.arrays[table] += 1
            table = self.newest(table)
            self.mark(table, start)
        return table

    def newest(self, path: KeyPath) -> KeyPath:
        """A header below an array of tables belongs to the array's last table."""
        return (*path, self.arrays[path] - 1) if path in self.arrays else path

    def key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self.skip(_BLANK)
            quoted = _STRING.match(self.text, self.at)
            match = quoted or _BARE_KEY.match(self.text, self.at)
            if match is None:
                raise ValueError(f"no key at {self.at}")
            found = match.group()
            parts.append(tomllib.loads(f"x = {found}")["x"] if quoted else found)
            self.at = match.end()
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def pair(self, table: KeyPath) -> None:
        start = self.at
        path = table
        for part in self.key():
            path = (*path, part)
            self.mark(path, start)
        self.at = self.text.index("=", self.at) + 1
        self.skip(_BLANK)
        self.value(path)

    def value(self, path: KeyPath) -> None:
        self.mark(path, self.at)
        opening = self.text[self.at]
        if opening in "[{":
            self.members(path, "]" if opening == "[" else "}")
            return
        match = _STRING.match(self.text, self.at) or _BARE_VALUE.match(self.text, self.at)
        if match is None:
            raise ValueError(f"no value at {self.at}")
        self.at = match.end()

    def members(self, path: KeyPath, closing: str) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_SPACE)
            if self.text[self.at] == closing:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "]":
                self.value((*path, index))
                index += 1
            else:
                self.pair(path)

    def mark(self, path: KeyPath, at: int) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, at) + 1)

    def skip(self, what: re.Pattern[str]) -> None:
        if match := what.match(self.text, self.at):
            self.at = match.end()


def lines_of(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, of every key, table and array member in sound TOML."""
    return _Scanner(text).scan()


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """Return the line of `path`, or of the nearest table around it when it is missing."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def spelled(path: KeyPath) -> str:
    """Write a key path as people do: `desks[3].zone`, counted from 0 as programmers do."""
    said = ""
    for part in path:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else part
    return said
