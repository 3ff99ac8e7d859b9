"""The fee of a service: what is free under a condition is never told without it."""

from dataclasses import dataclass

import pytest

from models.mall.fees import FeeKind, ServiceFee, fee_of


@dataclass(frozen=True)
class Service:
    fee_idr: int | None
    fee_note_id: str = ""
    fee_note_en: str = ""


FIRST = ("Iuran pertama dibayar", "The first contribution is paid")


@pytest.mark.parametrize(
    ("service", "fee"),
    [
        (Service(0), ServiceFee(FeeKind.FREE)),
        (Service(0, " ", "\n"), ServiceFee(FeeKind.FREE)),
        (Service(0, *FIRST), ServiceFee(FeeKind.CONDITIONAL, 0, *FIRST)),
        (Service(30_000), ServiceFee(FeeKind.SUM, 30_000)),
        (Service(30_000, *FIRST), ServiceFee(FeeKind.SUM, 30_000, *FIRST)),
        (Service(None, *FIRST), ServiceFee(FeeKind.TARIFF, 0, *FIRST)),
        (Service(None), ServiceFee(FeeKind.UNKNOWN)),
    ],
)
def test_a_fee_says_all_that_the_catalogue_says(service: Service, fee: ServiceFee) -> None:
    assert fee_of(service) == fee


def test_a_condition_in_one_language_alone_is_told_in_both() -> None:
    fee = fee_of(Service(0, "Iuran pertama dibayar"))
    assert fee.kind is FeeKind.CONDITIONAL
    assert fee.to_json()["note"] == {"id": "Iuran pertama dibayar", "en": "Iuran pertama dibayar"}
