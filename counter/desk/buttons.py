"""What the console is told of each act: when it may be pressed, what goes along, what it asks.

The page keeps no list of acts of its own. What stands here is drawn, keyed and sent there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from counter.desk.presses import Press, carried
from counter.desk.state import Phase
from models.queue.tickets import Outcome, StepState

ALWAYS: Final = frozenset(Phase)
FREE: Final = frozenset({Phase.READY, Phase.EMPTY})
AT_DESK: Final = frozenset({Phase.CALLED, Phase.SERVING})
# The keys of how serving ends: side by side on the keyboard as the outcomes are on the screen, for
# digits tick papers; and the one that leads to the note.
OUTCOME_KEYS: Final = dict(zip(Outcome, "QWER", strict=True))
NOTE_KEY: Final = "N"


class Question(StrEnum):
    """What an act asks before it is sent; the page has one form for each."""

    WHERE = "where"
    NUMBER = "number"
    SERVICE = "service"
    CASE = "case"
    UNTIL = "until"
    WHY = "why"


@dataclass(frozen=True)
class Button:
    """How the console offers an act.

    `when` are the phases in which it may be pressed for the desk, or for the number there;
    `aside` says the same for a number that is set aside, by the state of its step.
    """

    when: frozenset[Phase] = frozenset()
    aside: Mapping[StepState, frozenset[Phase]] = field(default_factory=dict)
    asks: Question | None = None
    key: str = ""
    icon: str = ""
    in_row: bool = False  # it stands beside the main button, in the order of the acts

    def to_json(self, press: type[Press]) -> dict[str, Any]:
        """Return it in JSON's own types, with what a press of this class carries."""
        return {
            "carries": carried(press),
            "when": sorted(self.when),
            "aside": {state: sorted(phases) for state, phases in self.aside.items()},
            "asks": self.asks,
            "key": self.key,
            "icon": self.icon,
            "in_row": self.in_row,
        }
