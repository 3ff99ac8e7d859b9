"""The whole house for tests: the example mall at a standing Monday morning, and who acts in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from flask.testing import FlaskClient
from sqlalchemy import make_url, select
from typing_extensions import override

from counter.app import Application, build
from counter.door.auth import DEVICE_COOKIE
from counter.files.config import Config, load_config
from counter.files.places import places_of
from models.core.clock import Clock
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall
from models.mall.pairing import new_code, pair
from models.mall.people import User
from models.mall.sign_ins import begin_sign_in
from models.queue.shifts import sign_on
from tests.builders import MONDAY
from tests.servers import Server, running_server

ROOT = Path(__file__).parent.parent
# What a browser sends with a press of its own page.
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class StandingClock(Clock):
    """A clock that stands still until a test moves it."""

    at: datetime = field(default=MONDAY)

    @override
    def now(self) -> datetime:
        return self.at

    @override
    def jump_to(self, instant: datetime) -> None:
        self.at = instant

    def pass_by(self, length: timedelta) -> datetime:
        """Let `length` go by and return the new instant."""
        self.at += length
        return self.at


def example_config(folder: Path, database_url: str = "", *, port: int = 8000) -> Config:
    """The example mall of config.toml with its data in `folder`."""
    config = _example()
    server = config.server.model_copy(
        update={"data_dir": str(folder), "database_url": database_url, "port": port}
    )
    return config.model_copy(update={"server": server})


@cache
def _example() -> Config:
    return load_config(ROOT / "config.toml")


@cache
def _filled_file(*, example: bool) -> bytes:
    """The database of the mall of config.toml as its first start leaves it."""
    with TemporaryDirectory() as folder:
        config = (example_config if example else real_config)(Path(folder))
        build(config, clock=StandingClock()).database.close()
        return (Path(folder) / "balai.db").read_bytes()


def real_config(folder: Path, **server: object) -> Config:
    """The same mall as a real one, whose `[server]` also says `server`."""
    config = example_config(folder)
    mall = config.mall.model_copy(update={"example": False})
    return config.model_copy(
        update={"mall": mall, "server": config.server.model_copy(update=server)}
    )


@contextmanager
def open_application(
    folder: Path, database_url: str = "", *, config: Config | None = None
) -> Iterator[Application]:
    """A house in this process on a StandingClock; nothing works in its background.

    A SQLite file that is not there yet is copied from one that was filled earlier; like every
    start, this one brings it in step with its `config`.
    """
    config = config or example_config(folder, database_url)
    url = make_url(config.database_url)
    missing = url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists()
    if missing:
        Path(str(url.database)).write_bytes(_filled_file(example=config.mall.example))
    application = build(config, clock=StandingClock())
    try:
        yield application
    finally:
        application.database.close()


def clock_of(application: Application) -> StandingClock:
    """The clock of an open_house()."""
    assert isinstance(application.clock, StandingClock)
    return application.clock


def kiosk_client(application: Application, place: str = "kiosk-1") -> FlaskClient:
    """A browser that is paired as the screen `place` of config.toml."""
    at = application.clock.now()
    with application.database.transaction() as session:
        places = places_of(session, application.config, application.mall_id)
        asked = new_code(session, application.mall_id, token=None, at=at)
        wanted = next(one for one in places if one.code == place)
        pair(session, application.mall_id, asked.code, wanted, name="", by=Actor(), at=at)
    client = application.app.test_client()
    client.set_cookie(DEVICE_COOKIE, asked.token)
    return client


def user_client(application: Application, username: str) -> FlaskClient:
    """A browser in which the example user `username` is signed in."""
    with application.database.reading() as session:
        user = session.scalars(select(User).where(User.username == username)).one()
    client = application.app.test_client()
    now = application.doorkeeper.real_clock.now()
    with application.database.transaction() as session:
        token = begin_sign_in(session, user.id, address="127.0.0.1", browser="", at=now)
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    return client


def open_desk(application: Application, number: int) -> str:
    """Sign the desk's own example officer on; return the officer's username."""
    with application.database.transaction() as session:
        desk = session.scalars(select(Desk).where(Desk.number == str(number))).one()
        officers = session.scalars(
            select(User)
            .where(User.mall_id == application.mall_id, User.role == Role.OFFICER)
            .order_by(User.id)
        ).all()
        user = officers[number - 1]
        sign_on(session, desk, user, by=Actor(user_id=user.id), at=application.clock.now())
        return user.username


def service_id(application: Application, code: str) -> int:
    """The id of the service `code` of the example catalogue."""
    with application.database.reading() as session:
        return session.scalars(select(Service.id).where(Service.code == code)).one()


def mall_of(application: Application) -> Mall:
    """The house's mall, as it is now."""
    with application.database.reading() as session:
        return session.get_one(Mall, application.mall_id)


@contextmanager
def running_application(
    folder: Path, *arguments: str, port: int = 0, log: IO[str] | None = None
) -> Iterator[Server]:
    """The real program, `python -m counter run`, in a process of its own on a free port.

    What it has to say goes to `log`, if there is one.
    """
    command = ["run", "--config", str(ROOT / "config.toml"), "--port", str(port)]
    command += ["--data-dir", str(folder), *arguments]
    with running_server("counter", *command, log=log) as hall:
        yield hall
        hall.process.terminate()
        hall.process.wait(timeout=30)
