"""The hall's printers in the hands of its leaders: how each fares, what it printed, once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Final

from flask import Blueprint, Flask, g, redirect, render_template, request
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from counter.door.pages import SCREENS, Followed, Page
from counter.files.config import Config
from counter.files.settings import PrinterSettings
from counter.leaders.clocks import clock_row, clock_sign, clocks_to_settle, hear_answers
from kiosk.touch.slip import letterhead
from models.core.clock import Clock
from models.core.database import Answer, Database
from models.core.errors import NotFound
from models.core.event import About
from models.core.presses import PressId, RowId, new_press_id
from models.core.roles import LEADERS
from models.mall.mall import Mall
from models.paper.jobs import REPRINTABLE, JobState, PrintJob, ask_for_paper, reprint
from models.paper.kinds import PaperKind
from models.paper.printers import PRINTING_STATES, PrinterState, printer_states
from models.queue.tickets import spoken
from printing.papers.trial import Trial

SHOWN: Final = 8
_LOOKED_AT: Final = 2000
_ALL_FAST: Final[Mapping[str, int]] = MappingProxyType({})
# What a printer that is away has told about why, where another sentence helps more.
_KNOWN_AWAY: Final = frozenset({"silent", "stalled", "busy", "no_agent", "agent_silent"})
# The reasons of a paper's end that the pages have words for; others are the system's own.
_KNOWN_ENDS: Final = frozenset(
    {"interrupted", "too_late", "not_set", "silent", "stalled", "slow", "agent_silent"}
    | {state.value for state in PrinterState}
)


@checked(frozen=True)
class TestPress:
    """Which printer shall print the test page."""

    __test__ = False  # no test of pytest's

    press_id: PressId
    printer: Annotated[str, Field(max_length=40)]


@checked(frozen=True)
class AgainPress:
    """Which paper shall be printed once more."""

    press_id: PressId
    job_id: RowId


TEST, AGAIN = TypeAdapter(TestPress), TypeAdapter(AgainPress)


@dataclass(frozen=True)
class PaperRow:
    """One paper as the page shows it; `why` is a word for an end that was not as planned."""

    id: int
    number: str
    kind: str
    at: datetime
    state: str
    why: str
    copy: bool
    again: bool


@dataclass(frozen=True)
class PrinterRow:
    """One printer as the page shows it; `advice` names the sentence that says what to do.

    `slow_s` is how many seconds its line carries a slip, 0 where nobody waits for that.
    """

    code: str
    name: str
    kind: str
    state: str
    prints: bool
    since_at: datetime | None
    minutes: int
    advice: str
    slow_s: int
    baud: int
    kiosks: tuple[str, ...]
    steps_in_for: tuple[str, ...]
    waiting: int
    papers: tuple[PaperRow, ...]


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    config: Config,
    slow: Mapping[str, int],
    storage: Callable[[], Sequence[str]],
    pages: Callable[[Page], None],
) -> None:
    """Add /printers to `app`, live as `printers/<mall_id>`.

    `slow` are the seconds of a slip on the lines that are too slow for it, by printer; `storage`
    names what is wrong with where the data lie.
    """
    routes = Blueprint("printers", __name__)
    known = {one.code for one in config.printers}

    @routes.get("/printers")
    def page() -> str:
        with database.reading() as session:
            at = clock.now()
            rows = rows_of(session, config, g.mall_id, at, slow=slow)
            doubted = clock_row(session, g.mall_id, at)
        return render_template(
            "counter/leaders/printers.html",
            rows=rows,
            storage=storage(),
            clock=doubted,
            boot={"mall_id": g.mall_id},
            press_id=new_press_id,
            done=request.args.get("done", ""),
            asks=request.args.get("ask", "") == "clock",
        )

    @routes.post("/printers/test")
    def test() -> Response:
        press = TEST.validate_python(request.form.to_dict())
        if press.printer not in known:
            raise NotFound

        def rule(session: Session, at: datetime) -> Answer:
            return _promise_test(session, g.mall_id, press.printer, g.lang, at)

        database.press(press.press_id, "printers.test", clock.now, rule, by=g.actor.key)
        return redirect("/printers?done=test", 303)

    @routes.post("/printers/again")
    def again() -> Response:
        press = AGAIN.validate_python(request.form.to_dict())

        def rule(session: Session, at: datetime) -> Answer:
            return _promise_again(session, g.mall_id, press.job_id, at)

        database.press(press.press_id, "printers.again", clock.now, rule, by=g.actor.key)
        return redirect("/printers?done=again", 303)

    def state(session: Session, mall_id: int, at: datetime) -> dict[str, Any]:
        signs = _signs(rows_of(session, config, mall_id, at))
        return signs | {"clock": clock_sign(session, mall_id), "storage": list(storage())}

    def to_do(session: Session, mall_id: int) -> int:
        """Count what waits for somebody: silent printers, a doubted clock, what ails the data."""
        states = printer_states(session, mall_id)
        silent = sum(states[code].state not in PRINTING_STATES for code in known & set(states))
        return silent + clocks_to_settle(session, mall_id) + len(storage())

    hear_answers(routes, database, clock)
    app.register_blueprint(routes)
    pages(
        Page(
            name="printers",
            path="/printers",
            roles=LEADERS,
            acts=("test", "again", "answer_clock"),
            words="counter.printers.title",
            within=SCREENS,
            live=Followed(state, about=frozenset({About.PAPER, About.CLOCK}), ticks=True),
            to_do=to_do,
        )
    )


def rows_of(
    session: Session,
    config: Config,
    mall_id: int,
    at: datetime,
    *,
    slow: Mapping[str, int] = _ALL_FAST,
) -> list[PrinterRow]:
    """Return the printers of config.toml as they stand at `at`, in the file's order."""
    states = printer_states(session, mall_id)
    rows = []
    for one in config.printers:
        status = states.get(one.code)
        state = PrinterState.UNKNOWN if status is None else status.state
        jobs = _newest(session, mall_id, one.code)
        since_at = None if status is None else status.since_at
        rows.append(
            PrinterRow(
                code=one.code,
                name=one.name,
                kind=one.kind,
                state=state.value,
                prints=state in PRINTING_STATES,
                since_at=since_at,
                minutes=0 if since_at is None else int((at - since_at).total_seconds()) // 60,
                advice=_advice(one, state, "" if status is None else status.detail),
                slow_s=slow.get(one.code, 0),
                baud=one.baud,
                kiosks=tuple(kiosk.name for kiosk in config.kiosks if kiosk.printer == one.code),
                steps_in_for=tuple(
                    kiosk.name for kiosk in config.kiosks if kiosk.fallback == one.code
                ),
                waiting=sum(job.state is JobState.WAITING for job in jobs),
                papers=tuple(_paper(job) for job in jobs[:SHOWN]),
            )
        )
    return rows


def test_page(mall: Mall, printer: str, language: str, at: datetime) -> dict[str, Any]:
    """Return the payload of a test page for the printer of that code."""
    facts = {"printer": printer, "url": mall.public_url, "printed_at": at.isoformat()}
    return Trial.from_json(letterhead(mall, language) | facts).to_json()


test_page.__test__ = False  # type: ignore[attr-defined]  # no test of pytest's


def _promise_test(
    session: Session, mall_id: int, printer: str, language: str, at: datetime
) -> Answer:
    payload = test_page(session.get_one(Mall, mall_id), printer, language, at)
    kind = PaperKind.TEST
    job = ask_for_paper(session, mall_id, printer, payload, ticket_id=None, at=at, kind=kind)
    return {"job_id": job.id}


def _promise_again(session: Session, mall_id: int, job_id: int, at: datetime) -> Answer:
    job = session.get(PrintJob, job_id)
    if job is None or job.mall_id != mall_id:
        raise NotFound
    return {"job_id": reprint(session, job, at=at).id}


def _signs(rows: list[PrinterRow]) -> dict[str, Any]:
    """Return what tells an open page that it is no longer right."""
    return {
        "printers": {row.code: [row.state, row.advice, row.minutes] for row in rows},
        "papers": [[paper.id, paper.state] for row in rows for paper in row.papers],
    }


def _newest(session: Session, mall_id: int, printer: str) -> Sequence[PrintJob]:
    # Among the house's last papers, so that a printer that hardly prints costs no long search.
    last = session.scalar(select(func.max(PrintJob.id))) or 0
    return session.scalars(
        select(PrintJob)
        .where(
            PrintJob.id > last - _LOOKED_AT,
            PrintJob.printer == printer,
            PrintJob.mall_id == mall_id,
        )
        .order_by(PrintJob.id.desc())
        .limit(100)
    ).all()


def _advice(printer: PrinterSettings, state: PrinterState, detail: str) -> str:
    if state is not PrinterState.AWAY:
        return state.value
    if detail in _KNOWN_AWAY:
        return f"away_{detail}"
    return f"away_{printer.kind}"


def _paper(job: PrintJob) -> PaperRow:
    prefix, number = job.payload.get("prefix"), job.payload.get("number")
    unplanned = job.state not in {JobState.PRINTED, JobState.SENT, JobState.SENDING}
    return PaperRow(
        id=job.id,
        number=spoken(prefix, number) if prefix and isinstance(number, int) else "",
        kind=PaperKind(job.kind).value,
        at=job.created_at,
        state=job.state.value,
        why=(job.error if job.error in _KNOWN_ENDS else "other") if unplanned and job.error else "",
        copy=job.copy_of_id is not None,
        again=job.state in REPRINTABLE,
    )
