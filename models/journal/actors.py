"""The actor of a press: who did it, and as what."""

from __future__ import annotations

from dataclasses import dataclass

from models.core.roles import Role


@dataclass(frozen=True)
class Actor:
    """Who did it: a signed-in user, a paired device, a citizen (neither), or time itself."""

    role: Role = Role.PUBLIC
    mall_id: int | None = None
    user_id: int | None = None
    device_id: int | None = None

    @property
    def key(self) -> str:
        """Who it is, in a word that tells one from all others; empty for a citizen."""
        if self.user_id is not None:
            return f"user/{self.user_id}"
        return "" if self.device_id is None else f"device/{self.device_id}"
