"""What the hall knows lies in a folder that other users of the machine cannot look into."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from counter.files.private import make_private
from tests.application import example_config, open_application, running_application


def rights(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def made_by_an_older_version(folder: Path) -> Path:
    (folder / "paper").mkdir(parents=True)
    for name in ("secret.key", "balai.db", "balai.db-wal", "balai.db-shm", "paper/1.png"):
        (folder / name).touch()
        (folder / name).chmod(0o644)
    for place in (folder, folder / "paper"):
        place.chmod(0o755)
    return folder


def open_to_others(folder: Path) -> dict[str, str]:
    return {
        str(path): rights(path)
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o077
    }


def test_a_new_hall_is_closed_from_its_first_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_application(data):
        assert rights(data) == "0o700"
        assert rights(data / "balai.db-wal") == rights(data / "secret.key") == "0o600"
        assert open_to_others(data) == {}


def test_what_was_left_open_is_closed_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = made_by_an_older_version(tmp_path / "data")
    for _ in range(2):
        make_private(example_config(data))
    assert open_to_others(data) == {}
    assert [one.levelno for one in caplog.records] == [logging.WARNING]
    assert str(data) in caplog.text


def test_a_database_elsewhere_is_closed_and_its_folder_is_not(tmp_path: Path) -> None:
    shared, data = tmp_path / "shared", tmp_path / "data"
    shared.mkdir(mode=0o755)
    with open_application(data, f"sqlite:///{shared / 'balai.db'}"):
        assert rights(shared / "balai.db") == rights(shared / "balai.db-wal") == "0o600"
    assert rights(shared) == "0o755"


def test_a_folder_that_others_need_stays_open(tmp_path: Path) -> None:
    config = example_config(tmp_path / "hall")
    whole = config.model_copy(update={"file": tmp_path / "hall" / "config.toml"})
    made_by_an_older_version(tmp_path / "hall")
    make_private(whole)
    assert rights(tmp_path / "hall") == "0o755"
    assert rights(tmp_path / "hall" / "balai.db") == "0o600"


def test_a_file_system_without_rights_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    data = made_by_an_older_version(tmp_path / "data")
    monkeypatch.setattr(Path, "chmod", refuse)
    make_private(example_config(data))
    assert rights(data) == "0o755"
