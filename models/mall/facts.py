"""Services, zones and desks as a press needs them: frozen values, read once for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from models.core.errors import BadInput
from models.mall.fees import ServiceFee
from models.mall.signs import bare_name


@dataclass(frozen=True)
class NeededPaper:
    """Something to bring; in every case when `case_codes` is empty."""

    text_id: str
    text_en: str
    case_codes: tuple[str, ...]


@dataclass(frozen=True)
class CaseFacts:
    """Why somebody needs a service; one that is out of use is chosen no more."""

    code: str
    name_id: str
    name_en: str
    in_use: bool


@dataclass(frozen=True)
class ServiceFacts:
    """A service as a press needs it; its cases by id, in the catalogue's order."""

    id: int
    name_id: str
    name_en: str
    agency_id: int
    agency: str
    prefix: str
    handling: timedelta
    promise: timedelta  # of waiting, to the public
    fee: ServiceFee
    daily_quota: int | None
    after_id: int | None
    in_use: bool
    cases: Mapping[int, CaseFacts]
    papers: tuple[NeededPaper, ...]

    def needed_for(self, case_id: int | None) -> list[NeededPaper]:
        """Return what to bring in the case, in order; what every case needs without one."""
        case = None if case_id is None else self.cases.get(case_id)
        code = None if case is None else case.code
        return [one for one in self.papers if not one.case_codes or code in one.case_codes]

    def lacks_reason(self, case_id: int | None) -> bool:
        """Tell whether more papers may be needed than one can say before a case is chosen."""
        unknown = case_id is None or case_id not in self.cases
        return unknown and any(one.case_codes for one in self.papers)

    def require_case(self, case_id: int | None) -> None:
        """Raise BadInput for a case that is none of this service's, or is chosen no more."""
        if case_id is not None and not ((case := self.cases.get(case_id)) and case.in_use):
            raise BadInput(field="case")


@dataclass(frozen=True)
class ZoneFacts:
    """A waiting area: its name, its flower, and where it lies."""

    id: int
    name: str
    flower: str
    place_id: str
    place_en: str

    @property
    def bare_name(self) -> str:
        """The name as it stands behind the word "zona"."""
        return bare_name(self.name)


@dataclass(frozen=True)
class DeskFacts:
    """A desk: its number, its zone, and the ids of the services that it offers."""

    id: int
    number: str
    zone_id: int
    in_use: bool
    services: frozenset[int]

    @property
    def offers(self) -> frozenset[int]:
        """What it offers now: nothing when it is out of use."""
        return self.services if self.in_use else frozenset()
