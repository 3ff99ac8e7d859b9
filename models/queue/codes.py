"""The code on a slip, for phones that cannot scan: short enough to type, good for one day."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from models.core.clock import local_day
from models.mall.mall import Mall
from models.queue.tickets import CODE_LENGTH, Ticket

# None that looks like another on a worn slip (0 O Q, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V), and no
# vowel, so that no code is a word. 34 bits: who tries 100,000 of them in a day finds one of
# its 1,500 tickets in 170 days.
SIGNS: Final = "346789CDFHJKMNPRTWXY"
# Read for the sign that it looks like, where there is but one.
_READ_AS: Final = str.maketrans({"B": "8", "G": "6"})
_BETWEEN: Final = " -–.\u00a0"

_OF_CODE: Final = select(Ticket).where(
    Ticket.mall_id == bindparam("mall_id"),
    Ticket.service_day == bindparam("day"),
    Ticket.code == bindparam("code", type_=String()),
)


def new_code() -> str:
    """Return a code for a ticket.

    One ticket in seventeen million gets a code that another of its day has. The database
    refuses it, and the press is sent again, as after any fault, and draws another.
    """
    return "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH))


def written(code: str | None) -> str:
    """Return a code as people read it, `7KT4-M3XC`; empty for a ticket without one."""
    return f"{code[:4]}-{code[4:]}" if code else ""


def read_code(typed: str) -> str | None:
    """Return the code that somebody typed, however it was spaced; None where it can be none."""
    signs = typed[:100].upper().translate(_READ_AS)
    code = "".join(sign for sign in signs if sign not in _BETWEEN)
    return code if len(code) == CODE_LENGTH and set(code) <= set(SIGNS) else None


def ticket_of_code(session: Session, mall: Mall, code: str, *, at: datetime) -> Ticket | None:
    """Return the ticket of the day of `at` with `code`; one of another day has none any more."""
    day = local_day(at, mall.time_zone)
    values = {"mall_id": mall.id, "day": day, "code": code}
    return session.scalars(_OF_CODE, values).one_or_none()
