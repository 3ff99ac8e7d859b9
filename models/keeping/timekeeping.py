"""What is kept of the hall's time: on what it stands, and what leaders said of a doubted clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.base import Base
from models.core.errors import ClockNotDoubted
from models.core.steady import BELIEVED_S, Before, Footing, Reached
from models.journal.actors import Actor
from models.journal.events import ClockDoubted, ClockFollowed, ClockKept
from models.journal.record import JournalEntry, record
from models.mall.sign_ins import carry_sign_ins

# Half of what passes until both agree, for meanwhile the system's clock runs twice as fast.
TOO_FAR_AHEAD: Final = timedelta(hours=12)


class ClockAnswer(StrEnum):
    """What a leader says of a system's clock that jumped."""

    ACCEPT = "accept"  # it is right, and the hall follows it
    KEEP = "keep"  # it is wrong, and the hall goes on without it


class KeptTime(Base):
    """A mall's time: on what it stood when it was last noted, and whether anybody doubts.

    Each doubt is a `question` of its own number; `ahead_s` is None when the last one is settled,
    and `accepted_s` is how far ahead the clock was when its answer was to follow it.
    All processes of a mall share the row, so that one answer is enough.
    """

    __tablename__ = "kept_time"

    mall_id: Mapped[int] = mapped_column(ForeignKey("mall.id"), primary_key=True)
    boot: Mapped[str]
    offset_s: Mapped[float]
    sure: Mapped[bool]
    reached_s: Mapped[float | None]
    aimed_s: Mapped[float | None]
    question: Mapped[int] = mapped_column(default=0)
    ahead_s: Mapped[float | None]
    asked_at: Mapped[datetime | None]
    answer: Mapped[ClockAnswer | None]
    accepted_s: Mapped[float | None]

    @property
    def before(self) -> Before:
        """The same for whoever begins after it."""
        return Before(
            self.boot, Footing(self.offset_s, sure=self.sure), self.ahead_s, self._reached
        )

    @property
    def agrees_at(self) -> datetime | None:
        """When time, well ahead of the clock that it follows, agrees with it; slow until then."""
        agrees_s = None if self._reached is None else self._reached.agrees_s
        return None if agrees_s is None else datetime.fromtimestamp(agrees_s, UTC)

    @property
    def _reached(self) -> Reached | None:
        if self.reached_s is None or self.aimed_s is None:
            return None
        return Reached(self.reached_s, self.aimed_s)

    def agrees_if_accepted(self, at: datetime) -> datetime | None:
        """Return when time agrees with the doubted clock if that is accepted at `at`.

        None where time has nothing to wait for. It may be ahead still by an earlier answer.
        """
        waited_for = max(timedelta(), (self.agrees_at or at) - at)
        ahead = waited_for - timedelta(seconds=self.ahead_s or 0.0)
        return at + ahead if ahead > timedelta() else None


def too_long(agrees_at: datetime, at: datetime) -> bool:
    """Tell whether no hall can work at half its pace until then: for more than a day."""
    return agrees_at - at > TOO_FAR_AHEAD


def last_instant(session: Session, mall_id: int) -> datetime | None:
    """Return the latest instant in the mall's record, None without any."""
    return session.scalar(select(func.max(JournalEntry.at)).where(JournalEntry.mall_id == mall_id))


def kept_time(session: Session, mall_id: int) -> KeptTime | None:
    """Return what is kept of the mall's time, None before the first start."""
    return session.get(KeptTime, mall_id)


def open_question(session: Session, mall_id: int) -> KeptTime | None:
    """Return the mall's time while its system's clock is doubted, else None."""
    kept = kept_time(session, mall_id)
    return None if kept is None or kept.ahead_s is None else kept


def note_footing(
    session: Session, mall_id: int, boot: str, footing: Footing, reached: Reached | None = None
) -> None:
    """Keep on what the mall's time stands, and how far it has come if slowed, for a restart."""
    kept = _locked(session, mall_id)
    if kept is None:
        kept = KeptTime(mall_id=mall_id, boot=boot)
        session.add(kept)
    kept.boot, kept.offset_s, kept.sure = boot, footing.offset_s, footing.sure
    kept.reached_s = None if reached is None else reached.at_s
    kept.aimed_s = None if reached is None else reached.aimed_s
    session.flush()


def carry_over(
    session: Session, mall_id: int, boot: str, footing: Footing, *, at: datetime
) -> None:
    """Carry what ages by the hall's time over a jump ahead, before its new `footing` is noted.

    Of several processes the first that has jumped does so. Of what passed while the machine was
    off nobody knows, so the footing of another start is compared with none.
    """
    kept = _locked(session, mall_id)
    if kept is None or not boot or kept.boot != boot:
        return
    ahead_s = footing.offset_s - kept.offset_s
    if ahead_s > BELIEVED_S:
        carry_sign_ins(session, mall_id, timedelta(seconds=ahead_s), at=at)


def ask(session: Session, mall_id: int, ahead_s: float, *, after: int, at: datetime) -> bool:
    """Ask the leaders whether the system's clock is right; True if nobody had asked yet.

    `after` is the last question that the asker knows of: a later one is about the same jump.
    """
    kept = _locked(session, mall_id)
    if kept is None or kept.question > after:
        return False
    kept.question += 1
    kept.ahead_s, kept.asked_at = ahead_s, at
    kept.answer = kept.accepted_s = None
    session.flush()
    record(session, ClockDoubted(mall_id=mall_id, at=at, ahead_s=round(ahead_s)))
    return True


def settle(session: Session, mall_id: int, *, at: datetime) -> None:
    """Note that the system's clock may be followed again."""
    kept = _locked(session, mall_id)
    if kept is None or kept.ahead_s is None:
        return
    if kept.answer is not ClockAnswer.ACCEPT:
        event = ClockFollowed(mall_id=mall_id, at=at, ahead_s=round(kept.ahead_s), answered=False)
        record(session, event)
    kept.ahead_s = None
    session.flush()


def answer(
    session: Session, mall_id: int, what: ClockAnswer, *, question: int, by: Actor, at: datetime
) -> timedelta:
    """Settle for a leader whether the system's clock is right; return how far ahead it is.

    What was refused may be accepted later, and what was accepted stays so. Raises ClockNotDoubted
    when this question is not open any more.
    """
    kept = _locked(session, mall_id)
    if (
        kept is None
        or kept.ahead_s is None
        or kept.question != question
        or kept.answer is ClockAnswer.ACCEPT
    ):
        raise ClockNotDoubted
    ahead_s = round(kept.ahead_s)
    if kept.answer is not what:
        kept.answer = what
        kept.accepted_s = kept.ahead_s if what is ClockAnswer.ACCEPT else None
        session.flush()
        event = (
            ClockKept(mall_id=mall_id, at=at, ahead_s=ahead_s)
            if what is ClockAnswer.KEEP
            else ClockFollowed(mall_id=mall_id, at=at, ahead_s=ahead_s, answered=True)
        )
        record(session, event, by)
    return timedelta(seconds=ahead_s)


def _locked(session: Session, mall_id: int) -> KeptTime | None:
    return session.get(KeptTime, mall_id, with_for_update=True, populate_existing=True)
