"""How heavy a slip is: its bytes, and so how long a slow line carries it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from models.mall.fees import FeeKind
from printing.ink.layout import Paper
from printing.papers.slip import Need, Slip
from printing.papers.writing import Words, compose

# A citizen waits for the paper with a hand at the slot.
PATIENCE: Final = timedelta(seconds=5)
# A serial line sends a start bit and a stop bit with the eight of each byte.
_BITS_PER_BYTE: Final = 10
_AT: Final = datetime(2026, 1, 5, 2, tzinfo=UTC)


def slip_bytes(paper: Paper, words: Words) -> int:
    """Return about how many bytes a slip on `paper` has, with four papers to bring."""
    return len(compose(_ORDINARY, paper, words))


def time_on_line(paper: Paper, words: Words, baud: int) -> timedelta:
    """Return how long a serial line of `baud` bits a second carries such a slip."""
    return timedelta(seconds=slip_bytes(paper, words) * _BITS_PER_BYTE / baud)


_ORDINARY: Final = Slip(
    mall_name="Mal Pelayanan Publik",
    region="Kabupaten Tirtawangi",
    time_zone="Asia/Jakarta",
    also="en",
    footer=("Pengaduan: lapor.go.id atau SMS 1708",),
    prefix="A",
    number=88,
    needs=(
        Need(
            name="KTP-el",
            case="hilang",
            papers=("Fotokopi Kartu Keluarga", "Surat kehilangan dari polisi"),
            fee=FeeKind.FREE,
        ),
        Need(
            name="Kartu Keluarga",
            papers=("Pas foto berwarna, dua lembar", "KTP-el lama, bila masih ada"),
            fee=FeeKind.FREE,
        ),
    ),
    agency="Dinas Kependudukan dan Pencatatan Sipil",
    zone_name="Melati",
    zone_flower="melati",
    place="Kiri pintu masuk",
    desks="Loket 1–6",
    taken_at=_AT,
    people_ahead=11,
    expected=(_AT + timedelta(minutes=20), _AT + timedelta(minutes=40)),
    follow_url="https://antrean.example.go.id/t/0123456789abcdef0123456789abcdef",
    kiosk="Kiosk 1",
)
