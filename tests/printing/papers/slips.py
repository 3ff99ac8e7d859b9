"""Builders for the paper's tests: a slip with honest defaults, the words, a printout."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from counter.words.language import LANGUAGES, Language
from models.mall.fees import FeeKind
from printing.ink import commands
from printing.ink.layout import PAPERS, Paper
from printing.ink.roll import Printout
from printing.ink.virtual import printout
from printing.papers.slip import Need, Slip
from printing.papers.writing import Content, compose

HOUSE = Path(__file__).resolve().parents[3]
LANGUAGE = Language("Asia/Jakarta")
WORDS: Mapping[str, Mapping[str, str]] = {
    language: LANGUAGE.words("printing.papers", language) for language in LANGUAGES
}
URL = "https://antre.tirtawangi.go.id/t/7KQ4-M2XA"
TEXT_ONLY = tuple(replace(paper, raster=False) for paper in PAPERS.values())
ALL_PAPERS = (*PAPERS.values(), *TEXT_ONLY)


def paper_id(paper: Paper) -> str:
    return f"{paper.columns} columns, {'drawn' if paper.raster else 'text only'}"


def need(name: str = "KTP-el", *papers: str, **changes: Any) -> Need:
    """A need that costs nothing."""
    return replace(Need(name=name, papers=papers, fee=FeeKind.FREE), **changes)


KTP = need("KTP-el", "Fotokopi Kartu Keluarga", "Surat kehilangan dari polisi")


def slip(**changes: Any) -> Slip:
    """A slip of Tuesday 24 November 2026, 09.41 in Tirtawangi."""
    plain = Slip(
        mall_name="Mal Pelayanan Publik",
        region="Kabupaten Tirtawangi",
        prefix="A",
        number=58,
        needs=(KTP, need("Aktivasi IKD")),
        in_order=True,
        agency="Dinas Kependudukan dan Pencatatan Sipil",
        zone_name="Melati",
        zone_flower="melati",
        place="Kiri pintu masuk",
        desks="Loket 1–6",
        taken_at=datetime(2026, 11, 24, 2, 41, tzinfo=UTC),
        time_zone="Asia/Jakarta",
        people_ahead=11,
        expected=(
            datetime(2026, 11, 24, 3, 5, tzinfo=UTC),
            datetime(2026, 11, 24, 3, 20, tzinfo=UTC),
        ),
        follow_url=URL,
        follow_code="7KQ4-M2XA",
        kiosk="Kiosk 1",
    )
    return replace(plain, **changes)


def older_slip(**changes: Any) -> dict[str, Any]:
    """The payload of a slip's job as it was while a slip had one list of papers."""
    old = slip().to_json()
    del old["needs"]
    papers = ["Fotokopi Kartu Keluarga"]
    one_list = {"services": ["KTP-el", "SIM"], "requirements": papers, "free": True, "fee": ""}
    return old | one_list | changes


def printed(what: Content, paper: Paper, *, copied_at: datetime | None = None) -> Printout:
    return printout(compose(what, paper, WORDS, copied_at=copied_at), paper.dots)


def text_of(what: Content, paper: Paper, *, copied_at: datetime | None = None) -> str:
    """All words on the paper, in one line each way they were wrapped."""
    lines = printed(what, paper, copied_at=copied_at).lines
    return " ".join(" ".join(line.text for line in lines).split())


def orders(data: bytes, name: str) -> list[bytes]:
    """The arguments of every order `name` among the bytes."""
    found = (command for command in commands.read(data) if isinstance(command, commands.Order))
    return [order.args for order in found if order.name == name]
