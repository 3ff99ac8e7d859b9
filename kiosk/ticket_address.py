"""The address of a ticket's own page: what the QR code on slip and kiosk carries."""

from __future__ import annotations

from models.queue.tickets import Ticket


def ticket_address(ticket: Ticket) -> str:
    """Return where a phone follows the ticket; whoever knows the address may."""
    return f"{ticket.mall.public_url}/t/{ticket.token}"
