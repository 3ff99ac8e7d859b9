"""A whole hall in a process of its own whose clock begins at nine on a Monday, for browsers."""

from __future__ import annotations

import sys
from pathlib import Path

from counter.app import build
from counter.server import serve
from models.core.clock import Clock
from tests.application import example_config
from tests.builders import MONDAY


def main(folder: str) -> None:
    """Serve the example mall with its data in `folder` until stopped."""
    clock = Clock()
    clock.ahead = MONDAY - clock.now()
    application = build(example_config(Path(folder)), clock=clock)
    application.start()
    try:
        serve(application.app, application.socketio, "127.0.0.1", 0)
    finally:
        application.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
