from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from reportlab.graphics.shapes import Rect
from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from counter.leaders.reporting import own_faces
from models.core.errors import NoNumber
from models.figures.figures import Period
from models.paper.printers import PRINTING_STATES, PrinterState
from printing.reports import look
from printing.reports.charts import WIDEST_BAR, visits_by_day
from printing.reports.formats import Formats, Kind
from printing.reports.pdf import as_pdf
from printing.reports.report import Report
from printing.reports.ruling import ruled
from printing.reports.sheets import FORMULA, as_xlsx, as_zip, defined
from tests.counted_day import NIGHT, o_clock
from tests.printing.reports.told_report import LANGUAGE, empty_day, short_day, told_day

NOON = o_clock(12)
TOKENS = Path(__file__).parents[3] / "counter" / "static" / "shared" / "tokens.css"
# Counted by hand from the table in tests/counted_day.py.
FIGURES = {
    "visits": "6",
    "wait_median": "30",
    "wait_eight": "55",
    "wait_kept": "83%",
    "never_called": "2",
    "left_share": "33%",
    "range_held": "33%",
    "priority_share": "17%",
    "served_visits": "4",
    "open_visits": "0",
    "steps": "8",
    "serving_median": "10",
    "serving_eight": "15",
    "serving_kept": "60%",
    "transferred": "1",
    "cancelled": "1",
    "expired": "1",
    "missed": "1",
    "came_back": "1",
    "quota_refused": "2",
    "other_refused": "1",
    "outage_time": "24,3",
    "papers_printed": "0",
    "papers_sent": "0",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return told_day(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def pdf(report: Report) -> PdfReader:
    return PdfReader(io.BytesIO(as_pdf(report, own_faces())))


def words_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)


def test_facts_are_what_was_counted_by_hand(report: Report) -> None:
    assert {fact.key: report.told(fact) for fact in report.facts} == FIGURES


def test_headline_and_lead_say_it_in_words(report: Report) -> None:
    assert report.headline == "6 kunjungan, 83% keperluan sesuai janji"
    waits, in_vain = report.lead[:2]
    assert waits == (
        "Separuh dari 6 keperluan yang dipanggil menunggu paling lama 30 menit,"
        " delapan dari sepuluh paling lama 55 menit."
    )
    assert in_vain == "2 keperluan tidak pernah dipanggil."
    assert report.fact("wait_eight").basis == "dari 6 keperluan yang dipanggil; 2 tidak pernah"
    assert report.fact("wait_kept").basis == "dari 6 keperluan"
    assert report.attention == (
        "<b>Layanan B</b> Kuota habis, 2 permintaan ditolak.",
        "<b>Printer kiosk-2</b> tidak tersambung, 00.00–24.00, 24 jam.",
        "<b>Printer kiosk-1</b> kertas habis, 09.30–09.50, 20 menit.",
    )


def test_paper_holds_every_value_of_every_table(report: Report, pdf: PdfReader) -> None:
    words = words_of(pdf)
    for table in report.tables:
        assert table.title in words
        for row in table.rows:
            told = [
                report.formats.told(column.kind, value)
                for column, value in zip(table.columns, row, strict=True)
            ]
            name = next(place for place, value in enumerate(told) if value in words)
            assert " ".join(told[name + 1 :]) in words, (table.key, told)


def test_paper_leads_with_the_same_figures(report: Report, pdf: PdfReader) -> None:
    first = " ".join(pdf.pages[0].extract_text().split())
    assert report.headline in first
    for told in (
        "Kunjungan 6",
        "Tunggu, tengah 30 menit dari 6 keperluan yang dipanggil; 2 tidak pernah",
        "Sesuai janji 83%",
        "Perkiraan tepat 33%",
        "Pulang sebelum dilayani 33%",
        "Layanan A 6 30 65 60 75%",
        "Layanan B 2 10 55 60 100%",
    ):
        assert told in first


def test_pages_are_numbered_and_say_when_they_were_made(pdf: PdfReader) -> None:
    count = len(pdf.pages)
    assert 2 <= count <= 4
    for number, page in enumerate(pdf.pages, start=1):
        words = " ".join(page.extract_text().split())
        assert f"Halaman {number} dari {count}" in words
        assert "dihasilkan pada 24 November 2026 pukul 00.05." in words
        assert "Mal Pelayanan Publik Uji, Kabupaten Uji" in words


def test_file_names_itself_and_its_language(report: Report, pdf: PdfReader) -> None:
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Laporan pelayanan, Senin, 23 November 2026" == report.title
    assert pdf.metadata.author == "Mal Pelayanan Publik Uji Kabupaten Uji"
    assert pdf.metadata.subject == report.subject
    assert pdf.metadata.creation_date_raw == "D:20261124000500+07'00'"
    assert pdf.metadata.creation_date == NIGHT
    catalogue: Any = pdf.root_object
    assert catalogue["/Lang"] == "id-ID"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"].value is True


def test_outline_names_every_heading_on_its_page(report: Report, pdf: PdfReader) -> None:
    def entries(outline: Any, level: int = 0) -> Iterator[tuple[int, str, int]]:
        for one in outline:
            if isinstance(one, list):
                yield from entries(one, level + 1)
            else:
                page = pdf.get_destination_page_number(one)
                assert page is not None
                yield level, one.title, page

    told = list(entries(pdf.outline))
    assert told[0] == (0, report.title, 0)
    titles = [table.title for table in report.tables]
    assert [title for _, title, page in told if page > 0] == [*titles, "Cara menghitung"]
    for _, title, page in told:
        assert title in " ".join(pdf.pages[page].extract_text().split())


def test_a_chart_is_told_in_words_below_it(report: Report, pdf: PdfReader) -> None:
    first = " ".join(pdf.pages[0].extract_text().split())
    assert report.chart in first
    assert "paling ramai pukul 09–10 dengan 4 orang datang" in report.chart


@pytest.mark.parametrize("faces", [own_faces(), look.builtin_faces()], ids=["house", "plain"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_foot_of_a_day_that_goes_on_overprints_nothing(
    tmp_path: Path, language: str, faces: look.Faces
) -> None:
    report = told_day(tmp_path, language, at=NOON)
    foot: list[tuple[float, str]] = []

    def note(text: str, page: Any, at: Any, *_: Any) -> None:
        if text.strip() and page[5] + at[5] < look.BOTTOM + 8:
            foot.append((page[4] + at[4], text.strip()))

    PdfReader(io.BytesIO(as_pdf(report, faces))).pages[0].extract_text(visitor_text=note)
    told = " ".join(text for _, text in foot)
    assert report.made in told
    right = next(x for x, text in foot if report.fingerprint in text)
    ends = [x + stringWidth(text, look.TEXT, 8) for x, text in foot if x < right]
    assert ends
    assert max(ends) < right


def test_rows_of_an_agency_name_it_again_on_a_new_page() -> None:
    look.use(own_faces())
    rows = [("Dukcapil", f"Layanan {number}", "1") for number in range(6)]
    table = ruled(
        ["Instansi", "Layanan", "Orang"], rows, [100, 100, 40], numbers=[2], named_once=True
    )
    table.wrap(300, 1000)
    parts = table.split(300, 75)
    assert len(parts) == 2
    page = io.BytesIO()
    canvas = Canvas(page)
    for part in parts:
        part.wrap(300, 1000)
        part.drawOn(canvas, 50, 400)
        canvas.showPage()
    canvas.save()
    texts = [one.extract_text() for one in PdfReader(page).pages]
    assert [text.count("Dukcapil") for text in texts] == [1, 1]
    assert [text.count("Layanan ") for text in texts] == [3, 3]


def test_one_open_day_is_shown_by_its_hours(tmp_path: Path) -> None:
    # From Saturday to the hand-counted Monday: a bar for one day alone would compare nothing.
    weekend = Period(date(2026, 11, 21), date(2026, 11, 23))
    report = told_day(tmp_path, period=weekend)
    assert report.by_hours
    assert report.title == "Laporan pelayanan, 21–23 November 2026"
    first = PdfReader(io.BytesIO(as_pdf(report, own_faces()))).pages[0].extract_text()
    assert "Per jam" in first
    assert "Kunjungan per hari\n" in first  # the tile


def test_few_days_have_slim_bars(tmp_path: Path) -> None:
    report = told_day(tmp_path, period=Period.of_week(date(2026, 11, 23)))
    assert not report.by_hours
    drawing = visits_by_day(report, 500)
    bars = [one for one in drawing.contents if isinstance(one, Rect)]
    assert bars
    assert all(bar.width <= WIDEST_BAR for bar in bars)


def test_days_of_a_quarter_are_marked_where_there_is_room(tmp_path: Path) -> None:
    quarter = Period(date(2026, 9, 1), date(2026, 11, 23))
    marks = told_day(tmp_path, period=quarter).day_marks
    assert len(marks) > 31
    assert marks[0] == "1 Sep"
    places = [place for place, mark in enumerate(marks) if mark]
    assert len(places) == 6
    assert len(marks) - places[-1] > 4


def fonts_of(pdf: PdfReader) -> Iterator[Any]:
    for page in pdf.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            yield font.get_object()


@pytest.mark.parametrize("faces", [own_faces(), look.builtin_faces()], ids=["house", "plain"])
def test_every_font_on_paper_is_embedded(report: Report, faces: look.Faces) -> None:
    fonts = list(fonts_of(PdfReader(io.BytesIO(as_pdf(report, faces)))))
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"].get_object(), font["/BaseFont"]


def test_charts_are_vectors(pdf: PdfReader) -> None:
    assert [image for page in pdf.pages for image in page.images] == []
    drawn = pdf.pages[0].get_contents()
    assert drawn is not None
    # Three hours in which people came, four with calls.
    assert len(re.findall(rb"\bre\b", drawn.get_data())) >= 7


def csv_files(report: Report) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(as_zip(report))) as bundle:
        data = {name: bundle.read(name) for name in bundle.namelist()}
    assert all(one.startswith(b"\xef\xbb\xbf") for one in data.values())
    delimiter = ";" if report.formats.language == "id" else ","
    texts = {name: io.StringIO(one.decode("utf-8-sig"), newline="") for name, one in data.items()}
    return {name: list(csv.reader(text, delimiter=delimiter)) for name, text in texts.items()}


def test_csv_has_one_table_a_file_with_the_same_figures(report: Report) -> None:
    files = csv_files(report)
    assert list(files)[:2] == ["00-tentang-laporan.csv", "01-angka-utama.csv"]
    about, facts, *tables = files.values()
    labels = {fact.label: fact.key for fact in report.facts}
    heads, *rows = facts
    assert heads == ["Angka", "Nilai", "Satuan", "Dasar"]
    assert {labels[row[0]]: row[1] for row in rows} == FIGURES
    assert [
        "Tunggu, 8 dari 10",
        "55",
        "menit",
        "dari 6 keperluan yang dipanggil; 2 tidak pernah",
    ] in rows
    assert ["Laporan", report.title] in about
    assert {defined(note) for note in report.notes} <= {(row[0], row[1]) for row in about}
    assert len(tables) == len(report.tables)
    for (heads, *rows), told in zip(tables, report.tables, strict=True):
        assert len(heads) == len(told.columns)
        for row, values in zip(rows, told.rows, strict=True):
            for column, cell, value in zip(told.columns, row, values, strict=True):
                if column.kind is not Kind.DAY:
                    assert cell == report.formats.told(column.kind, value, grouped=False)


def test_names_in_the_zip_are_plain_and_its_time_is_the_reports(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(as_zip(report))) as bundle:
        entries = bundle.infolist()
    assert all(re.fullmatch(r"[0-9]{2}-[a-z0-9-]+\.csv", one.filename) for one in entries)
    assert {one.date_time for one in entries} == {(2026, 11, 24, 0, 5, 0)}


def test_workbook_holds_real_numbers_that_show_the_same(report: Report) -> None:
    book = load_workbook(io.BytesIO(as_xlsx(report)))
    assert book.properties.title == report.title
    sheet = book[report.word("facts")]
    cells = {row[0].value: row[1] for row in sheet.iter_rows(min_row=6)}
    shown = {fact.key: as_shown(cells[fact.label]) for fact in report.facts}
    assert shown == FIGURES
    services = book[report.table("services").title]
    first = [cell.value for cell in services[2]]
    assert first[1:7] == ["Layanan A", 6, 30, 65, 60, 0.75]
    outages = book[report.table("outages").title]
    assert outages.cell(3, 4).value == datetime(2026, 11, 23, 9, 30)  # noqa: DTZ001 — a wall clock.
    assert sum(table.title in book.sheetnames for table in report.tables) == len(report.tables)


def as_shown(cell: Any) -> str:
    """Show a number as an Indonesian spreadsheet does with the cell's format."""
    assert isinstance(cell.value, int | float), cell.value
    digits = 1 if ".0" in cell.number_format else 0
    share = cell.number_format.endswith("%")
    text = f"{cell.value * (100 if share else 1):.{digits}f}".replace(".", ",")
    return f"{text}%" if share else text


@pytest.mark.parametrize(
    "before", ["", " ", "\n", "\r\n", "\ufeff", "\u00a0 ", "\u200b", "\t", "\x00"]
)
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_begins_as_a_formula(before: str, sign: str) -> None:
    assert FORMULA.match(f"{before}{sign}HYPERLINK(0)")
    assert not FORMULA.match(f"Loket {sign}")


def test_nothing_in_a_file_is_a_formula(tmp_path: Path) -> None:
    report = told_day(tmp_path)
    table = report.table("services")
    sly = "=HYPERLINK(0)"
    rows = (("@" + sly, sly, *table.rows[0][2:]),)
    changed = [
        one if one is not table else type(table)(**{**vars(table), "rows": rows})
        for one in report.tables
    ]
    report = type(report)(**{**vars(report), "tables": tuple(changed)})
    services = csv_files(report)["03-layanan.csv"]
    assert services[1][:2] == [f"'@{sly}", f"'{sly}"]
    sheet = load_workbook(io.BytesIO(as_xlsx(report)))[table.title]
    assert [cell.data_type for cell in sheet[2][:2]] == ["s", "s"]


def test_month_tells_each_day(tmp_path: Path) -> None:
    report = told_day(tmp_path, month=True)
    pdf = PdfReader(io.BytesIO(as_pdf(report, own_faces())))
    assert report.title == "Laporan pelayanan, November 2026"
    assert report.told(report.fact("visits_a_day")) == "6"
    assert "23 Nov 6 33% 30 55 83% 2" in words_of(pdf)
    assert "Kunjungan per hari 6 dari satu hari penuh Tunggu" in words_of(pdf)


def test_means_say_of_which_days_they_are(tmp_path: Path) -> None:
    month = told_day(tmp_path, month=True)
    assert month.fact("visits_a_day").basis == "dari satu hari penuh"
    noted = "hari yang masih berjalan tidak ikut"
    assert any(noted in note for note in month.notes)
    assert noted in words_of(PdfReader(io.BytesIO(as_pdf(month, own_faces()))))
    about = csv_files(month)["00-tentang-laporan.csv"]
    assert any(row[0] == "Rata-rata" and noted in row[1] for row in about)


@pytest.mark.parametrize("at", [o_clock(9, 1), NOON])
def test_a_week_that_has_only_begun_is_told_without_means(tmp_path: Path, at: datetime) -> None:
    report = told_day(tmp_path, period=Period.of_week(date(2026, 11, 23)), at=at)
    told = report.fact("visits_a_day")
    assert (told.value, told.basis) == (None, "belum ada hari penuh")
    assert bool(report.chart) == (at == NOON)
    assert as_pdf(report, own_faces())
    assert as_xlsx(report)


def test_english_report_counts_the_same(report: Report, tmp_path: Path) -> None:
    english = told_day(tmp_path, "en")
    assert english.headline == "6 visits, 83% of needs within the promise"
    assert {one.key: one.value for one in english.facts} == {
        one.key: one.value for one in report.facts
    }
    pdf = PdfReader(io.BytesIO(as_pdf(english, own_faces())))
    catalogue: Any = pdf.root_object
    assert catalogue["/Lang"] == "en-GB"
    assert "Page 1 of" in words_of(pdf)


def test_day_without_anybody_says_so(tmp_path: Path) -> None:
    report = empty_day(tmp_path)
    pdf = PdfReader(io.BytesIO(as_pdf(report, own_faces())))
    assert report.headline == "Tidak ada kunjungan"
    assert "Tunggu, tengah –" in words_of(pdf)
    assert len(csv_files(report)) == 2
    assert as_xlsx(report)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "id",
            [
                "1 kunjungan, 100% keperluan sesuai janji",
                "Satu-satunya keperluan yang dipanggil menunggu paling lama 1 menit.",
                "dari 1 keperluan yang dipanggil",
                "<b>Layanan A</b> Kuota habis, 1 permintaan ditolak.",
            ],
        ),
        (
            "en",
            [
                "1 visit, 100% of needs within the promise",
                "The one need that was called waited at most 1 minute.",
                "of 1 need called",
                "<b>Service A</b> Quota used up, 1 request refused.",
            ],
        ),
    ],
)
def test_one_is_told_as_one(tmp_path: Path, language: str, said: list[str]) -> None:
    report = short_day(tmp_path, language, waited=timedelta(seconds=50))
    (lead,) = report.lead
    assert [report.headline, lead, report.fact("wait_eight").basis, report.attention[0]] == said
    told = [*said, report.chart, f"1 {report.unit(report.fact('wait_eight'))}"]
    assert not any(re.search(r"\b1 (people|arrivals|visits|needs|minutes)\b", one) for one in told)


def test_at_most_never_tells_less_than_somebody_waited(tmp_path: Path) -> None:
    # To the nearest minute 10 minutes and 20 seconds are 10, which nobody kept to.
    report = short_day(tmp_path, "id", waited=timedelta(minutes=10, seconds=20))
    assert report.lead == ("Satu-satunya keperluan yang dipanggil menunggu paling lama 11 menit.",)


def test_fingerprint_tells_same_figures_from_others(report: Report, tmp_path: Path) -> None:
    assert told_day(tmp_path).fingerprint == report.fingerprint
    (tmp_path / "other").mkdir()
    assert empty_day(tmp_path / "other").fingerprint != report.fingerprint


def test_lengths_read_in_hours_from_an_hour_on_for_people(report: Report) -> None:
    def said(minutes: int) -> list[tuple[str, str]]:
        return report.formats.length_parts(timedelta(minutes=minutes), report.word)

    assert said(59) == [("59", "menit")]
    assert said(60) == [("1", "jam")]
    assert said(80) == [("1", "jam"), ("20", "menit")]


def test_a_half_is_rounded_up_whoever_writes_it() -> None:
    formats = Formats("id", "Asia/Jakarta")
    # 29 of 400, 1 of 16, 1 of 8, and halves of both kinds.
    shares = [formats.share(one) for one in (29 / 400, 1 / 16, 1 / 8, 0.505, 0.515)]
    assert shares == ["7,3%", "6,3%", "13%", "51%", "52%"]
    assert [formats.number(one) for one in (0.5, 1.5, 2.5)] == ["1", "2", "3"]
    assert [formats.number(one, 1) for one in (0.25, 0.35, 7.25)] == ["0,3", "0,4", "7,3"]
    assert formats.told(Kind.HOURS, timedelta(minutes=15)) == "0,3"


def test_only_nothing_is_none_and_only_all_is_all() -> None:
    formats = Formats("id", "Asia/Jakarta")
    told = {
        0.0: "0%",
        0.0004: "<0,1%",
        0.0005: "0,1%",
        0.0996: "10%",
        0.1: "10%",
        0.994: "99%",
        0.995: "99,5%",
        0.9967: "99,7%",
        0.9996: ">99,9%",
        1.0: "100%",
    }
    assert {share: formats.share(share) for share in told} == told
    assert Formats("en", "Asia/Jakarta").share(0.0004) == "<0.1%"


def test_a_cell_shows_a_share_as_paper_does(report: Report) -> None:
    fact = report.fact("left_share")
    for share, form in ((0.0004, '"<0,1%"'), (0.0996, "0%"), (0.9967, "0.0%"), (0.5, "0%")):
        facts = (type(fact)(**{**vars(fact), "value": share}),)
        told = type(report)(**{**vars(report), "facts": facts})
        sheet = load_workbook(io.BytesIO(as_xlsx(told)))[report.word("facts")]
        (cell,) = (row[1] for row in sheet.iter_rows(min_row=6) if row[0].value == fact.label)
        assert (cell.value, cell.number_format) == (share, form)


def test_numbers_are_written_the_indonesian_way() -> None:
    formats = Formats("id", "Asia/Jakarta")
    assert formats.number(11482.25, 1) == "11.482,3"
    assert formats.told(Kind.COUNT, 11482, grouped=False) == "11482"
    assert (formats.share(0.913), formats.share(0.021), formats.share(1.0)) == (
        "91%",
        "2,1%",
        "100%",
    )


def test_every_reason_and_state_has_words() -> None:
    words = LANGUAGE.words("printing.reports", "id")
    kinds: list[type[NoNumber]] = [NoNumber, *NoNumber.__subclasses__()]
    assert {f"report.refusal_{kind.code}" for kind in kinds} <= set(words)
    states = set(PrinterState) - PRINTING_STATES
    assert {f"report.state_{state}" for state in states} <= set(words)


def _hexed(colour: Color) -> str:
    """Return a colour as tokens.css writes it."""
    return f"#{colour.hexval()[2:].upper()}"


def test_colours_on_paper_are_those_of_the_pages() -> None:
    tokens = set(re.findall(r"#[0-9A-F]{6}", TOKENS.read_text(encoding="utf-8")))
    used = (look.NILA, look.NILA_SOFT, look.KUNYIT, look.TRACK, look.LINE, look.INK, look.INK_2)
    assert {_hexed(colour) for colour in used} <= tokens
