"""config.toml is complete and explained, and a wrong one is refused with all that is wrong."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from counter.files.config import Config, ConfigError, load_config
from counter.files.hours_cautions import hours_cautions
from counter.files.settings import Settings
from counter.files.toml_lines import KeyPath, lines_of

ROOT = Path(__file__).parents[3]
CASE = ROOT / "tests" / "cases" / "mall-of-26-agencies"
SHIPPED = (ROOT / "config.toml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a config.toml and a catalogue to spoil."""
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    (tmp_path / "config.toml").write_text(SHIPPED, encoding="utf-8")
    return tmp_path


def spoil(folder: Path, *changes: tuple[str, str]) -> None:
    text = SHIPPED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def told(folder: Path) -> list[str]:
    """What is wrong in config.toml, without file and line."""
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "config.toml")
    return [f"{one.path}: {one.message}" for one in caught.value.problems]


def keys_of(kind: object) -> Iterator[tuple[str, ...]]:
    """Every key below a type of the schema, the members of a list under their list's name."""
    models = [kind, *get_args(kind)]
    for nested in get_args(kind):
        models += get_args(nested)
    for model in models:
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, field in model.model_fields.items():
                yield (name,)
                yield from ((name, *inner) for inner in keys_of(field.annotation))


def without_numbers(path: KeyPath) -> tuple[str, ...]:
    return tuple(part for part in path if isinstance(part, str))


def test_shipped_settings_describe_the_example_mall() -> None:
    config = load_config(ROOT / "config.toml")
    assert (config.mall.code, config.mall.region) == ("tirtawangi", "Kabupaten Tirtawangi")
    assert [desk.number for desk in config.desks] == [str(number) for number in range(1, 25)]
    assert [zone.flower for zone in config.zones] == ["melati", "mawar", "kenanga", "cempaka"]
    assert config.server.host == "127.0.0.1"


def test_a_mall_of_26_agencies_and_five_zones_is_accepted() -> None:
    config = load_config(CASE / "config.toml")
    assert len(config.catalogue.agencies) == 26
    assert {"AA", "BB", "CC"} <= {agency.prefix for agency in config.catalogue.agencies}
    flowers = [zone.flower for zone in config.zones]
    assert flowers == ["melati", "mawar", "kenanga", "cempaka", "anggrek"]


def test_letters_belong_to_one_agency_in_each_zone(folder: Path) -> None:
    agency = folder / "catalogue" / "samsat.toml"
    text = agency.read_text(encoding="utf-8")
    # The police of zone mawar has S, Bapenda of the Samsat's own zone has Z.
    agency.write_text(text.replace('prefix = "H"', 'prefix = "S"'), encoding="utf-8")
    load_config(folder / "config.toml")
    agency.write_text(text.replace('prefix = "H"', 'prefix = "Z"'), encoding="utf-8")
    assert told(folder) == ["prefix: Z is taken in the zone cempaka by bapenda.toml"]


def test_a_mark_that_an_editor_puts_first_does_no_harm(folder: Path) -> None:
    for path in (folder / "config.toml", folder / "catalogue" / "polres.toml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_config(folder / "config.toml").mall.code == "tirtawangi"


def test_a_missing_folder_is_one_problem(folder: Path) -> None:
    shutil.rmtree(folder / "catalogue")
    assert told(folder) == [": there is no such folder"]
    (folder / "catalogue").mkdir()
    assert told(folder) == [": holds no catalogue file (<agency>.toml)"]


def test_every_setting_is_in_the_shipped_file_and_nothing_else() -> None:
    present = {without_numbers(path) for path in lines_of(SHIPPED)}
    assert present == set(keys_of(Settings))


def test_every_setting_has_its_sentence_above_it() -> None:
    rows = SHIPPED.splitlines()
    first: dict[tuple[str, ...], int] = {}
    for path, line in lines_of(SHIPPED).items():
        key = without_numbers(path)
        first[key] = min(line, first.get(key, line))
    for key, line in first.items():
        # Tables are headings; the keys in them are what needs explaining.
        if not rows[line - 1].lstrip().startswith("["):
            above = rows[line - 2].strip()
            assert re.match(r"# \S.*\.$", above), (key, above)


def test_desks_offer_all_services_of_the_agency_that_they_name() -> None:
    config = load_config(ROOT / "config.toml")
    dukcapil = next(one for one in config.catalogue.agencies if one.code == "dukcapil")
    assert config.desks[0].services == tuple(one.code for one in dukcapil.services)


def test_relative_folders_begin_where_the_file_lies(folder: Path) -> None:
    config = load_config(folder / "config.toml")
    assert config.data_dir == folder / "var"
    assert config.database_url == f"sqlite:///{folder}/var/balai.db"


def test_a_database_that_is_named_is_used(folder: Path) -> None:
    spoil(folder, ('database_url = ""', 'database_url = "postgresql+psycopg:///balai"'))
    assert load_config(folder / "config.toml").database_url == "postgresql+psycopg:///balai"


def test_a_problem_names_file_line_key_and_what_was_meant(folder: Path) -> None:
    spoil(folder, ('zone = "melati"', 'zone = "melatti"'))
    line = SHIPPED[: SHIPPED.index('zone = "melati"')].count("\n") + 1
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "config.toml")
    assert str(caught.value) == (
        f"{folder}/config.toml:{line}: desks[0].zone:"
        ' there is no zone "melatti" (did you mean "melati"?)'
    )


def test_all_problems_are_told_at_once_in_the_order_of_the_file(folder: Path) -> None:
    spoil(
        folder,
        ("port = 8000", 'port = "8000"'),
        ('code = "tirtawangi"', 'code = "tirtawangi"\ncolour = "red"'),
        ("closes = 15:00:00", "closes = 07:00:00"),
        ('services = ["agency:dinsos"]', 'services = ["agency:dinsoss"]'),
        ('printer = "kiosk-2"', 'printer = "kiosk-3"'),
    )
    catalogue = folder / "catalogue" / "samsat.toml"
    catalogue.write_text(catalogue.read_text().replace("position = 8", "position = 7"))
    assert told(folder) == [
        "position: the position 7 is taken by bapenda.toml:12",
        "server.port: must be a whole number, not '8000'",
        'mall.colour: there is no setting "colour"',
        "hours.days[0].closes: must be later than opens (08:00)",
        'desks[4].services[0]: there is no agency "dinsoss" (did you mean "dinsos"?)',
        'kiosks[1].printer: there is no printer "kiosk-3" (did you mean "kiosk-2"?)',
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[retention]\n", "[retentions]\n", 'retentions: there is no setting "retentions"'),
        ('Asia/Jakarta"', 'Asia/Jakrta"', 'mall.time_zone: there is no time zone "Asia/Jakrta"'),
        ('languages = ["id", "en"]', 'languages = ["id", "id"]', "mall.languages: names a"),
        ('languages = ["id", "en"]', "languages = []", "mall.languages: must not be empty"),
        (
            '"http://127.0.0.1:8000"',
            '"127.0.0.1:8000"',
            "mall.public_url: must be an http or https address",
        ),
        ("opens = 08:00:00", "opens = 08:00:30", "hours.days[0].opens: must be a whole minute"),
        ("opens = 08:00:00", 'opens = "08.00"', "hours.days[0].opens: must be a time such as"),
        (
            "closes = 15:00:00",
            "closes = 00:00:00",
            'hours.days[0].closes: must be later than opens (08:00); the end of the day is "24:00"',
        ),
        ("closes = 15:00:00", 'closes = "24.00"', "hours.days[0].closes: must be a time such as"),
        (
            "starts = 11:30:00",
            "starts = 07:30:00",
            "hours.days[1].breaks: the break 07:30–13:00 is outside the hours 08:00–15:30",
        ),
        (
            "starts = 11:30:00, ends = 13:00:00",
            "starts = 13:00:00, ends = 11:30:00",
            "hours.days[1].breaks[0].ends: must be later than starts (13:00)",
        ),
        (
            "{ starts = 11:30:00, ends = 13:00:00 }",
            "{ starts = 11:30:00, ends = 13:00:00 }, { starts = 12:30:00, ends = 14:00:00 }",
            "hours.days[1].breaks: the break 12:30–14:00 begins before the break above it ends",
        ),
        ('days = ["friday"]', 'days = ["monday"]', "hours.days[1].days[0]: the weekday monday is"),
        ("date = 2027-01-01", "date = 2026-12-25", "holidays[1].date: the day 2026-12-25 is taken"),
        ("number = 2\n", "number = 1\n", "desks[1].number: the number 1 is taken by"),
        ("number = 2\n", 'number = "01"\n', "desks[1].number: the number 1 is taken by"),
        ("number = 2\n", "number = 1000\n", "desks[1].number: must be a whole"),
        ("number = 2\n", 'number = "AB"\n', "desks[1].number: must be a whole"),
        ("number = 2\n", 'number = "4 K1"\n', "desks[1].number: must be a whole"),
        ("number = 2\n", "number = true\n", "desks[1].number: must be a whole"),
        ("until = 2025-12-31", "until = 2025-12-27", "hours.special_days[0].until: must be later"),
        (
            "closes = 12:00:00",
            "closes = 07:00:00",
            "hours.special_days[0].closes: must be later than opens (08:00)",
        ),
        (
            "# When it closes.\ncloses = 12:00:00\n",
            "",
            "hours.special_days[0].closes: give opens and closes, or neither for a closed day",
        ),
        (
            "date = 2025-12-22\n",
            "date = 2025-12-22\ndesk = 24\n",
            "hours.special_days[1].desk: name an agency or a desk, not both",
        ),
        (
            'agency = "imigrasi"',
            'agency = "imigrasy"',
            'hours.special_days[1].agency: there is no agency "imigrasy" (did you mean "imigrasi"',
        ),
        ("desk = 24", "desk = 25", "hours.special_days[2].desk: there is no desk 25"),
        (
            "date = 2025-12-23\n# The number of the desk that alone keeps it.\ndesk = 24",
            "date = 2025-12-30",
            "hours.special_days[2].date: the day 2025-12-30 has its hours in line",
        ),
        (
            "date = 2026-12-25",
            "date = 2025-12-30",
            "hours.special_days[0].date: the day 2025-12-30 is a holiday in line",
        ),
        (
            "{ starts = 12:00:00, ends = 13:00:00 },\n]\n\n[[hours",
            "{ starts = 12:00:00, ends = 16:00:00 },\n]\n\n[[hours",
            "hours.special_days[1].breaks: the break 12:00–16:00 is outside the hours 10:00–14:00",
        ),
        (
            'days = ["monday", "wednesday"]',
            'days = ["monday", "sunday"]',
            "desks[23].hours[0].days[1]: the hall is closed on sunday",
        ),
        (
            'days = ["monday", "wednesday"]',
            'days = ["monday", "monday"]',
            "desks[23].hours[0].days[1]: the weekday monday is taken by config.toml:",
        ),
        (
            'days = ["monday", "wednesday"], opens = 08:00:00, closes = 15:00:00',
            'days = ["monday", "wednesday"], opens = 07:00:00, closes = 15:00:00',
            "desks[23].hours[0].opens: the hall opens at 08:00 on monday",
        ),
        ("number = 2\n", "number = 1\n", "desks[1].number: the number 1 is taken by config.toml:"),
        (
            'services = ["agency:dinsos"]',
            'services = ["agency:dinsos", "bansos"]',
            'desks[4].services[1]: "bansos" offers again what this desk offers already',
        ),
        (
            'services = ["agency:dinsos"]',
            'services = ["bansoss"]',
            'desks[4].services[0]: there is no service "bansoss" (did you mean "bansos"?)',
        ),
        (
            'services = ["agency:dinsos"]',
            'services = ["bansos"]',
            'desks: no desk offers the service "pbi-jkn"',
        ),
        ('kind = "virtual"', 'kind = "network"', "printers[0].host: must be given, because kind"),
        ('kind = "virtual"', 'kind = "file"', "printers[0].path: must be given, because kind"),
        ('host = ""', 'host = "10.0.0.5"', 'printers[0].host: must be "", because'),
        ("columns = 48", "columns = 50", "printers[0].columns: must be 48, 42 or 32, not 50"),
        ('code = "mawar"', 'code = "melati"', "zones[1].code: the code melati is taken by"),
        ('printer = ""', 'printer = "loket"', 'desks[0].printer: there is no printer "loket"'),
        ('zone = ""', 'zone = "aula"', 'boards[0].zone: there is no zone "aula"'),
        ("repeat = 2", "repeat = 9", "voice.repeat: must be 3 or less, not 9"),
        ("priority = 45", "priority = -1", "calling.head_start_minutes.priority: must be"),
        ('name = "Melati"', "", "zones[0].name: is missing"),
        ('name = "Mawar"', 'name = "Melati"', "zones[1].name: the name Melati is taken by"),
        ("127.0.0.1:8000", "127.0.0.1:8000?a=b", "mall.public_url: must be without a space"),
        ('"http://127.0.0.1:8000', '"http://127.0.0.1 :80/a', "mall.public_url: must be"),
        ('"http://127.0.0.1', '"http://a:b@127.0.0.1', "mall.public_url: must be without"),
        ("127.0.0.1:8000", "a" * 120, "mall.public_url: must have 120 characters or fewer"),
        (
            'days = ["friday"]\nopens = 08:00:00',
            'days = ["friday"]\nopens = { at = 07:00:00 }',
            "hours.days[1].opens: must be a time such as 08:00:00, not a table",
        ),
        (
            "opens = 08:00:00",
            "opens = 2026-01-01",
            "hours.days[0].opens: must be a time such as 08:00:00, not 2026-01-01",
        ),
        ("example = true", "example = 07:00:00", "mall.example: must be true or false, not 07:00"),
        (
            'code = "tirtawangi"',
            'code = "Tirta Wangi"',
            "mall.code: must be of small letters, digits and single hyphens, such as",
        ),
        ('region = "', 'region = " ', "mall.region: must be one line of text without spaces"),
        ('variant = "id+f3"', 'variant = "en"', 'voice.variant: must be "id", or "id" with'),
        ('fallback = ""', f'fallback = "{"x" * 99}"', "kiosks[1].fallback: must have 40"),
        ('path = ""', 'path = "/dev/\\u0000"', "printers[0].path: must be one line of text"),
        ("number = 1\n", "number = {}\n", "desks[0].number: must be a whole number"),
        ("port = 8000", f"port = 0x{'f' * 9999}", "server.port: must be 65535 or less, not a numb"),
    ],
)  # fmt: skip
def test_an_impossible_value_is_refused_with_a_sentence(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    spoil(folder, (old, new))
    assert any(line.startswith(sentence) for line in told(folder)), told(folder)


def test_a_broken_file_is_told_with_its_line(folder: Path) -> None:
    spoil(folder, ("port = 8000", "port = = 8000"))
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "config.toml")
    (only,) = caught.value.problems
    assert only.line == SHIPPED[: SHIPPED.index("port = 8000")].count("\n") + 1
    assert only.message.startswith("is not TOML")


def test_a_number_of_thousands_of_digits_is_told_with_its_line(folder: Path) -> None:
    spoil(folder, ("repeat = 2", f"repeat = {'9' * 5000}"))
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "config.toml")
    (only,) = caught.value.problems
    assert only.message == "holds a number of too many digits"
    assert only.line == SHIPPED[: SHIPPED.index("repeat = 2")].count("\n") + 1


def test_a_second_mark_at_the_beginning_is_named(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" * 2 + path.read_bytes())
    assert told(folder) == [": begins with two invisible marks (BOM); save it as UTF-8 without"]


def test_a_desk_with_a_problem_is_still_there_for_others(folder: Path) -> None:
    spoil(folder, ('number = 24\nzone = "mawar"', "number = 24\nzone = 3"))
    assert told(folder) == ["desks[23].zone: must be a text in quotation marks, not 3"]


@pytest.mark.parametrize(
    ("old", "new", "caution"),
    [
        ("", "", ""),
        (
            "intake_cutoff_minutes = 30",
            "intake_cutoff_minutes = 440",
            (
                "hours.days[0]: no number is given between 08:00 and 15:00,"
                " because intake_cutoff_minutes = 440"
            ),
        ),
        (
            "opens = 10:00:00\ncloses = 14:00:00",
            "opens = 07:00:00\ncloses = 14:00:00",
            "hours.special_days[1]: the hall is open from 08:00 until 15:00 only on 2025-12-22",
        ),
        (
            "date = 2025-12-22",
            "date = 2026-12-25",
            (
                "hours.special_days[1]: the hall is closed on 2026-12-25,"
                " so these hours change nothing"
            ),
        ),
        # From a Friday until the next Monday: the days between are closed, and that is no fault.
        ("date = 2025-12-22", "date = 2026-01-09\nuntil = 2026-01-12", ""),
        ("date = 2025-12-22", "date = 2026-01-10\nuntil = 9999-12-31", ""),
    ],
)
def test_hours_that_come_to_nothing_are_noted(
    folder: Path, old: str, new: str, caution: str
) -> None:
    spoil(folder, (old, new))
    found = list(hours_cautions(load_config(folder / "config.toml")))
    assert (caution in found) if caution else (found == [])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:1: cannot be read: No such file"):
        load_config(tmp_path / "config.toml")


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"name = \xff")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load_config(tmp_path / "config.toml")


def test_settings_cannot_be_changed_later() -> None:
    config = load_config(ROOT / "config.toml")
    assert isinstance(config, Config)
    with pytest.raises(ValueError, match="frozen"):
        config.calling.miss_after_seconds = 0


def test_the_shipped_file_is_plain_toml() -> None:
    assert set(tomllib.loads(SHIPPED)) == set(Settings.model_fields)


@pytest.mark.parametrize("wrong", ["nginx", "10.0.0.0/8", "127.0.0.1:8000", "*"])
def test_a_trusted_proxy_is_one_address(folder: Path, wrong: str) -> None:
    spoil(folder, ('trusted_proxy = ""', f'trusted_proxy = "{wrong}"'))
    said = "server.trusted_proxy: must be an IP address such as 127.0.0.1, or empty"
    assert told(folder) == [said]


def test_hours_of_an_agency_lie_inside_those_of_the_hall(folder: Path) -> None:
    hours = '\n[[hours]]\ndays = ["monday", "sunday"]\nopens = 09:00:00\ncloses = 15:30:00\n'
    samsat = folder / "catalogue" / "samsat.toml"
    samsat.write_text(samsat.read_text().replace("\n[[services]]", f"{hours}\n[[services]]", 1))
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "config.toml")
    line = samsat.read_text().split("[[hours]]")[0].count("\n") + 2
    assert [str(problem) for problem in caught.value.problems] == [
        f"{samsat}:{line}: hours[0].days[1]: the hall is closed on sunday",
        f"{samsat}:{line + 2}: hours[0].closes: the hall closes at 15:00 on monday",
    ]


def test_special_days_may_be_left_out(folder: Path) -> None:
    start = SHIPPED.index("# Single days with other hours")
    end = SHIPPED.index("# Days on which the hall stays closed")
    spoil(folder, (SHIPPED[start:end], ""), ("intake_opens_minutes_before = 0\n", ""))
    hours = load_config(folder / "config.toml").hours
    assert (hours.special_days, hours.intake_opens_minutes_before) == ((), 0)
