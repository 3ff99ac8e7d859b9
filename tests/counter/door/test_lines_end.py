"""A line ends with the right that it was opened by, within seconds and without a press."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest
import requests
import socketio
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from counter.door.accounts import change_role, close_account, reopen_account, sign_out
from counter.door.example_people import EXAMPLE_PASSWORD
from models.core.clock import Clock
from models.core.database import Database
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.devices import Device
from models.mall.mall import Desk
from models.mall.pairing import withdraw
from models.mall.people import User
from models.mall.sign_ins import LONGEST, SignIn
from models.queue.shifts import sign_on
from tests.application import example_config, running_application
from tests.servers import Server

pytestmark = pytest.mark.slow

SOON_S = 8.0
RINA, HENDRA, BUDI = "rina.kusumawati", "hendra.saputra", "budi.santoso"
NOBODY = Actor()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Server]:
    with running_application(folder) as running:
        yield running


@pytest.fixture
def database(folder: Path, hall: Server) -> Iterator[Database]:
    """The hall's database, as another process would change it."""
    opened = Database(example_config(folder).database_url)
    yield opened
    opened.close()


class Line:
    """One browser's line to the hall, opened with its cookies."""

    def __init__(self, hall: Server, cookies: Mapping[str, str | None]) -> None:
        self.ended: queue.Queue[str] = queue.Queue()
        self.line: Any = socketio.Client(reconnection=False)
        self.line.on("disconnect", lambda *_: self.ended.put("disconnect"))
        spelled = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {"Cookie": spelled}
        self.line.connect(hall.url, headers=headers, transports=["websocket"])
        self._socket = self.line.eio.ws

    def follows(self, topic: str) -> bool:
        answer: dict[str, Any] = self.line.call("follow", {"topic": topic}, timeout=SOON_S)
        return bool(answer["ok"])

    def is_cut(self) -> bool:
        return self.ended.get(timeout=SOON_S) == "disconnect"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.disconnect()
        self._socket.shutdown()
        # A client that was cut would wait for fifteen seconds whether it has more to say.
        self.line.eio.queue.put(None)
        self.line.eio.wait()


def sign_in(hall: Server, username: str, desk: str = "") -> Mapping[str, str | None]:
    """Sign in at a browser of its own; return its cookies."""
    form = {"name": username, "password": EXAMPLE_PASSWORD, "desk": desk}
    answer = requests.post(
        f"{hall.url}/sign-in",
        data=form,
        headers={"Origin": hall.url},
        allow_redirects=False,
        timeout=SOON_S,
    )
    assert answer.status_code == 303, answer.text
    return answer.cookies.get_dict()


def user(session: Session, username: str) -> User:
    return session.scalars(select(User).where(User.username == username)).one()


def run_out(session: Session) -> None:
    """Let the twelve hours of every sign-in be over."""
    session.execute(update(SignIn).values(began_at=Clock().now() - LONGEST - timedelta(seconds=1)))


def rest(session: Session) -> None:
    """Let every sign-in have been unused since yesterday."""
    session.execute(update(SignIn).values(seen_at=Clock().now() - timedelta(hours=11)))


def lose_the_role(session: Session) -> None:
    change_role(session, user(session, HENDRA), Role.OFFICER, by=NOBODY, at=Clock().now())


def close(session: Session) -> None:
    close_account(session, user(session, HENDRA), by=NOBODY, at=Clock().now())


def send_out(session: Session) -> None:
    sign_out(session, user(session, HENDRA), by=NOBODY, at=Clock().now())


@pytest.fixture
def as_before(database: Database) -> Iterator[None]:
    yield
    with database.transaction() as session:
        hendra = user(session, HENDRA)
        reopen_account(session, hendra, by=NOBODY, at=Clock().now())
        change_role(session, hendra, Role.SUPERVISOR, by=NOBODY, at=Clock().now())


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("change", [run_out, rest, lose_the_role, close, send_out])
def test_a_line_ends_when_its_person_may_look_no_longer(
    hall: Server, database: Database, change: Callable[[Session], None]
) -> None:
    cookies = sign_in(hall, HENDRA)
    with Line(hall, cookies) as line:
        assert line.follows("printers/1")
        with database.transaction() as session:
            change(session)
        assert line.is_cut()
    with Line(hall, cookies) as again:
        assert not again.follows("printers/1")


def test_a_stranger_follows_what_is_for_everybody_here(hall: Server) -> None:
    with Line(hall, {}) as line:
        assert line.follows("paper/1")
        assert not line.follows("printers/1")


def test_others_keep_their_lines(hall: Server, database: Database) -> None:
    with Line(hall, sign_in(hall, "admin")) as other, Line(hall, sign_in(hall, HENDRA)) as line:
        assert other.follows("printers/1")
        assert line.follows("printers/1")
        with database.transaction() as session:
            send_out(session)
        assert line.is_cut()
        assert other.follows("printers/1")
        assert other.ended.empty()


def test_a_shift_that_moves_takes_the_view_of_the_old_desk_along(
    hall: Server, database: Database
) -> None:
    cookies = sign_in(hall, RINA, desk="3")
    with database.reading() as session:
        desks = {
            desk.number: desk.id
            for desk in session.scalars(select(Desk).where(Desk.number.in_(["3", "4"])))
        }
    with Line(hall, cookies) as line:
        assert line.follows(f"desk/{desks['3']}")
        with database.transaction() as session:
            rina = user(session, RINA)
            by = Actor(role=rina.role, mall_id=rina.mall_id, user_id=rina.id)
            sign_on(session, session.get_one(Desk, desks["4"]), rina, by=by, at=Clock().now())
        assert line.is_cut()
    with Line(hall, cookies) as again:
        assert not again.follows(f"desk/{desks['3']}")
        assert again.follows(f"desk/{desks['4']}")


def test_a_screen_that_is_withdrawn_is_cut(hall: Server, database: Database) -> None:
    answer = requests.post(
        f"{hall.url}/pair/here",
        json={"place": "kiosk-2"},
        headers={"Origin": hall.url},
        timeout=SOON_S,
    )
    with Line(hall, answer.cookies.get_dict()) as line:
        assert line.follows("services/1")
        with database.transaction() as session:
            device = session.scalars(select(Device).where(Device.place == "kiosk-2")).one()
            withdraw(session, device, by=NOBODY, at=Clock().now())
        assert line.is_cut()


def test_whoever_does_not_hang_up_when_sent_away_is_hung_up_on(
    hall: Server, database: Database
) -> None:
    with Line(hall, sign_in(hall, HENDRA)) as line:
        assert line.follows("printers/1")
        # A client of one's own making: it knows no "disconnect" and keeps its line.
        line.line._handle_disconnect = lambda *_: None
        with database.transaction() as session:
            send_out(session)
        assert line.is_cut()
