"""What `check` accepts opens; what is wrong is a sentence there and in `run`, no traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from counter.cli.main import balai

ROOT = Path(__file__).parents[3]

REAL = ("example = true", "example = false")
WRONG: dict[str, tuple[tuple[str, str], ...]] = {
    "no printer profile is called TM-T99": (('profile = "default"', 'profile = "TM-T99"'),),
    "has no room for 48 columns": (('profile = "default"', 'profile = "POS-5890"'),),
    "is no database address": (('database_url = ""', 'database_url = "balai"'),),
    'names "mysql", but Balai keeps': (('database_url = ""', 'database_url = "mysql://a/b"'),),
    'driver "postgresql+pg8000", which is not installed': (
        ('database_url = ""', 'database_url = "postgresql+pg8000://a/b"'),
    ),
    "everything is forgotten": (('database_url = ""', 'database_url = "sqlite://"'),),
    "must name the file by its path alone": (
        ('database_url = ""', 'database_url = "sqlite:///file::memory:?uri=true"'),
    ),
    "server.database_url: names /dev/null, which is no file; name one": (
        ('database_url = ""', 'database_url = "sqlite:////dev/null"'),
    ),
    "server.database_url: lies in /proc, where no files are kept": (
        ('database_url = ""', 'database_url = "sqlite:////proc/balai.db"'),
    ),
    "server.data_dir: lies in /proc, where no files are kept": (
        ('data_dir = "var"', 'data_dir = "/proc/balai"'),
    ),
    'server.data_dir: must be without "?"': (('data_dir = "var"', 'data_dir = "va?r"'),),
    "server.data_dir: lies in /sys": (('data_dir = "var"', 'data_dir = "/sys/balai"'),),
    "server.database_url: names the port 99999; ports go from 1": (
        ('database_url = ""', 'database_url = "postgresql+psycopg://a@127.0.0.1:99999/b"'),
    ),
    "server.database_url: holds characters that cannot be seen": (
        ('database_url = ""', 'database_url = "sqlite:///a\\u0000b"'),
    ),
    "The database refused: ": (
        ('database_url = ""', 'database_url = "postgresql+psycopg://a@127.0.0.1:1/b"'),
    ),
    "there is no folder /nowhere": (
        ('database_url = ""', 'database_url = "sqlite:////nowhere/balai.db"'),
    ),
    "is a file, and data_dir needs a folder": (('data_dir = "var"', 'data_dir = "config.toml/a"'),),
    "there is no such folder": (('catalogue_dir = "catalogue"', 'catalogue_dir = "katalog"'),),
    "cannot listen on 192.0.2.1:8000: Cannot assign": (REAL, ('"127.0.0.1"', '"192.0.2.1"')),
    'so it listens on 127.0.0.1 only, not on "0.0.0.0"': (('"127.0.0.1"', '"0.0.0.0"'),),
    "server.port: must be 65535 or less": (("port = 8000", "port = 70000"),),
    "server.port: must be a whole number": (("port = 8000", "port = 8000.5"),),
    "server.host: is missing": (('host = "127.0.0.1"\n', ""),),
    "server.trusted_proxy: must be an IP": (('trusted_proxy = ""', 'trusted_proxy = "mine"'),),
    "server.log_level: must be": (('log_level = "info"', 'log_level = "loud"'),),
    "server.data_dir: ": (('data_dir = "var"', 'data_dir = "va\\u0000r"'),),
    'there is no setting "hots"': (('host = "127.0.0.1"', 'hots = "127.0.0.1"'),),
    "mall.code: ": (('code = "tirtawangi"', 'code = "Tirta Wangi"'),),
    "mall.time_zone: there is no": (('"Asia/Jakarta"', '"../etc/passwd"'),),
    "mall.languages: must not be empty": (('languages = ["id", "en"]', "languages = []"),),
    "mall.public_url: must be": (('"http://127.0.0.1:8000"', '"http://["'),),
    "with a port from 1 to 65535": (('"http://127.0.0.1:8000"', '"http://a:99999"'),),
    'slip.logo: there is no file "logo.png"': (('logo = ""', 'logo = "logo.png"'),),
    'slip.logo: "config.toml" is no picture that can be printed': (
        ('logo = ""', 'logo = "config.toml"'),
    ),
    "retention: must be a table": (
        ("[retention]\n", "[retained]\n"),
        ("[server]", "retention = 3\n[server]"),
    ),
    "voice.variant: ": (('variant = "id+f3"', 'variant = "id; rm"'),),
    "zones[1].flower: must be": (('flower = "mawar"', 'flower = "tulip"'),),
    'desks[1].zone: there is no zone "aula"': (
        ('zone = "melati"\nservices', 'zone = "aula"\nservices'),
    ),
    "printers[0].vendor_id: must be given": (('kind = "virtual"', 'kind = "usb"'),),
    "is not TOML": (("[server]", "[server"),),
    "nests brackets too deeply": (("days = [", "days = " + "[" * 9999),),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    shutil.copy(ROOT / "config.toml", tmp_path)
    return tmp_path


def said(folder: Path, *words: str) -> str:
    """What a command says that is refused, with status 1 and on the error stream alone."""
    done = CliRunner().invoke(balai, [*words, "--config", str(folder / "config.toml")])
    assert (done.exit_code, done.stdout) == (1, ""), done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stderr


@pytest.mark.parametrize("command", [("check",), ("run",)])
@pytest.mark.parametrize("sentence", WRONG)
def test_a_wrong_file_is_a_sentence(folder: Path, command: tuple[str, ...], sentence: str) -> None:
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in WRONG[sentence]:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    assert sentence in said(folder, *command)
    assert not (folder / "var").exists()


def no_file(folder: Path) -> None:
    (folder / "config.toml").unlink()


def other_letters(folder: Path) -> None:
    (folder / "config.toml").write_bytes("[server]".encode("utf-16"))


def no_database(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "balai.db").write_bytes(b"no database at all" * 99)


def a_folder_for_a_database(folder: Path) -> None:
    (folder / "var" / "balai.db").mkdir(parents=True)


def another_code(folder: Path) -> None:
    path = folder / "config.toml"
    CliRunner().invoke(balai, ["user", "list", "--config", str(path)])
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('code = "tirtawangi"', 'code = "tirta"'), encoding="utf-8")


def another_kind(folder: Path) -> None:
    path = folder / "config.toml"
    CliRunner().invoke(balai, ["user", "list", "--config", str(path)])
    path.write_text(path.read_text(encoding="utf-8").replace(*REAL), encoding="utf-8")


def a_key_of(folder: Path, size: int) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "secret.key").write_bytes(b"k" * size)


def no_key(folder: Path) -> None:
    a_key_of(folder, 0)


def too_long_a_key(folder: Path) -> None:
    a_key_of(folder, 33)


def a_folder_for_a_key(folder: Path) -> None:
    (folder / "var" / "secret.key").mkdir(parents=True)


@pytest.mark.parametrize("command", [("check",), ("run",)])
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (no_key, "secret.key: holds 0 bytes, and a key has 32. Put back the copy"),
        (too_long_a_key, "secret.key: holds 33 bytes, and a key has 32."),
        (a_folder_for_a_key, "secret.key: is no file, and a key is a file of 32 bytes."),
        (a_folder_for_a_database, "balai.db: is no file, and the database is one; take it away"),
    ],
)
def test_what_is_no_key_or_database_is_told_with_its_remedy(
    folder: Path, command: tuple[str, ...], spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(folder)
    assert sentence in said(folder, *command)


@pytest.mark.parametrize("command", [("check",), ("run",), ("user", "list")])
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (no_file, "config.toml:1: cannot be read: No such file or directory"),
        (other_letters, "is not UTF-8 text"),
        (no_database, "The database refused: file is not a database"),
        (another_code, 'belongs to the mall "tirtawangi", but'),
        (another_kind, "was begun as an example mall, but"),
    ],
)
def test_a_hall_that_is_not_this_one_is_a_sentence(
    folder: Path, command: tuple[str, ...], spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(folder)
    assert sentence in said(folder, *command)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://a:rahasia@asia@127.0.0.1:1/b",
        "postgresql+psycopg://a:rahasia@as/ia@127.0.0.1:1/b",
        "postgresql+psycopg://a:rahasia@asia:1@127.0.0.1:1/b",
        "postgresql+psycopg://a:rahasia@asia?x@127.0.0.1:1/b",
        "postgresql+psycopg://a/x:rahasia@127.0.0.1:1/b",
        "postgresql+psycopg://127.0.0.1:1/asia?password=rahasia",
        "postgresql+psycopg://a:rahasia%40asia@127.0.0.1:1/b",
        "postgresql:a:rahasia@asia/b",
        "mysql://a:rahasia@asia/b",
    ],
)
def test_no_part_of_a_password_is_shown(folder: Path, address: str) -> None:
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('database_url = ""', f'database_url = "{address}"'))
    for command in ("check", "run"):
        told = said(folder, command).replace(str(folder), "")
        assert "asia" not in told.replace("Asia/", "")


def test_an_at_sign_in_a_password_is_told_with_its_spelling(folder: Path) -> None:
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    address = "postgresql+psycopg://a:rahasia@asia@127.0.0.1:1/b"
    path.write_text(text.replace('database_url = ""', f'database_url = "{address}"'))
    assert 'server.database_url: holds an "@"' in said(folder, "check")
    assert "%40" in said(folder, "check")


def test_another_data_folder_is_asked_as_well(folder: Path) -> None:
    assert "/proc/balai: lies in /proc" in said(folder, "run", "--data-dir", "/proc/balai")


def test_check_changes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = CliRunner().invoke(balai, ["check", "--config", str(folder / "config.toml")])
    assert "all is well" in done.output
    assert sorted(folder.rglob("*")) == before
