import pytest
from sqlalchemy.orm import Session

from models.core.errors import NotAllowed
from models.queue.tickets import ENGAGED, NEXT_STATES, OPEN_STATES, Step, StepState
from tests.builders import small_mall, ticket

PAIRS = [(state, wanted) for state in StepState for wanted in StepState]


def _in_state(session: Session, state: StepState) -> Step:
    hall = small_mall(session)
    (step,) = ticket(session, hall.mall, hall.a).steps
    step.state = state
    session.flush()
    return step


def test_a_step_goes_only_the_ways_of_the_table(session: Session) -> None:
    step = _in_state(session, StepState.WAITING)
    for state, wanted in PAIRS:
        step.state = state
        session.flush()
        if wanted in NEXT_STATES[state]:
            step.move(wanted)
            assert step.state is wanted
            continue
        with pytest.raises(NotAllowed) as refused:
            step.move(wanted)
        assert refused.value.facts == {"number": "A-001", "state": state, "wanted": wanted}
        assert step not in session.dirty
        assert step.state is state


def test_every_state_is_in_the_table_and_every_open_one_can_end() -> None:
    assert set(NEXT_STATES) == set(StepState)
    closed = set(StepState) - OPEN_STATES
    assert closed == {
        StepState.DONE,
        StepState.TRANSFERRED,
        StepState.CANCELLED,
        StepState.EXPIRED,
    }
    assert set(StepState) == _reached_from(StepState.WAITING)
    for state in OPEN_STATES:
        assert StepState.EXPIRED in NEXT_STATES[state]
        assert closed & _reached_from(state)
    assert ENGAGED < OPEN_STATES


def test_states_are_stored_as_words(session: Session) -> None:
    _in_state(session, StepState.MISSED)
    stored = session.connection().exec_driver_sql("SELECT max(state) FROM step")
    assert stored.scalar_one() == "missed"


def _reached_from(state: StepState) -> set[StepState]:
    reached: set[StepState] = {state}
    while more := {wanted for known in reached for wanted in NEXT_STATES[known]} - reached:
        reached |= more
    return reached
