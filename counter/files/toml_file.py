"""Reads a TOML file into checked, frozen values and gathers all that is wrong on the way."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from counter.files.problems import Problem
from counter.files.spellings import CODE, OPTIONAL_TEXT, RIGHT, TEXT, shown
from counter.files.toml_lines import KeyPath, line_of, lines_of, spelled

T = TypeVar("T")

Text = Annotated[str, StringConstraints(pattern=TEXT)]
OptionalText = Annotated[str, StringConstraints(pattern=OPTIONAL_TEXT)]
Code = Annotated[str, StringConstraints(pattern=CODE, max_length=40)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]


def _address(value: str) -> str:
    try:
        return str(ip_address(value)) if value else ""
    except ValueError:
        raise ValueError("must be an IP address such as 127.0.0.1, or empty") from None


OptionalAddress = Annotated[str, AfterValidator(_address)]

_MARK = "\ufeff"  # Unseen at the beginning of a file, it says how its letters are written.
_DIGITS = re.compile(r"[0-9_]{4000,}")
_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": 'there is no setting "{key}"',
    "value_error": "{error}",
    "too_short": "must not be empty",
    "string_pattern_mismatch": "must be {right}, not {given}",
    "string_too_long": "must have {max_length} characters or fewer, not {given}",
    "literal_error": "must be {expected}, not {given}",
    "greater_than_equal": "must be {ge} or more, not {given}",
    "less_than_equal": "must be {le} or less, not {given}",
    "int_type": "must be a whole number, not {given}",
    "bool_type": "must be true or false, not {given}",
    "string_type": "must be a text in quotation marks, not {given}",
    "date_type": "must be a day such as 2026-12-25, not {given}",
    "time_type": "must be a time such as 08:00:00, not {given}",
    "tuple_type": "must be a list in square brackets, not {given}",
    "model_type": "must be a table, not {given}",
}


class Frozen(BaseModel):
    """A value read from a file: no unknown keys, no guessed types, nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TomlFile:
    """One file: what it says, where it says so, and the problems found in it so far.

    A file that cannot be read, or is not TOML, has one problem and says nothing (`raw` is empty).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raw: dict[str, object] = {}
        self.problems: list[Problem] = []
        self._lines: dict[KeyPath, int] = {}
        text = ""
        try:
            text = path.read_text(encoding="utf-8-sig")  # Some editors put a mark at the beginning.
            if text.startswith(_MARK):
                self._broken(1, "begins with two invisible marks (BOM); save it as UTF-8 without")
                return
            self.raw = tomllib.loads(text)
            self._lines = lines_of(text)
        except OSError as error:
            self._broken(1, f"cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self._broken(1, "is not UTF-8 text")
        except RecursionError:
            self._broken(1, "nests brackets too deeply")
        except tomllib.TOMLDecodeError as error:
            # Python 3.11 tells the place of the fault only inside the sentence.
            where = re.search(r"at line (\d+)", str(error))
            line = int(where[1]) if where else text.count("\n") + 1
            self._broken(line, f"is not TOML: {error}")
        except ValueError:
            # Python reads no number of more than some thousand digits.
            endless = _DIGITS.search(text)
            if endless is None:
                raise
            line = text.count("\n", 0, endless.start()) + 1
            self._broken(line, "holds a number of too many digits")

    def _broken(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.path, line, "", message))

    def complain(self, path: KeyPath, message: str) -> None:
        """Note a problem with the key at `path`."""
        self.problems.append(Problem(self.path, self.line(path), spelled(path), message))

    def checked(self, kind: TypeAdapter[T], path: KeyPath, value: object) -> T | None:
        """Return `value`, found at `path`, as a `kind`; or note its problems and return None."""
        try:
            return kind.validate_python(_frozen(value))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                # A list whose members are all wrong is not an empty one.
                if detail["type"] != "too_short" or not detail["input"]:
                    self.complain((*path, *detail["loc"]), _sentence(detail))
            return None

    def sound(self, model: type[T], *keys: str) -> list[tuple[KeyPath, T]]:
        """Return the sound tables of the array at `keys`, each with its path.

        For checks across tables. What is wrong inside a table is for `checked` to tell, and
        such a table is compared with others only once it is mended.
        """
        kind = TypeAdapter(model)
        found: list[tuple[KeyPath, T]] = []
        for at, table in enumerate(self._tables(*keys)):
            with suppress(ValidationError):
                found.append(((*keys, at), kind.validate_python(_frozen(table))))
        return found

    def all_sound(self, model: type[T], *keys: str) -> list[tuple[KeyPath, T]]:
        """Return what `sound` returns, or nothing at all when one of the tables has a problem."""
        found = self.sound(model, *keys)
        return found if len(found) == len(self._tables(*keys)) else []

    def names(self, *keys: str, name: str = "code") -> list[str]:
        """Return every `name` in the array at `keys`, also of tables that have problems.

        A reference to a table that has a problem elsewhere is not a second problem.
        """
        return [one for one in self.values(*keys, name=name) if isinstance(one, str)]

    def values(self, *keys: str, name: str) -> list[object]:
        """Return the value of every key `name` in the array at `keys`, whatever it is."""
        tables = [table for table in self._tables(*keys) if isinstance(table, dict)]
        return [table[name] for table in tables if name in table]

    def line(self, path: KeyPath) -> int:
        """Return the line of the key at `path`, or of the table that lacks it."""
        return line_of(self._lines, path)

    def _tables(self, *keys: str) -> list[object]:
        value: object = self.raw
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, list) else []


def complain_twice(what: str, uses: Iterable[tuple[TomlFile, KeyPath, object]]) -> None:
    """Complain about each use of a value that an earlier use has taken, be it in another file."""
    taken: dict[object, tuple[TomlFile, KeyPath]] = {}
    for file, path, value in uses:
        if value not in taken:
            taken[value] = (file, path)
            continue
        first, where = taken[value]
        file.complain(path, f"{what} {value} is taken by {first.path.name}:{first.line(where)}")


def _frozen(value: object) -> object:
    """Turn lists into tuples, so that strict types can be frozen ones."""
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return value


def _sentence(detail: ErrorDetails) -> str:
    """Say what a person should write; pydantic speaks to programmers."""
    given = shown(detail["input"])
    said = _SENTENCES.get(detail["type"])
    if said is None:
        return f"{detail['msg']}, not {given}"
    key = detail["loc"][-1] if detail["loc"] else ""
    context = detail.get("ctx", {})
    right = RIGHT.get(context.get("pattern", ""), "")
    return said.format(given=given, key=key, right=right, **context)
