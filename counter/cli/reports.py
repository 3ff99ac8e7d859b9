"""Commands for reports: a day or a month written to a file, as the reports page does."""

from __future__ import annotations

from pathlib import Path

import click

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, settings, the_mall
from counter.leaders.reporting import DAY, MIME_TYPES, MONTH, Desire, period_of, tell, write
from counter.words.language import LANGUAGES, Language
from models.core.clock import local_day


@click.command()
@click.argument("span", type=click.Choice([DAY, MONTH]))
@click.argument("name", metavar="DATE")
@click.option(
    "--out",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The new file; its ending chooses the form: .pdf, .csv or .xlsx.",
)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default=LANGUAGES[0])
@CONFIG
@DATA_DIR
def report(
    span: str, name: str, target: Path, language: str, config_file: Path, data_dir: Path | None
) -> None:
    """Write the report of one day or one month to a file; a file that exists stays.

    \b
    Examples:
      report day 2026-11-24 --out monday.pdf
      report month 2026-11 --out november.xlsx
    """
    config = settings(config_file, data_dir=data_dir)
    period, at = period_of(span, name), CLOCK.now()
    if period is None or period.first > local_day(at, config.mall.time_zone):
        raise click.ClickException(f"There is no report of {name}: give a {span} that has begun.")
    form = target.suffix.removeprefix(".")
    if form not in MIME_TYPES:
        raise click.ClickException(f"{target} should end with .{', .'.join(MIME_TYPES)}.")
    with the_mall(config) as (_, mall_id):
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
