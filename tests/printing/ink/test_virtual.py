"""The virtual paper: what a printer would have done with the same bytes, mistakes included."""

from io import BytesIO

import pytest
from PIL import Image

from printing.ink.layout import PAPERS, Paper
from printing.ink.virtual import picture, printout
from printing.papers.writing import compose
from tests.printing.papers.slips import WORDS, paper_id, slip


def _dark_box(data: bytes, dots: int = 384) -> tuple[int, int, int, int]:
    box = printout(data, dots).image.getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("paper", PAPERS.values(), ids=paper_id)
def test_a_picture_is_as_wide_as_the_paper_and_not_blank(paper: Paper) -> None:
    image = Image.open(BytesIO(picture(compose(slip(), paper, WORDS), paper)))
    assert image.width == paper.width_mm * 8
    assert image.height > image.width
    dark = sum(image.convert("L").histogram()[:128])
    assert 0.05 < dark / (image.width * image.height) < 0.4


def test_a_native_code_is_drawn_half_dark_in_the_middle() -> None:
    url = b"https://127.0.0.1/t/ABCD"
    code = (
        b"\x1ba\x01\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1"
        b"\x1d(k" + (len(url) + 3).to_bytes(2, "little") + b"1P0" + url + b"\x1d(k\x03\x001Q0"
    )
    done = printout(code, 384)
    assert done.qr == (url.decode(),)
    box = done.image.getbbox()
    assert box is not None
    side = box[2] - box[0]
    assert side == box[3] - box[1]
    assert box[0] == (384 - side) // 2
    dark = done.image.crop(box).histogram()[255]
    assert 0.4 < dark / side**2 < 0.6


def test_text_grows_with_its_size() -> None:
    small, large = _dark_box(b"H\n"), _dark_box(b"\x1d!\x77H\n")
    assert large[2] - large[0] == 8 * (small[2] - small[0])
    assert large[3] - large[1] == 8 * (small[3] - small[1])


def test_text_stands_where_it_is_told() -> None:
    line = printout(b"\x1ba\x01ABCD\n", 384).lines[0]
    assert (line.text, line.dots) == ("ABCD", 48)
    left, middle, right = (_dark_box(b"\x1ba" + bytes((n,)) + b"H\n")[0] for n in range(3))
    assert (middle - left, right - left) == ((384 - 12) // 2, 384 - 12)


def test_text_stands_at_the_dot_that_is_named() -> None:
    plain = _dark_box(b"H\n")[0]
    assert _dark_box(b"\x1b$\x64\x00H\n")[0] == plain + 100
    assert _dark_box(b"\x1b$\x64\x00\x1b\\\x0a\x00H\n")[0] == plain + 110
    after_a_letter = printout(b"H\x1b$\x64\x00H\n", 384)
    assert after_a_letter.image.crop((12, 0, 100, 34)).getbbox() is None
    assert after_a_letter.overflows == 0
    assert printout(b"\x1b$\x78\x01HHH\n", 384).overflows == 1


def test_inverted_text_burns_its_whole_cell() -> None:
    assert _dark_box(b"\x1dB\x01AB\n") == (0, 0, 24, 24)


def test_bold_burns_more_and_underline_burns_below() -> None:
    def dark(data: bytes) -> int:
        return printout(data, 384).image.histogram()[255]

    assert dark(b"\x1bE\x01Loket\n") > dark(b"Loket\n")
    assert dark(b"\x1b-\x01Loket\n") > dark(b"Loket\n")


def test_a_line_too_long_wraps_and_is_counted() -> None:
    done = printout(b"x" * 33 + b"\n", 384)
    assert [len(line.text) for line in done.lines] == [32, 1]
    assert done.overflows == 1


def test_code_pages_change_what_bytes_mean() -> None:
    done = printout(b"\x1bt\x10\x96\x1bt\x00\x82\n", 384)
    assert done.lines[0].text == "–é"


def test_a_printer_may_number_its_pages_its_own_way() -> None:
    assert printout(b"\x1bt\x08\x96\n", 384, {8: "cp1252"}).lines[0].text == "–"
    assert printout(b"\x1bt\x08\x96\n", 384).lines[0].text == "\ufffd"


def test_drawings_of_all_three_kinds_look_the_same() -> None:
    square = bytes([0xFF, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0xFF])
    raster = printout(b"\x1dv0\x00\x01\x00\x08\x00" + square, 64).image
    stored = b"0p0\x01\x011\x08\x00\x08\x00" + square
    graphics = printout(
        b"\x1d(L" + len(stored).to_bytes(2, "little") + stored + b"\x1d(L\x02\x0002", 64
    ).image
    assert raster.getbbox() == (0, 0, 8, 8)
    assert graphics.tobytes() == raster.tobytes()
    columns = b"".join(bytes((byte, 0, 0)) for byte in square)
    inline = printout(b"\x1b3\x08\x1b*\x21\x08\x00" + columns + b"\n", 64).image
    assert inline.crop((0, 0, 64, 8)).tobytes() == raster.tobytes()


def test_feeds_and_cuts_take_their_paper() -> None:
    assert printout(b"\x1bJ\x64", 384).image.height == 100
    assert printout(b"\x1b3\x1e\x1bd\x04", 384).image.height == 120
    assert printout(b"H\n\x1dV\x01H\n\x1dVB\x00", 384).cuts == (34, 68)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x1bz",
        b"\x1c\x01",
        b"\x07",
        b"\x1b*\x21\xff\x00\x01",
        b"\x1d(k\x02\x001C",
        b"\x1dk\x04A\x00",
        b"HH\x1b$\x00\x00",
        b"\x1dW\x40\x00",
        b"\x1dL\x08\x00",
        b"\x1b{\x01",
    ],
    ids=[
        "ESC z",
        "FS 1",
        "bell",
        "half a drawing",
        "a hollow order",
        "bar code",
        "a step back",
        "a narrow part",
        "a margin",
        "upside down",
    ],
)
def test_what_is_not_understood_is_shown(raw: bytes) -> None:
    done = printout(raw, 384)
    assert done.unknown
    assert done.image.getbbox() is not None
    assert "?" in done.lines[0].text
