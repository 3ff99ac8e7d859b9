"""Presses: how each is named, and those that were carried out, so that a retry counts once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from pydantic import Field
from sqlalchemy import JSON, Delete, delete
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base

# Whoever presses makes the id up: a page, an agent, or the form that the server drew for a phone.
# What this system names itself, such as a day's announcement, holds a sign that is not in here.
PRESS_ID: Final = r"^[A-Za-z0-9_-]{8,64}$"
PressId = Annotated[str, Field(pattern=PRESS_ID)]

# PostgreSQL's integer ends here; a larger id names nothing and must not reach the database.
RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]


def new_press_id() -> str:
    """Return an id for one press, the same at each of its retries."""
    return uuid4().hex


# What names the database itself is nobody's, and is kept for as long as it.
LASTING: Final = ("live.epoch",)


class AnsweredPress(Base):
    """A press that was carried out, with its answer: whoever pressed gets this one at a retry."""

    __tablename__ = "press"

    id: Mapped[str] = mapped_column(primary_key=True)
    act: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    # Whose press it was, in the words of Actor.key; None in rows of before this was noted.
    actor: Mapped[str | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)


def old_presses(*, before: datetime) -> Delete:
    """Return the statement that deletes the answers of presses from before the instant `before`."""
    return delete(AnsweredPress).where(AnsweredPress.at < before, AnsweredPress.act.not_in(LASTING))
