from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.errors import (
    BadInput,
    DeskBusy,
    DeskClosed,
    DeskEmpty,
    DeskOnBreak,
    GraceOver,
    NotAllowed,
    NotServedHere,
    ReasonNeeded,
    Refusal,
    ServiceNotOffered,
    TicketClosed,
    TooEarly,
)
from models.journal.events import (
    RequirementsChecked,
    StepCaseSet,
    StepFinished,
    StepHeld,
    StepResumed,
    StepTransferred,
    TicketCancelled,
    TicketCompleted,
    TicketWelcomedBack,
)
from models.mall.catalogue import Service, ServiceCase
from models.queue.calling import call_next
from models.queue.issuing import Wish, take
from models.queue.missing import may_miss_from, may_return_until, miss, welcome_back
from models.queue.serving import (
    cancel,
    check_requirements,
    finish,
    hold,
    resume,
    set_aside,
    set_case,
    start,
)
from models.queue.shifts import begin_break, held_by, sign_off
from models.queue.tickets import Outcome, StepState, Ticket
from models.queue.transferring import transfer
from tests.builders import (
    CITIZEN,
    MINUTE,
    MONDAY,
    SmallMall,
    desk,
    mall,
    serve_next,
    service,
    small_mall,
    take_recorded,
    ticket,
)

LATER = MONDAY + 5 * MINUTE


def case(session: Session, service: Service, code: str) -> ServiceCase:
    """Add a reason for `service`."""
    made = ServiceCase(
        code=code,
        position=len(service.cases) + 1,
        name_id=code.title(),
        name_en=code.title(),
    )
    service.cases.append(made)
    session.flush()
    return made


def _called(session: Session, hall: SmallMall) -> Ticket:
    ticket(session, hall.mall, hall.a)
    return call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY).ticket


def _served(session: Session, hall: SmallMall) -> Ticket:
    ticket(session, hall.mall, hall.a)
    return serve_next(session, hall.desk_a, at=MONDAY)


def test_a_visit_is_called_served_and_done(session: Session) -> None:
    hall = small_mall(session)
    visit = _called(session, hall)
    step = start(session, hall.desk_a, by=CITIZEN, at=MONDAY + MINUTE)
    assert (step.state, step.started_at) == (StepState.SERVING, MONDAY + MINUTE)
    take_recorded(session)
    finish(session, hall.desk_a, Outcome.ACCEPTED, note=" selesai ", by=CITIZEN, at=LATER)
    assert (step.state, step.outcome, step.note) == (StepState.DONE, Outcome.ACCEPTED, "selesai")
    assert (step.ended_at, visit.closed_at, visit.desk_id) == (LATER, LATER, None)
    finished, completed = take_recorded(session)
    assert isinstance(finished, StepFinished)
    assert (finished.outcome, finished.desk_id) == ("accepted", hall.desk_a.id)
    assert isinstance(completed, TicketCompleted)
    assert completed.ticket_id == visit.id


def test_an_empty_desk_has_nothing_to_do(session: Session) -> None:
    desk = small_mall(session).desk_a
    acts: list[Callable[[], object]] = [
        lambda: start(session, desk, by=CITIZEN, at=MONDAY),
        lambda: check_requirements(session, desk, [], by=CITIZEN, at=MONDAY),
        lambda: finish(session, desk, Outcome.ISSUED, by=CITIZEN, at=MONDAY),
        lambda: hold(session, desk, reason="", by=CITIZEN, at=MONDAY),
        lambda: transfer(session, desk, by=CITIZEN, at=MONDAY),
        lambda: miss(session, desk, by=CITIZEN, at=MONDAY),
    ]
    for act in acts:
        with pytest.raises(DeskEmpty):
            act()


def test_who_was_only_called_cannot_be_finished_or_held(session: Session) -> None:
    hall = small_mall(session)
    visit = _called(session, hall)
    with pytest.raises(NotAllowed) as refused:
        finish(session, hall.desk_a, Outcome.ISSUED, by=CITIZEN, at=LATER)
    assert refused.value.facts == {
        "number": "A-001",
        "state": StepState.CALLED,
        "wanted": StepState.DONE,
    }
    with pytest.raises(NotAllowed):
        hold(session, hall.desk_a, reason="", by=CITIZEN, at=LATER)
    start(session, hall.desk_a, by=CITIZEN, at=LATER)
    with pytest.raises(NotAllowed):
        start(session, hall.desk_a, by=CITIZEN, at=LATER)
    assert visit.steps[0].started_at == LATER


def test_papers_returned_need_to_say_what_is_missing(session: Session) -> None:
    hall = small_mall(session)
    visit = _served(session, hall)
    with pytest.raises(ReasonNeeded):
        finish(session, hall.desk_a, Outcome.RETURNED, note=" ", by=CITIZEN, at=LATER)
    finish(session, hall.desk_a, Outcome.RETURNED, missing=["KK asli"], by=CITIZEN, at=LATER)
    assert (visit.steps[0].missing, visit.steps[0].note) == (["KK asli"], "")


def test_a_note_alone_says_why_papers_are_returned(session: Session) -> None:
    hall = small_mall(session)
    visit = _served(session, hall)
    finish(session, hall.desk_a, Outcome.RETURNED, note="KK salah", by=CITIZEN, at=LATER)
    assert (visit.steps[0].missing, visit.steps[0].note) == ([], "KK salah")


def test_a_private_service_returns_papers_without_saying_why(session: Session) -> None:
    made = mall(session)
    private = service(session, made, "S", private_outcome=True)
    where = desk(session, made, [private])
    visit = ticket(session, made, private)
    serve_next(session, where, at=MONDAY)
    finish(session, where, Outcome.RETURNED, by=CITIZEN, at=LATER)
    assert visit.steps[0].outcome is Outcome.RETURNED


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (Outcome.CONSULTED, Outcome.ISSUED),
        (Outcome.ACCEPTED, Outcome.ISSUED),
        (Outcome.RETURNED, Outcome.RETURNED),
    ],
)
def test_a_private_outcome_says_no_more_than_done_or_returned(
    session: Session, outcome: Outcome, kept: Outcome
) -> None:
    made = mall(session)
    private = service(session, made, "S", private_outcome=True)
    where = desk(session, made, [private])
    visit = ticket(session, made, private)
    serve_next(session, where, at=MONDAY)
    hold(session, where, reason="catatan kepolisian", by=CITIZEN, at=MONDAY)
    resume(session, where, visit, by=CITIZEN, at=MONDAY)
    take_recorded(session)
    step = finish(session, where, outcome, missing=["surat"], note="rahasia", by=CITIZEN, at=LATER)
    assert (step.outcome, step.missing, step.note) == (kept, [], "")
    finished = take_recorded(session)[0]
    assert isinstance(finished, StepFinished)
    assert finished.outcome == kept


def test_only_papers_of_the_service_can_be_checked(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made, "A", requirements=["KTP", "KK"])
    foreign = service(session, made, "B", requirements=["Paspor"])
    where = desk(session, made, [wanted])
    ticket(session, made, wanted)
    serve_next(session, where, at=MONDAY)
    ktp, kk = (requirement.id for requirement in wanted.requirements)
    ids = [kk, foreign.requirements[0].id]
    take_recorded(session)
    assert check_requirements(session, where, ids, by=CITIZEN, at=LATER).checked == [kk]
    assert [type(event) for event in take_recorded(session)] == [RequirementsChecked]
    assert check_requirements(session, where, [ktp], by=CITIZEN, at=LATER).checked == [ktp]


def test_a_reason_is_set_and_corrected_at_the_desk_and_seen_papers_that_apply_stay(
    session: Session,
) -> None:
    made = mall(session)
    wanted = service(session, made, "A", requirements=["KK", "Surat kehilangan", "KTP rusak"])
    lost, broken = case(session, wanted, "hilang"), case(session, wanted, "rusak")
    kk, police, card = wanted.requirements
    police.case_codes, card.case_codes = [lost.code], [broken.code]
    foreign = case(session, service(session, made, "B"), "baru")
    where = desk(session, made, [wanted])
    with pytest.raises(DeskEmpty):
        set_case(session, where, lost.id, by=CITIZEN, at=LATER)
    ticket(session, made, wanted)
    serve_next(session, where, at=MONDAY)
    take_recorded(session)
    step = set_case(session, where, lost.id, by=CITIZEN, at=LATER)
    (event,) = take_recorded(session)
    assert isinstance(event, StepCaseSet)
    assert (event.case_id, event.step_id, event.at) == (lost.id, step.id, LATER)
    check_requirements(session, where, [kk.id, police.id], by=CITIZEN, at=LATER)
    assert set_case(session, where, broken.id, by=CITIZEN, at=LATER).case is broken
    assert step.checked == [kk.id]
    broken.in_use = False
    session.flush()
    for unknown in (foreign.id, 999_999, broken.id):
        with pytest.raises(BadInput) as refused:
            set_case(session, where, unknown, by=CITIZEN, at=LATER)
        assert refused.value.facts == {"field": "case"}
    assert step.case is broken


def test_a_transfer_to_another_service_takes_its_reason_along(session: Session) -> None:
    hall = small_mall(session)
    lost, foreign = case(session, hall.b, "hilang"), case(session, hall.a, "rusak")
    visit = _served(session, hall)
    with pytest.raises(BadInput):
        transfer(session, hall.desk_a, to_service=hall.b, case_id=foreign.id, by=CITIZEN, at=LATER)
    assert visit.steps[0].state is StepState.SERVING
    opened = transfer(
        session, hall.desk_a, to_service=hall.b, case_id=lost.id, by=CITIZEN, at=LATER
    )
    assert opened.case_id == lost.id


def test_a_held_visit_frees_the_desk_and_is_resumed_where_its_service_is_offered(
    session: Session,
) -> None:
    hall = small_mall(session)
    visit = _served(session, hall)
    step = hold(session, hall.desk_a, reason=" fotokopi ", by=CITIZEN, at=LATER)
    assert (step.state, step.note, visit.desk) == (StepState.HELD, "fotokopi", None)
    assert set_aside(session, hall.desk_a) == [step]
    with pytest.raises(NotServedHere) as not_here:
        resume(session, hall.desk_b, visit, by=CITIZEN, at=LATER)
    assert not_here.value.facts == {"number": "A-001"}
    other = _called(session, hall)
    with pytest.raises(DeskBusy) as busy:
        resume(session, hall.desk_a, visit, by=CITIZEN, at=LATER)
    assert busy.value.facts == {"number": "A-002"}
    take_recorded(session)
    assert resume(session, hall.desk_ab, visit, by=CITIZEN, at=LATER) is step
    (event,) = take_recorded(session)
    assert isinstance(event, StepResumed)
    assert (event.step_id, event.desk_id) == (step.id, hall.desk_ab.id)
    assert held_by(session, hall.desk_ab) is visit
    assert held_by(session, hall.desk_a) is other
    assert set_aside(session, hall.desk_a) == []
    assert step.started_at == MONDAY
    hold(session, hall.desk_ab, reason="", by=CITIZEN, at=LATER)
    assert set_aside(session, hall.desk_ab) == [step]


def test_a_desk_is_shown_whom_it_put_aside_itself_the_longest_away_first(session: Session) -> None:
    hall = small_mall(session)
    came_first = ticket(session, hall.mall, hall.a)
    urgent = ticket(session, hall.mall, hall.a, priority=True)
    elsewhere = ticket(session, hall.mall, hall.b)
    for where, visit, at in (
        (hall.desk_a, urgent, MONDAY),
        (hall.desk_a, came_first, LATER),
        (hall.desk_b, elsewhere, LATER),
    ):
        assert serve_next(session, where, at=at) is visit
        hold(session, where, reason="", by=CITIZEN, at=at + MINUTE)
    assert [step.ticket for step in set_aside(session, hall.desk_a)] == [urgent, came_first]


def test_why_a_visit_was_put_aside_is_in_the_journal(session: Session) -> None:
    hall = small_mall(session)
    _served(session, hall)
    take_recorded(session)
    hold(session, hall.desk_a, reason=" fotokopi ", by=CITIZEN, at=LATER)
    (event,) = take_recorded(session)
    assert isinstance(event, StepHeld)
    assert (event.reason, event.desk_id) == ("fotokopi", hall.desk_a.id)


def test_resuming_needs_an_open_desk_and_a_held_visit(session: Session) -> None:
    hall = small_mall(session)
    waiting = ticket(session, hall.mall, hall.b)
    visit = _served(session, hall)
    with pytest.raises(NotAllowed) as refused:
        resume(session, hall.desk_ab, waiting, by=CITIZEN, at=LATER)
    assert refused.value.facts == {
        "number": "B-001",
        "state": StepState.WAITING,
        "wanted": StepState.SERVING,
    }
    with pytest.raises(NotAllowed):
        resume(session, hall.desk_ab, visit, by=CITIZEN, at=LATER)
    hold(session, hall.desk_a, reason="", by=CITIZEN, at=LATER)
    begin_break(session, hall.desk_a, until_at=LATER + MINUTE, by=CITIZEN, at=LATER)
    with pytest.raises(DeskOnBreak):
        resume(session, hall.desk_a, visit, by=CITIZEN, at=LATER)
    sign_off(session, hall.desk_ab, by=CITIZEN, at=LATER)
    with pytest.raises(DeskClosed):
        resume(session, hall.desk_ab, visit, by=CITIZEN, at=LATER)
    cancel(session, visit, reason="", by=CITIZEN, at=LATER)
    third = desk(session, hall.mall, [hall.a])
    with pytest.raises(TicketClosed) as closed:
        resume(session, third, visit, by=CITIZEN, at=LATER)
    assert closed.value.facts == {"number": "A-001"}


def test_who_was_called_to_one_desk_is_not_resumed_at_another(session: Session) -> None:
    hall = small_mall(session)
    visit = _called(session, hall)
    with pytest.raises(NotAllowed) as refused:
        resume(session, hall.desk_ab, visit, by=CITIZEN, at=LATER)
    assert refused.value.facts == {
        "number": "A-001",
        "state": StepState.CALLED,
        "wanted": StepState.SERVING,
    }
    assert visit.desk is hall.desk_a


def test_a_transfer_closes_one_step_and_opens_another_on_the_same_number(
    session: Session,
) -> None:
    hall = small_mall(session)
    visit = _served(session, hall)
    take_recorded(session)
    opened = transfer(
        session, hall.desk_a, to_service=hall.b, reason=" salah loket ", by=CITIZEN, at=LATER
    )
    (event,) = take_recorded(session)
    assert isinstance(event, StepTransferred)
    assert (event.to_step_id, event.to_service_id, event.to_desk_id, event.reason) == (
        opened.id,
        hall.b.id,
        None,
        "salah loket",
    )
    closed = visit.steps[0]
    assert (closed.state, closed.ended_at) == (StepState.TRANSFERRED, LATER)
    assert (opened.ticket, opened.service, opened.position) == (visit, hall.b, 2)
    assert (opened.note, opened.only_desk_id) == ("salah loket", None)
    assert (visit.spoken, visit.closed_at, visit.desk_id) == ("A-001", None, None)


def test_a_transfer_to_a_desk_keeps_the_case_and_the_checked_papers(session: Session) -> None:
    made = mall(session)
    wanted, other = service(session, made, "A", requirements=["KTP"]), service(session, made, "B")
    lost = ServiceCase(
        service_id=wanted.id, code="hilang", position=1, name_id="Hilang", name_en="Lost"
    )
    session.add(lost)
    session.flush()
    here, there = desk(session, made, [wanted]), desk(session, made, [wanted])
    desk(session, made, [other])
    take(session, made, [Wish(wanted.id, lost.id)], by=CITIZEN, at=MONDAY)
    serve_next(session, here, at=MONDAY)
    checked = [wanted.requirements[0].id]
    check_requirements(session, here, checked, by=CITIZEN, at=MONDAY)
    take_recorded(session)
    opened = transfer(session, here, to_desk=there, by=CITIZEN, at=LATER)
    assert (opened.only_desk_id, opened.case_id, opened.checked) == (there.id, lost.id, checked)
    assert (opened.began_waiting_at, opened.note) == (LATER, "")
    (event,) = take_recorded(session)
    assert isinstance(event, StepTransferred)
    assert event.to_desk_id == there.id
    serve_next(session, there, at=LATER)
    elsewhere = transfer(session, there, to_service=other, by=CITIZEN, at=LATER)
    # Cases and papers are of one service: for another they mean nothing.
    assert (elsewhere.only_desk_id, elsewhere.case_id, elsewhere.checked) == (None, None, [])


def test_a_transfer_that_leads_nowhere_is_refused_and_changes_nothing(session: Session) -> None:
    hall = small_mall(session)
    closed = desk(session, hall.mall, [hall.a], open_since=None)
    stranger = service(session, mall(session, code="lain"))
    retired = service(session, hall.mall, "C")
    retired.in_use = False
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_a, at=MONDAY)
    no_way: dict[str, object] = {
        "number": visit.spoken,
        "state": StepState.SERVING,
        "wanted": StepState.TRANSFERRED,
    }
    targets: list[tuple[type[Refusal], dict[str, object], dict[str, object]]] = [
        (NotAllowed, no_way, {}),
        (NotAllowed, no_way, {"to_service": hall.a}),
        (NotAllowed, no_way, {"to_service": hall.b}),
        (ServiceNotOffered, {"service": stranger.name_id}, {"to_service": stranger}),
        (ServiceNotOffered, {"service": retired.name_id}, {"to_service": retired}),
        (DeskClosed, {"desk": closed.number}, {"to_desk": closed}),
        (NotServedHere, {"number": visit.spoken}, {"to_desk": hall.desk_b}),
    ]
    for refusal, facts, target in targets:
        with pytest.raises(refusal) as refused:
            transfer(session, hall.desk_a, by=CITIZEN, at=LATER, **target)  # type: ignore[arg-type]  # each line's own target
        assert refused.value.facts == facts
    assert [step.state for step in visit.steps] == [StepState.SERVING, StepState.PAUSED]
    assert visit.desk is hall.desk_a


def test_nobody_is_missed_before_they_had_time_to_come(session: Session) -> None:
    hall = small_mall(session, mall(session, miss_after_s=90))
    visit = _called(session, hall)
    from_at = MONDAY + timedelta(seconds=90)
    with pytest.raises(TooEarly) as refused:
        miss(session, hall.desk_a, by=CITIZEN, at=from_at - timedelta(seconds=1))
    assert refused.value.facts == {"number": "A-001", "from_at": from_at}
    assert may_miss_from(session, visit.steps[0]) == from_at
    step = miss(session, hall.desk_a, by=CITIZEN, at=from_at)
    assert may_miss_from(session, step) is None
    assert (step.state, step.ended_at, visit.desk) == (StepState.MISSED, from_at, None)
    assert set_aside(session, hall.desk_a) == [step]


def test_who_is_being_served_is_not_missed(session: Session) -> None:
    hall = small_mall(session)
    _served(session, hall)
    for at in (MONDAY, LATER):  # before and after the time to come
        with pytest.raises(NotAllowed) as refused:
            miss(session, hall.desk_a, by=CITIZEN, at=at)
        assert refused.value.facts == {
            "number": "A-001",
            "state": StepState.SERVING,
            "wanted": StepState.MISSED,
        }


def test_a_missed_visit_is_welcomed_back_within_the_grace(session: Session) -> None:
    hall = small_mall(session)
    visits = [_missed(session, hall) for _ in range(2)]
    last_at = LATER + timedelta(minutes=hall.mall.rules.return_grace_m)
    assert may_return_until(session, visits[0].steps[0]) == last_at
    take_recorded(session)
    step = welcome_back(session, visits[0], by=CITIZEN, at=last_at)
    assert may_return_until(session, visits[0].steps[0]) is None
    assert (step.state, step.began_waiting_at, step.ended_at) == (StepState.WAITING, last_at, None)
    assert [type(event) for event in take_recorded(session)] == [TicketWelcomedBack]
    with pytest.raises(GraceOver) as over:
        welcome_back(session, visits[1], by=CITIZEN, at=last_at + timedelta(seconds=1))
    assert over.value.facts == {"number": "A-002"}
    with pytest.raises(NotAllowed) as refused:
        welcome_back(session, visits[0], by=CITIZEN, at=last_at)
    assert refused.value.facts == {
        "number": "A-001",
        "state": StepState.WAITING,
        "wanted": StepState.WAITING,
    }
    cancel(session, visits[1], reason="", by=CITIZEN, at=last_at)
    with pytest.raises(TicketClosed):
        welcome_back(session, visits[1], by=CITIZEN, at=last_at)


def test_only_who_was_missed_is_welcomed_back(session: Session) -> None:
    hall = small_mall(session)
    visit = _served(session, hall)
    hold(session, hall.desk_a, reason="", by=CITIZEN, at=MONDAY)
    with pytest.raises(NotAllowed) as refused:
        welcome_back(session, visit, by=CITIZEN, at=LATER)
    assert refused.value.facts == {
        "number": "A-001",
        "state": StepState.HELD,
        "wanted": StepState.WAITING,
    }


def _missed(session: Session, hall: SmallMall) -> Ticket:
    visit = _called(session, hall)
    miss(session, hall.desk_a, by=CITIZEN, at=LATER)
    return visit


def test_giving_up_ends_all_steps_and_frees_the_desk(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
    take_recorded(session)
    cancel(session, visit, reason=" pulang ", by=CITIZEN, at=LATER)
    assert {(step.state, step.ended_at) for step in visit.steps} == {(StepState.CANCELLED, LATER)}
    assert (visit.closed_at, visit.desk_id) == (LATER, None)
    assert held_by(session, hall.desk_a) is None
    (event,) = take_recorded(session)
    assert isinstance(event, TicketCancelled)
    assert (event.ticket_id, event.desk_id) == (visit.id, hall.desk_a.id)
    assert event.reason == "pulang"
    with pytest.raises(TicketClosed) as refused:
        cancel(session, visit, reason="", by=CITIZEN, at=LATER)
    assert refused.value.facts == {"number": "A-001"}


def test_who_is_being_served_cannot_give_up(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.b, hall.a)
    serve_next(session, hall.desk_a, at=MONDAY)
    with session.begin_nested() as savepoint:
        with pytest.raises(NotAllowed):
            cancel(session, visit, reason="", by=CITIZEN, at=LATER)
        savepoint.rollback()
    session.refresh(visit)
    assert [step.state for step in visit.steps] == [StepState.PAUSED, StepState.SERVING]


def test_a_ticket_ends_with_its_last_step(session: Session) -> None:
    hall = small_mall(session)
    visit = ticket(session, hall.mall, hall.a, hall.b)
    serve_next(session, hall.desk_ab, at=MONDAY)
    finish(session, hall.desk_ab, Outcome.ISSUED, by=CITIZEN, at=LATER)
    assert visit.closed_at is None
    finish(session, hall.desk_ab, Outcome.ISSUED, by=CITIZEN, at=LATER + MINUTE)
    assert visit.closed_at == LATER + MINUTE
