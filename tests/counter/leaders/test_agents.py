"""The server's side of the print agents: who may have which paper, and whose word counts."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from counter.app import Application
from counter.leaders.agent_watch import AgentWatch
from counter.leaders.agents import Agents
from models.core.errors import PlaceTaken
from models.core.roles import AGENTS, Role
from models.journal.actors import Actor
from models.journal.events import PaperChanged, PrinterChanged
from models.mall.devices import Device
from models.paper.agents import agent_of, agent_place
from models.paper.jobs import JobState, PrintJob, ask_for_paper, claim, reprint
from models.paper.printers import PrinterState, note_printer, printer_states
from tests.application import OWN_PAGE, example_config, kiosk_client, open_application, user_client
from tests.printing.papers.slips import slip

PRINTER, OTHER = "kiosk-1", "kiosk-2"
SCRIPT = OWN_PAGE | {"Accept": "application/json"}


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """A house whose first two printers hang on other machines."""
    config = example_config(tmp_path)
    away = [one.model_copy(update={"kind": "agent"}) for one in config.printers[:2]]
    printers = (*away, *config.printers[2:])
    with open_application(
        tmp_path, config=config.model_copy(update={"printers": printers})
    ) as application:
        yield application


@pytest.fixture
def agent(application: Application) -> FlaskClient:
    """The device that is paired for the first printer."""
    return kiosk_client(application, agent_place(PRINTER))


def ask(
    application: Application, printer: str = PRINTER, payload: dict[str, Any] | None = None
) -> int:
    plain = slip().to_json() if payload is None else payload
    with application.database.transaction() as session:
        return ask_for_paper(
            session, application.mall_id, printer, plain, ticket_id=None, at=application.clock.now()
        ).id


def job(application: Application, job_id: int) -> PrintJob:
    with application.database.reading() as session:
        return session.get_one(PrintJob, job_id)


def press(agent: FlaskClient, act: str, number: int = 1, **facts: Any) -> dict[str, Any]:
    body = {"press_id": f"{act}-press-{number:010d}", **facts}
    answer = agent.post(f"/agent/{act}", json=body, headers=SCRIPT)
    told: dict[str, Any] = answer.get_json()
    return told | {"status": answer.status_code}


def result(
    agent: FlaskClient, job_id: int, state: str, *, number: int = 1, error: str = ""
) -> bool:
    taken: bool = press(agent, "result", number, job_id=job_id, state=state, error=error)["taken"]
    return taken


def topic(application: Application, key: str) -> dict[str, Any] | None:
    agents = agents_of(application)
    with application.database.reading() as session:
        return agents.state(session, key, application.clock.now())


def agents_of(application: Application) -> Agents:
    return application.agent_watch._agents


def device(application: Application) -> Device:
    with application.database.reading() as session:
        found = agent_of(session, application.mall_id, PRINTER)
        assert found is not None
        return found


def doubt(application: Application) -> None:
    """Let the agent fall silent."""
    AgentWatch(agents_of(application), application.mall_id, lambda _: 3.0).look()


def test_an_agent_learns_who_it_is(application: Application, agent: FlaskClient) -> None:
    told = agent.get("/agent/self", headers=SCRIPT).get_json()
    assert told == {"device_id": device(application).id, "printer": PRINTER}


def test_others_are_turned_away(application: Application) -> None:
    stranger, kiosk = application.app.test_client(), kiosk_client(application)
    assert stranger.get("/agent/self", headers=SCRIPT).status_code == 401
    assert kiosk.get("/agent/self", headers=SCRIPT).status_code == 403
    table = application.permissions.table
    assert {table[one] for one in table if one.startswith("agents.")} == {AGENTS}


def test_an_agent_sees_its_own_papers_as_bytes(
    application: Application, agent: FlaskClient
) -> None:
    first, second = ask(application), ask(application)
    ask(application, OTHER)
    told = topic(application, str(device(application).id))
    assert told is not None
    assert [one["id"] for one in told["jobs"]] == [first, second]
    assert base64.b64decode(told["jobs"][0]["data"]).startswith(b"\x1b@")
    assert told["sending"] == []
    with application.database.transaction() as session:
        claim(session, session.get_one(PrintJob, first), at=application.clock.now())
    told = topic(application, str(device(application).id))
    assert told is not None
    assert [one["id"] for one in told["sending"]] == [first]


def test_a_paper_is_given_once(application: Application, agent: FlaskClient) -> None:
    paper = ask(application)
    assert press(agent, "claim", 1, job_id=paper)["claimed"] is True
    assert press(agent, "claim", 1, job_id=paper)["claimed"] is True, "a retry"
    assert press(agent, "claim", 2, job_id=paper)["claimed"] is False
    assert job(application, paper).tries == 1


def test_a_claim_answered_too_late_gives_nothing(
    application: Application, agent: FlaskClient
) -> None:
    paper = ask(application)
    assert press(agent, "claim", 1, job_id=paper)["claimed"] is True
    doubt(application)
    assert press(agent, "claim", 1, job_id=paper)["claimed"] is False


def test_papers_of_another_printer_are_nobody_elses_business(
    application: Application, agent: FlaskClient
) -> None:
    foreign = ask(application, OTHER)
    assert press(agent, "claim", job_id=foreign)["status"] == 403
    facts: dict[str, Any] = {"job_id": foreign, "state": "printed", "error": ""}
    assert press(agent, "result", **facts)["status"] == 403
    assert press(agent, "claim", 2, job_id=999)["status"] == 404
    assert job(application, foreign).state is JobState.WAITING


@pytest.mark.parametrize("state", ["sent", "printed", "failed", "doubtful", "waiting"])
def test_the_agents_word_settles_what_it_holds(
    application: Application, agent: FlaskClient, state: str
) -> None:
    paper = ask(application)
    press(agent, "claim", job_id=paper)
    assert result(agent, paper, state, error="cover")
    assert (job(application, paper).state, job(application, paper).error) == (
        JobState(state),
        "cover",
    )
    assert result(agent, paper, state), "a retry gets the first answer"
    assert not result(agent, paper, "failed", number=2) or state == "doubtful"


@pytest.mark.parametrize(
    ("said", "copied", "then"),
    [
        ("sent", False, JobState.SENT),
        ("printed", False, JobState.PRINTED),
        ("printed", True, JobState.PRINTED),
        ("failed", False, JobState.FAILED),
        ("doubtful", False, JobState.DOUBTFUL),
        # Nothing went out: it prints after all, unless somebody has asked for it again.
        ("waiting", False, JobState.WAITING),
        ("waiting", True, JobState.FAILED),
    ],
)
def test_the_word_of_an_agent_that_is_back_ends_the_doubt(
    application: Application, agent: FlaskClient, said: str, copied: bool, then: JobState
) -> None:
    paper = ask(application)
    press(agent, "claim", job_id=paper)
    doubt(application)
    assert job(application, paper).state is JobState.DOUBTFUL
    if copied:
        with application.database.transaction() as session:
            reprint(session, session.get_one(PrintJob, paper), at=application.clock.now())
    result(agent, paper, said)
    assert job(application, paper).state is then


def test_a_paper_that_cannot_be_set_fails_and_blocks_nobody(
    application: Application, agent: FlaskClient
) -> None:
    broken, good = ask(application, payload={"number": "many"}), ask(application)
    told = topic(application, str(device(application).id))
    assert told is not None
    assert [bool(one["data"]) for one in told["jobs"]] == [False, True]
    assert press(agent, "claim", 1, job_id=broken)["claimed"] is False
    assert job(application, broken).state is JobState.FAILED
    assert press(agent, "claim", 2, job_id=good)["claimed"] is True


def test_the_printer_fares_as_its_agent_says(application: Application, agent: FlaskClient) -> None:
    assert press(agent, "state", state="paper_out", detail="roll")["news"]
    with application.database.reading() as session:
        status = printer_states(session, application.mall_id)[PRINTER]
    assert (status.state, status.detail) == (PrinterState.PAPER_OUT, "roll")
    assert press(agent, "state", 2, state="on fire", detail="")["status"] == 422


def test_the_reason_follows_from_a_silent_agent_to_a_printer_that_is_off(
    application: Application, agent: FlaskClient
) -> None:
    silence_s = 2.5
    watch = AgentWatch(agents_of(application), application.mall_id, lambda _: silence_s)

    def reason() -> str:
        with application.database.reading() as session:
            return printer_states(session, application.mall_id)[PRINTER].detail

    watch.look()
    assert reason() == "agent_silent"
    silence_s = 0.1
    told = topic(application, str(device(application).id))
    assert told is not None
    assert told["printer_detail"] == "agent_silent"
    assert press(agent, "state", state="away", detail="No such device")["news"]
    watch.look()
    assert reason() == "No such device"
    silence_s = 2.5
    watch.look()
    assert reason() == "agent_silent"


def test_silence_is_told_once_and_never_ends_by_itself(
    application: Application, agent: FlaskClient
) -> None:
    heard: list[str] = []
    application.database.listeners.append(
        lambda events: heard.extend(
            event.printer for event in events if isinstance(event, PrinterChanged)
        )
    )
    silence_s = 1.0
    watch = AgentWatch(agents_of(application), application.mall_id, lambda _: silence_s)
    press(agent, "state", state="online", detail="")
    watch.look()
    # The second printer has no agent at all.
    assert heard == [PRINTER, OTHER]
    silence_s = 2.5
    watch.look()
    watch.look()
    assert heard == [PRINTER, OTHER, PRINTER]
    silence_s = 0.1
    watch.look()
    with application.database.reading() as session:
        status = printer_states(session, application.mall_id)[PRINTER]
    assert (status.state, status.detail) == (PrinterState.AWAY, "agent_silent")


def test_a_second_agent_of_one_printer_is_refused(
    application: Application, agent: FlaskClient
) -> None:
    with pytest.raises(PlaceTaken):
        kiosk_client(application, agent_place(PRINTER))
    kiosk_client(application, agent_place(OTHER))
    kiosk_client(application, "kiosk-1")
    kiosk_client(application, "kiosk-1")


def test_only_its_own_agent_follows_a_printer(application: Application, agent: FlaskClient) -> None:
    agents, own = agents_of(application), device(application)
    actor = Actor(role=Role.AGENT, mall_id=application.mall_id, device_id=own.id)
    foreign = Actor(role=Role.KIOSK, mall_id=application.mall_id, device_id=own.id)
    facts: dict[str, Any] = {
        "mall_id": application.mall_id,
        "at": application.clock.now(),
        "state": "waiting",
    }
    with application.database.reading() as session:
        assert agents.may_follow(session, actor, str(own.id))
        assert not agents.may_follow(session, actor, str(own.id + 1))
        assert not agents.may_follow(session, foreign, str(own.id))
        changed = PaperChanged(**facts, job_id=1, printer=PRINTER)
        assert list(agents.touched(session, changed)) == [str(own.id)]
        changed = PaperChanged(**facts, job_id=1, printer=OTHER)
        assert list(agents.touched(session, changed)) == []


def test_a_copy_reaches_the_agent_marked_as_one(
    application: Application, agent: FlaskClient
) -> None:
    paper = ask(application)
    press(agent, "claim", job_id=paper)
    result(agent, paper, "printed")
    with application.database.transaction() as session:
        copy = reprint(session, session.get_one(PrintJob, paper), at=application.clock.now())
    told = topic(application, str(device(application).id))
    assert told is not None
    (shown,) = told["jobs"]
    assert shown["id"] == copy.id
    agents = agents_of(application)
    marked, plain = (
        agents.composed.data(job(application, copy.id)),
        agents.composed.data(job(application, paper)),
    )
    assert base64.b64decode(shown["data"]) == marked != plain


def test_leaders_pair_an_agent_like_a_screen(application: Application) -> None:
    leader, machine = user_client(application, "admin"), application.app.test_client()
    page = leader.get("/devices").text
    assert "Agen cetak" in page
    assert f'value="{agent_place(PRINTER)}"' in page

    def confirm(machine: FlaskClient) -> tuple[int, str]:
        asked = machine.post("/pair/code", headers=SCRIPT).get_json()
        form = {"code": asked["code"], "words": asked["words"], "place": agent_place(PRINTER)}
        answer = leader.post("/devices", data=form, headers=OWN_PAGE)
        return answer.status_code, answer.text

    assert confirm(machine)[0] == 303
    status, said = confirm(application.app.test_client())
    assert status == 409
    assert "sudah punya agen cetak" in said


def test_what_nobody_heard_since_a_restart_is_doubted_for_its_own_printer_alone(
    application: Application, agent: FlaskClient
) -> None:
    with application.database.transaction() as session:
        away = PrinterState.AWAY
        note_printer(session, application.mall_id, PRINTER, away, at=application.clock.now())
    mine, other = ask(application), ask(application, "kiosk-3")
    with application.database.transaction() as session:
        for one in (mine, other):
            claim(session, session.get_one(PrintJob, one), at=application.clock.now())
    doubt(application)
    assert job(application, mine).state is JobState.DOUBTFUL
    assert job(application, other).state is JobState.SENDING
