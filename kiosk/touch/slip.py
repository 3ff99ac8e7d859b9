"""What stands on the paper that a kiosk gives with a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.given import Given
from kiosk.texts import text_in, text_of
from models.mall.mall import Mall
from models.mall.signs import listed
from models.queue.codes import written


def slip_payload(given: Given, words: Mapping[str, str]) -> dict[str, Any]:
    """Return all that stands on the slip, in JSON's own types and the ticket's language.

    `words` are the kiosk's in that language.
    """
    ticket = given.ticket
    lang = ticket.language
    return {
        **letterhead(ticket.mall, lang),
        "prefix": ticket.prefix,
        "number": ticket.number,
        "needs": [need.in_language(lang) for need in given.needs],
        "in_order": given.in_order,
        "agency": ", ".join(dict.fromkeys(service.agency for service in given.services)),
        "zone_name": given.zone.name,
        "zone_flower": given.zone.flower,
        "place": text_in(lang, given.zone, "place"),
        "desks": words["ticket.desks"].format(desks=listed(given.desks)),
        "places": _places(given, words) if given.scattered else [],
        "taken_at": ticket.taken_at.isoformat(),
        "people_ahead": given.ahead,
        "expected": given.expected and [at.isoformat() for at in given.expected],
        "doubts": [doubt.in_language(lang) for doubt in given.doubts],
        "priority": ticket.priority,
        "follow_url": given.follow_url,
        "follow_code": written(ticket.code),
    }


def letterhead(mall: Mall, language: str) -> dict[str, Any]:
    """Return what every paper of the mall bears, and the second language that it repeats."""
    spoken = mall.texts.get("languages")
    others = [one for one in spoken if one != language] if isinstance(spoken, list) else []
    return {
        "mall_name": mall.name,
        "region": mall.region,
        "time_zone": mall.time_zone,
        "header": _lines(mall, "slip_header"),
        "footer": _lines(mall, f"slip_footer_{language}"),
        "language": language,
        "also": str(others[0]) if others else "",
    }


def _places(given: Given, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each service with its zone and its desks."""
    language = given.ticket.language
    zone_in, desks_in = words["ticket.zone"], words["ticket.desks"]
    return [
        (
            text_in(language, service, "name"),
            ", ".join((zone_in.format(name=zone.bare_name), desks_in.format(desks=listed(desks)))),
        )
        for service, (zone, desks) in zip(given.services, given.places, strict=True)
    ]


def _lines(mall: Mall, key: str) -> list[str]:
    lines = mall.texts.get(key)
    if isinstance(lines, list | tuple):
        return [str(line) for line in lines]
    return [text_of(mall, key)] if text_of(mall, key) else []
