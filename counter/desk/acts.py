"""What an officer may press: each act and the one rule of the ground that it asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from counter.desk.buttons import ALWAYS, AT_DESK, FREE, Button, Question
from counter.desk.papers import promise_missing, promise_shift, promise_transfer
from counter.desk.presence import step_at_desk, the_service, visit_of
from counter.desk.presses import (
    BreakPress,
    CancelPress,
    CasePress,
    CheckPress,
    FinishPress,
    NumberPress,
    Press,
    ReasonPress,
    ServicePress,
    StepPress,
    TransferPress,
    UndoPress,
)
from counter.desk.state import Phase
from models.core.clock import local_day, local_instant
from models.core.errors import AlreadyServing, BadInput, NobodyWaiting, NotFound, ReasonNeeded
from models.journal.actors import Actor
from models.mall.mall import Desk
from models.mall.people import User
from models.queue import calling, missing, serving, shifts, transferring, undoing
from models.queue.issuing import Wish, add_service
from models.queue.tickets import StepState, Ticket
from models.waits.forecast import announce

Answer = dict[str, Any]
P = TypeVar("P", bound=Press)
Rule = Callable[[Session, Desk, P, Actor, datetime], Answer]


class Act(Generic[P]):
    """An act: what its press carries, what it does inside the transaction, how it is offered."""

    def __init__(
        self, press: type[P], rule: Rule[P], button: Button, *, signed_on: bool = True
    ) -> None:
        """`signed_on` says that only the officer at the desk may do it."""
        self.press = press
        self.reads = TypeAdapter(press)
        self.rule = rule
        self.button = button
        self.signed_on = signed_on


def _sign_on(session: Session, desk: Desk, _press: Press, by: Actor, at: datetime) -> Answer:
    user = session.get(User, by.user_id)
    if user is None:
        raise NotFound
    shifts.sign_on(session, desk, user, by=by, at=at)
    return {}


def _sign_off(session: Session, desk: Desk, _press: Press, by: Actor, at: datetime) -> Answer:
    shift = shifts.shift_at(session, desk.id)
    shifts.sign_off(session, desk, by=by, at=at)
    if shift is not None:
        promise_shift(session, desk, shift, at=at)
    return {}


def _begin_break(
    session: Session, desk: Desk, press: BreakPress, by: Actor, at: datetime
) -> Answer:
    until_at = _break_end(desk, press, at)
    shifts.begin_break(session, desk, until_at=until_at, by=by, at=at)
    return {"until_at": until_at.isoformat()}


def _break_end(desk: Desk, press: BreakPress, at: datetime) -> datetime:
    if press.minutes is not None:
        return at + timedelta(minutes=press.minutes)
    try:
        until = time.fromisoformat(press.until or "")
    except ValueError as error:
        raise BadInput(field="until") from error
    zone = desk.mall.time_zone
    until_at = local_instant(local_day(at, zone), until.hour * 60 + until.minute, zone)
    if until_at <= at:
        raise BadInput(field="until")
    return until_at


def _end_break(session: Session, desk: Desk, _press: Press, by: Actor, at: datetime) -> Answer:
    shifts.end_break(session, desk, by=by, at=at)
    return {}


def _call_next(session: Session, desk: Desk, _press: Press, by: Actor, at: datetime) -> Answer:
    call = calling.call_next(session, desk, by=by, at=at)
    return {"called": call.ticket.spoken}


def _call_number(
    session: Session, desk: Desk, press: NumberPress, by: Actor, at: datetime
) -> Answer:
    ticket = session.get(Ticket, press.ticket_id)
    if ticket is None or ticket.mall_id != desk.mall_id:
        raise NotFound
    call = calling.call_number(session, desk, ticket, reason=press.reason, by=by, at=at)
    return {"called": call.ticket.spoken}


def _call_again(session: Session, desk: Desk, press: StepPress, by: Actor, at: datetime) -> Answer:
    step_at_desk(session, desk, press.step_id)
    call = calling.call_again(session, desk, by=by, at=at)
    return {"called": call.ticket.spoken, "round": call.round}


def _start(session: Session, desk: Desk, press: StepPress, by: Actor, at: datetime) -> Answer:
    called = step_at_desk(session, desk, press.step_id)
    if called.state is StepState.SERVING:  # another window was faster
        raise AlreadyServing(number=called.ticket.spoken)
    step = serving.start(session, desk, by=by, at=at)
    return {"number": step.ticket.spoken}


def _check(session: Session, desk: Desk, press: CheckPress, by: Actor, at: datetime) -> Answer:
    step_at_desk(session, desk, press.step_id)
    step = serving.check_requirements(session, desk, press.checked, by=by, at=at)
    return {"checked": step.checked}


def _set_case(session: Session, desk: Desk, press: CasePress, by: Actor, at: datetime) -> Answer:
    step_at_desk(session, desk, press.step_id)
    step = serving.set_case(session, desk, press.case_id, by=by, at=at)
    return {"checked": step.checked}


def _finish(session: Session, desk: Desk, press: FinishPress, by: Actor, at: datetime) -> Answer:
    step = step_at_desk(session, desk, press.step_id)
    papers = {one.id: one.text_id for one in step.service.requirements}
    serving.finish(
        session,
        desk,
        press.outcome,
        missing=[papers[id_] for id_ in press.missing if id_ in papers],
        note=press.note,
        by=by,
        at=at,
    )
    promise_missing(session, desk, step, at=at)
    return {"number": step.ticket.spoken, "goes_on": step.ticket.desk_id == desk.id}


def _finish_and_call(
    session: Session, desk: Desk, press: FinishPress, by: Actor, at: datetime
) -> Answer:
    """Finish, then call; that nobody waits is no reason to keep the citizen at the desk.

    Nobody is called while the citizen goes on with another need here.
    """
    answer = _finish(session, desk, press, by, at)
    if answer["goes_on"]:
        return answer
    try:
        return answer | _call_next(session, desk, press, by, at)
    except NobodyWaiting:
        return answer | {"called": None}


def _hold(session: Session, desk: Desk, press: ReasonPress, by: Actor, at: datetime) -> Answer:
    step_at_desk(session, desk, press.step_id)
    step = serving.hold(session, desk, reason=press.reason, by=by, at=at)
    return {"number": step.ticket.spoken}


def _resume(session: Session, desk: Desk, press: StepPress, by: Actor, at: datetime) -> Answer:
    ticket = visit_of(session, desk, press.step_id)
    serving.resume(session, desk, ticket, by=by, at=at)
    return {"number": ticket.spoken}


def _transfer(
    session: Session, desk: Desk, press: TransferPress, by: Actor, at: datetime
) -> Answer:
    ticket = step_at_desk(session, desk, press.step_id).ticket
    service = None if press.service_id is None else the_service(session, desk, press.service_id)
    to_desk = None if press.to_desk_id is None else session.get(Desk, press.to_desk_id)
    if to_desk is not None and to_desk.mall_id != desk.mall_id:
        raise NotFound
    successor = transferring.transfer(
        session,
        desk,
        to_service=service,
        to_desk=to_desk,
        case_id=press.case_id,
        reason=press.reason,
        by=by,
        at=at,
    )
    ahead = announce(session, ticket, at)
    promise_transfer(session, desk, successor, ahead, at=at)
    return {"number": ticket.spoken}


def _miss(session: Session, desk: Desk, press: StepPress, by: Actor, at: datetime) -> Answer:
    step_at_desk(session, desk, press.step_id)
    step = missing.miss(session, desk, by=by, at=at)
    return {"number": step.ticket.spoken}


def _welcome_back(
    session: Session, desk: Desk, press: StepPress, by: Actor, at: datetime
) -> Answer:
    ticket = visit_of(session, desk, press.step_id)
    missing.welcome_back(session, ticket, by=by, at=at)
    announce(session, ticket, at)
    return {"number": ticket.spoken}


def _cancel(session: Session, desk: Desk, press: CancelPress, by: Actor, at: datetime) -> Answer:
    if not press.reason.strip():
        raise ReasonNeeded
    ticket = visit_of(session, desk, press.step_id)
    serving.cancel(session, ticket, reason=press.reason, from_desk=desk, by=by, at=at)
    return {"number": ticket.spoken}


def _undo(session: Session, desk: Desk, press: UndoPress, by: Actor, at: datetime) -> Answer:
    ticket = undoing.undo(session, desk, press.entry, by=by, at=at)
    return {"number": ticket.spoken}


def _add_service(
    session: Session, desk: Desk, press: ServicePress, by: Actor, at: datetime
) -> Answer:
    ticket = step_at_desk(session, desk, press.step_id).ticket
    wish = Wish(press.service_id, press.case_id)
    add_service(session, ticket, wish, by=by, at=at)
    announce(session, ticket, at)
    return {"number": ticket.spoken}


# The order is that of the buttons beside the main one.
ACTS: dict[str, Act[Any]] = {
    "sign-on": Act(Press, _sign_on, Button(frozenset({Phase.CLOSED})), signed_on=False),
    "sign-off": Act(Press, _sign_off, Button(FREE | {Phase.BREAK})),
    "begin-break": Act(BreakPress, _begin_break, Button(FREE, asks=Question.UNTIL, key="I")),
    "end-break": Act(Press, _end_break, Button(frozenset({Phase.BREAK}))),
    "call-next": Act(Press, _call_next, Button(frozenset({Phase.READY}))),
    "call-number": Act(NumberPress, _call_number, Button(FREE, asks=Question.NUMBER, key="C")),
    "call-again": Act(
        StepPress,
        _call_again,
        Button(frozenset({Phase.CALLED}), key="U", icon="repeat", in_row=True),
    ),
    "start": Act(StepPress, _start, Button(frozenset({Phase.CALLED}))),
    "check": Act(CheckPress, _check, Button(AT_DESK)),
    "set-case": Act(CasePress, _set_case, Button(AT_DESK, asks=Question.CASE, key="M")),
    "hold": Act(
        ReasonPress,
        _hold,
        Button(frozenset({Phase.SERVING}), key="T", icon="pause", in_row=True),
    ),
    "resume": Act(StepPress, _resume, Button(aside={StepState.HELD: FREE})),
    "transfer": Act(
        TransferPress,
        _transfer,
        Button(AT_DESK, asks=Question.WHERE, key="A", icon="corner-up-right", in_row=True),
    ),
    "miss": Act(
        StepPress, _miss, Button(frozenset({Phase.CALLED}), key="H", icon="user-x", in_row=True)
    ),
    "welcome-back": Act(StepPress, _welcome_back, Button(aside={StepState.MISSED: ALWAYS})),
    "finish": Act(
        FinishPress, _finish, Button(frozenset({Phase.SERVING}), key="S", icon="check", in_row=True)
    ),
    "finish-and-call-next": Act(FinishPress, _finish_and_call, Button(frozenset({Phase.SERVING}))),
    "cancel": Act(
        CancelPress,
        _cancel,
        Button(
            frozenset({Phase.CALLED}),
            aside={StepState.HELD: ALWAYS, StepState.MISSED: ALWAYS},
            asks=Question.WHY,
        ),
    ),
    "undo": Act(UndoPress, _undo, Button(ALWAYS, key="Z", icon="undo-2")),
    "add-service": Act(ServicePress, _add_service, Button(AT_DESK, asks=Question.SERVICE, key="L")),
}


def buttons() -> list[dict[str, Any]]:
    """Return what the console is told of the acts, in their order."""
    return [{"name": name} | act.button.to_json(act.press) for name, act in ACTS.items()]
