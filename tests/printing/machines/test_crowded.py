"""A hall whose screens hold thousands of open files prints as it did with none."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.nursery import HOUSE
from tests.printing.machines.crowded import PAPER
from tests.printing.machines.escpos_printer import EscposPrinter
from tests.printing.machines.test_printers import on_a_cable, without_questions

FILES = 5000


@pytest.mark.parametrize("threads", ["green", "real"])
def test_paper_comes_out_of_every_printer_behind_five_thousand_open_files(
    threads: str, tmp_path: Path
) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < FILES + 100:
        pytest.skip(f"this system allows {hard} open files only")
    pipe = tmp_path / "lp9"
    os.mkfifo(pipe)
    with ExitStack() as stack:
        machines = {kind: stack.enter_context(EscposPrinter()) for kind in ("network", "serial")}
        machines["file"] = stack.enter_context(EscposPrinter())
        cables = {one: stack.enter_context(on_a_cable(machines[one])) for one in ("serial", "file")}
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        stack.callback(os.close, reader)
        places = [f"network={machines['network'].port}"]
        places += [f"{kind}={path}" for kind, path in cables.items()] + [f"file={pipe}"]
        done = subprocess.run(  # noqa: S603 — our own program.
            [sys.executable, "-m", "tests.printing.machines.crowded", str(FILES), threads, *places],
            cwd=HOUSE,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout.splitlines() == [
            "network online True",
            "serial online True",
            "file online True",
            "file unknown False",
        ], done.stderr
        for machine in machines.values():
            assert machine.sheets == [PAPER]
        assert without_questions(os.read(reader, 65536)) == PAPER
