"""The agent's own settings: what is wrong in agent.toml is said, and nothing begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from models.paper.printers import PrinterState
from printing.agent.journal import Journal
from printing.agent.program import _printer_in, main
from printing.machines.printers import LinkedPrinter, PrinterAway
from printing.machines.windows import WindowsPrinter


def run(folder: Path, text: str | None) -> tuple[int, str]:
    settings = folder / "agent.toml"
    if text is not None:
        settings.write_text(text, encoding="utf-8")
    arguments = ["--server", "http://127.0.0.1:9", "--config", str(settings)]
    done = CliRunner().invoke(main, [*arguments, "--state-dir", str(folder / "state")])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("[printer", "agent.toml"),
        ("", "printer: Field required"),
        ('[printer]\nkind = "fax"\n', "printer.kind"),
        ('[printer]\nkind = "file"\ncolour = "red"\n', "printer.colour"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str | None, said: str) -> None:
    status, output = run(tmp_path, text)
    assert status == 1
    assert said in output
    assert not (tmp_path / "state").exists()


def test_a_folder_in_use_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    journal = Journal(tmp_path / "state" / "journal.db")
    status, output = run(tmp_path, '[printer]\nkind = "file"\npath = "/dev/usb/lp0"\n')
    assert status == 1
    assert "Another agent works in" in output
    journal.close()


def test_the_file_describes_the_printer(tmp_path: Path) -> None:
    settings = tmp_path / "agent.toml"
    settings.write_text('[printer]\nkind = "network"\nhost = "127.0.0.1"\nport = 9101\n')
    printer = _printer_in(settings)
    assert isinstance(printer, LinkedPrinter)
    assert (printer.settings.host, printer.settings.port) == ("127.0.0.1", 9101)


def test_without_windows_its_printers_are_away(tmp_path: Path) -> None:
    settings = tmp_path / "agent.toml"
    settings.write_text('[printer]\nkind = "windows"\nname = "Kasir"\n')
    printer = _printer_in(settings)
    assert isinstance(printer, WindowsPrinter)
    assert printer.look().state is PrinterState.AWAY
    with pytest.raises(PrinterAway):
        printer.send(b"\x1b@")
