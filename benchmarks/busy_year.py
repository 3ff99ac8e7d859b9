"""Writes the days of a whole year into the example mall, as fast as SQL can: steps and journal."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from models.core.clock import local_instant

OPENS_M, LAST_M = 8 * 60, 14 * 60 + 30
SATURDAY = 5
OUTCOMES = ("issued", "issued", "issued", "accepted", "accepted", "returned", "consulted")
TICKET = """INSERT INTO ticket (id, mall_id, service_day, prefix, number, token, priority, language,
 taken_at, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'id', ?, ?)"""
STEP = """INSERT INTO step (id, mall_id, ticket_id, service_id, position, state, standing,
 began_waiting_at, due_at, desk_id, calls, called_at, started_at, ended_at, outcome, missing,
 checked, note, announced_low_s, announced_high_s)
 VALUES (?, ?, ?, ?, 1, ?, 'regular', ?, ?, ?, 1, ?, ?, ?, ?, '[]', '[]', '', ?, ?)"""
ENTRY = """INSERT INTO journal (mall_id, at, kind, ticket_id, step_id, service_id, desk_id, data)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True)
class Hall:
    """What the visits need of the mall: its id and zone, services with their letters, desks."""

    mall_id: int
    time_zone: str
    services: list[tuple[int, str]]
    desks: list[int]


def add_year(path: Path, last: date, *, days: int, a_day: int) -> list[date]:
    """Add `a_day` visits for each of `days` working days up to `last`; return those days."""
    wanted = [last - timedelta(days=n) for n in range(days * 2)]
    working = sorted([day for day in wanted if day.weekday() < SATURDAY][:days])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        writer = _Writer(connection, _hall(connection))
        for day in working:
            writer.day(day, a_day)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    return working


def _hall(connection: sqlite3.Connection) -> Hall:
    mall_id, zone = connection.execute("SELECT id, time_zone FROM mall").fetchone()
    services = connection.execute("SELECT id, prefix FROM service ORDER BY id").fetchall()
    desks = connection.execute("SELECT id FROM desk ORDER BY id").fetchall()
    return Hall(mall_id, zone, services, [id_ for (id_,) in desks])


class _Writer:
    """Writes one day after the other."""

    def __init__(self, connection: sqlite3.Connection, hall: Hall) -> None:
        self._connection, self._hall = connection, hall
        first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM ticket").fetchone()[0]
        self._ids = count(first)
        self._dice = Random(2026)

    def day(self, day: date, visits: int) -> None:
        """Write the officers' hours and `visits` visits, each as the journal would tell it."""
        entries = list(self._shifts(day))
        numbers: Counter[str] = Counter()
        span_s = (LAST_M - OPENS_M) * 60
        for place in range(visits):
            taken_at = local_instant(day, OPENS_M, self._hall.time_zone) + timedelta(
                seconds=round(span_s * (place / visits) ** 1.3)
            )
            service_id, prefix = self._service()
            numbers[prefix] += 1
            entries += self._visit(day, taken_at, service_id, prefix, numbers[prefix])
        self._connection.executemany(ENTRY, entries)

    def _service(self) -> tuple[int, str]:
        # A few services are asked for far more often than the others.
        services = self._hall.services
        return services[int(len(services) * self._dice.random() ** 2.2)]

    def _visit(
        self, day: date, taken_at: datetime, service_id: int, prefix: str, number: int
    ) -> Iterator[tuple[Any, ...]]:
        id_, dice, hall = next(self._ids), self._dice, self._hall
        desk_id = dice.choice(hall.desks)
        called_at = taken_at + timedelta(seconds=dice.gammavariate(2.0, 480))
        started_at = called_at + timedelta(seconds=dice.uniform(10, 60))
        ended_at = started_at + timedelta(seconds=dice.gammavariate(4.0, 130))
        leaves, outcome = dice.random() < 0.03, dice.choice(OUTCOMES)
        if leaves:
            ended_at = taken_at + timedelta(minutes=12)
        at = [_text(one) for one in (taken_at, called_at, started_at, ended_at)]
        token = f"{id_:020x}"
        priority = dice.random() < 0.12
        self._connection.execute(
            TICKET,
            (
                id_,
                self._hall.mall_id,
                day.isoformat(),
                prefix,
                number,
                token,
                priority,
                at[0],
                at[3],
            ),
        )
        told = (int(dice.uniform(0, 3)) * 300, int(dice.uniform(3, 8)) * 300)
        called = (None, None, None) if leaves else (desk_id, at[1], at[2])
        state = "cancelled" if leaves else "done"
        asked = (id_, hall.mall_id, id_, service_id, state, at[0], at[0])
        ended = (at[3], None if leaves else outcome)
        self._connection.execute(STEP, (*asked, *called, *ended, *told))
        yield self._entry(at[0], "TicketTaken", id_, None, None, None, priority=priority)
        yield self._entry(at[0], "StepAdded", id_, id_, service_id, None, position=1)
        yield self._entry(at[0], "PaperChanged", id_, None, None, None, job_id=id_, state="printed")
        if leaves:
            yield self._entry(at[3], "TicketCancelled", id_, None, None, None, reason="")
            return
        step = (id_, id_, service_id, desk_id)
        yield self._entry(at[1], "TicketCalled", *step, call_id=id_, picked=False)
        yield self._entry(at[1], "CallSpoken", *step, call_id=id_)
        yield self._entry(at[2], "StepStarted", *step)
        yield self._entry(at[3], "StepFinished", *step, outcome=outcome)
        yield self._entry(at[3], "TicketCompleted", id_, None, None, None)

    def _shifts(self, day: date) -> Iterator[tuple[Any, ...]]:
        for desk_id in self._hall.desks:
            for minutes, kind in (
                (7 * 60 + 50, "ShiftBegan"),
                (12 * 60, "BreakBegan"),
                (12 * 60 + 30, "BreakEnded"),
                (15 * 60 + 10, "ShiftEnded"),
            ):
                at = _text(local_instant(day, minutes, self._hall.time_zone))
                yield self._entry(at, kind, None, None, None, desk_id)

    def _entry(
        self,
        at: str,
        kind: str,
        ticket_id: int | None,
        step_id: int | None,
        service_id: int | None,
        desk_id: int | None,
        **data: object,
    ) -> tuple[Any, ...]:
        mall_id = self._hall.mall_id
        return (mall_id, at, kind, ticket_id, step_id, service_id, desk_id, json.dumps(data))


def _text(at: datetime) -> str:
    """Return the instant as SQLite keeps it: UTC without its offset."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")
