"""Background work: begun in order, ended in reverse, and done by one process alone."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from counter.background.background import Background, Work
from counter.background.children import ROOT, Child
from counter.background.processes import Process
from models.core.database import Database
from models.core.leases import Lease, _now_s
from tests.outage import away, being_written

NEVER = timedelta(hours=1)


class Diary:
    """Notes what is begun and ended."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def work(self, name: str, *, once: bool = True) -> Work:
        return Work(
            name,
            lambda: self.lines.append(f"+{name}"),
            lambda: self.lines.append(f"-{name}"),
            once=once,
        )


FOLDER: list[Path] = []


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> None:
    """Where the processes of a test see each other."""
    FOLDER[:] = [tmp_path]


@contextmanager
def background(database: Database, *works: Work) -> Iterator[Background]:
    """A process's work, looked after only when a test says so."""
    process = Background(database, FOLDER[0], look=NEVER)
    for work in works:
        process.register(work)
    try:
        yield process
    finally:
        process.stop()


def held_by_another(database: Database, holder: str, *, for_s: float) -> None:
    with database.transaction() as session:
        until_s = _now_s(session) + for_s
        session.execute(update(Lease).values(holder=holder, until_s=until_s))


def test_work_begins_in_order_and_ends_in_reverse(database: Database) -> None:
    diary = Diary()
    works = [diary.work("live", once=False), diary.work("voice"), diary.work("paper")]
    with background(database, *works) as process:
        process.start()
        assert process.running == ["live", "voice", "paper"]
    assert diary.lines == ["+live", "+voice", "+paper", "-paper", "-voice", "-live"]


def test_a_second_process_stays_idle_until_the_first_has_ended(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Diary(), Diary()
    with background(database, first.work("paper")) as one:
        one.start()
        with background(database, second.work("eyes", once=False), second.work("paper")) as two:
            two.start()
            two.look()
            assert two.running == ["eyes"]
            assert caplog.messages == ["another process does it already: paper"]
            one.stop()
            two.look()
            assert two.running == ["eyes", "paper"]


@pytest.mark.parametrize(
    ("for_s", "taken"),
    [
        pytest.param(-1.0, True, id="lapsed"),
        pytest.param(5.0, False, id="in force"),
        pytest.param(9e8, True, id="of a clock that ran ahead"),
    ],
)
def test_only_a_lease_that_lapsed_is_taken_from_a_process_that_cannot_be_seen(
    database: Database, tmp_path: Path, for_s: float, *, taken: bool
) -> None:
    if database.sqlite:
        # Where no process can be seen, not even one's own, a file is like a server.
        FOLDER[:] = [tmp_path / "file"]
        FOLDER[0].touch()
    diary = Diary()
    with background(database, diary.work("paper")) as process:
        process.start()
        held_by_another(database, "elsewhere", for_s=for_s)
        process.look()
        assert process.running == (["paper"] if taken else [])


def test_a_holder_that_came_with_a_file_of_the_database_is_dead(database: Database) -> None:
    if not database.sqlite:
        pytest.skip("who holds a lease there may live on a machine that cannot be seen")
    with database.transaction() as session:
        session.add(Lease(name="paper", holder="in the backup", until_s=4e9))
    with background(database, Diary().work("paper")) as process:
        process.start()
        assert process.running == ["paper"]


def test_a_dead_process_of_this_folder_is_followed_at_once(
    database: Database, tmp_path: Path
) -> None:
    dead = killed_process(tmp_path)
    with database.transaction() as session:
        session.add(Lease(name="paper", holder=dead, until_s=4e9))
    with background(database, Diary().work("paper")) as process:
        process.start()
        assert process.running == ["paper"]


def killed_process(folder: Path) -> str:
    """The name of a process that lived in `folder` until it was killed."""
    program = "import sys, pathlib as p; from counter.background.processes import Process as P; "
    program += "one = P(p.Path(sys.argv[1])); one.appear(); print(one.name, flush=True); input()"
    with subprocess.Popen(  # noqa: S603 — our own program.
        [sys.executable, "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout
        name = process.stdout.readline().strip()
        looking = Process(folder)
        assert looking.lives(name)
        process.kill()
    assert (folder / f"{name}.lock").exists()
    return name


def test_what_lives_keeps_its_work_whatever_the_clock_says(database: Database) -> None:
    first, second = Diary(), Diary()
    with background(database, first.work("paper")) as one:
        one.start()
        held_by_another(database, one._process.name, for_s=-1.0)
        with background(database, second.work("paper")) as two:
            two.start()
            assert two.running == []


def test_a_process_is_seen_from_when_it_appears_until_it_vanishes(tmp_path: Path) -> None:
    one, other = Process(tmp_path), Process(tmp_path)
    assert other.lives(one.name) is None
    one.appear()
    assert other.lives(one.name)
    other.appear()
    assert other.lives(one.name)
    one.vanish()
    assert other.lives(one.name) is None
    left = killed_process(tmp_path)
    assert other.lives(left) is False
    other.forget_dead(spared=[])
    assert [path.stem for path in tmp_path.glob("*.lock")] == [other.name]
    other.vanish()


def test_where_no_process_can_be_seen_leases_are_renewed(
    database: Database, tmp_path: Path
) -> None:
    FOLDER[:] = [tmp_path / "file"]
    FOLDER[0].touch()
    with background(database, Diary().work("paper")) as process:
        process.start()
        held_by_another(database, process._process.name, for_s=-1.0)
        process.look()
        with database.reading() as session:
            assert session.scalars(select(Lease.until_s)).one() > 1e9
        assert process.running == ["paper"]


def test_a_hall_that_rests_writes_nothing_into_its_file(database: Database) -> None:
    if not database.sqlite:
        pytest.skip("its leases must be renewed: not all who hold one can be seen")
    with background(database, Diary().work("paper")) as process:
        process.start()
        with being_written(database):
            process.look()
        assert process.running == ["paper"]


def test_leases_that_cannot_be_given_back_lapse_without_a_warning(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    if not database.sqlite:
        pytest.skip("no other program keeps its rows to itself")
    with background(database, Diary().work("paper")) as process:
        process.start()
        with being_written(database):
            process.stop()
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_an_outage_ends_nothing_by_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.core.engines.BUSY_S", 0.05)
    diary = Diary()
    with background(database, diary.work("paper")) as process:
        process.start()
        with away(database):
            process.look()
        process.look()
        assert diary.lines == ["+paper"]


def test_one_that_cannot_begin_keeps_nobody_else_and_is_tried_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    diary, faults = Diary(), ["no paper folder"]

    def start() -> None:
        if faults:
            raise OSError(faults.pop())

    with background(database, Work("odd", start, lambda: None), diary.work("paper")) as process:
        process.start()
        assert process.running == ["paper"]
        assert "odd could not begin" in caplog.messages
        process.look()
        assert sorted(process.running) == ["odd", "paper"]


def test_the_end_waits_for_nobody_for_long(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    released, diary = threading.Event(), Diary()

    def wait() -> None:
        released.wait(60)

    stuck = Work("stuck", lambda: None, wait)
    with background(database, diary.work("paper"), stuck) as process:
        process.start()
        process.stop(within=timedelta(seconds=0.1))
        assert diary.lines == ["+paper", "-paper"]
        assert "stuck did not end in time" in caplog.messages
        released.set()


def test_children_live_as_long_as_the_work_they_help(database: Database) -> None:
    child, diary = Child("add", "tests.counter.background.jobs:add"), Diary()
    work = diary.work("paper")
    with background(database, Work("paper", work.start, work.stop, children=(child,))) as process:
        process.start()
        first = child.pid
        assert first
        child._running[0].kill()  # type: ignore[index]
        child._running[0].wait()  # type: ignore[index]
        process.look()
        assert child.pid not in (None, first)
    assert child.pid is None


def test_a_look_again_and_again_says_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with background(database, Diary().work("paper")) as process:
        process.start()
        process.look()
        process.look()
        assert caplog.messages == []
