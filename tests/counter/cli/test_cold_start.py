"""The program from nothing, as an installer starts it; all other halls of the tests are forked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.application import ROOT

pytestmark = pytest.mark.slow


def test_a_program_that_starts_from_nothing_serves_and_ends_well(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "counter", "run", "--config", str(ROOT / "config.toml")]
    command += ["--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 — our own program.
        try:
            assert process.stdout
            url = process.stdout.readline().split()[-1]
            assert requests.get(url, timeout=30).status_code == 200
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
