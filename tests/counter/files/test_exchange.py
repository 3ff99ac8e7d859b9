"""The database carries all that the catalogue's files carry, and gives it back unchanged."""

from __future__ import annotations

import string
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from counter.files.catalogue import (
    AgencyFile,
    CaseFile,
    Catalogue,
    RequirementFile,
    ServiceFile,
    written,
)
from counter.files.config import Config, load_config
from counter.files.exchange import differences, import_catalogue, stored_catalogue
from counter.files.filling import fill, fill_catalogue
from counter.files.hours import END_OF_DAY, Break, DayHours
from models.core.base import Base
from models.core.database import Database
from models.journal.events import CatalogueChanged
from models.journal.record import JournalEntry
from models.mall.catalogue import Requirement, Service
from models.mall.mall import Desk, DeskService, Mall
from tests.builders import MONDAY, mall
from tests.counter.files.catalogues import load_catalogue

ROOT = Path(__file__).parents[3]

TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
MAYBE = st.none() | TEXT
CODE = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
LETTER = st.sampled_from("ABCDEFGHJKLMNPRSTUVWXYZ")
MINUTES = st.integers(1, 480)
MORNINGS = (
    DayHours(
        days=("monday", "wednesday"),
        opens=time(8),
        closes=time(12),
        breaks=(Break(starts=time(10), ends=time(10, 15)),),
    ),
    DayHours(days=("friday",), opens=time(9, 30), closes=time(11)),
    DayHours(days=("sunday",), opens=time(20), closes=END_OF_DAY),
)


@st.composite
def service_file(draw: st.DrawFn, code: str, letters: list[str], codes: list[str]) -> ServiceFile:
    cases = draw(st.lists(CODE, unique=True, max_size=3))
    others = [other for other in codes if other != code]
    other = st.none() | st.sampled_from(others) if others else st.none()
    return ServiceFile(
        code=code,
        name_id=draw(TEXT),
        name_en=draw(TEXT),
        subtitle_id=draw(MAYBE) or "",
        subtitle_en=draw(MAYBE) or "",
        prefix=draw(st.none() | st.sampled_from(letters)),
        icon="file-text",
        popular=draw(st.none() | st.integers(1, 9)),
        handling_minutes=draw(MINUTES),
        target_minutes=draw(MINUTES),
        promise_minutes=draw(MINUTES),
        completion_id=draw(MAYBE) or "",
        fee_idr=draw(st.none() | st.integers(0, 10**7)),
        fee_note_id=draw(MAYBE) or "",
        product_en=draw(MAYBE) or "",
        legal_basis=draw(MAYBE) or "",
        checked_on=draw(st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1))),
        daily_quota=draw(st.none() | st.integers(1, 999)),
        after=draw(other),
        private_outcome=draw(st.booleans()),
        cases=tuple(CaseFile(code=one, name_id=draw(TEXT), name_en=draw(TEXT)) for one in cases),
        requirements=tuple(
            RequirementFile(
                text_id=draw(TEXT),
                text_en=draw(TEXT),
                cases=tuple(draw(st.lists(st.sampled_from(cases), unique=True))) if cases else (),
                available_here=draw(other),
            )
            for _ in range(draw(st.integers(0, 3)))
        ),
    )


@st.composite
def catalogue(draw: st.DrawFn) -> Catalogue:
    """Any catalogue of up to three agencies that the files could say."""
    agencies = draw(st.lists(CODE, unique=True, min_size=1, max_size=3))
    shares = [draw(st.lists(CODE, unique=True, min_size=1, max_size=3)) for _ in agencies]
    codes = [
        f"{agency}-{code}" for agency, share in zip(agencies, shares, strict=True) for code in share
    ]
    made = []
    for position, (agency, share) in enumerate(zip(agencies, shares, strict=True), 1):
        letter = draw(LETTER)
        made.append(
            AgencyFile(
                code=agency,
                name=draw(TEXT),
                short_name=draw(TEXT),
                need_id=draw(TEXT),
                need_en=draw(TEXT),
                icon="file-text",
                prefix=letter,
                position=position,
                hours=draw(st.just(()) | st.just(MORNINGS)),
                services=tuple(
                    draw(service_file(f"{agency}-{code}", [letter, draw(LETTER)], codes))
                    for code in share
                ),
            )
        )
    return Catalogue(agencies=tuple(made))


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load_config(ROOT / "config.toml")


@pytest.fixture
def filled(database: Database, shipped: Config) -> Database:
    with database.transaction() as session:
        fill(session, shipped)
    return database


def stored(database: Database) -> Catalogue:
    with database.reading() as session:
        return stored_catalogue(session, session.scalars(select(Mall)).one())


def test_after_the_first_start_the_export_is_the_shipped_files_byte_for_byte(
    filled: Database,
) -> None:
    files = {f"{agency.code}.toml": written(agency) for agency in stored(filled).agencies}
    assert files == {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "catalogue").glob("*.toml")
    }


@pytest.mark.slow
@settings(max_examples=30)
@given(first=catalogue(), second=catalogue())
def test_any_catalogue_comes_back_unchanged_also_over_another(
    first: Catalogue, second: Catalogue
) -> None:
    database = Database("sqlite://")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        place = mall(session)
        for one in (first, second, first):
            fill_catalogue(session, place, one)
            session.expire_all()
            assert stored_catalogue(session, place) == one
    database.close()


@settings(max_examples=30)
@given(one=catalogue(), other=catalogue())
def test_two_catalogues_differ_in_no_line_only_when_they_are_equal(
    one: Catalogue, other: Catalogue
) -> None:
    assert differences(one, one) == []
    assert (differences(one, other) == []) == (one == other)


def smaller(config: Config) -> Config:
    """The shipped settings without the first service of Dukcapil, and one text changed."""
    first, *others = config.catalogue.agencies
    _, second, *rest = first.services
    changed = first.model_copy(
        update={"services": (second.model_copy(update={"promise_minutes": 7}), *rest)}
    )
    return config.model_copy(update={"catalogue": Catalogue(agencies=(changed, *others))})


def test_import_keeps_a_dropped_service_out_of_use_and_tells_the_journal(
    filled: Database, shipped: Config
) -> None:
    wanted = smaller(shipped)
    dropped, usual = (
        shipped.catalogue.agencies[0].services[0].code,
        shipped.catalogue.agencies[0].services[1].promise_minutes,
    )
    changed = wanted.catalogue.agencies[0].services[0].code
    with filled.transaction() as session:
        place = session.scalars(select(Mall)).one()
        assert f"dukcapil: - service {dropped}" in differences(
            stored_catalogue(session, place), wanted.catalogue
        )
        import_catalogue(session, place, wanted, at=MONDAY)
    assert stored(filled) == wanted.catalogue
    assert differences(shipped.catalogue, wanted.catalogue)[-1] == (
        f"dukcapil: {changed}: promise_minutes: {usual} → 7"
    )
    with filled.reading() as session:
        assert not session.scalars(select(Service).where(Service.code == dropped)).one().in_use
        assert session.scalars(select(JournalEntry.kind)).all() == [CatalogueChanged.__name__]


def test_papers_that_stay_keep_their_ids_because_steps_remember_them(
    filled: Database, shipped: Config
) -> None:
    def papers(database: Database) -> dict[int, str]:
        with database.reading() as session:
            return {one.id: one.text_id for one in session.scalars(select(Requirement))}

    before = papers(filled)
    with filled.transaction() as session:
        fill_catalogue(session, session.scalars(select(Mall)).one(), shipped.catalogue)
    assert papers(filled) == before


def test_desks_offer_a_service_that_an_import_brings(filled: Database, shipped: Config) -> None:
    def offered() -> set[tuple[str, str]]:
        pairs = (
            select(Desk.number, Service.code)
            .join(DeskService, DeskService.desk_id == Desk.id)
            .join(Service, Service.id == DeskService.service_id)
        )
        with filled.reading() as session:
            return {(number, code) for number, code in session.execute(pairs)}

    everything = offered()
    for one in (smaller(shipped), shipped):
        with filled.transaction() as session:
            import_catalogue(session, session.scalars(select(Mall)).one(), one, at=MONDAY)
    assert offered() == everything
    assert len(everything) > len(shipped.desks)


def test_a_catalogue_survives_the_way_through_files(tmp_path: Path, filled: Database) -> None:
    for agency in stored(filled).agencies:
        (tmp_path / f"{agency.code}.toml").write_text(written(agency), encoding="utf-8")
    assert load_catalogue(tmp_path) == stored(filled)


def test_hours_of_an_agency_are_told_apart_by_their_days(shipped: Config) -> None:
    first, *others = shipped.catalogue.agencies
    keeping = first.model_copy(update={"hours": MORNINGS})
    later = MORNINGS[1].model_copy(update={"closes": time(11, 30)})
    midday = MORNINGS[2].model_copy(update={"opens": time(8), "closes": time(12)})
    changed = first.model_copy(update={"hours": (MORNINGS[0], later, midday)})
    before, after = (Catalogue(agencies=(one, *others)) for one in (keeping, changed))
    assert differences(shipped.catalogue, before) == [
        f"{first.code}: + hours monday, wednesday",
        f"{first.code}: + hours friday",
        f"{first.code}: + hours sunday",
    ]
    assert differences(before, after) == [
        f"{first.code}: friday: closes: 11:00:00 → 11:30:00",
        f"{first.code}: sunday: opens: 20:00:00 → 08:00:00",
        f"{first.code}: sunday: closes: 24:00 → 12:00:00",
    ]
