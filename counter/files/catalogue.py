"""What the mall serves, as `catalogue/<agency>.toml` says it: frozen values, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import tomlkit
from pydantic import Field, StringConstraints
from tomlkit.items import Table

from counter.files.hours import END_OF_DAY, DayHours, said_time
from counter.files.spellings import CODE, PREFIX
from counter.files.toml_file import Code, Frozen, OptionalText, Text

Prefix = Annotated[str, StringConstraints(pattern=PREFIX)]
Icon = Annotated[str, StringConstraints(pattern=CODE)]
DeskMinutes = Annotated[int, Field(ge=1, le=480)]
LAST_RANK = 9999
Rank = Annotated[int, Field(ge=1, le=LAST_RANK)]
# What PostgreSQL's integer holds, in a round number.
Rupiah = Annotated[int, Field(ge=0, le=2_000_000_000)]


class CaseFile(Frozen):
    """Why somebody needs the service ("hilang", "rusak"); decides what to bring."""

    code: Code
    name_id: Text
    name_en: Text


class RequirementFile(Frozen):
    """Something to bring; for every case of the service when `cases` is empty."""

    text_id: Text
    text_en: Text
    cases: tuple[Code, ...] = ()
    available_here: Code | None = None  # a service of this mall that issues it during the visit


class ServiceFile(Frozen):
    """A layanan, with what its agency must publish about it (UU 25/2009, article 21)."""

    code: Code
    name_id: Text
    name_en: Text
    subtitle_id: OptionalText = ""
    subtitle_en: OptionalText = ""
    prefix: Prefix | None = None  # None: the letters of the agency
    icon: Icon
    popular: Rank | None = None
    handling_minutes: DeskMinutes  # mean at the desk; the forecast reckons with it
    target_minutes: DeskMinutes  # at the desk; what an officer aims for
    promise_minutes: DeskMinutes  # of waiting; what the public is promised
    completion_id: OptionalText = ""
    completion_en: OptionalText = ""
    fee_idr: Rupiah | None = None  # 0 is free; None is as the note says
    fee_note_id: OptionalText = ""
    fee_note_en: OptionalText = ""
    product_id: OptionalText = ""
    product_en: OptionalText = ""
    legal_basis: OptionalText = ""
    checked_on: date | None = None
    daily_quota: Annotated[int, Field(ge=1, le=9999)] | None = None
    after: Code | None = None
    private_outcome: bool = False
    cases: tuple[CaseFile, ...] = ()
    requirements: tuple[RequirementFile, ...] = ()


class AgencyFile(Frozen):
    """An instansi and its services, in the order in which screens list them."""

    code: Code
    name: Text
    short_name: Text
    need_id: Text  # in the citizen's words: "KTP, KK, akta"
    need_en: Text
    icon: Icon
    prefix: Prefix
    position: Rank
    hours: tuple[DayHours, ...] = ()  # empty: those of the hall
    services: Annotated[tuple[ServiceFile, ...], Field(min_length=1)]

    def prefix_of(self, service: ServiceFile) -> str:
        """Return the letters on the numbers of `service`."""
        return service.prefix or self.prefix


class Catalogue(Frozen):
    """All agencies, by position."""

    agencies: tuple[AgencyFile, ...]

    def services(self) -> Iterator[tuple[AgencyFile, ServiceFile]]:
        """Go through every service with its agency."""
        for agency in self.agencies:
            for service in agency.services:
                yield agency, service


HEADING = (
    "What {} serves in this mall.",
    "Each key is explained in catalogue/README.md. The program writes this file in just this",
    "form, so that a change shows as that change alone.",
)


def written(agency: AgencyFile) -> str:
    """Return the file of `agency`; the same agency always gives the same text."""
    document = tomlkit.document()
    for line in HEADING:
        document.add(tomlkit.comment(line.format(agency.short_name)))
    document.add(tomlkit.nl())
    _fill(document, agency)
    return document.as_string()


def write_catalogue(catalogue: Catalogue, folder: Path) -> None:
    """Write each agency to `<code>.toml` in `folder`; other files there are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for agency in catalogue.agencies:
        (folder / f"{agency.code}.toml").write_text(written(agency), encoding="utf-8")


def _fill(table: tomlkit.TOMLDocument | Table, value: Frozen) -> None:
    """Put the fields of `value` in their order, but for those that say nothing."""
    for name, field in type(value).model_fields.items():
        content = getattr(value, name)
        if not field.is_required() and content == field.default:
            continue
        if isinstance(content, tuple) and isinstance(content[0], Frozen):
            tables = tomlkit.aot()
            for one in content:
                inner = tomlkit.table()
                _fill(inner, one)
                tables.append(inner)
            table.add(name, tables)
        elif content == END_OF_DAY:
            table.add(name, said_time(END_OF_DAY))
        else:
            table.add(name, list(content) if isinstance(content, tuple) else content)
