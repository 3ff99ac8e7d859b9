"""Passwords: hashed with argon2id away from the event loop, checked, and refused when too easy."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from printing.aside import off_the_loop

# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. Twenty officers who sign
# in at half past seven then need neither a gigabyte nor a second on a mini-PC.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

SHORTEST = 10
LONGEST = 200
# Two letters of a list say nothing about a password that begins with them.
SHORTEST_WORD = 4
# What people here choose when they must choose: each of these, alone or with digits behind it.
COMMON = frozenset(
    "password passw0rd katasandi rahasia sayang indonesia merdeka bismillah qwertyuiop qwerty"
    " admin administrator petugas operator welcome selamatpagi loket pelayanan mpp garuda"
    " jakarta surabaya bandung pancasila iloveyou akucintakamu".split()
)


class WeakPassword(Exception):
    """The password is refused; `code` is too_short, too_long, common or like_name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hashed(password: str) -> str:
    """Return the argon2id hash of `password`, made off the event loop."""
    return off_the_loop(lambda: HASHER.hash(password))


def matches(password_hash: str, password: str) -> bool:
    """Tell whether `password` is the one behind `password_hash`."""

    def look() -> bool:
        try:
            return HASHER.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    return off_the_loop(look)


def outdated(password_hash: str) -> bool:
    """Tell whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def nobodys_hash() -> str:
    """Return a hash that fits no password: a name nobody has takes as long to refuse."""
    return HASHER.hash(secrets.token_hex())


def require_strong(password: str, *names: str) -> None:
    """Raise WeakPassword if `password` is short, common or made of one of `names`."""
    if len(password) < SHORTEST:
        raise WeakPassword("too_short")
    if len(password) > LONGEST:
        raise WeakPassword("too_long")
    core = _core(password)
    if len(set(password)) < 4 or password.isdigit() or core in off_the_loop(_tried_first):
        raise WeakPassword("common")
    if core in {_core(part) for name in names for part in (name, *name.split("."))}:
        raise WeakPassword("like_name")


@cache
def _tried_first() -> frozenset[str]:
    """Return our own words and what people choose everywhere, by their core.

    The list takes 14 MB and a tenth of a second, so it is read when a password is first set.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    cores = map(_core, FREQUENCY_LISTS["passwords"])
    return COMMON | {core for core in cores if len(core) >= SHORTEST_WORD}


def _core(text: str) -> str:
    """Return the letters without case, spaces, and the digits and signs at the ends."""
    bare = "".join(text.lower().split())
    return bare.strip("0123456789!@#$%^&*.,-_?+=")
