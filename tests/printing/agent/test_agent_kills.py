"""The agent, or the server, dies at random points: no paper is lost, and none comes out twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.paper.jobs import JobState
from tests.patience import until
from tests.printing.agent.agent_hall import AgentHall

pytestmark = pytest.mark.slow

SETTLED = {JobState.PRINTED, JobState.DOUBTFUL}
# A paper takes about half so long from its promise to its end.
LONGEST_S = 0.12


@pytest.fixture
def place(tmp_path: Path) -> Iterator[AgentHall]:
    place = AgentHall(tmp_path)
    yield place
    place.close()


def pass_by(seconds: float) -> None:
    """Let a random part of a paper's way go by: the moment of the cut is the test's whole point."""
    threading.Event().wait(seconds)


def check(place: AgentHall, jobs: list[int]) -> None:
    """Every paper is known for what it is."""
    for job in jobs:
        state, begun = place.state(job), place.heads(job)
        assert begun <= 1, f"job {job} came out {begun} times"
        assert state in SETTLED, f"job {job} is {state}"
        if state is JobState.PRINTED:
            place.wait_for_paper(job)
        # Nothing is sent again once a byte of it may have gone out.
        assert place.history(job).count("sending") <= 3


@pytest.mark.parametrize("seed", [3, 4])
def test_an_agent_that_dies_anywhere(place: AgentHall, seed: int) -> None:
    kill_agents(place, random.Random(seed), 6)


@pytest.mark.long
def test_an_agent_that_dies_a_hundred_times(place: AgentHall) -> None:
    jobs = kill_agents(place, random.Random(11), 100)
    states = [place.state(job) for job in jobs]
    # The cuts came in the middle of papers and after them.
    assert states.count(JobState.DOUBTFUL) > 10
    assert states.count(JobState.PRINTED) > 30


def kill_agents(place: AgentHall, dice: random.Random, times: int) -> list[int]:
    jobs: list[int] = []
    with place.open() as hall:
        with place.paired(hall) as agent:
            agent.stop()
        for _ in range(times):
            with place.agent(hall) as agent:
                # Half the papers wait for the agent, half come while it is there.
                if dice.random() < 0.5:
                    jobs.append(place.ask())
                    until(lambda: place.state(jobs[-1]) is not JobState.WAITING)
                else:
                    until(lambda: place.printer_state() == "online")
                    jobs.append(place.ask())
                pass_by(dice.uniform(0.0, LONGEST_S))
                agent.kill()
        with place.agent(hall):
            jobs.append(place.ask())
            for job in jobs:
                place.wait_for(job, *SETTLED)
            assert place.state(jobs[-1]) is JobState.PRINTED
    check(place, jobs)
    return jobs


def test_a_server_that_dies_anywhere(place: AgentHall) -> None:
    dice, port = random.Random(5), 0
    jobs: list[int] = []
    for number in range(4):
        with place.open(port) as hall:
            port = hall.port
            if number == 0:
                with place.agent(hall) as agent:
                    place.pair(agent.code())
            with place.agent(hall):
                until(lambda: place.printer_state() == "online")
                jobs += [place.ask(), place.ask()]
                pass_by(dice.uniform(0.0, LONGEST_S))
                hall.kill()
    with place.open(port) as hall, place.agent(hall):
        for job in jobs:
            place.wait_for(job, *SETTLED)
    check(place, jobs)
