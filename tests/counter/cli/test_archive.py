"""What a backup holds is all that a hall needs, and what is put back is proved."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from counter.cli.main import balai
from tests.postgres import Postgres

ROOT = Path(__file__).parents[3]
PASSWORD = "pintu-air-biru"


def run(folder: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(balai, [*words, "--config", str(folder / "config.toml")], input=typed)


def refused(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def a_hall(folder: Path, database_url: str = "") -> Path:
    """Make a real hall with one account, a logo, and a port where nobody listens."""
    folder.mkdir()
    shutil.copytree(ROOT / "catalogue", folder / "catalogue")
    (folder / "logo.png").write_bytes(b"a picture")
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (
        ("port = 8000", "port = 1"),
        ('logo = ""', 'logo = "logo.png"'),
        ('database_url = ""', f'database_url = "{database_url}"'),
    ):
        text = text.replace(old, new, 1)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    words = ("user", "add", "lestari", "--name", "Lestari", "--role", "admin", "--password-stdin")
    assert run(folder, *words, typed=PASSWORD).exit_code == 0
    (folder / "var").mkdir(exist_ok=True)
    (folder / "var" / "secret.key").write_bytes(b"k" * 32)
    return folder


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    return a_hall(tmp_path / "hall")


@pytest.fixture
def archive(hall: Path, tmp_path: Path) -> Path:
    target = tmp_path / "balai.tar"
    (tmp_path / "safe").mkdir()
    done = run(hall, "backup", str(target), "--keys", str(tmp_path / "safe" / "key"))
    assert done.exit_code == 0, done.stderr
    return target


def test_everything_but_the_keys_is_in_one_file(archive: Path) -> None:
    with tarfile.open(archive) as packed:
        names = set(packed.getnames())
    assert {"database", "settings/config.toml", "settings/logo.png", "balai.json"} <= names
    assert "settings/catalogue/dukcapil.toml" in names
    assert archive.stat().st_mode & 0o777 == 0o600
    assert b"k" * 32 not in archive.read_bytes()
    assert (archive.parent / "safe" / "key").read_bytes() == b"k" * 32


def test_an_empty_place_is_a_hall_again(archive: Path, hall: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    done = run(there, "restore", str(archive), "--keys", str(tmp_path / "safe" / "key"))
    assert done.exit_code == 0, done.stderr
    assert "is back and sound: 1 of mall" in done.output
    for name in ("config.toml", "logo.png", "catalogue/polres.toml", "var/secret.key"):
        assert (there / name).read_bytes() == (hall / name).read_bytes()
    assert "lestari" in run(there, "user", "list").output


def test_a_hall_with_data_is_replaced_only_when_told(archive: Path, hall: Path) -> None:
    words = ("user", "add", "budi", "--name", "Budi", "--role", "auditor", "--password-stdin")
    run(hall, *words, typed=PASSWORD)
    assert "holds a mall already; --replace" in refused(run(hall, "restore", str(archive)))
    assert "budi" in run(hall, "user", "list").output
    done = run(hall, "restore", str(archive), "--replace")
    assert done.exit_code == 0, done.stderr
    assert "were left as they are" in done.output
    assert "budi" not in run(hall, "user", "list").output
    (kept,) = (hall / "var").glob("balai.db.before-??????????????")
    with closing(sqlite3.connect(kept)) as old:
        assert old.execute("SELECT count(*) FROM user_account").fetchone() == (2,)


def test_a_damaged_archive_puts_nothing_back(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    at = content.index(b"SQLite format 3") + 5000
    content[at : at + 64] = os.urandom(64)
    archive.write_bytes(content)
    (tmp_path / "there").mkdir()
    assert "database is damaged" in refused(run(tmp_path / "there", "restore", str(archive)))
    assert list((tmp_path / "there").iterdir()) == []
    archive.write_bytes(b"nothing")
    assert "no sound archive" in refused(run(tmp_path / "there", "restore", str(archive)))


def test_keys_never_lie_beside_the_data(hall: Path, tmp_path: Path) -> None:
    said = refused(run(hall, "backup", str(tmp_path / "b.tar"), "--keys", str(tmp_path / "key")))
    assert "beside the data that it opens" in said
    assert not (tmp_path / "b.tar").exists()


def test_a_name_of_before_still_takes_the_database_alone(hall: Path, tmp_path: Path) -> None:
    done = run(hall, "backup", str(tmp_path / "balai.db"))
    assert "a name that ends in .tar takes" in done.stderr
    with closing(sqlite3.connect(tmp_path / "balai.db")) as copy:
        assert copy.execute("SELECT count(*) FROM mall").fetchone() == (1,)


def test_postgresql_is_put_back_into_an_empty_database(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{postgres.programs}:{os.environ['PATH']}")
    with postgres.fresh() as url, postgres.fresh() as empty:
        hall = a_hall(tmp_path / "hall", url)
        target = tmp_path / "balai.tar"
        done = run(hall, "backup", str(target))
        assert done.exit_code == 0, done.stderr
        assert "holds a mall already" in refused(run(hall, "restore", str(target)))
        path = hall / "config.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(url, empty), encoding="utf-8")
        done = run(hall, "restore", str(target))
        assert done.exit_code == 0, done.stderr
        assert "lestari" in run(hall, "user", "list").output
        done = run(hall, "restore", str(target), "--replace")
        assert done.exit_code == 0, done.stderr
