"""Cuts still faces for PDF files out of the house's variable font; run at set-up alone.

Browsers read the font as it comes, reportlab reads only TrueType files of one weight each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

# Text, the heads of tables, and what is set bold.
WEIGHTS = (500, 600, 800)
WORD_SPACING = 60  # thousandths of the size


def face_name(weight: int) -> str:
    """Return the file name of the face of one weight."""
    return f"plus-jakarta-sans-{weight}.ttf"


def cut_faces(variable: Path, folder: Path) -> None:
    """Write one TrueType file for each weight into `folder`, its digits all of one width."""
    for weight in WEIGHTS:
        with TTFont(variable) as font:
            face = instantiateVariableFont(font, {"wght": weight}, updateFontNames=False)
            # PDF knows no font features: what the pages ask for by tabular-nums is baked in.
            _set_tabular(face)
            _widen_spaces(face)
            for kind in (1, 4, 6):
                name = face["name"].getName(kind, 3, 1)
                text = f"PlusJakartaSans-{weight}" if kind == 6 else f"Plus Jakarta Sans {weight}"
                face["name"].setName(text, kind, 3, 1, name.langID)
            face.flavor = None
            face.save(folder / face_name(weight))


def _widen_spaces(font: TTFont) -> None:
    """Set words as far apart as ui.css does by word-spacing; reportlab has no such setting."""
    for code in (0x20, 0xA0):
        glyph = font.getBestCmap()[code]
        width, side = font["hmtx"][glyph]
        font["hmtx"][glyph] = (width + WORD_SPACING, side)


def _set_tabular(font: TTFont) -> None:
    """Let every character that has a form of even width be drawn in it."""
    forms = _even_forms(font["GSUB"].table)
    for table in font["cmap"].tables:
        table.cmap = {code: forms.get(glyph, glyph) for code, glyph in table.cmap.items()}


def _even_forms(substitutions: Any) -> dict[str, str]:
    lookups = {
        index
        for record in substitutions.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    forms: dict[str, str] = {}
    for index in sorted(lookups):
        for part in substitutions.LookupList.Lookup[index].SubTable:
            forms.update(getattr(part, "ExtSubTable", part).mapping)
    return forms
