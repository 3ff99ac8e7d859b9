"""The code on a paper: a reader of somebody else's finds the very address in the picture."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from models.paper.kinds import PaperKind
from printing.ink.layout import Paper
from printing.ink.virtual import picture, printout
from printing.papers.composing import compose_paper
from tests.printing.papers.contents import AT, ONE_OF_EACH, trial
from tests.printing.papers.slips import ALL_PAPERS, URL, WORDS, paper_id


def read(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image.convert("L"))]


@pytest.mark.parametrize("paper", ALL_PAPERS, ids=paper_id)
@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (PaperKind.SLIP, URL),
        (PaperKind.TRANSFER, URL),
        (PaperKind.TEST, trial().url),
    ],
)
@pytest.mark.parametrize("copy", [False, True], ids=["first", "copy"])
def test_the_code_on_paper_leads_to_its_address(
    kind: PaperKind, address: str, paper: Paper, copy: bool
) -> None:
    payload = ONE_OF_EACH[kind].to_json()
    data = compose_paper(kind, payload, paper, WORDS, copy=copy, at=AT)
    assert read(Image.open(BytesIO(picture(data, paper)))) == [address]


@pytest.mark.parametrize("module", range(3, 9))
@pytest.mark.parametrize("level", "0123")
def test_a_code_of_the_printers_own_can_be_read_at_each_size_and_level(
    module: int, level: str
) -> None:
    order = b"\x1d(k" + (len(URL) + 3).to_bytes(2, "little") + b"1P0" + URL.encode()
    data = (
        b"\x1ba\x01\x1bJ\x40\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C"
        + bytes((module,))
        + b"\x1d(k\x03\x001E"
        + level.encode()
        + order
        + b"\x1d(k\x03\x001Q0\x1bJ\x40"
    )
    done = printout(data, 576)
    assert done.qr == (URL,)
    # The roll holds burnt dots as white.
    assert read(done.image.point(lambda dot: 255 - dot)) == [URL]
