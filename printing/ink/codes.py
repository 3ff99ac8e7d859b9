"""QR codes as plain rows of dark and light, for the printers that cannot make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode

if TYPE_CHECKING:
    from qrcode.image.pil import PilImage
    from qrcode.image.pure import PyPNGImage

LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


def matrix(content: bytes, level: str = "M") -> list[list[bool]]:
    """Return the modules of the code for `content`, True for dark, without a quiet zone.

    `level` is how much damage the code survives: L, M, Q or H.
    """
    code = _code(content, level)
    code.make(fit=True)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def module_for(content: str, dots: int) -> int:
    """Return the module's size, 3 to 8 dots, that makes the code about `dots` wide."""
    version = _code(content.encode(), "M").best_fit()
    return max(3, min(8, dots // (17 + 4 * version)))


def _code(content: bytes, level: str) -> QRCode[PilImage | PyPNGImage]:
    code = QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(content)
    return code
