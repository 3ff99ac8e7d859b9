"""The print agent's questions to the server: who am I, may I have this paper, this came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_DEVICE_COOKIE: Final = "balai-device"
_ANSWER_WITHIN_S: Final = 3.0


class Unreachable(Exception):
    """The server did not answer, or is not well: the same question may be asked again."""


class NotPaired(Exception):
    """The server does not know our token, or somebody took it back."""


class Refused(Exception):
    """The server said no, and would say so again. `code` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class ShownCode:
    """A code for people, good for `left_s` seconds, and the token that it will make valid."""

    code: str
    left_s: int
    token: str
    words: str


@dataclass(frozen=True)
class Post:
    """Which device we are, and whose printer's papers are ours."""

    device_id: int
    printer: str


@dataclass(frozen=True)
class _Code:
    code: str
    left_s: int
    # A server of before shows none.
    words: str = ""


_CODES = TypeAdapter(_Code)
_POSTS = TypeAdapter(Post)


class Server:
    """The house's server as an agent sees it. For one thread."""

    def __init__(self, url: str) -> None:
        """Speak to the server at `url`, such as http://192.168.1.10:8000."""
        self.url = url.rstrip("/")
        self.token = ""

    @property
    def headers(self) -> dict[str, str]:
        """What tells the server who asks, and that no foreign page does."""
        headers = {"Origin": self.url, "Accept": "application/json"}
        if self.token:
            headers["Cookie"] = f"{_DEVICE_COOKIE}={self.token}"
        return headers

    def ask_code(self) -> ShownCode:
        """Ask for a code to be paired with. Raises Unreachable or Refused."""
        response = self._send("POST", "/pair/code", {})
        shown = _read(_CODES, response)
        # Over TLS it has another name; either is understood when it goes back.
        token = response.cookies.get(f"__Host-{_DEVICE_COOKIE}") or response.cookies.get(
            _DEVICE_COOKIE
        )
        if not token:
            raise Unreachable("the answer to /pair/code bears no token")
        return ShownCode(shown.code, shown.left_s, token, shown.words)

    def post(self) -> Post:
        """Ask who we are. Raises NotPaired, Unreachable, or Refused for another kind of device."""
        return _read(_POSTS, self._send("GET", "/agent/self", None))

    def alive(self) -> None:
        """Let the leaders' page see that we are here. Raises as `press` does."""
        self._send("POST", "/pair/alive", {})

    def press(self, path: str, press_id: str, **facts: object) -> dict[str, Any]:
        """Tell the server something that counts once for each `press_id`; return its answer.

        Raises Unreachable, after which it may be told again, Refused or NotPaired.
        """
        response = self._send("POST", path, {"press_id": press_id, **facts})
        answer: dict[str, Any] = _json(response)
        return answer

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> requests.Response:
        try:
            response = requests.request(
                method,
                f"{self.url}{path}",
                json=body,
                headers=self.headers,
                timeout=_ANSWER_WITHIN_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unreachable(str(error)) from error
        status = response.status_code
        if 200 <= status < 300:
            return response
        problem = _json(response) if status < 500 else {}
        code = str(problem.get("code", ""))
        if status == 401 and code:
            raise NotPaired
        if 400 <= status < 500 and status != 429 and code:
            raise Refused(code)
        # A proxy's page, a server that has not started or has a fault: none of it is a verdict.
        raise Unreachable(f"{method} {path} was answered with {status}")


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except requests.JSONDecodeError:
        told = None
    return told if isinstance(told, dict) else {}


def _read(kind: TypeAdapter[T], response: requests.Response) -> T:
    try:
        return kind.validate_python(_json(response))
    except ValidationError as error:
        raise Unreachable("the server speaks another language than this agent") from error
