"""A backup is whole, sound and alone, or there is none."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from counter.backup import BackupFailed, back_up
from models.core.base import Base
from models.core.database import Database
from models.mall.mall import Mall
from models.queue.tickets import Ticket
from tests.builders import MONDAY, SmallMall, small_mall, ticket
from tests.postgres import Postgres


def a_hall(url: str) -> tuple[Database, SmallMall]:
    database = Database(url)
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        return database, small_mall(session)


def take_one(database: Database, hall: SmallMall) -> None:
    with database.transaction() as session:
        place = session.get_one(Mall, hall.mall.id)
        ticket(session, place, hall.a, at=MONDAY + timedelta(seconds=1))


def test_backup_taken_while_numbers_are_given_is_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'balai.db'}"
    database, hall = a_hall(url)
    begun, enough = threading.Event(), threading.Event()

    def give_numbers() -> None:
        while not enough.is_set():
            take_one(database, hall)
            begun.set()

    giver = threading.Thread(target=give_numbers)
    giver.start()
    begun.wait()
    sizes = [back_up(url, tmp_path / f"{turn}.db") for turn in range(5)]
    enough.set()
    giver.join()
    database.close()
    for turn, size in enumerate(sizes):
        copy = tmp_path / f"{turn}.db"
        assert copy.stat().st_size == size
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (tickets, steps, entries) = connection.execute(
                "SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM step),"
                " (SELECT count(*) FROM journal)"
            ).fetchone()
        # One press writes one ticket, one step, two entries, after three officers signed on.
        assert tickets == steps == (entries - 3) / 2 > 0


def test_backup_is_one_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    url = f"sqlite:///{tmp_path / 'balai.db'}"
    database, _ = a_hall(url)
    back_up(url, folder / "balai.db")
    database.close()
    assert [one.name for one in folder.iterdir()] == ["balai.db"]
    assert (folder / "balai.db").stat().st_mode & 0o777 == 0o600


def test_an_old_backup_is_never_written_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'balai.db'}"
    database, _ = a_hall(url)
    old = tmp_path / "old.db"
    old.write_text("precious")
    with pytest.raises(BackupFailed, match=r"old\.db exists already"):
        back_up(url, old)
    database.close()
    assert old.read_text() == "precious"


def test_without_a_database_there_is_a_sentence_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="there is no database"):
        back_up(f"sqlite:///{tmp_path / 'balai.db'}", tmp_path / "copy.db")
    with pytest.raises(BackupFailed, match="there is no folder"):
        back_up(f"sqlite:///{tmp_path / 'balai.db'}", tmp_path / "nowhere" / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_gives_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "balai.db"
    database, hall = a_hall(f"sqlite:///{path}")
    for _ in range(40):
        take_one(database, hall)
    database.close()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = os.urandom(8192)
    path.write_bytes(content)
    with pytest.raises(BackupFailed):
        back_up(f"sqlite:///{path}", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_postgresql_is_dumped_and_can_be_restored(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs}:{os.environ['PATH']}")
    with postgres.fresh() as url, postgres.fresh() as empty:
        database, hall = a_hall(url)
        take_one(database, hall)
        database.close()
        back_up(url, tmp_path / "balai.dump")
        plain = empty.replace("postgresql+psycopg:", "postgresql:")
        restore = [f"{postgres.programs}/pg_restore", f"--dbname={plain}", f"{tmp_path}/balai.dump"]
        subprocess.run(restore, check=True)  # noqa: S603 — the server's own program.
        copy = Database(empty)
        with copy.reading() as session:
            assert session.scalar(select(func.count(Ticket.id))) == 1
        copy.close()


def test_without_pg_dump_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="postgresql-client"):
        back_up("postgresql+psycopg://127.0.0.1/balai", tmp_path / "balai.dump")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_would_fill_the_disk_is_not_begun(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'balai.db'}"
    database, _ = a_hall(url)
    database.close()
    # Nearly all of it is a hole, and takes no space.
    os.truncate(tmp_path / "balai.db", 8 * 10**12)
    with pytest.raises(BackupFailed, match="the copy needs 8000000 MB"):
        back_up(url, tmp_path / "copy.db")
    assert not [one for one in tmp_path.iterdir() if "copy" in one.name]
