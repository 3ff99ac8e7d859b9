"""The agent's journal: what was under way when the power went is known when it is back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from printing.agent.journal import _KEPT, Journal, JournalInUse, Key, Stage
from tests.application import ROOT

ONE, OTHER = Key(1, "2026-11-23T02:00:00+00:00"), Key(2, "2026-11-23T02:01:00+00:00")


def stages(journal: Journal) -> dict[int, tuple[Stage, str]]:
    return {entry.key.job_id: (entry.stage, entry.error) for entry in journal.untold()}


def test_a_result_is_told_once_under_one_press(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin(ONE, "press-one")
    assert journal.untold() == []
    journal.sending(ONE)
    assert journal.untold() == []
    journal.settle(ONE, Stage.PRINTED)
    (entry,) = journal.untold()
    assert (entry.press_id, entry.stage) == ("press-one", Stage.PRINTED)
    journal.told(entry)
    assert journal.untold() == []
    journal.tell_again(ONE, "press-two")
    (again,) = journal.untold()
    assert (again.press_id, again.stage) == ("press-two", Stage.PRINTED)
    journal.close()


def test_a_result_that_was_never_told_keeps_its_press(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin(ONE, "press-one")
    journal.settle(ONE, Stage.PRINTED)
    journal.tell_again(ONE, "press-two")
    assert [entry.press_id for entry in journal.untold()] == ["press-one"]
    journal.close()


@pytest.mark.parametrize("order", ["begin", "sending", "settle"])
def test_a_dead_program_left_its_last_word(tmp_path: Path, order: str) -> None:
    path = tmp_path / "journal.db"
    program = f"""
import os, signal
from pathlib import Path
from printing.agent.journal import Journal, Key, Stage
journal = Journal(Path({str(path)!r}))
key = Key{(ONE.job_id, ONE.made_at)!r}
journal.begin(key, "press-one")
if {order!r} != "begin":
    journal.sending(key)
if {order!r} == "settle":
    journal.settle(key, Stage.PRINTED)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False)  # noqa: S603
    assert done.returncode == -9
    journal = Journal(path)
    assert journal.recover() == (1 if order == "sending" else 0)
    assert stages(journal) == {
        1: {
            "begin": (Stage.WAITING, "interrupted"),
            "sending": (Stage.DOUBTFUL, "interrupted"),
            "settle": (Stage.PRINTED, ""),
        }[order]
    }
    assert journal.recover() == 0
    journal.close()


def test_a_number_used_again_after_a_backup_is_another_paper(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin(ONE, "press-one")
    journal.settle(ONE, Stage.PRINTED)
    assert journal.find(Key(1, OTHER.made_at)) is None
    assert journal.find(ONE) is not None
    journal.close()


def test_only_what_was_told_is_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin(ONE, "press-one")
    journal.settle(ONE, Stage.DOUBTFUL, "reset")
    for number in range(10, 10 + _KEPT + 20):
        key = Key(number, ONE.made_at)
        journal.begin(key, f"press-{number}")
        journal.settle(key, Stage.PRINTED)
        for entry in journal.untold():
            if entry.key != ONE:
                journal.told(entry)
    assert stages(journal) == {1: (Stage.DOUBTFUL, "reset")}
    assert journal.find(Key(10, ONE.made_at)) is None
    assert journal.find(Key(9 + _KEPT + 20, ONE.made_at)) is not None
    journal.close()


def test_a_paper_that_somebody_else_has_is_dropped(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.begin(ONE, "press-one")
    journal.drop(ONE)
    assert journal.find(ONE) is None
    assert journal.recover() == 0
    journal.close()


def test_two_programs_never_share_a_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    with pytest.raises(JournalInUse):
        Journal(tmp_path / "journal.db")
    journal.close()
    Journal(tmp_path / "journal.db").close()
