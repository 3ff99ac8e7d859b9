"""What happens in a mall: one past-tense, frozen kind for each event, of ids and instants."""

from __future__ import annotations

from dataclasses import dataclass

from models.core.event import Event


@dataclass(frozen=True, kw_only=True)
class TicketTaken(Event):
    """A citizen got a number."""

    priority: bool


@dataclass(frozen=True, kw_only=True)
class StepAdded(Event):
    """The ticket wants one service more (each service of a new ticket, too)."""

    position: int


@dataclass(frozen=True, kw_only=True)
class TicketCalled(Event):
    """The ticket was invited to a desk; `picked` tells that it was out of order."""

    call_id: int
    picked: bool


@dataclass(frozen=True, kw_only=True)
class TicketCalledAgain(Event):
    """The invitation was repeated; `round` 2 is the first repetition."""

    call_id: int
    round: int


@dataclass(frozen=True, kw_only=True)
class CallSpoken(Event):
    """A wall has played the call."""

    call_id: int


@dataclass(frozen=True, kw_only=True)
class StepStarted(Event):
    """Serving began."""


@dataclass(frozen=True, kw_only=True)
class StepFinished(Event):
    """Serving ended with an outcome."""

    outcome: str


@dataclass(frozen=True, kw_only=True)
class RequirementsChecked(Event):
    """The officer ticked what the citizen has brought."""


@dataclass(frozen=True, kw_only=True)
class StepHeld(Event):
    """Serving was put aside; the citizen will be back at the desk."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class StepResumed(Event):
    """Serving goes on after a hold."""


@dataclass(frozen=True, kw_only=True)
class StepTransferred(Event):
    """The step was closed here and `to_step_id` opened in its place, perhaps for one desk alone."""

    to_step_id: int
    to_service_id: int
    to_desk_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class TicketMissed(Event):
    """The citizen did not come when called."""


@dataclass(frozen=True, kw_only=True)
class TicketWelcomedBack(Event):
    """A citizen who was missed is here and waits again."""


@dataclass(frozen=True, kw_only=True)
class TicketCancelled(Event):
    """The citizen, or an officer for them, gave the number up."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class TicketCompleted(Event):
    """Nothing is left to do for the ticket."""


@dataclass(frozen=True, kw_only=True)
class TicketExpired(Event):
    """The day ended with the ticket still open."""


@dataclass(frozen=True, kw_only=True)
class TicketRefused(Event):
    """No number was given; `code` is the refusal's."""

    code: str


@dataclass(frozen=True, kw_only=True)
class ShiftBegan(Event):
    """An officer signed on at a desk."""


@dataclass(frozen=True, kw_only=True)
class ShiftEnded(Event):
    """The officer signed off."""


@dataclass(frozen=True, kw_only=True)
class BreakBegan(Event):
    """The desk pauses until about `until_at` (ISO 8601, UTC)."""

    until_at: str


@dataclass(frozen=True, kw_only=True)
class BreakEnded(Event):
    """The desk serves again."""


@dataclass(frozen=True, kw_only=True)
class PaperChanged(Event):
    """A print job is in a new state."""

    job_id: int
    printer: str
    state: str


@dataclass(frozen=True, kw_only=True)
class PrinterChanged(Event):
    """A printer is in a new state, such as out of paper."""

    printer: str
    state: str


@dataclass(frozen=True, kw_only=True)
class DevicePaired(Event):
    """A kiosk, a board or a print agent may act from now on."""


@dataclass(frozen=True, kw_only=True)
class DeviceWithdrawn(Event):
    """A device's token was taken back."""


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in."""


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """Somebody signed out; all their sign-ins are void."""


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """A wrong password was given for an existing account."""


@dataclass(frozen=True, kw_only=True)
class CatalogueChanged(Event):
    """Agencies, services or hours are no longer what they were."""


@dataclass(frozen=True, kw_only=True)
class ServiceDayClosed(Event):
    """A new day began; `expired` tickets of earlier days were closed."""

    expired: int


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}
