"""A press while a crowd looks on: how late the latest are, and what telling the screens costs.

Sixty consoles, twelve walls, six kiosks and five hundred phones follow a hall in which numbers
are taken, called, served and finished. Told are the 99th percentile of a press against its median;
the server's processor time for twelve presses, all screens told, against that of their SQL on a
bare connection; and the 99th percentile of a press while a thousand phones join after a restart,
against that of presses alone.
"""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from benchmarks.crowd_hall import Crowd, fill_desks, fill_queue, write_settings
from benchmarks.measured_hall import ROOT, OverHttp, application_in
from benchmarks.recorded import Bare
from benchmarks.take_and_call import DATABASE, press, record, step_called
from counter.door.auth import DEVICE_COOKIE, SESSION_COOKIE

WALLS, KIOSKS, PHONES = 12, 6, 500
JOINING = 1000
# People come one after the other; all at once come those who were there before a restart.
AT_ONCE = 20
# Each round is four presses: a number is taken, called, served and finished.
ROUND, TWELVE = 4, 12
ROUNDS, BARE_ROUNDS, ALONE_ROUNDS = 40, 15, 30
# Far more than it takes, on a machine that has other work as well.
PATIENCE_S = 60.0
REST_S, SHORT_REST_S = 0.1, 0.02
GOAL_LATEST, GOAL_JOINING = 3.0, 3.0
# Half of the 258 that it was before a telling read the queue once for all screens.
GOAL_PROCESSOR = 129.0

Screens = list[tuple[str, str]]


class Pressed(NamedTuple):
    """How long a press took, and how long the server worked meanwhile, on it or on others' wishes.

    On a machine that has other work the first is mostly that work, the second is not.
    """

    took_s: float
    worked_s: float


class Screened(NamedTuple):
    """Presses under eyes, and the processor time that went by with them."""

    presses: list[Pressed]
    processor_s: float


class Lookers:
    """The screens, in a process of their own."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "benchmarks.crowd_screens", str(port)]
        self._process = subprocess.Popen(  # noqa: S603 — our own module
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def join(self, screens: Screens) -> None:
        """Let `screens` join, all at once; does not wait for them."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(screens) + "\n")

    def joined(self, patience_s: float) -> bool:
        """Tell whether all have their first state, after waiting for it a while."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], patience_s)
        return bool(ready) and bool(self._process.stdout.readline())

    def close(self) -> None:
        """Let all screens go."""
        self._process.kill()
        self._process.wait()


class Presser:
    """Takes, calls, serves and finishes without end, one press at a time."""

    def __init__(self, server: OverHttp, folder: Path, crowd: Crowd) -> None:
        self._server, self._folder, self._crowd = server, folder, crowd
        self._acts: Iterable[Callable[[], None]] = iter(
            cycle([self._take, self._call, self._start, self._finish])
        )
        self._facts: dict[str, object] = {}

    def presses(self, count: int, rest_s: float) -> list[Pressed]:
        """Press `count` times with a rest before each."""
        return [self._timed(act, rest_s) for act in islice(self._acts, count)]

    def _timed(self, act: Callable[[], None], rest_s: float) -> Pressed:
        time.sleep(rest_s)
        if act == self._start:
            step_id = step_called(self._folder, self._crowd.keys)
            self._facts = {"desk_id": self._crowd.keys.desk_id, "step_id": step_id}
        worked_s, began_s = self._server.loop_s, time.perf_counter()
        act()
        took_s = time.perf_counter() - began_s
        return Pressed(took_s, self._server.loop_s - worked_s)

    def _take(self) -> None:
        press(self._server, "take", self._crowd.keys)

    def _call(self) -> None:
        press(self._server, "call", self._crowd.keys)

    def _start(self) -> None:
        self._server.press("/desk/start", self._facts)

    def _finish(self) -> None:
        self._server.press("/desk/finish", self._facts | {"outcome": "accepted"})


def fixed_screens(crowd: Crowd) -> Screens:
    """Return the screens of the hall itself: a console at each desk, walls and kiosks."""
    leader = f"{SESSION_COOKIE}={crowd.leader}"
    kiosk = f"{DEVICE_COOKIE}={crowd.keys.kiosk[DEVICE_COOKIE]}"
    screens = [(leader, f"desk/{desk}") for desk in crowd.desks]
    screens += [(leader, f"zone/{zone}") for zone in islice(cycle(crowd.zones), WALLS)]
    return screens + [(kiosk, f"services/{crowd.mall_id}")] * KIOSKS


def phones(tokens: list[str]) -> Screens:
    """Return a phone for each ticket."""
    return [("", f"ticket/{token}") for token in tokens]


def under_eyes(folder: Path, file: Path, crowd: Crowd, tokens: list[str]) -> Screened:
    """Press while all screens follow."""
    server = OverHttp(folder, crowd.keys, file)
    lookers = Lookers(server.port)
    try:
        screens = fixed_screens(crowd) + phones(tokens)
        for first in range(0, len(screens), AT_ONCE):
            lookers.join(screens[first : first + AT_ONCE])
            if not lookers.joined(PATIENCE_S):
                raise RuntimeError("the screens did not join")
        presser = Presser(server, folder, crowd)
        presser.presses(ROUND, REST_S)
        began_s = server.processor_s
        presses = presser.presses(ROUND * ROUNDS, REST_S)
        return Screened(presses, server.processor_s - began_s)
    finally:
        lookers.close()
        server.close()


def joining(
    folder: Path, file: Path, crowd: Crowd, tokens: list[str]
) -> tuple[list[Pressed], list[Pressed]]:
    """Press alone, then while all phones join; return both."""
    server = OverHttp(folder, crowd.keys, file)
    lookers = Lookers(server.port)
    try:
        presser = Presser(server, folder, crowd)
        presser.presses(5 * ROUND, SHORT_REST_S)
        alone = presser.presses(ROUND * ALONE_ROUNDS, SHORT_REST_S)
        lookers.join(phones(tokens))
        beside: list[Pressed] = []
        began_s = time.perf_counter()
        while not lookers.joined(0) and time.perf_counter() - began_s < PATIENCE_S:
            beside += presser.presses(ROUND, SHORT_REST_S)
        print(f"{len(tokens)} phones joined within {time.perf_counter() - began_s:.1f} s")
        return alone, beside
    finally:
        lookers.close()
        server.close()


def bare_s(folder: Path, file: Path, crowd: Crowd) -> float:
    """Return the processor time of twelve presses' SQL on a bare connection."""
    twin = folder / "twin.db"
    shutil.copy(folder / DATABASE, twin)
    recorded = record(folder, crowd.keys, BARE_ROUNDS, file)
    bare = Bare(twin)
    began_s = time.process_time()
    for sent in recorded:
        for act in ("take", "call", "free"):
            bare.send(sent[act])
    spent_s = time.process_time() - began_s
    bare.close()
    return spent_s * TWELVE / (ROUND * BARE_ROUNDS)


def latest(times: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(times, n=100, method="inclusive")[-1]


def main() -> None:
    """Measure in a temporary folder and print what was found."""
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as place:
        folder = Path(place) / "hall"
        file = write_settings(folder)
        begun = application_in(folder, file)
        crowd = fill_desks(begun)
        tokens = fill_queue(begun, JOINING)
        begun.database.close()
        floor_s = bare_s(folder, file, crowd)
        seen = under_eyes(folder, file, crowd, tokens[-PHONES:])
        alone, beside = joining(folder, file, crowd, tokens)
    twelve_s = seen.processor_s * TWELVE / len(seen.presses)
    for what, under, apart, joined in zip(
        ("time", "the server's work"),
        zip(*seen.presses, strict=True),
        zip(*alone, strict=True),
        zip(*beside, strict=True),
        strict=True,
    ):
        _tell(f"{what}, p99 against median", latest(under), median(under), GOAL_LATEST)
        _tell(f"{what}, p99 joining against alone", latest(joined), latest(apart), GOAL_JOINING)
    _tell("twelve presses against their bare SQL", twelve_s, floor_s, GOAL_PROCESSOR)


def _tell(what: str, ours_s: float, theirs_s: float, goal: float) -> None:
    ratio = ours_s / theirs_s
    verdict = "reached" if ratio <= goal else "missed"
    figures = f"{1000 * ours_s:7.1f} ms, {1000 * theirs_s:6.1f} ms"
    print(f"{what:<40} {figures} {ratio:7.1f}×  (goal ≤ {goal}: {verdict})")


if __name__ == "__main__":
    main()
