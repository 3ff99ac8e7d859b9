"""Browsers by the few words in which a person knows them again: "Firefox, Windows"."""

from __future__ import annotations

from typing import Final

# What a browser calls itself, the most particular first: nearly all say "Chrome" and "Safari", too.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def in_short(user_agent: str) -> str:
    """Return browser and system, of each what is known, "" when nothing is.

    Nothing that a stranger sends is repeated: both are words of these lists.
    """
    named = (
        next((name for sign, name in known if sign in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in named if name)
