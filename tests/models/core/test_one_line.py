"""Nothing that a stranger wrote begins a line of the log or commands a terminal."""

from __future__ import annotations

import logging

import pytest

from models.core.one_line import OneLine, one_line


@pytest.mark.parametrize(
    ("wrote", "shown"),
    [
        ("Loket Mawar – 3", "Loket Mawar – 3"),
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\u2028\u202e\x9b", r"\u2028\u202e\x9b"),
    ],
)
def test_control_signs_are_spelled_out(wrote: str, shown: str) -> None:
    assert one_line(wrote) == shown


def test_no_line_of_a_traceback_reads_like_a_message() -> None:
    error = ValueError("x\n2026-11-28 09:00 INFO a forged line\x1b[31m")
    record = logging.LogRecord(
        "a", logging.ERROR, "", 0, "it fell: %s", ("\n",), (ValueError, error, None)
    )
    first, *others = OneLine("%(levelname)s %(message)s").format(record).split("\n")
    assert first == r"ERROR it fell: \n"
    assert others
    assert all(line.startswith("  ") and line.isprintable() for line in others)
