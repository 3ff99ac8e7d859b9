"""The whole schema: every module that declares a table is named here, and the metadata is full."""

from __future__ import annotations

from models import (
    catalogue,
    database,
    issuing,
    journal,
    mall,
    paper,
    people,
    printers,
    shifts,
    tickets,
)
from models.base import Base

TABLE_MODULES = (
    catalogue,
    database,
    journal,
    issuing,
    mall,
    paper,
    people,
    printers,
    shifts,
    tickets,
)

metadata = Base.metadata
