"""A citizen and an officer who press real buttons over HTTP, for tests of the walls."""

from __future__ import annotations

from typing import Any

import requests

from counter.door.example_people import EXAMPLE_PASSWORD
from models.core.presses import new_press_id
from models.mall.mall import Desk
from tests.application import OWN_PAGE
from tests.servers import Server


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, hall: Server) -> None:
        self._url = hall.url
        self._session = requests.Session()
        self._session.headers.update(OWN_PAGE | {"Accept": "application/json"})

    def press(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._session.post(
            self._url + path, json=body | {"press_id": new_press_id()}, timeout=10
        )
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def close(self) -> None:
        self._session.close()


class Citizen(Person):
    """Somebody in front of the kiosk."""

    def __init__(self, hall: Server) -> None:
        super().__init__(hall)
        here = self._session.post(f"{self._url}/pair/here", json={"place": "kiosk-1"}, timeout=10)
        here.raise_for_status()

    def take(self, *service_ids: int, language: str = "id") -> str:
        """Take a number for the services and return it."""
        wishes = [{"service_id": service_id} for service_id in service_ids]
        told = self.press("/kiosk/take", services=wishes, priority=False, language=language)
        number: str = told["number"]
        return number


class Officer(Person):
    """Somebody who is signed on at a desk."""

    def __init__(self, hall: Server, username: str, desk: Desk) -> None:
        super().__init__(hall)
        self.desk = desk
        form = {"name": username, "password": EXAMPLE_PASSWORD, "desk": str(desk.number)}
        self._session.post(f"{self._url}/sign-in", data=form, timeout=10).raise_for_status()

    def act(self, act: str, **facts: Any) -> dict[str, Any]:
        return self.press(f"/desk/{act}", desk_id=self.desk.id, **facts)
