"""A database that is moved, deleted, replaced or written over under a running hall."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete as delete_rows

from counter.app import Application
from counter.backup import copy_sqlite
from counter.storage import StorageWatch, Trouble
from models.core.database import Database
from models.core.faults import Halted
from models.core.presses import AnsweredPress
from tests.application import kiosk_client, open_application, service_id, user_client
from tests.builders import MONDAY
from tests.counter.test_not_kept import kept, take
from tests.postgres import Postgres


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    folder = tmp_path / "data"
    folder.mkdir()
    with open_application(folder) as made:
        made.database.hold()
        yield made


@pytest.fixture
def kiosk(application: Application) -> FlaskClient:
    client = kiosk_client(application)
    assert take(client, service_id(application, "ktp-el"), "press-before").status_code == 200
    return client


def path_of(application: Application) -> Path:
    return Path(application.database.engine.url.database or "")


def delete(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replace_by_a_copy(path: Path) -> None:
    shutil.copyfile(path, path.with_name("copy.db"))
    path.with_name("copy.db").rename(path)


def lose_the_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def lose_the_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def write_a_backup_over(path: Path) -> None:
    copy_sqlite(path, copy := path.with_name("backup.db"))
    shutil.copyfile(copy, path)


@pytest.mark.parametrize(
    "mishap",
    [delete, move, replace_by_a_copy, lose_the_folder, lose_the_log, write_a_backup_over],
)
def test_no_number_is_given_into_a_database_that_is_gone(
    application: Application, kiosk: FlaskClient, mishap: Callable[[Path], None]
) -> None:
    service = service_id(application, "ktp-el")
    mishap(path_of(application))
    answer = take(kiosk, service, "press-after")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "database_gone")
    application.storage.look()
    worst = Trouble.OVERWRITTEN if mishap is write_a_backup_over else Trouble.GONE
    assert application.storage.troubles == (worst,)


def test_the_same_file_put_back_lets_the_hall_go_on(
    application: Application, kiosk: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    service, path = service_id(application, "ktp-el"), path_of(application)
    aside = path.with_name("elsewhere.db")
    leader = user_client(application, "hendra.saputra")
    path.rename(aside)
    application.storage.look()
    application.storage.look()
    assert take(kiosk, service, "press-after").status_code == 503
    # What needs a new connection is refused, and nobody has to look whether the file is back.
    answer = leader.get("/reports", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert 'http-equiv="refresh"' in answer.text
    assert not path.exists()
    aside.rename(path)
    application.storage.look()
    assert take(kiosk, service, "press-after").status_code == 200
    assert kept(application.database)[0] == 2
    told = [record.getMessage() for record in caplog.records if record.name == "counter.storage"]
    assert len(told) == 2
    assert "`restore`" in told[0]
    assert "the hall goes on" in told[1]


def test_a_database_made_anew_on_the_same_server_is_another_one(
    postgres: Postgres, postgres_template: str
) -> None:
    with postgres.fresh(template=postgres_template) as url, closing(Database(url)) as database:

        def name(epoch: str) -> None:
            answer = {"epoch": epoch}
            database.press("live.epoch", "live.epoch", lambda: MONDAY, lambda *_: answer)

        watch = StorageWatch(database, [], least_free_mb=0)
        name("of the first")
        watch.look()
        assert not watch.troubles
        with database.transaction() as session:
            session.execute(delete_rows(AnsweredPress))
            session.add(AnsweredPress(id="live.epoch", act="live.epoch", at=MONDAY, answer={}))
        watch.look()
        assert list(watch.troubles) == [Trouble.GONE]
        with pytest.raises(Halted):
            name("of the second")


def test_leaders_read_that_the_disk_is_nearly_full(application: Application) -> None:
    leader = user_client(application, "hendra.saputra")
    assert "hampir habis" not in leader.get("/printers").text
    watch = application.storage
    watch.least_free_mb = 10**9
    watch.look()
    assert list(watch.troubles) == [Trouble.LITTLE_SPACE]
    assert "hampir habis" in leader.get("/printers").text
    watch.least_free_mb = 0
    watch.look()
    assert not watch.troubles


def test_a_log_that_a_reader_lets_grow_is_told_of_and_emptied(
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("counter.storage.LOG_SIZE", 1)
    held, kiosk = application.database.held, kiosk_client(application)
    assert held is not None
    with closing(sqlite3.connect(held.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ticket").fetchone()
        take(kiosk, service_id(application, "ktp-el"), "press-of-many")
        application.storage.look()
        application.storage.look()
        assert held.log_size() > 0
    told = [record.getMessage() for record in caplog.records if record.name == "counter.storage"]
    assert len(told) == 1
    assert "cannot be emptied" in told[0]
    application.storage.look()
    assert held.log_size() == 0
