"""What strangers try who can reach the program: each of it must come to nothing."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import socketio
import websocket
from socketio.exceptions import ConnectionError as Refused

from counter.door.example_people import EXAMPLE_PASSWORD, EXAMPLE_SUPERVISOR
from counter.door.keys import KEY_FILE
from tests.application import ROOT, running_application
from tests.hall.morning import live_through
from tests.servers import Server

pytestmark = pytest.mark.slow

SECRET = re.compile(rb"SQLite format 3|root:x:0|example_config|\[server\]")
# Things that end a string, a tag, a path or a file name somewhere.
NASTY = [
    "' OR 1=1 --",
    '"; DROP TABLE ticket; --',
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "../../secret.key",
    "\x00",
    "\u202eA-001",
    "9" * 400,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Server]:
    """The example mall in the morning, with one desk open."""
    live_through(folder, desks={3}, quiet={3})
    with running_application(folder) as running:
        yield running


class Caller(requests.Session):
    """A browser, as far as a server can tell: it says which of our pages sent it."""

    def __init__(self, hall: Server, page: str = "/") -> None:
        super().__init__()
        self.hall = hall
        self.headers.update({"Origin": hall.url, "Referer": f"{hall.url}{page}"})

    def at(self, path: str) -> str:
        return f"{self.hall.url}{path}"

    def say(self, path: str, body: object, **headers: str) -> requests.Response:
        """POST `body` as JSON."""
        headers = {"Content-Type": "application/json"} | headers
        return self.post(self.at(path), data=json.dumps(body), headers=headers, timeout=20)

    def look(self, path: str, **headers: str) -> requests.Response:
        return self.get(self.at(path), headers=headers, allow_redirects=False, timeout=20)


@pytest.fixture(scope="module")
def kiosk(hall: Server) -> Caller:
    """The browser that shows the first kiosk."""
    caller = Caller(hall, "/kiosk?place=kiosk-1")
    assert caller.say("/pair/here", {"place": "kiosk-1"}).status_code == 200
    return caller


@dataclass
class Quiet:
    """A hall, and what it wrote into its log since somebody last looked."""

    hall: Server
    log: Path
    read: int = 0

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.hall.port}/socket.io/"

    def lines(self) -> list[str]:
        text = self.log.read_text()
        new, self.read = text[self.read :], len(text)
        return new.splitlines()


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quiet]:
    folder = tmp_path_factory.mktemp("quiet")
    with (folder / "log").open("w") as log, running_application(folder, log=log) as hall:
        quiet = Quiet(hall, folder / "log")
        quiet.lines()
        yield quiet


@pytest.fixture
def stranger(hall: Server) -> Caller:
    return Caller(hall)


def order(
    service_id: object = 1, press_id: str = "press-of-a-stranger", **more: Any
) -> dict[str, Any]:
    """What a kiosk sends for one service."""
    services = [{"service_id": service_id, "case_id": None}]
    plain = {"press_id": press_id, "services": services, "priority": False, "language": "id"}
    return plain | more


def given(kiosk: Caller, press_id: str) -> dict[str, Any]:
    """Take a number at the kiosk."""
    answer = kiosk.say("/kiosk/take", order(press_id=press_id))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def signed_in(hall: Server, username: str, **more: str) -> tuple[Caller, requests.Response]:
    """Sign in with the password of the example; return the browser and the answer."""
    caller = Caller(hall, "/sign-in")
    form = {"name": username, "password": EXAMPLE_PASSWORD} | more
    answer = caller.post(caller.at("/sign-in"), data=form, allow_redirects=False, timeout=20)
    return caller, answer


def raw(hall: Server, method: str, target: str) -> tuple[int, bytes]:
    """Ask for `target` just as it is written, dots and all."""
    line = http.client.HTTPConnection("127.0.0.1", hall.port, timeout=20)
    line.request(method, target)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, body


def test_one_token_opens_one_ticket(hall: Server, kiosk: Caller, stranger: Caller) -> None:
    mine, other = given(kiosk, "press-number-one"), given(kiosk, "press-number-two")
    page = stranger.look(f"/t/{mine['token']}")
    assert page.status_code == 200
    assert other["token"] not in page.text
    assert other["number"].replace("-", "") not in re.sub(r"[\s-]|<i></i>", "", page.text)
    guesses = [mine["token"][:-1], mine["token"] + "0", mine["token"].upper(), "%25", "_" * 20, "1"]
    for guess in guesses:
        if guess != mine["token"]:
            assert stranger.look(f"/t/{guess}").status_code == 404, guess
            answer = stranger.post(
                stranger.at(f"/t/{guess}/cancel"), data={"press_id": "p" * 16}, timeout=20
            )
            assert answer.status_code == 404, guess


def test_looking_at_a_page_changes_nothing(kiosk: Caller, stranger: Caller) -> None:
    token = given(kiosk, "press-that-stays")["token"]
    assert stranger.look(f"/t/{token}/cancel").status_code == 200
    assert stranger.look(f"/t/{token}/here").status_code in (404, 405)
    assert "p-waiting" in stranger.look(f"/t/{token}").text


@pytest.mark.parametrize(
    "sent_by",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://elsewhere.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
def test_other_sites_press_nothing(
    hall: Server, kiosk: Caller, stranger: Caller, sent_by: dict[str, str]
) -> None:
    assert kiosk.say("/kiosk/take", order(), **sent_by).status_code == 403
    officer, _ = signed_in(hall, "rina.kusumawati", desk="3")
    press = {"press_id": "p" * 16, "desk_id": 3}
    assert officer.say("/desk/call-next", press, **sent_by).status_code == 403
    if "Sec-Fetch-Site" in sent_by or sent_by["Origin"]:
        form = {"name": "admin", "password": EXAMPLE_PASSWORD}
        answer = stranger.post(stranger.at("/sign-in"), data=form, headers=sent_by, timeout=20)
        assert answer.status_code == 403
        assert not answer.cookies


def test_nobody_acts_without_being_known(hall: Server, kiosk: Caller, stranger: Caller) -> None:
    press = {"press_id": "p" * 16, "desk_id": 3}
    for path, body in (
        ("/kiosk/take", order()),
        ("/kiosk/add", {"press_id": "p" * 16, "token": "0" * 20, "service_id": 1}),
        ("/wall/spoken", {"press_id": "p" * 16, "call_id": 1}),
        ("/wall/shown", {"press_id": "p" * 16, "call_id": 1}),
        ("/desk/call-next", press),
        ("/devices", {}),
        ("/devices/1/withdraw", {}),
    ):
        assert stranger.say(path, body).status_code == 401, path
    for path in ("/kiosk", "/wall", "/desk", "/devices"):
        answer = stranger.look(path, Accept="text/html")
        assert answer.status_code == 302, path
        assert re.match(r"/(pair|sign-in)\?", answer.headers["Location"])
    assert kiosk.say("/desk/call-next", press).status_code == 403
    officer, _ = signed_in(hall, "rina.kusumawati", desk="3")
    assert officer.look("/devices", Accept="text/html").status_code == 403
    assert officer.say("/kiosk/take", order()).status_code == 403
    assert officer.say("/desk/call-next", press | {"desk_id": 4}).status_code in (403, 404, 409)


def test_made_up_cookies_are_nobodys(stranger: Caller) -> None:
    for name in ("balai", "balai-device", "balai-device.kiosk-1"):
        for value in ("1", "eyJ1c2VyIjoxfQ.aaaa.bbbb", "x" * 3000):
            cookie = {"Cookie": f"{name}={value}"}
            assert stranger.look("/kiosk", Accept="text/html", **cookie).status_code == 302
            assert stranger.say("/kiosk/take", order(), **cookie).status_code == 401


def test_sockets_tell_strangers_nothing(hall: Server, kiosk: Caller) -> None:
    token = given(kiosk, "press-for-a-socket")["token"]
    line: Any = socketio.Client(reconnection=False)
    line.connect(hall.url, transports=["websocket"])

    def follow(wish: object) -> dict[str, Any]:
        answer: dict[str, Any] = line.call("follow", wish, timeout=10)
        return answer

    for topic in ("desk/3", "zone/1", "services/1", "catalogue/1", "slip/1", "hall/1"):
        assert follow({"topic": topic})["ok"] is False, topic
    for topic in (
        f"ticket/{token[:-1]}",
        "ticket/%",
        "ticket/",
        "ticket",
        "",
        "/",
        "desk/3 OR 1=1",
        f"desk/{'9' * 30}",
        f"device/{'9' * 30}",
        f"zone/{'9' * 30}",
        "ticket/\x00",
        "ticket/\ud800",
        "desk/\u0663",
    ):
        assert follow({"topic": topic})["ok"] is False, topic
    wishes: tuple[object, ...] = (
        None,
        5,
        [],
        {},
        {"topic": None},
        {"topic": ["desk/3"]},
        {"topic": "x" * 3000},
    )
    for wish in wishes:
        assert follow(wish)["ok"] is False, wish
    assert follow({"topic": f"ticket/{token}"})["ok"] is True
    line.disconnect()


def test_other_sites_open_no_socket(hall: Server) -> None:
    line: Any = socketio.Client(reconnection=False)
    with pytest.raises(Refused):
        line.connect(
            hall.url, headers={"Origin": "https://elsewhere.example"}, transports=["websocket"]
        )


@pytest.mark.parametrize(
    "climb", ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "%252e%252e%252f"]
)
@pytest.mark.parametrize(
    "door", ["/voice/", "/paper/kiosk-1/", "/paper/", "/static/", "/static/kiosk/"]
)
def test_no_path_climbs_out_of_its_folder(
    hall: Server, folder: Path, door: str, climb: str
) -> None:
    secret = (folder / KEY_FILE).read_bytes()
    for steps in (1, 2, 3, 6):
        for file in (KEY_FILE, "balai.db", "config.toml", "app.py", "etc/passwd"):
            for end in ("", ".wav", ".png", "%00.png"):
                status, body = raw(hall, "GET", f"{door}{climb * steps}{file}{end}")
                assert status in (400, 404), (door, climb, file)
                assert secret not in body
                assert not SECRET.search(body)


@pytest.mark.parametrize("path", ["/kiosk/take", "/kiosk/add"])
def test_malformed_presses_are_refused_politely(kiosk: Caller, path: str) -> None:
    sent: list[tuple[bytes, str]] = [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 50_000, "application/json"),
        (b'{"press_id": NaN}', "application/json"),
        (b"\xff\xfe", "application/json"),
        (json.dumps(order()).encode(), "text/plain"),
        (b"press_id=pppppppppppppppp", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ]
    for body, kind in sent:
        answer = kiosk.post(kiosk.at(path), data=body, headers={"Content-Type": kind}, timeout=20)
        assert answer.status_code in (400, 413, 415, 422), (body[:40], kind, answer.status_code)


def test_wrong_facts_in_a_press_are_refused(kiosk: Caller) -> None:
    wrong: list[Any] = [
        *NASTY,
        -1,
        0,
        2**31,
        2**63,
        2**200,
        1.5,
        True,
        None,
        [],
        {},
        "1",
    ]
    for fact in wrong:
        assert kiosk.say("/kiosk/take", order(service_id=fact)).status_code == 422, fact
    for name in ("press_id", "priority", "language", "services"):
        for fact in (*NASTY, None, {}, 5, []):
            answer = kiosk.say("/kiosk/take", order() | {name: fact})
            assert answer.status_code == 422, (name, fact)
    assert kiosk.say("/kiosk/take", order() | {"standing": "priority"}).status_code == 422


def test_giant_bodies_are_not_read(hall: Server, kiosk: Caller, stranger: Caller) -> None:
    giant = b'{"press_id": "' + b"x" * 30_000_000 + b'"}'
    for caller, path, kind in (
        (kiosk, "/kiosk/take", "application/json"),
        (stranger, "/sign-in", "application/x-www-form-urlencoded"),
        (stranger, "/pair/here", "application/json"),
    ):
        try:
            answer = caller.post(
                caller.at(path), data=giant, headers={"Content-Type": kind}, timeout=30
            )
        except requests.ConnectionError:
            continue  # hanging up on it is an answer, too
        assert answer.status_code == 413, (path, answer.status_code)
    assert stranger.look("/sign-in").status_code == 200


def test_no_stranger_writes_lines_of_their_own_into_the_log(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, running_application(tmp_path, log=log) as hall:
        for path in ("/x%0aINVENTED%20line", "/x%0d%1b%5b31m", "/x%e2%80%a8INVENTED"):
            answer = requests.post(
                f"{hall.url}{path}", headers={"Origin": "https://elsewhere.example"}, timeout=20
            )
            assert answer.status_code == 403
    # First it says how many files the system allows.
    lines = (tmp_path / "log").read_text().split("\n")[1:-1]
    assert len(lines) == 3
    assert all("refused POST /x" in line and line.isprintable() for line in lines)


@pytest.mark.parametrize(
    "frames",
    [
        ["40", *["42[]"] * 20],
        *([frame] * 20 for frame in ("42[]", "", "x", "4", "45-[]", "9", "\u0663", "2probe")),
        *(["40", frame] for frame in ("40", "42{}", "42[1]", '42["connect"]', '42["disconnect"]')),
        *(["40", frame] for frame in ('42["follow",1,2]', f"42{'[' * 4000}", f"42[{'9' * 3000}]")),
        *(["40", frame] for frame in ("42/x,[]", "43[]", '42["here"', f"42{'9' * 120}[]", "44{}")),
    ],
    ids=lambda frames: f"{frames[-1][:16]}",
)
def test_packets_that_make_no_sense_end_the_line(quiet: Quiet, frames: list[str]) -> None:
    line = websocket.create_connection(f"{quiet.socket}?EIO=4&transport=websocket", timeout=10)
    with suppress(OSError):  # it may hang up while we speak
        for frame in frames:
            line.send(frame)
    with suppress(websocket.WebSocketException, OSError):
        while line.recv():
            pass
    line.shutdown()  # type: ignore[no-untyped-call]  # it comes half typed
    assert requests.get(f"{quiet.hall.url}/sign-in", timeout=20).status_code == 200
    assert quiet.lines() == []


def test_what_is_no_request_leaves_at_most_one_short_line(quiet: Quiet) -> None:
    sockets = f"{quiet.hall.url}/socket.io/?EIO=4&transport=websocket"
    for more in ("&sid=%0aINVENTED%1b[31m", "&j=x", "&sid=1&sid=2"):
        for method in ("GET", "POST", "OPTIONS"):
            answer = requests.request(method, sockets + more, data=b"x", timeout=20)
            assert answer.status_code in (400, 403), (method, more)
    for head in (
        b"GET /t/secret-token HTTP/9.9\r\n\r\n",
        b"GET /t/secret-token\r\n\r\n",
        b"\x00\x1b[31m\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nno header\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"POST /kiosk/take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ):
        with socket.create_connection(("127.0.0.1", quiet.hall.port), timeout=10) as line:
            with suppress(OSError):
                line.sendall(head)
                line.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                assert line.recv(64).split(b" ")[1:2] != [b"500"], head[:30]
    lines = quiet.lines()
    assert all(line.isprintable() and len(line) < 200 for line in lines), lines
    assert "secret-token" not in "".join(lines)
    assert len(lines) <= 3, lines


def test_nothing_nasty_comes_back_as_it_was(hall: Server, stranger: Caller) -> None:
    for nasty in NASTY:
        form = {"name": nasty, "password": nasty, "desk": nasty, "next": nasty}
        answer = stranger.post(stranger.at("/sign-in"), data=form, timeout=20)
        # One machine that tries many names is sent to wait; it is no error of ours either way.
        assert answer.status_code in (401, 422), nasty
        for tag in ("<script>alert", "<img src=x", "49</"):
            assert tag not in answer.text
    for path in ("/sign-in?next=", "/pair?next=/kiosk?place=", "/paper?lang=", "/t/", "/nothing/"):
        for nasty in NASTY[:6]:
            answer = stranger.look(path + quote(nasty, safe=""), Accept="text/html")
            assert answer.status_code < 500
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text


def test_devices_may_have_any_name_and_no_script(hall: Server) -> None:
    supervisor, _ = signed_in(hall, EXAMPLE_SUPERVISOR[0])
    for nasty in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'):
        screen = Caller(hall, "/pair")
        shown = screen.say("/pair/code", {}).json()
        form = {"code": shown["code"], "words": shown["words"], "place": "hall", "name": nasty}
        page = supervisor.post(supervisor.at("/devices"), data=form, timeout=20)
        assert page.status_code == 200
        assert nasty not in page.text
        assert "&lt;" in page.text


@pytest.mark.parametrize(
    "target",
    [
        "//elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "https://elsewhere.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
    ],
)
def test_nobody_is_sent_elsewhere(hall: Server, stranger: Caller, target: str) -> None:
    _, answer = signed_in(hall, EXAMPLE_SUPERVISOR[0], next=target)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/waits"
    assert "a=b" not in answer.headers.get("Set-Cookie", "")
    pairing = stranger.get(stranger.at("/pair"), params={"next": target}, timeout=20)
    boot = re.search(r'id="boot">(.*?)</script>', pairing.text)
    assert boot
    assert json.loads(boot[1])["next"] == "/"


@pytest.mark.parametrize(
    "through",
    [
        {"Host": "elsewhere.example"},
        {"Host": "localhost.elsewhere.example"},
        {"Host": "127.0.0.1.elsewhere.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
    ],
    ids=lambda headers: next(f"{name} {value}" for name, value in headers.items()),
)
def test_the_example_is_kind_to_its_own_machine_alone(
    stranger: Caller, through: dict[str, str]
) -> None:
    assert EXAMPLE_PASSWORD in stranger.look("/").text
    assert EXAMPLE_PASSWORD not in stranger.look("/", **through).text
    origin = {"Origin": f"http://{through['Host']}"} if "Host" in through else {}
    answer = stranger.say("/pair/here", {"place": "kiosk-2"}, **through, **origin)
    assert answer.status_code == 403
    assert not answer.cookies


def test_pages_say_what_browsers_must_not_do(hall: Server, kiosk: Caller, stranger: Caller) -> None:
    token = given(kiosk, "press-for-headers")["token"]
    for path in (
        "/",
        "/sign-in",
        f"/t/{token}",
        "/pair",
        "/paper",
        "/nothing",
        "/static/shared/ui.css",
    ):
        headers = stranger.look(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert stranger.look(f"/t/{token}").headers["Cache-Control"] == "no-store"
    _, answer = signed_in(hall, EXAMPLE_SUPERVISOR[0])
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"])
def test_other_methods_do_nothing(hall: Server, method: str) -> None:
    for path in ("/kiosk/take", "/desk/call-next", "/sign-in", "/", "/devices/1/withdraw"):
        status, body = raw(hall, method, path)
        assert status in (200, 401, 403, 405, 501), (method, path, status)
        if status == 200:
            assert method == "OPTIONS"
            assert body == b""


def test_whoever_may_sign_in_no_more_is_sent_away_at_once(tmp_path: Path) -> None:
    with running_application(tmp_path) as hall:
        officer, _ = signed_in(hall, "rina.kusumawati", desk="3")
        line: Any = socketio.Client(reconnection=False)
        away = threading.Event()
        line.on("disconnect", lambda *_reason: away.set())
        cookie = "; ".join(f"{one.name}={one.value}" for one in officer.cookies)
        line.connect(hall.url, headers={"Cookie": cookie}, transports=["websocket"])
        assert line.call("follow", {"topic": "desk/3"}, timeout=10)["ok"]
        command = ["user", "disable", "rina.kusumawati", "--data-dir", str(tmp_path)]
        subprocess.run([sys.executable, "-m", "counter", *command], cwd=ROOT, check=True)  # noqa: S603 — our own program.
        assert away.wait(10)
        assert officer.look("/desk", Accept="application/json").status_code == 401
