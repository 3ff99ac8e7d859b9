"""One of each paper, as a day in Tirtawangi could print it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from models.paper.kinds import PaperKind
from printing.papers.checklist import Checklist
from printing.papers.shift import Shift, Tally
from printing.papers.transfer import Transfer
from printing.papers.trial import Trial
from printing.papers.writing import Content
from tests.printing.papers.slips import KTP, URL, slip

AT = datetime(2026, 11, 24, 2, 41, tzinfo=UTC)
_MALL = slip()


def at(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def checklist(language: str = "id", also: str = "") -> Checklist:
    return Checklist(
        mall_name=_MALL.mall_name,
        region=_MALL.region,
        time_zone=_MALL.time_zone,
        language=language,
        also=also,
        need=replace(KTP, case="hilang atau rusak"),
        agency="Dinas Kependudukan dan Pencatatan Sipil",
        printed_at=AT,
        help_desk="Meja informasi di dekat pintu masuk",
        kiosk="Kiosk 1",
    )


def transfer(language: str = "id", also: str = "") -> Transfer:
    return Transfer(
        mall_name=_MALL.mall_name,
        region=_MALL.region,
        time_zone=_MALL.time_zone,
        language=language,
        also=also,
        prefix="A",
        number=58,
        services=("Legalisasi akta",),
        agency="Dinas Kependudukan dan Pencatatan Sipil",
        from_desk="3",
        zone_name="Kenanga",
        zone_flower="kenanga",
        place="Tengah, di belakang lobi",
        desks="11–13",
        transferred_at=AT,
        people_ahead=2,
        expected=(at(0.15), at(0.4)),
        follow_url=URL,
    )


def shift(language: str = "id", also: str = "") -> Shift:
    return Shift(
        mall_name=_MALL.mall_name,
        region=_MALL.region,
        time_zone=_MALL.time_zone,
        language=language,
        also=also,
        officer="Wening Prasasti",
        desk="3",
        zone_name="Melati",
        began_at=at(-1.7),
        ended_at=at(6.3),
        served=41,
        mean=timedelta(minutes=7, seconds=28),
        outcomes=(
            Tally("issued", 29),
            Tally("accepted", 7),
            Tally("returned", 3),
            Tally("consulted", 2),
        ),
        missed=4,
        transferred=2,
        breaks=((at(0.5), at(0.75)), (at(2.35), at(3.3))),
    )


def trial(language: str = "id", also: str = "") -> Trial:
    return Trial(
        mall_name=_MALL.mall_name,
        region=_MALL.region,
        time_zone=_MALL.time_zone,
        language=language,
        also=also,
        printer="kiosk-1",
        url="https://antre.tirtawangi.go.id",
        printed_at=AT,
    )


ONE_OF_EACH: MappingProxyType[PaperKind, Content] = MappingProxyType(
    {
        PaperKind.SLIP: slip(also="en", footer=("Pengaduan: lapor.go.id atau SMS 1708",)),
        PaperKind.CHECKLIST: checklist(also="en"),
        PaperKind.TRANSFER: transfer(also="en"),
        PaperKind.SHIFT: shift(),
        PaperKind.TEST: trial(),
    }
)
