from sqlalchemy import create_engine, inspect, make_url, text

from tests.postgres import Postgres


def test_every_database_begins_empty_and_can_be_written(database_url: str) -> None:
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bunga (nama TEXT)"))
    assert inspect(engine).get_table_names() == ["bunga"]
    engine.dispose()


def test_a_database_is_made_like_its_template(postgres: Postgres) -> None:
    with postgres.fresh() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE bunga (nama TEXT)"))
        engine.dispose()
        with postgres.fresh(template=str(make_url(url).database)) as copy:
            engine = create_engine(copy)
            assert inspect(engine).get_table_names() == ["bunga"]
            engine.dispose()
