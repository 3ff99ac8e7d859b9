"""Playing the calling rule forward: the earliest due first, at whichever desk frees first."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from models.waits.situation import OpenDesk, Situation, WaitingStep

# In the agenda: no desk, but a ticket that is free again. Before all desks of the same instant.
A_TICKET = 0


@dataclass(frozen=True)
class Probe:
    """Somebody who would ask for the service at this very moment."""

    service_id: int
    priority: bool


@dataclass(frozen=True)
class _PlayedCall:
    at: datetime
    desk: OpenDesk
    ticket_id: int


@dataclass
class Played:
    """What came out: waits from the start of the play, for steps and for probes."""

    steps: dict[int, timedelta] = field(default_factory=dict)
    probes: dict[Probe, timedelta] = field(default_factory=dict)
    calls: list[_PlayedCall] = field(default_factory=list)
    _of_step: dict[int, tuple[int, WaitingStep]] = field(default_factory=dict)
    _of_probe: dict[Probe, int] = field(default_factory=dict)

    def ahead_of_step(self, step_id: int) -> int:
        """Return how many other tickets desks that may take the step call before it."""
        if step_id not in self._of_step:
            return 0
        before, step = self._of_step[step_id]
        return self._people(before, step.service_id, step.ticket_id)

    def ahead_of_probe(self, probe: Probe) -> int:
        """Return how many tickets desks that offer the service call before the probe."""
        return self._people(self._of_probe.get(probe, 0), probe.service_id, None)

    def note_step(self, step: WaitingStep, desk: OpenDesk, at: datetime, since: datetime) -> None:
        """Write down that the step is called at `at`."""
        self._of_step[step.id] = (len(self.calls), step)
        self.steps[step.id] = at - since
        self.calls.append(_PlayedCall(at, desk, step.ticket_id))

    def note_probe(self, probe: Probe, wait: timedelta) -> None:
        """Write down when somebody who came now would be called."""
        self.probes[probe] = wait
        self._of_probe[probe] = len(self.calls)

    def _people(self, before: int, service_id: int, without: int | None) -> int:
        calls = self._called_for.get(service_id, ())
        people = {call.ticket_id for place, call in calls if place < before}
        people.discard(-1 if without is None else without)
        return len(people)

    @cached_property
    def _called_for(self) -> dict[int, list[tuple[int, _PlayedCall]]]:
        """By service, what its desks call, each with its place among all calls."""
        found: dict[int, list[tuple[int, _PlayedCall]]] = {}
        for place, call in enumerate(self.calls):
            for service_id in call.desk.services:
                found.setdefault(service_id, []).append((place, call))
        return found


def play(situation: Situation, probes: dict[bool, datetime]) -> Played:
    """Play the queue until everybody who can be called was called.

    `probes` gives the due instant of a regular (False) and a priority (True) newcomer.
    Nobody new arrives: what comes later and is not priority does not overtake.
    """
    return _Play(situation, probes).run()


class _Play:
    def __init__(self, situation: Situation, probes: dict[bool, datetime]) -> None:
        self.situation = situation
        self.services = situation.arrangement.services
        self.probe_due = probes
        # By class, what no newcomer was yet called for: the first desk counts.
        self.unanswered = {
            priority: frozenset().union(*(desk.services for desk in situation.desks))
            for priority in probes
        }
        self.played = Played()
        self.free_at = dict(situation.busy_tickets)
        # Whose ticket a desk served last: with another need there it goes on without a call.
        self.sitting = {desk.id: desk.ticket_id for desk in situation.desks}
        self.idle: set[int] = set()
        self.agenda: list[tuple[datetime, int]] = []
        self.queues: dict[int, list[WaitingStep]] = {}
        self.wanted: dict[int, set[int]] = {}
        for step in situation.steps:  # already in calling order
            self.queues.setdefault(step.service_id, []).append(step)
            self.wanted.setdefault(step.ticket_id, set()).add(step.service_id)

    def run(self) -> Played:
        desks = {desk.id: desk for desk in self.situation.desks}
        for desk in desks.values():
            self._plan(desk.free_at, desk.id)
        for ticket_id in self.free_at.keys() & self.wanted.keys() - self.sitting.values():
            self._plan(self.free_at[ticket_id], A_TICKET)
        while self.agenda:
            at, who = heapq.heappop(self.agenda)
            if who == A_TICKET:
                self._wake(at)
            else:
                self._turn(desks[who], at)
        return self.played

    def _plan(self, at: datetime, who: int) -> None:
        heapq.heappush(self.agenda, (self._past_pauses(at), who))

    def _wake(self, at: datetime) -> None:
        """Let the idle desks look again: a ticket is free for its other services."""
        for desk_id in self.idle:
            self._plan(at, desk_id)
        self.idle.clear()

    def _turn(self, desk: OpenDesk, at: datetime) -> None:
        """Let the desk call at `at`, or be idle until a ticket is free for its other services."""
        visit = self.sitting.pop(desk.id, None)
        step = self._next_need_of(visit, desk)
        if step is None:
            if self.wanted.get(visit or 0):
                self._wake(at)
            step = self._due_first(desk, at)
            self._answer_probes(desk, at, None if step is None else step.due_at)
        if step is None:
            self.idle.add(desk.id)
            return
        self.sitting[desk.id] = step.ticket_id
        self.queues[step.service_id].remove(step)
        self.wanted[step.ticket_id].discard(step.service_id)
        done_at = at + self.services[step.service_id].handling
        self.free_at[step.ticket_id] = done_at
        self.played.note_step(step, desk, at, self.situation.at)
        self._plan(done_at, desk.id)

    def _next_need_of(self, ticket_id: int | None, desk: OpenDesk) -> WaitingStep | None:
        """Return what the visit that was just served at `desk` wants there next."""
        wanted = self.wanted.get(ticket_id or 0, set())
        here = [
            step
            for service_id in wanted & desk.services
            for step in self.queues[service_id]
            if step.ticket_id == ticket_id and self._may_take(desk, step)
        ]
        return min(here, key=lambda step: (step.due_at, step.id), default=None)

    def _may_take(self, desk: OpenDesk, step: WaitingStep) -> bool:
        """Tell whether nothing but the citizen's whereabouts keeps the step from `desk`."""
        first = self.services[step.service_id].after_id
        return step.only_desk_id in (None, desk.id) and first not in self.wanted[step.ticket_id]

    def _due_first(self, desk: OpenDesk, at: datetime) -> WaitingStep | None:
        best: WaitingStep | None = None
        for service_id in desk.services:
            for step in self.queues.get(service_id, ()):
                if best is not None and (step.due_at, step.id) > (best.due_at, best.id):
                    break
                if not self._may_take(desk, step):
                    continue
                if self.free_at.get(step.ticket_id, at) > at:
                    continue
                best = step
                break
        return best

    def _answer_probes(self, desk: OpenDesk, at: datetime, best_due: datetime | None) -> None:
        wait = at - self.situation.at
        for priority, due_at in self.probe_due.items():
            if best_due is None or due_at < best_due:
                for service_id in desk.services & self.unanswered[priority]:
                    self.played.note_probe(Probe(service_id, priority), wait)
                self.unanswered[priority] -= desk.services

    def _past_pauses(self, at: datetime) -> datetime:
        for starts_at, ends_at in self.situation.pauses:
            if starts_at <= at < ends_at:
                return ends_at
        return at
