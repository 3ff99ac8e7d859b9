"""What comes out of the printer beside a desk: one paper for each press that promises one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from counter.app import Application
from models.mall.catalogue import Service
from models.mall.mall import Desk
from models.paper.jobs import PrintJob
from models.paper.kinds import PaperKind
from models.queue.tickets import StepState
from printing.ink.layout import Paper
from printing.ink.virtual import printout
from printing.papers.composing import compose_paper
from tests.application import clock_of, open_application, service_id
from tests.counter.desk.crew import Crew, citizen, crew, desk_id, ticket_of
from tests.printing.papers.slips import TEXT_ONLY, WORDS

WIDE: Paper = TEXT_ONLY[0]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def application(tmp_path: Path, example_url: str) -> Iterator[Application]:
    with open_application(tmp_path, example_url) as built:
        yield built


@pytest.fixture
def rina(application: Application) -> Crew:
    """Desk 3 of Dukcapil, open, with a printer beside it."""
    with application.database.transaction() as session:
        session.scalars(select(Desk).where(Desk.number == "3")).one().printer = "kiosk-2"
    return crew(application, 3)


def papers(application: Application) -> list[PrintJob]:
    with application.database.reading() as session:
        return list(session.scalars(select(PrintJob).order_by(PrintJob.id)))


def words_on(job: PrintJob) -> str:
    """All that the paper of the job says, in one line."""
    data = compose_paper(job.kind, job.payload, WIDE, WORDS, copy=False, at=job.created_at)
    return " ".join(" ".join(line.text for line in printout(data, WIDE.dots).lines).split())


def test_a_transfer_gives_a_paper_that_says_where_to_go(
    application: Application, rina: Crew
) -> None:
    number = citizen(application, "ktp-el")
    step = rina.serve()
    there = service_id(application, "skck")
    body = {"step_id": step, "service_id": there, "press_id": "p" * 20}
    assert [rina.press("transfer", **body)["number"] for _ in range(2)] == [number] * 2
    (job,) = papers(application)
    assert (job.kind, job.printer) == (PaperKind.TRANSFER, "kiosk-2")
    assert job.ticket_id == ticket_of(application, number).id
    said = words_on(job)
    for told in (number, "Nomor Anda tetap", "Zona Mawar", "Dialihkan oleh Loket 3", "SKCK"):
        assert told in said


def test_a_transfer_beside_other_needs_sends_each_to_its_own_zone(
    application: Application, rina: Crew
) -> None:
    citizen(application, "ktp-el", "nib")
    step = rina.serve()
    rina.press("transfer", step_id=step, service_id=service_id(application, "skck"))
    (job,) = papers(application)
    said = words_on(job)
    assert "SKCK Zona Mawar, Loket 7–9" in said
    assert "NIB Zona Kenanga, Loket 11–13" in said
    assert said.index("SKCK") < said.index("Silakan pindah ke") < said.index("Kenanga")


def test_a_transfer_to_one_desk_names_that_desk(application: Application, rina: Crew) -> None:
    crew(application, 4)
    citizen(application, "ktp-el")
    step = rina.serve()
    rina.press("transfer", step_id=step, to_desk_id=desk_id(application, 4), reason="marah")
    (job,) = papers(application)
    said = words_on(job)
    assert "Loket 4" in said
    # What one officer writes to another is not the citizen's to carry about.
    assert "marah" not in said
    assert "marah" not in str(job.payload)


def test_papers_returned_give_the_list_of_what_is_missing(
    application: Application, rina: Crew
) -> None:
    number = citizen(application, "ktp-el")
    step_id = rina.serve()
    with application.database.reading() as session:
        service = session.get_one(Service, service_id(application, "ktp-el"))
        first, *others = service.requirements
    rina.finish(step_id=step_id, outcome="returned", missing=[first.id])
    (job,) = papers(application)
    assert job.kind is PaperKind.CHECKLIST
    said = words_on(job)
    assert first.text_id in said
    assert not [one for one in others if one.text_id in said and one.text_id not in first.text_id]
    assert f"Untuk layanan ini, nomor {number} sudah selesai" in said


def test_what_was_issued_needs_no_paper(application: Application, rina: Crew) -> None:
    citizen(application, "ktp-el")
    rina.serve()
    rina.finish()
    assert papers(application) == []


def test_the_end_of_a_shift_gives_its_summary(application: Application, rina: Crew) -> None:
    clock = clock_of(application)
    for outcome in ("issued", "accepted"):
        citizen(application, "ktp-el")
        rina.serve()
        clock.pass_by(6 * MINUTE)
        rina.finish(outcome=outcome)
    rina.press("begin-break", minutes=10)
    clock.pass_by(10 * MINUTE)
    rina.press("end-break")
    rina.press("sign-off")
    (job,) = papers(application)
    assert job.kind is PaperKind.SHIFT
    assert job.ticket_id is None
    said = words_on(job)
    assert "Loket 3, Zona Melati" in said
    assert "Dilayani 2 Rata-rata melayani 6 menit" in said
    assert "Selesai 1 Berkas diterima 1 Tidak datang 0 Dialihkan 0 Istirahat" in said
    assert said.count("10 menit") == 1


def test_a_desk_without_a_printer_promises_nothing(application: Application) -> None:
    budi = crew(application, 4)
    number = citizen(application, "ktp-el")
    step = budi.serve()
    budi.press("transfer", step_id=step, service_id=service_id(application, "skck"))
    budi.press("sign-off")
    assert papers(application) == []
    assert ticket_of(application, number).steps[-1].state is StepState.WAITING
