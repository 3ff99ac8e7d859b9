"""From figures to a report: which facts it leads with, what it says of them, its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from models.core.clock import local_day
from models.core.errors import QuotaUsedUp
from models.figures.figures import Figures, Headline, Length, ServiceFigures, Times
from models.paper.jobs import JobState
from printing.reports.formats import MINUTE, Formats, Kind, Value, whole_minutes
from printing.reports.report import Fact, Report, Table, shows_hours
from printing.reports.tabling import name_of, tables_of

# A service below this is named; the same line as on the page for the public.
GOOD = 0.8
# Fewer people say nothing about a service.
FEW = 5
SHOWN = 4
_NO_TIMES = Times(n=0, median=None, eight_of_ten=None, within=0, judged=0)
DIGITS = 12


def report_of(figures: Figures, words: Mapping[str, str], language: str) -> Report:
    """Tell `figures` in `language`, whose sentences of this room are `words`."""
    return _Wording(figures, words, Formats(language, figures.time_zone)).report()


class _Wording:
    def __init__(self, figures: Figures, words: Mapping[str, str], formats: Formats) -> None:
        self.figures, self.words, self.formats = figures, words, formats

    def report(self) -> Report:
        figures, formats = self.figures, self.formats
        facts = tuple(self._facts())
        tables = tables_of(figures, self.words, formats)
        return Report(
            words=self.words,
            formats=formats,
            figures=figures,
            title=self._say("title", period=formats.period(figures.period)),
            subject=self._say("subject", mall=figures.mall, region=figures.region),
            headline=self._headline(),
            lead=tuple(self._lead()),
            before="" if figures.before is None else self._before(figures.before),
            made=self._made(),
            facts=facts,
            chart=self._chart(),
            tables=tables,
            attention=tuple(self._attention()),
            notes=tuple(self._notes()),
            fingerprint=_fingerprint(figures, facts, tables),
        )

    def _say(self, key: str, **facts: object) -> str:
        return self.words[f"report.{key}"].format_map(facts)

    def _count(self, key: str, count: float, **facts: object) -> str:
        """Say a sentence that tells `count`, which has a form of its own for one."""
        number = self.formats.number(count)
        return self._say(f"{key}_one" if number == "1" else key, count=number, **facts)

    def _length(self, length: timedelta) -> str:
        parts = self.formats.length_parts(length, self._say)
        return " ".join(f"{figure} {unit}" for figure, unit in parts)

    def _at_most(self, length: timedelta) -> str:
        """Tell a length that was not exceeded, so that no minute told is below it."""
        return self._length(-(-length // MINUTE) * MINUTE)

    def _headline(self) -> str:
        visits, kept = self.figures.headline.visits, self.figures.headline.waits.kept
        if not visits:
            return self._say("headline_none")
        if kept is None:
            return self._count("headline_visits", visits)
        return self._count("headline", visits, kept=self.formats.share(kept))

    def _made(self) -> str:
        key = "so_far" if self.figures.going_on else "made"
        return self._say(key, when=self._when(self.figures.made_at))

    def _when(self, at: datetime) -> str:
        day = self.formats.long_day(local_day(at, self.figures.time_zone))
        return self._say("when", day=day, clock=self.formats.clock(at))

    def _before(self, before: Headline) -> str:
        period = before.period
        if period.is_day:
            return self._say("before_day", weekday=self.formats.weekday(period.first))
        if period.length is Length.WEEK:
            return self._say("before_week")
        if period.length is Length.MONTH:
            return self.formats.month(period.first)
        return self.formats.short_period(period)

    def _lead(self) -> Iterator[str]:
        waits, before = self.figures.headline.waits, self.figures.before
        never = self.figures.total.never_called
        in_vain = self._count("lead_never", never) if never else ""
        if waits.median is None or waits.eight_of_ten is None:
            if in_vain:
                yield in_vain
            return
        median = whole_minutes(waits.median)
        half, eight = (self._at_most(one) for one in (waits.median, waits.eight_of_ten))
        yield self._count("lead_waits", waits.n, median=half, eight=eight)
        if in_vain:
            yield in_vain
        if before is not None and before.waits.median is not None:
            more = median - whole_minutes(before.waits.median)
            key = "lead_more" if more > 0 else "lead_less" if more else "lead_same"
            yield self._say(
                key, length=self._length(abs(more) * MINUTE), before=self._before(before)
            )
        yield from self._worst()

    def _worst(self) -> Iterator[str]:
        services = [one for one in self.figures.services if one.of.waits.judged >= FEW]
        if not services:
            return
        line = self.formats.share(GOOD)
        worst = min(services, key=_kept)
        good = sum(_kept(one) >= GOOD for one in services)
        if good == len(services):
            yield self._say("lead_all_good", line=line)
            return
        yield self._count(
            "lead_worst",
            len(services),
            good=good,
            line=line,
            service=name_of(worst, self.formats),
            kept=self.formats.share(_kept(worst)),
        )

    def _chart(self) -> str:
        hours, days = self.figures.hours, self.figures.days
        if not self.figures.headline.visits:
            return ""
        if shows_hours(self.figures):
            if not hours:  # means that wait for their first hour to pass
                return ""
            busiest = max(hours, key=lambda one: one.arrivals)
            hour = self.formats.hour(busiest.hour)
            return self._count("chart_hours", busiest.arrivals, hour=hour)
        fullest = max(days, key=lambda one: one.visits)
        return self._say(
            "chart_days",
            most=self.formats.number(fullest.visits),
            most_day=self.formats.short_day(fullest.day),
        )

    def _facts(self) -> Iterator[Fact]:
        head, before, total = self.figures.headline, self.figures.before, self.figures.total

        def fact(
            key: str, kind: Kind, value: Value, than: Value = None, *, basis: str = ""
        ) -> Fact:
            return Fact(key, self._say(key), kind, value, than, basis)

        was = _NO_TIMES if before is None else before.waits
        yield fact("visits", Kind.COUNT, head.visits, None if before is None else before.visits)
        if not self.figures.period.is_day:
            a_day = None if before is None else before.visits_a_day
            of_days = self._of_days(head.full_days) if head.visits else ""
            yield fact("visits_a_day", Kind.COUNT, head.visits_a_day, a_day, basis=of_days)
        of_called = self._of_called()
        eight = head.waits.eight_of_ten
        yield fact("wait_median", Kind.MINUTES, head.waits.median, was.median, basis=of_called)
        yield fact("wait_eight", Kind.MINUTES, eight, was.eight_of_ten, basis=of_called)
        of_judged = self._of(head.waits.judged)
        yield fact("wait_kept", Kind.SHARE, head.waits.kept, was.kept, basis=of_judged)
        yield fact("never_called", Kind.COUNT, total.never_called)
        left = None if before is None else before.left_share
        yield fact("left_share", Kind.SHARE, head.left_share, left)
        yield fact("range_held", Kind.SHARE, total.range_held, basis=self._of(total.announced))
        yield fact("priority_share", Kind.SHARE, self.figures.priority_share)
        yield fact("served_visits", Kind.COUNT, self.figures.served)
        yield fact("open_visits", Kind.COUNT, self.figures.open)
        yield fact("steps", Kind.COUNT, total.steps)
        yield fact("serving_median", Kind.MINUTES, total.serving.median)
        yield fact("serving_eight", Kind.MINUTES, total.serving.eight_of_ten)
        yield fact("serving_kept", Kind.SHARE, total.serving.kept)
        for key in ("transferred", "cancelled", "expired", "missed", "came_back"):
            yield fact(key, Kind.COUNT, getattr(total, key))
        quota = self.figures.refusals.get(QuotaUsedUp.code, 0)
        yield fact("quota_refused", Kind.COUNT, quota)
        yield fact("other_refused", Kind.COUNT, sum(self.figures.refusals.values()) - quota)
        yield fact("outage_time", Kind.HOURS, self._outage_time())
        yield fact("papers_printed", Kind.COUNT, self.figures.papers.get(JobState.PRINTED, 0))
        yield fact("papers_sent", Kind.COUNT, self.figures.papers.get(JobState.SENT, 0))

    def _of(self, count: int) -> str:
        return self._count("of", count) if count else ""

    def _of_days(self, count: int) -> str:
        return self._count("of_days", count) if count else self._say("of_no_days")

    def _of_called(self) -> str:
        total = self.figures.total
        if not total.waits.n:
            return ""
        called = self._count("of_called", total.waits.n)
        if not total.never_called:
            return called
        never = self.formats.number(total.never_called)
        return self._say("of_never", called=called, never=never)

    def _outage_time(self) -> timedelta:
        made_at = self.figures.made_at
        return sum((one.length(made_at) for one in self.figures.outages), timedelta())

    def _attention(self) -> Iterator[str]:
        lines = [*self._quotas(), *self._outages()]
        if not lines:
            yield self._say("attention_none")
        yield from lines[:SHOWN]
        if len(lines) > SHOWN:
            yield self._say("attention_more", count=len(lines) - SHOWN)

    def _quotas(self) -> list[str]:
        refused = [
            service
            for agency in self.figures.agencies
            for service in agency.services
            if service.of.quota_refused
        ]
        refused.sort(key=lambda one: -one.of.quota_refused)
        return [
            self._count(
                "attention_quota",
                one.of.quota_refused,
                service=escape(name_of(one, self.formats)),
            )
            for one in refused
        ]

    def _outages(self) -> list[str]:
        made_at = self.figures.made_at
        longest = sorted(self.figures.outages, key=lambda one: -one.length(made_at))
        return [
            self._say(
                "attention_outage",
                printer=escape(one.printer),
                state=self._say(f"state_{one.state}"),
                when=self._span(one.from_at, one.until_at),
                length=self._length(one.length(made_at)),
            )
            for one in longest
        ]

    def _span(self, from_at: datetime, until_at: datetime | None) -> str:
        until = self._say("going_on") if until_at is None else self.formats.until(until_at)
        span = f"{self.formats.clock(from_at)}–{until}"
        if self.figures.period.is_day:
            return span
        day = self.formats.short_day(local_day(from_at, self.figures.time_zone))
        return f"{day} {span}"

    def _notes(self) -> Iterator[str]:
        for key in ("wait", "serving", "percentile", "kept", "never", "range", "left"):
            yield self._say(f"define_{key}")
        if not self.figures.period.is_day:
            yield self._say("define_mean")
        yield self._say("define_day", zone=self.figures.time_zone)


def _kept(service: ServiceFigures) -> float:
    return service.of.waits.kept or 0.0


def _fingerprint(figures: Figures, facts: Sequence[Fact], tables: Sequence[Table]) -> str:
    """Return a short sum over every value of the report, but not over when it was made."""
    values = [figures.mall, figures.period, [one.value for one in facts]]
    values.append([table.rows for table in tables])
    digest = hashlib.sha256(repr(values).encode()).hexdigest()[:DIGITS]
    return " ".join(digest[start : start + 4] for start in range(0, DIGITS, 4))
