"""The first page of a PDF report: the day or month at a glance, as drawn by the house's design."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from models.figures.figures import ServiceFigures, share
from printing.reports import look
from printing.reports.charts import day_by_hour, share_bar, visits_by_day
from printing.reports.formats import Kind
from printing.reports.paging import TEXT_WIDTH, Heading
from printing.reports.report import Fact, Report
from printing.reports.ruling import ruled
from printing.reports.tabling import name_of
from printing.reports.wording import GOOD

# What stands large, in this order.
TILES = ("visits", "visits_a_day", "wait_median", "wait_kept", "range_held", "left_share")
BUSIEST = 9
GAP = 8 * mm
WIDE = (TEXT_WIDTH - GAP) * 0.575
NARROW = TEXT_WIDTH - GAP - WIDE


def tiles_of(report: Report) -> list[Fact]:
    """Return the facts that stand large, on paper as on the screen."""
    facts = {fact.key: fact for fact in report.facts}
    if "visits_a_day" in facts:  # the headline of a month tells all its visits
        del facts["visits"]
    return [facts[key] for key in TILES if key in facts]


def at_a_glance(report: Report) -> Iterator[Flowable]:
    """Return what stands on the first page."""
    yield Paragraph(escape(report.headline), look.HEADLINE)
    if report.lead:
        yield Paragraph(escape(" ".join(report.lead)), look.LEAD)
    yield _tiles(report)
    if report.chart:
        yield from _charts(report)
    yield _columns(_services(report), [*_outcomes(report), *_attention(report)])


def _tiles(report: Report) -> Flowable:
    tiles = tiles_of(report)
    cells = [_tile(report, fact) for fact in tiles]
    style = TableStyle(
        [
            look.BASE,
            ("LINEABOVE", (0, 0), (-1, 0), 0.25 * mm, look.LINE),
            ("LINEBELOW", (0, 0), (-1, 0), 0.25 * mm, look.LINE),
            ("LINEBEFORE", (1, 0), (-1, 0), 0.25 * mm, look.LINE),
            ("LEFTPADDING", (0, 0), (0, 0), 0),
            ("LEFTPADDING", (1, 0), (-1, 0), 3 * mm),
            ("RIGHTPADDING", (0, 0), (-1, 0), 2),
            ("TOPPADDING", (0, 0), (-1, 0), 2.4 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, 0), 2.6 * mm),
            ("VALIGN", (0, 0), (-1, 0), "TOP"),
        ]
    )
    # The last label is the longest, and so is what a middle wait is told of.
    parts = [1.3 if fact.key == "wait_median" else 1.0 for fact in tiles]
    parts[-1] = 1.3
    widths = [TEXT_WIDTH * part / sum(parts) for part in parts]
    return Table([cells], colWidths=widths, style=style)


def _figure(figure: str, unit: str) -> str:
    """Set a figure with its unit, small."""
    if not unit:
        return escape(figure)
    return f'{escape(figure)} <font name="{look.STRONG}" size="10">{escape(unit)}</font>'


def _tile(report: Report, fact: Fact) -> list[Flowable]:
    told = " ".join(_figure(*part) for part in report.parts(fact, fact.value))
    lines: list[Flowable] = [
        Paragraph(escape(fact.label), look.LABEL),
        Paragraph(told, look.FIGURE),
    ]
    if fact.basis:
        lines.append(Paragraph(escape(fact.basis), look.LABEL))
    if fact.before is not None:
        before = report.told_before(fact)
        lines.append(Paragraph(escape(f"{report.before} {before}"), look.LABEL))
    return lines


def _charts(report: Report) -> Iterator[Flowable]:
    if report.by_hours:
        yield Heading(report.word("by_hour"))
        yield day_by_hour(report, TEXT_WIDTH)
        note = f"{report.chart} {report.word('hours_note')}"
    else:
        yield Heading(report.word("by_day"))
        yield visits_by_day(report, TEXT_WIDTH)
        note = report.chart
    # A PDF of this library carries no text behind a drawing: it stands below, for everybody.
    yield Paragraph(escape(note), look.NOTE)


def _columns(left: list[Flowable], right: list[Flowable]) -> Flowable:
    style = TableStyle(
        [
            look.BASE,
            ("LEFTPADDING", (0, 0), (0, 0), 0),
            ("LEFTPADDING", (1, 0), (1, 0), GAP),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), look.HEADING.spaceBefore),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    return Table([[left, right]], colWidths=[WIDE, TEXT_WIDTH - WIDE], style=style)


def _services(report: Report) -> list[Flowable]:
    """List the busiest services with their waits; those that miss the promise stand out."""
    services = report.figures.services
    if not services:
        return []
    shown = services if len(services) <= BUSIEST + 1 else services[:BUSIEST]
    rows = [_service_row(report, one) for one in shown]
    poor = [n for n, one in enumerate(shown) if (one.of.waits.kept or 1.0) < GOOD]
    if rest := services[len(shown) :]:
        count = sum(one.of.steps for one in rest)
        others = report.word("others", count=len(rest))
        within = share(
            sum(one.of.waits.within for one in rest), sum(one.of.waits.judged for one in rest)
        )
        kept = report.formats.told(Kind.SHARE, within)
        told = report.formats.told
        rows.append([others, told(Kind.COUNT, count), "", "", "", told(Kind.SHARE, kept)])
    heads = [report.word(key) for key in ("service", "asked", "median", "eight", "promise", "kept")]
    # Every head stands on one line, in whichever language.
    numbers = [
        max(stringWidth(head, look.STRONG, look.HEAD.fontSize) + 2 * mm, 10 * mm)
        for head in heads[1:]
    ]
    widths = [WIDE - sum(numbers), *numbers]
    table = ruled(heads, rows, widths, numbers=range(1, 6), bold=poor)
    heading = Heading(report.word("services"))
    return [heading, table, Paragraph(escape(report.word("services_note")), look.NOTE)]


def _service_row(report: Report, one: ServiceFigures) -> list[str]:
    told = report.formats.told
    waits = one.of.waits
    return [
        name_of(one, report.formats),
        told(Kind.COUNT, one.of.steps),
        told(Kind.MINUTES, waits.median),
        told(Kind.MINUTES, waits.eight_of_ten),
        told(Kind.MINUTES, one.promise),
        told(Kind.SHARE, waits.kept),
    ]


def _outcomes(report: Report) -> list[Flowable]:
    total = report.figures.total
    counts = [(report.word(outcome), count) for outcome, count in total.outcomes.items()]
    counts += [
        (report.word(key), getattr(total, key))
        for key in ("transferred", "cancelled", "expired", "open")
    ]
    most = max((count for _, count in counts), default=0)
    if not most:
        return []
    widths = [33 * mm, NARROW - 46 * mm, 13 * mm]
    rows = [
        [
            Paragraph(escape(label), look.CELL),
            share_bar(count / most, widths[1] - 2 * mm),
            Paragraph(report.formats.number(count), look.CELL_RIGHT),
        ]
        for label, count in counts
    ]
    style = TableStyle(
        [
            look.BASE,
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2 * mm),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    heading = Heading(report.word("outcomes"))
    return [heading, Table(rows, colWidths=widths, style=style)]


def _attention(report: Report) -> list[Flowable]:
    heading = Heading(report.word("attention"))
    style = TableStyle(
        [
            look.BASE,
            ("LINEABOVE", (0, 0), (-1, -1), 0.2 * mm, look.LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.4 * mm),
        ]
    )
    rows = [[Paragraph(line, look.LINE_ITEM)] for line in report.attention]
    return [heading, Table(rows, colWidths=[NARROW], style=style)]
