"""A hall of many years looks through the steps of today only."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.core.base import Base
from models.core.database import Database
from models.queue.calling import call_next
from models.queue.open_steps import open_steps
from models.queue.serving import set_aside
from models.waits.forecast import announce
from tests.builders import CITIZEN, MONDAY, small_mall, ticket


def test_no_press_reads_every_step_of_all_years(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'balai.db'}")
    Base.metadata.create_all(database.engine)
    sent: list[tuple[str, object]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(
        _connection: object, _cursor: object, statement: str, values: object, *_: object
    ) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, values))

    def presses(session: Session) -> None:
        hall = small_mall(session)
        announce(session, ticket(session, hall.mall, hall.a, hall.b), MONDAY)
        call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
        set_aside(session, hall.desk_a)
        open_steps(session, hall.mall.id, MONDAY)

    with database.transaction() as session:
        presses(session)
    with database.engine.connect() as connection:
        for statement, values in sent:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]  # the driver's own values
            steps = [row.detail for row in plan if row.detail in ("SCAN step", "SCAN ticket")]
            assert steps == [], statement
    assert any("FROM step" in statement for statement, _ in sent)
    database.close()
