"""Numbers in words, in Indonesian and English: figure by figure, or as one number."""

from typing import Literal, get_args

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# "Nol", never "kosong": that is colloquial here and the Malaysian word, as "lapan" is for eight.
_ID_UNITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_ID = (*_ID_UNITS, "sepuluh", "sebelas", *(f"{unit} belas" for unit in _ID_UNITS[2:]))
_ID_SCALES = ((1000, "ribu"), (100, "ratus"), (10, "puluh"))
_EN_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_STEMS = ("thir", "four", "fif", "six", "seven", "eigh", "nine")
_EN = (*_EN_UNITS, "ten", "eleven", "twelve", *(f"{stem}teen" for stem in _EN_STEMS))
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES = ((1000, "thousand"), (100, "hundred"))
_HUNDRED = 100
_TOO_BIG = 1_000_000


def digits(text: str, language: Language) -> str:
    """Each figure of `text` as a word, in order: "047" is "nol empat tujuh"."""
    units = _ID_UNITS if language == "id" else _EN_UNITS
    return " ".join(units[int(figure)] for figure in text)


def cardinal(number: int, language: Language) -> str:
    """`number` as one number in words. Raises ValueError below 0 and from a million on."""
    if not 0 <= number < _TOO_BIG:
        raise ValueError(f"no hall calls {number}")
    return _indonesian(number) if language == "id" else _english(number)


def _indonesian(number: int) -> str:
    if number < len(_ID):
        return _ID[number]
    size, name = next(scale for scale in _ID_SCALES if number >= scale[0])
    many, rest = divmod(number, size)
    # One hundred and one thousand melt into one word: seratus, seribu.
    head = f"se{name}" if many == 1 else f"{_indonesian(many)} {name}"
    return f"{head} {_indonesian(rest)}" if rest else head


def _english(number: int) -> str:
    if number < len(_EN):
        return _EN[number]
    if number < _HUNDRED:
        tens = _EN_TENS[number // 10 - 2]
        return f"{tens}-{_EN[number % 10]}" if number % 10 else tens
    size, name = next(scale for scale in _EN_SCALES if number >= scale[0])
    many, rest = divmod(number, size)
    head = f"{_english(many)} {name}"
    if not rest:
        return head
    return f"{head}{' and' if rest < _HUNDRED else ''} {_english(rest)}"
