"""The slip: every word a citizen needs stands on every width of paper, whole and readable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.mall.fees import FeeKind
from printing.ink import codes, drawing
from printing.ink.layout import PAPERS, Paper
from printing.papers.slip import Doubt, Need, Slip
from printing.papers.writing import compose
from tests.printing.papers.slips import (
    ALL_PAPERS,
    KTP,
    TEXT_ONLY,
    URL,
    WORDS,
    need,
    older_slip,
    orders,
    paper_id,
    printed,
    slip,
    text_of,
)

every_paper = pytest.mark.parametrize("paper", ALL_PAPERS, ids=paper_id)
TEXT_80 = TEXT_ONLY[0]
FIRST_IS_PAID = (
    "Pendaftaran gratis, iuran pertama dibayar sesuai kelas yang dipilih, 14 sampai 30 hari"
    " setelah virtual account terbit"
)
NO_MORE = "Jangan beri uang kepada siapa pun di luar tarif resmi. Mintalah bukti bayar."


@every_paper
def test_every_line_fits_and_every_order_is_known(paper: Paper) -> None:
    done = printed(slip(priority=True, footer=("Pengaduan: lapor.go.id / SMS 1708",)), paper)
    assert done.overflows == 0
    assert done.unknown == ()
    assert all(line.dots <= paper.dots for line in done.lines)


NEEDS = st.builds(
    Need,
    name=st.text(max_size=60),
    case=st.text(max_size=40),
    papers=st.lists(st.text(max_size=90), max_size=3).map(tuple),
    lacks_reason=st.booleans(),
    fee=st.sampled_from(FeeKind),
    fee_idr=st.integers(0, 10**9),
    fee_note=st.text(max_size=90),
)


@settings(max_examples=40)
@given(
    paper=st.sampled_from(ALL_PAPERS),
    changes=st.fixed_dictionaries(
        {
            "mall_name": st.text(max_size=70),
            "region": st.text(max_size=50),
            "needs": st.lists(NEEDS, min_size=1, max_size=4).map(tuple),
            "agency": st.text(max_size=80),
            "zone_name": st.text(max_size=40),
            "zone_flower": st.sampled_from(["melati", "mawar", "kenanga", "cempaka", ""]),
            "place": st.text(max_size=60),
            "desks": st.text(max_size=40),
            "number": st.integers(1, 99999),
            "people_ahead": st.integers(0, 2000),
            "expected": st.none() | st.just(slip().expected),
            "language": st.sampled_from(["id", "en"]),
            "kiosk": st.text(max_size=40),
        }
    ),
)
def test_no_name_in_a_catalogue_breaks_the_paper(paper: Paper, changes: dict[str, Any]) -> None:
    done = printed(slip(**changes), paper)
    assert done.overflows == 0
    assert done.unknown == ()
    assert len(done.cuts) == (0 if paper.cut == "none" else 1)


@every_paper
def test_services_in_two_zones_are_each_told_their_place(paper: Paper) -> None:
    places = (("KTP-el", "Zona Melati, Loket 1–4"), ("SKCK", "Zona Mawar, Loket 7–9"))
    both = slip(needs=(need("KTP-el"), need("SKCK")), in_order=False, places=places)
    assert printed(both, paper).overflows == 0
    said = text_of(both, paper)
    for words in ("KTP-el Zona Melati, Loket 1", "SKCK Zona Mawar, Loket 7", "di Zona Melati."):
        assert words in said


@pytest.mark.parametrize(
    ("language", "services", "line"),
    [
        ("id", ("KTP-el", "SKCK"), "KTP–el dan SKCK"),
        ("id", ("KTP-el", "SKCK", "PBB"), "KTP–el, SKCK, dan PBB"),
        ("en", ("KTP-el", "SKCK"), "KTP–el and SKCK"),
    ],
)
def test_services_that_wait_side_by_side_are_promised_no_order(
    language: str, services: tuple[str, ...], line: str
) -> None:
    several = slip(language=language, needs=tuple(map(need, services)), in_order=False)
    assert line in text_of(several, TEXT_ONLY[0]).replace("-", "–")


@pytest.mark.parametrize("paper", TEXT_ONLY, ids=paper_id)
def test_everything_a_citizen_needs_is_there(paper: Paper) -> None:
    words = text_of(slip(), paper).replace("-", "–")
    for needed in (
        "Mal Pelayanan Publik",
        "Kabupaten Tirtawangi",
        "A–058",
        "KTP–el, lalu Aktivasi IKD",
        "Dinas Kependudukan dan Pencatatan Sipil",
        "Tunggu di Zona Melati Kiri pintu masuk, Loket 1–6",
        "Di depan Anda 11 orang",
        "Dipanggil sekitar 10.05–10.20",
        "Siapkan: KTP–el [ ] Fotokopi Kartu Keluarga [ ] Surat kehilangan dari polisi",
        "Kode: 7KQ4–M2XA",
        "KTP–el: gratis. Aktivasi IKD: gratis. Jangan beri uang kepada siapa pun.",
        "Selasa, 24 November 2026, 09.41 Kiosk 1",
    ):
        assert needed in words


@every_paper
def test_what_may_not_be_served_today_says_so_in_place_of_an_instant(paper: Paper) -> None:
    closes = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    late = Doubt(service="KTP-el", chance="unlikely", closes_at=closes)
    soon = replace(late, chance="doubtful", not_before=closes - timedelta(minutes=20))
    one = text_of(slip(needs=(KTP,), expected=None, doubts=(late,)), paper)
    assert "Kemungkinan besar tidak terlayani hari ini. Loket tutup pukul 15.00." in one
    assert "Dipanggil sekitar" not in one
    both = text_of(slip(expected=None, doubts=(soon, replace(late, service="Aktivasi IKD"))), paper)
    for said in (
        "KTP–el: Mungkin tidak terlayani hari ini. Dipanggil paling cepat pukul 14.40. Loket tutup",
        "Aktivasi IKD: Kemungkinan besar tidak terlayani hari ini.",
    ):
        assert said in both.replace("-", "–")


def test_english_paper_is_english() -> None:
    words = text_of(slip(language="en", people_ahead=1), TEXT_80)
    assert "Ahead of you 1 person" in words
    assert "Tuesday, 24 November 2026, 09:41" in words
    assert set(WORDS["id"]) == set(WORDS["en"])


def test_the_local_clock_of_the_mall_is_printed() -> None:
    assert "11.41" in text_of(slip(time_zone="Asia/Jayapura"), TEXT_80)


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        ({"people_ahead": 0, "expected": None}, "Di depan Anda Tidak ada", "Dipanggil"),
        ({"priority": True}, "DIDAHULUKAN", "PRIORITAS"),
        ({"needs": (need(),)}, "A-058", "Siapkan"),
        ({"follow_url": "", "follow_code": ""}, "A-058", "Pindai"),
    ],
)
def test_what_does_not_apply_is_not_said(changes: dict[str, Any], said: str, unsaid: str) -> None:
    words = text_of(slip(**changes), TEXT_80)
    assert said in words
    assert unsaid not in words


@pytest.mark.parametrize(
    ("fee", "said"),
    [
        ({"fee": FeeKind.FREE}, "Layanan ini gratis. Jangan beri uang kepada siapa pun. Nomor"),
        (
            {"fee": FeeKind.CONDITIONAL, "fee_note": f"{FIRST_IS_PAID}."},
            f"Biaya resmi: gratis. {FIRST_IS_PAID}. {NO_MORE}",
        ),
        ({"fee": FeeKind.SUM, "fee_idr": 30_000}, f"Biaya resmi: Rp30.000. {NO_MORE}"),
        (
            {"fee": FeeKind.TARIFF, "fee_note": "PNBP menurut luas"},
            f"Biaya resmi: sesuai tarif. PNBP menurut luas. {NO_MORE}",
        ),
        ({"fee": FeeKind.UNKNOWN}, f"Biaya resmi: tanyakan di loket. {NO_MORE}"),
    ],
)
def test_a_fee_is_told_with_its_condition_or_not_at_all(fee: dict[str, Any], said: str) -> None:
    words = text_of(slip(needs=(need(**fee),)), TEXT_80)
    assert said in words
    assert ("siapa pun. Nomor" in words) == (fee["fee"] is FeeKind.FREE)


@pytest.mark.parametrize("paper", TEXT_ONLY, ids=paper_id)
def test_each_need_has_its_own_papers_and_its_own_fee(paper: Paper) -> None:
    jkn = need(
        "JKN", "KTP", fee=FeeKind.CONDITIONAL, fee_note="Iuran pertama dibayar saat mendaftar"
    )
    sim = need("SIM", case="hilang", lacks_reason=False, fee=FeeKind.SUM, fee_idr=100_000)
    paspor = need("Paspor", lacks_reason=True, fee=FeeKind.UNKNOWN)
    lost = replace(KTP, case="hilang", lacks_reason=True)
    words = text_of(slip(needs=(lost, jkn, sim, paspor)), paper).replace("-", "–")
    assert (
        "Siapkan: KTP–el, hilang [ ] Fotokopi Kartu Keluarga [ ] Surat kehilangan dari polisi"
        " Alasan belum dipilih. Berkas lain mungkin diperlukan: tanyakan di loket."
        " Siapkan: JKN [ ] KTP"
        " Siapkan: Paspor Alasan belum dipilih. Tanyakan di loket berkas apa yang diperlukan."
    ) in words
    assert (
        "Biaya resmi KTP–el: gratis. JKN: gratis. Iuran pertama dibayar saat mendaftar."
        f" SIM: Rp100.000. Paspor: tanyakan di loket. {NO_MORE}"
    ) in words


@pytest.mark.parametrize(
    ("money", "kind", "amount"),
    [
        ({}, FeeKind.FREE, 0),
        ({"free": False, "fee": "Rp130.000"}, FeeKind.SUM, 130_000),
        ({"free": False}, FeeKind.UNKNOWN, 0),
    ],
)
def test_a_slip_of_the_version_before_still_prints(
    money: dict[str, Any], kind: FeeKind, amount: int
) -> None:
    read = Slip.from_json(older_slip(**money))
    (one,) = read.needs
    assert (one.name, one.papers) == ("KTP-el, SIM", ("Fotokopi Kartu Keluarga",))
    assert (one.fee, one.fee_idr) == (kind, amount)


@pytest.mark.parametrize("paper", [paper for paper in ALL_PAPERS if paper.native_qr], ids=paper_id)
def test_a_printer_that_can_gets_the_address_to_encode(paper: Paper) -> None:
    data = compose(slip(), paper, WORDS)
    stored = b"\x1d(k" + (len(URL) + 3).to_bytes(2, "little") + b"1P0" + URL.encode()
    assert stored in data
    assert printed(slip(), paper).qr == (URL,)


@pytest.mark.parametrize("raster", [True, False])
def test_a_printer_that_cannot_gets_the_code_dot_by_dot(raster: bool) -> None:
    paper = replace(PAPERS[32], raster=raster)
    with_code, without = printed(slip(), paper), printed(slip(follow_url=""), paper)
    assert with_code.qr == ()
    rows = codes.matrix(URL.encode())
    module = codes.module_for(URL, 215)
    assert with_code.image.height > without.image.height + len(rows) * module
    top = next(
        y for y in range(with_code.image.height) if _modules(with_code.image, rows, module, y)
    )
    assert top > 0


def _modules(image: Any, rows: list[list[bool]], module: int, top: int) -> bool:
    left = (image.width - len(rows) * module) // 2
    middle = module // 2
    if top + len(rows) * module > image.height:
        return False
    return all(
        (image.getpixel((left + x * module + middle, top + y * module + middle)) == 255) == dark
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
    )


@pytest.mark.parametrize("paper", PAPERS.values(), ids=paper_id)
def test_the_number_is_legible_at_arms_length(paper: Paper) -> None:
    # Eight dots to the millimetre: ten millimetres and more, nearly as wide as the paper.
    drawn = drawing.number(paper, "A", "058")
    assert drawn.height >= 80
    ink = drawn.point(lambda value: 255 - value).getbbox()
    assert ink is not None
    assert paper.dots * 0.6 < ink[2] - ink[0] <= paper.dots
    assert drawing.number(paper, "A", "99999").width == paper.dots


def test_without_drawings_the_number_is_set_in_the_largest_type() -> None:
    assert b"\x77" in orders(compose(slip(), TEXT_80, WORDS), "GS !")
    narrow = compose(slip(), TEXT_ONLY[2], WORDS)
    assert b"\x56" in orders(narrow, "GS !")


@every_paper
def test_the_code_page_is_chosen_once(paper: Paper) -> None:
    agency = "Café “Ünal” – Ñandú"
    data = compose(slip(agency=agency), paper, WORDS)
    assert len(orders(data, "ESC t")) == 1
    assert ("Café “Ünal” – Ñandú" if paper.columns > 32 else 'Café "Ünal" - Ñandú') in text_of(
        slip(agency=agency), paper
    )


@every_paper
def test_a_name_cannot_give_the_printer_an_order(paper: Paper) -> None:
    sly = "KTP\x1b@\x1dV\x00\x1bp\x00\x10\x10\n\n"
    honest = slip(agency="KTP @ V p", needs=(need("KTP @ V p"),), place="", kiosk="")
    broken = replace(honest, agency=sly, needs=(need(sly),))
    for name in ("ESC @", "GS V", "ESC p", "LF"):
        assert orders(compose(broken, paper, WORDS), name) == orders(
            compose(honest, paper, WORDS), name
        )


def test_a_slip_survives_its_print_job() -> None:
    whole = slip(priority=True, footer=("Satu", "Dua"), expected=None)
    assert Slip.from_json(whole.to_json()) == whole
    assert Slip.from_json(slip().to_json()) == slip()


@pytest.mark.parametrize(
    "damage",
    [{"number": "many"}, {"taken_at": "2026-11-24T09:41:00"}, {"needs": None}],
)
def test_a_damaged_print_job_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Slip.from_json(slip().to_json() | damage)


def test_instants_come_back_aware_and_equal() -> None:
    back = Slip.from_json(slip(taken_at=datetime(2026, 11, 24, 2, 41, tzinfo=UTC)).to_json())
    assert back.taken_at.utcoffset() == timedelta()
