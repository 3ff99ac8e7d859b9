"""What a leader says about a screen that shows a code, and whether it is paired as that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy.orm import Session

from counter.files.config import Config
from counter.files.places import places_of
from models.core.errors import CodeUnknown, NotFound, PlaceTaken
from models.journal.actors import Actor
from models.mall.devices import Device
from models.mall.pairing import (
    Place,
    kiosks_at,
    pair,
    wait_for_other_pairings,
    withdraw,
    words_of_code,
)
from models.paper.agents import agent_place


@dataclass(frozen=True)
class Confirmed:
    """What a leader says about the screen that shows `code`."""

    code: Annotated[str, Field(max_length=20)] = ""
    place: Annotated[str, Field(max_length=60)] = ""
    name: Annotated[str, Field(max_length=80)] = ""
    # What the page said the screen shows, once it had; and the ids of the kiosks that are to leave,
    # with commas between them: every browser of the example may be one.
    words: Annotated[str, Field(max_length=40)] = ""
    move: Annotated[str, Field(max_length=4000)] = ""


CONFIRMED: Final = TypeAdapter(Confirmed)


class Uncompared(Exception):
    """The leader was not shown yet which words the screen shows, or they were others."""


@dataclass(frozen=True)
class Playing:
    """A kiosk that plays the place which another is to have."""

    id: int
    name: str
    since: datetime | None
    seen_at: datetime | None


class KiosksThere(Exception):
    """Kiosks play the place, and of the leaving of one or more nothing was said."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self.playing = [
            Playing(one.id, one.name, one.paired_at, one.last_seen_at) for one in devices
        ]
        super().__init__(", ".join(one.name for one in self.playing))

    @property
    def ids(self) -> str:
        """What is sent back by who agrees that all of them leave."""
        return ",".join(str(one.id) for one in self.playing)


@dataclass(frozen=True)
class WhyNot:
    """What the page says about which field, and the status of the answer."""

    says: str
    field: str
    status: int


WHY_NOT: Final[dict[type[Exception], WhyNot]] = {
    NotFound: WhyNot("no_place", "place", 422),
    Uncompared: WhyNot("compare", "code", 409),
    KiosksThere: WhyNot("kiosk_taken", "place", 409),
    PlaceTaken: WhyNot("place_taken", "place", 409),
    CodeUnknown: WhyNot("no_code", "code", 409),
}
TOO_OFTEN: Final = WhyNot("too_often", "code", 429)


def pair_as_confirmed(
    session: Session, config: Config, mall_id: int, form: Confirmed, *, by: Actor, at: datetime
) -> Device:
    """Pair the screen that shows the code. Raises one of WHY_NOT."""
    place = place_called(session, config, mall_id, form.place)
    words = words_of_code(session, mall_id, form.code, at)
    if words and words != form.words:
        # Without a script the page could not say yet what the screen shows.
        raise Uncompared
    # The leader agreed to the leaving of the kiosks that the page named, and of no other.
    agreed = form.move.split(",")
    _free(session, mall_id, form.code, place, lambda one: str(one.id) in agreed, by=by, at=at)
    return pair(session, mall_id, form.code, place, name=form.name, by=by, at=at)


def place_called(session: Session, config: Config, mall_id: int, code: str) -> Place:
    """Return the place of that code. Raises NotFound."""
    places = {place.code: place for place in reversed(places_of(session, config, mall_id))}
    found = places.get(code) or places.get(agent_place(code))
    if found is None:
        raise NotFound
    return found


def pair_by_code(
    session: Session,
    config: Config,
    mall_id: int,
    code: str,
    place: str,
    *,
    move: bool,
    at: datetime,
) -> Device:
    """Pair from the command line, where whoever types owns the machine.

    The code of a printer means its agent, where no screen is called the same. Raises NotFound
    for a place that config.toml does not name, KiosksThere without `move`, and what pair() raises.
    """
    chosen = place_called(session, config, mall_id, place)
    by = Actor(mall_id=mall_id)
    _free(session, mall_id, code, chosen, lambda _: move, by=by, at=at)
    return pair(session, mall_id, code, chosen, name="", by=by, at=at)


def _free(
    session: Session,
    mall_id: int,
    code: str,
    place: Place,
    agreed: Callable[[Device], bool],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Withdraw the kiosks that play `place`, for the screen that shows `code`.

    Raises CodeUnknown when none does, before anybody is asked for what leads nowhere, and
    KiosksThere, with all of them, unless each one's leaving is agreed.
    """
    wait_for_other_pairings(session, mall_id)
    if not words_of_code(session, mall_id, code, at):
        raise CodeUnknown
    there = kiosks_at(session, mall_id, place)
    if not all(map(agreed, there)):
        raise KiosksThere(there)
    for one in there:
        withdraw(session, one, by=by, at=at)
