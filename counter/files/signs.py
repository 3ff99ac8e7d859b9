"""What config.toml may put on a sign: a desk's number, and the flower of a zone."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator

from counter.files.spellings import shown
from models.mall.signs import LONGEST_SIGN, is_sign

# The largest number of a desk that may be written without quotation marks.
LARGEST_NUMBER: Final = 999
Flower = Literal["melati", "mawar", "kenanga", "cempaka", "anggrek", "teratai"]
FLOWERS: Final[tuple[Flower, ...]] = get_args(Flower)


def sign_of(value: object) -> str:
    """Return what is written as a number or as a text as the text on the sign.

    Raises ValueError for what is none.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_NUMBER:
        return str(value)
    if isinstance(value, str) and is_sign(value):
        return value
    raise ValueError(
        f"must be a whole number from 1 to {LARGEST_NUMBER}, or in quotation marks up to"
        f' {LONGEST_SIGN} letters and digits with a digit among them, such as "4K1",'
        f" not {shown(value)}"
    )


Sign = Annotated[str, BeforeValidator(sign_of)]
