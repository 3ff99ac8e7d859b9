"""Taking a number and calling the next through HTTP, against the same SQL on a bare connection.

The floor is what the house itself sends to its database for such a press, who asks included,
recorded and sent again by the standard library's connection: the same rows in as many
transactions, as durable (`synchronous=FULL`). House and floor take turns, each after the same
rest, in an empty hall and in one with a million old tickets, so that whatever else the machine
does strikes all alike.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measured_hall import (
    SHIPPED,
    InProcess,
    Keys,
    OverHttp,
    application_in,
    furnish,
)
from benchmarks.old_tickets import add_old_tickets
from benchmarks.recorded import Bare, Recorder, Statements
from counter.backup import back_up
from counter.door.keys import KEY_FILE

OLD_TICKETS = 1_000_000
ROUNDS = 200
WARM_UP = 20
REST_S = 0.1
GOAL, GOAL_OLD = 4.0, 1.2
ACTS = ("take", "call")
DATABASE = "balai.db"
Pressing = InProcess | OverHttp


@dataclass
class Lane:
    """One hall: its server, its floor, and how long each press took, in seconds."""

    folder: Path
    keys: Keys
    application: OverHttp
    bare: Bare
    recorded: list[dict[str, Statements]]
    times: dict[str, list[float]] = field(default_factory=dict)

    def round(self, number: int) -> None:
        """Let house and floor take and call once; then the desk is freed."""
        sent = self.recorded[number]
        for act in ACTS:
            self._timed(f"house {act}", partial(press, self.application, act, self.keys))
            self._timed(f"bare {act}", partial(self.bare.send, sent[act]))
        free(self.application, self.folder, self.keys)
        self.bare.send(sent["free"])

    def median_ms(self, name: str) -> float:
        """Return the median of the rounds after the warm-up, in milliseconds."""
        return 1000 * median(self.times[name][WARM_UP:])

    def close(self) -> None:
        """End the server and close the floor's connection."""
        self.application.close()
        self.bare.close()

    def _timed(self, name: str, act: Callable[[], None]) -> None:
        time.sleep(REST_S)
        began_s = time.perf_counter()
        act()
        self.times.setdefault(name, []).append(time.perf_counter() - began_s)


def press(application: Pressing, act: str, keys: Keys) -> None:
    """Take a number at the kiosk, or call the next at the desk."""
    if act == "take":
        services = [{"service_id": keys.service_id}]
        facts = {"services": services, "priority": False, "language": "id"}
        application.press("/kiosk/take", facts)
    else:
        application.press("/desk/call-next", {"desk_id": keys.desk_id})


def free(application: Pressing, folder: Path, keys: Keys) -> None:
    """Serve whoever was called, so that the desk may call again."""
    facts = {"desk_id": keys.desk_id, "step_id": step_called(folder, keys)}
    application.press("/desk/start", facts)
    application.press("/desk/finish", facts | {"outcome": "accepted"})


def step_called(folder: Path, keys: Keys) -> int:
    """Return the step that is called to the desk."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        (step_id,) = connection.execute(
            "SELECT id FROM step WHERE desk_id = ? AND state = 'called'", (keys.desk_id,)
        ).fetchone()
    return int(step_id)


def record(
    folder: Path, keys: Keys, rounds: int, file: Path = SHIPPED
) -> list[dict[str, Statements]]:
    """Press in this process and write down what the house sends to its database."""
    application = application_in(folder, file)
    recorder = Recorder()
    recorder.listen(application.database)
    pressing = InProcess(application, keys)
    recorded = []
    for _ in range(rounds):
        sent: dict[str, Statements] = {}
        for act in ACTS:
            recorder.take()
            press(pressing, act, keys)
            sent[act] = recorder.take()
        free(pressing, folder, keys)
        sent["free"] = recorder.take()
        recorded.append(sent)
    application.database.close()
    return recorded


def fill_lane(
    folder: Path, begun: Path, keys: Keys, rounds: int, old_tickets: int
) -> list[dict[str, Statements]]:
    """Make a hall with old tickets from the database `begun`, and a floor that is its twin.

    Returns what the house sends, round by round.
    """
    ours, floor = folder / "house", folder / "floor"
    for place in (ours, floor):
        place.mkdir(parents=True)
    shutil.copy(begun / KEY_FILE, ours / KEY_FILE)
    back_up(f"sqlite:///{begun / DATABASE}", ours / DATABASE)
    if old_tickets:
        add_old_tickets(ours / DATABASE, old_tickets, service=keys.service_id, desk=keys.desk_id)
    shutil.copy(ours / DATABASE, floor / DATABASE)
    return record(ours, keys, rounds)


def open_lane(folder: Path, keys: Keys, recorded: list[dict[str, Statements]]) -> Lane:
    """Start the server of a lane that is filled, and connect to it and to its floor."""
    ours = folder / "house"
    return Lane(ours, keys, OverHttp(ours, keys), Bare(folder / "floor" / DATABASE), recorded)


def measure(folder: Path, *, rounds: int, old_tickets: int) -> tuple[Lane, Lane]:
    """Return an empty hall and a full one, both measured in turns."""
    application = application_in(folder / "begun")
    keys = furnish(application)
    application.database.close()
    sent_empty = fill_lane(folder / "empty", folder / "begun", keys, rounds, 0)
    print(f"Writing {old_tickets:,} old tickets.", flush=True)
    sent_full = fill_lane(folder / "full", folder / "begun", keys, rounds, old_tickets)
    # A server hangs up on who says nothing for a minute, and filling a lane may take longer.
    empty = open_lane(folder / "empty", keys, sent_empty)
    full = open_lane(folder / "full", keys, sent_full)
    try:
        for number in range(rounds):
            empty.round(number)
            full.round(number)
    finally:
        empty.close()
        full.close()
    return empty, full


def report(empty: Lane, full: Lane) -> None:
    """Print medians and ratios, each beside its goal."""
    print("median of one press, ms      bare SQL    house    ratio")
    for title, hall in (("empty hall", empty), ("old tickets", full)):
        for act in ACTS:
            bare, application = hall.median_ms(f"bare {act}"), hall.median_ms(f"house {act}")
            count = sum(
                not sent.startswith(("BEGIN", "COMMIT")) for sent, _, _ in hall.recorded[-1][act]
            )
            print(
                f"{act}, {title:<12} {count:>3} statements {bare:>8.2f} {application:>8.2f}"
                f" {application / bare:>7.2f}×  {_verdict(application / bare, GOAL)}"
            )
    for act in ACTS:
        ratio = full.median_ms(f"house {act}") / empty.median_ms(f"house {act}")
        print(f"{act}: old tickets make it {ratio:.2f}× as long  {_verdict(ratio, GOAL_OLD)}")


def _verdict(ratio: float, goal: float) -> str:
    return f"(goal ≤ {goal}: {'reached' if ratio <= goal else 'missed'})"


def main(rounds: int = ROUNDS, old_tickets: int = OLD_TICKETS) -> None:
    """Measure in a temporary folder and print what was found."""
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as folder:
        report(*measure(Path(folder), rounds=rounds, old_tickets=old_tickets))


if __name__ == "__main__":
    main()
