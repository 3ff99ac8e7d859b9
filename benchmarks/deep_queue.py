"""Taking a number while three thousand wait, against taking one while a hundred do.

Both in one process, as processor time, so that what else the machine does matters little. The
citizens want what the example mall offers, each service alike; every desk has its officer.
"""

from __future__ import annotations

import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from benchmarks.measured_hall import InProcess, application_in, furnish
from counter.app import Application
from models.journal.actors import Actor
from models.mall.arrangement import arrangement_of
from models.mall.mall import Mall
from models.queue.issuing import Wish, take

FEW, MANY = 100, 3344
TAKES = 60
GOAL = 1.3
SERVICES = {"priority": False, "language": "id"}


def main() -> None:
    """Measure, and print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        application = application_in(Path(folder))
        keys = furnish(application)
        kiosk, services = InProcess(application, keys), _offered(application)
        times = []
        for waiting in (FEW, MANY):
            _let_wait(application, services, waiting)
            _takes_ms(kiosk, services)  # what is compiled once is compiled now
            times.append(_takes_ms(kiosk, services))
        application.database.close()
    few, many = times
    print(f"take, {FEW} waiting: {few:.2f} ms of processor time")
    print(f"take, {MANY} waiting: {many:.2f} ms, {many / few:.2f} times that (goal {GOAL})")


def _offered(application: Application) -> list[int]:
    with application.database.reading() as session:
        arrangement = arrangement_of(session, session.get_one(Mall, application.mall_id))
        return [
            one.id
            for one in arrangement.services.values()
            if one.in_use and one.daily_quota is None and arrangement.desks_for(one.id)
        ]


def _let_wait(application: Application, services: list[int], waiting: int) -> None:
    """Let so many more wait; a hundred of them in one transaction."""
    for _ in range(waiting // FEW):
        with application.database.transaction() as session:
            mall = session.get_one(Mall, application.mall_id)
            for service_id in islice(cycle(services), FEW):
                by = Actor(mall_id=mall.id)
                take(session, mall, [Wish(service_id)], by=by, at=application.clock.now())


def _takes_ms(kiosk: InProcess, services: list[int]) -> float:
    """Return the median of some takes, in milliseconds of processor time."""
    times = []
    for service_id in islice(cycle(services), TAKES):
        began_s = time.process_time()
        kiosk.press("/kiosk/take", SERVICES | {"services": [{"service_id": service_id}]})
        times.append(1000 * (time.process_time() - began_s))
    return median(times)


if __name__ == "__main__":
    main()
