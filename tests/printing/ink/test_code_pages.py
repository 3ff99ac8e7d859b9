"""Code pages: for each printer in the database, what is written is what its own page reads."""

import re
from contextlib import suppress

import pytest
from escpos.capabilities import CAPABILITIES

from models.paper.kinds import PaperKind
from printing.ink.layout import PAPERS, Cut, Paper, paper_for
from printing.papers.composing import compose_paper
from tests.printing.papers.contents import AT
from tests.printing.papers.slips import WORDS, need, orders, slip

PROFILES = CAPABILITIES["profiles"]
# Customers' displays are in the database too; the rest prints.
PRINTERS = sorted(set(PROFILES) - {"AF-240", "OCD-100", "OCD-300"})
INDONESIAN = "Kartu Keluarga, à la carte, café, Müller"
TYPOGRAPHIC = "Jum’at 08.00–15.00 “cepat” — … ½"
every_profile = pytest.mark.parametrize("profile", PRINTERS)


def pages_of(profile: str) -> dict[int, str]:
    """The code pages of a printer by their numbers, from the printer database itself."""
    return {int(number): name for number, name in PROFILES[profile]["codePages"].items()}


def in_bytes(paper: Paper, *texts: str) -> bytes:
    content = slip(agency=texts[0], needs=(need("KTP-el", *texts[1:]),))
    return compose_paper(PaperKind.SLIP, content.to_json(), paper, WORDS, copy=True, at=AT)


def read_back(data: bytes, number: int, profile: str) -> str:
    """Read the letters as the printer would: by Python's own codec of the page it was told."""
    return data.decode(pages_of(profile)[number].lower(), errors="replace")


def widest(profile: str) -> Paper:
    """The widest paper that the printer has room for."""
    for columns in PAPERS:
        with suppress(ValueError):
            return paper_for(columns, profile)
    raise LookupError(profile)


@every_profile
def test_letters_come_back_whole_from_the_printers_own_page(profile: str) -> None:
    paper = widest(profile)
    data = in_bytes(paper, INDONESIAN, TYPOGRAPHIC)
    ((number,),) = orders(data, "ESC t")  # chosen once: no switch for a letter
    text = re.sub(r"\s+", " ", read_back(data, number, profile))
    for word in INDONESIAN.split():
        assert word in text
    if pages_of(profile)[number] == "CP1252":
        expected = TYPOGRAPHIC
    else:
        expected = 'Jum\'at 08.00-15.00 "cepat" - ... ½'
    for word in expected.split():
        assert word in text


@every_profile
def test_dashes_and_quotes_are_kept_wherever_the_printer_has_them(profile: str) -> None:
    paper = widest(profile)
    assert paper.code_page == ("CP1252" if "CP1252" in pages_of(profile).values() else "CP437")
    assert pages_of(profile)[paper.code_page_number] == paper.code_page


@pytest.mark.parametrize("paper", PAPERS.values(), ids=lambda paper: str(paper.columns))
def test_the_usual_papers_keep_to_the_page_of_their_profile(paper: Paper) -> None:
    data = in_bytes(paper, INDONESIAN, TYPOGRAPHIC)
    ((number,),) = orders(data, "ESC t")
    assert pages_of(paper.profile)[number] == paper.code_page
    assert "café" in read_back(data, number, paper.profile)


def test_a_page_with_a_number_of_its_own_is_called_by_that_number() -> None:
    assert paper_for(48, "TH230").code_page_number == 8
    assert paper_for(42, "TSP600").code_page_number == 32
    assert paper_for(48, "CT-S651").code_page_number == 16


@pytest.mark.parametrize(
    ("columns", "profile"), [(48, "TM-T88IV"), (48, "T-1"), (42, "POS-5890"), (32, "OCD-300")]
)
def test_paper_wider_than_the_printer_is_refused(columns: int, profile: str) -> None:
    with pytest.raises(ValueError, match=f"no room for {columns} columns"):
        paper_for(columns, profile)


def test_drawings_are_no_wider_than_the_printer() -> None:
    assert paper_for(42, "T-1").dots == 504
    assert paper_for(42, "TM-T88V").dots == 512


def test_a_machine_without_latin_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="no page with Latin letters"):
        paper_for(48, "AF-240")


@pytest.mark.parametrize(
    ("columns", "profile", "wanted", "made"),
    [
        (48, "TM-T20II", "full", "full"),
        (48, "TM-T20II", "partial", "partial"),
        (48, "TM-T20II", "none", "none"),
        (32, "TM-U220B", "full", "partial"),
        (32, "POS-5890", "full", "none"),
        (48, "default", "full", "full"),
    ],
)
def test_a_printer_cuts_as_it_can(columns: int, profile: str, wanted: Cut, made: Cut) -> None:
    assert paper_for(columns, profile, cut=wanted).cut == made


def test_narrow_paper_is_torn_unless_its_printer_has_a_blade() -> None:
    assert paper_for(32, cut="full").cut == "none"
    assert paper_for(32, "RP-F10-58mm", cut="full").cut == "full"


def test_small_letters_are_counted_only_where_the_printer_has_them() -> None:
    assert paper_for(32, "ZJ-5870").small_columns == 32
    assert paper_for(32, "POS-5890").small_columns == 42
