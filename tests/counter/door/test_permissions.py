"""Every route of the composed house is open to those whom the table names, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from counter.app import Application
from counter.door.permissions import Permissions
from models.core.roles import EVERYBODY, LEADERS, Role
from models.mall.devices import Device
from models.mall.people import User
from tests.application import OWN_PAGE, kiosk_client, open_application, user_client

USERS = {
    Role.OFFICER: "rina.kusumawati",
    Role.SUPERVISOR: "hendra.saputra",
    Role.ADMIN: "admin",
    Role.AUDITOR: "siti.rahmawati",
}
SCREENS = {Role.KIOSK: "kiosk-1", Role.BOARD: "melati"}
REACHED = 299
PAGE = {"Accept": "text/html,*/*;q=0.8"}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The whole house, in which whoever is let through gets a 299 and nothing else happens."""
    with open_application(tmp_path_factory.mktemp("house")) as application:

        @application.app.before_request
        def reached() -> Response:
            return Response(status=REACHED)

        with application.database.transaction() as session:
            auditor = select(User).where(User.username == USERS[Role.AUDITOR])
            session.scalars(auditor).one().role = Role.AUDITOR
        yield application


@pytest.fixture(scope="module")
def clients(application: Application) -> dict[Role, FlaskClient]:
    people = {role: user_client(application, username) for role, username in USERS.items()}
    screens = {role: kiosk_client(application, place) for role, place in SCREENS.items()}
    # The example has no printer on another machine: a screen of its own plays the agent.
    agent = kiosk_client(application, "kiosk-2")
    with application.database.transaction() as session:
        session.scalars(select(Device).where(Device.place == "kiosk-2")).one().role = Role.AGENT
    every = {Role.PUBLIC: application.app.test_client(), Role.AGENT: agent} | people | screens
    assert set(every) == set(Role)
    return every


def routes(application: Application) -> list[tuple[str, str, str]]:
    """Every endpoint with each of its methods and an address that leads there."""
    with application.app.test_request_context():
        adapter = application.app.url_map.bind("localhost")
        return [
            (rule.endpoint, method, adapter.build(rule.endpoint, values(rule), method=method))
            for rule in application.app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]


def values(rule: Rule) -> dict[str, object]:
    """Something of the right kind for each part of the address that varies."""
    return {
        name: 1 if "int" in type(converter).__name__.lower() else "x"
        for name, converter in rule._converters.items()
    }


def test_each_route_is_open_to_those_in_the_table_alone(
    application: Application, clients: dict[Role, FlaskClient]
) -> None:
    wrong = []
    walked = 0
    for endpoint, method, path in routes(application):
        if endpoint.rpartition(".")[2] == "static":
            continue
        for role, client in clients.items():
            allowed = bool(application.permissions.table[endpoint] & {role, Role.PUBLIC})
            answer = client.open(path, method=method, headers=OWN_PAGE)
            walked += 1
            if (answer.status_code == REACHED) != allowed:
                wrong.append((role.value, method, path, answer.status_code))
    assert wrong == []
    assert walked > len(Role) * 20


def test_whoever_is_refused_is_told_in_the_form_they_asked_for(
    application: Application, clients: dict[Role, FlaskClient]
) -> None:
    stranger, officer = clients[Role.PUBLIC], clients[Role.OFFICER]
    page = stranger.get("/devices?code=123456", headers=PAGE)
    assert page.status_code == 302
    assert page.location == "/sign-in?next=%2Fdevices%3Fcode%3D123456"
    script = stranger.get("/devices", headers=SCRIPT)
    assert (script.status_code, script.content_type) == (401, "application/problem+json")
    assert script.get_json()["code"] == "signed_out"
    closed = officer.get("/devices", headers=PAGE)
    assert closed.status_code == 403
    assert "bukan untuk Anda" in closed.text
    refused = officer.get("/devices", headers=SCRIPT)
    assert refused.get_json()["code"] == "forbidden"


def test_a_screen_that_is_not_paired_is_sent_to_its_code(
    application: Application, clients: dict[Role, FlaskClient]
) -> None:
    for role in (Role.PUBLIC, Role.OFFICER, Role.ADMIN, Role.BOARD):
        assert clients[role].get("/kiosk", headers=PAGE).location == "/pair?next=%2Fkiosk"


def test_the_table_and_the_house_name_the_same_endpoints(application: Application) -> None:
    assert set(application.permissions.table) == set(application.app.view_functions)
    assert application.permissions.for_devices_alone("take.kiosk")
    assert not application.permissions.for_devices_alone("desk.page")


def test_an_endpoint_without_a_line_stops_the_start(tmp_path: Path) -> None:
    with open_application(tmp_path) as application:
        application.app.add_url_rule("/new", "new.page", lambda: "")
        with pytest.raises(LookupError, match=r"new\.page"):
            application.permissions.require_complete(application.app)


def test_a_line_without_an_endpoint_stops_the_start_as_well(tmp_path: Path) -> None:
    with open_application(tmp_path) as application:
        application.permissions.permit(LEADERS, "old.page")
        with pytest.raises(LookupError, match=r"old\.page"):
            application.permissions.require_complete(application.app)


def test_nobody_says_a_second_time_who_may_use_an_endpoint() -> None:
    permissions = Permissions()
    permissions.permit(LEADERS, "devices.page")
    with pytest.raises(ValueError, match=r"devices\.page"):
        permissions.permit(EVERYBODY, "devices.page")


def test_what_was_not_taken_down_is_for_nobody() -> None:
    assert not any(Permissions().permits("devices.page", role) for role in Role)
