"""A sheet being set: text, drawings and codes become ESC/POS orders, each said only once."""

from __future__ import annotations

from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy
from PIL import Image, ImageOps

from printing.ink import codes, drawing
from printing.ink.layout import CELL_HEIGHT_DOTS, Look, Paper, printable

_ESC, _GS, _FS = b"\x1b", b"\x1d", b"\x1c"
_LINE_DOTS = 30
_STRIP_DOTS = 240
_QR_DOTS = 215
# White below the last line of a paper that is cut, in the printer's units of a dot or less.
_EDGE_DOTS = 24
_MOST_FED = 255


class Sheet:
    """Sets one sheet of `paper`; `finish` returns its bytes."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._look = Look()
        self._driver = Dummy(profile=paper.profile)
        self._done = bytearray()
        # Reset; then leave the two-byte mode in which many clones wake up and
        # would take every accent for half a Chinese character.
        self._order(_ESC + b"@" + _FS + b".")
        # The code page is set once, here: the library would choose pages by itself, and
        # change them in the middle of a word.
        self._order(_ESC + b"t" + bytes((paper.code_page_number,)))
        self._driver.line_spacing(_LINE_DOTS)

    def fit(self, text: str) -> str:
        """Return `text` as this paper's code page prints it; do this before counting cells."""
        return printable(text, self.paper.code_page)

    def line(self, text: str = "", look: Look | None = None) -> None:
        """Print one line; it must fit into the paper's columns at the look's width."""
        self.words(text, look)
        self._order(b"\n")

    def words(self, text: str, look: Look | None = None) -> None:
        """Print `text` and stay on the line."""
        if text:
            self._use(look or Look())
            self._order(self.fit(text).encode(self.paper.code_page))

    def feed(self, dots: int) -> None:
        """Move the paper on by `dots`."""
        self._order(_ESC + b"J" + bytes((dots,)))

    def solid(self, height: int) -> None:
        """Set lines without a gap, `height` cells high, so that inverted ones join."""
        self._driver.line_spacing(CELL_HEIGHT_DOTS * height)

    def airy(self) -> None:
        """Set lines with the usual gap again."""
        self._driver.line_spacing(_LINE_DOTS)

    def draw(self, image: Image.Image) -> None:
        """Print a drawing that is as wide as the paper."""
        self._use(Look())
        if self.paper.raster:
            self._raster(image)
        else:
            self._driver.image(image, impl="bitImageColumn")
            self.airy()  # The library leaves the printer's own spacing behind.

    def _raster(self, image: Image.Image) -> None:
        """Send only what is inked: white above and below is fed, white at the right left out.

        The left stays, for clones put a drawing at the left edge whatever they are told.
        """
        ink = ImageOps.invert(image).getbbox()
        if ink is None:
            self._feed_all(image.height)
            return
        _, top, right, bottom = ink
        self._feed_all(top)
        # Small strips, for cheap printers hold little.
        self._driver.image(
            image.crop((0, top, right, bottom)),
            impl="bitImageRaster",
            fragment_height=_STRIP_DOTS,
        )
        self._feed_all(image.height - bottom)

    def _feed_all(self, dots: int) -> None:
        while dots:
            self.feed(min(dots, _MOST_FED))
            dots -= min(dots, _MOST_FED)

    def framed(self, text: str = "", look: Look | None = None, *, box: bool = False) -> None:
        """Print one line between the sides of a frame, behind a box to tick if it has one.

        It has room for four cells less than the paper has, and a box takes three of them.
        """
        side = drawing.frame_side()
        self._columns(side)
        self.words(" ")
        if box:
            self.box()
        self.words(text, look)
        self._order(_ESC + b"$" + (self.paper.dots - side.width).to_bytes(2, "little"))
        self._columns(ImageOps.mirror(side))
        self._order(b"\n")

    def _columns(self, image: Image.Image) -> None:
        """Print a drawing of one cell's height and stay on the line."""
        self._use(Look())
        across = ImageOps.invert(image).transpose(Image.Transpose.TRANSPOSE)
        columns = across.convert("1", dither=Image.Dither.NONE).tobytes()
        self._order(_ESC + b"*\x21" + across.height.to_bytes(2, "little") + columns)

    def box(self) -> None:
        """Print a box to tick, three cells wide, and stay on the line."""
        if not self.paper.raster:
            self.words("[ ]")
            return
        self._columns(drawing.check_box())

    def qr(self, content: str) -> None:
        """Print a QR code, by the printer where it can, else as a drawing."""
        module = codes.module_for(content, _QR_DOTS)
        if self.paper.native_qr:
            self._use(Look(align="center"))
            self._driver.qr(content, ec=QR_ECLEVEL_M, size=module, native=True)
        else:
            self.draw(drawing.qr(self.paper, content, module))

    def finish(self) -> bytes:
        """Bring the last line past the blade or the tear bar, cut, and return all bytes."""
        self._use(Look())
        if self.paper.cut != "none" and self.paper.to_blade:
            self._order(_GS + b"V" + (b"A" if self.paper.cut == "full" else b"B"))
            self._order(bytes((_EDGE_DOTS,)))
        elif self.paper.cut != "none":
            self._driver.cut(mode="FULL" if self.paper.cut == "full" else "PART")
        else:
            self._driver.print_and_feed(4)
        self._order(b"")
        return bytes(self._done)

    def _order(self, raw: bytes) -> None:
        """Add bytes that the library has no words for, behind what it has said so far."""
        self._done += self._driver.output + raw
        self._driver.clear()

    def _use(self, look: Look) -> None:
        was, self._look = self._look, look
        if was.align != look.align:
            self._driver.set(align=look.align)
        if was.bold != look.bold:
            self._driver.set(bold=look.bold)
        if (was.width, was.height) != (look.width, look.height):
            self._driver.set(custom_size=True, width=look.width, height=look.height)
        if was.small != look.small:
            # Said in bytes, for the library refuses printers whose second font it does not know.
            self._order(_ESC + b"M" + bytes((look.small,)))
        if was.invert != look.invert:
            self._driver.set(invert=look.invert)
