"""The whole schema: every module that declares a table is named here, and the metadata is full."""

from __future__ import annotations

from models.core import leases, presses
from models.core.base import Base
from models.journal import record
from models.keeping import timekeeping
from models.mall import catalogue, devices, mall, people, sign_ins
from models.paper import jobs, printers
from models.queue import issuing, quota, shifts, tickets

TABLE_MODULES = (
    *(leases, presses, record, timekeeping),
    *(catalogue, devices, mall, people, sign_ins),
    *(jobs, printers),
    *(issuing, quota, shifts, tickets),
)

metadata = Base.metadata
