"""What happens around accounts: who signs in, who may, and what was taken away in a file.

No screen shows it. `user_id` is whom it is about, `by_user_id` who did it; nobody did what was
typed at the command line.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.core.event import About, Address, Code, Event


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody signed in."""

    address: Address = ""


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody signed out; all their sign-ins are void."""


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event, about=About.ACCOUNT, moves_queue=False):
    """A wrong password was given, for an account or for a name that nobody has."""

    address: Address = ""


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Event, about=About.ACCOUNT, moves_queue=False):
    """Nobody looked at the password; `code` is why: locked or too_often. Told once a minute."""

    code: Code
    address: Address = ""


@dataclass(frozen=True, kw_only=True)
class SignInsEnded(Event, about=About.ACCOUNT, moves_queue=False):
    """`count` sign-ins of somebody were ended; the journal names who did it, if anybody did."""

    count: int
    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountAdded(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody may sign in from now on."""

    role: Code
    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody has another role."""

    role: Code
    before: Code
    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, about=About.ACCOUNT, moves_queue=False):
    """An account has a new password; `own` tells that its user chose it."""

    own: bool
    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody may sign in no longer."""

    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountReopened(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody whose account was closed may sign in again."""

    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountExported(Event, about=About.ACCOUNT, moves_queue=False):
    """What is kept of somebody was written to a file."""

    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AccountErased(Event, about=About.ACCOUNT, moves_queue=False):
    """What pointed to a person was erased; a pseudonym is left of the account."""

    by_user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReportDownloaded(Event, about=About.ACCOUNT, moves_queue=False):
    """Somebody took a report away as a file."""

    length: Code
    period: Code
    form: Code
