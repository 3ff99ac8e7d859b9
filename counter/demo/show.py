"""The demo shown: its play goes on beside the open hall, and a line now and then says how."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import click
from sqlalchemy import func, select

from counter.demo.play import Play
from models.queue.tickets import AT_DESK, Step, StepState, Ticket

STATUS_EVERY_S = 15.0


@contextmanager
def shown(play: Play, time_zone: str) -> Iterator[None]:
    """Let `play` go on in the background, and tell how the day goes, until the end of the block."""
    stopping = threading.Event()
    threads = [
        threading.Thread(target=play.run, name="demo", daemon=True),
        threading.Thread(
            target=_tell, args=(play, time_zone, stopping), name="status", daemon=True
        ),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        play.stop()
        for thread in threads:
            thread.join()


def status(play: Play, time_zone: str) -> str:
    """Say in one line how the day goes."""
    with play.database.reading() as session:
        today = Ticket.mall_id == play.mall_id, Ticket.service_day == play.day.day
        taken = session.scalar(select(func.count(Ticket.id)).where(*today)) or 0
        counted = select(Step.state, func.count(Step.id)).join(Step.ticket).where(*today)
        steps = dict(session.execute(counted.group_by(Step.state)).all())
    at = play.clock.now().astimezone(ZoneInfo(time_zone))
    return (
        f"{at:%d.%m. %H.%M}: {taken} numbers; {steps.get(StepState.WAITING, 0)} services wait,"
        f" {sum(steps.get(one, 0) for one in AT_DESK)} at desks,"
        f" {steps.get(StepState.DONE, 0)} done. {play.presses} presses,"
        f" {play.refusals.total()} refused, {play.failures} failed."
    )


def _tell(play: Play, time_zone: str, stopping: threading.Event) -> None:
    while not stopping.wait(STATUS_EVERY_S):
        click.echo(status(play, time_zone))
