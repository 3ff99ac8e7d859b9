"""Every no of the house as a sentence: problem+json for scripts, a page for people."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from typing import Any

from flask import Flask, Response, g, jsonify, render_template, request
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from counter.words.language import Language
from models.core.errors import BadInput, Forbidden, NoSpace, NotFound, NotKept, Refusal
from models.core.faults import refusal_in
from models.core.gathering import EACH

log = logging.getLogger(__name__)

STATUS: dict[type[Refusal], int] = {NotFound: 404, Forbidden: 403, BadInput: 422, NoSpace: 507}
# What passes by itself or when somebody mends it; a page about it is asked for again.
PASSING = (503, 507)
AGAIN_S = "10"
# What a refusal page says for statuses that are not the rules' own.
CODES = {400: "bad_input", 401: "signed_out", 403: "forbidden", 404: "not_found"}
CODES |= {405: "bad_input", 413: "bad_input", 415: "bad_input", 422: "bad_input", 429: "too_often"}


def register(app: Flask, language: Language) -> None:
    """Let `app` answer refusals and errors in the language of the request."""

    def answer(status: int, code: str, facts: dict[str, object]) -> Response:
        lang = g.get("lang", "id")
        named = f"{code}_holiday" if facts.get("holiday") else code
        again = _come_again(language, lang, facts)
        title = language.say(lang, f"counter.refusals.{named}", **facts, again=again)
        if wants_json():
            body = {"type": "about:blank", "title": title, "status": status, "code": code}
            told = {name: _plain(fact) for name, fact in facts.items()}
            response = jsonify(body | {"facts": told})
            response.content_type = "application/problem+json"
        else:
            page = render_template(
                "counter/error.html", status=status, code=code, sentence=title, facts=facts
            )
            response = Response(page)
            response.headers.update(_asked_again(status))
        response.status_code = status
        return response

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        usual = 503 if isinstance(refusal, NotKept) else 409
        return answer(STATUS.get(type(refusal), usual), refusal.code, refusal.facts)

    @app.errorhandler(SQLAlchemyError)
    def not_kept(error: SQLAlchemyError) -> Response:
        refusal = refusal_in(error)
        if refusal is None:
            return broken(error)
        log.warning("the database refused at %s", place_asked(), exc_info=error)
        return refused(refusal)

    @app.errorhandler(ValidationError)
    def malformed(error: ValidationError) -> Response:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        return answer(422, BadInput.code, {"field": where or "body"})

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response | HTTPException:
        status = error.code or 500
        if status < 400:
            return error
        return answer(status, CODES.get(status, "broken"), {"incident": "", "field": ""})

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        incident = secrets.token_hex(4)
        said = (incident, place_asked())
        log.error("incident %s at %s", *said, exc_info=error, extra={EACH: True})
        return answer(500, "broken", {"incident": incident})


def place_asked() -> str:
    """Return what the request asked for, fit for a log: a ticket's own address is the key to it."""
    if request.url_rule is not None:
        return request.url_rule.rule
    first, _, more = request.path.removeprefix("/").partition("/")
    return f"/{first}/…" if more else f"/{first}"


def wants_json() -> bool:
    """Tell whether the request came from a script rather than from somebody who reads pages."""
    accepted = request.accept_mimetypes
    return request.is_json or accepted.best_match(["text/html", "application/json"]) != "text/html"


def _asked_again(status: int) -> dict[str, str]:
    """Let a page that nobody touches, such as a wall's, be asked for again by itself."""
    return {"Refresh": AGAIN_S} if status in PASSING and request.method == "GET" else {}


def _come_again(language: Language, lang: str, facts: dict[str, object]) -> object:
    """Tell when desks serve again, and with it when numbers begin, where that is earlier."""
    next_at, serves_at = facts.get("next_at"), facts.get("serves_at")
    if not isinstance(next_at, datetime) or not isinstance(serves_at, datetime):
        return language.formatted(lang, None)
    if serves_at == next_at:
        return language.formatted(lang, serves_at)
    numbers, served = language.clock(lang, next_at), language.clock(lang, serves_at)
    day = language.day(lang, serves_at)
    return language.say(lang, "counter.refusals.ahead", day=day, numbers=numbers, served=served)


def _plain(fact: object) -> Any:
    return fact.isoformat() if hasattr(fact, "isoformat") else fact
