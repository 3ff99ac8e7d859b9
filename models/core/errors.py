"""Refusals: every way the rules say no, as one tree of codes and facts without sentences."""

from __future__ import annotations


class Refusal(Exception):
    """The rules said no and nothing changed. `code` names why, `facts` carry what to tell.

    Facts are plain values: text, numbers, aware UTC instants, lists of text.
    """

    code = "refused"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class NotFound(Refusal):
    """What was named is not here."""

    code = "not_found"


class Forbidden(Refusal):
    """The actor may not do this."""

    code = "forbidden"


class BadInput(Refusal):
    """What was sent makes no sense. Facts: field."""

    code = "bad_input"


class NoNumber(Refusal):
    """No number is given; each kind tells when it makes sense to come.

    `next_at` is when numbers are given again, `serves_at` when desks serve then.
    """

    code = "no_number"


class HallClosed(NoNumber):
    """The mall is closed. Facts: next_at, serves_at, holiday (its name, else empty)."""

    code = "hall_closed"


class IntakeClosed(NoNumber):
    """The mall serves on, but gives no new numbers today. Facts: next_at, serves_at, closes_at."""

    code = "intake_closed"


class HallOnBreak(NoNumber):
    """The whole mall is on a break. Facts: next_at, serves_at."""

    code = "hall_on_break"


class QuotaUsedUp(NoNumber):
    """The service's numbers of today are gone. Facts: service, quota, next_at, serves_at."""

    code = "quota_used_up"


class ServiceClosedToday(NoNumber):
    """No desk serves it today, or none any more. Facts: service, next_at, serves_at."""

    code = "service_closed_today"


class ServiceIntakeClosed(NoNumber):
    """Its desks serve on, but no new numbers are given today.

    Facts: service, next_at, serves_at, closes_at.
    """

    code = "service_intake_closed"


class ServiceNotYet(NoNumber):
    """Its desks serve later today. Facts: service, next_at, serves_at."""

    code = "service_not_yet"


class ServiceNotOffered(NoNumber):
    """The service is not given here now. Facts: service."""

    code = "service_not_offered"


class TooManyServices(NoNumber):
    """One ticket carries only so many services. Facts: most."""

    code = "too_many_services"


class ServiceTwice(NoNumber):
    """The ticket wants this service already. Facts: service."""

    code = "service_twice"


class NobodyWaiting(Refusal):
    """No step waits that this desk may take."""

    code = "nobody_waiting"


class DeskBusy(Refusal):
    """The desk holds a ticket. Facts: number."""

    code = "desk_busy"


class StillAtDesk(Refusal):
    """The officer leaves a citizen at another desk. Facts: number, desk."""

    code = "still_at_desk"


class DeskEmpty(Refusal):
    """The desk holds no ticket."""

    code = "desk_empty"


class DeskClosed(Refusal):
    """Nobody is signed on at the desk. Facts: desk."""

    code = "desk_closed"


class DeskTaken(Refusal):
    """Another officer is signed on there. Facts: desk, officer."""

    code = "desk_taken"


class DeskOnBreak(Refusal):
    """The desk is on a break. Facts: until_at."""

    code = "desk_on_break"


class NotAllowed(Refusal):
    """The step's state has no such way. Facts: number, state, wanted."""

    code = "not_allowed"


class AlreadyServing(Refusal):
    """The number is being served already. Facts: number."""

    code = "already_serving"


class TicketElsewhere(Refusal):
    """The ticket is at another desk or was taken a moment ago. Facts: number."""

    code = "ticket_elsewhere"


class NotServedHere(Refusal):
    """The desk does not offer what the ticket wants. Facts: number."""

    code = "not_served_here"


class ReasonNeeded(Refusal):
    """An act out of order must say why."""

    code = "reason_needed"


class TooEarly(Refusal):
    """It may be marked missed only later. Facts: number, from_at."""

    code = "too_early"


class NotReprintable(Refusal):
    """The paper is still on its way; a copy could make two."""

    code = "not_reprintable"


class UndoOver(Refusal):
    """The act can no longer be undone. Facts: number."""

    code = "undo_over"


class UndoPlaceTaken(Refusal):
    """Somebody took the last place of the day that an undo would need. Facts: number, service."""

    code = "undo_place_taken"


class GraceOver(Refusal):
    """The time to come back is over. Facts: number."""

    code = "grace_over"


class TicketClosed(Refusal):
    """The ticket has ended. Facts: number."""

    code = "ticket_closed"


class CodeUnknown(Refusal):
    """No screen shows this pairing code now."""

    code = "code_unknown"


class PlaceTaken(Refusal):
    """Another print agent prints for this printer. Facts: device."""

    code = "place_taken"


class ClockNotDoubted(Refusal):
    """The system's clock is followed already, or another question was asked since."""

    code = "clock_not_doubted"


class Outdated(Refusal):
    """The press was meant for a ticket that is no longer at the desk. Facts: number."""

    code = "outdated"


class NotKept(Refusal):
    """The database cannot take anything down now: what was asked is not done, and can be again."""

    code = "not_kept"


class DatabaseBusy(NotKept):
    """Another program kept the database for itself for too long."""

    code = "database_busy"


class DatabaseAway(NotKept):
    """The database's server does not answer: it is out of reach, ends, or starts."""

    code = "database_away"


class NoSpace(NotKept):
    """The disk is full."""

    code = "no_space"


class DatabaseGone(NotKept):
    """The database is no longer where it was, or another one stands there."""

    code = "database_gone"
