"""The demo: opens the example mall and plays its days for whoever watches."""

from __future__ import annotations

import sys
import threading
from zoneinfo import ZoneInfo

import click
from sqlalchemy import func, select

from counter.demo.play import Play
from counter.files.config import Config
from counter.running import built, listen, log_to_stderr
from models.queue.tickets import AT_DESK, Step, StepState, Ticket

STATUS_EVERY_S = 15.0


def run(config: Config, *, speed: float, seed: int, kept: frozenset[int]) -> None:
    """Serve the example mall and play in it until stopped; a real mall gets a sentence instead.

    The hall's clock runs `speed` times as fast as real time.
    """
    if not config.mall.example:
        click.echo(
            f"{config.file}: the demo plays in the example mall only, and this is a real one.",
            err=True,
        )
        sys.exit(1)
    log_to_stderr(config)
    house = built(config)
    # A day of the demo goes on until its last citizen was served.
    house.ticker.moves_example = False
    play = Play(
        house.database,
        house.clock,
        house.mall_id,
        seed=seed,
        kept=kept,
        new_day=house.ticker.tick,
    )
    play.begin_day()
    click.echo(f"The morning so far: {play.catch_up()} acts of officers and citizens.")
    house.clock.run_at(speed)
    house.start()
    stopping = threading.Event()
    threads = [
        threading.Thread(target=play.run, name="demo", daemon=True),
        threading.Thread(target=_tell, args=(play, config, stopping), name="status", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        listen(house)
    finally:
        stopping.set()
        play.stop()
        for thread in threads:
            thread.join()
        house.stop()


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


def _tell(play: Play, config: Config, stopping: threading.Event) -> None:
    while not stopping.wait(STATUS_EVERY_S):
        click.echo(status(play, config.mall.time_zone))
