from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.core.database import Database
from models.keeping.migrating import DatabaseIsNewer, configuration, pending, upgrade
from models.keeping.schema import metadata
from models.mall.mall import Desk, DeskService, Mall, ServingHours
from models.queue.announcing import mark_spoken
from models.queue.calling import call_next
from models.queue.missing import may_miss_from
from models.queue.quota import QuotaRoll
from models.queue.serving import cancel
from models.queue.tickets import Call
from models.queue.transferring import transfer
from tests.builders import CITIZEN, MINUTE, MONDAY, mall, small_mall, ticket


def test_an_upgraded_database_is_what_the_tables_say(database_url: str) -> None:
    database = Database(database_url)
    assert pending(database)
    upgrade(database)
    assert not pending(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_partial_indexes_hold_for_the_same_rows_as_the_tables_say(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    dialect = database.engine.dialect.name
    with database.engine.connect() as connection:
        inspector = inspect(connection)
        for table in metadata.tables.values():
            stated = {
                index.name: str(index.dialect_options[dialect]["where"])
                for index in table.indexes
                if index.dialect_options[dialect]["where"] is not None
            }
            found = {
                index["name"]: index["dialect_options"][f"{dialect}_where"]
                for index in inspector.get_indexes(table.name)
                if f"{dialect}_where" in index.get("dialect_options", {})
            }
            assert found.keys() == stated.keys()
            if dialect == "sqlite":
                assert {name: str(where) for name, where in found.items()} == stated
    database.close()


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    with database.transaction() as session:
        mall(session, code="tetap")
    upgrade(database)
    with database.reading() as session:
        assert session.scalars(select(Mall.code)).all() == ["tetap"]
    database.close()


def test_two_processes_upgrade_at_once_and_both_go_on(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, databases))
    assert [pending(database) for database in databases] == [False] * 3
    for database in databases:
        database.close()


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseIsNewer, match="9999"):
        upgrade(database)
    database.close()


def test_going_back_from_the_first_revision_leaves_no_table(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    settings = configuration()
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.close()


def test_a_migration_that_fails_leaves_nothing_behind(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url)
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE step (wrong INTEGER)"))
    with pytest.raises(Exception, match="step"):
        upgrade(database)
    assert pending(database)
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["step"]
    database.close()


def test_desks_numbered_before_signs_keep_their_numbers_and_all_that_points_to_them(
    database_url: str,
) -> None:
    database = Database(database_url)
    with database.engine.begin() as connection:
        settings = configuration()
        settings.attributes["connection"] = connection
        revision = ScriptDirectory.from_config(settings).get_revision("0006")
        command.upgrade(settings, str(revision.down_revision))
        for name, row in (
            ("mall", {"id": 1}),
            ("zone", {"id": 1, "mall_id": 1}),
            ("agency", {"id": 1, "mall_id": 1}),
            ("service", {"id": 1, "mall_id": 1, "agency_id": 1}),
            ("desk", {"id": 5, "mall_id": 1, "zone_id": 1, "number": 10}),
            ("desk", {"id": 6, "mall_id": 1, "zone_id": 1, "number": 2}),
            ("desk_service", {"desk_id": 5, "service_id": 1}),
        ):
            _put(connection, name, row)
    upgrade(database)
    with database.reading() as session:
        desks = session.scalars(select(Desk).order_by(Desk.sorts_as)).all()
        assert [(desk.id, desk.number, desk.sorts_as) for desk in desks] == [
            (6, "2", "0002"),
            (5, "10", "0010"),
        ]
        assert session.scalars(select(DeskService.desk_id)).all() == [5]
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(DeskService(desk_id=77, service_id=1))
    database.close()


def _put(connection: Connection, name: str, row: Mapping[str, object]) -> None:
    """Insert `row`, with a plain value in every other column that must not be empty."""
    table = Table(name, MetaData(), autoload_with=connection)
    plain = {str: "x", int: 1, bool: False, float: 1.0, object: {}}
    rest = {
        column.name: plain[column.type.python_type]
        for column in table.columns
        if not column.nullable and column.name not in row
    }
    connection.execute(table.insert().values(**rest, **row))


def test_hours_and_places_of_the_version_before_move_over(
    database_url: str, tmp_path: Path
) -> None:
    with _today(tmp_path) as session:
        hall = small_mall(session)
        gone, sent = (ticket(session, hall.mall, hall.a) for _ in range(2))
        cancel(session, gone, reason="", by=CITIZEN, at=MONDAY)
        call_next(session, hall.desk_ab, by=CITIZEN, at=MONDAY)
        transfer(session, hall.desk_ab, to_service=hall.b, by=CITIZEN, at=MONDAY)
        assert sent.closed_at is None
        wanted = hall.b.id
    database = Database(database_url)
    with _as_before(database, tmp_path, "0004") as connection:
        connection.execute(text("INSERT INTO opening_hours VALUES (1, 0, 480, 900)"))
        connection.execute(text("INSERT INTO opening_hours VALUES (1, 4, 480, 930)"))
        connection.execute(text("INSERT INTO hall_break VALUES (1, 1, 4, 690, 780)"))
        connection.execute(text("UPDATE quota_roll SET taken = 7"))
    upgrade(database)
    with database.reading() as session:
        rows = session.scalars(select(ServingHours).order_by(ServingHours.weekday)).all()
        told = [(one.weekday, one.opens_m, one.closes_m, one.breaks) for one in rows]
        assert told == [(0, 480, 900, []), (4, 480, 930, [[690, 780]])]
        rolls = session.scalars(select(QuotaRoll)).all()
        assert {one.service_id: one.taken for one in rolls if one.taken} == {wanted: 1}
    database.close()


def test_calls_of_before_the_receipts_keep_what_was_known_of_them(
    database_url: str, tmp_path: Path
) -> None:
    """An upgrade at noon: who was called a moment ago is awaited still."""
    with _today(tmp_path) as session:
        hall = small_mall(session)
        ticket(session, hall.mall, hall.a)
        call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
        mark_spoken(session, call, by=CITIZEN, at=MONDAY + MINUTE)
    database = Database(database_url)
    with _as_before(database, tmp_path, "0004"):
        pass
    upgrade(database)
    with database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.spoken_at, call.shown_at, call.told_zone_id) == (MONDAY + MINUTE, None, None)
        assert call.ticket.told_zone_id is None
        assert may_miss_from(session, call.step) == MONDAY + 3 * MINUTE
    database.close()


@contextmanager
def _today(folder: Path) -> Iterator[Session]:
    """Fill a database of this version, which `_as_before` copies."""
    today = Database(_today_url(folder))
    upgrade(today)
    with today.transaction() as session:
        yield session
    today.close()


@contextmanager
def _as_before(database: Database, folder: Path, revision: str) -> Iterator[Connection]:
    """Make `database` one of an older version, with all that it has columns for."""
    settings = configuration()
    today = Database(_today_url(folder))
    with database.engine.begin() as connection, today.engine.connect() as source:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            if inspector.has_table(table.name):
                older = Table(table.name, MetaData(), autoload_with=connection)
                columns = [table.c[one.name] for one in older.c if one.name in table.c]
                for row in source.execute(select(*columns)).mappings():
                    connection.execute(insert(older).values(dict(row)))
        yield connection
    today.close()


def _today_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'today.db'}"
