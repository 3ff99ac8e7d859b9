"""Texts of the catalogue and of the mall, in both languages or in one."""

from __future__ import annotations

from models.mall.mall import Mall

Both = dict[str, str]


def both(thing: object, name: str) -> Both:
    """Return a text of the catalogue in both languages: `name` is `name_id` and `name_en`."""
    return {language: str(getattr(thing, f"{name}_{language}")) for language in ("id", "en")}


def text_of(mall: Mall, key: str) -> str:
    """Return one of the mall's own sentences, empty when it has none."""
    text = mall.texts.get(key, "")
    return text if isinstance(text, str) else ""


def text_in(language: str, thing: object, name: str) -> str:
    """Return a text of the catalogue in one language: `name` is `name_id` or `name_en`."""
    return str(getattr(thing, f"{name}_{language}"))


def rupiah(amount_idr: int) -> Both:
    """Return whole rupiah as each language writes them: "Rp30.000", "Rp30,000"."""
    english = f"Rp{amount_idr:,}"
    return {"id": english.replace(",", "."), "en": english}
