"""The rules by which a mall calls: its head starts, graces and limits as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CallingRules:
    """What `[calling]` in config.toml says, in minutes (`_m`), seconds (`_s`) or pieces.

    Each rule stands in the mall's column of its name, which Mall makes from this list; whoever
    goes by it asks `arrangement_of(session, mall).rules`.
    """

    priority_head_start_m: int = 45
    booked_head_start_m: int = 30
    returned_head_start_m: int = 20
    transferred_head_start_m: int = 30
    miss_after_s: int = 120
    return_grace_m: int = 60
    most_services: int = 4
