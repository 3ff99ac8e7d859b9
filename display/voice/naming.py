"""Names for the log: what somebody in the hall would look for, not what a table counts."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from display.voice.notices import Notice
from models.core.database import Database
from models.mall.mall import Zone
from models.queue.announcing import Unshouted
from models.queue.tickets import Ticket


def named_in_log(database: Database, zone_id: int, what: Unshouted | Notice) -> tuple[str, str]:
    """Name a zone and the number or the notice that it should hear.

    Where the database is away or no longer has them, they are named by what counts them.
    """
    where = str(zone_id)
    news = f"the notice {what.kind}" if isinstance(what, Notice) else f"the call {what.call_id}"
    with suppress(SQLAlchemyError), database.reading() as session:
        zone = session.get(Zone, zone_id)
        ticket = session.get(Ticket, what.ticket_id) if isinstance(what, Unshouted) else None
        where = zone.name if zone else where
        news = ticket.spoken if ticket else news
    return where, news
