"""The page of all tables: what each holds, its columns and its keys, drawn from the schema."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Column, Enum, ForeignKey, Index, Table, UniqueConstraint

from docs.reference.tables import NOTE, coded, table
from models.core.base import Base, table_of
from models.keeping.schema import metadata

# Nearly every table names its mall. One line from each would be all that a drawing shows.
ROOT = "mall"
TYPES = {"string": "text", "double": "decimal"}

INTRODUCTION = """# The data model

{note}

The {count} tables, by the package that declares them. `PK` names a row, `FK` points to another
table, `UK` is there once; *may be empty* means NULL, and all else is always there. An `instant` is
aware UTC. Where a column holds one of a few words, they stand below the drawing. Nearly every table
names its `mall`; the drawings leave those lines out.

## How the tables hang together
"""


def data_model() -> str:
    """Return the page, the same for the same schema."""
    every = sorted(metadata.tables.values(), key=lambda one: one.name)
    parts = [INTRODUCTION.format(note=NOTE, count=len(every)), _drawn(_relations(every))]
    for package, entities in sorted(_by_package().items()):
        parts += ["", *_package(package, entities)]
    return "\n".join(parts) + "\n"


def _by_package() -> dict[str, list[type[Base]]]:
    found: dict[str, list[type[Base]]] = defaultdict(list)
    for mapper in Base.registry.mappers:
        package, _, _ = mapper.class_.__module__.rpartition(".")
        if package.startswith("models."):  # a test may have a table of its own
            found[package].append(mapper.class_)
    return {
        package: sorted(entities, key=lambda one: table_of(one).name)
        for package, entities in found.items()
    }


def _package(package: str, entities: list[type[Base]]) -> Iterator[str]:
    yield f"## {package}\n"
    yield f"{importlib.import_module(package).__doc__}\n"
    yield table(["table", "class", "what a row is"], map(_described, entities))
    yield ""
    tables = [table_of(entity) for entity in entities]
    yield _drawn([*map(_entity, tables), *_relations(tables)])
    notes = [*map(_words, _enums(tables)), *(key for one in tables for key in _keys(one))]
    if notes:
        yield ""
        yield from notes


def _described(entity: type[Base]) -> list[str]:
    name = table_of(entity).name
    sentence = inspect.getdoc(entity) or ""
    return [coded([name]), coded([f"{entity.__module__}.{entity.__name__}"]), sentence]


def _drawn(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "erDiagram", *lines, "```"])


def _entity(one: Table) -> str:
    columns = "\n".join(f"        {_column(each)}" for each in one.columns)
    return f"    {one.name} {{\n{columns}\n    }}"


def _column(column: Column[object]) -> str:
    unique = any(list(each.columns) == [column] for each in _always_unique(column.table))
    marks = {"PK": column.primary_key, "FK": bool(column.foreign_keys), "UK": unique}
    keys = ", ".join(mark for mark, holds in marks.items() if holds)
    said = '"may be empty"' if column.nullable else ""
    return " ".join(part for part in (_type(column), column.name, keys, said) if part)


def _type(column: Column[object]) -> str:
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return column.type.enum_class.__name__
    name = type(column.type).__name__.lower()
    return TYPES.get(name, name)


def _relations(tables: Iterable[Table]) -> Iterator[str]:
    for one in tables:
        keys = [key for column in one.columns for key in column.foreign_keys]
        for key in sorted(keys, key=lambda key: key.parent.name):
            if key.column.table.name != ROOT:
                yield _relation(one, key)


def _relation(one: Table, key: ForeignKey) -> str:
    parent = "|o" if key.parent.nullable else "||"
    return f"    {key.column.table.name} {parent}--o{{ {one.name} : {key.parent.name}"


def _enums(tables: Iterable[Table]) -> list[Enum]:
    kinds = {
        column.type.enum_class.__name__: column.type
        for one in tables
        for column in one.columns
        if isinstance(column.type, Enum) and column.type.enum_class is not None
    }
    return [kinds[name] for name in sorted(kinds)]


def _words(kind: Enum) -> str:
    assert kind.enum_class is not None
    return f"- `{kind.enum_class.__name__}`: {', '.join(kind.enums)}."


def _keys(one: Table) -> Iterator[str]:
    """Say what is there once in `one`, beside single columns, which the drawing marks."""
    for key in sorted(_unique(one), key=lambda key: str(key.name)):
        columns = ", ".join(f"`{column.name}`" for column in key.columns)
        if where := _where(key):
            yield f"- `{one.name}`: {columns} once where `{where}`."
        elif len(key.columns) > 1:
            yield f"- `{one.name}`: {columns} once together."


def _unique(one: Table) -> Iterator[UniqueConstraint | Index]:
    yield from (each for each in one.constraints if isinstance(each, UniqueConstraint))
    yield from (each for each in one.indexes if each.unique)


def _always_unique(one: object) -> Iterator[UniqueConstraint | Index]:
    assert isinstance(one, Table)
    yield from (each for each in _unique(one) if not _where(each))


def _where(key: UniqueConstraint | Index) -> str:
    where = key.dialect_options["postgresql"]["where"] if isinstance(key, Index) else None
    return "" if where is None else str(where)
