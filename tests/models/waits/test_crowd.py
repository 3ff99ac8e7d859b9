"""What is told behind a crowd that reaches past closing is what a play would have told."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy.orm import Session

from models.mall.catalogue import Service
from models.mall.mall import Mall
from models.queue.serving import hold
from models.queue.tickets import Step
from models.waits.crowd import crowd_before
from models.waits.forecast import Outlook, announce, outlook
from models.waits.prospects import Chance
from models.waits.ranges import rounded
from tests.builders import CITIZEN, MINUTE, MONDAY, desk, mall, serve_next, service, ticket

NOW = MONDAY + 60 * MINUTE


def crowded_hall(session: Session, seed: int) -> tuple[Mall, list[Service]]:
    """A morning with many numbers, some for two services; one is held and one served."""
    random = Random(seed)
    made = mall(session)
    a, b = service(session, made, "A", minutes=7), service(session, made, "B", minutes=11.5)
    c, unserved = service(session, made, "C", minutes=16), service(session, made, "D")
    first, *_ = [desk(session, made, offers) for offers in ([a], [a, b], [b, c], [b])]
    desk(session, made, [unserved], open_since=None)
    for number in range(random.randint(60, 220)):
        wanted = random.sample([a, b, c, unserved], random.choice([1, 1, 1, 1, 2]))
        at = MONDAY + number * MINUTE / 4
        ticket(session, made, *wanted, at=at, priority=random.random() < 0.1)
    serve_next(session, first, at=NOW - 10 * MINUTE)
    hold(session, first, reason="", by=CITIZEN, at=NOW - 6 * MINUTE)
    serve_next(session, first, at=NOW - 5 * MINUTE)
    return made, [a, b, c, unserved]


@pytest.mark.parametrize("seed", range(4))
def test_a_count_tells_what_a_play_tells(
    session: Session, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.waits.forecast._FEW", 0)
    made, services = crowded_hall(session, seed)
    for one in services:
        newest = ticket(session, made, one, at=NOW, priority=seed % 2 == 0)
        step = newest.steps[0]
        played, counted = outlook(session, made, NOW), announce(session, newest, NOW)
        assert told(played, step) == told(counted, step)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_waits_less_than_the_crowd_before_them(session: Session, seed: int) -> None:
    made, services = crowded_hall(session, seed)
    newest = [ticket(session, made, one, at=NOW) for one in services]
    play = outlook(session, made, NOW)
    for each in newest:
        (step,) = each.steps
        crowd = crowd_before(session, step, NOW)
        assert crowd is not None
        least, wait = rounded(crowd.wait), play.of_step(step.id)
        assert (least is None) == (wait is None)
        assert least is None or wait is None or least.low <= wait.low


def test_a_count_is_enough_in_a_hall_that_is_full_for_today(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.waits.forecast._FEW", 0)
    made = mall(session)
    a = service(session, made, "A", minutes=10)
    desk(session, made, [a])
    tickets = [ticket(session, made, a, at=NOW) for _ in range(80)]
    ahead = announce(session, tickets[-1], NOW)
    # Six hours are left, and a citizen takes ten minutes.
    assert not ahead.waiting_steps
    (step,) = tickets[-1].steps
    prospect = ahead.prospect_of_step(step.id)
    assert prospect is not None
    assert prospect.chance is Chance.UNLIKELY
    assert ahead.ahead_of_step(step.id) == 79
    assert step.announced_low_s is None


def told(ahead: Outlook, step: Step) -> tuple[object, ...]:
    """What a citizen reads of the outlook: the wait itself stands on nothing past closing."""
    people, prospect = ahead.ahead_of_step(step.id), ahead.prospect_of_step(step.id)
    if prospect is None:
        return (people,)
    return people, prospect.chance, prospect.expected, prospect.not_before
