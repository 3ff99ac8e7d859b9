"""Check words: what a screen and the leader's page both show while the screen is being paired.

Two short words are read out across a room more surely than digits are compared.
"""

from __future__ import annotations

import hashlib
from typing import Final

# Each begins unlike its neighbours, none sounds like another, and none can offend.
FIRST: Final = (
    "angin awan bukit bulan danau embun fajar gunung hujan kabut kebun laut ombak padi pantai pasir"
    " pulau rimba samudra sawah senja sungai tanah teluk bintang kelapa bambu jati melati mawar"
    " teratai cempaka"
).split()
SECOND: Final = (
    "biru cerah damai emas hijau indah jernih jingga kuning lembut luas makmur manis merah mulia"
    " nyaman perak putih ramah rapi rindang sejuk segar subur tenang teduh tinggi ungu wangi hangat"
    " gemilang elok"
).split()


def check_words(token_hash: str, code: str) -> str:
    """Return the two words of the screen whose token has that hash, while it shows `code`."""
    drawn = hashlib.sha256(f"{token_hash} {code}".encode()).digest()
    return f"{FIRST[drawn[0] % len(FIRST)]} {SECOND[drawn[1] % len(SECOND)]}"
