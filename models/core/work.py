"""How work that was given to another process may fail: its own fault, or that of the process."""

from __future__ import annotations


class WorkFailed(Exception):
    """The work itself raised something: `kind` is the name of that class, `reason` its text."""

    def __init__(self, kind: str, reason: str) -> None:
        """Say `kind` and `reason` in one."""
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class ChildGone(Exception):
    """The process could not be started, died again, took too long or was ended; nothing is done."""
