"""Looks at names and passwords, so that neither guessing nor waiting tells who has an account."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from counter.door.accounts import as_username, user_called
from counter.door.auth import Doorkeeper
from counter.door.guesses import LOCKED_FOR, MOST_WRONG, Counted, Stranger, charge, forgive
from counter.door.passwords import hashed, matches, nobodys_hash, outdated
from counter.network.throttle import Throttle
from models.journal.account_events import SignInFailed, SignInRefused
from models.journal.record import record
from models.mall.people import User

# All officers may come through one address; a machine that tries names is far faster than they.
WRONG_PER_ADDRESS: Final = 40
PER_ADDRESS: Final = timedelta(minutes=5)
# Refusing takes as long for a name that nobody has, with its missing look-ups and writes.
REFUSED_AFTER_S: Final = 0.3
MOST_STRANGERS: Final = 10_000


@dataclass(frozen=True)
class Verdict:
    """What came of a name and a password: a user, or why not, as a key of words.toml."""

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
    _at_home: Throttle = field(default_factory=lambda: Throttle(MOST_WRONG, LOCKED_FOR))
    _noted: Throttle = field(default_factory=lambda: Throttle(1, timedelta(minutes=1)))
    _addresses: Throttle = field(default_factory=lambda: Throttle(WRONG_PER_ADDRESS, PER_ADDRESS))

    def judge(
        self, name: str, password: str, address: str, *, known: Collection[int] = ()
    ) -> Verdict:
        """Tell who it is, or why nobody may come in; a refusal takes its time.

        `known` are the ids of those who have signed in with this browser before.
        """
        began_s = time.monotonic()
        username = as_username(name)
        guest = self._known(username, known)
        if guest is None:
            verdict = self._judge(username, password, address)
        else:
            verdict = self._judge_known(guest, password, address)
        if verdict.user is None:
            time.sleep(max(0.0, self.refused_after_s - (time.monotonic() - began_s)))
        return verdict

    def confirm(self, user_id: int, password: str, address: str) -> Verdict:
        """Tell whether somebody who is signed in knows their password; a refusal takes its time.

        Wrong ones count as at their own browser: who finds it open guesses no faster.
        """
        began_s = time.monotonic()
        with self.doorkeeper.database.reading() as session:
            user = session.get_one(User, user_id)
        verdict = self._judge_known(user, password, address)
        if verdict.user is None:
            time.sleep(max(0.0, self.refused_after_s - (time.monotonic() - began_s)))
        return verdict

    def _known(self, username: str, known: Collection[int]) -> User | None:
        """Return the user of that name if this browser is theirs."""
        if not known:
            return None
        with self.doorkeeper.database.reading() as session:
            user = user_called(session, self.doorkeeper.mall_id, username)
        return user if user is not None and user.id in known else None

    def _judge_known(self, user: User, password: str, address: str) -> Verdict:
        """Look at the password of somebody at their own browser, whose guesses count apart.

        What strangers have guessed stays counted against strangers.
        """
        now, key = self.doorkeeper.real_clock.now(), str(user.id)
        if wait := self._at_home.wait(key, now):
            self._record_refused("locked", user.username, user, address)
            return Verdict(None, "locked", minutes=_minutes(wait))
        self._at_home.count(key, now)
        if matches(user.password_hash, password):
            self._at_home.forget(key)
            self._renew_hash(user, password)
            return Verdict(user)
        self._record_wrong(user, address)
        left = MOST_WRONG - self._at_home.done(key, now)
        if left <= 0:
            return Verdict(None, "locked", minutes=_minutes(LOCKED_FOR))
        return Verdict(None, "wrong", minutes=_minutes(LOCKED_FOR), left=left)

    def _judge(self, username: str, password: str, address: str) -> Verdict:
        now = self.doorkeeper.real_clock.now()
        if wait := self._addresses.wait(address, now):
            self._record_refused("too_often", "", None, address)
            return Verdict(None, "too_often", minutes=_minutes(wait))
        with self.doorkeeper.database.transaction() as session:
            user = user_called(session, self.doorkeeper.mall_id, username)
            account: Counted = user or self._stranger(username)
            locked = charge(account, now)
        if locked:
            self._record_refused("locked", username, user, address)
            return Verdict(None, "locked", minutes=_minutes(locked))
        right = matches(user.password_hash if user else nobodys_hash(), password)
        if user is None or not right:
            self._addresses.count(address, now)
            left = MOST_WRONG - account.failed_count
            self._record_wrong(user, address)
            if left <= 0:
                return Verdict(None, "locked", minutes=_minutes(LOCKED_FOR))
            return Verdict(None, "wrong", minutes=_minutes(LOCKED_FOR), left=left)
        with self.doorkeeper.database.transaction() as session:
            forgive(session.get_one(User, user.id))
        self._renew_hash(user, password)
        return Verdict(user)

    def _renew_hash(self, user: User, password: str) -> None:
        if not outdated(user.password_hash):
            return
        newer = hashed(password)
        with self.doorkeeper.database.transaction() as session:
            account = session.get_one(User, user.id)
            # A password that was changed meanwhile stays changed.
            if account.password_hash == user.password_hash:
                account.password_hash = user.password_hash = newer

    def _record_wrong(self, user: User | None, address: str) -> None:
        """Note a wrong password; of a name that nobody has, not the name: it may be a password."""
        keeper, user_id = self.doorkeeper, None if user is None else user.id
        with keeper.database.acting(keeper.clock.now) as (session, at):
            failed = SignInFailed(mall_id=keeper.mall_id, at=at, user_id=user_id, address=address)
            record(session, failed)

    def _record_refused(self, code: str, username: str, user: User | None, address: str) -> None:
        """Note that nobody looked at a password, once a minute: knocking must not fill the disk."""
        now, key = self.doorkeeper.real_clock.now(), f"{code} {username[:100]} {address}"
        if self._noted.wait(key, now):
            return
        self._noted.count(key, now)
        keeper, user_id = self.doorkeeper, None if user is None else user.id
        with keeper.database.acting(keeper.clock.now) as (session, at):
            refused = SignInRefused(
                mall_id=keeper.mall_id, at=at, user_id=user_id, code=code, address=address
            )
            record(session, refused)

    def _stranger(self, username: str) -> Stranger:
        stranger = self._strangers.setdefault(username[:100], Stranger())
        while len(self._strangers) > MOST_STRANGERS:
            self._strangers.popitem(last=False)
        return stranger


def _minutes(span: timedelta) -> int:
    """Return whole minutes, rounded up."""
    return -(-int(span.total_seconds()) // 60) or 1
