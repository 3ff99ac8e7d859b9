"""Commands for reports: a day or more written to a file, as the reports page does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, settings, the_mall
from counter.demo.example import example_now
from counter.files.config import Config
from counter.leaders.reporting import (
    LONGEST_DAYS,
    MIME_TYPES,
    TO,
    Desire,
    NoSuchPeriod,
    period_of,
    tell,
    write,
)
from counter.words.language import LANGUAGES, Language
from models.core.clock import local_day
from models.core.database import Database
from models.figures.figures import Length, Period

WHY_NOT = {
    "backwards": "the range ends before it begins",
    "too_long": f"a range has {LONGEST_DAYS} days at most",
}


@click.command()
@click.argument("length", type=click.Choice([one.value for one in Length]))
@click.argument("days", metavar="DATE...", nargs=-1, required=True)
@click.option(
    "--out",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The new file; its ending chooses the form: .pdf, .xlsx, or .zip for CSV.",
)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default=LANGUAGES[0])
@CONFIG
@DATA_DIR
def report(
    length: str,
    days: tuple[str, ...],
    target: Path,
    language: str,
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Write the report of a day, week, month or range to a file; a file that exists stays.

    A week goes from Monday to Sunday and is named by any day in it.

    \b
    Examples:
      report day 2026-11-24 --out tuesday.pdf
      report week 2026-11-24 --out week.pdf
      report month 2026-11 --out november.xlsx
      report range 2026-11-03 2026-11-14 --out fortnight.zip
    """
    config = settings(config_file, data_dir=data_dir)
    period = _period(length, days)
    form = target.suffix.removeprefix(".")
    if form not in MIME_TYPES:
        raise click.ClickException(f"{target} should end with .{', .'.join(MIME_TYPES)}.")
    with the_mall(config) as (database, mall_id):
        at = _now(config, database, mall_id)
        if period.first > local_day(at, config.mall.time_zone):
            raise _none_of(days, "it has not begun")
        told = tell(
            config.database_url,
            Language(config.mall.time_zone),
            Desire(mall_id, period, language, at),
        )
    body = write(told, form)
    try:
        with target.open("xb") as file:
            file.write(body)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}.") from error
    click.echo(f"{target}: {told.title}. {told.headline}.")


def _period(length: str, days: tuple[str, ...]) -> Period:
    try:
        return period_of(length, TO.join(days))
    except NoSuchPeriod as no:
        wanted = {Length.RANGE: "two dates", Length.MONTH: "a month"}.get(Length(length), "a date")
        why = WHY_NOT.get(no.code, f"name {wanted} of the calendar")
        raise _none_of(days, why) from no


def _none_of(days: tuple[str, ...], why: str) -> click.ClickException:
    return click.ClickException(f"There is no report of {' '.join(days)}: {why}.")


def _now(config: Config, database: Database, mall_id: int) -> datetime:
    """Return the hall's time: an example mall's runs ahead of the real one."""
    return example_now(database, CLOCK, mall_id) if config.mall.example else CLOCK.now()
