"""Who acts: the roles, and the actor of a press."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True)
class Actor:
    """Who did it: a signed-in user, a paired device, a citizen (neither), or time itself."""

    role: Role = Role.PUBLIC
    mall_id: int | None = None
    user_id: int | None = None
    device_id: int | None = None
