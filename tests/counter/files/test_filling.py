from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.app import Application
from counter.files.calling import Calling
from counter.files.filling import fill
from counter.files.filling_hours import fill_agency_hours, fill_hall_hours
from counter.files.hours import WEEKDAYS, DayHours
from models.mall.arrangement import arrangement_of
from models.mall.catalogue import Agency
from models.mall.hours import IntakePhase
from models.mall.mall import Mall, ServingHours
from models.mall.rules import CallingRules
from tests.application import example_config, open_application


def _others(calling: Calling) -> Iterator[tuple[str, Calling]]:
    """Yield each setting of `[calling]` by its name, with the whole section where it differs."""

    def varied(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, value in said.items():
            if isinstance(value, dict):
                for inner, other in varied(value):
                    yield f"{name}.{inner}", said | {name: other}
            else:
                yield name, said | {name: value + 1}

    for name, other in varied(calling.model_dump()):
        yield name, Calling.model_validate(other)


def test_a_mall_that_never_closes_gives_numbers_over_midnight(application: Application) -> None:
    always = DayHours.model_validate({"days": WEEKDAYS, "opens": time(0), "closes": "24:00"})
    own = {"days": (always,), "special_days": ()}
    config = application.config
    config = config.model_copy(update={"hours": config.hours.model_copy(update=own)})
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo(config.mall.time_zone))
    with application.database.transaction() as session:
        place = session.get_one(Mall, application.mall_id)
        place.intake_cutoff_m = 0
        fill_hall_hours(session, place, config)
        session.flush()
        timetable = arrangement_of(session, place).timetable
    around = [timetable.intake(midnight + timedelta(seconds=at)) for at in (-61, -1, 0, 1)]
    assert {one.phase for one in around} == {IntakePhase.OPEN}
    assert around[0].closes_at == midnight


def test_each_setting_of_calling_is_one_rule_of_its_own(tmp_path: Path) -> None:
    calling = example_config(tmp_path).calling
    before = asdict(calling.rules)
    changed = {
        name: [rule for rule, value in asdict(other.rules).items() if value != before[rule]]
        for name, other in _others(calling)
    }
    assert [name for name, rules in changed.items() if len(rules) != 1] == []
    assert {rules[0] for rules in changed.values()} == {one.name for one in fields(CallingRules)}


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with open_application(tmp_path) as built:
        yield built


def test_the_mall_goes_by_the_rules_of_the_file_from_its_next_start(
    application: Application,
) -> None:
    def rules(session: Session) -> CallingRules:
        return arrangement_of(session, session.get_one(Mall, application.mall_id)).rules

    with application.database.reading() as session:
        assert rules(session) == application.config.calling.rules
    *_, (_, other) = _others(application.config.calling)
    with application.database.transaction() as session:
        fill(session, application.config.model_copy(update={"calling": other}))
    with application.database.reading() as session:
        assert rules(session) == other.rules != application.config.calling.rules


def test_hours_follow_the_files_at_every_start_and_are_filled_once(
    application: Application,
) -> None:
    def rows(session: Session) -> list[tuple[object, ...]]:
        return sorted(
            (str(one.agency_id), str(one.desk_id), str(one.first_day), str(one.weekday))
            for one in session.scalars(select(ServingHours))
        )

    hours, desks = application.config.hours, application.config.desks
    samsat = next(one for one in application.config.catalogue.agencies if one.code == "samsat")
    with application.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "samsat")).one()
        fill_agency_hours(session, agency, samsat.model_copy(update={"hours": desks[23].hours}))
        session.flush()
        before = rows(session)
        # Five days of the hall and of Kantor Pajak, two of Samsat and of a desk, and three special
        # days.
        assert len(before) == 5 + 5 + 2 + 2 + 3
        assert sum(one[0] == str(agency.id) for one in before) == 2
    with application.database.transaction() as session:
        fill(session, application.config)
        assert rows(session) == before
    fewer = hours.model_copy(update={"special_days": (), "intake_opens_minutes_before": 15})
    with application.database.transaction() as session:
        fill(session, application.config.model_copy(update={"hours": fewer}))
        assert len(rows(session)) == 5 + 5 + 2 + 2
        timetable = arrangement_of(session, session.get_one(Mall, application.mall_id)).timetable
        assert timetable.ahead == timedelta(minutes=15)
