"""The other papers: each says what it is, is none of the others, and fits on every width."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.paper.kinds import PaperKind
from printing.ink.layout import PAPERS, Paper, paper_for
from printing.ink.roll import Printout
from printing.ink.virtual import printout
from printing.papers.checklist import Checklist
from printing.papers.composing import CONTENTS, compose_paper
from printing.papers.slip import Slip
from printing.papers.weighing import PATIENCE, time_on_line
from printing.papers.writing import Content, compose
from tests.printing.machines.escpos_printer import take_order
from tests.printing.papers.contents import (
    AT,
    ONE_OF_EACH,
    at,
    checklist,
    shift,
    transfer,
    trial,
)
from tests.printing.papers.slips import (
    ALL_PAPERS,
    TEXT_ONLY,
    URL,
    WORDS,
    orders,
    paper_id,
    printed,
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
            checklist(),
            (
                "Yang perlu dibawa untuk KTP-el hilang atau rusak Dinas Kependudukan dan Pencatatan"
                " Sipil Bawa [ ] Fotokopi Kartu Keluarga [ ] Surat kehilangan dari polisi"
            ),
        ),
        (checklist(), "BUKAN NOMOR ANTREAN Belum ada nomor yang diambil."),
        (replace(checklist(), missing_for="A-058"), "Yang masih kurang untuk KTP-el"),
        (
            replace(checklist(), missing_for="A-058"),
            (
                "BUKAN NOMOR ANTREAN Untuk layanan ini, nomor A-058 sudah selesai. Bawa semuanya,"
                " lalu ambil nomor baru di kiosk."
            ),
        ),
        (
            transfer(),
            (
                "Nomor Anda tetap A-058 Legalisasi akta Dinas Kependudukan dan Pencatatan Sipil"
                " Silakan pindah ke Zona Kenanga Tengah, di belakang lobi, Loket 11–13 Di depan"
                " Anda 2 orang Dipanggil sekitar 09.50–10.05"
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


@pytest.mark.parametrize("make", [slip, checklist, transfer], ids=lambda make: make.__name__)
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
    ("profile", "cut", "order", "lines"),
    [
        # These feed to the blade by themselves, wherever it is, and three millimetres more.
        ("default", "full", [b"A\x18"], []),
        ("default", "partial", [b"B\x18"], []),
        ("TM-T20II", "partial", [b"B\x18"], []),
        # Of these nobody says so: lines without ink bring the last one past the blade.
        ("NT-80-V-UL", "full", [b"\x00"], [b"\x06"]),
        ("NT-80-V-UL", "partial", [b"\x01"], [b"\x06"]),
        # Without a cut the last line must still come out past the tear bar.
        ("default", "none", [], [b"\x04"]),
    ],
)
def test_the_blade_does_what_it_is_told(
    profile: str, cut: Any, order: list[bytes], lines: list[bytes]
) -> None:
    data = compose(slip(), paper_for(48, profile, cut=cut), WORDS)
    assert orders(data, "GS V") == order
    assert orders(data, "ESC d") == lines


@pytest.mark.parametrize("columns", [48, 42, 32])
def test_a_paper_without_drawings_is_a_kilobyte_for_a_slow_line(columns: int) -> None:
    paper = paper_for(columns, drawings=False)
    data = compose(slip(also="en"), paper, WORDS)
    assert len(data) < 1500
    assert not orders(data, "GS v")
    assert not orders(data, "ESC *")
    done = printed(slip(also="en"), paper)
    assert not done.overflows
    words = "".join(line.text for line in done.lines).replace(" ", "")
    # The printer's own code, or the address for those who type.
    assert done.qr == ((URL,) if paper.native_qr else ())
    assert (URL in words) == ("Pindai" not in words) == (not paper.native_qr)
    # The number is as large as the printer's type gets on that width.
    tallest = max(order[0] & 7 for order in orders(data, "GS !"))
    assert tallest == (7 if columns > 40 else 6)


@every_paper
def test_a_short_paper_says_all_once_and_lists_nothing(paper: Paper) -> None:
    short = replace(paper, short=True, requirements=False)
    words = text_of(slip(also="en"), short)
    assert "Nomor ini berlaku hari ini saja" in words
    assert "This service is free" not in words
    assert "Fotokopi" not in words


@pytest.mark.parametrize("paper", PAPERS.values(), ids=paper_id)
def test_the_frame_around_what_to_bring_is_closed(paper: Paper) -> None:
    image = set_by_job(PaperKind.CHECKLIST, checklist().to_json(), paper).image
    edges = [
        (image.getpixel((1, y)), image.getpixel((paper.dots - 2, y))) for y in range(image.height)
    ]
    # Its straight sides, each of a heading and two things, and something of the corners.
    frame = [y for y, both in enumerate(edges) if both == (255, 255)]
    longest = max(_runs(frame), key=len)
    assert len(longest) >= 3 * 24


def _runs(rows: list[int]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for row in rows:
        if runs[-1] and row != runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(row)
    return runs


@every_paper
@pytest.mark.parametrize("kind", PaperKind)
def test_a_reader_of_its_own_tables_knows_every_order(kind: PaperKind, paper: Paper) -> None:
    plain = ONE_OF_EACH[kind].to_json()
    data = compose_paper(kind, plain, paper, WORDS, copy=False, at=AT)
    while data:
        order = take_order(data)
        assert order is not None, data[:20]
        data = data[len(order.raw) :]


@pytest.mark.parametrize(("baud", "slow"), [(9600, True), (57600, True), (115200, False)])
def test_a_drawn_slip_is_too_heavy_for_a_slow_line(baud: int, slow: bool) -> None:
    assert (time_on_line(PAPERS[48], WORDS, baud) > PATIENCE) == slow
    assert time_on_line(paper_for(48, drawings=False), WORDS, baud) < PATIENCE


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
