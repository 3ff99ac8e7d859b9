"""Fills a copy of the example mall with tickets of past years, as fast as SQL can write them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

# A hall of 1,000 visits a day has a million tickets after four years of working days.
A_DAY = 1000
FILL = (
    """
    CREATE TEMP TABLE old AS
    WITH RECURSIVE one(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM one WHERE n + 1 < :tickets),
    many AS (SELECT (SELECT coalesce(max(id), 0) FROM ticket) + n + 1 AS id, n, n / :a_day AS day,
                    n % :a_day AS number FROM one)
    SELECT id, number / 26 + 1 AS number, char(65 + number % 26) AS prefix,
           date('2026-01-01', '-' || (day + 1) || ' days') AS day,
           datetime('2026-01-01', '-' || (day + 1) || ' days', '+' || (number * 20) || ' seconds')
             || '.000000' AS at
    FROM many
    """,
    """
    INSERT INTO ticket (id, mall_id, service_day, prefix, number, token, priority, language,
                        taken_at, closed_at)
    SELECT id, :mall, day, prefix, number, lower(hex(randomblob(10))), 0, 'id', at, at FROM old
    """,
    """
    INSERT INTO step (id, mall_id, ticket_id, service_id, position, state, standing,
                      began_waiting_at, due_at, desk_id, calls, called_at, started_at, ended_at,
                      outcome, missing, checked, note)
    SELECT id, :mall, id, :service, 1, 'done', 'regular', at, at, :desk, 1, at, at, at, 'issued',
           '[]', '[]', '' FROM old
    """,
    """
    INSERT INTO call (mall_id, ticket_id, step_id, desk_id, zone_id, round, at, reason)
    SELECT :mall, id, id, :desk, :zone, 1, at, '' FROM old
    """,
    """
    INSERT INTO journal (mall_id, at, kind, ticket_id, step_id, service_id, desk_id, data)
    SELECT :mall, at, kind, id, id, :service, :desk, data FROM old, (
        SELECT 'StepAdded' AS kind, '{"position": 1}' AS data
        UNION ALL SELECT 'StepStarted', '{}'
        UNION ALL SELECT 'StepFinished', '{"outcome": "issued"}')
    """,
)


def add_old_tickets(path: Path, tickets: int, *, service: int, desk: int) -> None:
    """Add so many served tickets, with steps, calls and journal, to the database at `path`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;"
            "PRAGMA temp_store=MEMORY"
        )
        mall, zone = connection.execute(
            "SELECT mall_id, zone_id FROM desk WHERE id = ?", (desk,)
        ).fetchone()
        facts = {
            "tickets": tickets,
            "a_day": A_DAY,
            "mall": mall,
            "zone": zone,
            "service": service,
            "desk": desk,
        }
        connection.execute("BEGIN")
        for statement in FILL:
            used = {name: fact for name, fact in facts.items() if f":{name}" in statement}
            connection.execute(statement, used)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
