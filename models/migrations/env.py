"""How Alembic meets the schema: on the connection that `models.keeping.migrating` hands over."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import context

from models.core.base import Instant
from models.keeping.schema import metadata


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write down what the database sees, so that an old revision needs none of today's code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=_render,
    # Both databases undo a half-done migration, once the driver is kept from committing alone.
    transactional_ddl=True,
    # SQLite changes a table by copying it.
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
