"""Copies what browsers need from npm's packages into the served folder and builds the icon sheet.

Run once at set-up, as `python -m counter.assets`. The served folder is made new each time, so
nothing of an older version stays behind, and pages never load anything from another host.
"""

import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from counter.faces import cut_faces

STATIC = Path(__file__).parent / "static"
PACKAGES = Path(__file__).parent.parent / "node_modules"
# The package that brings espeak-ng brings no licence, so its text lies beside what loads it.
VOICE_LICENCES = Path(__file__).parent.parent / "display" / "voice" / "licences"

FONT = "@fontsource-variable/plus-jakarta-sans"
LATIN = f"{FONT}/files/plus-jakarta-sans-latin-wght-normal.woff2"

COPIES = {
    "htm/preact/standalone.module.js": "preact.js",
    "lean-qr/index.mjs": "lean-qr.js",
    "socket.io-client/dist/socket.io.esm.min.js": "socket.io.js",
    LATIN: "fonts/plus-jakarta-sans-latin-wght-normal.woff2",
    f"{FONT}/files/plus-jakarta-sans-latin-ext-wght-normal.woff2": (
        "fonts/plus-jakarta-sans-latin-ext-wght-normal.woff2"
    ),
    # The licences ask that their text travels with the files.
    "preact/LICENSE": "licences/preact.txt",
    "htm/LICENSE": "licences/htm.txt",
    "lean-qr/LICENSE": "licences/lean-qr.txt",
    "socket.io-client/LICENSE": "licences/socket.io.txt",
    "lucide-static/LICENSE": "licences/lucide.txt",
    f"{FONT}/LICENSE": "licences/plus-jakarta-sans.txt",
}

SVG = "http://www.w3.org/2000/svg"


class AssetMissing(Exception):
    """A package does not hold a file that the pages need."""


def icon_names(text: str) -> list[str]:
    """Return the names in the text of `icons.txt`, one a line, sorted and each once."""
    return sorted({line.strip() for line in text.splitlines() if line.strip()})


def icon_sheet(names: list[str], icons: Path) -> str:
    """Return one SVG with a `<symbol>` for each named icon of the folder `icons`.

    A page draws one with `<use href="/static/vendor/icons.svg#printer">` and gives it size, colour
    and stroke width. Raises AssetMissing with every name that the folder does not hold.
    """
    unknown = [name for name in names if not (icons / f"{name}.svg").is_file()]
    if unknown:
        raise AssetMissing(f"lucide-static has no icon named {', '.join(unknown)}")
    # Without this, every element would be written with a prefix of its own.
    ET.register_namespace("", SVG)
    sheet = ET.Element(f"{{{SVG}}}svg")
    for name in names:
        drawing = ET.parse(icons / f"{name}.svg").getroot()
        symbol = ET.SubElement(sheet, f"{{{SVG}}}symbol", id=name)
        for attribute in ("viewBox", "fill", "stroke", "stroke-linecap", "stroke-linejoin"):
            symbol.set(attribute, drawing.attrib[attribute])
        symbol.extend(drawing)
    ET.indent(sheet, space="")
    return ET.tostring(sheet, encoding="unicode") + "\n"


def build(packages: Path, static: Path) -> Path:
    """Fill `static/vendor` from the npm packages in `packages` and return that folder.

    Raises AssetMissing when a package or an icon is not there, and then leaves the old folder.
    """
    missing = [source for source in COPIES if not (packages / source).is_file()]
    if missing:
        raise AssetMissing(f"not found in {packages}: {', '.join(missing)}")
    names = icon_names((static / "shared" / "icons.txt").read_text(encoding="utf-8"))
    sheet = icon_sheet(names, packages / "lucide-static" / "icons")
    vendor = static / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    for source, target in COPIES.items():
        (vendor / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packages / source, vendor / target)
    for text in VOICE_LICENCES.glob("*.txt"):
        shutil.copyfile(text, vendor / "licences" / text.name)
    cut_faces(packages / LATIN, vendor / "fonts")
    (vendor / "icons.svg").write_text(sheet, encoding="utf-8")
    return vendor


def main() -> None:
    """Build the served folder, or stop with one sentence that says what is missing."""
    try:
        vendor = build(PACKAGES, STATIC)
    except AssetMissing as refusal:
        sys.exit(f"The browser files cannot be built: {refusal}.")
    count = sum(1 for path in vendor.rglob("*") if path.is_file())
    print(f"{count} browser files are ready in {vendor}.")


if __name__ == "__main__":
    main()
