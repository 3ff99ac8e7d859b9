"""What is wrong in a file that people write: every problem at once, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from typing_extensions import override


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: `config.toml:41: desks[3].zone: there is no zone "melatti"`."""

    file: Path
    line: int  # counted from 1
    path: str  # the key as in `desks[3].zone`; empty when the file as a whole is meant
    message: str

    @override
    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ConfigError(Exception):
    """Files that Balai refuses to start with; `problems` are sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def unknown(kind: str, name: str, known: Sequence[str]) -> str:
    """Say that there is no `kind` called `name`, and which of `known` may have been meant."""
    sentence = f'there is no {kind} "{name}"'
    meant = get_close_matches(name, known, n=1)
    return f'{sentence} (did you mean "{meant[0]}"?)' if meant else sentence
