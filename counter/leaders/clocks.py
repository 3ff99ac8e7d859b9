"""A doubted clock in the hands of the leaders: both times side by side, and their answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flask import Blueprint, g, redirect, request
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass as checked
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from models.core.clock import Clock, local_day
from models.core.database import Answer, Database
from models.core.presses import PressId, RowId
from models.keeping.timekeeping import ClockAnswer, KeptTime, answer, open_question, too_long
from models.mall.mall import Mall
from models.queue.tickets import Ticket


@checked(frozen=True)
class ClockPress:
    """Whether the system's clock, asked about in a question of this number, is right.

    `sure` is said by whoever has read that accepting it closes the day.
    """

    press_id: PressId
    question: RowId
    answer: ClockAnswer
    sure: Literal["", "yes"] = ""


CLOCK_PRESS = TypeAdapter(ClockPress)


@dataclass(frozen=True)
class ClockRow:
    """The two times as the page shows them.

    `closes` tells that accepting begins another day; `ends` how many numbers would end with this.
    Accepting lets time run slowly until `slow_until`, None if it does not; `too_long` for work.
    """

    question: int
    at: datetime
    system_at: datetime
    slow_until: datetime | None
    too_long: bool
    closes: bool
    ends: int
    kept: bool


def hear_answers(routes: Blueprint, database: Database, clock: Clock) -> None:
    """Let leaders answer at /printers/clock."""

    @routes.post("/printers/clock")
    def answer_clock() -> Response:
        press, actor = CLOCK_PRESS.validate_python(request.form.to_dict()), g.actor

        def rule(session: Session, at: datetime) -> Answer:
            question = press.question
            if press.answer is ClockAnswer.ACCEPT and not press.sure:
                row = clock_row(session, g.mall_id, at)
                if row is not None and row.closes:
                    return {"ask": True}
            answer(session, g.mall_id, press.answer, question=question, by=actor, at=at)
            return {}

        asks = database.press(press.press_id, "printers.clock", clock.now, rule, by=actor.key)
        return redirect("/printers?ask=clock#clock" if asks else "/printers?done=clock", 303)


def clock_row(session: Session, mall_id: int, at: datetime) -> ClockRow | None:
    """Return what leaders are asked about the clock at the hall's instant `at`, None if nothing."""
    kept = _unsettled(session, mall_id)
    if kept is None or kept.ahead_s is None:
        return None
    system_at = at + timedelta(seconds=kept.ahead_s)
    slow_until = kept.agrees_if_accepted(at)
    zone = session.get_one(Mall, mall_id).time_zone
    closes = local_day(system_at, zone) > local_day(at, zone)
    return ClockRow(
        question=kept.question,
        at=at,
        system_at=system_at,
        slow_until=slow_until,
        too_long=slow_until is not None and too_long(slow_until, at),
        closes=closes,
        ends=_open_tickets(session, mall_id) if closes else 0,
        kept=kept.answer is ClockAnswer.KEEP,
    )


def clock_sign(session: Session, mall_id: int) -> list[int | str]:
    """Return what tells an open page that its question about the clock is no longer right."""
    kept = _unsettled(session, mall_id)
    return [] if kept is None else [kept.question, kept.answer or ""]


def clocks_to_settle(session: Session, mall_id: int) -> int:
    """Count the questions about the clock that nobody has answered."""
    kept = _unsettled(session, mall_id)
    return int(kept is not None and kept.answer is None)


def _open_tickets(session: Session, mall_id: int) -> int:
    found = select(func.count()).where(Ticket.mall_id == mall_id, Ticket.closed_at.is_(None))
    return session.scalar(found) or 0


def _unsettled(session: Session, mall_id: int) -> KeptTime | None:
    kept = open_question(session, mall_id)
    # What was accepted is followed within a second.
    return None if kept is None or kept.answer is ClockAnswer.ACCEPT else kept
