"""The logo: a PNG of any kind becomes black dots that fit, and a bad file stops no paper."""

import logging
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from printing.ink import drawing
from printing.ink.layout import PAPERS, Paper
from printing.ink.logo import logo
from tests.printing.papers.slips import paper_id, printed, slip

every_paper = pytest.mark.parametrize("paper", PAPERS.values(), ids=paper_id)


def seal(path: Path, ink: str = "#0a6b3d", ground: str | None = "white") -> Path:
    """A green ring on white, or on nothing, with much air around it."""
    image = Image.new("RGBA", (900, 600), ground or (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((250, 100, 650, 500), outline=ink, width=60)
    image.save(path)
    return path


def crest(path: Path) -> Path:
    """A picture full of tones: light at the left, dark at the right."""
    tones = Image.linear_gradient("L").rotate(90).resize((400, 400))
    tones.save(path)
    return path


def test_flat_art_keeps_clean_edges_and_loses_its_margin(tmp_path: Path) -> None:
    mask = logo(seal(tmp_path / "seal.png"), 230, 96)
    assert mask is not None
    assert mask.size == (96, 96)
    assert mask.getbbox() == (0, 0, 96, 96)
    assert set(mask.tobytes()) == {0, 255}
    # A ring 60 wide and 400 across: inked left and right, empty in the middle, no specks.
    row = mask.crop((0, 48, 96, 49)).tobytes()
    edges = sum(one != other for one, other in pairwise(row))
    assert (row[2], row[48], row[93], edges) == (255, 0, 255, 2)


def test_what_is_transparent_stays_white(tmp_path: Path) -> None:
    on_white, on_nothing = (
        logo(seal(tmp_path / name, ground=ground), 230, 96)
        for name, ground in (("a.png", "white"), ("b.png", None))
    )
    assert on_white is not None
    assert on_nothing is not None
    assert on_white.tobytes() == on_nothing.tobytes()


def test_tones_become_more_and_fewer_dots(tmp_path: Path) -> None:
    mask = logo(crest(tmp_path / "crest.png"), 230, 96)
    assert mask is not None
    assert set(mask.tobytes()) == {0, 255}
    quarters = [
        mask.crop((left, 0, left + 24, 96)).histogram()[255] / (24 * 96)
        for left in range(0, 96, 24)
    ]
    if quarters[0] > quarters[-1]:
        quarters.reverse()
    assert quarters == sorted(quarters)
    assert quarters[0] < 0.25
    assert quarters[-1] > 0.75


@every_paper
def test_the_logo_takes_the_place_of_the_mark(tmp_path: Path, paper: Paper) -> None:
    own = replace(paper, logo=seal(tmp_path / "seal.png"))
    with_logo, with_mark = (drawing.head(one, "Mal", "Kabupaten") for one in (own, paper))
    assert with_logo.tobytes() != with_mark.tobytes()
    assert with_logo.height > with_mark.height
    done = printed(slip(), own)
    assert (done.overflows, done.unknown) == (0, ())


@every_paper
def test_a_wide_logo_leaves_room_for_the_name(tmp_path: Path, paper: Paper) -> None:
    path = tmp_path / "wide.png"
    Image.new("L", (3000, 200), 0).save(path)
    own = replace(paper, logo=path)
    mask = logo(path, paper.dots * 2 // 5, 96)
    assert mask is not None
    assert mask.width <= paper.dots * 2 // 5
    assert printed(slip(mall_name="Mal Pelayanan Publik Digital Terpadu"), own).overflows == 0


@pytest.mark.parametrize("damage", ["missing", "text", "torn", "white"])
def test_a_bad_logo_stops_no_paper(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / f"{damage}.png"
    if damage == "text":
        path.write_text("no picture")
    elif damage == "torn":
        path.write_bytes(seal(tmp_path / "whole.png").read_bytes()[:900])
    elif damage == "white":
        Image.new("L", (50, 50), 255).save(path)
    own = replace(PAPERS[48], logo=path)
    with caplog.at_level(logging.WARNING, "printing.ink.logo"):
        head = drawing.head(own, "Mal", "Kabupaten")
    assert head.tobytes() == drawing.head(PAPERS[48], "Mal", "Kabupaten").tobytes()
    assert str(path) in caplog.text
