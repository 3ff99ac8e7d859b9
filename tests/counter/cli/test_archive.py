"""What a backup holds is all that a hall needs, and what is put back is proved."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from sqlalchemy import create_engine, text

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
    Image.new("L", (9, 9), 0).save(folder / "logo.png")
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
    with closing(sqlite3.connect(hall / "var" / "balai.db")) as open_hall:
        open_hall.execute("INSERT INTO lease VALUES ('ticker', 'whoever made the backup', 4e9)")
        open_hall.commit()
    done = run(hall, "backup", str(target), "--keys", str(tmp_path / "safe" / "key"))
    assert done.exit_code == 0, done.stderr
    return target


def held_leases(database: Path) -> int:
    with closing(sqlite3.connect(database)) as looking:
        (count,) = looking.execute("SELECT count(*) FROM lease").fetchone()
        return int(count)


def test_everything_but_the_keys_is_in_one_file(archive: Path) -> None:
    with tarfile.open(archive) as packed:
        names = set(packed.getnames())
    assert {"database", "settings/config.toml", "settings/logo.png", "balai.json"} <= names
    assert {"settings/catalogue/dukcapil.toml", "settings/catalogue/README.md"} <= names
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
    assert (held_leases(hall / "var/balai.db"), held_leases(there / "var/balai.db")) == (1, 0)
    assert (there / "var").stat().st_mode & 0o777 == 0o700
    assert "lestari" in run(there, "user", "list").output


def test_a_hall_with_data_is_replaced_only_when_told(archive: Path, hall: Path) -> None:
    words = ("user", "add", "budi", "--name", "Budi", "--role", "auditor", "--password-stdin")
    run(hall, *words, typed=PASSWORD)
    assert "holds a mall already; --replace" in refused(run(hall, "restore", str(archive)))
    assert "budi" in run(hall, "user", "list").output
    done = run(hall, "restore", str(archive), "--replace")
    assert done.exit_code == 0, done.stderr
    assert "were left as they are" in done.output
    assert "signs in once more" not in done.output
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


def everything_below(folder: Path) -> dict[str, bytes]:
    """What each file holds, by its place, to see that a refusal changes nothing."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}


@pytest.mark.parametrize("wrong", ["missing", "/dev/null", "short", "archive", "folder"])
def test_a_key_that_is_none_is_found_before_anything_is_put_back(
    archive: Path, hall: Path, tmp_path: Path, wrong: str
) -> None:
    (tmp_path / "short").write_bytes(b"k" * 31)
    (tmp_path / "folder").mkdir()
    (tmp_path / "there").mkdir()
    keys = str(archive if wrong == "archive" else tmp_path / wrong)
    before = everything_below(hall)
    said = refused(run(hall, "restore", str(archive), "--keys", keys, "--replace"))
    assert f"Not restored: {keys} " in said
    assert everything_below(hall) == before
    refused(run(tmp_path / "there", "restore", str(archive), "--keys", keys))
    assert list((tmp_path / "there").iterdir()) == []


def test_the_key_that_was_there_is_kept_beside_the_new_one(
    archive: Path, hall: Path, tmp_path: Path
) -> None:
    (hall / "var" / "secret.key").write_bytes(b"o" * 32)
    words = ("restore", str(archive), "--keys", str(tmp_path / "safe" / "key"), "--replace")
    assert run(hall, *words).exit_code == 0
    assert (hall / "var" / "secret.key").read_bytes() == b"k" * 32
    assert (hall / "var" / "secret.key").stat().st_mode & 0o777 == 0o600
    (kept,) = (hall / "var").glob("secret.key.before-??????????????")
    assert kept.read_bytes() == b"o" * 32


def test_a_refused_restore_leaves_nothing_behind(archive: Path, hall: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "var").write_text("in the way")
    assert "data_dir needs a folder" in refused(run(there, "restore", str(archive)))
    assert everything_below(there) == {"var": b"in the way"}
    (there / "var").unlink()
    # A file in the way of one of them: what was written for the others goes again.
    (there / "catalogue").write_text("in the way")
    refused(run(there, "restore", str(archive)))
    assert everything_below(there) == {"catalogue": b"in the way"}
    assert not (there / "var").exists()


def test_settings_that_this_version_refuses_are_not_put_back(archive: Path, tmp_path: Path) -> None:
    old = with_settings(archive, tmp_path / "old.tar", b"[server]\n")
    (tmp_path / "there").mkdir()
    said = refused(run(tmp_path / "there", "restore", str(old)))
    assert "take them out with tar" in said
    assert "\nsettings/config.toml:1: " in said
    assert list((tmp_path / "there").iterdir()) == []


def with_settings(archive: Path, target: Path, settings: bytes) -> Path:
    """Write the archive again with other settings in it."""
    with tarfile.open(archive) as packed:
        held = {one: read(packed, one) for one in packed.getnames()}
    listed = json.loads(held["balai.json"])
    held["settings/config.toml"] = settings
    listed["files"]["settings/config.toml"] = hashlib.sha256(settings).hexdigest()
    held["balai.json"] = json.dumps(listed).encode()
    with tarfile.open(target, "w") as packed:
        for name, content in held.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return target


def read(packed: tarfile.TarFile, name: str) -> bytes:
    file = packed.extractfile(name)
    assert file is not None
    return file.read()


def test_a_backup_that_cannot_be_made_keeps_no_key(hall: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("precious")
    (tmp_path / "safe").mkdir()
    keys = tmp_path / "safe" / "key"
    words = ("backup", str(tmp_path / "b.tar"), "--keys", str(keys))
    assert "exists already" in refused(run(hall, *words))
    assert not keys.exists()
    (hall / "var" / "balai.db").unlink()
    refused(run(hall, "backup", str(tmp_path / "c.tar"), "--keys", str(keys)))
    assert not keys.exists()
    (hall / "var" / "secret.key").write_bytes(b"")
    said = refused(run(hall, "backup", str(tmp_path / "c.tar"), "--keys", str(keys)))
    assert "holds 0 bytes" in said


def named_otherwise(hall: Path, code: str) -> None:
    path = hall / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('code = "tirtawangi"', f'code = "{code}"'), encoding="utf-8")


def test_another_mall_is_never_replaced(archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "catalogue").symlink_to(ROOT / "catalogue")
    shutil.copy(archive.parent / "hall" / "logo.png", other)
    shutil.copy(archive.parent / "hall" / "config.toml", other)
    named_otherwise(other, "kertajaya")
    # Where there is nothing yet, it is put back, with a word about what will not open.
    done = run(other, "restore", str(archive))
    assert done.exit_code == 0
    assert "signs in once more" in done.output
    assert "`run` refuses until they are the same" in done.stderr
    shutil.rmtree(other / "var")
    run(other, "user", "list")
    before = everything_below(other)
    said = refused(run(other, "restore", str(archive), "--replace"))
    assert 'holds the mall "kertajaya", and the backup holds the mall "tirtawangi"' in said
    assert everything_below(other) == before


def test_an_archive_of_an_empty_hall_does_not_replace_a_filled_one(
    hall: Path, tmp_path: Path
) -> None:
    (hall / "var").rename(tmp_path / "filled")
    run(hall, "db", "upgrade")
    assert run(hall, "backup", str(tmp_path / "empty.tar")).exit_code == 0
    shutil.rmtree(hall / "var")
    (tmp_path / "filled").rename(hall / "var")
    said = refused(run(hall, "restore", str(tmp_path / "empty.tar"), "--replace"))
    assert "the backup holds no mall" in said
    assert "lestari" in run(hall, "user", "list").output


def test_a_database_that_cannot_be_read_any_more_can_be_replaced(archive: Path, hall: Path) -> None:
    (hall / "var" / "balai.db").write_bytes(b"worn out" * 1000)
    assert "--replace puts" in refused(run(hall, "restore", str(archive)))
    done = run(hall, "restore", str(archive), "--replace")
    assert done.exit_code == 0, done.stderr
    assert "lestari" in run(hall, "user", "list").output


def test_a_database_alone_is_put_back_whatever_its_name(hall: Path, tmp_path: Path) -> None:
    target = tmp_path / "malam?"
    assert run(hall, "backup", str(target)).exit_code == 0
    shutil.rmtree(hall / "var")
    done = run(hall, "restore", str(target))
    assert done.exit_code == 0, done.stderr
    assert "is back and sound: 1 of mall" in done.output
    assert "The backup held the database alone" in done.output
    assert "lestari" in run(hall, "user", "list").output
    (tmp_path / "there").mkdir()
    said = refused(run(tmp_path / "there", "restore", str(target)))
    assert "holds a database alone, and there is no" in said


def test_what_is_no_backup_is_refused_in_our_own_words(hall: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "stranger")) as database:
        database.execute("CREATE TABLE pets (name TEXT)")
    assert "none of Balai" in refused(run(hall, "restore", str(tmp_path / "stranger")))
    (tmp_path / "torn").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    refused(run(hall, "restore", str(tmp_path / "torn")))
    (tmp_path / "dump").write_bytes(b"PGDMP and no more")
    refused(run(hall, "restore", str(tmp_path / "dump")))
    with tarfile.open(tmp_path / "a.tar", "w") as packed:
        packed.addfile(tarfile.TarInfo("balai.json"))
    said = refused(run(hall, "restore", str(tmp_path / "a.tar")))
    assert "balai.json is not whole" in said
    said = refused(run(hall, "restore", str(tmp_path / "nowhere.tar")))
    assert "cannot be read: No such file" in said
    assert "cannot be read: Is a directory" in refused(run(hall, "restore", str(tmp_path)))


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
        dump = tmp_path / "balai.dump"
        assert run(hall, "backup", str(dump)).exit_code == 0
        for backup in (target, dump):
            done = run(hall, "restore", str(backup), "--replace")
            assert done.exit_code == 0, done.stderr
            assert "is back and sound: 1 of mall" in done.output
        with closing(sqlite3.connect(tmp_path / "other.db")) as database:
            database.execute("CREATE TABLE alembic_version (version_num TEXT)")
            database.execute("INSERT INTO alembic_version VALUES ('0001')")
            database.commit()
        said = refused(run(hall, "restore", str(tmp_path / "other.db"), "--replace"))
        assert "holds a sqlite database, but" in said
        # Another mall's database is left alone, whichever kind the backup is of.
        engine = create_engine(empty)
        with engine.begin() as connection:
            connection.execute(text("UPDATE mall SET code = 'kertajaya'"))
        engine.dispose()
        for backup in (target, dump):
            said = refused(run(hall, "restore", str(backup), "--replace"))
            assert 'holds the mall "kertajaya"' in said
