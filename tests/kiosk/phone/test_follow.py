"""The phone's page: whoever holds the token sees the ticket, as it is, and nobody else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.app import Application
from kiosk.phone import follow
from models.journal.actors import Actor
from models.mall.catalogue import Service
from models.mall.mall import Desk, Mall
from models.queue.calling import call_again, call_next
from models.queue.issuing import Wish, take
from models.queue.missing import miss
from models.queue.seating import tell_zone
from models.queue.serving import finish, hold, start
from models.queue.shifts import begin_break, sign_off
from models.queue.tickets import Outcome, StepState, Ticket
from models.queue.transferring import transfer
from tests.application import OWN_PAGE, clock_of, open_desk, service_id

TEMPLATES = Path(follow.__file__).parents[1] / "templates" / "kiosk" / "phone"


@pytest.fixture
def phone(application: Application) -> FlaskClient:
    return application.app.test_client()


def a_ticket(application: Application, *codes: str) -> str:
    wishes = [Wish(service_id(application, code)) for code in codes or ("ktp-el",)]
    with application.database.transaction() as session:
        mall = session.get_one(Mall, application.mall_id)
        return take(session, mall, wishes, by=Actor(), at=application.clock.now()).token


def called_at_desk_3(application: Application) -> None:
    open_desk(application, 3)
    with application.database.transaction() as session:
        call_next(session, desk_3(session), by=Actor(), at=application.clock.now())


def desk_3(session: Session) -> Desk:
    return _desk(session, "3")


def _desk(session: Session, number: str) -> Desk:
    return session.scalars(select(Desk).where(Desk.number == number)).one()


def state_of(application: Application, token: str) -> set[StepState]:
    with application.database.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.token == token)).one()
        return {step.state for step in ticket.steps}


def missed(application: Application) -> str:
    token = a_ticket(application)
    called_at_desk_3(application)
    at = clock_of(application).pass_by(timedelta(minutes=3))
    with application.database.transaction() as session:
        miss(session, desk_3(session), by=Actor(), at=at)
    return token


def press(phone: FlaskClient, token: str, act: str) -> int:
    return send(phone, token, act, form(phone, token, act))


def form(phone: FlaskClient, token: str, act: str) -> dict[str, str]:
    where = f"/t/{token}" if act == "here" else f"/t/{token}/{act}"
    found = re.search(r'name="press_id" value="([^"]+)"', phone.get(where).text)
    assert found
    return {"press_id": found[1]}


def send(phone: FlaskClient, token: str, act: str, data: dict[str, str]) -> int:
    return phone.post(f"/t/{token}/{act}", data=data, headers=OWN_PAGE).status_code


def inside(phone: FlaskClient, token: str, lang: str = "id") -> str:
    """What the page shows, without the sentences that it keeps for its script."""
    page = phone.get(f"/t/{token}?lang={lang}").text
    return page.partition("<main")[2].partition("</main>")[0]


def test_page_tells_number_place_and_people_ahead(
    application: Application, phone: FlaskClient
) -> None:
    a_ticket(application)
    open_desk(application, 3)
    page = phone.get(f"/t/{a_ticket(application)}").text
    assert "A<i></i>002" in page
    assert "Zona Melati" in page
    assert '<b class="num">1</b> orang di depan Anda' in page
    assert re.search(r"\d\d\.\d\d–\d\d\.\d\d", page)


def test_page_works_without_scripts(application: Application, phone: FlaskClient) -> None:
    page = phone.get(f"/t/{a_ticket(application)}").text
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in page


@pytest.mark.parametrize("lang", ["id", "en"])
def test_page_carries_the_words_of_the_phone_in_its_language_and_no_others(
    application: Application, phone: FlaskClient, lang: str
) -> None:
    page = phone.get(f"/t/{a_ticket(application)}?lang={lang}").text
    found = re.search(r'<script type="application/json" id="words">(.+?)</script>', page)
    assert found
    ((spoken, sentences),) = json.loads(found[1]).items()
    assert spoken == lang
    assert {"kiosk.follow.your_turn", "kiosk.follow.lost_since"} <= sentences.keys()
    assert all(key.startswith("kiosk.follow.") for key in sentences)


def test_page_carries_each_icon_that_a_state_may_draw_and_no_others(
    application: Application, phone: FlaskClient
) -> None:
    page = phone.get(f"/t/{a_ticket(application)}").text
    carried = re.findall(r'<symbol id="icon-([^"]+)"', page)
    used = {
        name
        for template in TEMPLATES.glob("*.html")
        for drawn in re.findall(r"\bicon\(([^)]*)", template.read_text(encoding="utf-8"))
        for name in re.findall(r"'([a-z][a-z0-9-]+)'", drawn.replace("== 'done'", ""))
    }
    assert sorted(used) == carried
    assert "icons.svg" not in page


def test_page_without_open_desk_names_no_time(application: Application, phone: FlaskClient) -> None:
    assert "Perkiraan waktu belum tersedia" in phone.get(f"/t/{a_ticket(application)}").text


def test_wrong_token_sees_nothing(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    answer = phone.get(f"/t/{'0' * len(token)}")
    assert answer.status_code == 404
    assert "A-001" not in answer.text


def test_called_page_names_the_desk(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    page = phone.get(f"/t/{token}").text
    assert 'class="p p-called"' in page
    assert 'Loket<b class="num">3</b>' in page


@pytest.mark.parametrize(("codes", "said"), [(["ktp-el"], False), (["ktp-el", "skck"], True)])
def test_other_services_keep_their_place_only_where_there_are_any(
    application: Application, phone: FlaskClient, codes: list[str], said: bool
) -> None:
    token = a_ticket(application, *codes)
    called_at_desk_3(application)
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=application.clock.now())
    page = inside(phone, token)
    assert "Anda sedang dilayani di Loket 3" in page
    assert ("Layanan lain pada nomor ini" in page) is said


def test_english_is_one_touch_away(application: Application, phone: FlaskClient) -> None:
    page = phone.get(f"/t/{a_ticket(application)}?lang=en").text
    assert "Your visit" in page
    assert 'lang="en"' in page


def test_missed_citizen_comes_back_with_one_press(
    application: Application, phone: FlaskClient
) -> None:
    token = missed(application)
    assert "Nomor Anda belum hangus." in phone.get(f"/t/{token}").text
    assert press(phone, token, "here") == 303
    assert state_of(application, token) == {StepState.WAITING}


def test_second_tap_on_here_changes_nothing_more(
    application: Application, phone: FlaskClient
) -> None:
    token = missed(application)
    form = re.search(r'name="press_id" value="([^"]+)"', phone.get(f"/t/{token}").text)
    assert form
    data = {"press_id": form[1]}
    answers = [phone.post(f"/t/{token}/here", data=data, headers=OWN_PAGE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert state_of(application, token) == {StepState.WAITING}


def test_coming_back_after_the_grace_is_refused(
    application: Application, phone: FlaskClient
) -> None:
    token = missed(application)
    read_before = form(phone, token, "here")
    clock_of(application).pass_by(timedelta(minutes=61))
    assert send(phone, token, "here", read_before) == 409
    assert state_of(application, token) == {StepState.MISSED}


def test_cancelling_asks_first_and_then_gives_the_number_up(
    application: Application, phone: FlaskClient
) -> None:
    token = a_ticket(application, "ktp-el", "kia")
    assert "Ya, batalkan nomor saya" in phone.get(f"/t/{token}/cancel").text
    assert state_of(application, token) == {StepState.WAITING}
    assert press(phone, token, "cancel") == 303
    assert state_of(application, token) == {StepState.CANCELLED}
    assert "dibatalkan" in phone.get(f"/t/{token}").text


def test_another_site_cannot_cancel(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    phone.set_cookie("balai-device", "somebody's")
    answer = phone.post(
        f"/t/{token}/cancel",
        data={"press_id": "phone-1-1-1"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert state_of(application, token) == {StepState.WAITING}


def test_held_served_and_done_are_told(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    at = application.clock.now()
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=at)
    assert "sedang dilayani di Loket 3" in phone.get(f"/t/{token}").text
    with application.database.transaction() as session:
        hold(session, desk_3(session), reason="fotokopi", by=Actor(), at=at)
    assert "Ditunda oleh Loket 3" in phone.get(f"/t/{token}").text


def test_a_held_number_is_sent_to_who_serves_when_its_desk_has_closed(
    application: Application, phone: FlaskClient
) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    at = application.clock.now()
    open_desk(application, 1)
    open_desk(application, 2)
    until_at = at + timedelta(minutes=30)
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=at)
        hold(session, desk_3(session), reason="fotokopi", by=Actor(), at=at)
        sign_off(session, desk_3(session), by=Actor(), at=at)
        begin_break(session, _desk(session, "2"), until_at=until_at, by=Actor(), at=at)
    page = inside(phone, token)
    assert "Ditunda. Datang ke Loket 1." in page
    assert "Kembalilah ke loket itu" not in page
    assert "On hold. Come to Desk 1." in inside(phone, token, "en")
    with application.database.transaction() as session:
        begin_break(
            session, _desk(session, "1"), until_at=until_at + timedelta(hours=1), by=Actor(), at=at
        )
    assert "Ditunda. Loket 2 istirahat sampai 09.30." in inside(phone, token)
    with application.database.transaction() as session:
        for number in ("1", "2"):
            sign_off(session, _desk(session, number), by=Actor(), at=at)
    page = inside(phone, token)
    assert "Ditunda. Sekarang belum ada petugas di loket." in page
    assert "Datang ke Meja informasi" in page
    open_desk(application, 3)
    assert "Ditunda oleh Loket 3" in inside(phone, token)


def test_a_held_number_is_sent_to_no_desk_while_the_hall_pauses(
    application: Application, phone: FlaskClient
) -> None:
    clock_of(application).pass_by(timedelta(days=4))
    token = a_ticket(application)
    called_at_desk_3(application)
    open_desk(application, 2)
    at = application.clock.now()
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=at)
        hold(session, desk_3(session), reason="fotokopi", by=Actor(), at=at)
        sign_off(session, desk_3(session), by=Actor(), at=at)
    clock_of(application).pass_by(timedelta(hours=2, minutes=45))
    assert "Ditunda. Loket 2 istirahat sampai 13.00." in inside(phone, token)


def test_finished_visit_says_thank_you(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    at = application.clock.now()
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=at)
        finish(session, desk_3(session), Outcome.ISSUED, by=Actor(), at=at)
    assert "Terima kasih sudah datang" in phone.get(f"/t/{token}").text


def test_papers_that_were_missing_are_named(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    at = application.clock.now()
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=at)
        missing = ["Fotokopi Kartu Keluarga"]
        finish(session, desk_3(session), Outcome.RETURNED, missing=missing, by=Actor(), at=at)
    page = inside(phone, token)
    assert "Ada yang masih perlu dilengkapi" in page
    assert "<li>Fotokopi Kartu Keluarga</li>" in page
    assert "Semua layanan pada nomor ini sudah selesai" not in page
    assert "<li>Photocopy of the family card</li>" in inside(phone, token, "en")


def test_page_names_the_one_desk_that_serves(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    assert "Loket 1–4, Zona Melati" in inside(phone, token)
    called_at_desk_3(application)
    with application.database.transaction() as session:
        start(session, desk_3(session), by=Actor(), at=application.clock.now())
    page = inside(phone, token)
    assert "Loket 3, Zona Melati" in page
    assert "Loket 1–4" not in page


def test_sent_on_to_one_desk_is_told_which(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    open_desk(application, 1)
    with application.database.transaction() as session:
        first = session.scalars(select(Desk).where(Desk.number == "1")).one()
        start(session, desk_3(session), by=Actor(), at=application.clock.now())
        transfer(session, desk_3(session), to_desk=first, by=Actor(), at=application.clock.now())
    page = inside(phone, token)
    assert "Loket 1, Zona Melati" in page
    assert "Loket 1–4" not in page


def test_the_service_that_is_called_first_is_marked(
    application: Application, phone: FlaskClient
) -> None:
    open_desk(application, 7)  # the police; nobody is at the desks of the other service
    page = inside(phone, a_ticket(application, "ktp-el", "skck"))
    assert "Zona Mawar" in page
    assert re.search(r'class="is-next"><i>2</i><div><b>SKCK', page)


def test_the_phone_says_where_to_wait_and_marks_what_is_really_next(
    application: Application, phone: FlaskClient
) -> None:
    """Told Melati, and next in Mawar: it is called in Melati, too, so the citizen may stay."""
    open_desk(application, 7)
    token = a_ticket(application, "ktp-el", "skck")
    with application.database.transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.token == token)).one()
        tell_zone(session, ticket, desk_3(session).zone_id)
    page = inside(phone, token)
    assert re.search(r'class="p-zone">.*?Zona Melati', page, re.DOTALL)
    assert re.search(r'class="is-next"><i>2</i><div><b>SKCK', page)
    assert "Zona Mawar" in page


def test_late_for_a_call_is_not_told_a_time_that_has_passed(
    application: Application, phone: FlaskClient
) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    assert "Petugas menunggu Anda sampai pukul" in inside(phone, token)
    clock_of(application).pass_by(timedelta(minutes=2, seconds=1))
    page = inside(phone, token)
    assert "Petugas masih menunggu Anda" in page
    assert "sampai pukul" not in page


def test_after_the_grace_nobody_is_asked_to_come_back(
    application: Application, phone: FlaskClient
) -> None:
    token = missed(application)
    assert "Saya sudah di sini" in inside(phone, token)
    clock_of(application).pass_by(timedelta(minutes=61))
    page = inside(phone, token)
    assert "sudah lewat" in page
    assert "Saya sudah di sini" not in page


def test_each_need_has_its_papers_and_its_fee_while_it_is_open(
    application: Application, phone: FlaskClient
) -> None:
    token = a_ticket(application, "ktp-el", "jkn-kepesertaan")
    page = text_on(phone, token)
    assert "Siapkan KTP-el Alasan belum dipilih. Tanyakan di loket berkas apa" in page
    assert "JKN KTP Kartu Keluarga" in page
    assert "KTP-el: Gratis." in page
    assert ": Gratis. Iuran menurut kelas." in page
    assert "Jangan beri uang kepada siapa pun di luar tarif resmi." in page
    english = text_on(phone, f"{token}?lang=en")
    assert ": Free. Contributions by class. Give nobody money beyond" in english
    phone.post(f"/t/{token}/cancel", data={"press_id": "cancel-all-of-it"}, headers=OWN_PAGE)
    assert "Gratis" not in text_on(phone, token)


def text_on(phone: FlaskClient, address: str) -> str:
    """What a reader sees of the page, in one line."""
    unread = re.compile(r"<(script|style|svg).*?</\1>", re.DOTALL)
    main = unread.sub("", phone.get(f"/t/{address}").text)
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace(" :", ":").split())


def test_capitals_of_a_reason_stay(application: Application, phone: FlaskClient) -> None:
    with application.database.transaction() as session:
        service = session.get_one(Service, service_id(application, "ktp-el"))
        cases = {case.name_id: case.id for case in service.cases}
        mall = session.get_one(Mall, application.mall_id)
        wish = Wish(service.id, cases["Orang asing (ITAP)"])
        token = take(session, mall, [wish], by=Actor(), at=application.clock.now()).token
    assert "KTP-el, orang asing (ITAP)" in inside(phone, token)


def test_every_call_is_one_to_hear(application: Application, phone: FlaskClient) -> None:
    token = a_ticket(application)
    called_at_desk_3(application)
    assert '"calls": 1' in phone.get(f"/t/{token}").text
    with application.database.transaction() as session:
        call_again(session, desk_3(session), by=Actor(), at=application.clock.now())
    assert '"calls": 2' in phone.get(f"/t/{token}").text
