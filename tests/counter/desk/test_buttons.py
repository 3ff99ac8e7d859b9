"""What the console is told of each act is what the server does with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from counter.desk.acts import ACTS, buttons
from counter.desk.buttons import NOTE_KEY, OUTCOME_KEYS, Question
from counter.desk.presence import the_desk
from counter.desk.presses import carried
from counter.desk.state import Phase
from counter.door.example_people import EXAMPLE_SUPERVISOR
from counter.words.language import Language
from models.core.errors import Refusal
from models.core.presses import new_press_id
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.people import User
from models.queue.tickets import StepState
from tests.application import clock_of, open_application, service_id
from tests.builders import MINUTE
from tests.counter.desk.crew import Crew, citizen, crew, ticket_of

ROOT = Path(__file__).parents[3]
# Ends a break where there is one; without one nothing changes, and nobody is told off.
HARMLESS = {"end-break"}
NOBODYS_STEP = 999_999
# Offered for what was pressed a moment ago, whatever the phase; the state tells (`undo`).
OF_A_MOMENT = {"undo"}
AT_DESK = {Phase.CALLED, Phase.SERVING}


class TakenBackError(Exception):
    """What was tried is not to last."""


@dataclass
class Scene:
    """A desk in one phase, beside it a held and a missed number, and who stands in there."""

    rina: Crew
    stand_in: Actor
    aside: dict[StepState, int]  # the step of the number that is set aside in this state
    ticket_id: int  # a number that the desk may call
    far_id: int

    def refusal(self, act: str, step_id: int) -> str:
        """Try the act for the step, take it back, and return why it was refused, if it was."""
        application = self.rina.application
        at, wanted = application.clock.now(), ACTS[act].reads.validate_json(self.body(act, step_id))
        with suppress(TakenBackError), application.database.transaction() as session:
            desk = the_desk(session, self.stand_in, wanted.desk_id)
            try:
                ACTS[act].rule(session, desk, wanted, self.stand_in, at)
            except Refusal as refusal:
                return refusal.code
            raise TakenBackError
        return ""

    def body(self, act: str, step_id: int) -> str:
        facts = {
            "step_id": step_id,
            "ticket_id": self.ticket_id,
            "checked": [],
            "outcome": "issued",
            "reason": "Uji",
            "minutes": 10,
            "to_desk_id": self.far_id,
        }
        if act == "add-service":
            facts["service_id"] = service_id(self.rina.application, "skck")
        if act == "set-case":
            current = self.rina.state()["current"]
            facts["case_id"] = current["case_id"] if current else 1
        told = {name: value for name, value in facts.items() if name in carried(ACTS[act].press)}
        return json.dumps(told | {"press_id": new_press_id(), "desk_id": self.rina.desk_id})


def _reach(rina: Crew, phase: Phase) -> None:
    if phase not in (Phase.EMPTY, Phase.CLOSED, Phase.BREAK):
        citizen(rina.application, "ktp-el")
        citizen(rina.application, "ktp-el")
    if phase in AT_DESK:
        rina.press("call-next")
        clock_of(rina.application).pass_by(2 * MINUTE)
    if phase is Phase.SERVING:
        rina.press("start", step_id=rina.step_id())
    if phase is Phase.BREAK:
        rina.press("begin-break", minutes=10)
    if phase is Phase.CLOSED:
        rina.press("sign-off")
    assert rina.state()["phase"] == phase


@pytest.fixture(params=Phase, ids=str)
def phase(request: pytest.FixtureRequest) -> Phase:
    return Phase(request.param)


@pytest.fixture
def scene(tmp_path: Path, phase: Phase) -> Iterator[Scene]:
    with open_application(tmp_path) as application:
        rina, far = crew(application, 3), crew(application, 4)
        missed, held = citizen(application, "ktp-el"), citizen(application, "ktp-el")
        rina.press("call-next")
        clock_of(application).pass_by(2 * MINUTE)
        rina.press("miss", step_id=rina.step_id())
        rina.press("hold", step_id=rina.serve())
        aside = {
            StepState.MISSED: ticket_of(application, missed).steps[0].id,
            StepState.HELD: ticket_of(application, held).steps[0].id,
        }
        with application.database.reading() as session:
            user = session.query(User).filter_by(username=EXAMPLE_SUPERVISOR[0]).one()
        by = Actor(role=Role.SUPERVISOR, mall_id=application.mall_id, user_id=user.id)
        _reach(rina, phase)
        yield Scene(rina, by, aside, ticket_of(application, missed).id, far.desk_id)


def test_an_act_is_offered_for_the_desk_when_it_can_be_done(scene: Scene, phase: Phase) -> None:
    here = scene.rina.step_id() if phase in AT_DESK else NOBODYS_STEP
    # For want of a number at the desk, these would be about one that is set aside.
    acts = ACTS.keys() - OF_A_MOMENT
    possible = {act for act in acts if not scene.refusal(act, here)}
    offered = {act for act in acts if phase in ACTS[act].button.when}
    assert possible - HARMLESS == offered - HARMLESS
    assert offered <= possible


@pytest.mark.parametrize("state", [StepState.HELD, StepState.MISSED])
def test_an_act_is_offered_for_a_number_set_aside_when_it_can_be_done(
    scene: Scene, phase: Phase, state: StepState
) -> None:
    meant = {act for act, told in ACTS.items() if "step_id" in carried(told.press)}
    possible = {act for act in meant if not scene.refusal(act, scene.aside[state])}
    offered = {act for act in ACTS if phase in ACTS[act].button.aside.get(state, ())}
    assert possible == offered


@pytest.mark.parametrize("act", ACTS)
def test_a_press_needs_what_its_button_says_and_takes_nothing_else(act: str) -> None:
    told = next(one for one in buttons() if one["name"] == act)["carries"]
    samples: dict[str, Any] = {
        **dict.fromkeys(("step_id", "ticket_id", "service_id", "to_desk_id", "case_id"), 1),
        **dict.fromkeys(("reason", "note"), "Uji"),
        "checked": [1],
        "entry": 1,
        "missing": [1],
        "outcome": "issued",
        "minutes": 10,
        "until": "10:15",
    }
    whole = {"press_id": new_press_id(), "desk_id": 1} | {fact: samples[fact] for fact in told}

    def reads(body: dict[str, Any]) -> bool:
        try:
            ACTS[act].reads.validate_json(json.dumps(body))
        except ValidationError:
            return False
        return True

    assert reads(whole)
    assert not reads(whole | {"else": 1})
    for fact, needed in told.items():
        without = {name: value for name, value in whole.items() if name != fact}
        assert reads(without) is not needed, fact


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_button_has_its_words(language: str) -> None:
    words = Language("Asia/Jakarta").words("counter.desk", language)
    # Papers are ticked, which needs no button of its own.
    drawn = {name: act.button for name, act in ACTS.items() if name != "check"}
    named = {name: name.replace("-", "_") for name in drawn}
    assert [name for name in drawn if f"desk.act.{named[name]}" not in words] == []
    asking = [named[name] for name, button in drawn.items() if button.asks]
    assert [name for name in asking if f"desk.ask.{name}" not in words] == []


def test_no_two_buttons_have_one_key_and_each_in_the_row_has_an_icon() -> None:
    keys = [act.button.key for act in ACTS.values() if act.button.key]
    keys += [*OUTCOME_KEYS.values(), NOTE_KEY]
    assert len(keys) == len(set(keys))
    sheet = (ROOT / "counter/static/shared/icons.txt").read_text(encoding="utf-8").split()
    row = [act.button.icon for act in ACTS.values() if act.button.in_row]
    assert [icon for icon in row if icon not in sheet] == []


def test_the_page_has_a_form_for_each_question() -> None:
    script = (ROOT / "counter/static/counter/desk/dialogs.js").read_text(encoding="utf-8")
    _, _, forms = script.partition("export const FORMS = {")
    forms, _, _ = forms.partition("}")
    assert {one.split(":")[0].strip() for one in forms.split(",")} == set(Question)
