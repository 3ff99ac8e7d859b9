"""What the children of the tests do."""

import os
import signal
import sys
import time
from pathlib import Path


def add(one: int, other: int) -> int:
    return one + other


def whole(size: int) -> bytes:
    return b"x" * size


def refuse(reason: str) -> None:
    raise ValueError(reason)


def die(mark: str, *, twice: bool = False) -> str:
    """Die in the middle of the work: only the first time, unless `mark` says always."""
    if mark == "always":
        os.kill(os.getpid(), signal.SIGKILL)
    path = Path(mark)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def last_long(mark: str) -> None:
    """Say who works, then work for longer than any test lasts."""
    part = Path(mark).with_suffix(".part")
    part.write_text(str(os.getpid()), "ascii")
    part.replace(mark)
    time.sleep(600)


def about() -> dict[str, object]:
    """Say how this process stands."""
    with os.scandir("/proc/self/fd") as held:
        numbers = [int(one.name) for one in held]
    return {
        "pid": os.getpid(),
        "nice": os.nice(0),
        "files": [n for n in numbers if n > 2 and Path(f"/proc/self/fd/{n}").exists()],
        "gevent": "gevent" in sys.modules,
        "interrupt": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
    }
