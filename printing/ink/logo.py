"""The mall's own logo as black dots: flat art keeps its edges, a coloured crest its tones."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

log = logging.getLogger(__name__)

# How much of a picture's contrast two tones must explain for it to count as flat art.
_FLAT = 0.85
_TONES = range(256)


class NoPicture(Exception):
    """A file holds no picture that can be printed; the message says why."""


@lru_cache(4)
def logo(path: Path, width: int, height: int) -> Image.Image | None:
    """Return the picture in `path` as a mask that fits `width` by `height` dots (255 is ink).

    None, and a line in the log, when there is no picture to read: paper comes out all the same.
    """
    try:
        grey = seen_in(path)
    except NoPicture as error:
        log.warning("the logo %s cannot be read: %s", path, error)
        return None
    grey = ImageOps.contain(grey, (width, height), Image.Resampling.LANCZOS)
    black, explained = _threshold(grey.histogram())
    if explained >= _FLAT:
        return grey.point(lambda tone: 255 if tone <= black else 0)
    dots = ImageOps.autocontrast(grey, cutoff=1).convert("1", dither=Image.Dither.FLOYDSTEINBERG)
    return ImageOps.invert(dots.convert("L"))


def seen_in(path: Path) -> Image.Image:
    """Return what can be seen of the picture in `path`, in greys. Raises NoPicture."""
    try:
        with Image.open(path) as picture:
            return _on_white(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NoPicture(str(error)) from error


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the picture without colours, cut to what can be seen, as if printed on white."""
    coloured = picture.convert("RGBA")
    sheet = Image.new("RGBA", coloured.size, "white")
    sheet.alpha_composite(coloured)
    grey = sheet.convert("L")
    seen = ImageOps.invert(grey).getbbox()
    if seen is None:
        raise ValueError("it is blank")
    return grey.crop(seen)


def _threshold(histogram: list[int]) -> tuple[int, float]:
    """Return the lightest tone that counts as black, and how much of the contrast that explains.

    Otsu's method (IEEE Trans. SMC 9, 1979): the parting with the most contrast between parts.
    """
    total = sum(histogram)
    mean = sum(tone * histogram[tone] for tone in _TONES) / total
    spread = sum((tone - mean) ** 2 * histogram[tone] for tone in _TONES)
    best, most = 127, 0.0
    dark, dark_sum = 0, 0
    for tone in _TONES:
        dark += histogram[tone]
        dark_sum += tone * histogram[tone]
        if 0 < dark < total:
            apart = (mean * dark - dark_sum) ** 2 * total / (dark * (total - dark))
            if apart > most:
                best, most = tone, apart
    return best, most / spread if spread else 1.0
