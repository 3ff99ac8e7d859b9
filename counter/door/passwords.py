"""Passwords: hashed with argon2id away from the event loop, checked, and refused when too easy."""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from gevent.monkey import get_original

from printing.aside import off_the_loop

# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. Twenty officers who sign
# in at half past seven then need neither a gigabyte nor a second on a mini-PC.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

SHORTEST = 10
LONGEST = 200
# So much of a password is guessed at. Letters that may stand for others, as in p4$$w0rd, multiply
# what is tried: the worst 32 take 0.3 s, 64 would take 1.5 s. What begins well stays good.
GUESSED_AT = 32
# Of zxcvbn's 0 to 4: more than a hundred million guesses.
GOOD_ENOUGH = 3
# What people here choose when they must choose; its own lists speak English.
COMMON = tuple(
    "password passw0rd katasandi katakunci kunci rahasia sayang cinta indonesia merdeka bismillah"
    " alhamdulillah qwertyuiop qwerty admin administrator petugas operator pengawas welcome"
    " semangat selamatpagi selamatsiang selamatsore selamat pagi siang sore malam loket antrean"
    " antrian layanan pelayanan publik balai mal mpp garuda jakarta surabaya bandung semarang"
    " yogyakarta medan makassar pancasila agustus iloveyou akucintakamu aku kamu".split()
)
# Its words are the process's own, so one asks at a time. A lock of real threads, as work beside
# the loop is done by them.
_asking: Final = get_original("threading", "Lock")()


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


def require_strong(password: str, *names: str, mall: str = "") -> None:
    """Raise WeakPassword if `password` is short, easily guessed or made of one of `names`.

    `mall` says what the house is called, which everybody tries.
    """
    if len(password) < SHORTEST:
        raise WeakPassword("too_short")
    if len(password) > LONGEST:
        raise WeakPassword("too_long")
    own = [part for name in names for part in (_core(name), *_words(name))]
    if _core(password) in own:
        raise WeakPassword("like_name")
    guessed = (*COMMON, *own, *_words(mall))
    if not off_the_loop(lambda: _resists(password[:GUESSED_AT], guessed)):
        raise WeakPassword("common")


def _resists(text: str, guessed: tuple[str, ...]) -> bool:
    """Tell whether who knows the words `guessed` would try long before they had `text`.

    With or without its spaces. The lists take 14 MB and a tenth of a second, so they are read when
    a password is first set.
    """
    from zxcvbn import zxcvbn

    with _asking:
        return all(
            zxcvbn(one, guessed)["score"] >= GOOD_ENOUGH for one in {text, "".join(text.split())}
        )


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if word]


def _core(text: str) -> str:
    """Return the letters without case, spaces, and the digits and signs at the ends."""
    bare = "".join(text.lower().split())
    return bare.strip("0123456789!@#$%^&*.,-_?+=")
