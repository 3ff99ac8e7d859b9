"""What a press from the kiosk carries: strict facts, read at the door."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

from flask import abort, request
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from models.core.presses import PressId, RowId

_STRICT: Final = ConfigDict(strict=True, extra="forbid")
_Token = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
_Language = Literal["id", "en"]
P = TypeVar("P")


@dataclass(frozen=True, config=_STRICT)
class WishPress:
    """One service, and why."""

    service_id: RowId
    case_id: RowId | None = None


@dataclass(frozen=True, config=_STRICT)
class TakePress:
    """What `Ambil nomor` sends; why somebody asked to be served first is never sent."""

    press_id: PressId
    services: Annotated[list[WishPress], Field(min_length=1, max_length=50)]
    priority: bool
    language: _Language


@dataclass(frozen=True, config=_STRICT)
class AddPress:
    """One service more on the number whose token the kiosk was given."""

    press_id: PressId
    token: _Token
    service_id: RowId
    case_id: RowId | None = None


@dataclass(frozen=True, config=_STRICT)
class ChecklistPress:
    """What `Cetak daftar syarat` sends."""

    press_id: PressId
    service_id: RowId
    language: _Language
    case_id: RowId | None = None


@dataclass(frozen=True, config=_STRICT)
class ReprintPress:
    """What `Cetak ulang` sends: the number's token, and the paper that nobody is sure of."""

    press_id: PressId
    token: _Token
    job_id: RowId


TAKE, ADD = TypeAdapter(TakePress), TypeAdapter(AddPress)
CHECKLIST, REPRINT = TypeAdapter(ChecklistPress), TypeAdapter(ReprintPress)


def read_press(reads: TypeAdapter[P]) -> P:
    """Return the press that the request brings. Raises what turns nonsense away."""
    if not request.is_json:  # what does not call itself JSON may be a form of another site
        abort(415)
    return reads.validate_json(request.get_data())
