"""What happens in a mall: one past-tense, frozen kind for each event, of ids and instants.

Who emits each and who hears it stands in docs/reference/events.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.core.event import About, Code, Event, FreeText, IsoInstant
from models.journal import account_events  # noqa: F401 — its kinds are events like these.


@dataclass(frozen=True, kw_only=True)
class TicketTaken(Event, about=About.TICKET, moves_queue=True):
    """A citizen got a number."""

    priority: bool


@dataclass(frozen=True, kw_only=True)
class StepAdded(Event, about=About.TICKET, moves_queue=True):
    """The ticket wants one service more (each service of a new ticket, too)."""

    position: int


@dataclass(frozen=True, kw_only=True)
class TicketCalled(Event, about=About.TICKET, moves_queue=True):
    """The ticket was invited to a desk; `picked` tells that it was out of order."""

    call_id: int
    picked: bool


@dataclass(frozen=True, kw_only=True)
class TicketCalledAgain(Event, about=About.TICKET, moves_queue=False):
    """The invitation was repeated; `round` 2 is the first repetition."""

    call_id: int
    round: int


@dataclass(frozen=True, kw_only=True)
class CallShown(Event, about=About.CALL, moves_queue=False):
    """A wall of the zone shows the call large."""

    call_id: int
    zone_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CallSpoken(Event, about=About.CALL, moves_queue=False):
    """A wall of the zone has played the call; before zones were noted, one of its desk's."""

    call_id: int
    zone_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class StepStarted(Event, about=About.TICKET, moves_queue=True):
    """Serving began."""


@dataclass(frozen=True, kw_only=True)
class StepContinued(Event, about=About.TICKET, moves_queue=True):
    """Serving went on with the visit's next need at the same desk, without a call."""


@dataclass(frozen=True, kw_only=True)
class StepFinished(Event, about=About.TICKET, moves_queue=True):
    """Serving ended with an outcome."""

    outcome: Code


@dataclass(frozen=True, kw_only=True)
class RequirementsChecked(Event, about=About.TICKET, moves_queue=False):
    """The officer ticked what the citizen has brought."""


@dataclass(frozen=True, kw_only=True)
class StepCaseSet(Event, about=About.TICKET, moves_queue=False):
    """The officer said why the service is needed, or corrected it."""

    case_id: int


@dataclass(frozen=True, kw_only=True)
class StepHeld(Event, about=About.TICKET, moves_queue=True):
    """Serving was put aside; the citizen will be back at the desk."""

    reason: FreeText


@dataclass(frozen=True, kw_only=True)
class StepResumed(Event, about=About.TICKET, moves_queue=True):
    """Serving goes on after a hold."""


@dataclass(frozen=True, kw_only=True)
class StepTransferred(Event, about=About.TICKET, moves_queue=True):
    """The step was closed here and `to_step_id` opened in its place, perhaps for one desk alone."""

    to_step_id: int
    to_service_id: int
    to_desk_id: int | None
    reason: FreeText


@dataclass(frozen=True, kw_only=True)
class TicketMissed(Event, about=About.TICKET, moves_queue=True):
    """The citizen did not come when called."""


@dataclass(frozen=True, kw_only=True)
class TicketWelcomedBack(Event, about=About.TICKET, moves_queue=True):
    """A citizen who was missed is here and waits again."""


@dataclass(frozen=True, kw_only=True)
class TicketCancelled(Event, about=About.TICKET, moves_queue=True):
    """The citizen, or an officer for them, gave the number up."""

    reason: FreeText


@dataclass(frozen=True, kw_only=True)
class ActUndone(Event, about=About.TICKET, moves_queue=True):
    """What the journal says of the ticket from the entry `undone` up to here did not happen."""

    undone: int


@dataclass(frozen=True, kw_only=True)
class TicketCompleted(Event, about=About.TICKET, moves_queue=False):
    """Nothing is left to do for the ticket."""


@dataclass(frozen=True, kw_only=True)
class TicketExpired(Event, about=About.TICKET, moves_queue=True):
    """The day ended with the ticket still open."""


@dataclass(frozen=True, kw_only=True)
class TicketRefused(Event, about=About.JOURNAL, moves_queue=False):
    """No number was given; `code` is the refusal's."""

    code: Code


@dataclass(frozen=True, kw_only=True)
class ShiftBegan(Event, about=About.DESK, moves_queue=True):
    """An officer signed on at a desk."""


@dataclass(frozen=True, kw_only=True)
class ShiftEnded(Event, about=About.DESK, moves_queue=True):
    """The officer signed off."""


@dataclass(frozen=True, kw_only=True)
class BreakBegan(Event, about=About.DESK, moves_queue=True):
    """The desk pauses until about `until_at`."""

    until_at: IsoInstant


@dataclass(frozen=True, kw_only=True)
class BreakEnded(Event, about=About.DESK, moves_queue=True):
    """The desk serves again."""


@dataclass(frozen=True, kw_only=True)
class PaperChanged(Event, about=About.PAPER, moves_queue=False):
    """A print job is in a new state."""

    job_id: int
    printer: Code
    state: Code


@dataclass(frozen=True, kw_only=True)
class PrinterChanged(Event, about=About.PAPER, moves_queue=False):
    """A printer is in a new state, such as out of paper."""

    printer: Code
    state: Code


@dataclass(frozen=True, kw_only=True)
class DevicePaired(Event, about=About.DEVICE, moves_queue=False):
    """A kiosk, a board or a print agent may act from now on."""


@dataclass(frozen=True, kw_only=True)
class DeviceWithdrawn(Event, about=About.DEVICE, moves_queue=False):
    """A device's token was taken back."""


@dataclass(frozen=True, kw_only=True)
class CatalogueChanged(Event, about=About.MALL, moves_queue=True):
    """Agencies, services or hours are no longer what they were."""


@dataclass(frozen=True, kw_only=True)
class ServiceDayClosed(Event, about=About.MALL, moves_queue=True):
    """A new day began; `expired` tickets of earlier days were closed."""

    expired: int


@dataclass(frozen=True, kw_only=True)
class ClockDoubted(Event, about=About.CLOCK, moves_queue=False):
    """The system's clock jumped by `ahead_s` (below zero: back), and nobody follows it so far."""

    ahead_s: int


@dataclass(frozen=True, kw_only=True)
class ClockFollowed(Event, about=About.CLOCK, moves_queue=False):
    """The system's clock is followed again: it was `answered`, or came back by itself."""

    ahead_s: int
    answered: bool


@dataclass(frozen=True, kw_only=True)
class ClockKept(Event, about=About.CLOCK, moves_queue=False):
    """A leader said that the hall's time is right, and the system's clock wrong by `ahead_s`."""

    ahead_s: int


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
