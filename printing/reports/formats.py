"""How a report writes numbers, lengths of time and days, by the language's own custom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent

from models.figures.figures import Length, Period

LOCALES: Final[Mapping[str, str]] = MappingProxyType({"id": "id_ID", "en": "en_GB"})
CLOCKS: Final[Mapping[str, str]] = MappingProxyType({"id": "HH.mm", "en": "HH:mm"})
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOUR_M = 60
# Below this, a whole percentage would tell 2.4 and 1.6 as the same 2.
FINE_SHARE = Decimal("0.1")
LEAST_SHARE, MOST_SHARE = 0.001, 0.999

Value: TypeAlias = str | int | float | timedelta | date | datetime | None


class Kind(StrEnum):
    """What a value is, and so how it is written."""

    TEXT = "text"
    COUNT = "count"
    MEAN = "mean"
    MINUTES = "minutes"
    HOURS = "hours"
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"


class Formats:
    """Writes values in one language and one time zone."""

    def __init__(self, language: str, time_zone: str) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self.zone = ZoneInfo(time_zone)
        self._clock = CLOCKS[language]

    def told(self, kind: Kind, value: Value, *, grouped: bool = True) -> str:
        """Write one value; `grouped` sets a sign between thousands. None is a dash."""
        if value is None:
            return "–"
        if isinstance(value, timedelta):
            return self._length(kind, value)
        if isinstance(value, datetime):
            return self.clock(value)
        if isinstance(value, date):
            return self.short_day(value)
        if isinstance(value, str):
            return value
        if kind is Kind.SHARE:
            return self.share(value)
        return self.number(value, 1 if kind is Kind.MEAN else 0, grouped=grouped)

    def number(self, value: float, digits: int = 0, *, grouped: bool = True) -> str:
        """Write a number with at most `digits` decimals: `1.234,5`."""
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        told: str = format_decimal(
            rounded(value, digits), pattern, self.locale, group_separator=grouped
        )
        return told

    def share(self, value: float) -> str:
        """Write a share of 0 to 1: `91%`, but `2,1%` below a tenth.

        Only nothing is 0% and only all is 100%: near the ends it is `<0,1%`, `99,7%`, `>99,9%`.
        """
        digits = share_digits(value)
        exact = rounded(value, digits + 2)
        if value and not exact:
            return f"<{self.share(LEAST_SHARE)}"
        if value < 1 and exact == 1:
            return f">{self.share(MOST_SHARE)}"
        return format_percent(exact, "0.0%" if digits else "0%", self.locale)

    def clock(self, at: datetime) -> str:
        """Write the local time of an aware instant: `09.41`."""
        told: str = format_time(at.astimezone(self.zone), self._clock, locale=self.locale)
        return told

    def until(self, at: datetime) -> str:
        """Write the time of an end: midnight is 24.00, for the day that it ends."""
        local = at.astimezone(self.zone)
        midnight = not (local.hour or local.minute)
        return self.clock(at).replace("00", "24", 1) if midnight else self.clock(at)

    def hour(self, hour: int) -> str:
        """Write the hour of the clock that begins then: `09–10`."""
        return f"{hour:02d}–{(hour + 1) % 24:02d}"

    def short_day(self, day: date) -> str:
        """Write a day briefly: `24 Nov`."""
        return format_date(day, "d MMM", self.locale)

    def long_day(self, day: date) -> str:
        """Write a day in full: `24 November 2026`."""
        return format_date(day, "d MMMM y", self.locale)

    def weekday(self, day: date) -> str:
        """Write the day's name: `Selasa`."""
        return format_date(day, "EEEE", self.locale)

    def month(self, day: date) -> str:
        """Write the day's month: `Oktober`."""
        return format_date(day, "LLLL", self.locale)

    def period(self, period: Period) -> str:
        """Write a period: `Selasa, 24 November 2026`, `Oktober 2026`, `23–29 November 2026`."""
        if period.is_day:
            return f"{self.weekday(period.first)}, {self.long_day(period.first)}"
        if period.length is Length.MONTH:
            return format_date(period.first, "LLLL y", self.locale)
        return self._span(period, "MMMM", " y")

    def short_period(self, period: Period) -> str:
        """Write the days of a period briefly: `23–29 Nov`."""
        return self._span(period, "MMM", "")

    def _span(self, period: Period, month: str, year: str) -> str:
        first, last = period.first, period.last
        end = format_date(last, f"d {month}{year}", self.locale)
        if first.year != last.year:
            return f"{format_date(first, f'd {month} y', self.locale)} – {end}"
        if first.month != last.month:
            return f"{format_date(first, f'd {month}', self.locale)} – {end}"
        return f"{first.day}–{end}"

    def length_parts(self, length: timedelta, word: Callable[[str], str]) -> list[tuple[str, str]]:
        """Write a length for people: minutes, and from an hour on hours with what is over."""
        minutes = whole_minutes(length)
        if minutes < HOUR_M:
            unit = "unit_minutes_one" if minutes == 1 else "unit_minutes"
            return [(self.number(minutes), word(unit))]
        hours, over = divmod(minutes, HOUR_M)
        parts = [(self.number(hours), word("part_hours")), (str(over), word("part_minutes"))]
        return parts if over else parts[:1]

    def _length(self, kind: Kind, value: timedelta) -> str:
        if kind is Kind.HOURS:
            return self.number(value / HOUR, 1)
        return self.number(whole_minutes(value))


def rounded(value: float, digits: int) -> Decimal:
    """Round to `digits` decimals, a half up, as people and spreadsheets do: 0.0725 is 0.073.

    A float stands for the shortest decimal that it is written as, so 29 of 400 is a true half.
    """
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def share_digits(value: float) -> int:
    """Return how many decimals the percentage of a share has, on paper as in a cell."""
    few = value > 0 and rounded(value, 3) < FINE_SHARE
    nearly_all = value < 1 and rounded(value, 2) == 1
    return 1 if few or nearly_all else 0


def whole_minutes(length: timedelta) -> int:
    """Round a length to the nearest minute; half a minute rounds up."""
    return (length + MINUTE / 2) // MINUTE
