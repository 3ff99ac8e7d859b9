"""A full hall to measure: sixty desks with their officers, and hundreds who wait with a phone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import select

from benchmarks.measured_hall import ROOT, Keys, furnish, sign_in
from counter.app import Application
from counter.door.accounts import make_account
from counter.door.example_people import EXAMPLE_SUPERVISOR
from counter.files.config import load_config
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.mall import Desk, DeskService, Mall, Zone
from models.queue.issuing import Wish, take
from models.queue.shifts import shift_at, sign_on

DESKS = 60
SETTINGS = "config.toml"


@dataclass(frozen=True)
class Crowd:
    """Who is in the hall: who presses, a leader's session, and what may be followed."""

    keys: Keys
    leader: str
    mall_id: int
    desks: tuple[int, ...]
    zones: tuple[int, ...]


def write_settings(folder: Path) -> Path:
    """Write the shipped settings into `folder`, with more desks like those that there are."""
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "catalogue", folder / "catalogue")
    shipped = load_config(ROOT / SETTINGS).desks
    first = 1 + max(int(desk.number) for desk in shipped)
    more = [
        f'[[desks]]\nnumber = {number}\nzone = "{desk.zone}"\nservices = {list(desk.services)}\n'
        for number, desk in enumerate(islice(cycle(shipped), DESKS - len(shipped)), first)
    ]
    file = folder / SETTINGS
    file.write_text("\n".join([(ROOT / SETTINGS).read_text(), *more]))
    return file


def fill_desks(application: Application) -> Crowd:
    """Let an officer sit at every desk; return who is there."""
    keys = furnish(application)
    at = application.clock.now()
    with application.database.transaction() as session:
        mall = session.get_one(Mall, application.mall_id)
        for desk in mall.desks:
            if shift_at(session, desk.id) is not None:
                continue
            name = f"officer-{desk.number}"
            officer = make_account(session, mall.id, name, name, Role.OFFICER, "", at)
            session.flush()
            by = Actor(role=Role.OFFICER, mall_id=mall.id, user_id=officer.id)
            sign_on(session, desk, officer, by=by, at=at)
        desks = tuple(session.scalars(select(Desk.id).order_by(Desk.id)))
        zones = tuple(session.scalars(select(Zone.id).order_by(Zone.id)))
    leader = sign_in(application, EXAMPLE_SUPERVISOR[0])
    return Crowd(keys, leader, application.mall_id, desks, zones)


def fill_queue(application: Application, count: int) -> list[str]:
    """Let `count` citizens more take a number, each for the next service; return their tokens."""
    at = application.clock.now()
    with application.database.transaction() as session:
        mall = session.get_one(Mall, application.mall_id)
        offered = select(DeskService.service_id).distinct().order_by(DeskService.service_id)
        services = islice(cycle(session.scalars(offered).all()), count)
        by = Actor(mall_id=mall.id)
        return [take(session, mall, [Wish(one)], by=by, at=at).token for one in services]
