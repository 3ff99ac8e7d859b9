"""Calling right after somebody took a number, against calling while nothing else is done.

A number's slip is drawn and printed behind the answer to whoever took it. An officer who calls in
that moment shares the program with it. Both kinds of call take turns in one hall, so that whatever
else the machine does strikes both alike. The server has one processor, and what it has started may
use all.

The server's processor time from press to answer is told beside the clock's: it says the same on a
machine that is busy with other things.
"""

from __future__ import annotations

import random
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles

from benchmarks.measured_hall import Keys, OverHttp, application_in, furnish
from benchmarks.take_and_call import free, press

ROUNDS, WARM_UP = 40, 5
# Long enough for a slip to be drawn, printed and settled.
REST_S = 0.3
# When a slip is under way: drawn, marked, sent or settled.
UNDER_WAY_S = 0.08
GOAL = 1.3
ALONE, AT_ONCE, UNDER_WAY = "alone", "right after a ticket", "while its slip is under way"
# The milliseconds of a call by the clock, and those in which the server worked.
Took = tuple[float, float]
Times = dict[str, list[Took]]


def call_ms(server: OverHttp, keys: Keys, folder: Path) -> Took:
    """Call the next; return how long the answer took. Then the desk is freed."""
    worked_s, began_s = server.worked_s(), time.perf_counter()
    press(server, "call", keys)
    took_s, worked_s = time.perf_counter() - began_s, server.worked_s() - worked_s
    free(server, folder, keys)
    return took_s * 1000, worked_s * 1000


def measure(server: OverHttp, keys: Keys, folder: Path) -> Times:
    """Return how long each kind of call took, round by round."""
    chance = random.Random(1)
    times: Times = {ALONE: [], AT_ONCE: [], UNDER_WAY: []}
    for _ in range(WARM_UP + ROUNDS):
        press(server, "take", keys)
        for kind, column in times.items():
            time.sleep(REST_S)
            if kind != ALONE:
                press(server, "take", keys)
            if kind == UNDER_WAY:
                time.sleep(chance.random() * UNDER_WAY_S)
            column.append(call_ms(server, keys, folder))
    return {kind: column[WARM_UP:] for kind, column in times.items()}


def report(times: Times) -> None:
    """Print medians and their ratios to a call alone."""
    print(
        "a call, ms                   by the clock:   p50     p90   ratio"
        "      working:   p50   ratio"
    )
    alone, alone_worked = (median(column) for column in zip(*times[ALONE], strict=True))
    for kind, both in times.items():
        clock, worked = zip(*both, strict=True)
        ratio = median(clock) / alone
        verdict = f"(goal ≤ {GOAL}: {'reached' if ratio <= GOAL else 'missed'})"
        print(
            f"{kind:<40} {median(clock):>7.2f} {quantiles(clock, n=10)[-1]:>7.2f} {ratio:>6.2f}×"
            f" {median(worked):>19.2f} {median(worked) / alone_worked:>6.2f}×"
            f"  {'' if kind == ALONE else verdict}"
        )


def main() -> None:
    """Measure in a temporary folder and print what was found."""
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as name:
        folder = Path(name)
        application = application_in(folder)
        keys = furnish(application)
        application.database.close()
        with closing(OverHttp(folder, keys)) as server:
            press(server, "take", keys)
            server.let_children_go()
            report(measure(server, keys, folder))


if __name__ == "__main__":
    main()
