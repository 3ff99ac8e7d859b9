"""The landing page: every screen of the mall behind one address, and the example's sign-ins."""

from __future__ import annotations

from flask import Blueprint, Flask, g, render_template, request
from sqlalchemy import select

from counter.door.auth import Doorkeeper
from counter.door.example_people import (
    EXAMPLE_ADMIN,
    EXAMPLE_PASSWORD,
    EXAMPLE_SUPERVISOR,
    ExampleOfficer,
    example_officers,
)
from models.core.roles import EVERYBODY, Permit
from models.mall.mall import Desk, Mall
from models.mall.signs import in_order

# The officers that a newcomer sees first: one in each zone.
SHOWN_FIRST = 4


def register(app: Flask, *, doorkeeper: Doorkeeper, permit: Permit) -> None:
    """Add / to `app`, and what every page of the front door may say."""
    blueprint = Blueprint("welcome", __name__)
    database, clock, config = doorkeeper.database, doorkeeper.clock, doorkeeper.config

    @app.context_processor
    def shared() -> dict[str, object]:
        help_desk = {"id": config.mall.help_desk_id, "en": config.mall.help_desk_en}
        return {"hall_now": clock.now, "help_desk": help_desk[g.get("lang", "id")]}

    @blueprint.get("/")
    def home() -> str:
        with database.reading() as session:
            mall = session.get_one(Mall, g.mall_id)
            desks = list(
                session.scalars(select(Desk).where(Desk.mall_id == mall.id, Desk.in_use.is_(True)))
            )
            zones = {desk.number: desk.zone for desk in desks}
            # On a real mall nobody is told a name, and from elsewhere nobody is let in.
            example = doorkeeper.plays_on_its_own(request)
            officers = example_officers(zones) if example else []
            return render_template(
                "counter/door/welcome.html",
                example=example,
                now=clock.now(),
                rate=clock.rate,
                kiosks=config.kiosks,
                boards=config.boards,
                flowers={zone.code: zone.flower for zone in mall.zones},
                zones={number: zone.code for number, zone in zones.items()},
                officers=officers,
                first=_first(officers, {number: zone.code for number, zone in zones.items()}),
                supervisor=EXAMPLE_SUPERVISOR,
                admin=EXAMPLE_ADMIN,
                password=EXAMPLE_PASSWORD,
            )

    permit(EVERYBODY, "welcome.home")
    app.register_blueprint(blueprint)


def _first(officers: list[ExampleOfficer], zones: dict[str, str]) -> list[ExampleOfficer]:
    """Return the officer of desk 3, whom the handbook follows, and one of each other zone."""
    by_zone: dict[str, ExampleOfficer] = {}
    for officer in sorted(officers, key=lambda one: (one.desk != "3", in_order(one.desk))):
        by_zone.setdefault(zones[officer.desk], officer)
    return list(by_zone.values())[:SHOWN_FIRST]
