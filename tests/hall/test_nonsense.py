"""Whatever is sent to any address or topic, by whomever: a calm no, and no traceback."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from werkzeug.routing import Rule

from counter.app import Application
from counter.desk.acts import ACTS
from counter.door.auth import DEVICE_COOKIE
from counter.door.example_people import EXAMPLE_SUPERVISOR
from tests.application import OWN_PAGE, kiosk_client, open_application, open_desk, user_client

pytestmark = pytest.mark.slow

ID: Final = 2**31 - 1
NASTY: Final[list[Any]] = [
    *("", "\0", "1\0", "a\r\nb", "\x1b[31m", "\u202e", "\ud800", "٣", "[", "//[", "%00", "1e9"),
    *("0001-01-01", "9999-12-31", "10000-01-01", "0001-W01-1", "x" * 5000, "9" * 5000),
    *(0, -1, 1, 2**31, 2**63, 2**64, 10**400, 1.5, True, None, [], {}, [2**63], [[]], {"a": "\0"}),
]
# The line itself hangs up on a number this long, which tests of it show.
SAYABLE: Final = [one for one in NASTY if one != 10**400]
TEXTS: Final = [one for one in NASTY if isinstance(one, str)] + [str(2**31), str(2**63), "-1"]
RAW: Final = [
    *(b"", b"{", b"null", b"[" * 60_000, b'{"a":' * 12_000, b"\xff\xfe", b'"\\ud800"', b"\0"),
    *(b'{"press_id": NaN}', b"a=%00", b"a=%ff&%00=1", b"-" * 70_000),
]
KINDS: Final = ["application/json", "application/x-www-form-urlencoded", "text/plain", "\xff"]
TOKEN, PRESS = "0" * 20, "press-of-nobody"
DESK: Final[dict[str, Any]] = {
    "press_id": PRESS, "desk_id": 3, "step_id": 1, "checked": [1], "outcome": "done",
    "missing": [1], "note": "n", "reason": "r", "service_id": 1, "to_desk_id": 1, "case_id": 1,
    "ticket_id": 1, "entry": 1, "minutes": 5, "until": "10:15",
}  # fmt: skip
WISHES: Final = [{"service_id": 1, "case_id": None}]
SCREENS: Final[dict[str, dict[str, Any]]] = {
    "/kiosk/take": {"press_id": PRESS, "services": WISHES, "priority": False, "language": "id"},
    "/kiosk/add": {"press_id": PRESS, "token": TOKEN, "service_id": 1, "case_id": 1},
    "/kiosk/checklist": {"press_id": PRESS, "service_id": 1, "language": "id", "case_id": 1},
    "/kiosk/reprint": {"press_id": PRESS, "token": TOKEN, "job_id": 1},
    "/wall/shown": {"press_id": PRESS, "call_id": 1},
    "/wall/spoken": {"press_id": PRESS, "call_id": 1},
    "/pair/here": {"place": "kiosk-1"},
    "/agent/claim": {"press_id": PRESS, "job_id": 1},
    "/agent/result": {"press_id": PRESS, "job_id": 1, "state": "sent", "error": "e"},
    "/agent/state": {"press_id": PRESS, "state": "ready", "detail": "d"},
}
BODIES: Final = SCREENS | {f"/desk/{name}": {one.name: DESK[one.name] for one in fields(act.press)}
     for name, act in ACTS.items()}  # fmt: skip
FORMS: Final = {
    "/sign-in": {"name": "admin", "password": "p", "desk": "3", "next": "/"},
    "/sign-out": {"sure": "1"},
    "/devices": {"code": "123456", "place": "kiosk-1", "name": "n"},
    "/t": {"code": "ABCD2345"},
    f"/t/{TOKEN}/cancel": {"press_id": PRESS},
    "/printers/test": {"press_id": PRESS, "printer": "kiosk-1"},
    "/printers/again": {"press_id": PRESS, "job_id": "1"},
}
ASKED: Final = [
    "place",
    "next",
    "desk",
    "lang",
    "code",
    "done",
    "from",
    "to",
    "day",
    "week",
    "month",
]
HEADERS: Final = ["Referer", "Host", "Accept-Language", "Accept", "Cookie", "Origin", "X-Real-IP"]
NAMELESS: Final = {
    f"/desk/{2**63}/choices": 404,
    f"/desk/{'9' * 5000}/choices": 404,
    f"/devices/{2**63}/withdraw": 404,
    "/t/%00": 404,
    "/desk?desk=%00": 422,
    "/reports?day=0001-01-01": 422,
    "/reports?month=9999-12": 422,
    "/reports?from=0001-01-01&to=9999-12-31": 422,
    "/reports/week/0001-01-01.pdf": 404,
}
Callers = dict[str, FlaskClient]
Told = Callable[[], list[str]]


@pytest.fixture
def application(tmp_path: Path, example_url: str) -> Iterator[Application]:
    with open_application(tmp_path, example_url) as application:
        yield application


@pytest.fixture
def callers(application: Application) -> Callers:
    """Everybody who may send something: a stranger, the screens, an officer and a leader."""
    return {
        "stranger": application.app.test_client(),
        "kiosk": kiosk_client(application),
        "wall": kiosk_client(application, "mawar"),
        "officer": user_client(application, open_desk(application, 3)),
        "leader": user_client(application, EXAMPLE_SUPERVISOR[0]),
    }


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    """What was logged with a traceback."""
    caplog.set_level(logging.WARNING)

    def traces() -> list[str]:
        return [one.getMessage() for one in caplog.records if one.exc_info]

    return traces


def played(example: Callable[..., None], strategies: dict[str, Any], times: int) -> None:
    """Try `example` with facts of all sorts, the same ones at each run."""
    rules = settings(
        max_examples=times,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    rules(given(**strategies)(example))()


def test_no_address_breaks(application: Application, callers: Callers, told: Told) -> None:
    rules: list[Rule] = list(application.app.url_map.iter_rules())

    def ask(
        rule: Rule, who: str, part: str, query: dict[str, str], headers: Any, post: bool
    ) -> None:
        path = re.sub(r"<[^>]*>", lambda _: part, rule.rule)
        method = "POST" if post else "GET"
        answer = callers[who].open(path, method=method, query_string=query, headers=headers)
        assert answer.status_code < 500, (method, path, query, headers)
        answer.close()

    header = some.tuples(some.sampled_from(HEADERS), some.sampled_from(TEXTS).filter(_sendable))
    strategies = {
        "rule": some.sampled_from(rules),
        "who": some.sampled_from(sorted(callers)),
        "part": some.sampled_from([one.replace("\ud800", "%ed%a0%80") for one in TEXTS]),
        "query": some.dictionaries(
            some.sampled_from(ASKED), some.sampled_from([*TEXTS[:6], *TEXTS[7:]]), max_size=2
        ),
        "headers": some.lists(header, max_size=2),
        "post": some.booleans(),
    }
    played(ask, strategies, 400)
    assert told() == []


def _sendable(text: str) -> bool:
    # A line break ends a header, so that none has one; and this client writes Latin-1 only.
    return text.isascii() and not set(text) & {"\r", "\n"}


def test_no_press_breaks(callers: Callers, told: Told) -> None:
    number = iter(range(10**6))

    def press(who: str, path: str, wrong: dict[str, Any]) -> None:
        body = BODIES[path] | {"press_id": f"press-{next(number):08}"} | wrong
        text = json.dumps(body)
        answer = callers[who].post(path, data=text, content_type=KINDS[0], headers=OWN_PAGE)
        assert answer.status_code < 500, (path, wrong, answer.text)

    def send(who: str, path: str, wrong: dict[str, str]) -> None:
        form = {name: text.replace("\ud800", "?") for name, text in (FORMS[path] | wrong).items()}
        answer = callers[who].post(path, data=form, headers=OWN_PAGE)
        assert answer.status_code < 500, (path, wrong, answer.text)

    def throw(who: str, path: str, raw: bytes, kind: str) -> None:
        answer = callers[who].post(path, data=raw, content_type=kind, headers=OWN_PAGE)
        assert answer.status_code < 500, (path, raw[:20], kind, answer.text)

    fact = some.dictionaries(some.sampled_from(sorted(DESK)), some.sampled_from(NASTY), max_size=1)
    known = some.sampled_from(sorted(BODIES)).flatmap(
        lambda path: some.tuples(
            some.just(path),
            some.one_of(
                fact,
                some.dictionaries(
                    some.sampled_from(sorted(BODIES[path])), some.sampled_from(NASTY), max_size=2
                ),
            ),
        )
    )
    forms = some.sampled_from(sorted(FORMS)).flatmap(
        lambda path: some.tuples(
            some.just(path),
            some.dictionaries(
                some.sampled_from(sorted(FORMS[path])), some.sampled_from(TEXTS), max_size=2
            ),
        )
    )
    who = some.sampled_from(sorted(callers))
    played(lambda who, one: press(who, *one), {"who": who, "one": known}, 300)
    played(lambda who, one: send(who, *one), {"who": who, "one": forms}, 80)
    raw = {
        "who": who,
        "path": some.sampled_from([*sorted(BODIES), *sorted(FORMS)]),
        "raw": some.sampled_from(RAW),
        "kind": some.sampled_from(KINDS),
    }
    played(throw, raw, 150)
    assert told() == []


def test_no_topic_breaks(application: Application, callers: Callers, told: Told) -> None:
    families = ("device", "desk", "services", "catalogue", "slip", "tray", "ticket")
    names = [*families, "zone", "paper", "printers", "agent", "nothing"]
    lines = {
        who: application.socketio.test_client(application.app, flask_test_client=client)
        for who, client in callers.items()
    }

    def follow(who: str, family: str, key: str, wish: Any, act: str) -> None:
        topic = {"topic": f"{family}/{key}"} if wish is None else wish
        answer = lines[who].emit(act, topic, callback=True)
        assert answer is None or isinstance(answer, dict)
        lines[who].emit("unfollow", topic)

    strategies = {
        "who": some.sampled_from(sorted(lines)),
        "family": some.sampled_from(names),
        "key": some.sampled_from(TEXTS),
        "wish": some.one_of(some.none(), some.none(), some.sampled_from(SAYABLE)),
        "act": some.sampled_from(["follow", "follow", "here"]),
    }
    played(follow, strategies, 200)
    assert told() == []


def test_an_origin_that_is_no_address_is_not_ours(callers: Callers, told: Told) -> None:
    paths = ("/pair/code", "/sign-in", "/desk/call-next", "/kiosk/take", "/nowhere")
    for path, origin in product(paths, ("http://[", "http://[::1", "//[", "\xff", "x" * 5000)):
        answer = callers["kiosk"].post(path, headers={"Origin": origin})
        assert answer.status_code == 403, (path, origin)
    assert told() == []


def test_a_page_that_is_no_address_sent_the_screen(callers: Callers, told: Told) -> None:
    for referrer in ("http://[::1", "http://[", "//["):
        answer = callers["kiosk"].get("/", headers={"Referer": referrer})
        assert answer.status_code in (200, 302)
    callers["stranger"].set_cookie(DEVICE_COOKIE, "x" * 40)
    answer = callers["stranger"].get("/", headers={"Referer": "http://[::1", "Host": "["})
    assert answer.status_code == 200
    assert told() == []


def test_what_names_nothing_is_refused(callers: Callers) -> None:
    for path, status in NAMELESS.items():
        method = "POST" if path.endswith("withdraw") else "GET"
        answer = callers["leader"].open(path, method=method, headers=OWN_PAGE)
        assert answer.status_code == status, path
