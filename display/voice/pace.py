"""How much is said of a call while others wait for the same loudspeaker.

A call that waits for the loudspeaker is a citizen who does not know yet. So from CROWD calls on,
the one in turn with those behind it, each is said once, in few words and without the chime:
about four seconds instead of thirteen. English is said in a crowd as well, but only ever to a
ticket that was taken in English. As soon as the line is short again, calls are whole again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CROWD: Final = 3


@dataclass(frozen=True)
class Pace:
    """How a call is said: `times` None for as often as the hall's settings say."""

    times: int | None = None
    brief: bool = False


def pace_of(waiting: int) -> Pace:
    """Return how the call in turn is said when `waiting` wait for the loudspeaker, itself too."""
    return Pace(times=1, brief=True) if waiting >= CROWD else Pace()
