"""Reads the folder of catalogue files and checks what no single file can know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pydantic import TypeAdapter

from counter.files.catalogue import LAST_RANK, AgencyFile, ServiceFile
from counter.files.problems import Problem, unknown
from counter.files.toml_file import TomlFile, complain_twice
from counter.files.toml_lines import KeyPath

PAIRS = ("subtitle", "completion", "fee_note", "product")


class CatalogueFiles:
    """The files of a catalogue, sound or not; `problems` names all that is wrong in them."""

    def __init__(self, folder: Path) -> None:
        self.agencies: list[AgencyFile] = []
        # Also what stands in tables with problems, for those who refer to it.
        self.services_by_agency: dict[str, list[str]] = {}
        self._folder = folder
        self.files = [TomlFile(path) for path in sorted(folder.glob("*.toml"))]
        kind = TypeAdapter(AgencyFile)
        for file in self.files:
            agency = None if file.problems else file.checked(kind, (), file.raw)
            if agency is not None:
                self.agencies.append(agency)
            self.services_by_agency[file.path.stem] = file.names("services")
        self.agencies.sort(key=lambda agency: (agency.position, agency.code))
        self._check()

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong in these files."""
        if not self.files:
            missing = "holds no catalogue file (<agency>.toml)"
            found = missing if self._folder.is_dir() else "there is no such folder"
            return [Problem(self._folder, 1, "", found)]
        return [problem for file in self.files for problem in file.problems]

    @property
    def empty(self) -> bool:
        """Whether there is no file at all, and so nothing that others could refer to."""
        return not self.files

    @property
    def codes(self) -> list[str]:
        """The codes of all services."""
        return [code for codes in self.services_by_agency.values() for code in codes]

    def _services(self) -> Iterator[tuple[TomlFile, KeyPath, ServiceFile]]:
        for file in self.files:
            for path, service in file.sound(ServiceFile, "services"):
                yield file, path, service

    def _check(self) -> None:
        services = list(self._services())
        self._check_agencies()
        complain_twice(
            "the service code", [(file, (*at, "code"), one.code) for file, at, one in services]
        )
        complain_twice(
            "the popular rank",
            [(file, (*at, "popular"), one.popular) for file, at, one in services if one.popular],
        )
        after = {service.code: service.after for _, _, service in services}
        for file, path, service in services:
            self._check_references(file, path, service)
            _check_pairs(file, path, service)
            if _leads_to_itself(service.code, after):
                file.complain((*path, "after"), f'"{service.code}" would have to come after itself')

    def _check_agencies(self) -> None:
        positions: list[tuple[TomlFile, KeyPath, object]] = []
        for file in self.files:
            code, position = file.raw.get("code"), file.raw.get("position")
            if isinstance(code, str) and code != file.path.stem:
                file.complain(("code",), f'must be "{file.path.stem}", like the name of the file')
            # One that is no rank has been told of, and may not even be comparable.
            if isinstance(position, int) and 1 <= position <= LAST_RANK:
                positions.append((file, ("position",), position))
        complain_twice("the position", positions)

    def check_prefixes(self, zones: Mapping[str, Collection[str]]) -> None:
        """In each zone letters belong to one agency, or a number would not say where its queue is.

        `zones` are those where each service is called, by its code. Agencies that no zone has in
        common may share letters: the numbers behind them go on counting, so none is given twice.
        """
        owners: dict[tuple[str, str], TomlFile] = {}
        for file in self.files:
            services = list(file.sound(ServiceFile, "services"))
            own = [((*path, "prefix"), one.prefix, [one]) for path, one in services if one.prefix]
            plain = [one for _, one in services if not one.prefix]
            shared = [(("prefix",), file.raw.get("prefix"), plain)] if plain else []
            for path, prefix, called in (*shared, *own):
                if isinstance(prefix, str):
                    places = {zone for one in called for zone in zones.get(one.code, ())}
                    _claim(owners, file, path, prefix, places)

    def _check_references(self, file: TomlFile, path: KeyPath, service: ServiceFile) -> None:
        if service.after is not None and service.after not in self.codes:
            file.complain((*path, "after"), unknown("service", service.after, self.codes))
        cases = [case.code for case in service.cases]
        complain_twice(
            "the case",
            [(file, (*path, "cases", at, "code"), code) for at, code in enumerate(cases)],
        )
        for at, requirement in enumerate(service.requirements):
            here = (*path, "requirements", at)
            for index, code in enumerate(requirement.cases):
                if code not in cases:
                    file.complain((*here, "cases", index), unknown("case", code, cases))
            issuer = requirement.available_here
            if issuer is not None and issuer not in self.codes:
                file.complain((*here, "available_here"), unknown("service", issuer, self.codes))
            if issuer == service.code:
                file.complain((*here, "available_here"), "a service cannot ask for its own product")


def _claim(
    owners: dict[tuple[str, str], TomlFile],
    file: TomlFile,
    path: KeyPath,
    prefix: str,
    zones: Collection[str],
) -> None:
    for zone in sorted(zones):
        owner = owners.setdefault((zone, prefix), file)
        if owner is not file:
            file.complain(path, f"{prefix} is taken in the zone {zone} by {owner.path.name}")
            return


def _check_pairs(file: TomlFile, path: KeyPath, service: ServiceFile) -> None:
    for key in PAIRS:
        said = {one: getattr(service, f"{key}_{one}") for one in ("id", "en")}
        if bool(said["id"]) != bool(said["en"]):
            there, missing = ("id", "en") if said["id"] else ("en", "id")
            file.complain((*path, f"{key}_{missing}"), f"is missing, but {key}_{there} is given")
    if service.fee_idr is None and not service.fee_note_id:
        file.complain(
            (*path, "fee_idr"), "give the fee (0 is free), or say in fee_note_id what it is"
        )


def _leads_to_itself(code: str, after: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    earlier = after.get(code)
    while earlier is not None and earlier not in seen:
        if earlier == code:
            return True
        seen.add(earlier)
        earlier = after.get(earlier)
    return False
