"""The roles, and who belongs together among them: officers, leaders, devices, everybody."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol


class Role(StrEnum):
    """What somebody or something may be; permissions hang off it."""

    PUBLIC = "public"
    KIOSK = "kiosk"
    BOARD = "board"
    AGENT = "agent"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"


# Who belongs together; Role.PUBLIC in a set means everybody, signed in or not. Leaders may act at
# any desk, signed on there or not.
EVERYBODY: Final = frozenset({Role.PUBLIC})
LEADERS: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
OFFICERS: Final = LEADERS | {Role.OFFICER}
REVIEWERS: Final = LEADERS | {Role.AUDITOR}
STAFF: Final = OFFICERS | REVIEWERS
KIOSKS: Final = frozenset({Role.KIOSK})
BOARDS: Final = frozenset({Role.BOARD})
AGENTS: Final = frozenset({Role.AGENT})
DEVICES: Final = KIOSKS | BOARDS | AGENTS


def among(roles: frozenset[Role], role: Role) -> bool:
    """Tell whether what is for `roles` is for `role`."""
    return Role.PUBLIC in roles or role in roles


class Permit(Protocol):
    """Takes down, where a route is made, who may use it."""

    def __call__(self, roles: frozenset[Role], *endpoints: str) -> None:
        """Let `roles`, and nobody else, use `endpoints`."""
