"""How texts in the files are spelled, and how to say what is right where one is not."""

from __future__ import annotations

from datetime import date, time
from typing import Final

# One line for people to read: something in it, no space at its ends, no control characters.
TEXT: Final = r"^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$"
OPTIONAL_TEXT: Final = r"^(?:[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?)?$"
CODE: Final = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
# I, O and Q look like 1 and 0 on paper and on the walls.
PREFIX: Final = "^[A-HJ-NPR-Z]{1,2}$"
VOICE: Final = r"^id(\+[a-z0-9]+)?$"

_LINE: Final = "one line of text without spaces at its ends or characters that cannot be seen"
RIGHT: Final = {
    TEXT: f"{_LINE}, and not empty",
    OPTIONAL_TEXT: f"{_LINE}, or empty",
    CODE: 'of small letters, digits and single hyphens, such as "kiosk-1"',
    PREFIX: "one or two capital letters, but not I, O or Q",
    VOICE: '"id", or "id" with a speaker such as "id+f3"',
}

_LONGEST_SHOWN: Final = 60
# No value in these files is larger, and Python writes out no number of some thousand digits.
_LARGEST_SHOWN: Final = 10**18


def shown(value: object) -> str:
    """Return `value` as a person would name it, and never a page of it."""
    match value:
        case bool():
            return str(value).lower()
        case int() if abs(value) > _LARGEST_SHOWN:
            return "a number of so many digits"
        case str() if len(value) > _LONGEST_SHOWN:
            return f"{value[:_LONGEST_SHOWN]!r}…"
        case dict():
            return "a table"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case date() | time():
            return value.isoformat()
        case _:
            return repr(value)
