"""What no single table can know of hours: whose they are, which days meet, and the hall around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from counter.files.catalogue_files import CatalogueFiles
from counter.files.hours import DayHours, SpecialDay, said_time
from counter.files.problems import unknown
from counter.files.settings import DeskSettings, Holiday
from counter.files.signs import sign_of
from counter.files.toml_file import TomlFile, complain_twice
from counter.files.toml_lines import KeyPath

Weekly = Sequence[tuple[KeyPath, DayHours]]


class _Complaint(Protocol):
    def __call__(self, path: KeyPath, message: str) -> None: ...


def check_hours(source: TomlFile, catalogue: CatalogueFiles) -> None:
    """Note what is wrong with the hours of the hall, its agencies and its desks."""
    _one_set_a_weekday(source, source.sound(DayHours, "hours", "days"))
    hall = source.all_sound(DayHours, "hours", "days")
    complain_twice(
        "the day",
        [(source, (*at, "date"), one.date) for at, one in source.sound(Holiday, "holidays")],
    )
    _check_special_days(source, list(catalogue.services_by_agency))
    for path, desk in source.sound(DeskSettings, "desks"):
        own = [((*path, "hours", at), hours) for at, hours in enumerate(desk.hours)]
        _one_set_a_weekday(source, own)
        _inside_the_hall(source.complain, own, hall)
    for file in catalogue.files:
        own = file.sound(DayHours, "hours")
        _one_set_a_weekday(file, own)
        _inside_the_hall(file.complain, own, hall)


def _one_set_a_weekday(source: TomlFile, weekly: Weekly) -> None:
    complain_twice(
        "the weekday",
        [
            (source, (*path, "days", at), day)
            for path, hours in weekly
            for at, day in enumerate(hours.days)
        ],
    )


def _inside_the_hall(complain: _Complaint, own: Weekly, hall: Weekly) -> None:
    """Nobody serves behind closed doors: own hours lie inside those of the hall."""
    doors = {day: hours for _, hours in hall for day in hours.days}
    if not doors:
        return  # they have a problem of their own
    for path, hours in own:
        for at, day in enumerate(hours.days):
            if (door := doors.get(day)) is None:
                complain((*path, "days", at), f"the hall is closed on {day}")
            elif hours.opens < door.opens:
                complain((*path, "opens"), f"the hall opens at {door.opens:%H:%M} on {day}")
            elif hours.closes > door.closes:
                complain((*path, "closes"), f"the hall closes at {said_time(door.closes)} on {day}")


def _check_special_days(source: TomlFile, agencies: Sequence[str]) -> None:
    special = source.sound(SpecialDay, "hours", "special_days")
    desks = _signs_in(source)
    holidays = {one.date: at for at, one in source.sound(Holiday, "holidays")}
    for path, one in special:
        # Without any catalogue file, which is a problem of its own, no agency is known.
        if one.agency is not None and agencies and one.agency not in agencies:
            source.complain((*path, "agency"), unknown("agency", one.agency, agencies))
        if one.desk is not None and desks and one.desk not in desks:
            source.complain((*path, "desk"), f"there is no desk {one.desk}")
        for day, at in holidays.items():
            if one.agency is None and one.desk is None and one.date <= day <= one.last:
                line = source.line((*at, "date"))
                source.complain((*path, "date"), f"the day {day} is a holiday in line {line}")
    _complain_of_overlaps(source, special)


def _signs_in(source: TomlFile) -> frozenset[str]:
    """Return the signs of all desks, also of those that have a problem elsewhere."""
    signs = set()
    for number in source.values("desks", name="number"):
        with suppress(ValueError):
            signs.add(sign_of(number))
    return frozenset(signs)


def _complain_of_overlaps(source: TomlFile, special: Iterable[tuple[KeyPath, SpecialDay]]) -> None:
    """A day has one set of hours for each owner."""
    seen: list[tuple[KeyPath, SpecialDay]] = []
    for path, one in special:
        for where, other in seen:
            same = (one.agency, one.desk) == (other.agency, other.desk)
            if same and one.date <= other.last and other.date <= one.last:
                day, line = max(one.date, other.date), source.line((*where, "date"))
                source.complain((*path, "date"), f"the day {day} has its hours in line {line}")
                break
        seen.append((path, one))
