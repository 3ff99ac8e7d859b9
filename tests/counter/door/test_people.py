"""Accounts: who may have one, which passwords are refused, and whom the example mall has."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from counter.app import Application
from counter.door.accounts import BadUsername, UserExists, add_user, new_hash, set_password
from counter.door.example_people import EXAMPLE_PASSWORD, example_people
from counter.door.passwords import WeakPassword, hashed, matches, nobodys_hash, require_strong
from models.core.roles import Role
from models.journal.actors import Actor
from models.mall.people import User
from models.mall.sign_ins import begin_sign_in, sign_ins_of
from tests.application import ROOT, open_application
from tests.builders import MINUTE, MONDAY

CALLED = "Mal Pelayanan Publik Tirtawangi"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with open_application(tmp_path_factory.mktemp("house")) as application:
        yield application


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("pendek", "too_short"),
        ("p" * 201, "too_long"),
        ("katasandi123", "common"),
        ("Password2026!", "common"),
        ("selamat pagi", "common"),
        ("Sunshine2026!", "common"),
        ("1q2w3e4r5t6y", "common"),
        ("chocolate99", "common"),
        ("1234567890", "common"),
        ("aaaabbbbaaaa", "common"),
        ("rahasiarahasia", "common"),
        ("trustno1trustno1", "common"),
        ("abcdefghij", "common"),
        ("S3lamatpagi", "common"),
        ("qwer1234asdf", "common"),
        ("balai12345", "common"),
        ("Tirtawangi2024", "common"),
        ("Kunci123456", "common"),
        ("rinarina1234", "common"),
        ("selamat siang", "common"),
        ("kusumawati1990", "like_name"),
        ("rina.kusumawati", "like_name"),
    ],
)
def test_easy_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        require_strong(password, "rina.kusumawati", "Rina Kusumawati", mall=CALLED)
    assert refused.value.code == code


@pytest.mark.slow
def test_the_list_of_common_passwords_is_read_when_it_is_needed() -> None:
    asked = (
        "import sys, counter.app; print('zxcvbn' in sys.modules);"
        "from counter.door.passwords import require_strong; require_strong('tiga kucing di atap');"
        "print('zxcvbn' in sys.modules)"
    )
    told = subprocess.run(  # noqa: S603 — our own program.
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    "password",
    [
        EXAMPLE_PASSWORD,
        "tiga kucing di atap",
        "pelayanan dengan hati, setiap pagi",
        "ibu masak soto",
        "xk4Tq9-pLw",
        "kata sandi saya: " + "hujan di bulan juni " * 8,
    ],
)
def test_a_sentence_of_ones_own_is_a_good_password(password: str) -> None:
    require_strong(password, "rina.kusumawati", "Rina Kusumawati", mall=CALLED)


def test_a_hash_is_argon2id_and_fits_its_password_alone() -> None:
    made = hashed("tiga kucing di atap")
    assert made.startswith("$argon2id$")
    assert matches(made, "tiga kucing di atap")
    assert not matches(made, "tiga kucing di ata")
    assert not matches("not a hash", "tiga kucing di atap")
    assert not matches(nobodys_hash(), "tiga kucing di atap")


def test_the_example_has_an_officer_for_each_desk(application: Application) -> None:
    with application.database.transaction() as session:
        example_people(session, application.mall_id, map(str, range(1, 25)), at=MONDAY)
        users = list(session.scalars(select(User).order_by(User.id)))
    assert [user.role for user in users].count(Role.OFFICER) == 24
    assert users[2].username == "rina.kusumawati"
    assert {user.role for user in users} == {Role.OFFICER, Role.SUPERVISOR, Role.ADMIN}
    assert len({user.username for user in users}) == 26
    assert all(matches(user.password_hash, EXAMPLE_PASSWORD) for user in users[:2])


def test_a_name_is_given_once_and_must_be_one(application: Application) -> None:
    with application.database.transaction() as session:
        for username, refusal in (("Admin", UserExists), ("a", BadUsername), ("é?é", BadUsername)):
            with pytest.raises(refusal):
                add_user(
                    session,
                    application.mall_id,
                    username,
                    name="Orang Lain",
                    role=Role.OFFICER,
                    password="tiga kucing di atap",
                    by=Actor(),
                    at=MONDAY,
                )
        with pytest.raises(ValueError, match="kiosk"):
            add_user(
                session,
                application.mall_id,
                "kiosk.satu",
                name="Kiosk",
                role=Role.KIOSK,
                password="tiga kucing di atap",
                by=Actor(),
                at=MONDAY,
            )


def test_a_new_password_ends_sign_ins_and_locks(application: Application) -> None:
    with application.database.transaction() as session:
        user = session.scalars(select(User).where(User.username == "admin")).one()
        user.failed_count, user.locked_until = 5, MONDAY + MINUTE
        for _ in range(2):
            begin_sign_in(session, user.id, address="", browser="", at=MONDAY)
        new = new_hash(user, "tiga kucing di atap", mall=CALLED)
        ended = set_password(session, user, new, by=Actor(), at=MONDAY)
        assert ended == 2
        assert matches(user.password_hash, "tiga kucing di atap")
        session.flush()
        session.refresh(user)
        assert sign_ins_of(session, user.id, idle=MINUTE, at=MONDAY) == []
        assert user.failed_count == 0
        assert user.locked_until is None
