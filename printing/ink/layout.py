"""Paper and its character cells: widths, code pages, wrapping and rows that never overflow."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

CELL_DOTS = 12
CELL_HEIGHT_DOTS = 24

Cut = Literal["full", "partial", "none"]

# The pages a paper may be set in, best first, with the numbers most makes give them. Only the
# first has dashes and curly quotation marks; the second is on every printer that prints Latin.
CODE_PAGES: Mapping[str, int] = MappingProxyType({"CP1252": 16, "CP437": 0})


@dataclass(frozen=True)
class Paper:
    """One kind of paper in one kind of printer.

    `columns` counts Font A cells of 12 dots in a printable line of `dots`, `small_columns` the
    smaller ones of Font B; a printer without that font has as many. `profile` is a name
    of python-escpos's printer database, and `code_page_number` the number under which that
    printer keeps `code_page`. `raster` off keeps to text and, where the printer makes no QR code,
    to the column graphics that every printer knows. `face` is a font file for what is drawn
    instead of set as text; without it a plain monospaced one serves. `logo` is a picture to stand
    for the house's mark. Without `requirements` a slip leaves out what to bring, to save paper;
    `short` papers repeat nothing in a second language either. Without `drawings` a paper is
    orders of text alone, a kilobyte for a slow line: where the printer makes no QR code, its
    address is written out. `to_blade` tells whether a cut feeds the last line past the blade.
    """

    columns: int
    dots: int
    width_mm: int
    profile: str
    code_page: str
    code_page_number: int
    native_qr: bool
    cut: Cut
    small_columns: int
    raster: bool = True
    face: Path | None = None
    logo: Path | None = None
    requirements: bool = True
    short: bool = False
    drawings: bool = True
    to_blade: bool = True

    @property
    def shows_codes(self) -> bool:
        """Whether a QR code can stand on it."""
        return self.native_qr or self.drawings


@dataclass(frozen=True)
class Look:
    """How the next characters look; sizes are multiples of one cell, `small` is Font B."""

    align: Literal["left", "center"] = "left"
    bold: bool = False
    width: int = 1
    height: int = 1
    invert: bool = False
    small: bool = False


# The cheapest 58 mm clones have no cutter, draw no QR code themselves and are only sure to
# hold code page 437; everything else seen in halls has all three.
PAPERS: Mapping[int, Paper] = MappingProxyType(
    {
        48: Paper(
            48, 576, 80, "TM-T20II", "CP1252", 16, native_qr=True, cut="partial", small_columns=64
        ),
        42: Paper(
            42, 512, 80, "TM-T88IV", "CP1252", 16, native_qr=True, cut="partial", small_columns=56
        ),
        32: Paper(
            32, 384, 58, "POS-5890", "CP437", 0, native_qr=False, cut="none", small_columns=42
        ),
    }
)

# GS V 65 and 66 feed by themselves until the last line is past the blade, wherever that is. The
# printer database does not tell who knows them; these makers say so of all their printers, and
# what is no printer in particular is taken for one of theirs.
_FEED_TO_BLADE = frozenset({"Epson"})


def paper_for(
    columns: int,
    profile: str = "default",
    face: Path | None = None,
    *,
    cut: Cut = "partial",
    logo: Path | None = None,
    requirements: bool = True,
    short: bool = False,
    drawings: bool = True,
) -> Paper:
    """Return the paper of `columns` (48, 42 or 32) in a printer of python-escpos's `profile`.

    "default" means what is usual for that width; a named profile decides about the code page,
    the blade and a QR code of the printer's own. `cut` is what is wanted: a printer that knows
    only one cut makes that one, and one without a blade none. ValueError for a width or a name
    nobody knows, for a printer without Latin letters, and for one with less room.
    """
    if columns not in PAPERS:
        raise ValueError(f"no paper has {columns} columns: choose 48, 42 or 32")
    usual = replace(
        PAPERS[columns],
        face=face,
        logo=logo,
        requirements=requirements and not short,
        short=short,
        drawings=drawings,
        raster=drawings,
    )
    if profile in {"", "default"}:
        return replace(usual, cut=usual.cut if usual.cut == "none" else cut)
    # The library writes a temporary file when it is imported; whoever prints nothing needs none.
    from escpos.capabilities import CAPABILITIES

    if profile not in CAPABILITIES["profiles"]:
        raise ValueError(f"no printer profile is called {profile}")
    known = CAPABILITIES["profiles"][profile]
    features = known["features"]
    code_page, number = _code_page(known["codePages"], profile)
    return replace(
        usual,
        profile=profile,
        dots=_dots(known["media"]["width"].get("pixels"), usual, profile),
        code_page=code_page,
        code_page_number=number,
        native_qr=bool(features.get("qrCode")),
        cut=_possible(cut, features),
        small_columns=usual.small_columns if len(known["fonts"]) > 1 else columns,
        raster=drawings and bool(features.get("bitImageRaster")),
        to_blade=known["vendor"] in _FEED_TO_BLADE,
    )


def _dots(printed: object, usual: Paper, profile: str) -> int:
    """Return the dots of a line; `printed` is how many the printer has, where that is known."""
    if not isinstance(printed, int):
        return usual.dots
    if printed < usual.columns * CELL_DOTS:
        raise ValueError(
            f"a printer of profile {profile} has no room for {usual.columns} columns: its line"
            f" has {printed} dots, and a letter takes {CELL_DOTS}"
        )
    return min(usual.dots, printed)


def _code_page(pages: Mapping[str, str], profile: str) -> tuple[str, int]:
    """Return the best page that the printer has and its number there, the usual one if it can."""
    for page, usual in CODE_PAGES.items():
        numbers = sorted(int(number) for number, name in pages.items() if name == page)
        if numbers:
            return page, usual if usual in numbers else numbers[0]
    raise ValueError(f"a printer of profile {profile} has no page with Latin letters")


def _possible(cut: Cut, features: Mapping[str, bool]) -> Cut:
    able: dict[Cut, bool] = {
        "full": bool(features.get("paperFullCut")),
        "partial": bool(features.get("paperPartCut")),
    }
    if cut == "none" or able[cut]:
        return cut
    return next((other for other, can in able.items() if can), "none")


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‘’‚‛′`ʼ", "'"),
        "…": "...",
        "•": "*",
        "·": "*",
        "×": "x",
        "→": "->",
        "←": "<-",
        "⇒": "=>",
        "⇐": "<=",
        "↑": "^",
        "↓": "v",
        **dict.fromkeys("✓✔☑", "v"),
        **dict.fromkeys("✗✘☒", "x"),
        "⁄": "/",
        "Đ": "D",
        "đ": "d",
        "Ł": "L",
        "ł": "l",
        "Ø": "O",
        "ø": "o",
        "ı": "i",
        "Œ": "OE",
        "œ": "oe",
        "Æ": "AE",
        "æ": "ae",
        "ẞ": "SS",
        "ß": "ss",
        "©": "(c)",
        "®": "(R)",
        "≤": "<=",
        "≥": ">=",
        "€": "EUR",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


def printable(text: str, code_page: str) -> str:
    """Return `text` with only what `code_page` prints: letters keep accents where they can.

    Control characters become spaces, so that no name in the catalogue can give the printer
    an order. What has no cell is rewritten where plain letters say the same ("½" as "1/2"), and
    left out where none do: an emoji, a sign of another script.
    """
    out = ""
    # The white on both sides of what is left out becomes one, and none at the text's ends.
    gap = False
    for char in unicodedata.normalize("NFC", text):
        fitted = _fitted(char, code_page)
        if not fitted:
            gap = gap or out[-1:] in {"", " "}
        elif fitted != " " or not gap:
            out += fitted
            gap = False
    return out.rstrip(" ") if gap else out


def _fitted(char: str, code_page: str) -> str:
    kind = unicodedata.category(char)
    if kind in {"Cc", "Zl", "Zp"}:
        return " "
    if kind == "Cf":
        return ""
    return char if _fits(char, code_page) else _nearest(char, code_page)


def _fits(char: str, code_page: str) -> bool:
    # A no-break space has a cell of its own in some code pages and none in others.
    if char == "\u00a0":
        return False
    try:
        return len(char.encode(code_page)) == 1
    except UnicodeEncodeError:
        return False


def _nearest(char: str, code_page: str) -> str:
    plain = char.translate(_PLAIN)
    if plain == char:
        parts = unicodedata.normalize("NFKD", char)
        plain = "".join(part for part in parts if not unicodedata.combining(part))
        plain = plain.translate(_PLAIN)
    return "".join(part for part in plain if _fits(part, code_page))


def wrap(text: str, columns: int) -> list[str]:
    """Break `text` between words into lines of at most `columns` cells; none for blank text.

    A word longer than a line is broken inside.
    """
    return textwrap.wrap(text, columns, break_on_hyphens=False, break_long_words=True)


def balanced(text: str, columns: int) -> list[str]:
    """Break `text` as `wrap` does, into lines of about the same length: no word stays alone."""
    lines = wrap(text, columns)
    if len(lines) < 2:
        return lines
    longest = max(len(word) for word in text.split())
    for narrower in range(columns - 1, longest - 1, -1):
        closer = wrap(text, narrower)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def two_ends(left: str, right: str, columns: int) -> list[str]:
    """Set `left` and `right` at both ends of one line, or under each other where too long."""
    if len(left) + 1 + len(right) <= columns:
        return [left + right.rjust(columns - len(left))]
    return wrap(left, columns) + [line.rjust(columns) for line in wrap(right, columns)]
