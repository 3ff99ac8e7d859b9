"""Paper of a printer that only draws: open in the example, for the staff alone in a real hall."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter.app import Application
from counter.door.accounts import add_user
from models.core.roles import Role
from models.journal.actors import Actor
from tests.application import kiosk_client, open_application, real_config, user_client

PASSWORD = "kembang-setaman-7"


def one_paper(application: Application) -> str:
    """Let a paper lie under the first kiosk; return the address of its picture."""
    tray = application.config.data_dir / "paper" / "kiosk-1"
    tray.mkdir(parents=True)
    (tray / "20261123T020000.000000Z.bin").write_bytes(b"A-001\n")
    return "/paper/kiosk-1/20261123T020000.000000Z.png"


def test_anybody_sees_the_papers_of_the_example(tmp_path: Path) -> None:
    with open_application(tmp_path) as application:
        stranger = application.app.test_client()
        assert stranger.get("/paper").status_code == 200
        assert stranger.get(one_paper(application)).mimetype == "image/png"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.ADMIN])
def test_a_real_hall_shows_them_to_those_who_work_there(tmp_path: Path, role: Role) -> None:
    with open_application(tmp_path, config=real_config(tmp_path)) as application:
        with application.database.transaction() as session:
            at = application.clock.now()
            add_user(
                session,
                application.mall_id,
                "sari.utami",
                name="Sari",
                role=role,
                password=PASSWORD,
                by=Actor(),
                at=at,
            )
        picture = one_paper(application)
        for page in ("/paper", picture):
            assert user_client(application, "sari.utami").get(page).status_code == 200
            stranger, screen = application.app.test_client(), kiosk_client(application)
            answers = [one.get(page) for one in (stranger, screen)]
            assert [answer.status_code for answer in answers] == [401, 403]
            assert all("<img" not in answer.text for answer in answers)
