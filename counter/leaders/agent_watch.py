"""Hears when a print agent falls silent: its printer is away then, and what it held is doubtful."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from counter.leaders.agents import Agents
from models.paper.agents import agent_of, doubt_silent, jobs_in
from models.paper.jobs import JobState
from models.paper.printers import PrinterState, PrinterStatus, note_printer

log = logging.getLogger(__name__)

# An agent shows every 0.7 s that it lives, so two signs may be lost before it counts as gone.
SILENT_AFTER: Final = timedelta(seconds=2)
_AWAY: Final = PrinterState.AWAY


class AgentWatch:
    """Says so within three seconds when the line to an agent is lost; never says it is back.

    An agent that comes back sees what is believed of its printer and tells how it fares.
    """

    every: Final = timedelta(seconds=0.5)

    def __init__(self, agents: Agents, mall_id: int, silence_s: Callable[[int], float]) -> None:
        """`silence_s` tells for how many seconds nothing was heard of a device."""
        self._agents = agents
        self._mall_id = mall_id
        self._silence_s = silence_s

    def look(self) -> None:
        """Note every printer whose agent is silent, and doubt what that one had in hand."""
        for printer in sorted(self._agents.printers):
            with self._agents.database.reading() as session:
                agent = agent_of(session, self._mall_id, printer)
                if agent and self._silence_s(agent.id) < SILENT_AFTER.total_seconds():
                    continue
                status = session.get(PrinterStatus, (self._mall_id, printer))
                reason = "no_agent" if agent is None else "agent_silent"
                known = status is not None and (status.state, status.detail) == (_AWAY, reason)
                if known and not jobs_in(session, self._mall_id, printer, JobState.SENDING, most=1):
                    continue
            self._note(printer, reason)

    def _note(self, printer: str, detail: str) -> None:
        agents = self._agents
        with agents.database.acting(agents.clock.now) as (session, at):
            doubt_silent(session, self._mall_id, printer, at=at)
            note_printer(session, self._mall_id, printer, _AWAY, at=at, detail=detail)
        log.warning("the agent of the printer %s is away: %s", printer, detail)
