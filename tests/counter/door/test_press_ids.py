"""Each door that takes presses knows the same ids, whoever made them up, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from counter.app import Application
from counter.desk.acts import ACTS
from counter.door.example_people import EXAMPLE_SUPERVISOR
from models.core.presses import new_press_id
from models.paper.agents import agent_place
from tests.application import (
    OWN_PAGE,
    example_config,
    kiosk_client,
    open_application,
    open_desk,
    service_id,
    user_client,
)

Doors = dict[str, tuple[FlaskClient, dict[str, Any]]]

AGENTS_PRINTER, BOARD = "kiosk-1", "hall"
FORMS = ("/t/", "/printers/")
# From how each client makes its ids up, another one each time it is asked.
_serial = count(1)
MADE_UP: dict[str, Callable[[], str]] = {
    "a script or an agent": new_press_id,
    "a visit's form": lambda: f"phone-{next(_serial)}-0-1795399200",
    "the shortest": lambda: f"{next(_serial):08d}",
    "the longest": lambda: f"{next(_serial):064d}",
}
# The blueprints whose forms may be sent twice and do no harm.
WITHOUT = {"account", "devices", "find", "pairing", "sign_in", "sign_out", "welcome"}
NO_IDS = ("", "pendek", "p" * 65, "a press id", "herald/1/2026-11-23/opening", "live.epoch")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The example mall, with an agent for one of its printers."""
    folder: Path = tmp_path_factory.mktemp("house")
    config = example_config(folder)
    printers = tuple(
        one.model_copy(update={"kind": "agent"}) if one.code == AGENTS_PRINTER else one
        for one in config.printers
    )
    config = config.model_copy(update={"printers": printers})
    with open_application(folder, config=config) as opened:
        yield opened


@pytest.fixture(scope="module")
def doors(application: Application) -> Doors:
    """Each address that takes presses, who presses there, and what they send beside the id."""
    kiosk = kiosk_client(application)
    agent, board = (
        kiosk_client(application, agent_place(AGENTS_PRINTER)),
        kiosk_client(application, BOARD),
    )
    leader, officer = (
        user_client(application, EXAMPLE_SUPERVISOR[0]),
        user_client(application, open_desk(application, 3)),
    )
    wanted = service_id(application, "ktp-el")
    order = {"services": [{"service_id": wanted}], "priority": False, "language": "id"}
    token = kiosk.post(
        "/kiosk/take", json=order | {"press_id": new_press_id()}, headers=OWN_PAGE
    ).get_json()["token"]
    one_job = {"job_id": 1}
    return {
        f"/t/{token}/here": (application.app.test_client(), {}),
        f"/t/{token}/cancel": (application.app.test_client(), {}),
        "/kiosk/take": (kiosk, order),
        "/kiosk/add": (kiosk, {"token": token, "service_id": wanted}),
        "/kiosk/checklist": (kiosk, {"service_id": wanted, "language": "id"}),
        "/kiosk/reprint": (kiosk, {"token": token} | one_job),
        "/wall/shown": (board, {"call_id": 1}),
        "/wall/spoken": (board, {"call_id": 1}),
        "/agent/claim": (agent, one_job),
        "/agent/result": (agent, one_job | {"state": "printed", "error": ""}),
        "/agent/state": (agent, {"state": "ready", "detail": ""}),
        "/printers/test": (leader, {"printer": AGENTS_PRINTER}),
        "/printers/again": (leader, one_job),
        "/printers/clock": (leader, {"question": 1, "answer": "keep"}),
        **{f"/desk/{act}": (officer, {"desk_id": 1}) for act in ACTS},
    }


def _shut(doors: Doors, make_up: Callable[[], str]) -> list[str]:
    """Press at every door with an id of its own; return those that would not have the id."""
    shut = []
    for path, (client, facts) in doors.items():
        body = {"press_id": make_up()} | facts
        how: dict[str, Any] = {"data": body} if path.startswith(FORMS) else {"json": body}
        answer = client.post(path, headers=OWN_PAGE | {"Accept": "application/json"}, **how)
        said = answer.get_json(silent=True) or {}
        assert answer.status_code not in (401, 403, 415, 500), (path, said)
        if answer.status_code == 422 and said["facts"]["field"] == "press_id":
            shut.append(path)
    return shut


@pytest.mark.parametrize("make_up", MADE_UP.values(), ids=MADE_UP.keys())
def test_every_door_takes_the_ids_of_every_client(doors: Doors, make_up: Callable[[], str]) -> None:
    assert _shut(doors, make_up) == []


@pytest.mark.parametrize("no_id", NO_IDS)
def test_no_door_takes_what_names_no_press(doors: Doors, no_id: str) -> None:
    assert _shut(doors, lambda: no_id) == list(doors)


def test_no_screen_hears_the_answer_of_another(application: Application) -> None:
    kiosks = [kiosk_client(application, place) for place in ("kiosk-1", "kiosk-2")]
    wanted = {"service_id": service_id(application, "ktp-el")}
    order = {"services": [wanted], "priority": False, "language": "id", "press_id": "p" * 20}
    first, other, again = (
        kiosk.post("/kiosk/take", json=order, headers=OWN_PAGE) for kiosk in (*kiosks, kiosks[0])
    )
    assert first.get_json() == again.get_json()
    assert other.status_code == 422
    assert first.get_json()["token"] not in other.text


def test_every_address_that_reads_a_press_is_tried(application: Application, doors: Doors) -> None:
    posted = {
        rule.rule
        for rule in application.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.split(".")[0] not in WITHOUT
    }
    tried = {re.sub(r"^/t/[0-9a-f]+/", "/t/<token>/", path) for path in doors}
    assert posted - tried == {"/desk/<act>"}
