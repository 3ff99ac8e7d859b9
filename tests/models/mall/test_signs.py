import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.mall.mall import Desk
from models.mall.signs import bare_name, in_order, is_sign, listed
from tests.builders import desk, mall, service


@pytest.mark.parametrize("sign", ["1", "999", "4K1", "B2", "2a", "0001"])
def test_a_sign_may_hold_letters_and_digits(sign: str) -> None:
    assert is_sign(sign)


@pytest.mark.parametrize("sign", ["", "AB", "4 K", "4-1", "12345", "４", "4K\n", "É1"])
def test_what_cannot_be_called_is_no_sign(sign: str) -> None:
    assert not is_sign(sign)


def test_signs_stand_in_the_order_in_which_people_count() -> None:
    signs = ["10", "A10", "4K10", "2", "4K2", "A2", "4", "4k1"]
    assert sorted(signs, key=in_order) == ["2", "4", "4k1", "4K2", "4K10", "10", "A2", "A10"]


def test_only_plain_numbers_make_a_range() -> None:
    assert listed(["1", "2", "3", "5"]) == "1–3, 5"
    assert listed(["4", "4K1", "4K2", "5", "6"]) == "4, 4K1, 4K2, 5–6"
    assert listed([]) == ""


def test_the_database_counts_signs_as_people_do(session: Session) -> None:
    made = mall(session)
    wanted = service(session, made)
    for number in ("10", "4K1", "2"):
        desk(session, made, [wanted], number=number, open_since=None)
    ordered = session.scalars(select(Desk.number).order_by(Desk.sorts_as))
    assert ordered.all() == ["2", "4K1", "10"]


@pytest.mark.parametrize(
    ("name", "bare"),
    [("Zona 1", "1"), ("ZONA  Utara", "Utara"), ("Zone B", "B"), ("Melati", "Melati")],
)
def test_a_zone_says_its_word_once(name: str, bare: str) -> None:
    assert bare_name(name) == bare


def test_a_zone_that_only_begins_like_the_word_keeps_its_name() -> None:
    assert [bare_name(name) for name in ("Zona", "Zonasi", "Zonamerah")] == [
        "Zona",
        "Zonasi",
        "Zonamerah",
    ]
