"""The other papers: each says what it is, is none of the others, and fits on every width."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.paper.jobs import PaperKind
from printing.ink.layout import PAPERS, Paper
from printing.ink.roll import Printout
from printing.ink.virtual import printout
from printing.papers.checklist import Checklist
from printing.papers.composing import CONTENTS, compose_paper
from printing.papers.slip import Slip
from printing.papers.writing import Content
from tests.printing.papers.contents import (
    AT,
    ONE_OF_EACH,
    at,
    booking,
    checklist,
    fee,
    shift,
    transfer,
    trial,
)
from tests.printing.papers.slips import (
    ALL_PAPERS,
    TEXT_ONLY,
    WORDS,
    orders,
    paper_id,
    slip,
    text_of,
)

TEXT_80, _, TEXT_58 = TEXT_ONLY
every_paper = pytest.mark.parametrize("paper", ALL_PAPERS, ids=paper_id)
every_kind = pytest.mark.parametrize("kind", PaperKind)


def set_by_job(kind: PaperKind, payload: Mapping[str, Any], paper: Paper) -> Printout:
    data = compose_paper(kind, payload, paper, WORDS, copy=False, at=AT)
    return printout(data, paper.dots)


@every_kind
@every_paper
def test_each_paper_fits_and_every_order_is_known(kind: PaperKind, paper: Paper) -> None:
    done = set_by_job(kind, ONE_OF_EACH[kind].to_json(), paper)
    assert (done.overflows, done.unknown) == (0, ())
    assert len(done.cuts) == (0 if paper.cut == "none" else 1)


@every_kind
def test_each_paper_survives_its_print_job(kind: PaperKind) -> None:
    content = ONE_OF_EACH[kind]
    assert CONTENTS[kind].from_json(content.to_json()) == content
    assert type(content) is CONTENTS[kind]


@every_kind
def test_a_payload_of_another_kind_is_refused(kind: PaperKind) -> None:
    payload = {"mall_name": "Mal", "region": "Kabupaten", "time_zone": "Asia/Jakarta"}
    with pytest.raises(ValueError, match="validation error"):
        compose_paper(kind, payload, PAPERS[48], WORDS, copy=False, at=AT)


@every_kind
def test_each_paper_speaks_both_languages(kind: PaperKind) -> None:
    own = ONE_OF_EACH[kind]
    indonesian = text_of(replace(own, language="id", also=""), TEXT_80)
    english = text_of(replace(own, language="en", also=""), TEXT_80)
    assert "Selasa, 24 November 2026, " in indonesian
    assert "Tuesday, 24 November 2026, " in english
    assert "Tuesday" not in indonesian


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            booking(),
            (
                "Bukti reservasi Paspor baru Kantor Imigrasi Datang pukul 09.00–09.30 Rabu, 25"
                " November 2026, Kanan pintu masuk Kode reservasi BT7-KQ4"
            ),
        ),
        (booking(), "Nomor antrean diberikan saat Anda datang. Biaya resmi: Rp350.000."),
        (
            checklist(),
            (
                "Yang perlu dibawa untuk KTP-el hilang atau rusak Dinas Kependudukan dan Pencatatan"
                " Sipil Bawa [ ] Fotokopi Kartu Keluarga [ ] Surat kehilangan dari polisi"
            ),
        ),
        (checklist(), "BUKAN NOMOR ANTREAN Belum ada nomor yang diambil."),
        (
            transfer(),
            (
                "Nomor Anda tetap A-058 Legalisasi akta Dinas Kependudukan dan Pencatatan Sipil"
                " Silakan pindah ke Zona Kenanga Tengah, di belakang lobi, Loket 11–13 Di depan"
                " Anda 2 orang Dipanggil sekitar 09.50–10.05 Catatan: Berkas asli sudah diperiksa."
            ),
        ),
        (transfer(), "Tidak perlu mengambil nomor baru. Dialihkan oleh Loket 3"),
        (
            shift(),
            (
                "Wening Prasasti Loket 3, Zona Melati Selasa, 24 November 2026 07.59–15.59 Dilayani"
                " 41 Rata-rata melayani 7,5 menit Hasil layanan Selesai 29 Berkas diterima 7 Berkas"
                " dikembalikan 3 Konsultasi 2 Tidak datang 4 Dialihkan 2 Istirahat 10.11–10.26 15"
                " menit 12.02–12.59 57 menit Jumlah istirahat 72 menit"
            ),
        ),
    ],
)
def test_everything_its_reader_needs_is_there(content: Content, said: str) -> None:
    assert said in text_of(content, TEXT_80)


def test_a_fee_slip_is_no_receipt_unless_the_hall_takes_payment() -> None:
    note, receipt = text_of(fee(), TEXT_80), text_of(fee(official=True), TEXT_80)
    assert "BUKAN BUKTI PEMBAYARAN RESMI" in note
    assert "BUKAN" not in receipt
    for proof in ("Bukti pembayaran", "2026/11/0042", "QRIS"):
        assert proof in receipt
        assert proof not in note
    for told in (note, receipt):
        assert "PNBP paspor biasa 48 halaman Rp350.000 Layanan Rp1.250" in told
        assert "Jumlah Rp351.250" in told
    assert "Total Rp351,250" in text_of(fee("en"), TEXT_80)


def test_an_unlikely_payload_never_makes_a_fee_official() -> None:
    payload = fee().to_json()
    del payload["official"]
    done = set_by_job(PaperKind.FEE, payload, TEXT_80)
    assert "BUKAN BUKTI" in " ".join(line.text for line in done.lines)


def test_a_shift_without_citizens_or_breaks_says_so() -> None:
    idle = replace(shift(), served=0, mean=None, outcomes=(), breaks=())
    words = text_of(idle, TEXT_80)
    assert "Dilayani 0 Rata-rata melayani – Hasil layanan Tidak datang 4" in words
    assert "Istirahat Tidak ada" in words


@pytest.mark.parametrize(
    ("mean", "said"),
    [
        (timedelta(seconds=20), "0,5 menit"),
        (timedelta(seconds=60), "1 menit"),
        (timedelta(minutes=6, seconds=50), "7 menit"),
        (timedelta(minutes=61, seconds=30), "61,5 menit"),
    ],
)
def test_minutes_are_told_in_halves(mean: timedelta, said: str) -> None:
    assert f"melayani {said} Hasil" in text_of(replace(shift(), mean=mean), TEXT_80)


@pytest.mark.parametrize(
    "make", [slip, booking, checklist, transfer, fee], ids=lambda make: make.__name__
)
def test_the_second_language_stands_small_below_the_first(make: Callable[..., Content]) -> None:
    one, two = make(language="id"), make(language="id", also="en")
    data = compose_paper(_kind(two), two.to_json(), TEXT_80, WORDS, copy=False, at=AT)
    assert b"\x01" in orders(data, "ESC M")
    assert set(text_of(one, TEXT_80).split()) < set(text_of(two, TEXT_80).split())
    turned = make(language="en", also="id")
    assert sorted(text_of(turned, TEXT_80)) != sorted(text_of(two, TEXT_80))


def _kind(content: Content) -> PaperKind:
    return next(kind for kind, made in CONTENTS.items() if isinstance(content, made))


def test_a_slip_repeats_what_a_helper_must_understand_and_no_more() -> None:
    words = text_of(slip(also="en"), TEXT_80)
    for repeated in (
        "Nomor antrean Anda Your queue number A-058",
        "Tunggu di / Wait in Zona Melati",
        "siapa pun. Do not give money to anyone.",
        "petugas. Missed your number? Tell an officer.",
    ):
        assert repeated in words
    for once in ("Ahead of you", "Have ready", "Tuesday", "Follow on your phone"):
        assert once not in words


def test_a_language_nobody_wrote_falls_back() -> None:
    assert text_of(slip(language="jv", also="su"), TEXT_80) == text_of(slip(), TEXT_80)
    assert text_of(slip(also="id"), TEXT_80) == text_of(slip(), TEXT_80)


@every_kind
@every_paper
def test_a_copy_says_so_before_anything_else(kind: PaperKind, paper: Paper) -> None:
    content = ONE_OF_EACH[kind]
    payload = content.to_json()
    first, copy = (
        compose_paper(kind, payload, paper, WORDS, copy=copy, at=at(0.3)) for copy in (False, True)
    )
    before, after = (printout(data, paper.dots) for data in (first, copy))
    band = after.image.height - before.image.height
    assert band > 0
    assert after.overflows == 0
    # Below the band, dot by dot the same paper.
    rest = after.image.crop((0, band, paper.dots, after.image.height))
    assert rest.tobytes() == before.image.tobytes()
    if not paper.raster:
        words = " ".join(" ".join(line.text for line in after.lines).split())
        assert words.startswith("SALINAN / COPY Dicetak ulang pukul 09.59 Selasa, 24 November 2026")
        assert "SALINAN" not in text_of(content, paper)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=paper_id)
def test_the_band_of_a_drawn_copy_is_black_from_edge_to_edge(paper: Paper) -> None:
    data = compose_paper(PaperKind.SLIP, slip().to_json(), paper, WORDS, copy=True, at=at(0.3))
    band = printout(data, paper.dots).image.crop((0, 0, paper.dots, 60))
    assert band.getbbox() == (0, 0, paper.dots, 60)
    assert band.histogram()[255] > 0.6 * paper.dots * 60


def test_an_english_copy_is_known_by_officers_too() -> None:
    words = text_of(slip(language="en"), TEXT_80, copied_at=at(0.3))
    assert words.startswith("COPY / SALINAN Printed again at 09:59 Tuesday, 24 November 2026")


@every_paper
def test_requirements_can_be_left_out_to_save_paper(paper: Paper) -> None:
    short = replace(paper, requirements=False)
    assert "Fotokopi" in text_of(slip(), paper)
    assert "Fotokopi" not in text_of(slip(), short)
    assert "Fotokopi" in text_of(checklist(), short)


@pytest.mark.parametrize(
    ("cut", "order"), [("full", [b"\x00"]), ("partial", [b"\x01"]), ("none", [])]
)
def test_the_blade_does_what_it_is_told(cut: Any, order: list[bytes]) -> None:
    paper = replace(PAPERS[48], cut=cut)
    data = compose_paper(PaperKind.TEST, trial().to_json(), paper, WORDS, copy=False, at=AT)
    assert orders(data, "GS V") == order
    # Without a cut the last line must still come out past the tear bar.
    assert (b"\x04" in orders(data, "ESC d")) == (cut == "none")


@pytest.mark.parametrize("paper", TEXT_ONLY, ids=paper_id)
def test_a_test_page_shows_width_page_sizes_and_code(paper: Paper) -> None:
    done = set_by_job(PaperKind.TEST, trial().to_json(), paper)
    lines = [line.text for line in done.lines]
    count = "".join(str(n % 10) for n in range(1, paper.columns + 1))
    assert count in lines
    assert done.lines[lines.index(count)].dots == paper.columns * 12
    assert [line.dots for line in done.lines if line.text.endswith("x A058")] == [
        7 * 12 * size for size in (1, 2, 3, 4)
    ]
    words = " ".join(" ".join(lines).split())
    assert f"Kolom {paper.columns} Titik per baris {paper.dots}" in words
    assert f"{paper.code_page} ({paper.code_page_number})" in words
    if paper.native_qr:
        assert done.qr == (trial().url,)


@pytest.mark.parametrize("paper", TEXT_ONLY, ids=paper_id)
def test_a_test_page_prints_every_character_of_the_code_page(paper: Paper) -> None:
    data = compose_paper(PaperKind.TEST, trial().to_json(), paper, WORDS, copy=False, at=AT)
    printed = data.decode(paper.code_page, errors="replace")
    for code in (*range(0x21, 0x7F), *range(0x80, 0x100)):
        letter = bytes((code,)).decode(paper.code_page, errors="replace")
        if letter.isprintable() and letter != "\ufffd":
            assert letter in printed


@pytest.mark.parametrize("paper", PAPERS.values(), ids=paper_id)
def test_the_ruler_reaches_both_edges_of_the_paper(paper: Paper) -> None:
    image = set_by_job(PaperKind.TEST, trial().to_json(), paper).image
    row = next(
        y
        for y in range(image.height)
        if image.crop((0, y, paper.dots, y + 3)).getextrema() == (255, 255) and y > 200
    )
    strokes = image.crop((0, row + 8, paper.dots, row + 9)).tobytes()
    assert [x for x in range(0, paper.dots, 8) if strokes[x]] == list(range(0, paper.dots, 8))
    assert strokes[-1] == 255


def test_a_long_day_of_a_shift_fits_on_the_narrowest_paper() -> None:
    breaks = tuple((at(n), at(n + 0.2)) for n in range(9))
    assert printout_of(replace(shift(), breaks=breaks), TEXT_58).overflows == 0


def printout_of(content: Content, paper: Paper) -> Printout:
    return set_by_job(_kind(content), content.to_json(), paper)


def test_a_slip_of_an_older_job_still_prints() -> None:
    plain = slip().to_json()
    del plain["also"]
    assert Slip.from_json(plain) == slip()


def test_a_checklist_of_the_version_before_still_prints() -> None:
    old = checklist().to_json()
    need = old.pop("need")
    old |= {"service": need["name"], "case": "Hilang", "requirements": need["papers"]}
    read = Checklist.from_json(old | {"free": False, "fee": "Rp30.000"})
    assert (read.need.full_name, read.need.fee_idr) == ("KTP-el, Hilang", 30_000)
    assert read.need.papers == checklist().need.papers
