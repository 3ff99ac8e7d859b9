"""What a press from the desk console carries: strict facts, read at the door."""

from __future__ import annotations

from dataclasses import MISSING, field, fields
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from models.core.presses import PressId, RowId
from models.queue.tickets import Outcome

_STRICT = ConfigDict(strict=True, extra="forbid", str_max_length=500)


@dataclass(frozen=True, config=_STRICT)
class Press:
    """A press for a desk; the retry of a press carries the same `press_id`."""

    press_id: PressId
    desk_id: RowId


@dataclass(frozen=True, config=_STRICT)
class StepPress(Press):
    """A press meant for one step, so that a screen that is behind acts on nobody else."""

    step_id: RowId


@dataclass(frozen=True, config=_STRICT)
class CheckPress(StepPress):
    """The papers that the officer has seen, all of them each time."""

    checked: Annotated[list[RowId], Field(max_length=100)]


@dataclass(frozen=True, config=_STRICT)
class FinishPress(StepPress):
    """How serving ended; `missing` are requirement ids."""

    outcome: Outcome
    missing: Annotated[list[RowId], Field(max_length=100)] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, config=_STRICT)
class ReasonPress(StepPress):
    """A step and why."""

    reason: str = ""


@dataclass(frozen=True, config=_STRICT)
class CancelPress(StepPress):
    """A number to be given up, and why."""

    reason: str


@dataclass(frozen=True, config=_STRICT)
class TransferPress(ReasonPress):
    """Where to: another service, one desk, or both."""

    service_id: RowId | None = None
    to_desk_id: RowId | None = None
    case_id: RowId | None = None  # why the other service is needed


@dataclass(frozen=True, config=_STRICT)
class ServicePress(StepPress):
    """One service more for the same number."""

    service_id: RowId
    case_id: RowId | None = None


@dataclass(frozen=True, config=_STRICT)
class CasePress(StepPress):
    """Why the service at the desk is needed."""

    case_id: RowId


@dataclass(frozen=True, config=_STRICT)
class NumberPress(Press):
    """A number to call out of its turn, and why."""

    ticket_id: RowId
    reason: str


@dataclass(frozen=True, config=_STRICT)
class UndoPress(Press):
    """The act to be undone, by its number in the journal."""

    entry: RowId


@dataclass(frozen=True, config=_STRICT)
class BreakPress(Press):
    """A break of so many minutes, or until a local time of day such as `10:15`."""

    minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    until: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None


def carried(press: type[Press]) -> dict[str, bool]:
    """Return what a press carries beside its id and its desk, and whether each must be said."""
    always = {one.name for one in fields(Press)}
    return {
        one.name: one.default is MISSING and one.default_factory is MISSING
        for one in fields(press)
        if one.name not in always
    }
