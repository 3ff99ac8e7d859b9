"""The command line: everything an installer does with Balai from a terminal."""

from __future__ import annotations

from pathlib import Path

import click

from counter.cli.clock import clock
from counter.cli.data import backup, catalogue, db, restore
from counter.cli.devices import device
from counter.cli.leaving import erase_, export
from counter.cli.opening import must_open
from counter.cli.options import CONFIG, DATA_DIR, PORT, Polite, settings
from counter.cli.people import user
from counter.cli.reports import report
from counter.words.language import Language


@click.group(
    cls=Polite,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
def balai() -> None:
    """Balai: the queue and desk system of a mal pelayanan publik.

    Start with `run`. Before the doors open, `check` reads config.toml and the catalogue
    and says what is wrong with file and line. Every command takes --help.

    \b
    A new hall, from an empty folder to open doors:
      check                                            is config.toml sound?
      user add lestari --name "Lestari Handayani" --role admin
      run                                              open the hall
      device pair 482913 --place kiosk-1               the code is on the kiosk's screen
      backup /var/backups/balai-monday.tar             every night

    A command that cannot do its work says why on the error stream and ends with status 1.
    """


@balai.command()
@CONFIG
@click.option("--host", help="Listen on this address instead of the one in config.toml.")
@PORT
@DATA_DIR
def run(config_file: Path, host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Open the hall: serve kiosks, desks, walls and phones until stopped with Ctrl+C.

    The first start makes the database and fills it from config.toml and catalogue/.

    \b
    Examples:
      run
      run --host 0.0.0.0 --port 80 --data-dir /var/lib/balai
    """
    from counter import running  # the other commands need neither web nor sockets

    config = settings(config_file, host=host, port=port, data_dir=data_dir)
    must_open(config)
    running.run(config)


@balai.command()
@CONFIG
@PORT
@DATA_DIR
@click.option(
    "--speed",
    type=click.FloatRange(1, 120),
    default=20.0,
    show_default=True,
    help="How many times as fast as real time the hall's clock runs.",
)
@click.option(
    "--seed", type=int, default=7, show_default=True, help="Another seed, other citizens."
)
@click.option(
    "--keep",
    "kept",
    multiple=True,
    default=("3",),
    show_default=True,
    help="Leave this desk to a person; may be given several times.",
)
def demo(
    config_file: Path,
    port: int | None,
    data_dir: Path | None,
    speed: float,
    seed: int,
    kept: tuple[str, ...],
) -> None:
    """Open the example mall and play its days: citizens come, officers call and serve.

    All of it goes through the same rules as real presses. Take numbers and sign on at a
    free desk beside it; a desk where a person is signed on is left alone. One day follows
    the other until Ctrl+C.

    \b
    Examples:
      demo
      demo --speed 60 --seed 11
      demo --keep 3 --keep 7
    """
    from counter import running  # the other commands need neither web nor sockets

    config = settings(config_file, port=port, data_dir=data_dir)
    must_open(config)
    running.demo(config, speed=speed, seed=seed, kept=frozenset(kept))


@balai.command()
@CONFIG
def check(config_file: Path) -> None:
    """Check config.toml and the catalogue; print every problem with its file and line.

    The words of screens, voice and papers are read, too, and whether the hall could open here:
    its folder, its key, its address, its database. A printer that cannot do what it is told, or
    whose line is slow, and hours that come to nothing are named, and are no problem. Changes
    nothing. The exit status is 0 when all is well and 1 otherwise.
    """
    from counter.files.hours_cautions import hours_cautions
    from counter.leaders.cautions import cautions  # the other commands set no paper

    config = settings(config_file)
    language = Language(config.mall.time_zone)
    must_open(config)
    for caution in (*hours_cautions(config), *cautions(config, language)):
        click.echo(f"{config_file}: note: {caution}.")
    services = sum(1 for _ in config.catalogue.services())
    click.echo(
        f"{config_file}: all is well. {config.mall.name} {config.mall.region}:"
        f" {len(config.catalogue.agencies)} agencies, {services} services,"
        f" {len(config.desks)} desks, {len(config.zones)} zones."
    )


for command in (erase_, export):
    user.add_command(command)
for command in (clock, db, user, device, catalogue, backup, restore, report):
    balai.add_command(command)
