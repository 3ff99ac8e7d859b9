"""The scripts that all pages share: presses, words, formats, and the parts that templates have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from playwright.sync_api import Browser, Page
from pydantic import TypeAdapter

import counter
from models.core.database import Database
from models.core.presses import PressId
from tests.counter import tiny_hall
from tests.models.core.lengths import LENGTHS
from tests.servers import Server, running_server

TEMPLATES = Path(counter.__file__).parent / "templates"
# 02.41 UTC on 24 November 2026 is 09.41 in Jakarta and 10.41 in Makassar.
MORNING = "2026-11-24T02:41:00+00:00"
WORDS = {
    "id": {"kiosk.waits": "{n} orang menunggu", "kiosk.only": "hanya di sini"},
    "en": {"kiosk.waits": "{n} people are waiting"},
}

# What a page says about lengths, as in the words of the kiosk.
SAY = """((key, facts) => ({ none: "Tanpa antre", minutes: "{minutes} menit", hours: "{hours} jam",
    hours_minutes: "{hours} jam {minutes} menit", minutes_hours: "{minutes} menit–{hours} jam",
    at_risk: "mungkin lebih lama", broken: "lebih lama",
  })[key].replace(/\\{(\\w+)\\}/g, (_, name) => facts[name]))"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path_factory.mktemp('scripts') / 'balai.db'}"
    database = Database(url)
    tiny_hall.make_mall(database)
    database.close()
    with running_server("tests.counter.tiny_hall", url, "0") as running:
        yield running


@pytest.fixture(scope="module")
def run(chromium: Browser, hall: Server) -> Iterator[Any]:
    """Run an expression in a page of a mall in Makassar; the modules are named m, w, f and p.

    One page serves the whole file: what they export remembers nothing but the language,
    which whoever needs it sets.
    """
    with chromium.new_context(locale="id-ID", timezone_id="Asia/Jakarta") as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield _with_scripts(page, hall)
        assert errors == []


def _with_scripts(page: Page, hall: Server) -> Any:
    page.goto(f"{hall.url}/?topic=number/1")
    page.evaluate(
        """async (words) => {
            document.documentElement.dataset.timeZone = "Asia/Makassar";
            const block = document.createElement("script");
            Object.assign(block, { type: "application/json", id: "words" });
            block.textContent = JSON.stringify(words);
            document.body.append(block);
            const [m, w, f, p] = await Promise.all(
                ["press", "words", "format", "parts"].map((n) => import(`/static/shared/${n}.js`)));
            Object.assign(window, { m, w, f, p });
        }""",
        WORDS,
    )
    return page.evaluate


@pytest.mark.parametrize(
    ("language", "expression", "shown"),
    [
        ("id", "f.clock(at)", "10.41"),
        ("en", "f.clock(at)", "10:41"),
        ("id", "f.clock('2026-11-24T16:05:00Z')", "00.05"),
        ("id", "f.day(at)", "Selasa, 24 November 2026"),
        ("en", "f.day(at)", "Tuesday, 24 November 2026"),
        ("id", "f.day('2026-11-24T16:05:00Z')", "Rabu, 25 November 2026"),
        ("id", "f.date(at)", "24 November 2026"),
        ("id", "f.span(at, '2026-11-24T03:05:00Z')", "10.41–11.05"),
        ("id", "f.span(at, at)", "10.41"),
        ("id", "f.rupiah(30000)", "Rp30.000"),
        ("en", "f.rupiah(1250000)", "Rp1,250,000"),
        ("id", "f.count(11482)", "11.482"),
        ("id", "f.range(25, 40)", "25–40"),
        ("id", "f.range(5, 5)", "5"),
        ("id", "f.duration(402)", "6:42"),
        ("id", "f.duration(9)", "0:09"),
        ("id", "f.duration(4002)", "1:06:42"),
        ("id", "f.duration(-3)", "0:00"),
        ("id", "JSON.stringify(f.numberParts('A-047'))", '{"letter":"A","digits":"047"}'),
        ("id", "w.t('kiosk.waits', {n: 3})", "3 orang menunggu"),
        ("en", "w.t('kiosk.waits', {n: 3})", "3 people are waiting"),
        ("id", "w.t('kiosk.waits')", "{n} orang menunggu"),
        ("en", "w.t('kiosk.only')", "kiosk.only"),
    ],
)
def test_figures_and_words_are_written_as_in_the_hall(
    run: Any, language: str, expression: str, shown: str
) -> None:
    script = f"""([language, at]) => {{ w.setLanguage(language); return {expression}; }}"""
    assert run(script, [language, MORNING]) == shown


def test_a_press_is_sent_again_with_the_same_id_until_it_is_answered(run: Any) -> None:
    answer = run("m.press('/press/2', {desk_id: 3})")
    assert len(answer["pressed"]) == 3
    assert len(set(answer["pressed"])) == 1
    assert TypeAdapter(PressId).validate_python(answer["pressed"][0])


@pytest.mark.parametrize(("code", "status"), [("desk_busy", 409), ("no_space", 507)])
def test_a_refusal_is_not_sent_again_and_tells_why(run: Any, code: str, status: int) -> None:
    refused = run(
        f"""m.press('/refuse/{code}/{status}').catch((error) => [error instanceof m.Refused,
            error.status, error.code, error.title, error.facts.number])"""
    )
    assert refused == [True, status, code, "Loket sedang dipakai.", "A-001"]


@pytest.mark.slow
def test_a_press_that_nobody_answers_gives_up_in_time(run: Any) -> None:
    waited_ms = run(
        """(async () => {
            const began = performance.now();
            const error = await m.press('http://127.0.0.1:9/').catch((error) => error);
            if (!(error instanceof m.Unreachable)) throw error;
            return performance.now() - began;
        })()"""
    )
    assert 4000 < waited_ms < 13_000


@pytest.mark.parametrize(
    ("macro", "component"),
    [
        ("icon('printer')", "p.Icon, {name: 'printer'}"),
        ("icon('printer', 'big', 3)", "p.Icon, {name: 'printer', cls: 'big', stroke: 3}"),
        ("mark()", "p.Mark, {}"),
        ("mark('big')", "p.Mark, {cls: 'big'}"),
        ("flower('melati')", "p.Flower, {code: 'melati'}"),
        ("plate('A-047')", "p.Plate, {number: 'A-047'}"),
        (
            "plate('A-047', 'melati', 'xl', 'plate--call')",
            "p.Plate, {number: 'A-047', flower: 'melati', size: 'xl', cls: 'plate--call'}",
        ),
    ],
)
def test_a_part_is_the_same_object_in_scripts_as_in_templates(
    run: Any, macro: str, component: str
) -> None:
    jinja = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    source = f"{{% import 'parts.html' as parts %}}{{{{ parts.{macro} }}}}"
    from_template = jinja.from_string(source).render()
    ours, theirs = run(
        f"""(template) => {{
            const named = (e) => [...e.attributes].map((a) => `${{a.name}}=${{a.value.trim()}}`);
            const told = (e) => [e.tagName, named(e).sort(), [...e.children].map(told),
                e.children.length || e.textContent];
            const [box, other] = [document.createElement("div"), document.createElement("div")];
            p.render(p.h({component}), box);
            other.innerHTML = template;
            return [told(box), told(other)];
        }}""",
        from_template,
    )
    assert ours == theirs


@pytest.mark.parametrize(
    ("low", "high", "promise", "level", "lit", "said"),
    [
        (0, 0, "kept", 0, 1, "Tanpa antre"),
        (5, 15, "kept", 1, 1, "5–15 menit"),
        (40, 55, "kept", 1, 1, "40–55 menit"),
        (20, 35, "at_risk", 2, 2, "20–35 menit, mungkin lebih lama"),
        (15, 20, "broken", 3, 3, "15–20 menit, lebih lama"),
        (120, 200, "broken", 3, 3, "2–3,5 jam, lebih lama"),
    ],
)
def test_a_wait_is_told_by_bars_against_the_promise_and_by_words(
    run: Any, low: int, high: int, promise: str, level: int, lit: int, said: str
) -> None:
    seen = run(
        """([low, high, promise]) => {
            w.setLanguage("id");
            const box = document.createElement("div");
            p.render(p.h(p.Wait, { low, high, promise, say }), box);
            return [box.firstChild.className, box.querySelectorAll("rect:not([opacity])").length,
                box.textContent];
        }""".replace("say })", f"say: {SAY} }})"),
        [low, high, promise],
    )
    assert seen == [f"wait wait--{level}", lit, said]


@pytest.mark.parametrize(("ends", "told"), LENGTHS)
def test_a_wait_reads_in_hours_from_an_hour_on(run: Any, ends: list[int], told: str) -> None:
    assert run(f"(ends) => (w.setLanguage('id'), f.lasting({SAY}, ...ends))", ends) == told


def test_a_line_that_was_never_heard_tells_the_time_of_its_page(run: Any) -> None:
    told = run(
        """(async () => {
          const { Live } = await import("/static/shared/live.js");
          const live = new Live("2001-05-04T03:02:01Z");
          return [live.now().toISOString().slice(0, 16), live.lastSeenAt];
        })()"""
    )
    assert told == ["2001-05-04T03:02", 0]
