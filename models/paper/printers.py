"""How the printers fare: one state each, kept with the time since when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base
from models.journal.events import PrinterChanged
from models.journal.record import record


class PrinterState(StrEnum):
    """What a printer says of itself; unknown is what cannot be asked, and is never "fine"."""

    ONLINE = "online"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    FAULT = "fault"
    AWAY = "away"
    UNKNOWN = "unknown"


# In these a paper that is sent comes out, as far as anybody knows.
PRINTING_STATES = frozenset({PrinterState.ONLINE, PrinterState.PAPER_LOW, PrinterState.UNKNOWN})


class PrinterStatus(Base):
    """The last known state of one printer."""

    __tablename__ = "printer_status"

    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"), primary_key=True)
    printer: Mapped[str] = mapped_column(primary_key=True)  # its code in config.toml
    state: Mapped[PrinterState]
    since_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")


def note_printer(
    session: Session,
    mall_id: int,
    printer: str,
    state: PrinterState,
    *,
    at: datetime,
    detail: str = "",
) -> bool:
    """Write down the printer's state at the instant `at`; False when it is no news.

    Another `detail` of the same state is news, too, but the state goes on since when it began.
    """
    status = session.get(PrinterStatus, (mall_id, printer))
    if status is None:
        status = PrinterStatus(mall_id=mall_id, printer=printer)
        session.add(status)
    elif (status.state, status.detail) == (state, detail):
        return False
    if status.state is not state:
        status.state, status.since_at = state, at
    status.detail = detail
    session.flush()
    record(session, PrinterChanged(mall_id=mall_id, at=at, printer=printer, state=state))
    return True


def printer_states(session: Session, mall_id: int) -> dict[str, PrinterStatus]:
    """Return the last known states of the mall's printers by code."""
    known = session.scalars(select(PrinterStatus).where(PrinterStatus.mall_id == mall_id))
    return {status.printer: status for status in known}


def can_print(session: Session, mall_id: int, printer: str) -> bool:
    """Tell whether a paper for `printer` would come out now, as far as anybody knows."""
    status = session.get(PrinterStatus, (mall_id, printer))
    return status is None or status.state in PRINTING_STATES
