"""Commands do their work, and say in a sentence with status 1 why they cannot."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from counter.cli.main import balai

ROOT = Path(__file__).parents[3]
PASSWORD = "pintu-air-biru"
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hall's folder: settings, catalogue, and no data yet."""
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    shutil.copy(ROOT / "config.toml", tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def call(*words: str, typed: str = "") -> Result:
        config = ["--config", str(folder / "config.toml")]
        return CliRunner().invoke(balai, [*words, *config], input=typed)

    return call


def refused(result: Result) -> str:
    """The sentence on the error stream of a command that ended with status 1."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize(
    "words",
    [
        *("run", "demo", "check", "backup", "db upgrade", "user add", "user password", "user list"),
        *("user disable", "user role", "user sign-out", "user export", "user erase"),
        *("device pair", "device list", "device withdraw"),
        *("catalogue export", "catalogue import", "report", "restore"),
        *("clock", "clock accept", "clock keep"),
    ],
)
def test_every_command_explains_itself(words: str) -> None:
    said = CliRunner().invoke(balai, [*words.split(), "--help"])
    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 5


def test_first_account_is_made_before_the_first_start(run: Run) -> None:
    words = ("user", "add", "Lestari", "--name", "Lestari Handayani", "--role", "admin")
    assert (
        "lestari (Lestari Handayani) may sign in as admin."
        in run(*words, typed=f"{PASSWORD}\n{PASSWORD}\n").output
    )
    assert "There is an account lestari already." in refused(run(*words))
    listed = run("user", "list").output
    assert listed.split() == ["admin", "lestari", "Lestari", "Handayani"]
    assert PASSWORD not in listed


def test_a_script_gives_the_password_on_standard_input(run: Run) -> None:
    words = ("user", "add", "budi", "--name", "Budi", "--role", "officer", "--password-stdin")
    assert "too short" not in run(*words, typed=f"{PASSWORD}\n").output
    assert run("user", "disable", "budi").output == "budi may no longer sign in.\n"
    assert "disabled" in run("user", "list").output
    assert run("user", "disable", "budi", "--again").exit_code == 0
    assert "disabled" not in run("user", "list").output


def test_whoever_leaves_takes_a_copy_along_and_leaves_a_pseudonym(run: Run, folder: Path) -> None:
    words = ("user", "add", "budi", "--name", "Budi Hartono", "--role", "officer")
    run(*words, "--password-stdin", typed=f"{PASSWORD}\n")
    assert run("user", "role", "budi", "auditor").output.endswith("sign in as auditor.\n")
    copy = folder / "budi.json"
    assert run("user", "export", "budi", "--out", str(copy)).exit_code == 0
    kept = json.loads(copy.read_text(encoding="utf-8"))
    assert kept["account"]["name"] == "Budi Hartono"
    assert [one["kind"] for one in kept["journal"]] == ["AccountAdded", "RoleChanged"]
    assert copy.stat().st_mode & 0o077 == 0
    assert "exists" in refused(run("user", "export", "budi", "--out", str(copy)))
    nowhere = str(folder / "tidak-ada" / "budi.json")
    assert "cannot be written" in refused(run("user", "export", "budi", "--out", nowhere))
    assert run("user", "erase", "budi", typed="n\n").exit_code == 1
    assert "Budi Hartono is erased" in run("user", "erase", "budi", typed="y\n").output
    listed = run("user", "list").output
    assert "mantan-" in listed
    assert "udi" not in listed.replace("auditor", "")
    assert "There is no account budi" in refused(run("user", "erase", "budi", "--yes"))
    (left,) = re.findall(r"mantan-\d+", listed)
    for again in (
        "disable {} --again",
        "password {} --password-stdin",
        "role {} admin",
        "erase {}",
    ):
        said = refused(run("user", *again.format(left).split(), typed=f"{PASSWORD}\n"))
        assert f"{left} was erased" in said


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        ("user add budi --name Budi --role officer --password-stdin", "kurang\n", "10 characters"),
        (
            "user add ? --name Budi --role officer --password-stdin",
            PASSWORD,
            "cannot be a username",
        ),
        ("user password budi --password-stdin", PASSWORD, "There is no account budi"),
        ("user disable budi", "", "There is no account budi"),
        ("user role budi auditor", "", "There is no account budi"),
        ("user sign-out budi", "", "There is no account budi"),
        ("user export budi --out budi.json", "", "There is no account budi"),
        ("user erase budi --yes", "", "There is no account budi"),
        ("device pair 123456 --place kiosk-1", "", "No screen shows the code 123456"),
        ("device pair 123456 --place dapur", "", 'no kiosk, board or agent "dapur"'),
        ("device withdraw 7", "", "no paired device 7"),
        ("clock accept", "", "nothing to answer"),
        ("backup copy.db", "", "there is no database"),
        ("catalogue import nowhere", "", "nowhere:1: there is no such folder"),
    ],
)
def test_a_refusal_is_one_sentence_and_status_1(
    run: Run, words: str, typed: str, sentence: str
) -> None:
    assert sentence in refused(run(*words.split(), typed=typed))


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(run: Run, folder: Path) -> None:
    assert run("db", "upgrade").exit_code == 0
    with closing(sqlite3.connect(folder / "var" / "balai.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    for words in (("run", "--port", "0"), ("db", "upgrade"), ("user", "list")):
        said = refused(run(*words))
        assert "is of a newer version of Balai (revision 9999)" in said
        assert "put back the backup" in said


@pytest.mark.parametrize("words", [("run", "--port", "0"), ("db", "upgrade"), ("user", "list")])
def test_a_folder_that_cannot_be_made_is_named(run: Run, folder: Path, words: list[str]) -> None:
    (folder / "var").write_text("a file where the data should be")
    assert str(folder / "var") in refused(run(*words))


@pytest.mark.slow
@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours_is_refused_in_a_sentence(folder: Path, host: str) -> None:
    config = folder / "config.toml"
    config.write_text(config.read_text().replace("example = true", "example = false"))
    command = [sys.executable, "-m", "counter", "run", "--host", host, "--port", "0"]
    done = subprocess.run(  # noqa: S603 — our own program.
        [*command, "--config", str(config)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    said = rf"Error: Balai cannot listen on {host}:0: [A-Z][a-z ]+\.\n"
    assert done.returncode == 1
    assert re.fullmatch(said, done.stderr), done.stderr


def test_check_tells_every_problem_with_its_line(run: Run, folder: Path) -> None:
    assert "all is well" in run("check").output
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    wrong = text.replace("columns = 48", "columns = 47").replace("repeat = 2", "repeat = 9")
    path.write_text(wrong, encoding="utf-8")
    assert refused(run("check")).count("config.toml:") > 1


def test_check_says_what_a_printer_cannot_do_as_it_is_told(run: Run, folder: Path) -> None:
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    assert "note" not in run("check").output
    for old, new in (
        ('cut = "none"', 'cut = "full"'),
        ('kind = "virtual"', 'kind = "serial"'),
        ('path = ""', 'path = "/dev/ttyUSB0"'),
        ("baud = 115200", "baud = 9600"),
    ):
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    done = run("check")
    assert done.exit_code == 0
    torn, slow = 'printer "kiosk-2": cut = "full" cannot be done', 'printer "kiosk-1": a slip takes'
    assert torn in done.output
    assert slow in done.output
    assert "all is well" in done.output


def test_database_is_brought_up_to_date_once(run: Run) -> None:
    assert run("db", "upgrade").output == "The database is up to date now.\n"
    assert run("db", "upgrade").output == "The database was up to date.\n"


def test_backup_is_a_database(run: Run, folder: Path) -> None:
    run("db", "upgrade")
    target = str(folder / "copy.db")
    assert "is a sound copy" in run("backup", target).output
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert "exists already" in refused(run("backup", target))


def test_export_writes_the_files_that_the_first_start_read(run: Run, folder: Path) -> None:
    out = folder / "out"
    assert "12 agencies are in" in run("catalogue", "export", str(out)).output
    for path in out.iterdir():
        assert path.read_bytes() == (folder / "catalogue" / path.name).read_bytes()
    assert len(list(out.iterdir())) == 12


def test_dry_run_tells_the_difference_and_changes_nothing(run: Run, folder: Path) -> None:
    files = folder / "catalogue"
    dry = ("catalogue", "import", str(files), "--dry-run")
    assert (run(*dry).exit_code, run(*dry).output) == (0, "Nothing would change.\n")
    path = files / "dukcapil.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("promise_minutes = 45", "promise_minutes = 40", 1), "utf-8")
    line = "dukcapil: ktp-el: promise_minutes: 45 → 40"
    for _ in range(2):
        told = run(*dry)
        assert (told.exit_code, told.output.splitlines()) == (2, [line, "1 difference."])
    assert line in run("catalogue", "import", str(files)).output
    assert run(*dry).exit_code == 0


def test_a_real_mall_is_no_stage_for_the_demo(run: Run, folder: Path) -> None:
    path = folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("example = true", "example = false"), encoding="utf-8")
    assert "example mall only" in refused(run("demo"))
    assert not (folder / "var").exists()


def test_no_name_commands_the_terminal(run: Run) -> None:
    words = ("user", "add", "lestari", "--name", "Les\x1b[31mtari\nINVENTED", "--role", "admin")
    told = (
        run(*words, "--password-stdin", typed=f"{PASSWORD}\n").stdout + run("user", "list").stdout
    )
    assert [line.isprintable() for line in told.splitlines()] == [True, True]
    assert told.count(r"Les\x1b[31mtari\nINVENTED") == 2
