"""The server's side of the print agents: what waits for each, and what each tells."""

from __future__ import annotations

import base64
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from flask import Blueprint, Flask, g, jsonify, request
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from models.core.clock import Clock
from models.core.database import Database
from models.core.errors import Forbidden, NotFound
from models.core.event import Event
from models.core.presses import PressId, RowId
from models.core.roles import AGENTS, Permit, Role
from models.journal.actors import Actor
from models.journal.events import PaperChanged, PrinterChanged
from models.journal.topics import Topic, id_in
from models.mall.devices import Device
from models.paper.agents import SHOWN, agent_of, jobs_in, printer_of, take_word
from models.paper.jobs import JobState, PrintJob, claim, settle_job
from models.paper.printers import PrinterState, PrinterStatus, note_printer
from printing.ink.layout import Paper
from printing.papers.drawer import Drawer

log = logging.getLogger(__name__)

_KEPT: Final = 32


@dataclass(frozen=True)
class ClaimPress:
    """May I print this paper?"""

    press_id: PressId
    job_id: RowId


@dataclass(frozen=True)
class ResultPress:
    """What came of a paper that was claimed."""

    press_id: PressId
    job_id: RowId
    state: Literal["sent", "printed", "failed", "doubtful", "waiting"]
    error: Annotated[str, Field(max_length=200)]


@dataclass(frozen=True)
class StatePress:
    """How the printer fares."""

    press_id: PressId
    state: PrinterState
    detail: Annotated[str, Field(max_length=200)]


CLAIM, RESULT, STATE = TypeAdapter(ClaimPress), TypeAdapter(ResultPress), TypeAdapter(StatePress)


class Composed:
    """The bytes of the papers that were set last: a paper is shown several times, set once."""

    def __init__(self, papers: Mapping[str, Paper], drawer: Drawer, clock: Clock) -> None:
        self._papers = papers
        self._drawer = drawer
        self._clock = clock
        self._known: OrderedDict[tuple[int, datetime], bytes] = OrderedDict()

    def data(self, job: PrintJob, *, writing: bool = False) -> bytes:
        """Return the paper's bytes. Raises whatever setting it raises.

        While somebody is `writing` into the database nobody waits for another process.
        """
        key = (job.id, job.created_at)
        data = self._known.get(key)
        if data is None:
            draw = self._drawer.draw_here if writing else self._drawer.draw
            data = self._known[key] = draw(job, self._papers[job.printer], self._clock.now())
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return data


class Agents:
    """What the server knows of the agents' printers."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        papers: Mapping[str, Paper],
        drawer: Drawer,
    ) -> None:
        """Serve the agents of the printers in `papers`, each with the paper in it."""
        self.database = database
        self.clock = clock
        self.printers = frozenset(papers)
        self.composed = Composed(papers, drawer, clock)

    def own_printer(self, session: Session, actor: Actor) -> str:
        """Return the printer that `actor` prints for. Raises Forbidden or NotFound."""
        device = None if actor.device_id is None else session.get(Device, actor.device_id)
        if device is None or device.role is not Role.AGENT:
            raise Forbidden
        printer = printer_of(device)
        if printer not in self.printers:
            raise NotFound
        agent = agent_of(session, device.mall_id, printer)
        if agent is None or agent.id != device.id:
            raise Forbidden
        return printer

    def claimed(self, session: Session, actor: Actor, job_id: int, at: datetime) -> dict[str, Any]:
        """Let the actor print a waiting paper of its own printer, unless somebody has it."""
        job = self._own_job(session, actor, job_id)
        try:
            self.composed.data(job, writing=True)
        except Exception as error:
            # A door between rooms: whatever is wrong with one paper must not stop the next.
            log.exception("print job %s cannot be set", job.id)
            if claim(session, job, at=at):
                settle_job(session, job, JobState.FAILED, at=at, error=type(error).__name__)
            return {"claimed": False}
        return {"claimed": claim(session, job, at=at)}

    def holds(self, job_id: int) -> bool:
        """Tell whether the paper is still in its agent's hands."""
        with self.database.reading() as session:
            return session.get_one(PrintJob, job_id).state is JobState.SENDING

    def take_result(self, session: Session, actor: Actor, press: ResultPress, at: datetime) -> bool:
        """Take the actor's word on a paper; False when it is no news."""
        job = self._own_job(session, actor, press.job_id)
        return take_word(session, job, JobState(press.state), at=at, error=press.error)

    def state(self, session: Session, key: str, _at: datetime) -> dict[str, Any] | None:
        """Show an agent its printer's papers, each as the bytes for the printer."""
        device = session.get(Device, id_in(key))
        if device is None or device.role is not Role.AGENT:
            return None
        mall_id, printer = device.mall_id, printer_of(device)
        status = session.get(PrinterStatus, (mall_id, printer))
        waiting = jobs_in(session, mall_id, printer, JobState.WAITING, most=SHOWN)
        sending = jobs_in(session, mall_id, printer, JobState.SENDING, most=SHOWN)
        return {
            "printer_state": "" if status is None else status.state,
            "printer_detail": "" if status is None else status.detail,
            "jobs": [_named(job) | {"data": self._shown(job)} for job in waiting],
            "sending": [_named(job) for job in sending],
        }

    def touched(self, session: Session, event: Event) -> Iterable[str]:
        """Tell which agent an event concerns."""
        if not isinstance(event, PaperChanged | PrinterChanged):
            return []
        if event.printer not in self.printers:
            return []
        agent = agent_of(session, event.mall_id, event.printer)
        return [] if agent is None else [str(agent.id)]

    def may_follow(self, session: Session, actor: Actor, key: str) -> bool:
        """Let an agent see its own papers alone."""
        if actor.role is not Role.AGENT or str(actor.device_id) != key:
            return False
        try:
            self.own_printer(session, actor)
        except (Forbidden, NotFound):
            return False
        return True

    def _own_job(self, session: Session, actor: Actor, job_id: int) -> PrintJob:
        printer = self.own_printer(session, actor)
        job = session.get(PrintJob, job_id)
        if job is None or job.mall_id != actor.mall_id:
            raise NotFound
        if job.printer != printer:
            raise Forbidden
        return job

    def _shown(self, job: PrintJob) -> str:
        try:
            return base64.b64encode(self.composed.data(job)).decode()
        except Exception:
            # The same door: whoever claims it is told that it cannot be set.
            log.exception("print job %s cannot be set", job.id)
            return ""


def register(
    app: Flask,
    *,
    database: Database,
    clock: Clock,
    papers: Mapping[str, Paper],
    drawer: Drawer,
    permit: Permit,
    topics: Callable[[Topic], None],
) -> Agents:
    """Let agents ask and tell in `app`, and follow `agent/<device id>`.

    `papers` are those in their printers, by the printers' codes.
    """
    agents = Agents(database, clock, papers, drawer)
    blueprint = Blueprint("agents", __name__)

    @blueprint.get("/agent/self")
    def who() -> Response:
        with database.reading() as session:
            printer = agents.own_printer(session, g.actor)
        return jsonify(device_id=g.actor.device_id, printer=printer)

    @blueprint.post("/agent/claim")
    def claim_one() -> Response:
        press = CLAIM.validate_json(request.get_data())
        answer = database.press(
            press.press_id,
            "agent.claim",
            clock.now,
            lambda session, at: agents.claimed(session, g.actor, press.job_id, at),
            by=g.actor.key,
        )
        # The retry of a press gets the first answer; meanwhile the paper may have been doubted.
        return jsonify(claimed=answer["claimed"] and agents.holds(press.job_id))

    @blueprint.post("/agent/result")
    def result() -> Response:
        press = RESULT.validate_json(request.get_data())

        def rule(session: Session, at: datetime) -> dict[str, Any]:
            return {"taken": agents.take_result(session, g.actor, press, at)}

        return jsonify(
            database.press(press.press_id, "agent.result", clock.now, rule, by=g.actor.key)
        )

    @blueprint.post("/agent/state")
    def state() -> Response:
        press = STATE.validate_json(request.get_data())

        def rule(session: Session, at: datetime) -> dict[str, Any]:
            printer = agents.own_printer(session, g.actor)
            news = note_printer(
                session, g.mall_id, printer, press.state, at=at, detail=press.detail
            )
            return {"news": news}

        return jsonify(
            database.press(press.press_id, "agent.state", clock.now, rule, by=g.actor.key)
        )

    permit(AGENTS, "agents.who", "agents.claim_one", "agents.result", "agents.state")
    app.register_blueprint(blueprint)
    topics(Topic("agent", agents.state, agents.touched, agents.may_follow))
    return agents


def _named(job: PrintJob) -> dict[str, Any]:
    return {"id": job.id, "made_at": job.created_at.isoformat()}
