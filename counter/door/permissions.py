"""Who may use which endpoint: composed of what the rooms say, and nothing may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from models.core.roles import DEVICES, EVERYBODY, Role, among


class Permissions:
    """The one table of an app; each room takes down its own endpoints where it makes them."""

    def __init__(self) -> None:
        self._table: dict[str, frozenset[Role]] = {"static": EVERYBODY}

    @property
    def table(self) -> Mapping[str, frozenset[Role]]:
        """Every endpoint that was taken down, and who may use it."""
        return MappingProxyType(self._table)

    def permit(self, roles: frozenset[Role], *endpoints: str) -> None:
        """Let `roles` use `endpoints`. Raises ValueError for what was taken down before."""
        for endpoint in endpoints:
            if endpoint in self._table:
                raise ValueError(f"it was said before who may use {endpoint}")
            self._table[endpoint] = roles

    def permits(self, endpoint: str, role: Role) -> bool:
        """Tell whether `role` may use `endpoint`; what was not taken down is for nobody."""
        return among(self._table.get(endpoint, frozenset()), role)

    def opens(self, app: Flask, path: str, role: Role) -> bool:
        """Tell whether `path` is a page of `app` that `role` may open."""
        try:
            endpoint, _ = app.url_map.bind("").match(urlsplit(path).path)
        except HTTPException:
            return False
        return self.permits(endpoint, role)

    def for_devices_alone(self, endpoint: str) -> bool:
        """Tell whether the endpoint is a screen's own: whoever opens it unpaired must pair."""
        roles = self._table.get(endpoint, frozenset())
        return bool(roles) and roles <= DEVICES

    def require_complete(self, app: Flask) -> None:
        """Raise LookupError if `app` has an endpoint of which no room says who may use it.

        The other way round, too: roles of an endpoint that is not there protect nothing.
        """
        endpoints = set(app.view_functions)
        if missing := sorted(endpoints - set(self._table)):
            raise LookupError(f"nobody says who may use: {', '.join(missing)}")
        if unused := sorted(set(self._table) - endpoints):
            raise LookupError(f"roles of endpoints that are not there: {', '.join(unused)}")
