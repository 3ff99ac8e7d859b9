"""The icons that a page carries within itself, cut out of the sheet that set-up built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup

SHEET = Path(__file__).parent / "static" / "vendor" / "icons.svg"

_SYMBOL = re.compile(r'<symbol id="([^"]+)"(.*?</symbol>)', re.DOTALL)


def drawn_icons(*names: str) -> Markup:
    """Return the named icons for the head of a page's body, each under the id `icon-<name>`.

    A phone loads the whole sheet for a dozen of its icons otherwise, over its owner's credit.
    One that the sheet does not hold is left out: a page without a picture is better than none.
    """
    symbols = "".join(_symbols().get(name, "") for name in names)
    return Markup('<svg class="sprite" width="0" height="0" aria-hidden="true">{}</svg>').format(
        Markup(symbols)  # noqa: S704 — from a file that set-up made.
    )


@cache
def _symbols() -> Mapping[str, str]:
    if not SHEET.is_file():
        return {}
    sheet = SHEET.read_text(encoding="utf-8").replace("\n", "")
    return {name: f'<symbol id="icon-{name}"{rest}' for name, rest in _SYMBOL.findall(sheet)}
