"""The whole schema: every module that declares a table is named here, and the metadata is full."""

from __future__ import annotations

from models.core import presses
from models.core.base import Base
from models.journal import record as journal
from models.mall import catalogue, devices, mall, people
from models.paper import jobs as paper
from models.paper import printers
from models.queue import issuing, shifts, tickets

TABLE_MODULES = (
    catalogue,
    devices,
    journal,
    issuing,
    mall,
    paper,
    people,
    presses,
    printers,
    shifts,
    tickets,
)

metadata = Base.metadata
