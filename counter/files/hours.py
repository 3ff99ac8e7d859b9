"""Hours as the files say them: weekdays, single days, and the pauses inside."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from counter.files.signs import Sign
from counter.files.toml_file import Code, Frozen

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
# A field that is itself called `date` hides the type from those below it.
Day = date
# A day ends after its last minute, and no time of day can say so: the latest of all stands for it.
END_OF_DAY: Final = time.max
_END_OF_DAY_M: Final = 24 * 60
_SAYS_END_OF_DAY: Final = ("24:00", "24:00:00", END_OF_DAY)


def _to_the_minute(value: time) -> time:
    if value.second or value.microsecond:
        raise ValueError("must be a whole minute, such as 08:00:00")
    return value


def _or_end_of_day(value: object, to_time: ValidatorFunctionWrapHandler) -> time:
    at: time = END_OF_DAY if value in _SAYS_END_OF_DAY else to_time(value)
    return at


LocalTime = Annotated[time, AfterValidator(_to_the_minute)]
# What is open until midnight closes at "24:00"; TOML itself has no such time.
ClosingTime = Annotated[LocalTime, WrapValidator(_or_end_of_day)]


def minutes_of(at: time) -> int:
    """Return how many minutes after midnight `at` is."""
    return _END_OF_DAY_M if at == END_OF_DAY else at.hour * 60 + at.minute


def time_of(minutes: int) -> time:
    """Return the time that is `minutes` after midnight."""
    return END_OF_DAY if minutes == _END_OF_DAY_M else time(*divmod(minutes, 60))


def said_time(at: time) -> str:
    """Return `at` as a message names it, to the minute."""
    return "24:00" if at == END_OF_DAY else f"{at:%H:%M}"


class Break(Frozen):
    """A pause, local time."""

    starts: LocalTime
    ends: LocalTime

    @field_validator("ends")
    @classmethod
    def _ends_later(cls, ends: time, info: ValidationInfo) -> time:
        starts = info.data.get("starts")
        if starts is not None and ends <= starts:
            raise ValueError(f"must be later than starts ({starts:%H:%M})")
        return ends


class DayHours(Frozen):
    """The hours of some weekdays, local time; a weekday in none of the list is closed."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    opens: LocalTime
    closes: ClosingTime
    breaks: tuple[Break, ...] = ()

    @field_validator("closes")
    @classmethod
    def _closes_later(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        return closes if opens is None else later(closes, opens)

    @field_validator("breaks")
    @classmethod
    def _breaks_inside(cls, breaks: tuple[Break, ...], info: ValidationInfo) -> tuple[Break, ...]:
        return breaks_inside(breaks, info)


class SpecialDay(Frozen):
    """One day, or every day until another, with hours of its own: the hall's, or one owner's.

    Without `opens` and `closes` it is closed.
    """

    date: date
    until: Annotated[Day | None, Field(validate_default=True)] = None
    agency: Code | None = None
    desk: Sign | None = None
    opens: LocalTime | None = None
    closes: Annotated[ClosingTime | None, Field(validate_default=True)] = None
    breaks: tuple[Break, ...] = ()

    @property
    def last(self) -> Day:
        """The last day that it holds on."""
        return self.until or self.date

    @field_validator("until")
    @classmethod
    def _ends_later(cls, until: Day | None, info: ValidationInfo) -> Day | None:
        begins = info.data.get("date")
        if until is not None and begins is not None and until <= begins:
            raise ValueError(f"must be later than date ({begins})")
        return until

    @field_validator("desk")
    @classmethod
    def _has_one_owner(cls, desk: str | None, info: ValidationInfo) -> str | None:
        if desk is not None and info.data.get("agency") is not None:
            raise ValueError("name an agency or a desk, not both")
        return desk

    @field_validator("closes")
    @classmethod
    def _closes_later(cls, closes: time | None, info: ValidationInfo) -> time | None:
        if "opens" not in info.data:
            return closes  # it has a problem of its own
        opens = info.data["opens"]
        if (opens is None) != (closes is None):
            raise ValueError("give opens and closes, or neither for a closed day")
        return None if opens is None or closes is None else later(closes, opens)

    @field_validator("breaks")
    @classmethod
    def _breaks_inside(cls, breaks: tuple[Break, ...], info: ValidationInfo) -> tuple[Break, ...]:
        return breaks_inside(breaks, info)


def later(closes: time, opens: time) -> time:
    """Return `closes`; ValueError unless it is later than `opens`."""
    if closes <= opens:
        end = '; the end of the day is "24:00"' if closes == time.min else ""
        raise ValueError(f"must be later than opens ({opens:%H:%M}){end}")
    return closes


def breaks_inside(breaks: tuple[Break, ...], info: ValidationInfo) -> tuple[Break, ...]:
    """Return `breaks`; ValueError unless they lie inside the hours, one after the other."""
    if "opens" not in info.data or "closes" not in info.data:
        return breaks  # the hours have a problem of their own
    opens, closes = info.data["opens"], info.data["closes"]
    if breaks and opens is None:
        raise ValueError("a closed day has no breaks")
    until = opens
    for pause in breaks:
        said = f"the break {pause.starts:%H:%M}–{pause.ends:%H:%M}"
        if pause.starts < opens or pause.ends > closes:
            raise ValueError(f"{said} is outside the hours {opens:%H:%M}–{said_time(closes)}")
        if pause.starts < until:
            raise ValueError(f"{said} begins before the break above it ends")
        until = pause.ends
    return breaks
