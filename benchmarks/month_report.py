"""A month's PDF out of a year of 1,000 visits a day, against reading the same rows with bare SQL.

The floor is what the report sends to its database, sent again by the standard library's
connection, every row fetched and let go of. Memory is Python's own peak while a day and a
month are computed, each in a run of its own.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy import select

from benchmarks.busy_year import add_year
from benchmarks.measured_hall import settings
from benchmarks.recorded import Recorder, Statements
from counter.files.filling import fill
from counter.leaders.reporting import own_faces
from counter.words.language import Language
from models.core.clock import local_instant
from models.core.database import Database
from models.figures.figures import Figures, Period
from models.figures.reckoning import figures
from models.keeping.migrating import upgrade
from models.mall.mall import Mall
from printing.reports.pdf import as_pdf
from printing.reports.wording import report_of

LAST = date(2026, 10, 30)
DAYS, A_DAY, ROUNDS = 261, 1000, 5
GOAL_S, GOAL_MEMORY = 5.0, 2.0


def reckoned(database: Database, period: Period) -> Figures:
    """Compute the figures as the report does, in a session of their own."""
    with database.reading() as session:
        mall = session.scalars(select(Mall)).one()
        return figures(session, mall, period, at=_after(mall))


def _after(mall: Mall) -> datetime:
    return local_instant(LAST + timedelta(days=3), 6 * 60, mall.time_zone)


def pdf_of(told: Figures) -> bytes:
    """Set the report in Indonesian."""
    words = Language(told.time_zone).words("printing.reports", "id")
    return as_pdf(report_of(told, words, "id"), own_faces())


def read_bare(path: Path, statements: Statements) -> int:
    """Send the recorded statements again and count the rows."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return sum(
            sum(1 for _ in connection.execute(statement, parameters))
            for statement, parameters, _ in statements
        )


def seconds(act: Callable[[], object]) -> float:
    """Return how long `act` takes."""
    began_s = time.perf_counter()
    act()
    return time.perf_counter() - began_s


def peak_mb(act: Callable[[], object]) -> float:
    """Return the most memory that Python held during `act` beyond what it had before."""
    tracemalloc.start()
    act()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def measure(folder: Path, *, days: int, a_day: int, rounds: int) -> None:
    """Write the year, measure, and print each figure beside its goal."""
    path = folder / "balai.db"
    database = _begun(path)
    print(f"Writing {days} days of {a_day:,} visits.", flush=True)
    add_year(path, LAST, days=days, a_day=a_day)
    month, day = Period.of_month(LAST), Period.of_day(LAST)
    statements = _recorded(database, month)
    rows = read_bare(path, statements)
    told = reckoned(database, month)
    times: dict[str, list[float]] = {"bare": [], "figures": [], "pdf": []}
    for _ in range(rounds):
        times["bare"].append(seconds(partial(read_bare, path, statements)))
        times["figures"].append(seconds(partial(reckoned, database, month)))
        times["pdf"].append(seconds(partial(pdf_of, told)))
    _report({name: median(taken) for name, taken in times.items()}, rows, told)
    memory = [peak_mb(partial(reckoned, database, period)) for period in (day, month)]
    paper = peak_mb(partial(pdf_of, told))
    database.close()
    ratio = memory[1] / memory[0]
    print(f"peak memory, MB: a day {memory[0]:.1f}, a month {memory[1]:.1f}, its PDF {paper:.1f}")
    print(f"a month holds {ratio:.2f}× as much as a day  {_verdict(ratio, GOAL_MEMORY)}")


def _begun(path: Path) -> Database:
    """Make the database of the shipped example mall."""
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.transaction() as session:
        fill(session, settings(path.parent))
    database.close()  # its connections would keep the year from being written
    return database


def _recorded(database: Database, period: Period) -> Statements:
    recorder = Recorder()
    with database.reading() as session:
        recorder.listen(database)
        mall = session.scalars(select(Mall)).one()
        figures(session, mall, period, at=_after(mall))
    return [one for one in recorder.take() if one[0].lstrip().startswith("SELECT")]


def _report(took: dict[str, float], rows: int, told: Figures) -> None:
    total = took["figures"] + took["pdf"]
    print(f"{told.headline.visits:,} visits, and the month before; {rows:,} rows read")
    print(
        f"bare SQL {took['bare']:.2f} s, figures {took['figures']:.2f} s"
        f" ({took['figures'] / took['bare']:.1f}×), PDF {took['pdf']:.2f} s"
    )
    print(f"a month's PDF in {total:.2f} s  {_verdict(total, GOAL_S)}")


def _verdict(value: float, goal: float) -> str:
    return f"(goal ≤ {goal:g}: {'reached' if value <= goal else 'missed'})"


def main() -> None:
    """Measure in a temporary folder and print what was found."""
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as folder:
        measure(Path(folder), days=DAYS, a_day=A_DAY, rounds=ROUNDS)


if __name__ == "__main__":
    main()
