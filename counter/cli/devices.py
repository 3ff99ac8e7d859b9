"""Commands for screens and print agents: pairing one by its code, seeing all, taking one back."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, say, settings, the_mall
from counter.files.places import places_of
from counter.leaders.confirming import KiosksThere, pair_by_code
from counter.leaders.devices import rows_of
from models.core.errors import CodeUnknown, NotFound, PlaceTaken
from models.journal.actors import Actor
from models.mall.devices import Device
from models.mall.pairing import withdraw, words_of_code


@click.group()
def device() -> None:
    """Pair the hall's screens, list them, and take one's right to act back."""


@device.command()
@click.argument("code")
@click.option(
    "--place",
    required=True,
    help="The code of a kiosk, a board, or a printer of kind agent in config.toml.",
)
@click.option("--move", is_flag=True, help="Withdraw whichever kiosk plays PLACE now.")
@CONFIG
@DATA_DIR
def pair(
    code: str,
    place: str,
    move: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Let the screen that shows CODE play PLACE from now on.

    Says which words the screen showed beside its code: if it showed others, withdraw it.

    \b
    Example:
      device pair 482913 --place kiosk-1
    """
    config = settings(config_file, data_dir=data_dir)
    with the_mall(config) as (database, mall_id):
        try:
            with database.acting(CLOCK.now) as (session, at):
                words = words_of_code(session, mall_id, code, at)
                paired = pair_by_code(session, config, mall_id, code, place, move=move, at=at)
        except NotFound as error:
            with database.reading() as session:
                known = ", ".join(one.code for one in places_of(session, config, mall_id))
            raise click.ClickException(
                f'config.toml has no kiosk, board or agent "{place}"; it has {known}.'
            ) from error
        except KiosksThere as there:
            playing = ", ".join(f"{one.name} (device {one.id})" for one in there.playing)
            raise click.ClickException(
                f"The place {place} is played by {playing} now;"
                " with --move that is withdrawn for this screen."
            ) from there
        except PlaceTaken as error:
            raise click.ClickException(
                f'The printer "{place}" has a print agent; withdraw that one first.'
                " `device list` tells its id."
            ) from error
        except CodeUnknown as error:
            raise click.ClickException(
                f"No screen shows the code {code} now. A code is good for five minutes;"
                " the screen then shows another."
            ) from error
        say(f"Device {paired.id} is {paired.name} ({paired.place}) now.")
        say(f'Its screen showed the words "{words}".')


@device.command("list")
@CONFIG
@DATA_DIR
def list_(config_file: Path, data_dir: Path | None) -> None:
    """List all devices that were ever paired, those in use first; times are the hall's."""
    config = settings(config_file, data_dir=data_dir)
    zone = ZoneInfo(config.mall.time_zone)
    with the_mall(config) as (database, mall_id), database.reading() as session:
        for row in rows_of(session, mall_id, CLOCK.now()):
            seen = row.seen_at
            when = "never" if seen is None else f"{seen.astimezone(zone):%Y-%m-%d %H:%M}"
            say(
                f"{row.id:>4}  {row.role:<6} {row.place:<16} {row.state:<10}"
                f" seen {when:<16}  {row.name}"
            )


@device.command("withdraw")
@click.argument("device_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@CONFIG
@DATA_DIR
def withdraw_(device_id: int, config_file: Path, data_dir: Path | None) -> None:
    """Take back what the device ID may do; `device list` tells the ids."""
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with database.acting(CLOCK.now) as (session, at):
            found = session.get(Device, device_id)
            if found is None or found.mall_id != mall_id or found.role is None:
                raise click.ClickException(f"There is no paired device {device_id}.")
            withdraw(session, found, by=Actor(mall_id=mall_id), at=at)
        say(f"Device {device_id} ({found.name}) may act no longer.")
