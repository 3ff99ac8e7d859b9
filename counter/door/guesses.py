"""Wrong passwords, counted before they are looked at, and the locks that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

MOST_WRONG: Final = 5
LOCKED_FOR: Final = timedelta(minutes=5)


class Counted(Protocol):
    """Whatever wrong passwords are counted for."""

    failed_count: int
    locked_until: datetime | None


@dataclass
class Stranger:
    """A name that nobody has: counted like an account, so that it cannot be told from one."""

    failed_count: int = 0
    locked_until: datetime | None = None


def charge(account: Counted, at: datetime) -> timedelta:
    """Count an attempt before it is checked; return for how long the account is locked.

    Zero means that the password may be looked at. Counting first keeps twenty guesses that
    arrive together from being checked before the first of them is counted.
    """
    if account.locked_until is not None:
        if account.locked_until > at:
            return account.locked_until - at
        forgive(account)
    account.failed_count += 1
    if account.failed_count >= MOST_WRONG:
        account.locked_until = at + LOCKED_FOR
    return timedelta()


def forgive(account: Counted) -> None:
    """Forget the wrong passwords."""
    account.failed_count = 0
    account.locked_until = None
