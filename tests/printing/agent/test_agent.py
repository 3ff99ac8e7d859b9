"""The print agent: each paper once, and whatever is not sure is known within three seconds."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.paper.jobs import JobState
from tests.application import ROOT
from tests.patience import until
from tests.printing.agent.agent_hall import AgentHall
from tests.servers import Server

pytestmark = pytest.mark.slow

# What the house promises for a lost line.
KNOWN_WITHIN_S = 3.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[AgentHall]:
    place = AgentHall(tmp_path)
    yield place
    place.close()


@pytest.fixture
def hall(place: AgentHall) -> Iterator[Server]:
    with place.open() as hall:
        yield hall


def test_a_paired_agent_prints_each_paper_once_and_in_order(place: AgentHall, hall: Server) -> None:
    with place.agent(hall) as agent:
        waited = [place.ask() for _ in range(3)]
        place.pair(agent.code())
        for job in waited:
            place.wait_for(job, JobState.PRINTED)
        later = place.ask()
        place.wait_for(later, JobState.PRINTED)
        assert agent.stop() == 0
    jobs = [*waited, later]
    place.wait_for_paper(*jobs)
    # Of an agent that a busy machine keeps silent for three seconds the house doubts for a while.
    states = [[state for state in place.history(job) if state != "doubtful"] for job in jobs]
    assert states == [["waiting", "sending", "printed"]] * 4
    token = place.folder / "agent" / "token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600


def test_an_agent_never_says_that_a_printer_without_answers_printed(tmp_path: Path) -> None:
    place = AgentHall(tmp_path, answers=False)
    try:
        with place.open() as hall, place.paired(hall) as agent:
            job = place.ask()
            place.wait_for(job, JobState.SENT)
            assert agent.stop() == 0
        place.wait_for_paper(job)
    finally:
        place.close()


def test_the_printer_is_away_while_its_agent_is_and_back_with_it(
    place: AgentHall, hall: Server
) -> None:
    with place.paired(hall) as agent:
        agent.freeze()
        away_s = until(lambda: place.printer_state() == "away")
        waiting = place.ask()
        agent.thaw()
        until(lambda: place.printer_state() != "away")
        place.wait_for(waiting, JobState.PRINTED)
        agent.kill()
        gone_s = until(lambda: place.printer_state() == "away")
    assert away_s < KNOWN_WITHIN_S
    assert gone_s < KNOWN_WITHIN_S
    place.wait_for_paper(waiting)


def test_a_printer_that_is_away_prints_what_waited_when_it_comes_back(
    place: AgentHall, hall: Server
) -> None:
    place.printer.refuse()
    with place.agent(hall) as agent:
        place.pair(agent.code())
        until(lambda: "the printer is away now" in "".join(agent.said))
        job = place.ask()
        until(lambda: place.printer_state() == "away")
        place.printer.come_back()
        place.wait_for(job, JobState.PRINTED)
        until(lambda: place.printer_state() == "online")
    place.wait_for_paper(job)


def test_paper_that_runs_out_in_the_middle_is_known_at_once(place: AgentHall, hall: Server) -> None:
    with place.paired(hall):
        job = place.ask_and_run_out()
        known_s = until(lambda: place.printer_state() == "paper_out")
        place.wait_for(job, JobState.DOUBTFUL)
        later = place.ask()
        place.printer.put_paper()
        place.wait_for(later, JobState.PRINTED)
        assert place.state(job) is JobState.DOUBTFUL
    assert known_s < KNOWN_WITHIN_S
    place.wait_for_paper(later)
    assert place.heads(job) == 1


def test_what_a_dead_agent_was_printing_is_doubtful_and_stays_alone(
    place: AgentHall, hall: Server
) -> None:
    with place.paired(hall) as agent:
        job = place.ask_and_run_out()
        agent.kill()
        doubted_s = until(lambda: place.state(job) is JobState.DOUBTFUL)
    assert doubted_s < KNOWN_WITHIN_S
    place.printer.put_paper()
    with place.agent(hall):
        later = place.ask()
        place.wait_for(later, JobState.PRINTED)
        assert place.state(job) is JobState.DOUBTFUL
    assert place.heads(job) == 1


def test_a_result_that_came_while_the_server_was_down_is_told_later(
    place: AgentHall, hall: Server
) -> None:
    with place.paired(hall) as agent:
        job = place.ask_and_run_out()
        hall.kill()
        place.printer.put_paper()
        place.wait_for_paper(job)
        until(lambda: f"job {job} is printed" in "".join(agent.said))
        # Both had a power cut; the agent's journal still knows.
        agent.kill()
        assert place.state(job) is JobState.SENDING
    with place.open(hall.port) as again, place.agent(again):
        place.wait_for(job, JobState.PRINTED)
        later = place.ask()
        place.wait_for(later, JobState.PRINTED)
    place.wait_for_paper(later)
    assert (place.heads(job), place.whole(job)) == (1, 1)


def test_an_agent_finds_a_server_that_was_restarted(place: AgentHall, hall: Server) -> None:
    with place.paired(hall):
        hall.kill()
        missed = place.ask()
        with place.open(hall.port):
            place.wait_for(missed, JobState.PRINTED)
            later = place.ask()
            place.wait_for(later, JobState.PRINTED)
    place.wait_for_paper(missed, later)


def test_an_agent_that_was_withdrawn_prints_nothing_and_asks_to_be_paired(
    place: AgentHall, hall: Server
) -> None:
    with place.paired(hall) as agent:
        shown, token = agent.code(), (place.folder / "agent" / "token").read_text()
        place.withdraw()
        until(lambda: place.printer_state() == "away")
        job = place.ask()
        until(lambda: agent.code() != shown)
        assert place.state(job) is JobState.WAITING
        assert (place.folder / "agent" / "token").read_text() != token
        place.pair(agent.code())
        place.wait_for(job, JobState.PRINTED)
    place.wait_for_paper(job)


def test_an_agent_that_dies_while_it_is_paired_is_paired_all_the_same(
    place: AgentHall, hall: Server
) -> None:
    with place.agent(hall) as agent:
        code = agent.code()
        agent.freeze()
        place.pair(code)
        agent.kill()
    with place.agent(hall):
        job = place.ask()
        place.wait_for(job, JobState.PRINTED)


def test_two_agents_never_share_a_memory(place: AgentHall, hall: Server) -> None:
    with place.paired(hall), place.agent(hall) as second:
        assert second.process.wait(timeout=30) == 1
        until(lambda: "Another agent works in" in "".join(second.said))


def test_the_command_line_pairs_an_agent_and_refuses_a_second(
    place: AgentHall, hall: Server
) -> None:
    def pair(code: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "counter", "device", "pair", code, "--place"]
        command += [f"printer:{'kiosk-1'}", "--config", str(place.config_file)]
        command += ["--data-dir", str(place.folder)]
        return subprocess.run(  # noqa: S603 — our own program.
            command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
        )

    with place.agent(hall) as first, place.agent(hall, state="second") as second:
        done = pair(first.code())
        assert "(printer:kiosk-1) now" in done.stdout, done.stderr
        refused = pair(second.code())
        assert "has a print agent" in refused.stderr
        job = place.ask()
        place.wait_for(job, JobState.PRINTED)


def test_the_help_reads_like_a_manual() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "printing.agent", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    for word in ("--server", "--config", "--state-dir", "agent.toml", "/devices"):
        assert word in done.stdout
