"""Cells: nothing overflows a line, nothing is lost, and nothing reaches a printer as an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.ink.layout import PAPERS, balanced, paper_for, printable, two_ends, wrap

WORDY = st.text(st.sampled_from("abcdefgh -–"), max_size=120)
COLUMNS = st.integers(8, 48)


@given(WORDY, COLUMNS)
def test_no_line_is_wider_than_the_paper(text: str, columns: int) -> None:
    assert all(0 < len(line) <= columns for line in wrap(text, columns))


@given(WORDY, COLUMNS)
def test_wrapping_loses_no_letter(text: str, columns: int) -> None:
    assert "".join("".join(wrap(text, columns)).split()) == "".join(text.split())


@given(WORDY, COLUMNS)
def test_balanced_lines_are_as_few_and_lose_no_letter(text: str, columns: int) -> None:
    lines = balanced(text, columns)
    assert len(lines) == len(wrap(text, columns))
    assert all(len(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_word_stays_alone_on_the_last_line() -> None:
    text = "This service is free. Do not give money to anyone."
    assert wrap(text, 48)[1:] == ["anyone."]
    assert balanced(text, 48) == ["This service is free. Do", "not give money to anyone."]


@given(WORDY, WORDY, COLUMNS)
def test_two_ends_keep_their_letters_within_the_line(left: str, right: str, columns: int) -> None:
    lines = two_ends(left, right, columns)
    assert all(len(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join((left + right).split())


def test_two_ends_reach_both_edges() -> None:
    assert two_ends("Di depan Anda", "11 orang", 32) == ["Di depan Anda           11 orang"]


@given(st.text(max_size=60), st.sampled_from(["CP437", "CP1252"]))
def test_every_character_takes_one_byte_and_none_is_an_order(text: str, code_page: str) -> None:
    fitted = printable(text, code_page)
    raw = fitted.encode(code_page)
    assert len(raw) == len(fitted)
    assert all(byte >= 0x20 and byte != 0x7F for byte in raw)


def test_letters_keep_accents_where_the_code_page_has_them() -> None:
    name = "Café Müller – “Ñandú”…"
    assert printable(name, "CP1252") == name
    assert printable(name, "CP437") == 'Café Müller - "Ñandú"...'
    assert printable("Kiến trúc", "CP437") == "Kien trúc"


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        ("Layanan cepat 🚀", "Layanan cepat"),
        ("🏛️ Mal Pelayanan 👩🏽‍💼 Publik 🇮🇩", "Mal Pelayanan Publik"),
        ("Loket 1️⃣ dan 2️⃣", "Loket 1 dan 2"),
        ("A 食 B", "A B"),
        ("✓ asli, ✗ fotokopi", "v asli, x fotokopi"),
        ("½ jam ⅓", "1/2 jam 1/3"),
        ("Jawa: ꦗꦮ", "Jawa:"),
        ("Łódź, Đà Nẵng, Ærø, Straße", "Lódz, Dà Nang, Ærø, Straße"),
        ("kiri ← kanan ⇒ atas ↑", "kiri <- kanan => atas ^"),
        ("№ 5 ™ ①", "No 5 TM 1"),
        ("apakah ini sah?", "apakah ini sah?"),
    ],
)
def test_what_the_page_lacks_is_rewritten_or_left_out(text: str, fitted: str) -> None:
    out = printable(text, "CP1252")
    # The trade mark and the half are letters of this page already.
    assert out.replace("™", "TM").replace("½", "1/2") == fitted
    assert "?" not in printable(text.replace("?", ""), "CP437")


def test_what_is_left_out_leaves_no_gap() -> None:
    assert printable("Mal 🏛 Publik", "CP437") == "Mal Publik"
    assert printable("kolom  dua", "CP437") == "kolom  dua"


def test_a_named_profile_decides_about_blade_and_code() -> None:
    small = paper_for(32, "POS-5890")
    assert (small.native_qr, small.cut) == (False, "none")
    big = paper_for(48, "TM-T20II")
    assert (big.native_qr, big.cut, big.code_page) == (True, "partial", "CP1252")


@pytest.mark.parametrize(("columns", "profile"), [(40, "default"), (48, "no such printer")])
def test_an_unknown_paper_is_refused(columns: int, profile: str) -> None:
    with pytest.raises(ValueError, match=r"no paper|no printer profile"):
        paper_for(columns, profile)


def test_the_usual_papers_fill_their_dots() -> None:
    assert {(p.columns, p.dots, p.width_mm) for p in PAPERS.values()} == {
        (48, 576, 80),
        (42, 512, 80),
        (32, 384, 58),
    }
