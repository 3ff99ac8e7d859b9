"""What every table shares: the declarative base, and instants that are always aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import DateTime, Dialect, MetaData, Table
from sqlalchemy import Enum as Word
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python, `timestamptz` or UTC text in the database.

    Binding a naive datetime raises ValueError: whoever made it forgot the zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no offset; what was bound there is UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def alone(session: Session) -> bool:
    """Tell whether whoever writes is alone in the database, so that no row needs a lock.

    SQLite lets one writer in at a time, and all that it reads is as it is now.
    """
    return session.get_bind().dialect.name == "sqlite"


def _values(kind: type[Enum]) -> list[str]:
    return [str(member.value) for member in kind]


def table_of(entity: type[Base]) -> Table:
    """Return the table behind a mapped class, for rows that nobody needs as objects."""
    table = entity.__table__
    assert isinstance(table, Table)
    return table


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: Instant,
        # Values, not names, as plain text: partial indexes name them, and a new one needs no DDL.
        Enum: Word(Enum, native_enum=False, length=20, values_callable=_values),
    }
