"""Followers are told at once, whole, in order, and only what they may know."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
import requests
import socketio

from models.core.database import Database
from tests.counter import tiny_hall
from tests.outage import being_written
from tests.servers import Server, running_server

SOON_S = 5.0
TINY = "tests.counter.tiny_hall"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server; each test counts from what it finds."""
    url = f"sqlite:///{tmp_path_factory.mktemp('live') / 'balai.db'}"
    with new_mall(url), running_server(TINY, url, "0") as running:
        yield running


@contextmanager
def new_mall(url: str) -> Iterator[Database]:
    """A mall with one service in a new database."""
    database = Database(url)
    tiny_hall.make_mall(database)
    yield database
    database.close()


class Screen:
    """A client that keeps what it was told, in order."""

    def __init__(self, hall: Server, *, device: int | None = None) -> None:
        self.told: queue.Queue[tuple[Any, ...]] = queue.Queue()
        self.line: Any = socketio.Client(reconnection=False)
        for kind in ("state", "shout", "heartbeat", "disconnect"):
            self.line.on(kind, lambda *what, kind=kind: self.told.put((kind, *what)))
        headers = {"Cookie": f"device={device}"} if device else {}
        self.line.connect(hall.url, headers=headers, transports=["websocket"])
        self._socket = self.line.eio.ws

    def follow(self, topic: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.line.call("follow", {"topic": topic}, timeout=SOON_S)
        return answer

    def waiting(self) -> int:
        """Follow the number and return it."""
        waiting: int = self.follow("number/1")["state"]["waiting"]
        return waiting

    def next(self, kind: str) -> tuple[Any, ...]:
        """Wait for the next thing of that kind."""
        while True:
            what = self.told.get(timeout=SOON_S)
            if what[0] == kind:
                return what[1:]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.disconnect()
        self.line.eio.wait()
        # The library leaves the socket open when the server hung up first.
        self._socket.shutdown()


def post(hall: Server, path: str, body: dict[str, Any] | None = None) -> None:
    requests.post(f"{hall.url}{path}", json=body, timeout=3 * SOON_S).raise_for_status()


def readings(hall: Server) -> int:
    count: int = requests.get(f"{hall.url}/readings", timeout=SOON_S).json()["readings"]
    return count


def test_follower_gets_the_whole_state_at_once(hall: Server) -> None:
    with Screen(hall) as screen:
        answer = screen.follow("number/1")
    state = answer["state"]
    assert answer["ok"]
    assert set(state) == {"waiting", "seq", "now", "epoch"}


def test_a_change_reaches_every_follower_with_a_higher_seq(hall: Server) -> None:
    with Screen(hall) as one, Screen(hall) as other:
        before = one.follow("number/1")["state"]
        other.follow("number/1")
        post(hall, "/take/1")
        told = [screen.next("state") for screen in (one, other)]
    assert told[0] == told[1]
    name, state = told[0]
    assert (name, state["waiting"]) == ("number/1", before["waiting"] + 1)
    assert state["seq"] > before["seq"]


def test_many_changes_in_one_breath_are_read_once(hall: Server) -> None:
    with Screen(hall) as screen:
        before = screen.waiting()
        read = readings(hall)
        post(hall, "/take/20")
        while screen.next("state")[1]["waiting"] < before + 20:
            pass
        # Twenty commits may take longer than one gathering, but never one reading each.
        assert readings(hall) - read <= 5


def test_a_topic_that_nobody_follows_is_not_read(hall: Server) -> None:
    with Screen(hall) as screen:
        screen.follow("number/1")
        screen.line.emit("unfollow", {"topic": "number/1"})
        # Answered in order: the unfollowing has been heard when this is.
        screen.follow("clock/1")
        read = readings(hall)
        post(hall, "/take/1")
        screen.follow("clock/2")
        assert readings(hall) - read == 1


def test_a_waiting_time_grows_without_any_press(hall: Server) -> None:
    with Screen(hall) as screen:
        first = screen.follow("clock/1")["state"]
        _, later = screen.next("state")
    assert later["seq"] == first["seq"]
    assert later["now"] > first["now"]


def test_a_tick_that_would_repeat_what_all_have_is_not_sent(hall: Server) -> None:
    with Screen(hall) as screen:
        before = screen.follow("drawn/1")["state"]["waiting"]
        screen.follow("clock/1")
        assert {screen.next("state")[0] for _ in range(3)} == {"clock/1"}
        post(hall, "/take/1")
        while (sent := screen.next("state"))[0] != "drawn/1":
            pass
        assert sent[1]["waiting"] == before + 1


def test_who_followed_before_a_change_hears_of_it_beside_who_came_after(hall: Server) -> None:
    with Screen(hall) as early, Screen(hall) as late:
        before = early.follow("drawn/1")["state"]["waiting"]
        post(hall, "/take/1")
        # Who comes now may still share the picture of a moment ago: both hear of it then.
        came = late.follow("drawn/1")["state"]["waiting"]
        assert early.next("state")[1]["waiting"] == before + 1
        assert before + 1 in (came, late.next("state")[1]["waiting"])


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("number/9", "forbidden"),
        ("number/none", "not_found"),
        ("secret/1", "not_found"),
        ("number", "not_found"),
        (None, "not_found"),
        (["number/1"], "not_found"),
    ],
)
def test_what_may_not_be_followed_is_refused(hall: Server, topic: object, code: str) -> None:
    with Screen(hall) as screen:
        assert screen.follow(topic) == {"ok": False, "code": code}


def test_a_client_follows_only_so_many_topics(hall: Server) -> None:
    with Screen(hall) as screen:
        answers = [screen.follow(f"number/{1000 + number}") for number in range(20)]
    assert [answer["ok"] for answer in answers] == [True] * 16 + [False] * 4


def test_unknown_words_and_long_speeches_do_no_harm(hall: Server) -> None:
    with Screen(hall) as screen:
        screen.line.emit("sing", {"song": "la"})
        assert screen.follow("number/1")["ok"]
        screen.line.emit("follow", {"topic": "x" * 10_000})
        screen.next("disconnect")
    with Screen(hall) as screen:
        assert screen.follow("number/1")["ok"]


def test_the_heart_beats_for_those_who_follow_nothing(hall: Server) -> None:
    with Screen(hall) as screen:
        (first,) = screen.next("heartbeat")
        (second,) = screen.next("heartbeat")
    assert second["now"] > first["now"]
    assert second["epoch"] == first["epoch"]


def test_a_withdrawn_device_is_sent_away_and_others_stay(hall: Server) -> None:
    with Screen(hall, device=7) as withdrawn, Screen(hall, device=8) as other:
        assert withdrawn.follow("number/9")["ok"]
        assert other.follow("number/9")["ok"]
        post(hall, "/withdraw/7")
        withdrawn.next("disconnect")
        assert other.follow("number/1")["ok"]


def test_what_must_be_heard_once_comes_as_an_event(hall: Server) -> None:
    with Screen(hall) as screen:
        screen.follow("number/1")
        post(hall, "/shout", {"number": "A-047"})
        assert screen.next("shout") == ("number/1", "announce", {"number": "A-047"})


def test_a_fault_in_one_room_darkens_no_others_screen(hall: Server) -> None:
    with Screen(hall) as screen:
        before = screen.waiting()
        screen.follow("torn/1")
        post(hall, "/tear/1")
        post(hall, "/take/1")
        assert screen.next("state")[1]["waiting"] == before + 1
        post(hall, "/tear/0")
        # What the torn room could not tell then is told with the next gathering, or by a tick that
        # comes before it.
        post(hall, "/take/1")
        told: dict[str, int] = {}
        while told != {"number/1": before + 2, "torn/1": before + 2}:
            name, state = screen.next("state")
            told[name] = state["waiting"]


def test_each_database_is_told_of_alike_also_by_another_process(database_url: str) -> None:
    with (
        new_mall(database_url) as database,
        running_server(TINY, database_url, "0") as hall,
        Screen(hall) as screen,
    ):
        assert screen.waiting() == 0
        post(hall, "/take/1")
        assert screen.next("state")[1]["waiting"] == 1
        tiny_hall.take_one(database)
        assert screen.next("state")[1]["waiting"] == 2


def test_the_epoch_is_the_databases(tmp_path: Path) -> None:
    def epoch(url: str) -> str:
        with running_server(TINY, url, "0") as hall, Screen(hall) as screen:
            named: str = screen.next("heartbeat")[0]["epoch"]
            return named

    old, new = (f"sqlite:///{tmp_path / name}.db" for name in ("old", "new"))
    with new_mall(old), new_mall(new):
        assert epoch(old) == epoch(old) != epoch(new)


def test_a_server_that_is_asked_to_stop_ends_well_with_lines_open(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'balai.db'}"
    with new_mall(url), running_server(TINY, url, "0") as hall, Screen(hall) as screen:
        screen.follow("number/1")
        assert hall.stop() == 0
        screen.next("disconnect")


def test_a_stranger_that_holds_the_file_stops_no_screen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'balai.db'}"
    with new_mall(url) as database, running_server(TINY, url, "0") as hall, Screen(hall) as screen:
        before = screen.waiting()
        with ThreadPoolExecutor(3) as citizens:
            with being_written(database):
                presses = [citizens.submit(post, hall, "/take/1") for _ in range(3)]
                # The one before the press may be on its way already.
                for _ in range(3):
                    screen.next("heartbeat")
                assert screen.waiting() == before
                assert not any(press.done() for press in presses)
            for press in presses:
                press.result()
        assert screen.waiting() == before + 3
