"""A program that is asked to stop ends within seconds, whatever it is waiting for."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from models.core.database import Database
from tests.application import ROOT, running_application
from tests.counter.live.test_wire import BareClient
from tests.nursery import HOUSE
from tests.outage import being_written
from tests.servers import Server

HELD = """
from gevent import monkey
monkey.patch_all()
import time
from counter.stopping import heed_signals

heed_signals(lambda: print("stops"), within_s=0.1)
print("waits", flush=True)
monkey.get_original("time", "sleep")(60)
"""


@pytest.mark.parametrize("signals", [1, 2])
def test_a_loop_that_stands_in_a_library_is_ended_from_outside(signals: int) -> None:
    with subprocess.Popen(  # noqa: S603 — this interpreter with the program above.
        [sys.executable, "-c", HELD], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HOUSE
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"waits\n"
        for _ in range(signals):
            process.terminate()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read().startswith(b"Balai was asked to stop, could not in time")


@contextmanager
def hall_on(url: str, folder: Path) -> Iterator[tuple[Server, Database]]:
    """The real program on the database at `url`, and the same database beside it."""
    settings = (ROOT / "config.toml").read_text(encoding="utf-8")
    settings = settings.replace('database_url = ""', f'database_url = "{url}"')
    settings = settings.replace('catalogue_dir = "', f'catalogue_dir = "{ROOT}/')
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    database = Database(url)
    try:
        with running_application(folder, "--config", str(folder / "config.toml")) as hall:
            yield hall, database
    finally:
        database.close()


@contextmanager
def visitors(hall: Server, seed: int) -> Iterator[threading.Event]:
    """Let screens hold lines and pages be asked for; the event comes at a random moment of it."""
    moment, ended = threading.Event(), threading.Event()
    pages = random.Random(seed).randint(1, 20)

    def visit() -> None:
        with suppress(requests.RequestException), requests.Session() as session:
            for count in range(10_000):
                if ended.is_set():
                    return
                session.get(f"{hall.url}/sign-in", timeout=10)
                if count == pages:
                    moment.set()

    lines = [BareClient(hall) for _ in range(20)]
    threads = [threading.Thread(target=visit) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield moment
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        for one in lines:
            one.line.close()


@contextmanager
def held(database: Database) -> Iterator[None]:
    """Let the hall wait for its database until the end of the block, and find it well otherwise."""
    if database.sqlite:
        with being_written(database):
            yield
        return
    with database.engine.connect() as connection:
        connection.execute(text("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()


def waiting_presses(hall: Server) -> list[HTTPConnection]:
    """Let three screens wait to write; all are heard when this returns."""
    presses = [HTTPConnection("127.0.0.1", hall.port, timeout=20) for _ in range(3)]
    for one in presses:
        one.request("POST", "/pair/code", headers={"Origin": hall.url})
    assert requests.get(f"{hall.url}/sign-in", timeout=20).ok
    return presses


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_hall_full_of_visitors_ends_when_it_is_asked_to(
    example_url: str, tmp_path: Path, seed: int
) -> None:
    with hall_on(example_url, tmp_path) as (hall, _), visitors(hall, seed) as moment:
        assert moment.wait(timeout=60)
        for _ in range(1 + seed % 2):
            hall.process.terminate()
        assert hall.process.wait(timeout=20) == 0


@pytest.mark.slow
def test_a_hall_whose_database_does_not_answer_ends_when_it_is_asked_to(
    example_url: str, tmp_path: Path
) -> None:
    with hall_on(example_url, tmp_path) as (hall, database), held(database):
        presses = waiting_presses(hall) if database.sqlite else []
        hall.process.terminate()
        hall.process.terminate()
        assert hall.process.wait(timeout=20) == 0
        assert [one.getresponse().status for one in presses] == [503] * len(presses)
        for one in presses:
            one.close()
