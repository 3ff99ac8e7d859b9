"""The shipped catalogue is sound and written as the program writes; wrong ones are told fully."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from counter.files.catalogue import (
    AgencyFile,
    CaseFile,
    Catalogue,
    RequirementFile,
    ServiceFile,
    write_catalogue,
    written,
)
from counter.files.config import load_config
from counter.files.hours import WEEKDAYS, Break, DayHours
from counter.files.problems import ConfigError
from tests.counter.files.catalogues import load_catalogue

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "catalogue"
ICONS = ROOT / "node_modules" / "lucide-static" / "icons"
# Letters whose Indonesian names are easily taken for each other in a noisy hall.
SOUND_ALIKE = ("BCDEGJPTVWY", "MN", "FS")

AGENCY = """\
code = "{code}"
name = "Dinas"
short_name = "Dinas"
need_id = "Surat"
need_en = "Letters"
icon = "file-text"
prefix = "{prefix}"
position = {position}
"""
SERVICE = """
[[services]]
code = "{code}"
name_id = "Surat"
name_en = "Letter"
icon = "file-text"
handling_minutes = 10
target_minutes = 15
promise_minutes = 30
fee_idr = 0
{more}"""


def service(code: str, more: str = "") -> str:
    return SERVICE.format(code=code, more=more)


def agency_file(
    folder: Path, code: str, *services: str, prefix: str = "A", position: int = 1
) -> Path:
    path = folder / f"{code}.toml"
    head = AGENCY.format(code=code, prefix=prefix, position=position)
    path.write_text(head + "".join(services), encoding="utf-8")
    return path


def told(folder: Path) -> list[str]:
    """The problems of the catalogue in `folder`, without the folder's name."""
    with pytest.raises(ConfigError) as caught:
        load_catalogue(folder)
    return [str(one).removeprefix(f"{folder}/") for one in caught.value.problems]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return load_catalogue(SHIPPED)


def test_shipped_catalogue_has_twelve_agencies_and_thirty_services(shipped: Catalogue) -> None:
    assert [agency.position for agency in shipped.agencies] == list(range(1, 13))
    assert len(list(shipped.services())) == 30


def test_shipped_files_are_what_the_program_would_write(shipped: Catalogue) -> None:
    for agency in shipped.agencies:
        text = (SHIPPED / f"{agency.code}.toml").read_text(encoding="utf-8")
        assert written(agency) == text


def test_three_services_are_the_popular_ones(shipped: Catalogue) -> None:
    ranks = {one.popular: one.code for _, one in shipped.services() if one.popular}
    assert ranks == {1: "ktp-el", 2: "skck", 3: "nib"}


def test_every_case_of_a_shipped_service_has_something_to_say(shipped: Catalogue) -> None:
    # "Sidik jari" alone asks for nothing: fingers are enough.
    for _, one in shipped.services():
        for case in one.cases:
            asked = [need for need in one.requirements if not need.cases or case.code in need.cases]
            assert asked or case.code == "sidik-jari", (one.code, case.code)


def test_a_paper_that_is_made_here_is_made_first(shipped: Catalogue) -> None:
    issued = [
        (one.code, one.after, need.available_here)
        for _, one in shipped.services()
        for need in one.requirements
        if need.available_here
    ]
    assert ("ktp-el", "surat-kehilangan", "surat-kehilangan") in issued
    assert [row for row in issued if row[1] != row[2]] == []


def test_an_entry_that_nobody_checked_promises_no_fee_but_free(shipped: Catalogue) -> None:
    for _, one in shipped.services():
        assert one.checked_on or not one.fee_idr, one.code


def test_letters_called_in_one_zone_do_not_sound_alike(shipped: Catalogue) -> None:
    config = load_config(ROOT / "config.toml")
    letters = {one.code: agency.prefix_of(one) for agency, one in shipped.services()}
    for zone in config.zones:
        heard = {
            letters[code]
            for desk in config.desks
            if desk.zone == zone.code
            for code in desk.services
        }
        assert heard
        for alike in SOUND_ALIKE:
            assert len(heard & set(alike)) < 2, (zone.code, heard)


@pytest.mark.skipif(
    not ICONS.is_dir(), reason="the icons are not installed; make set-up fetches them"
)
def test_every_icon_can_be_drawn(shipped: Catalogue) -> None:
    icons = {agency.icon for agency in shipped.agencies}
    icons |= {one.icon for _, one in shipped.services()}
    assert not {icon for icon in icons if not (ICONS / f"{icon}.svg").is_file()}


def test_readme_explains_every_key_and_no_other() -> None:
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    explained = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    models = (AgencyFile, ServiceFile, RequirementFile)
    assert explained == {key for model in models for key in model.model_fields}
    for key in CaseFile.model_fields:
        assert f"`{key}`" in text


# Any text that one line of a file may hold.
texts = (
    st.text(st.characters(blacklist_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
maybe_text = texts | st.just("")
codes = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
minutes = st.integers(1, 480)
case_codes = st.lists(codes, unique=True, max_size=3)


@st.composite
def services(draw: st.DrawFn, code: str, others: list[str]) -> ServiceFile:
    cases = draw(case_codes)
    subtitle = draw(st.sampled_from([("", ""), ("a", "b"), ('"', "\\")]))
    of_cases = st.lists(st.sampled_from(cases), unique=True) if cases else st.just([])
    requirements: SearchStrategy[RequirementFile] = st.builds(
        RequirementFile,
        text_id=texts,
        text_en=texts,
        cases=of_cases.map(tuple),
        available_here=st.none() | st.sampled_from(others) if others else st.none(),
    )
    return ServiceFile(
        code=code,
        name_id=draw(texts),
        name_en=draw(texts),
        subtitle_id=subtitle[0],
        subtitle_en=subtitle[1],
        icon=draw(codes),
        handling_minutes=draw(minutes),
        target_minutes=draw(minutes),
        promise_minutes=draw(minutes),
        fee_idr=draw(st.integers(0, 10**9)),
        legal_basis=draw(maybe_text),
        checked_on=draw(st.none() | st.dates(min_value=date(1970, 1, 1))),
        daily_quota=draw(st.none() | st.integers(1, 999)),
        after=draw(st.none() | st.sampled_from(others)) if others else None,
        private_outcome=draw(st.booleans()),
        cases=tuple(CaseFile(code=one, name_id=draw(texts), name_en=draw(texts)) for one in cases),
        requirements=tuple(draw(st.lists(requirements, max_size=3))),
    )


@st.composite
def day_hours(draw: st.DrawFn) -> DayHours:
    opens, starts, ends, closes = (
        time(*divmod(minute, 60))
        for minute in sorted(draw(st.sets(st.integers(0, 1439), min_size=4, max_size=4)))
    )
    pauses = draw(st.just(()) | st.just((Break(starts=starts, ends=ends),)))
    day = draw(st.sampled_from(WEEKDAYS))
    return DayHours(days=(day,), opens=opens, closes=closes, breaks=pauses)


@st.composite
def agencies(draw: st.DrawFn) -> AgencyFile:
    chosen = draw(st.lists(codes, unique=True, min_size=1, max_size=3))
    # A service only ever comes after those above it, so none comes after itself.
    offered = [draw(services(code, chosen[:at])) for at, code in enumerate(chosen)]
    return AgencyFile(
        code=draw(codes),
        name=draw(texts),
        short_name=draw(texts),
        need_id=draw(texts),
        need_en=draw(texts),
        icon=draw(codes),
        prefix=draw(st.sampled_from("AHKLRSUXZ")),
        position=draw(st.integers(1, 99)),
        hours=tuple(draw(st.lists(day_hours(), max_size=2, unique_by=lambda one: one.days))),
        services=tuple(offered),
    )


@given(agency=agencies())
def test_what_is_written_reads_back_the_same(
    agency: AgencyFile, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("catalogue")
    once = Catalogue(agencies=(agency,))
    write_catalogue(once, folder)
    assert load_catalogue(folder) == once


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    more = 'after = "kartu-keluraga"\n'
    agency_file(tmp_path, "dua", service("kartu-keluarga"), service("surat", more), position=2)
    wrong = 'popular = "satu"\nclerk = "Siti"\n'
    agency_file(tmp_path, "satu", service("surat"), service("akta", wrong), position=2)
    assert told(tmp_path) == [
        (
            "dua.toml:29: services[1].after:"
            ' there is no service "kartu-keluraga" (did you mean "kartu-keluarga"?)'
        ),
        "satu.toml:8: position: the position 2 is taken by dua.toml:8",
        "satu.toml:11: services[0].code: the service code surat is taken by dua.toml:21",
        "satu.toml:29: services[1].popular: must be a whole number, not 'satu'",
        'satu.toml:30: services[1].clerk: there is no setting "clerk"',
    ]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('after = "surat"', '"surat" would have to come after itself'),
        ('prefix = "I"', "must be one or two capital letters, but not I, O or Q, not 'I'"),
        ('subtitle_id = "Satu"', "is missing, but subtitle_id is given"),
        ('product_en = "One"', "is missing, but product_en is given"),
        ('checked_on = "2026-11-23"', "must be a day such as 2026-12-25, not '2026-11-23'"),
        ("daily_quota = 0", "must be 1 or more, not 0"),
        ("daily_quota = 10000", "must be 9999 or less, not 10000"),
        ("popular = 2147483648", "must be 9999 or less, not 2147483648"),
        (f"popular = 0x{'f' * 9999}", "must be 9999 or less, not a number of so many digits"),
        (
            '[[services.cases]]\ncode = "rusak"\nname_id = "a"\nname_en = "a"\n' * 2,
            "the case rusak is taken by dinas.toml:20",
        ),
        (
            '[[services.requirements]]\ntext_id = "a"\ntext_en = "a"\ncases = ["rusak"]',
            'there is no case "rusak"',
        ),
        (
            '[[services.requirements]]\ntext_id = "a"\ntext_en = "a"\navailable_here = "surat"',
            "a service cannot ask for its own product",
        ),
    ],
)
def test_a_wrong_service_is_refused_with_a_sentence(
    tmp_path: Path, more: str, sentence: str
) -> None:
    agency_file(tmp_path, "dinas", service("surat", more))
    (only,) = told(tmp_path)
    assert only.endswith(f": {sentence}")


def test_no_number_is_larger_than_the_database_can_hold(tmp_path: Path) -> None:
    one = service("surat").replace("fee_idr = 0", "fee_idr = 2_000_000_001")
    agency_file(tmp_path, "dinas", one, position=2**31)
    position, fee = told(tmp_path)
    assert position.endswith("position: must be 9999 or less, not 2147483648")
    assert fee.endswith("fee_idr: must be 2000000000 or less, not 2000000001")


def test_a_position_that_is_a_list_is_one_problem(tmp_path: Path) -> None:
    agency_file(tmp_path, "dinas", service("surat"))
    path = tmp_path / "dinas.toml"
    path.write_text(path.read_text().replace("position = 1", "position = [1]"))
    (only,) = told(tmp_path)
    assert only.endswith("position: must be a whole number, not a list")


def test_services_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    first = service("satu", 'after = "dua"\n')
    agency_file(tmp_path, "dinas", first, service("dua", 'after = "satu"\n'))
    assert [line.split(": ", 1)[1] for line in told(tmp_path)] == [
        'services[0].after: "satu" would have to come after itself',
        'services[1].after: "dua" would have to come after itself',
    ]


def test_a_service_without_fee_must_say_what_it_costs(tmp_path: Path) -> None:
    agency_file(
        tmp_path, "dinas", service("surat").replace("fee_idr = 0", "private_outcome = true")
    )
    assert told(tmp_path) == [
        (
            "dinas.toml:10: services[0].fee_idr:"
            " give the fee (0 is free), or say in fee_note_id what it is"
        )
    ]


def test_a_file_must_bear_the_name_of_its_agency(tmp_path: Path) -> None:
    agency_file(tmp_path, "dinas", service("surat")).rename(tmp_path / "kantor.toml")
    assert told(tmp_path) == ['kantor.toml:1: code: must be "kantor", like the name of the file']


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no catalogue file"):
        load_catalogue(tmp_path)
