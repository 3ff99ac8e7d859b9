"""A program whose threads are green, as the hall's are: it prints what its child does to it."""

import sys
import threading
import time
from pathlib import Path

from counter.background.children import Child
from models.core.work import ChildGone

JOBS = "tests.counter.background.jobs"


def main(mark: str) -> None:
    steady = Child("steady", f"{JOBS}:about")
    assert len({steady.ask()["pid"] for _ in range(5)}) == 1, "it waits for more work"
    child = Child("long", f"{JOBS}:last_long")
    ticks = 0
    asking = threading.Thread(target=_ask, args=(child, mark))
    asking.start()
    while asking.is_alive() and (ticks < 20 or not Path(mark).exists()):
        time.sleep(0.01)
        ticks += 1
    _say("the others went on")
    sys.stdin.readline()
    child.stop()
    asking.join()


def _ask(child: Child, mark: str) -> None:
    try:
        child.ask(mark)
    except ChildGone as gone:
        _say(f"gone {gone}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
