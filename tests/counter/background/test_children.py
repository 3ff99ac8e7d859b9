"""Child processes: what they do comes back, and whatever befalls them, the hall goes on."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter.background.children import ROOT, Child
from models.core.work import ChildGone, WorkFailed
from tests.patience import until

JOBS = "tests.counter.background.jobs"


@pytest.fixture
def children() -> Iterator[list[Child]]:
    """Children to be ended after the test."""
    kept: list[Child] = []
    yield kept
    for child in kept:
        child.stop()


def child_for(work: str, children: list[Child], *, jobs: int = 100) -> Child:
    child = Child(work, f"{JOBS}:{work}", jobs=jobs)
    children.append(child)
    return child


def test_a_child_does_its_work_and_is_replaced_before_it_grows_old(children: list[Child]) -> None:
    child = child_for("add", children, jobs=2)
    assert child.pid is None
    child.warm()
    first = child.pid
    assert [child.ask(1, 2), child.ask(3, 4), child.ask(5, 6)] == [3, 7, 11]
    assert child.pid not in (None, first)
    assert not alive(first)


def test_an_answer_may_be_huge_and_an_exception_comes_back_by_name(children: list[Child]) -> None:
    assert len(child_for("whole", children).ask(30_000_000)) == 30_000_000
    refusing = child_for("refuse", children)
    with pytest.raises(WorkFailed, match="ValueError: no ink") as failed:
        refusing.ask("no ink")
    assert (failed.value.kind, failed.value.reason) == ("ValueError", "no ink")
    pid = refusing.pid
    with pytest.raises(WorkFailed, match="TypeError"):
        refusing.ask()
    assert refusing.pid == pid
    with pytest.raises(WorkFailed, match="AttributeError"):
        child_for("nothing_of_the_kind", children).ask()


def test_a_child_stands_apart_from_the_hall(children: list[Child]) -> None:
    with Path(os.devnull).open("rb") as held:
        os.set_inheritable(held.fileno(), True)
        about = child_for("about", children).ask()
    assert len(about.pop("files")) == 1, "its own end of the socket"
    assert about.pop("pid") != os.getpid()
    assert about == {"nice": os.nice(0) + 5, "gevent": False, "interrupt": True}


def test_work_goes_on_after_one_death_and_not_after_two(
    children: list[Child], tmp_path: Path
) -> None:
    child = child_for("die", children)
    assert child.ask(str(tmp_path / "died")) == "done"
    with pytest.raises(ChildGone, match="died twice"):
        child.ask("always")
    assert child.ask(str(tmp_path / "died")) == "done"


def test_a_child_killed_while_idle_is_not_missed(children: list[Child]) -> None:
    child = child_for("add", children)
    child.warm()
    pid = child.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert child.ask(1, 1) == 2
    assert not alive(pid)


def test_who_takes_too_long_is_ended_and_the_next_is_served(
    children: list[Child], tmp_path: Path
) -> None:
    child = child_for("last_long", children)
    child.warm()
    pid = child.pid
    with pytest.raises(ChildGone, match="too long"):
        child.ask(str(tmp_path / "mark"), timeout_s=0.05)
    assert not alive(pid)


def test_a_stop_ends_work_in_hand_and_nothing_starts_again_until_warmed(
    children: list[Child], tmp_path: Path
) -> None:
    child, mark, said = child_for("last_long", children), tmp_path / "mark", list[str]()

    def ask() -> None:
        try:
            child.ask(str(mark))
        except ChildGone as gone:
            said.append(str(gone))

    asking = threading.Thread(target=ask)
    asking.start()
    until(mark.exists)
    child.stop()
    asking.join(timeout=10)
    assert said
    assert not alive(int(mark.read_text("ascii")))
    with pytest.raises(ChildGone, match="stopped"):
        child.ask(str(mark))
    assert child.pid is None
    child.warm()
    assert child.pid


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_only_the_caller_waits_and_a_child_ends_with_its_parent(tmp_path: Path, end: str) -> None:
    mark = tmp_path / "mark"
    command = [
        sys.executable,
        "-m",
        "gevent.monkey",
        "--module",
        "tests.counter.background.patched",
    ]
    with subprocess.Popen(  # noqa: S603 — our own program.
        [*command, str(mark)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as program:
        assert program.stdin
        assert program.stdout
        assert program.stdout.readline() == "the others went on\n"
        pid = int(mark.read_text("ascii"))
        if end == "kill":
            program.kill()
        else:
            program.stdin.write("\n")
            program.stdin.flush()
            assert program.stdout.readline().startswith("gone")
    until(lambda: not alive(pid))
    assert program.returncode == (-signal.SIGKILL if end == "kill" else 0)


def alive(pid: int | None) -> bool:
    """Whether the system still knows the process, even as one nobody has asked after."""
    return Path(f"/proc/{pid}").exists()
