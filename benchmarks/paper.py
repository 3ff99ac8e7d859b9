"""How soon a ticket's paper begins to come out, and how many a minute, against a bare socket.

House and floor send the same bytes to the same kind of printer, in turns and in one run, so that
whatever else the machine does strikes both alike. The printer answers at once and never lets
anybody wait: what is measured is the house. The floor neither reads a database nor sets a slip.
"""

from __future__ import annotations

import subprocess
import sys


def main() -> None:
    """Measure on green threads, as the house runs."""
    command = [sys.executable, "-m", "gevent.monkey", "--module", "benchmarks.paper_hall"]
    subprocess.run(command, check=True)  # noqa: S603 — our own module.


if __name__ == "__main__":
    main()
