"""The hours that a mall, an agency or a desk keeps of its own: by weekday, and on single days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# From when until when, in minutes after local midnight; several stand in order and do not touch.
Span = tuple[int, int]
Spans = tuple[Span, ...]


@dataclass(frozen=True)
class DayHours:
    """The hours of one day, with the breaks inside them by their start."""

    opens_m: int
    closes_m: int
    breaks: Spans = ()

    @property
    def spans(self) -> Spans:
        """When it serves: the hours without the breaks."""
        spans, begins = [], self.opens_m
        for starts, ends in self.breaks:
            spans.append((begins, starts))
            begins = max(begins, ends)
        return tuple(one for one in [*spans, (begins, self.closes_m)] if one[0] < one[1])


@dataclass(frozen=True)
class HoursRow:
    """Hours of one weekday, or of every day where it is None, from a first to a last day."""

    first_day: date | None
    last_day: date | None
    weekday: int | None
    hours: DayHours | None  # None is closed

    def reaches(self, day: date) -> bool:
        """Tell whether `day` lies between the first and the last day."""
        begun = self.first_day is None or self.first_day <= day
        return begun and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class OwnHours:
    """What the mall, an agency or a desk says of its own hours."""

    rows: tuple[HoursRow, ...] = ()

    def says(self, day: date) -> bool:
        """Tell whether these rows decide about `day`; else whoever stands above does."""
        return any(row.reaches(day) for row in self.rows)

    def on(self, day: date) -> DayHours | None:
        """Return the hours of `day`, None when it is closed or nothing is said of it."""
        reaching = [row for row in self.rows if row.reaches(day)]
        special = [row for row in reaching if row.weekday is None]
        weekly = [row for row in reaching if row.weekday == day.weekday()]
        return next((row.hours for row in special or weekly), None)

    def week(self, day: date) -> dict[int, DayHours]:
        """Return the hours of each weekday with service, as they stand on `day`."""
        reaching = [row for row in self.rows if row.reaches(day)]
        return {
            row.weekday: row.hours
            for row in sorted(reaching, key=lambda row: row.weekday or 0)
            if row.weekday is not None and row.hours is not None
        }
