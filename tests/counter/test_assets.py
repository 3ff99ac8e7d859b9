import json
import re
from pathlib import Path

import pytest
from PIL import ImageFont
from playwright.sync_api import Page

from counter.assets import PACKAGES, STATIC, AssetMissing, build, icon_names, icon_sheet
from counter.faces import WEIGHTS, face_name

HOUSE = Path(__file__).parents[2]
ROOMS = ("counter", "display", "kiosk")


@pytest.fixture
def static(tmp_path: Path) -> Path:
    shared = tmp_path / "static" / "shared"
    shared.mkdir(parents=True)
    (shared / "icons.txt").write_text("printer\nticket\n\nprinter\n", encoding="utf-8")
    return tmp_path / "static"


def test_names_are_sorted_and_each_once() -> None:
    assert icon_names("ticket\n\n printer \nticket\n") == ["printer", "ticket"]


def test_sheet_holds_each_named_icon_once(static: Path) -> None:
    sheet = (build(PACKAGES, static) / "icons.svg").read_text(encoding="utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', sheet) == ["printer", "ticket"]


def test_unknown_icons_are_all_named() -> None:
    with pytest.raises(AssetMissing, match=r"becak, delman$"):
        icon_sheet(["becak", "printer", "delman"], PACKAGES / "lucide-static" / "icons")


def test_nothing_of_an_older_version_stays(static: Path) -> None:
    old = build(PACKAGES, static) / "old.js"
    old.touch()
    build(PACKAGES, static)
    assert not old.exists()


def test_missing_packages_leave_the_old_files(static: Path, tmp_path: Path) -> None:
    vendor = build(PACKAGES, static)
    with pytest.raises(AssetMissing, match=re.escape("preact/standalone.module.js")):
        build(tmp_path, static)
    assert (vendor / "icons.svg").exists()


def test_the_licence_of_the_voice_travels_with_the_others(static: Path) -> None:
    licences = build(PACKAGES, static) / "licences"
    text = (licences / "espeak-ng.txt").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert (HOUSE / "display" / "voice" / "licences" / "espeak-ng.txt").read_text() == text


def test_every_icon_on_a_page_is_on_the_sheet() -> None:
    pages = [
        path
        for room in ROOMS
        for kind in ("*.html", "*.js")
        for path in (HOUSE / room).rglob(kind)
        if "vendor" not in path.parts
    ]
    used = {
        name
        for path in pages
        for name in re.findall(
            r"""(?:\bicon\(["']|icons\.svg#)([a-z0-9-]+)""", path.read_text(encoding="utf-8")
        )
    }
    listed = icon_names((STATIC / "shared" / "icons.txt").read_text(encoding="utf-8"))
    assert used <= set(listed)


def test_a_browser_draws_an_icon_of_the_sheet(page: Page, static: Path) -> None:
    sheet = (build(PACKAGES, static) / "icons.svg").read_text(encoding="utf-8")
    page.set_content(f'{sheet}<svg id="drawn" width="24" height="24"><use href="#printer"/></svg>')
    box = page.locator("#drawn use").evaluate("drawing => drawing.getBBox().width")
    assert box == pytest.approx(20)


def test_locks_name_no_address() -> None:
    packages = json.loads((HOUSE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (HOUSE / name).read_text(encoding="utf-8").splitlines()
        assert all(re.match(r"[a-z0-9_.-]+(\[\w+\])?==|    --hash=sha256:", line) for line in lines)


def test_faces_for_paper_have_digits_of_one_width(static: Path) -> None:
    fonts = build(PACKAGES, static) / "fonts"
    for weight in WEIGHTS:
        face = ImageFont.truetype(fonts / face_name(weight), 100)
        assert {face.getlength(digit) for digit in "0123456789"} == {60}
    widths = [ImageFont.truetype(fonts / face_name(one), 100).getlength("Loket") for one in WEIGHTS]
    assert widths == sorted(set(widths))
