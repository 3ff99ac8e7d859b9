"""Taking a number at the kiosk: one press gives number, zone, forecast and paper, or nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from counter.app import Application
from kiosk.touch.figures import services_state
from models.journal.record import JournalEntry
from models.mall.catalogue import Service, ServiceCase
from models.mall.fees import FeeKind
from models.mall.mall import Mall, Zone
from models.paper.jobs import PrintJob
from models.queue.tickets import Step, Ticket
from printing.papers.slip import Slip
from tests.application import (
    OWN_PAGE,
    clock_of,
    kiosk_client,
    open_desk,
    service_id,
    user_client,
)
from tests.builders import hours

PRESS = "0123456789abcdef"


def an_order(
    application: Application, *codes: str, press_id: str = PRESS, **more: Any
) -> dict[str, Any]:
    services = [{"service_id": service_id(application, code)} for code in codes or ("ktp-el",)]
    order = {"press_id": press_id, "services": services, "priority": False, "language": "id"}
    return order | more


def press(client: FlaskClient, body: object, url: str = "/kiosk/take") -> TestResponse:
    return client.post(url, json=body, headers=OWN_PAGE)


def given_to(
    client: FlaskClient, application: Application, *codes: str, **more: Any
) -> dict[str, Any]:
    response = press(client, an_order(application, *codes, **more))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def refused(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json"
    code: str = response.get_json()["code"]
    return code


def tickets(application: Application) -> int:
    with application.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def case_id(application: Application, code: str, case: str) -> int:
    with application.database.reading() as session:
        return session.scalars(
            select(ServiceCase.id)
            .join(Service)
            .where(Service.code == code, ServiceCase.code == case)
        ).one()


def slip_of(application: Application, job_id: int) -> Slip:
    with application.database.reading() as session:
        return Slip.from_json(session.get_one(PrintJob, job_id).payload)


def test_a_citizen_learns_number_zone_desks_and_where_to_follow(
    application: Application, kiosk: FlaskClient
) -> None:
    open_desk(application, 1)
    answer = given_to(kiosk, application, "ktp-el")
    assert answer["number"] == "A-001"
    assert answer["zone"]["name"] == "Melati"
    assert answer["desks"] == "1–4"
    assert answer["ahead"] == 0
    assert answer["expected"] == ["2026-11-23T02:00:00+00:00", "2026-11-23T02:05:00+00:00"]
    assert answer["url"].endswith(f"/t/{answer['token']}")


def test_without_an_open_desk_there_is_a_number_and_no_forecast(
    application: Application, kiosk: FlaskClient
) -> None:
    answer = given_to(kiosk, application)
    assert answer["number"] == "A-001"
    assert answer["expected"] is None


def test_the_paper_is_promised_with_the_number(
    application: Application, kiosk: FlaskClient
) -> None:
    open_desk(application, 1)
    wishes = [
        {
            "service_id": service_id(application, "ktp-el"),
            "case_id": case_id(application, "ktp-el", "hilang"),
        }
    ]
    answer = press(kiosk, an_order(application, services=wishes)).get_json()
    slip = slip_of(application, answer["job_id"])
    assert slip.label == answer["number"]
    assert (slip.zone_name, slip.desks) == ("Melati", "Loket 1–4")
    (need,) = slip.needs
    assert need.papers == ("Fotokopi Kartu Keluarga", "Surat kehilangan dari polisi")
    assert (need.full_name, need.lacks_reason) == ("KTP-el, hilang", False)
    assert need.fee is FeeKind.FREE
    assert slip.follow_url == answer["url"]
    assert re.fullmatch(r"\w{4}-\w{4}", slip.follow_code)
    assert not slip.priority


def test_the_slip_speaks_the_language_of_the_screen(
    application: Application, kiosk: FlaskClient
) -> None:
    answer = given_to(kiosk, application, "skck", language="en")
    slip = slip_of(application, answer["job_id"])
    assert slip.language == "en"
    assert slip.services == ("Police certificate (SKCK)",)
    assert slip.desks.startswith("Desk ")
    (need,) = slip.needs
    assert (need.fee, need.fee_idr) == (FeeKind.SUM, 30_000)


def test_each_need_keeps_its_own_reason_papers_and_fee(
    application: Application, kiosk: FlaskClient
) -> None:
    wishes = [
        {
            "service_id": service_id(application, code),
            "case_id": case and case_id(application, code, case),
        }
        for code, case in (("ktp-el", "hilang"), ("skck", None), ("jkn-kepesertaan", None))
    ]
    answer = press(kiosk, an_order(application, services=wishes)).get_json()
    ktp, jkn, skck = slip_of(application, answer["job_id"]).needs
    assert (ktp.case, ktp.fee, ktp.lacks_reason) == ("hilang", FeeKind.FREE, False)
    assert (skck.case, skck.fee_idr, skck.lacks_reason) == ("", 30_000, True)
    assert (jkn.fee, jkn.fee_note) == (FeeKind.CONDITIONAL, "Iuran menurut kelas")
    assert not jkn.lacks_reason, "its papers are the same in every case"
    assert jkn.papers == ("KTP", "Kartu Keluarga")
    told = answer["needs"]
    assert [need["fee"]["kind"] for need in told] == ["free", "conditional", "sum"]
    assert [need["lacks_reason"] for need in told] == [False, False, True]


def test_a_service_that_is_added_brings_its_reason(
    application: Application, kiosk: FlaskClient
) -> None:
    token = given_to(kiosk, application, "ktp-el")["token"]
    added = {"token": token, "service_id": service_id(application, "skck")}
    baru = {"press_id": "add-with-reason", "case_id": case_id(application, "skck", "baru")}
    wrong = {"press_id": "add-with-wrong", "case_id": case_id(application, "ktp-el", "hilang")}
    assert refused(press(kiosk, added | wrong, "/kiosk/add")) == "bad_input"
    answer = press(kiosk, added | baru, "/kiosk/add").get_json()
    skck = answer["needs"][1]
    assert (skck["case"]["id"], skck["lacks_reason"]) == ("baru", False)
    assert len(skck["papers"]) > 0
    # The slip in hand knows nothing of it; the new one knows all.
    slip = slip_of(application, answer["job_id"])
    assert [need.name for need in slip.needs] == ["KTP-el", "SKCK"]
    assert press(kiosk, added | baru, "/kiosk/add").get_json() == answer
    with application.database.reading() as session:
        assert len(session.scalars(select(PrintJob)).all()) == 2


def test_a_reason_out_of_use_is_refused(application: Application, kiosk: FlaskClient) -> None:
    chosen = case_id(application, "ktp-el", "hilang")
    with application.database.transaction() as session:
        session.get_one(ServiceCase, chosen).in_use = False
    wish = {"service_id": service_id(application, "ktp-el"), "case_id": chosen}
    response = press(kiosk, an_order(application, services=[wish]))
    assert refused(response) == "bad_input"


def test_services_are_told_in_the_order_in_which_they_can_be_done(
    application: Application, kiosk: FlaskClient
) -> None:
    open_desk(application, 1)
    answer = given_to(kiosk, application, "ktp-el", "surat-kehilangan", "ikd")
    assert answer["number"].startswith("A-")
    told = [need["name"]["id"] for need in answer["needs"]]
    assert told == ["Surat kehilangan", "KTP-el", "Aktivasi IKD"]
    assert answer["in_order"]


def test_services_that_wait_side_by_side_are_promised_no_order(
    application: Application, kiosk: FlaskClient
) -> None:
    open_desk(application, 1)
    answer = given_to(kiosk, application, "ktp-el", "paspor-baru")
    assert not answer["in_order"]
    assert not slip_of(application, answer["job_id"]).in_order


def test_services_in_two_zones_are_each_told_their_place(
    application: Application, kiosk: FlaskClient
) -> None:
    open_desk(application, 7)  # the police; nobody is at the desks of the other service
    answer = given_to(kiosk, application, "ktp-el", "skck")
    assert answer["zone"]["name"] == "Mawar"
    (elsewhere,) = answer["elsewhere"]
    assert (elsewhere["service"]["id"], elsewhere["zone"]) == ("KTP-el", "Melati")
    assert elsewhere["desks"] == "1–4"
    slip = slip_of(application, answer["job_id"])
    assert slip.places[0] == ("KTP-el", "Zona Melati, Loket 1–4")
    assert [place.split(",")[0] for _, place in slip.places] == ["Zona Melati", "Zona Mawar"]
    with application.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert session.get_one(Zone, ticket.told_zone_id).name == "Mawar"


def test_services_in_one_zone_need_no_list_of_places(
    application: Application, kiosk: FlaskClient
) -> None:
    answer = given_to(kiosk, application, "ktp-el", "ikd")
    assert answer["elsewhere"] == []
    assert slip_of(application, answer["job_id"]).places == ()


def test_priority_is_kept_and_its_reason_is_nowhere(
    application: Application, kiosk: FlaskClient
) -> None:
    given_to(kiosk, application, priority=True)
    with application.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        step = session.scalars(select(Step)).one()
        assert ticket.priority
        assert step.due_at < step.began_waiting_at
    body = an_order(application, press_id="another-press", kind="old")
    assert press(kiosk, body).status_code == 422


def test_a_retry_gets_the_same_number_and_no_second_paper(
    application: Application, kiosk: FlaskClient
) -> None:
    first = given_to(kiosk, application)
    assert given_to(kiosk, application) == first
    assert tickets(application) == 1
    with application.database.reading() as session:
        assert len(session.scalars(select(PrintJob)).all()) == 1


def test_the_announced_wait_is_stored(application: Application, kiosk: FlaskClient) -> None:
    open_desk(application, 1)
    given_to(kiosk, application)
    given_to(kiosk, application, press_id="second-press")
    with application.database.reading() as session:
        step = session.scalars(select(Step).order_by(Step.id.desc())).first()
        assert step is not None
        assert step.announced_high_s is not None
        assert step.announced_high_s > 0


def test_after_the_cut_off_the_refusal_names_the_next_morning(
    application: Application, kiosk: FlaskClient
) -> None:
    clock_of(application).pass_by(timedelta(hours=5, minutes=40))
    response = press(kiosk, an_order(application))
    assert refused(response) == "intake_closed"
    assert response.get_json()["facts"]["next_at"] == "2026-11-24T01:00:00+00:00"
    assert tickets(application) == 0


def test_who_went_without_a_number_is_counted(application: Application, kiosk: FlaskClient) -> None:
    clock_of(application).pass_by(timedelta(hours=12))
    assert refused(press(kiosk, an_order(application))) == "hall_closed"
    with application.database.reading() as session:
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.kind == "TicketRefused")
        ).one()
        assert entry.data == {"code": "hall_closed"}
        assert entry.service_id == service_id(application, "ktp-el")


def test_a_used_up_quota_is_refused_and_shown(application: Application, kiosk: FlaskClient) -> None:
    with application.database.transaction() as session:
        session.get_one(Service, service_id(application, "ktp-el")).daily_quota = 1
    given_to(kiosk, application)
    response = press(kiosk, an_order(application, press_id="second-press"))
    assert refused(response) == "quota_used_up"
    assert response.get_json()["facts"]["next_at"] == "2026-11-24T01:00:00+00:00"
    assert tickets(application) == 1


def test_a_service_that_no_desk_serves_today_gives_no_number_but_a_day(
    application: Application, kiosk: FlaskClient
) -> None:
    ktp = service_id(application, "ktp-el")
    with application.database.transaction() as session:
        for weekday in (2, 3):
            dukcapil = session.get_one(Service, ktp).agency
            hours(session, session.get_one(Mall, application.mall_id), weekday, agency=dukcapil)
    response = press(kiosk, an_order(application))
    assert refused(response) == "service_closed_today"
    wednesday = "2026-11-25T01:00:00+00:00"
    facts = {"service": "KTP-el", "next_at": wednesday, "serves_at": wednesday}
    assert response.get_json()["facts"] == facts
    assert tickets(application) == 0
    with application.database.reading() as session:
        told = services_state(session, str(application.mall_id), clock_of(application).now())
    assert told is not None
    shown = told["services"][str(ktp)]
    assert (shown["state"], shown["next_at"]) == ("closed", wednesday)
    # An officer who sits at such a desk serves nobody.
    open_desk(application, 1)
    assert _hall(application)["desks_open"] == 0


def test_a_desk_whose_agency_has_closed_is_not_counted(application: Application) -> None:
    """Kantor Pajak closes an hour before the hall, and an officer may stay to tidy up."""
    open_desk(application, 1)
    open_desk(application, 22)
    assert _hall(application)["desks_open"] == 2
    clock_of(application).pass_by(timedelta(hours=5) - timedelta(minutes=1))
    assert _hall(application)["desks_open"] == 2
    clock_of(application).pass_by(timedelta(minutes=1))
    assert _hall(application)["desks_open"] == 1


def test_before_the_desks_open_a_number_is_promised_for_the_opening(
    application: Application, kiosk: FlaskClient
) -> None:
    """An officer who sits there early serves nobody yet: neither for the kiosk nor the phone."""
    eight = clock_of(application).now() - timedelta(hours=1)
    with application.database.transaction() as session:
        session.get_one(Mall, application.mall_id).intake_ahead_m = 30
    clock_of(application).at = eight - timedelta(minutes=29)
    open_desk(application, 1)
    ktp = str(service_id(application, "ktp-el"))
    hall = _hall(application)
    assert (hall["phase"], hall["desks_open"]) == ("open", 0)
    assert (hall["services"][ktp]["state"], hall["services"][ktp]["serves_at"]) == (
        "open",
        eight.isoformat(),
    )
    given = given_to(kiosk, application)
    ends = (eight + timedelta(minutes=5)).isoformat()
    assert given["expected"] == [eight.isoformat(), ends]
    for language, sentence in (
        ("id", "Loket mulai melayani pukul 08.00"),
        ("en", "Desks open at 08:00"),
    ):
        phone = application.app.test_client().get(f"/t/{given['token']}?lang={language}")
        assert sentence in phone.text
    clock_of(application).at = eight
    assert _hall(application)["desks_open"] == 1
    assert _hall(application)["services"][ktp]["serves_at"] is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("id", "Senin, 23 November 2026: nomor mulai 07.30, dilayani mulai 08.00."),
        ("en", "Monday, 23 November 2026: numbers from 07:30, served from 08:00."),
    ],
)
def test_a_refusal_tells_when_desks_serve_and_when_numbers_begin(
    application: Application, kiosk: FlaskClient, language: str, said: str
) -> None:
    with application.database.transaction() as session:
        session.get_one(Mall, application.mall_id).intake_ahead_m = 30
    clock_of(application).pass_by(timedelta(hours=-3))
    response = press(kiosk, an_order(application), url=f"/kiosk/take?lang={language}")
    assert refused(response) == "hall_closed"
    assert response.get_json()["title"].endswith(said)


def test_a_refusal_on_a_holiday_names_it(application: Application, kiosk: FlaskClient) -> None:
    clock_of(application).pass_by(timedelta(days=32))
    response = press(kiosk, an_order(application))
    said = "Hari ini libur: Hari Natal. Buka lagi Senin, 28 Desember 2026, 08.00."
    assert response.get_json()["title"] == said


def _hall(application: Application) -> dict[str, Any]:
    with application.database.reading() as session:
        told = services_state(session, str(application.mall_id), clock_of(application).now())
    assert told is not None
    return told


def test_the_last_numbers_of_a_quota_are_told(application: Application, kiosk: FlaskClient) -> None:
    ktp = service_id(application, "ktp-el")

    def shown() -> dict[str, Any]:
        with application.database.reading() as session:
            told = services_state(session, str(application.mall_id), clock_of(application).now())
        assert told is not None
        figures: dict[str, Any] = told["services"][str(ktp)]
        return figures

    assert shown()["few_left"] is None
    with application.database.transaction() as session:
        session.get_one(Service, ktp).daily_quota = 2
    given_to(kiosk, application)
    assert (shown()["state"], shown()["few_left"]) == ("open", 1)
    press(kiosk, an_order(application, press_id="second-press"))
    assert (shown()["state"], shown()["few_left"]) == ("used_up", None)


def test_one_service_more_keeps_the_number(application: Application, kiosk: FlaskClient) -> None:
    answer = given_to(kiosk, application)
    more = {
        "press_id": "one-more-please",
        "token": answer["token"],
        "service_id": service_id(application, "ikd"),
    }
    added = press(kiosk, more, "/kiosk/add").get_json()
    assert added["number"] == answer["number"]
    assert [need["name"]["id"] for need in added["needs"]] == ["KTP-el", "Aktivasi IKD"]
    assert tickets(application) == 1


def test_what_was_announced_first_stays(application: Application, kiosk: FlaskClient) -> None:
    open_desk(application, 1)
    given_to(kiosk, application, press_id="somebody-before")
    answer = given_to(kiosk, application)
    clock_of(application).pass_by(timedelta(minutes=30))
    more = {
        "press_id": "one-more-please",
        "token": answer["token"],
        "service_id": service_id(application, "kartu-keluarga"),
    }
    press(kiosk, more, "/kiosk/add")
    with application.database.reading() as session:
        first, second = session.scalars(
            select(Step).join(Ticket).where(Ticket.token == answer["token"]).order_by(Step.id)
        )
        assert first.announced_high_s == 20 * 60
        assert second.announced_high_s is not None


def test_another_kiosk_adds_nothing_to_the_number(
    application: Application, kiosk: FlaskClient
) -> None:
    answer = given_to(kiosk, application)
    more = {
        "press_id": "one-more-please",
        "token": answer["token"],
        "service_id": service_id(application, "ikd"),
    }
    other = kiosk_client(application, "kiosk-2")
    assert press(other, more, "/kiosk/add").status_code == 404
    with application.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Step)) == 1


def bad_orders(application: Application) -> dict[str, Any]:
    ktp, skck = service_id(application, "ktp-el"), service_id(application, "skck")
    foreign_case = case_id(application, "skck", "baru")
    every = [{"service_id": one} for one in range(1, 21)]
    return {
        "unknown service": an_order(application, services=[{"service_id": 2**31 - 1}]),
        "case of another service": an_order(
            application, services=[{"service_id": ktp, "case_id": foreign_case}]
        ),
        "twenty services": an_order(application, services=every),
        "the same twice": an_order(application, "ktp-el", "ktp-el"),
        "nothing": an_order(application, services=[]),
        "a number as text": an_order(application, services=[{"service_id": str(skck)}]),
        "truth as a number": an_order(application, priority=1),
        "another language": an_order(application, language="jv"),
        "no press id": {
            name: value for name, value in an_order(application).items() if name != "press_id"
        },
        "a press id with spaces": an_order(application, press_id="a press id"),
        "a list": [an_order(application)],
        "an id beyond the database": an_order(application, services=[{"service_id": 10**30}]),
    }


def test_bad_orders_are_refused_and_change_nothing(
    application: Application, kiosk: FlaskClient
) -> None:
    for name, body in bad_orders(application).items():
        response = press(kiosk, body)
        assert response.status_code in {409, 422}, name
        assert response.content_type == "application/problem+json", name
        assert response.get_json()["title"], name
    assert tickets(application) == 0


def test_what_is_no_json_is_refused(application: Application, kiosk: FlaskClient) -> None:
    json = "application/json"
    for body, kind in ((b"{", json), (b"null", json), (b"services=1", "text/plain")):
        response = kiosk.post("/kiosk/take", data=body, content_type=kind, headers=OWN_PAGE)
        assert 400 <= response.status_code < 500
    assert tickets(application) == 0


@pytest.mark.parametrize("username", ["rina.kusumawati", "hendra.saputra"])
def test_only_a_kiosk_gives_numbers(application: Application, username: str) -> None:
    client = user_client(application, username)
    assert press(client, an_order(application)).status_code == 403
    assert tickets(application) == 0


def test_nobody_else_sees_the_page(application: Application) -> None:
    reader = {"Accept": "text/html"}
    response = application.app.test_client().get("/kiosk", headers=reader)
    assert response.status_code == 302
    assert response.location.startswith("/pair?")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(
    max_examples=60,
    # The house is the same for all examples on purpose: nothing may change in it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(services=JSON, priority=JSON, language=JSON, press_id=JSON)
def test_no_order_however_odd_breaks_the_kiosk(
    application: Application,
    kiosk: FlaskClient,
    services: object,
    priority: object,
    language: object,
    press_id: object,
) -> None:
    body = {
        "press_id": press_id,
        "services": services,
        "priority": priority,
        "language": language,
    }
    response = press(kiosk, body)
    assert response.status_code in {409, 422}
    assert tickets(application) == 0
