"""What officers press at their desk: the usual way, and every clear no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from counter.app import Application
from models.journal.actors import Actor
from models.mall.mall import Mall
from models.queue.issuing import Wish, take
from models.queue.tickets import Outcome, Standing, StepState
from tests.application import OWN_PAGE, clock_of, open_application, service_id, user_client
from tests.counter.desk.crew import Crew, citizen, crew, desk_id, stand_in, ticket_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def application(tmp_path: Path, example_url: str) -> Iterator[Application]:
    with open_application(tmp_path, example_url) as built:
        yield built


@pytest.fixture
def rina(application: Application) -> Crew:
    """Desk 3 of Dukcapil, open."""
    return crew(application, 3)


def test_one_action_leads_through_a_whole_service(application: Application, rina: Crew) -> None:
    first, second = citizen(application, "ktp-el"), citizen(application, "ktp-el")
    assert rina.state()["phase"] == "ready"
    assert rina.press("call-next")["called"] == first
    assert rina.state()["phase"] == "called"
    rina.press("start", step_id=rina.step_id())
    assert rina.state()["phase"] == "serving"
    assert rina.finish("finish-and-call-next")["called"] == second
    assert rina.state()["current"]["number"] == second
    assert ticket_of(application, first).closed_at is not None


def test_finishing_stands_when_nobody_waits(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    rina.serve()
    answer = rina.finish("finish-and-call-next", note="Diambil besok")
    assert answer["called"] is None
    (step,) = ticket_of(application, number).steps
    assert (step.state, step.outcome, step.note) == (
        StepState.DONE,
        Outcome.ISSUED,
        "Diambil besok",
    )
    assert rina.state()["phase"] == "empty"


def test_a_screen_that_is_behind_finishes_nobody_else(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    second = citizen(application, "ktp-el")
    stale = rina.serve()
    rina.finish("finish-and-call-next")
    rina.press("start", step_id=rina.step_id())
    for act in ("finish", "finish-and-call-next"):
        assert rina.refused(act, step_id=stale, outcome="issued") == "outdated"
    for act in ("start", "call-again", "miss", "hold"):
        assert rina.refused(act, step_id=stale) == "outdated"
    assert rina.refused("check", step_id=stale, checked=[]) == "outdated"
    assert rina.refused("resume", step_id=stale) == "outdated"
    assert rina.state()["current"]["number"] == second
    assert rina.state()["phase"] == "serving"


def test_a_retry_calls_nobody_twice(application: Application, rina: Crew) -> None:
    first = citizen(application, "ktp-el")
    citizen(application, "ktp-el")
    answers = [rina.press("call-next", press_id="uji-ulang-sama-0001") for _ in range(3)]
    assert [answer["called"] for answer in answers] == [first] * 3
    assert rina.refused("start", step_id=rina.step_id(), press_id="uji-ulang-sama-0001") == (
        "bad_input"
    )
    assert rina.state()["waiting"] == 1


def test_a_second_call_is_refused_while_one_is_open(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    citizen(application, "ktp-el")
    rina.press("call-next")
    assert rina.refused("call-next") == "desk_busy"


def test_nobody_waits(rina: Crew) -> None:
    assert rina.refused("call-next") == "nobody_waiting"


def test_an_officer_acts_at_the_own_desk_alone(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    other = crew(application, 4)
    intruder = Crew(application, other.client, rina.desk_id, 3)
    assert intruder.refused("call-next") == "desk_taken"
    closed = Crew(application, other.client, desk_id(application, 5), 5)
    assert closed.refused("call-next") == "desk_closed"
    nowhere = Crew(application, other.client, 999_999, 0)
    assert nowhere.refused("call-next") == "not_found"
    assert rina.state()["phase"] == "ready"


def test_a_supervisor_stands_in(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    hendra = stand_in(application, "hendra.saputra", 3)
    assert hendra.press("call-next")["called"] == number
    assert rina.state()["current"]["number"] == number
    page = hendra.client.get("/desk?desk=3", headers={"Accept": "text/html"})
    assert 'id="console"' in page.text


def test_without_a_shift_the_page_offers_the_free_desks(
    application: Application, rina: Crew
) -> None:
    hendra = user_client(application, "hendra.saputra")
    page = hendra.get("/desk", headers={"Accept": "text/html"}).text
    assert f'value="{desk_id(application, 4)}"' in page
    assert f'value="{rina.desk_id}"' not in page
    own = rina.client.get("/desk", headers={"Accept": "text/html"}).text
    assert 'id="console"' in own


def test_signing_on_and_off(application: Application, rina: Crew) -> None:
    hendra = stand_in(application, "hendra.saputra", 3)
    assert hendra.refused("sign-on") == "desk_taken"
    citizen(application, "ktp-el")
    rina.serve()
    assert rina.refused("sign-off") == "desk_busy"
    rina.finish()
    rina.press("sign-off")
    assert rina.state()["phase"] == "closed"
    assert rina.refused("call-next") == "desk_closed"
    hendra.press("sign-on")
    assert hendra.state()["officer"]["name"] == "Hendra Saputra"


def test_missing_opens_after_the_malls_time(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    rina.press("call-next")
    step = rina.step_id()
    assert rina.refused("miss", step_id=step) == "too_early"
    rina.press("call-again", step_id=step)
    assert rina.state()["current"]["calls"] == 2
    clock_of(application).pass_by(2 * MINUTE)
    rina.press("miss", step_id=step)
    (row,) = rina.state()["aside"]
    assert (row["number"], row["state"]) == (number, "missed")
    rina.press("welcome-back", step_id=step)
    assert rina.state()["queue"][0]["standing"] == Standing.RETURNED
    assert rina.state()["aside"] == []
    rina.press("call-next")
    assert rina.state()["current"]["announced"] is None  # the wait told was that of the first call


def test_the_grace_ends(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    rina.press("call-next")
    clock_of(application).pass_by(2 * MINUTE)
    step = rina.step_id()
    rina.press("miss", step_id=step)
    clock_of(application).pass_by(61 * MINUTE)
    assert rina.refused("welcome-back", step_id=step) == "grace_over"


def test_a_held_number_goes_on_and_its_pause_does_not_count(
    application: Application, rina: Crew
) -> None:
    citizen(application, "ktp-el")
    step = rina.serve()
    clock_of(application).pass_by(4 * MINUTE)
    rina.press("hold", step_id=step, reason="Fotokopi")
    (row,) = rina.state()["aside"]
    assert (row["state"], row["note"]) == ("held", "Fotokopi")
    clock_of(application).pass_by(30 * MINUTE)
    rina.press("resume", step_id=step)
    shown = rina.state()["current"]["serving_from_at"]
    assert shown == (application.clock.now() - 4 * MINUTE).isoformat()
    clock_of(application).pass_by(2 * MINUTE)
    rina.finish()
    assert rina.state()["today"] == {"served": 1, "mean_s": 360, "within": 1}


def test_a_transfer_waits_at_the_other_desk_with_its_note(
    application: Application, rina: Crew
) -> None:
    number = citizen(application, "ktp-el")
    step = rina.serve()
    assert (
        rina.refused("transfer", step_id=step, to_desk_id=desk_id(application, 4)) == "desk_closed"
    )
    other = crew(application, 4)
    rina.press("transfer", step_id=step, to_desk_id=other.desk_id, reason="Perlu kursi roda")
    assert rina.state()["phase"] == "empty"
    (row,) = other.state()["queue"]
    assert (row["number"], row["standing"], row["only_here"]) == (number, "transferred", True)
    other.press("call-next")
    assert other.state()["current"]["note"] == "Perlu kursi roda"


def test_a_transfer_to_another_service(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    step = rina.serve()
    rina.press("transfer", step_id=step, service_id=service_id(application, "skck"))
    states = {step.service.code: step.state for step in ticket_of(application, number).steps}
    assert states == {"ktp-el": StepState.TRANSFERRED, "skck": StepState.WAITING}
    assert rina.refused("transfer", step_id=step, service_id=1) == "outdated"


def test_a_transfer_asks_why_the_other_service_is_needed(
    application: Application, rina: Crew
) -> None:
    number = citizen(application, "ktp-el")
    step = rina.serve()
    choices = rina.client.get(
        f"/desk/{rina.desk_id}/choices", headers={"Accept": "application/json"}
    ).get_json()
    skck = next(one for one in choices["services"] if one["name"]["id"] == "SKCK")
    assert len(skck["cases"]) > 1
    where = {"step_id": step, "service_id": skck["id"]}
    own = rina.state()["current"]["case_id"]
    assert rina.refused("transfer", **where, case_id=own) == "bad_input"
    rina.press("transfer", **where, case_id=skck["cases"][0]["id"])
    assert ticket_of(application, number).steps[1].case_id == skck["cases"][0]["id"]


def test_a_transfer_needs_a_place_that_exists(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    step = rina.serve()
    assert rina.refused("transfer", step_id=step, service_id=999_999) == "not_found"
    assert rina.refused("transfer", step_id=step) == "not_allowed"
    police = crew(application, 7)
    assert rina.refused("transfer", step_id=step, to_desk_id=police.desk_id) == "not_served_here"


def test_a_number_out_of_turn_needs_a_reason(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    later = citizen(application, "ktp-el")
    wanted = ticket_of(application, later).id
    assert rina.refused("call-number", ticket_id=wanted, reason=" ") == "reason_needed"
    assert rina.refused("call-number", ticket_id=999_999, reason="Sakit") == "not_found"
    assert rina.press("call-number", ticket_id=wanted, reason="Sakit")["called"] == later
    other = crew(application, 4)
    assert other.refused("call-number", ticket_id=wanted, reason="Sakit") == "ticket_elsewhere"
    elsewhere = ticket_of(application, citizen(application, "skck")).id
    assert other.refused("call-number", ticket_id=elsewhere, reason="x") == "not_served_here"


def test_papers_returned_say_what_is_missing(application: Application, rina: Crew) -> None:
    number = citizen(application, "kartu-keluarga")
    step = rina.serve()
    papers = rina.state()["current"]["requirements"]
    assert papers
    rina.press("check", step_id=step, checked=[paper["id"] for paper in papers[1:]])
    assert [paper["checked"] for paper in rina.state()["current"]["requirements"]] == [
        False,
        *[True] * (len(papers) - 1),
    ]
    assert rina.refused("finish", step_id=step, outcome="returned") == "reason_needed"
    rina.finish(outcome="returned", missing=[papers[0]["id"]])
    (done,) = ticket_of(application, number).steps
    assert (done.outcome, done.missing) == (Outcome.RETURNED, [papers[0]["text"]["id"]])


def test_a_reason_is_chosen_at_the_desk_and_papers_follow(
    application: Application, rina: Crew
) -> None:
    with application.database.transaction() as session:
        ktp = Wish(service_id(application, "ktp-el"))
        mall = session.get_one(Mall, application.mall_id)
        number = take(session, mall, [ktp], by=Actor(), at=application.clock.now()).spoken
    step = rina.serve()
    current = rina.state()["current"]
    assert (current["lacks_reason"], current["case"], current["requirements"]) == (True, None, [])
    assert current["fee"]["kind"] == "free"
    chosen = next(one["id"] for one in current["cases"] if one["name"]["id"] == "Hilang")
    rina.press("set-case", step_id=step, case_id=chosen)
    current = rina.state()["current"]
    assert (current["lacks_reason"], current["case_id"]) == (False, chosen)
    assert len(current["requirements"]) == 2
    assert rina.refused("set-case", step_id=step, case_id=999_999) == "bad_input"
    assert rina.refused("set-case", step_id=step + 1, case_id=chosen) == "outdated"
    assert ticket_of(application, number).steps[0].case_id == chosen


def test_a_private_outcome_keeps_no_more_than_done_or_returned(application: Application) -> None:
    police = crew(application, 7)
    number = citizen(application, "skck")
    police.serve()
    assert police.state()["current"]["outcomes"] == ["issued", "returned"]
    police.finish(outcome="consulted", note="Catatan kriminal")
    (step,) = ticket_of(application, number).steps
    assert (step.outcome, step.note) == (Outcome.ISSUED, "")


def test_breaks(application: Application, rina: Crew) -> None:
    answer = rina.press("begin-break", minutes=15)
    assert answer["until_at"] == (application.clock.now() + 15 * MINUTE).isoformat()
    assert rina.state()["phase"] == "break"
    assert rina.refused("call-next") == "desk_on_break"
    assert rina.refused("begin-break", minutes=15) == "desk_on_break"
    rina.press("end-break")
    answer = rina.press("begin-break", until="10:15")
    assert answer["until_at"] == "2026-11-23T03:15:00+00:00"
    rina.press("end-break")
    for nonsense in ({"until": "08:59"}, {"until": "25:00"}, {}, {"minutes": 0}):
        assert rina.refused("begin-break", **nonsense) == "bad_input"
    citizen(application, "ktp-el")
    rina.press("call-next")
    assert rina.refused("begin-break", minutes=15) == "desk_busy"


def test_one_service_more_for_the_same_number(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    step = rina.serve()
    rina.press("add-service", step_id=step, service_id=service_id(application, "kartu-keluarga"))
    kept = [step.service.code for step in ticket_of(application, number).steps]
    assert kept == ["ktp-el", "kartu-keluarga"]
    assert [one["fee"]["kind"] for one in rina.state()["current"]["steps"]] == ["free", "free"]
    again = service_id(application, "kartu-keluarga")
    assert rina.refused("add-service", step_id=step, service_id=again) == "service_twice"
    waits = citizen(application, "ktp-el")
    answer = rina.finish("finish-and-call-next")
    assert (answer["number"], answer["goes_on"]) == (number, True)
    current = rina.state()["current"]
    assert (current["number"], current["state"]) == (number, "serving")
    assert current["service"]["id"] == "Kartu Keluarga (KK)"
    assert rina.finish("finish-and-call-next")["called"] == waits


def test_cancelling_needs_a_reason_and_nobody_being_served(
    application: Application, rina: Crew
) -> None:
    number = citizen(application, "ktp-el", "skck")
    rina.press("call-next")
    step = rina.step_id()
    assert rina.refused("cancel", step_id=step, reason="") == "reason_needed"
    other, police = crew(application, 4), crew(application, 7)
    assert other.refused("cancel", step_id=step, reason="Pulang") == "outdated"
    assert police.refused("cancel", step_id=step, reason="Pulang") == "not_found"
    rina.press("cancel", step_id=step, reason="Pulang")
    assert {step.state for step in ticket_of(application, number).steps} == {StepState.CANCELLED}
    assert rina.state()["phase"] == "empty"
    citizen(application, "ktp-el")
    step = rina.serve()
    assert rina.refused("cancel", step_id=step, reason="Pulang") == "not_allowed"


def test_what_a_closed_desk_put_aside_is_taken_up_at_another(
    application: Application, rina: Crew
) -> None:
    number, missed = citizen(application, "ktp-el"), citizen(application, "ktp-el")
    held = rina.serve()
    rina.press("hold", step_id=held, reason="Fotokopi")
    rina.press("call-next")
    clock_of(application).pass_by(2 * MINUTE)
    rina.press("miss", step_id=rina.step_id())
    rina.press("sign-off")
    ayu, police = crew(application, 4), crew(application, 7)
    rows = ayu.state()["aside"]
    assert [(row["number"], row["state"], row["desk"]) for row in rows] == [
        (number, "held", "3"),
        (missed, "missed", "3"),
    ]
    assert police.state()["aside"] == []
    assert police.refused("resume", step_id=held) == "not_found"
    ayu.press("resume", step_id=held)
    assert ayu.state()["current"]["number"] == number
    ayu.press("welcome-back", step_id=rows[1]["step_id"])
    assert [row["number"] for row in ayu.state()["queue"]] == [missed]


def test_a_number_with_two_needs_here_stands_in_the_queue_once(
    application: Application, rina: Crew
) -> None:
    number = citizen(application, "ktp-el", "kartu-keluarga", "skck")
    citizen(application, "ktp-el")
    state = rina.state()
    first, second = state["queue"]
    assert state["waiting"] == 2
    assert (first["number"], first["service"]["id"]) == (number, "KTP-el")
    assert [name["id"] for name in first["then"]] == ["Kartu Keluarga (KK)"]
    assert (first["also"], second["then"], second["also"]) == (["Polres"], [], [])


def test_a_slip_of_the_finger_is_taken_back_once(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    step = rina.serve()
    rina.finish()
    told = rina.state()["undo"]
    assert (told["act"], told["number"]) == ("finish", number)
    press_id = "uji-urungkan-yang-sama"
    for _ in range(2):  # the second tap gets the first answer
        rina.press("undo", entry=told["entry"], press_id=press_id)
    state = rina.state()
    assert (state["phase"], state["current"]["step_id"], state["undo"]) == ("serving", step, None)
    assert state["today"]["served"] == 0
    assert rina.refused("undo", entry=told["entry"]) == "undo_over"
    rina.finish()
    clock_of(application).pass_by(timedelta(seconds=20))
    assert rina.state()["undo"] is None
    assert rina.refused("undo", entry=10**9) == "not_found"
    assert rina.refused("undo", entry=2**40) == "bad_input"
    assert rina.state()["today"]["served"] == 1


def test_the_note_of_a_finish_taken_back_is_still_being_written(
    application: Application, rina: Crew
) -> None:
    citizen(application, "ktp-el")
    step = rina.serve()
    rina.finish(outcome="returned", note="Fotokopi kurang")
    rina.press("undo", entry=rina.state()["undo"]["entry"])
    at_desk = rina.state()["current"]
    assert (at_desk["note"], at_desk["written"]) == ("", "Fotokopi kurang")
    rina.press("hold", step_id=step, reason="Ambil fotokopi")
    rina.press("resume", step_id=step)
    at_desk = rina.state()["current"]
    assert (at_desk["note"], at_desk["written"]) == ("Ambil fotokopi", "")


NONSENSE = [
    b"",
    b"{",
    b"[]",
    b'{"press_id": "cukup-panjang-untuk-id"}',
    b'{"press_id": "pendek", "desk_id": 1}',
    b'{"press_id": "cukup-panjang-untuk-id", "desk_id": "1"}',
    b'{"press_id": "cukup-panjang-untuk-id", "desk_id": 1, "as": "admin"}',
]


def test_nonsense_is_turned_away_at_the_door(rina: Crew) -> None:
    for body in NONSENSE:
        answer = rina.client.post(
            "/desk/call-next", data=body, content_type="application/json", headers=OWN_PAGE
        )
        assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_input"), body


def test_an_act_that_does_not_exist(rina: Crew) -> None:
    assert rina.refused("explode") == "not_found"


def test_choices_are_for_the_desk_alone(application: Application, rina: Crew) -> None:
    number = citizen(application, "ktp-el")
    other = crew(application, 7)
    path = f"/desk/{rina.desk_id}/choices"
    assert other.client.get(path, headers={"Accept": "application/json"}).status_code == 404
    told = rina.client.get(path, headers={"Accept": "application/json"}).get_json()
    assert [one["number"] for one in told["numbers"]] == [number]
    assert {one["number"] for one in told["desks"]} == {"3", "7"}
    assert service_id(application, "skck") in {one["id"] for one in told["services"]}


def test_the_slower_of_two_windows_that_start_is_told_so_plainly(rina: Crew) -> None:
    citizen(rina.application, "ktp-el")
    step = rina.serve()
    answer = rina.ask("start", step_id=step).get_json()
    assert answer["code"] == "already_serving"
    assert answer["title"] == "Nomor A-001 sudah mulai dilayani, mungkin dari jendela lain."
