"""Puts a call or a notice into words for the ears, and into facts for the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from display.voice.notices import Notice
from display.voice.numbers import Language
from display.voice.pace import Pace
from display.voice.sentences import Sentence, Style, call_sentence, zone_words
from models.journal.record import last_seq
from models.mall.signs import bare_name
from models.queue.tickets import Call, StepState


@dataclass(frozen=True)
class Spoken:
    """What is said, and the `payload` with which the screens are told so."""

    kind: str
    payload: dict[str, Any]
    sentences: tuple[Sentence, ...]
    pace: Pace


def proclamation(notice: Notice, *, pace: Pace) -> Spoken:
    """Return what `notice` says to everybody; there is no shorter way to say it."""
    whole = Pace(times=pace.times)
    text = {each.language: each.text for each in notice.sentences}
    return Spoken("notice", {"notice": notice.kind, "text": text}, notice.sentences, whole)


def invitation(
    session: Session, call_id: int, zone_id: int, *, pace: Pace, style: Style
) -> Spoken | None:
    """Return what the call says in the zone; None when nobody is awaited by it any more.

    The citizen came, was missed, gave up or is called again. Where people sit in another zone
    than the desk's, they hear which zone to walk to.

    The payload's `seq` is the newest entry of the journal that this reading knows. A screen
    whose state has gone beyond it knows better whether the citizen is awaited still; a state
    that has not, knows nothing newer and may even have been read before the call.
    """
    call = session.get(Call, call_id)
    if call is None:  # not in the backup that was put back
        return None
    ticket, step, desk = call.ticket, call.step, call.desk
    superseded = call.round != step.calls or ticket.desk_id != desk.id
    if step.state is not StepState.CALLED or superseded:
        return None
    languages: tuple[Language, ...] = ("id", "en") if ticket.language == "en" else ("id",)
    sentences = tuple(
        call_sentence(
            ticket.prefix,
            ticket.number,
            desk.number,
            language=language,
            call_round=call.round,
            style=style,
            place=""
            if zone_id == desk.zone_id
            else zone_words(bare_name(desk.zone.name), language),
            brief=pace.brief,
        )
        for language in languages
    )
    payload = {
        "call_id": call.id,
        "zone_id": zone_id,
        "desk_zone_id": desk.zone_id,
        "number": ticket.spoken,
        "letter": ticket.prefix,
        "digits": f"{ticket.number:03d}",
        "desk": desk.number,
        "round": call.round,
        "language": ticket.language,
        "at": call.at.isoformat(),
        "seq": last_seq(session),
    }
    return Spoken("announce", payload, sentences, pace)
