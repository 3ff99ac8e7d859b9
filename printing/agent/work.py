"""The print agent's work: one paper after the other, each at most once, and the truth about it."""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final

from models.core.presses import new_press_id
from models.paper.printers import PrinterState
from printing.agent.connection import News, Paper, Picture, Stop, TurnedAway
from printing.agent.journal import Entry, Journal, Key, Stage
from printing.agent.server import NotPaired, Refused, Server, Unreachable
from printing.machines.printers import Printer, PrinterAway, PrinterDoubtful
from printing.machines.status import Damper, Reading

log = logging.getLogger(__name__)

# How often the printer is asked how it fares while nothing is to be printed.
_LOOK_S: Final = 1.0
_LOOK_AGAIN_S: Final = 0.4
_DETAIL_LENGTH: Final = 200
_SERVER_PAUSE_S: Final = 0.5
_SHOW_ALIVE_S: Final = 60.0
# Between two tries of a printer that takes nothing, though it does not say why.
_SHORTEST_REST_S, _LONGEST_REST_S = 0.5, 10.0
# A paper that we were given so long ago may have been given up meanwhile: we may have slept.
_FRESH_S: Final = 1.5
# Shown again by a server that lost its memory, these papers must not come out again.
_MAY_BE_OUT: Final = frozenset({Stage.SENDING, Stage.SENT, Stage.PRINTED, Stage.DOUBTFUL})


class Work:
    """Prints what the connection brings, in one thread, until it is told to stop."""

    def __init__(
        self,
        server: Server,
        journal: Journal,
        printer: Printer,
        news: SimpleQueue[News],
    ) -> None:
        self._server = server
        self._journal = journal
        self._printer = printer
        self._news = news
        self._picture: Picture | None = None
        # What we said of the printer since then: the next picture shows what became of it.
        self._said: tuple[str, str] | None = None
        self._waiting: deque[Paper] = deque()
        self._damper = Damper()
        self._prints = False
        self._looked_s = self._shown_s = self._quiet_until_s = self._rest_until_s = float("-inf")
        self._rest_s = 0.0
        self._busy = True

    def run(self) -> None:
        """Work until somebody puts a Stop into the news. Raises NotPaired or Refused."""
        if doubtful := self._journal.recover():
            log.warning("%s papers were being printed when the agent was stopped", doubtful)
        while self._hear():
            try:
                self._busy = self._step()
            except Unreachable as error:
                log.info("the server cannot be reached: %s", error)
                self._quiet_until_s = time.monotonic() + _SERVER_PAUSE_S

    def _step(self) -> bool:
        """Do what is due; return whether there is more."""
        self._tell_results()
        self._tell_alive()
        if time.monotonic() >= self._look_due_s():
            self._note(self._printer.look())
        self._tell_state()
        if not self._may_print():
            return False
        self._carry(self._waiting[0])
        self._waiting.popleft()
        return True

    def _may_print(self) -> bool:
        rested = time.monotonic() >= self._rest_until_s
        return bool(self._waiting) and self._prints and rested

    # What is heard.

    def _hear(self) -> bool:
        """Take in all news, and wait for more until something is due; False to stop."""
        while True:
            due_s = 0.0 if self._busy else self._look_due_s()
            wait_s = max(due_s, self._quiet_until_s) - time.monotonic()
            try:
                news = self._news.get(timeout=max(0.0, wait_s))
            except Empty:
                return True
            self._busy = True
            if isinstance(news, Stop):
                return False
            if isinstance(news, TurnedAway):
                # Raises NotPaired when our token is no longer good.
                with suppress(Unreachable):
                    self._server.post()
            else:
                self._take(news)

    def _take(self, picture: Picture) -> None:
        self._picture, self._said = picture, None
        self._waiting = deque(picture.jobs)
        for paper in picture.sending:
            known = self._journal.find(paper.key)
            if known is None:
                # Ours in the server's eyes, and we know nothing: nobody can tell what came out.
                self._journal.begin(paper.key, new_press_id())
                self._journal.settle(paper.key, Stage.DOUBTFUL, "not_in_journal")
            else:
                # What we told came before its own claim, or it has lost its memory.
                self._journal.tell_again(paper.key, new_press_id())

    # What is told.

    def _tell_results(self) -> None:
        for entry in self._journal.untold():
            self._tell_result(entry)

    def _tell_result(self, entry: Entry) -> None:
        try:
            self._server.press(
                "/agent/result",
                entry.press_id,
                job_id=entry.key.job_id,
                state=entry.stage.value,
                error=entry.error[:_DETAIL_LENGTH],
            )
        except Refused as refusal:
            # A paper of a printer that is no longer ours, or of a house before this one.
            log.warning("job %s: its result was refused: %s", entry.key.job_id, refusal.code)
        self._journal.told(entry)

    def _tell_alive(self) -> None:
        if time.monotonic() - self._shown_s >= _SHOW_ALIVE_S:
            self._server.alive()
            self._shown_s = time.monotonic()

    def _look_due_s(self) -> float:
        return self._looked_s + (_LOOK_AGAIN_S if self._damper.restless else _LOOK_S)

    def _note(self, reading: Reading) -> None:
        self._looked_s = time.monotonic()
        if self._damper.hear(reading, self._looked_s):
            log.info("the printer is %s now %s", reading.state.value, reading.detail)
        believed = self._damper.settled
        self._prints = reading.prints and (believed is None or believed.prints)

    def _hear_printer(self, reading: Reading) -> None:
        """Tell what a printer says in the middle of a paper, which may keep it for long."""
        self._note(reading)
        with suppress(Unreachable, Refused, NotPaired):
            self._tell_state()

    def _tell_state(self) -> None:
        """Say how the printer fares if the server believes something else of it."""
        settled, picture = self._damper.settled, self._picture
        if picture is None or settled is None:
            return
        told = (settled.state.value, settled.detail[:_DETAIL_LENGTH])
        if told in {(picture.printer_state, picture.printer_detail), self._said}:
            return
        self._server.press(
            "/agent/state",
            new_press_id(),
            state=told[0],
            detail=told[1],
        )
        self._said = told

    # What is printed.

    def _carry(self, paper: Paper) -> None:
        """Claim a paper and print it; what comes of it is told with the next step."""
        known = self._journal.find(paper.key)
        if known is not None and known.stage in _MAY_BE_OUT:
            self._remind(known)
            return
        asked_s = time.monotonic()
        self._journal.begin(paper.key, new_press_id())
        try:
            claimed = self._claim(paper.key)
        except Unreachable:
            # Perhaps it is ours now and the answer was lost. Nothing has been sent, and that
            # is what the server will be told.
            self._journal.settle(paper.key, Stage.WAITING, "claim_unanswered")
            raise
        if claimed and time.monotonic() - asked_s > _FRESH_S:
            self._journal.settle(paper.key, Stage.WAITING, "asked_too_long")
        elif claimed:
            self._journal.sending(paper.key)
            stage, error = self._print(paper)
            self._journal.settle(paper.key, stage, error)
            log.info("job %s is %s %s", paper.id, stage.value, error)

    def _claim(self, key: Key) -> bool:
        """Ask for a paper; one that we do not get is not in the journal afterwards."""
        try:
            answer = self._server.press("/agent/claim", new_press_id(), job_id=key.job_id)
        except Refused as refusal:
            log.warning("job %s may not be claimed: %s", key.job_id, refusal.code)
            answer = {}
        if answer.get("claimed") is not True:
            self._journal.drop(key)
            return False
        return True

    def _remind(self, known: Entry) -> None:
        """Tell a server that lost its memory what came of a paper, instead of printing it again."""
        log.warning("job %s was printed before: not again", known.key.job_id)
        if self._server.press("/agent/claim", new_press_id(), job_id=known.key.job_id)["claimed"]:
            self._journal.tell_again(known.key, new_press_id())

    def _print(self, paper: Paper) -> tuple[Stage, str]:
        try:
            seen = self._printer.send(paper.data, self._hear_printer)
        except PrinterAway as error:
            self._note(Reading(PrinterState.AWAY, str(error)))
            self._rest_s = min(_LONGEST_REST_S, max(_SHORTEST_REST_S, self._rest_s * 2))
            self._rest_until_s = time.monotonic() + self._rest_s
            return Stage.WAITING, str(error)
        except PrinterDoubtful as error:
            self._looked_s = float("-inf")
            return Stage.DOUBTFUL, str(error)
        except Exception as error:
            # An outermost door: a driver's fault says nothing about what is on paper.
            log.exception("the printer failed in the middle of job %s", paper.id)
            self._printer.close()
            return Stage.DOUBTFUL, type(error).__name__
        self._rest_s = 0.0
        return (Stage.PRINTED if seen else Stage.SENT), ""
