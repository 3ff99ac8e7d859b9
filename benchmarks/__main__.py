"""`python -m benchmarks`: every measurement, one after the other, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = ("take_and_call", "readers", "broadcast", "paper", "month_report", "memory")


def main() -> int:
    """Run all measurements; the exit status is 1 when one of them could not be made."""
    failed = 0
    for name in MEASUREMENTS:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        failed |= subprocess.run(command, check=False).returncode  # noqa: S603 — our own modules.
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
