"""The wall in a real browser, in front of the whole running house."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from models.core.database import Database
from models.core.roles import Role
from models.mall.catalogue import Service
from models.mall.mall import Desk, DeskService, Zone
from models.mall.people import User
from models.queue.shifts import Shift
from models.queue.tickets import Call, Step, Ticket
from tests.application import ROOT, running_application
from tests.display.hall_presses import Citizen, Officer
from tests.patience import until
from tests.servers import Server

pytestmark = pytest.mark.slow

# Longer than anything that the hall says.
SAID_MS = 20_000
WALL = {"width": 1920, "height": 1080}
# A television that plays no sound before somebody presses a key on its remote control.
SHY = """let touched = false;
addEventListener("keydown", () => { touched = true; }, true);
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  const refusal = new DOMException("not yet", "NotAllowedError");
  return touched ? play.call(this) : Promise.reject(refusal);
};"""


# What a wall makes of the states of a zone, each a seq and who is at the desk as called, and of a
# call of A-047 that knew the journal up to 100.
JUDGED = """async (told) => {
  const { Zones } = await import("/static/display/wall/calls_ahead.js");
  const hall = new Zones([1], () => {});
  const call = { call_id: 7, zone_id: 1, desk_zone_id: 1, number: "A-047", desk: 3, round: 1,
    at: "", seq: 100 };
  const take = ([seq, ticket]) => {
    const desks = [{ number: 3, state: ticket ? "called" : "ready", ticket }];
    const awaited = ticket ? [{ ticket, desk: 3 }] : [];
    hall.take({ seq, epoch: "one", zone: { id: 1 }, desks, calls: [], awaited, next: [] });
  };
  take(told[0]);
  hall.hear(call);
  told.slice(1).forEach(take);
  return [hall.isWanted(call), hall.states()[0].desks[0].ticket];
}"""


@dataclass
class Place:
    """A running house and its database, looked at from outside."""

    hall: Server
    database: Database

    def desk_in(self, zone: str) -> Desk:
        """A desk of the zone where nobody is signed on."""
        with self.database.reading() as session:
            taken = select(Shift.desk_id).where(Shift.ended_at.is_(None))
            free = (
                select(Desk).join(Zone).where(Zone.code == zone, Desk.id.not_in(taken), Desk.in_use)
            )
            return session.scalars(free.order_by(Desk.number)).first() or pytest.fail("no desk")

    def officer(self, desk: Desk) -> Officer:
        """An officer who signs on at the desk."""
        with self.database.reading() as session:
            busy = select(Shift.user_id).where(Shift.ended_at.is_(None))
            free = select(User).where(User.role == Role.OFFICER, User.id.not_in(busy))
            user = session.scalars(free.order_by(User.id)).first()
        assert user is not None
        return Officer(self.hall, user.username, desk)

    def service_of(self, desk: Desk) -> int:
        """The id of a service that the desk offers."""
        with self.database.reading() as session:
            offered = select(Service.id).join(DeskService).where(DeskService.desk_id == desk.id)
            return session.scalars(offered.order_by(Service.id)).first() or pytest.fail("nothing")

    def step_at(self, desk: Desk) -> int:
        """The id of the step that the desk holds."""
        with self.database.reading() as session:
            at_desk = select(Step.id).join(Ticket).where(Ticket.desk_id == desk.id)
            return session.scalars(at_desk).one()


def hurried_config(folder: Path) -> Path:
    """The example mall with an announcer in a hurry: each call once, as fast as it may be."""
    text = (ROOT / "config.toml").read_text("utf-8")
    for key, value in (
        ("words_per_minute", "260"),
        ("repeat", "1"),
        ("catalogue_dir", json.dumps(str(ROOT / "catalogue"))),
    ):
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert found == 1, key
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One house for all: each test works in a zone, or at a desk, of its own."""
    folder = tmp_path_factory.mktemp("house")
    with running_application(folder, "--config", str(hurried_config(folder))) as hall:
        database = Database(f"sqlite:///{folder / 'balai.db'}")
        yield Place(hall, database)
        database.close()


@pytest.fixture
def wall(chromium: Browser) -> Iterator[Page]:
    """A television; an error in its scripts fails the test."""
    arguments = {"locale": "id-ID", "timezone_id": "Asia/Jakarta", "viewport": WALL}
    with chromium.new_context(**arguments) as context:  # type: ignore[arg-type]  # typed by key
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        assert errors == []


def open_wall(page: Page, place: Place, board: str) -> None:
    page.goto(f"{place.hall.url}/wall?place={board}")
    shown = ".w-zcard, .w-await li" if board == "hall" else ".w-desks li"
    expect(page.locator(shown).first).to_be_visible(timeout=15_000)


def call(place: Place, zone: str, *, language: str = "id") -> tuple[str, Desk, Officer]:
    """Take a number for a free desk of the zone and call it there."""
    desk = place.desk_in(zone)
    officer = place.officer(desk)
    citizen = Citizen(place.hall)
    number = citizen.take(place.service_of(desk), language=language)
    citizen.close()
    officer.act("call-next")
    return number, desk, officer


def as_drawn(number: str) -> str:
    """The number as it stands on the wall: letter and digits apart."""
    return number.replace("-", "")


def test_call_is_yellow_while_it_is_said_and_white_afterwards(wall: Page, place: Place) -> None:
    open_wall(wall, place, "melati")
    expect(wall.locator(".w-call--empty")).to_be_visible()
    number, desk, officer = call(place, "melati")
    expect(wall.locator(".w--calling .w-num")).to_have_text(as_drawn(number))
    expect(wall.locator(".w-to b")).to_have_text(str(desk.number))
    expect(wall.locator(".w-desks .is-now .w-dnum")).to_have_text(as_drawn(number))
    yellow = wall.locator(".w-call").evaluate("e => getComputedStyle(e).backgroundColor")
    assert yellow == "rgb(255, 198, 41)"
    expect(wall.locator(".w--settled")).to_be_visible(timeout=SAID_MS)
    expect(wall.locator(".w-num")).to_have_text(as_drawn(number))
    until(lambda: heard(place, number))
    officer.close()


def heard(place: Place, number: str) -> bool:
    """Whether the wall has said that the newest call of the number was heard."""
    with place.database.reading() as session:
        calls = session.scalars(select(Call).join(Ticket).order_by(Call.id.desc())).all()
        call = next(call for call in calls if call.ticket.spoken == number)
        return call.spoken_at is not None


def test_served_number_moves_to_the_list_when_the_next_is_called(wall: Page, place: Place) -> None:
    open_wall(wall, place, "hall")
    first, first_desk, one = call(place, "mawar")
    expect(wall.locator(".w--calling .w-num")).to_have_text(as_drawn(first))
    expect(wall.locator(".w-to__n")).to_contain_text("Mawar")
    one.act("start", step_id=place.step_at(first_desk))
    second, _, other = call(place, "mawar")
    expect(wall.locator(".w-num")).to_have_text(as_drawn(second), timeout=SAID_MS)
    expect(wall.locator(".w-pair").first).to_contain_text(as_drawn(first))
    expect(wall.locator(".w-zcard", has_text="Mawar").locator("li")).to_have_count(2)
    one.close()
    other.close()


def test_repeated_call_says_which_it_is(wall: Page, place: Place) -> None:
    open_wall(wall, place, "kenanga")
    number, desk, officer = call(place, "kenanga", language="en")
    expect(wall.locator(".w--calling .w-call__other")).to_have_text("Please proceed to the desk")
    officer.act("call-again", step_id=place.step_at(desk))
    expect(wall.locator(".w-call__lab")).to_have_text("Panggilan kedua", timeout=SAID_MS)
    expect(wall.locator(".w-num")).to_have_text(as_drawn(number))
    officer.close()


@pytest.mark.parametrize(
    ("told", "wanted", "at_the_desk"),
    [
        pytest.param([(99, "")], True, "A-047", id="read before the call"),
        pytest.param([(100, "")], True, "A-047", id="PostgreSQL committed 100 before the call's"),
        pytest.param([(100, "A-047")], True, "A-047", id="read at the same time"),
        pytest.param([(101, "A-047")], True, "A-047", id="still awaited"),
        pytest.param([(101, "")], False, "", id="came meanwhile"),
        pytest.param([(99, ""), (101, "A-048")], False, "A-048", id="another is called"),
        pytest.param([(99, ""), (90, "")], True, "", id="a backup was put back"),
    ],
)
def test_only_a_later_state_knows_better_than_a_call(
    wall: Page, place: Place, told: list[tuple[int, str]], wanted: bool, at_the_desk: str
) -> None:
    open_wall(wall, place, "melati")
    assert wall.evaluate(JUDGED, told) == [wanted, at_the_desk]


def test_after_the_cut_off_the_wall_promises_no_more_than_the_hours(
    wall: Page, place: Place
) -> None:
    """A number may be told on its phone that it will hardly be served today."""
    open_wall(wall, place, "melati")
    said = wall.evaluate(
        """async () => {
          const { urgent } = await import("/static/display/wall/card.js");
          const state = { phase: "cut_off", closes_at: "2026-11-23T08:00:00+00:00" };
          return urgent({ boot: {}, states: [state], current: null });
        }"""
    )
    assert said["head"] == "Pengambilan nomor sudah ditutup"
    assert said["text"] == "Nomor yang sudah diambil dilayani sampai pukul 15.00"


@pytest.mark.parametrize(
    ("next_at", "said"),
    [
        ("2026-12-25T01:00:00+00:00", "bisa diambil mulai pukul 08.00."),
        ("2026-12-28T01:00:00+00:00", "pada hari Senin, 28 Desember 2026 mulai pukul 08.00."),
    ],
)
def test_closed_wall_names_the_day_of_the_next_numbers(
    wall: Page, place: Place, next_at: str, said: str
) -> None:
    open_wall(wall, place, "melati")
    shown = wall.evaluate(
        """async (next_at) => {
          const { html, render } = await import("/static/shared/parts.js");
          const { Closed } = await import("/static/display/wall/closed.js");
          const states = [{ next_at, serves_at: next_at, holiday: "Hari Natal" }];
          const now = new Date("2026-12-25T00:00:00+00:00");
          const box = document.createElement("div");
          render(html`<${Closed} boot=${{ zones: [] }} states=${states} now=${now} />`, box);
          return box.querySelector("p").textContent;
        }""",
        next_at,
    )
    assert "Hari ini libur: Hari Natal." in shown
    assert said in shown


def test_television_without_sound_asks_for_one_press(wall: Page, place: Place) -> None:
    wall.add_init_script(SHY)
    open_wall(wall, place, "cempaka")
    number, desk, officer = call(place, "cempaka")
    expect(wall.locator(".w-media.is-urgent")).to_contain_text("Suara belum menyala")
    wall.keyboard.press("Enter")
    expect(wall.locator(".w-media.is-urgent")).to_have_count(0)
    expect(wall.locator(".w--settled")).to_be_visible(timeout=SAID_MS)
    officer.act("call-again", step_id=place.step_at(desk))
    until(lambda: heard(place, number))
    officer.close()


def test_television_says_before_the_first_call_that_it_has_no_sound(
    wall: Page, place: Place
) -> None:
    """Whoever puts a screen up is gone when the first number is called."""
    wall.add_init_script(SHY)
    open_wall(wall, place, "cempaka")
    expect(wall.locator(".w-media.is-urgent")).to_contain_text("Suara belum menyala")
    expect(wall.locator(".w-media.is-urgent")).to_contain_text("Tekan OK atau sentuh layar ini")
    wall.keyboard.press("Enter")
    expect(wall.locator(".w-media.is-urgent")).to_have_count(0)


def test_nothing_on_the_wall_is_cut_or_hides_another(wall: Page, place: Place) -> None:
    for width, height in ((1920, 1080), (1366, 768), (1920, 940), (1280, 1024)):
        wall.set_viewport_size({"width": width, "height": height})
        open_wall(wall, place, "melati")
        beyond = wall.evaluate(
            """() => Array.from(document.querySelectorAll(".w-page *")).filter((element) => {
              if (element.closest(".w-run, .w-ring, .sr, svg, [hidden]")) return false;
              const box = element.getBoundingClientRect();
              return box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
            }).map((element) => element.className)"""
        )
        assert beyond == [], (width, height)
        over = wall.evaluate(
            """() => Array.from(document.querySelectorAll(".w-desks li > *")).map((cell) => {
              const row = cell.parentNode.getBoundingClientRect();
              return cell.getBoundingClientRect().height - row.height;
            })"""
        )
        assert max(over) <= 1, (width, height)


def test_numbers_beside_each_other_are_whole_or_not_there(wall: Page, place: Place) -> None:
    """Half a desk number sends somebody to another desk."""
    open_wall(wall, place, "hall")
    for zone in ("cempaka", "cempaka", "mawar", "mawar"):
        _, desk, officer = call(place, zone)
        officer.act("start", step_id=place.step_at(desk))  # awaited, they were a crowd
        officer.close()
    pairs = wall.locator(".w-lists .w-pair")
    expect(pairs).to_have_count(3)
    for letters, number in (("W", 8), ("W", 888)):
        # Wide letters and the highest desk that a mall may have.
        cut = wall.evaluate(
            """([letter, desk]) => Array.from(document.querySelectorAll(".w-lists .w-pair"))
              .filter((pair) => {
                pair.querySelector("em").textContent = desk;
                pair.querySelector("b").textContent = letter + " 888";
                const line = pair.parentNode.getBoundingClientRect();
                const box = pair.querySelector("em").getBoundingClientRect();
                const gone = box.top >= line.bottom - 1;
                const card = pair.closest(".w-lists").getBoundingClientRect();
                return !gone && box.right > card.right;
              }).length""",
            [letters, number],
        )
        assert cut == 0, number


def test_zone_with_many_desks_shows_those_that_serve(wall: Page, place: Place) -> None:
    """The rows that fit, the closed desks giving way first."""
    open_wall(wall, place, "cempaka")
    with place.database.reading() as session:
        zone = select(Zone.id).where(Zone.code == "cempaka").scalar_subquery()
        desks = session.scalars(select(Desk).where(Desk.zone_id == zone, Desk.in_use)).all()
    last = max(desks, key=lambda desk: desk.number)
    officer = place.officer(last)
    rows = wall.locator(".w-desks li")
    expect(rows.last.locator(".w-desk")).to_have_text(str(last.number))
    expect(rows).to_have_count(min(7, len(desks)))
    expect(rows.last).to_contain_text("Siap melayani")
    officer.close()


def test_a_desk_before_its_hours_says_when_it_opens(wall: Page, place: Place) -> None:
    open_wall(wall, place, "cempaka")
    said = wall.evaluate("""async () => {
      const { html, render } = await import("/static/shared/parts.js");
      const { Desks } = await import("/static/display/wall/desks.js");
      const until_at = "2026-11-23T01:00:00Z";
      const desks = [{ number: "3", state: "not_yet", ticket: "", until_at, needs: [] }];
      const box = document.createElement("div");
      render(html`<${Desks} desks=${desks} call=${null} now=${new Date()} />`, box);
      return box.querySelector("li.is-off .w-dtxt").textContent;
    }""")
    assert said == "Buka 08.00"


def test_numbers_can_be_read_from_the_back_of_the_hall(wall: Page, place: Place) -> None:
    """At 12 m a 55-inch screen needs 64 px type; the design's rule for every number."""
    open_wall(wall, place, "melati")
    sizes = wall.evaluate(
        """() => Array.from(document.querySelectorAll(
          ".w-num, .w-to b, .w-desk, .w-dnum, .w-pair b, .w-pair em, .w-next, .w-clock b"
        )).map((element) => parseFloat(getComputedStyle(element).fontSize))"""
    )
    assert sizes
    assert min(sizes) >= 64


def test_wall_is_accessible(wall: Page, place: Place) -> None:
    open_wall(wall, place, "kenanga")
    found = Axe().run(wall)
    assert found.violations_count == 0, found.generate_report()


def test_loaded_modules_are_few_and_local(wall: Page, place: Place) -> None:
    loaded: list[str] = []
    wall.on("request", lambda request: loaded.append(request.url))
    open_wall(wall, place, "hall")
    assert all(re.match(re.escape(place.hall.url) + "|ws://127", url) for url in loaded)


def test_wall_says_when_its_connection_is_lost_and_recovers(wall: Page, tmp_path: Path) -> None:
    with running_application(tmp_path) as hall:
        wall.goto(f"{hall.url}/wall?place=melati")
        expect(wall.locator(".w-desks li").first).to_be_visible(timeout=15_000)
        port = hall.port
        hall.kill()
        expect(wall.locator(".w-lost")).to_contain_text("Sambungan terputus", timeout=10_000)
        expect(wall.locator(".w--lost")).to_be_visible()
    with running_application(tmp_path, port=port):
        expect(wall.locator(".w-lost")).to_be_hidden(timeout=15_000)
        expect(wall.locator(".w--settled")).to_be_visible()
