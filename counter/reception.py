"""Looks at names and passwords, so that neither guessing nor waiting tells who has an account."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from counter.auth import Doorkeeper
from counter.passwords import hashed, matches, nobodys_hash, outdated
from counter.people import (
    LOCKED_FOR,
    MOST_WRONG,
    Counted,
    Stranger,
    as_username,
    charge,
    forgive,
    user_called,
)
from counter.throttle import Throttle
from models.events import SignInFailed
from models.journal import record
from models.people import User

# All officers may come through one address; a machine that tries names is far faster than they.
WRONG_PER_ADDRESS: Final = 40
PER_ADDRESS: Final = timedelta(minutes=5)
# Refusing takes as long for a name that nobody has, with its missing look-ups and writes.
REFUSED_AFTER_S: Final = 0.3
MOST_STRANGERS: Final = 10_000


@dataclass(frozen=True)
class Verdict:
    """What came of a name and a password: a user, or why not, as a key of the language file."""

    user: User | None
    key: str = ""
    minutes: int = 0
    left: int = 0


@dataclass
class Reception:
    """Looks at names and passwords, and counts the wrong ones."""

    doorkeeper: Doorkeeper
    refused_after_s: float = REFUSED_AFTER_S
    _strangers: OrderedDict[str, Stranger] = field(default_factory=OrderedDict)
    _addresses: Throttle = field(default_factory=lambda: Throttle(WRONG_PER_ADDRESS, PER_ADDRESS))

    def judge(self, name: str, password: str, address: str) -> Verdict:
        """Tell who it is, or why nobody may come in; a refusal takes its time."""
        began_s = time.monotonic()
        verdict = self._judge(as_username(name), password, address)
        if verdict.user is None:
            time.sleep(max(0.0, self.refused_after_s - (time.monotonic() - began_s)))
        return verdict

    def _judge(self, username: str, password: str, address: str) -> Verdict:
        now = self.doorkeeper.real_clock.now()
        if wait := self._addresses.wait(address, now):
            return Verdict(None, "too_often", minutes=_minutes(wait))
        with self.doorkeeper.database.transaction() as session:
            user = user_called(session, self.doorkeeper.mall_id, username)
            account: Counted = user or self._stranger(username)
            locked = charge(account, now)
        if locked:
            return Verdict(None, "locked", minutes=_minutes(locked))
        right = matches(user.password_hash if user else nobodys_hash(), password)
        if user is None or not right:
            self._addresses.count(address, now)
            left = MOST_WRONG - account.failed_count
            if user is not None:
                self._record_wrong(user)
            if left <= 0:
                return Verdict(None, "locked", minutes=_minutes(LOCKED_FOR))
            return Verdict(None, "wrong", minutes=_minutes(LOCKED_FOR), left=left)
        self._let_in(user, password)
        return Verdict(user)

    def _let_in(self, user: User, password: str) -> None:
        newer = hashed(password) if outdated(user.password_hash) else None
        with self.doorkeeper.database.transaction() as session:
            account = session.get_one(User, user.id)
            forgive(account)
            # A password that was changed meanwhile stays changed.
            if newer is not None and account.password_hash == user.password_hash:
                account.password_hash = newer

    def _record_wrong(self, user: User) -> None:
        with self.doorkeeper.database.transaction() as session:
            failed = SignInFailed(
                mall_id=user.mall_id, at=self.doorkeeper.clock.now(), user_id=user.id
            )
            record(session, failed)

    def _stranger(self, username: str) -> Stranger:
        stranger = self._strangers.setdefault(username[:100], Stranger())
        while len(self._strangers) > MOST_STRANGERS:
            self._strangers.popitem(last=False)
        return stranger


def _minutes(span: timedelta) -> int:
    """Return whole minutes, rounded up."""
    return -(-int(span.total_seconds()) // 60) or 1
