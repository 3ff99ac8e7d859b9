"""Codes to type: readable by tired eyes, good for one ticket on one day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.keeping.retention import forget_people
from models.queue.codes import SIGNS, new_code, read_code, ticket_of_code, written
from models.queue.tickets import Ticket
from tests.builders import MINUTE, MONDAY, mall, small_mall, ticket

DAY = timedelta(days=1)


def test_a_code_has_eight_signs_that_nothing_looks_like() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {8}
    assert set().union(*codes) <= set(SIGNS)
    assert not set(SIGNS) & set("01OQIL2Z5S6G8BUV") - set("68")
    assert not set(SIGNS) & set("AEIOU")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7KT4-M3XC", "7KT4M3XC"),
        (" 7kt4 m3xc ", "7KT4M3XC"),
        ("7kt4–m3xc", "7KT4M3XC"),
        # Drawn alike, and only one of them is ever printed.
        ("BGGB-M3XC", "8668M3XC"),
        ("7KT4-M3X", None),
        ("7KT4-M3XCC", None),
        ("7KT4-M3X0", None),
        ("", None),
        ("7KT4\x00M3XC", None),
        ("٧KT4M3XC", None),
        ("ß" * 4, None),
        ("7" * 100_000, None),
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str, code: str | None) -> None:
    assert read_code(typed) == code


def test_a_code_leads_to_its_ticket_on_its_day_in_its_mall(session: Session) -> None:
    hall, other = small_mall(session), mall(session, code="lain")
    taken = ticket(session, hall.mall, hall.a, at=MONDAY)
    code = taken.code
    assert code
    assert ticket_of_code(session, hall.mall, code, at=MONDAY + 5 * MINUTE) is taken
    assert ticket_of_code(session, hall.mall, code, at=MONDAY + DAY) is None
    assert ticket_of_code(session, other, code, at=MONDAY) is None
    assert read_code(written(code)) == code


def test_two_tickets_of_a_day_never_share_a_code(session: Session) -> None:
    hall = small_mall(session)
    first, second = (ticket(session, hall.mall, hall.a, at=MONDAY) for _ in range(2))
    tomorrow = ticket(session, hall.mall, hall.a, at=MONDAY + DAY)
    session.execute(update(Ticket).where(Ticket.id == tomorrow.id).values(code=first.code))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Ticket).where(Ticket.id == second.id).values(code=first.code))


def test_tickets_of_the_version_before_live_on_without_a_code(session: Session) -> None:
    hall = small_mall(session)
    for _ in range(2):
        ticket(session, hall.mall, hall.a, at=MONDAY)
    session.execute(update(Ticket).values(code=None))
    assert session.scalars(select(Ticket.code)).all() == [None, None]
    assert written(None) == ""


def test_a_code_is_forgotten_with_the_link(session: Session) -> None:
    hall = small_mall(session)
    ticket(session, hall.mall, hall.a, at=MONDAY)
    forget_people(session, hall.mall, before=MONDAY + DAY)
    assert session.scalars(select(Ticket.code)).all() == [None]
