"""The paper page: what the virtual printers have printed, drawn from the very bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, g, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.pages import Followed, Page
from models.core.clock import Clock
from models.core.errors import NotFound
from models.core.event import About
from models.core.roles import EVERYBODY, STAFF
from printing.aside import off_the_loop
from printing.ink.virtual import picture
from printing.machines.printers import Printer, VirtualPrinter

SHOWN = 12
# A paper never changes; its name is the instant of its printing.
PICTURE_AGE_S = 24 * 3600


def register(
    app: Flask,
    *,
    printers: Mapping[str, Printer],
    clock: Clock,
    pages: Callable[[Page], None],
    open_tray: bool,
) -> None:
    """Open the paper page and its pictures in `app`, live as `paper/<mall_id>`.

    Without `open_tray` they are for those who work in the hall: a slip's code opens its ticket,
    and in a real hall strangers would cancel other people's numbers.
    """
    virtual = {code: one for code, one in printers.items() if isinstance(one, VirtualPrinter)}
    routes = Blueprint("paper", __name__)

    def newest() -> list[dict[str, str]]:
        papers = [
            (paper.printed_at, code, paper.name)
            for code, printer in virtual.items()
            for paper in printer.printed(most=SHOWN)
        ]
        return [
            {"printer": code, "name": name, "at": at.isoformat()}
            for at, code, name in sorted(papers, reverse=True)[:SHOWN]
        ]

    @routes.get("/paper")
    def page() -> str:
        boot = {"mall_id": g.mall_id, "papers": newest(), "now": clock.now().isoformat()}
        return render_template("counter/leaders/paper.html", boot=boot, printers=sorted(virtual))

    @routes.get("/paper/<printer>/<name>.png")
    def drawn(printer: str, name: str) -> Response:
        machine = virtual.get(printer)
        if machine is None:
            raise NotFound
        try:
            data = machine.read(name)
        except FileNotFoundError:
            raise NotFound from None
        response = Response(
            off_the_loop(lambda: picture(data, machine.paper)), mimetype="image/png"
        )
        response.cache_control.max_age = PICTURE_AGE_S
        response.cache_control.private = True
        return response

    def state(_session: Session, _mall_id: int, _at: datetime) -> dict[str, Any]:
        return {"papers": newest()}

    app.register_blueprint(routes)
    pages(
        Page(
            name="paper",
            path="/paper",
            roles=EVERYBODY if open_tray else STAFF,
            acts=("drawn",),
            words="counter.paper.title",
            live=Followed(state, about=frozenset({About.PAPER})),
        )
    )
