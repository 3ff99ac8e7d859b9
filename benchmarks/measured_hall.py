"""An example mall to measure: filled, signed on and paired in this process, served by another."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from counter.app import Application
from counter.door.auth import DEVICE_COOKIE, SESSION_COOKIE
from counter.door.example_people import EXAMPLE_PASSWORD, example_officers
from counter.files.config import Config, load_config
from counter.leaders.confirming import place_called
from counter.running import built
from models.core.presses import new_press_id
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.arrangement import arrangement_of
from models.mall.mall import DeskService, Mall
from models.mall.pairing import new_code, pair
from models.mall.people import User
from models.queue.issuing import Wish, take
from models.queue.shifts import sign_on
from models.waits.forecast import announce

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "config.toml"
DESK = "1"
WAITING = 60
PROCESSORS = os.sched_getaffinity(0)
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Keys:
    """What a kiosk and an officer need to press: their cookies, and ids."""

    kiosk: Mapping[str, str]
    officer: Mapping[str, str]
    desk_id: int
    service_id: int

    def cookies(self, path: str) -> Mapping[str, str]:
        """Return the cookies of whoever presses at `path`."""
        return self.kiosk if path.startswith("/kiosk") else self.officer


def settings(data_dir: Path, file: Path = SHIPPED) -> Config:
    """Return the settings of `file` with their data in `data_dir`."""
    config = load_config(file)
    return config.model_copy(
        update={"server": config.server.model_copy(update={"data_dir": str(data_dir)})}
    )


def application_in(data_dir: Path, file: Path = SHIPPED) -> Application:
    """Build the house of the settings in `file` on `data_dir`; nothing works in its background."""
    return built(settings(data_dir, file))


def furnish(application: Application) -> Keys:
    """Let every desk have its officer, sixty tickets wait, and a kiosk and an officer have keys."""
    with application.database.transaction() as session:
        mall = session.get_one(Mall, application.mall_id)
        opens_at = arrangement_of(session, mall).timetable.next_day(application.clock.now())
        if opens_at is None:
            raise RuntimeError("the example mall never opens")
        application.clock.jump_to(opens_at + timedelta(hours=2))
        at = application.clock.now()
        desks = {desk.number: desk for desk in mall.desks}
        for one in example_officers(desks):
            officer = session.scalars(select(User).where(User.username == one.username)).one()
            by = Actor(role=Role.OFFICER, mall_id=mall.id, user_id=officer.id)
            sign_on(session, desks[one.desk], officer, by=by, at=at)
        services = session.scalars(select(DeskService.service_id).distinct().order_by("service_id"))
        for service_id, _ in zip(cycle(services.all()), range(WAITING)):
            ticket = take(session, mall, [Wish(service_id)], by=Actor(mall_id=mall.id), at=at)
            announce(session, ticket, at)
        asked = new_code(session, mall.id, token=None, at=at)
        place = place_called(session, application.config, mall.id, "kiosk-1")
        pair(session, mall.id, asked.code, place, name="", by=Actor(mall_id=mall.id), at=at)
        offered = select(DeskService.service_id).where(DeskService.desk_id == desks[DESK].id)
        service_id = session.scalars(offered.order_by(DeskService.service_id)).first() or 0
        desk_id = desks[DESK].id
    username = example_officers([DESK])[0].username
    officer_cookies = {SESSION_COOKIE: sign_in(application, username, desk=DESK)}
    return Keys({DEVICE_COOKIE: asked.token}, officer_cookies, desk_id, service_id)


def sign_in(application: Application, username: str, *, desk: str = "") -> str:
    """Sign somebody of the example in, an officer at `desk`; return what their cookie says."""
    client = application.app.test_client()
    form = {"name": username, "password": EXAMPLE_PASSWORD, "desk": desk}
    answer = client.post("/sign-in", data=form)
    cookie = client.get_cookie(SESSION_COOKIE)
    if cookie is None:
        raise RuntimeError(f"nobody could sign in: {answer.status}")
    return cookie.value


class InProcess:
    """Presses through the house's own routes, without a network."""

    def __init__(self, application: Application, keys: Keys) -> None:
        self._client: FlaskClient = application.app.test_client(use_cookies=False)
        self._keys = keys

    def press(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Press and return the answer."""
        headers = _headers(self._keys.cookies(path)) | {"Sec-Fetch-Site": "same-origin"}
        answer = self._client.post(path, data=_press(body), headers=headers)
        return _read(path, answer.status_code, answer.data)


class OverHttp:
    """A server in a process of its own, and one connection to it that stays open.

    The client is a bare socket: the standard library's would take a third of a millisecond.
    """

    def __init__(self, data_dir: Path, keys: Keys, file: Path = SHIPPED) -> None:
        command = [sys.executable, "-m", "counter", "run", "--config", str(file), "--port", "0"]
        self._process = subprocess.Popen(  # noqa: S603 — our own program
            [*command, "--data-dir", str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self._settle_apart()
        self.port = self._port()
        address = ("127.0.0.1", self.port)
        self._line = socket.create_connection(address, timeout=PATIENCE_S)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._keys = keys
        self._host = f"127.0.0.1:{address[1]}"

    @property
    def processor_s(self) -> float:
        """For how long the server has worked since its start, in seconds of processor time."""
        told = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def loop_s(self) -> float:
        """For how long the thread that answers has worked, to the microsecond."""
        return int(Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[0]) / 1e9

    def press(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Press and return the answer."""
        pressed = _press(body)
        headers = _headers(self._keys.cookies(path)) | {
            "Host": self._host,
            "Origin": f"http://{self._host}",
            "Content-Length": str(len(pressed)),
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {said}" for name, said in headers.items())]
        self._line.sendall("\r\n".join([*lines, "", ""]).encode() + pressed)
        return _read(path, *self._answer())

    def let_children_go(self) -> None:
        """Let what the server has started use every processor, as it may in a hall."""
        for children in Path(f"/proc/{self._process.pid}/task").glob("*/children"):
            for child in children.read_text().split():
                os.sched_setaffinity(int(child), PROCESSORS)

    def worked_s(self) -> float:
        """Return for how long the server's own process has had a processor, in seconds."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in tasks) / 1e9

    def _answer(self) -> tuple[int, bytes]:
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += self._more()
        head, _, body = heard.partition(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        size = next(int(line.split(":")[1]) for line in lines if line.startswith("Content-Length:"))
        while len(body) < size:
            body += self._more()
        return int(first.split()[1]), body

    def _more(self) -> bytes:
        part = self._line.recv(65536)
        if not part:
            raise RuntimeError("the server hung up")
        return part

    def close(self) -> None:
        """Close the connection and end the server."""
        self._line.close()
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        os.sched_setaffinity(0, PROCESSORS)

    def _settle_apart(self) -> None:
        """Give the server and this process a processor each.

        Whoever presses sits at another machine. Sharing one with them, the server would keep
        them from hearing its answer while it goes on to print and to tell the screens.
        """
        os.sched_setaffinity(0, {min(PROCESSORS)})
        os.sched_setaffinity(self._process.pid, {max(PROCESSORS)})

    def _port(self) -> int:
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s and self._process.stdout is not None:
            line = self._process.stdout.readline()
            if "http://" in line:
                return int(line.rsplit(":", 1)[1])
            if not line:
                break
        raise RuntimeError("the server did not start")


def _press(body: Mapping[str, object]) -> bytes:
    return json.dumps({"press_id": new_press_id(), **body}).encode()


def _headers(cookies: Mapping[str, str]) -> dict[str, str]:
    said = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Content-Type": "application/json", "Cookie": said}


def _read(path: str, status: int, answer: bytes) -> dict[str, Any]:
    if status != HTTPStatus.OK:
        raise RuntimeError(f"{path}: {status} {answer.decode()[:300]}")
    read: dict[str, Any] = json.loads(answer)
    return read
