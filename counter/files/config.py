"""Turns config.toml, with the catalogue beside it, into one frozen and checked value.

Whatever is wrong is told at once, each problem with its file and line: an installer mends a
file in one go, not key by key.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from counter.files.catalogue import Catalogue
from counter.files.catalogue_files import CatalogueFiles
from counter.files.database_address import kept_nowhere, wrong_address
from counter.files.hours_checks import check_hours
from counter.files.problems import ConfigError, Problem, unknown
from counter.files.settings import (
    BoardSettings,
    DeskSettings,
    KioskSettings,
    PrinterSettings,
    Settings,
    ZoneSettings,
)
from counter.files.signs import FLOWERS, Flower
from counter.files.toml_file import TomlFile, complain_twice
from counter.files.toml_lines import KeyPath
from models.mall.signs import spoken_parts
from printing.ink.layout import paper_for
from printing.ink.logo import NoPicture, seen_in

__all__ = ["Config", "ConfigError", "Problem", "load_config"]

NAMED: Final[dict[str, type[ZoneSettings | PrinterSettings | KioskSettings | BoardSettings]]] = {
    "zones": ZoneSettings,
    "printers": PrinterSettings,
    "kiosks": KioskSettings,
    "boards": BoardSettings,
}


class Config(Settings):
    """The settings and the catalogue of one mall; `file` is where the settings came from.

    The desks' `services` are plain service codes here: `agency:…` has been written out.
    """

    file: Path
    catalogue: Catalogue

    @property
    def data_dir(self) -> Path:
        """Where the program keeps its data; relative settings begin at the file's folder."""
        return self.file.parent / self.server.data_dir

    @property
    def database_url(self) -> str:
        """The database to use: the one that is set, or the SQLite file in `data_dir`."""
        return self.server.database_url or f"sqlite:///{self.data_dir / 'balai.db'}"

    @property
    def logo(self) -> Path | None:
        """The picture that stands for the house's mark on paper, None without one."""
        return self.file.parent / self.slip.logo if self.slip.logo else None


def load_config(path: Path, *, catalogue_dir: Path | None = None) -> Config:
    """Read config.toml at `path` and the catalogue that it names, or the one in `catalogue_dir`.

    Raises ConfigError with every problem of all these files.
    """
    source = TomlFile(path)
    if source.problems:
        raise ConfigError(source.problems)
    settings = source.checked(TypeAdapter(Settings), (), source.raw)
    catalogue = CatalogueFiles(catalogue_dir or path.parent / _catalogue_dir(source))
    _check_names(source)
    check_hours(source, catalogue)
    _check_logo(source, settings)
    _check_printers(source)
    _check_where_data_lie(source, settings)
    desks = _check_desks(source, catalogue)
    problems = source.problems + catalogue.problems
    if settings is None or problems:
        raise ConfigError(problems)
    sections = {name: getattr(settings, name) for name in Settings.model_fields}
    agencies = Catalogue(agencies=tuple(catalogue.agencies))
    sections["zones"] = _told_apart(settings.zones)
    return Config.model_validate(
        sections | {"desks": desks, "file": path.absolute(), "catalogue": agencies}
    )


def _catalogue_dir(source: TomlFile) -> str:
    server = source.raw.get("server")
    folder = server.get("catalogue_dir") if isinstance(server, dict) else None
    return folder if isinstance(folder, str) and folder else "catalogue"


def _check_names(source: TomlFile) -> None:
    """Nothing has two owners of one name, and every name that is used has one."""
    zones, printers = source.names("zones"), source.names("printers")
    for key, model in NAMED.items():
        complain_twice(
            "the code",
            [(source, (*at, "code"), one.code) for at, one in source.sound(model, key)],
        )
    complain_twice(
        "the name",
        [(source, (*at, "name"), one.name) for at, one in source.sound(ZoneSettings, "zones")],
    )
    for path, board in source.sound(BoardSettings, "boards"):
        if board.zone and board.zone not in zones:
            source.complain((*path, "zone"), unknown("zone", board.zone, zones))
    for path, kiosk in source.sound(KioskSettings, "kiosks"):
        if kiosk.printer not in printers:
            source.complain((*path, "printer"), unknown("printer", kiosk.printer, printers))
        if kiosk.fallback and kiosk.fallback not in printers:
            source.complain((*path, "fallback"), unknown("printer", kiosk.fallback, printers))


def _check_logo(source: TomlFile, settings: Settings | None) -> None:
    """A logo that is named can be printed: whoever looks for it at the printer looks too late."""
    logo = "" if settings is None else settings.slip.logo
    if not logo:
        return
    file = source.path.parent / logo
    if not file.is_file():
        source.complain(("slip", "logo"), f'there is no file "{logo}"')
        return
    try:
        seen_in(file)
    except NoPicture:
        source.complain(
            ("slip", "logo"), f'"{logo}" is no picture that can be printed; make it a PNG'
        )


def _check_printers(source: TomlFile) -> None:
    """A printer has the profile that is named, and room for its columns."""
    for path, one in source.sound(PrinterSettings, "printers"):
        try:
            paper_for(one.columns, one.profile, cut=one.cut)
        except ValueError as error:
            source.complain((*path, "profile"), str(error))


def _check_where_data_lie(source: TomlFile, settings: Settings | None) -> None:
    url = "" if settings is None else settings.server.database_url
    if url and (wrong := wrong_address(url)):
        source.complain(("server", "database_url"), wrong)
    folder = "" if settings is None else settings.server.data_dir
    if "?" in folder:
        source.complain(("server", "data_dir"), 'must be without "?"')
    elif folder and (wrong := kept_nowhere(source.path.parent / folder)):
        source.complain(("server", "data_dir"), wrong)


def _check_desks(source: TomlFile, catalogue: CatalogueFiles) -> tuple[DeskSettings, ...]:
    """Return the desks with their services written out, one code each."""
    desks = source.sound(DeskSettings, "desks")
    zones, printers = source.names("zones"), source.names("printers")
    # "4k1" and "4K1", or "01" and 1, would be called alike.
    signs = [(source, (*at, "number"), "".join(spoken_parts(one.number))) for at, one in desks]
    complain_twice("the number", signs)
    written_out: list[DeskSettings] = []
    for path, desk in desks:
        if desk.zone not in zones:
            source.complain((*path, "zone"), unknown("zone", desk.zone, zones))
        if desk.printer and desk.printer not in printers:
            source.complain((*path, "printer"), unknown("printer", desk.printer, printers))
        offered: list[str] = []
        for at, name in enumerate(desk.services):
            if catalogue.empty:  # which is one problem, and told already
                break
            where = (*path, "services", at)
            meant = _codes_meant(source, where, name, catalogue)
            if set(meant) & set(offered):
                source.complain(where, f'"{name}" offers again what this desk offers already')
            offered += meant
        written_out.append(desk.model_copy(update={"services": tuple(offered)}))
    catalogue.check_prefixes(_called_in(written_out))
    if not any(problem.path.startswith("desks") for problem in source.problems):
        served = {code for desk in written_out for code in desk.services}
        for code in catalogue.codes:
            if code not in served:
                source.complain(("desks",), f'no desk offers the service "{code}"')
    return tuple(written_out)


def _called_in(desks: Iterable[DeskSettings]) -> dict[str, set[str]]:
    """Return the zones where each service is called, by its code."""
    called: dict[str, set[str]] = {}
    for desk in desks:
        for code in desk.services:
            called.setdefault(code, set()).add(desk.zone)
    return called


def _told_apart(zones: tuple[ZoneSettings, ...]) -> tuple[ZoneSettings, ...]:
    """Return the zones with a flower each, as long as there are flowers.

    Nobody finds a place that looks like another: a flower that an earlier zone has gives way to
    the first that no zone asks for.
    """
    free = [one for one in FLOWERS if one not in {zone.flower for zone in zones}]
    taken: set[Flower] = set()
    apart: list[ZoneSettings] = []
    for zone in zones:
        flower = free.pop(0) if zone.flower in taken and free else zone.flower
        taken.add(flower)
        apart.append(zone.model_copy(update={"flower": flower}))
    return tuple(apart)


def _codes_meant(
    source: TomlFile, path: KeyPath, name: str, catalogue: CatalogueFiles
) -> list[str]:
    """Return the services behind `name`, a service code or `agency:<code>`."""
    agencies = catalogue.services_by_agency
    if name.startswith("agency:"):
        agency = name.removeprefix("agency:")
        if agency in agencies:
            return agencies[agency]
        source.complain(path, unknown("agency", agency, list(agencies)))
    elif name in catalogue.codes:
        return [name]
    else:
        source.complain(path, unknown("service", name, catalogue.codes))
    return []
