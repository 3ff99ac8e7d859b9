"""A screen that is not paired yet: it shows a code until a leader has said what it is."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Annotated, Final

from flask import Blueprint, Flask, abort, g, jsonify, render_template, request
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode
from werkzeug.wrappers import Response

from counter.door.auth import DEVICE_COOKIE, Doorkeeper, local_path, place_in
from counter.files.places import places_of
from counter.network.cookies import hand_over, sent
from counter.network.throttle import Throttle
from counter.words.language import Language
from models.core.errors import Forbidden, NotFound
from models.core.roles import DEVICES, EVERYBODY, Permit, Role
from models.journal.actors import Actor
from models.mall.pairing import (
    is_playing,
    new_code,
    nickname,
    pair,
    shown_code,
    was_withdrawn,
)
from models.mall.tokens import devices_of_tokens, fingerprint, renew_token

# Browsers keep no cookie longer than 400 days; a screen's is renewed each time its page opens.
COOKIE_LIFETIME: Final = timedelta(days=400)
# A screen asks every five minutes, and a switch may start twenty of them behind one address.
CODES_PER_ADDRESS: Final = 60
PER_ADDRESS: Final = timedelta(minutes=5)
PAGES: Final[dict[Role | None, str]] = {Role.KIOSK: "/kiosk", Role.BOARD: "/wall"}


@dataclass(frozen=True)
class Here:
    """Which place a screen of the example wants to be, or was until somebody took it back."""

    place: Annotated[str, Field(max_length=40)] = ""


@dataclass(frozen=True)
class Shown:
    """Which unpaired screen asks what became of its code, by the number that it was told."""

    device: Annotated[int, Field(ge=0, lt=2**31)] = 0


HERE, SHOWN = TypeAdapter(Here), TypeAdapter(Shown)


def register(app: Flask, *, doorkeeper: Doorkeeper, language: Language, permit: Permit) -> None:
    """Add /pair and what its page asks for to `app`."""
    blueprint = Blueprint("pairing", __name__)
    database, clock = doorkeeper.database, doorkeeper.clock
    throttle = Throttle(CODES_PER_ADDRESS, PER_ADDRESS)

    @blueprint.get("/pair")
    def screen() -> str:
        next_path = local_path(request.args.get("next")) or "/"
        place = place_in(next_path) if doorkeeper.plays_on_its_own(request) else ""
        return render_template(
            "counter/door/pair.html",
            boot={"next": next_path, "place": place, "says": _says(language)},
            now=clock.now(),
        )

    @blueprint.post("/pair/code")
    def ask() -> Response:
        at, address = clock.now(), request.remote_addr or ""
        if throttle.wait(address, at):
            abort(429)
        throttle.count(address, at)
        token = sent(request, DEVICE_COOKIE)
        here = HERE.validate_json(request.get_data() or b"{}")
        with database.transaction() as session:
            own = sent(request, _cookie_of(here.place)) or ""
            if here.place and was_withdrawn(session, own):
                token = own  # so that the leader is offered the place that it had
            asked = new_code(session, g.mall_id, token=token, at=at)
        url = f"{doorkeeper.config.mall.public_url}/devices?code={asked.code}"
        response = jsonify(
            device=asked.device_id,
            code=asked.code,
            left_s=int((asked.expires_at - at).total_seconds()),
            words=asked.words,
            label=language.say(
                g.lang, "counter.pair.code", code=" ".join(asked.code), words=asked.words
            ),
            screen=language.say(
                g.lang,
                "counter.pair.screen",
                nickname=nickname(fingerprint(asked.token)),
                address=address,
            ),
            qr=_qr_svg(url),
        )
        return _hand_over(response, DEVICE_COOKIE, asked.token)

    @blueprint.get("/pair/state")
    def state() -> Response:
        token, at = sent(request, DEVICE_COOKIE) or "", clock.now()
        shown = SHOWN.validate_python(request.args.to_dict())
        with database.reading() as session:
            paired = devices_of_tokens(session, [token]).get(token)
            waiting = shown_code(session, token, at)
            playing = is_playing(session, g.mall_id, shown.device)
        return jsonify(
            # Where to go on, because a screen that opened /kiosk may have been made a board.
            go=PAGES.get(paired.role) if paired else None,
            over=waiting is None,
            # Another page of this browser may have asked since.
            code=waiting.code if waiting else None,
            # Its code was used, and it is another browser that acts by that.
            taken=playing and not paired,
            clock=language.clock(g.lang, at),
            day=language.day(g.lang, at),
        )

    @app.after_request
    def renew(response: Response) -> Response:
        """Let the cookie of a screen that is in use never run out."""
        token = sent(request, DEVICE_COOKIE)
        actor: Actor = g.get("actor", Actor())
        if token and actor.device_id is not None and response.mimetype == "text/html":
            _hand_over(response, DEVICE_COOKIE, token)
        return response

    _for_paired_screens(blueprint, doorkeeper)
    permit(EVERYBODY, "pairing.screen", "pairing.ask", "pairing.state", "pairing.here")
    permit(DEVICES, "pairing.alive", "pairing.renew")
    app.register_blueprint(blueprint)


def _for_paired_screens(blueprint: Blueprint, doorkeeper: Doorkeeper) -> None:
    database, clock = doorkeeper.database, doorkeeper.clock

    @blueprint.post("/pair/here")
    def here() -> Response:
        """Pair a screen of the example mall without a leader."""
        if not doorkeeper.plays_on_its_own(request):
            raise Forbidden
        wanted = HERE.validate_json(request.get_data())
        nobody = Actor(mall_id=g.mall_id)
        cookie = _cookie_of(wanted.place)
        with database.acting(clock.now) as (session, at):
            places = places_of(session, doorkeeper.config, g.mall_id)
            place = next((one for one in places if one.code == wanted.place), None)
            if place is None:
                raise NotFound
            if was_withdrawn(session, sent(request, cookie) or ""):
                # Somebody took it back: now it must show its code, in the example as anywhere.
                raise Forbidden
            asked = new_code(session, g.mall_id, token=None, at=at)
            pair(session, g.mall_id, asked.code, place, name="", by=nobody, at=at)
        # One browser may show every screen of the example, each with a token of its own.
        return _hand_over(jsonify(place=place.code), cookie, asked.token)

    @blueprint.post("/pair/renew")
    def renew() -> Response:
        """Give a screen that was just paired a token that was in no hands before.

        Who listened on the way knows the one with which it was shown its code.
        """
        with database.transaction() as session:
            token = renew_token(session, sent(request, DEVICE_COOKIE) or "")
        response = jsonify(renewed=token is not None)
        return response if token is None else _hand_over(response, DEVICE_COOKIE, token)

    @blueprint.post("/pair/alive")
    def alive() -> Response:
        """Hear of a screen whose page is open for weeks; the doorkeeper has noted it already."""
        return Response(status=204)


def _cookie_of(place: str) -> str:
    """Return the cookie of one of the example's screens, of which a browser may show several."""
    return f"{DEVICE_COOKIE}.{place}"


def _hand_over(response: Response, cookie: str, token: str) -> Response:
    hand_over(response, cookie, token, lasts=COOKIE_LIFETIME)
    return response


def _says(language: Language) -> dict[str, str]:
    """Return what the page's script may have to say."""
    keys = ("unreachable", "too_often", "not_kept", "elsewhere", "taken")
    return {key: language.say(g.lang, f"counter.pair.{key}") for key in keys}


def _qr_svg(text: str) -> str:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    drawn = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(drawn)
    return drawn.getvalue().decode()
