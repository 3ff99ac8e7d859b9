from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text

from models.core.database import Database
from models.keeping.migrating import DatabaseIsNewer, configuration, pending, upgrade
from models.keeping.schema import metadata
from models.mall.mall import Mall
from models.queue.announcing import mark_spoken
from models.queue.calling import call_next
from models.queue.missing import may_miss_from
from models.queue.tickets import Call
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


def test_calls_of_before_the_receipts_keep_what_was_known_of_them(
    database_url: str, tmp_path: Path
) -> None:
    """An upgrade at noon: who was called a moment ago is awaited still."""
    today = Database(f"sqlite:///{tmp_path / 'today.db'}")
    upgrade(today)
    with today.transaction() as session:
        hall = small_mall(session)
        ticket(session, hall.mall, hall.a)
        call = call_next(session, hall.desk_a, by=CITIZEN, at=MONDAY)
        mark_spoken(session, call, by=CITIZEN, at=MONDAY + MINUTE)
    database = Database(database_url)
    settings = configuration()
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0004")
        _copy_known(today, connection)
    upgrade(database)
    with database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.spoken_at, call.shown_at, call.told_zone_id) == (MONDAY + MINUTE, None, None)
        assert call.ticket.told_zone_id is None
        assert may_miss_from(session, call.step) == MONDAY + 3 * MINUTE
    for one in (today, database):
        one.close()


def _copy_known(today: Database, connection: Connection) -> None:
    """Copy what the older tables have columns for."""
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        known = {column["name"] for column in inspector.get_columns(table.name)}
        columns = [column for column in table.columns if column.name in known]
        with today.engine.connect() as source:
            rows = [dict(row) for row in source.execute(select(*columns)).mappings()]
        if rows:
            connection.execute(insert(table).values(rows))
