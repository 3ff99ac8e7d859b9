"""Hours that may stand in the files, but come to nothing: `check` has a word about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Final

from counter.files.config import Config
from counter.files.hours import WEEKDAYS, Break, DayHours, SpecialDay, minutes_of, said_time

# Longer than any day with other hours lasts; a range without end is looked at no further.
_LONGEST_RANGE_DAYS: Final = 400


def hours_cautions(config: Config) -> Iterator[str]:
    """Say which days give no number at all, and which own days lie outside those of the hall."""
    yield from _days_without_numbers(config)
    for at, one in enumerate(config.hours.special_days):
        if _owned(one) and (said := _outside_the_hall(one, config)):
            yield f"hours.special_days[{at}]: {said}"


def _days_without_numbers(config: Config) -> Iterator[str]:
    special = [(f"hours.special_days[{at}]", x) for at, x in enumerate(config.hours.special_days)]
    weekly = [(f"hours.days[{at}]", hours) for at, hours in enumerate(config.hours.days)]
    for agency in config.catalogue.agencies:
        name = f"{config.server.catalogue_dir}/{agency.code}.toml: hours"
        weekly += [(f"{name}[{at}]", hours) for at, hours in enumerate(agency.hours)]
    rows: list[tuple[str, DayHours | SpecialDay]] = [*weekly, *special]
    for name, one in rows:
        if one.opens is None or one.closes is None:
            continue
        if not _gives_numbers(one.opens, one.closes, one.breaks, config):
            yield (
                f"{name}: no number is given between {one.opens:%H:%M} and {said_time(one.closes)},"
                f" because intake_cutoff_minutes = {config.hours.intake_cutoff_minutes}"
            )


def _gives_numbers(opens: time, closes: time, breaks: Sequence[Break], config: Config) -> bool:
    begins_m = max(0, minutes_of(opens) - config.hours.intake_opens_minutes_before)
    ends_m = minutes_of(closes) - config.hours.intake_cutoff_minutes
    for pause in breaks:
        if minutes_of(pause.starts) <= begins_m:
            begins_m = max(begins_m, minutes_of(pause.ends))
    return begins_m < ends_m


def _owned(one: SpecialDay) -> bool:
    return one.agency is not None or one.desk is not None


def _outside_the_hall(one: SpecialDay, config: Config) -> str:
    """A range may well run over closed days, but not over these alone."""
    if one.opens is None or one.closes is None:
        return ""
    first, last = one.date.toordinal(), one.last.toordinal()
    days = [date.fromordinal(day) for day in range(first, last + 1)[:_LONGEST_RANGE_DAYS]]
    opened = [(day, hall) for day in days if (hall := _hall_on(day, config)) is not None]
    if not opened:
        return f"the hall is closed on {one.date}, so these hours change nothing"
    for day, (opens, closes) in opened:
        if one.opens < opens or one.closes > closes:
            return f"the hall is open from {opens:%H:%M} until {said_time(closes)} only on {day}"
    return ""


def _hall_on(day: date, config: Config) -> tuple[time, time] | None:
    """Return the hours of the hall on `day`, None when it is closed."""
    if any(holiday.date == day for holiday in config.holidays):
        return None
    special = [x for x in config.hours.special_days if not _owned(x) and x.date <= day <= x.last]
    weekly = [x for x in config.hours.days if WEEKDAYS[day.weekday()] in x.days]
    rows: list[DayHours | SpecialDay] = [*special, *weekly]
    found = rows[0] if rows else None
    if found is None or found.opens is None or found.closes is None:
        return None
    return found.opens, found.closes
