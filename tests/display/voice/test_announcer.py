"""What a zone hears, and in which order: real calls, a real voice, and time handed in."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from display.voice.announcer import GAP, Announcer
from display.voice.notices import Notice
from display.voice.sentences import Sentence, announcement
from display.voice.voice import Clip, Voice, VoiceSettings
from models.core.base import Base
from models.core.clock import Clock
from models.core.database import Database
from models.journal.record import last_seq
from models.mall.mall import Desk, Zone
from models.queue.calling import call_again, call_next
from models.queue.seating import tell_zone
from models.queue.serving import cancel, start
from models.queue.shifts import held_by
from tests import builders
from tests.builders import CITIZEN, MINUTE, MONDAY, SmallMall, small_mall


@dataclass
class Hall:
    """A small mall with its announcer; `heard` is what reached the screens."""

    database: Database
    clock: Clock
    mall: SmallMall
    voice: Voice
    heard: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    # So many shouts do not get out.
    cut_lines: int = 0
    news: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.announcer = Announcer(
            self.database, self.clock, self.voice, self.shout, style="digits"
        )
        self.database.listeners.append(self.announcer.hear)

    def shout(self, topic: str, kind: str, payload: dict[str, Any]) -> None:
        if self.cut_lines:
            self.cut_lines -= 1
            raise ConnectionError
        self.heard.append((topic, kind, payload))
        self.news.set()

    def call(
        self, at_desk: Desk | None = None, language: str = "id", *, sits_in: int | None = None
    ) -> str:
        """Take a number for service A and call it there, or at the first desk."""
        with self.database.transaction() as session:
            desk = session.merge(at_desk or self.mall.desk_a)
            ticket = builders.ticket(session, desk.mall, session.merge(self.mall.a))
            ticket.language = language
            session.flush()
            if sits_in is not None:
                tell_zone(session, ticket, sits_in)
            call_next(session, desk, by=CITIZEN, at=MONDAY)
            return ticket.spoken

    def desk(self, zone: str = "melati") -> Desk:
        """Open one desk more for service A."""
        with self.database.transaction() as session:
            a = session.merge(self.mall.a)
            return builders.desk(session, session.merge(self.mall.mall), [a], zone_code=zone)

    @property
    def numbers(self) -> list[str]:
        return [payload["number"] for _, _, payload in self.heard]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with hall_with(tmp_path, Voice(tmp_path / "clips", VoiceSettings(repeat=2))) as hall:
        yield hall


@pytest.fixture
def silent_hall(tmp_path: Path) -> Iterator[Hall]:
    (tmp_path / "clips").write_text("a file where the folder should be")
    with hall_with(tmp_path, Voice(tmp_path / "clips")) as hall:
        yield hall


@pytest.fixture
def wordless_hall(tmp_path: Path) -> Iterator[Hall]:
    with hall_with(tmp_path, Voice(tmp_path / "clips", VoiceSettings(variant="none"))) as hall:
        yield hall


@pytest.fixture
def odd_hall(tmp_path: Path) -> Iterator[Hall]:
    """No file system takes such a name, and nobody has thought of saying so."""
    with hall_with(tmp_path, Voice(tmp_path / "clips\0")) as hall:
        yield hall


@contextmanager
def hall_with(folder: Path, voice: Voice) -> Iterator[Hall]:
    database = Database(f"sqlite:///{folder / 'balai.db'}")
    Base.metadata.create_all(database.engine)
    with hall_in(database, voice) as hall:
        yield hall
    database.close()


@contextmanager
def hall_in(database: Database, voice: Voice) -> Iterator[Hall]:
    """The small mall in `database`, on a Monday at nine."""
    with database.transaction() as session:
        mall = small_mall(session)
    clock = Clock()
    clock.ahead += MONDAY - clock.now()
    hall = Hall(database, clock, mall, voice)
    yield hall
    hall.announcer.stop()


def words_said(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that the hall's voice says from now on, as it is put into words."""
    said: list[str] = []
    speak = hall.voice.speak

    def listen(*sentences: Sentence, times: int | None = None, chimed: bool = True) -> Clip:
        said.append(" ".join(sentence.text for sentence in sentences))
        return speak(*sentences, times=times, chimed=chimed)

    monkeypatch.setattr(hall.voice, "speak", listen)
    return said


def test_call_reaches_the_screens_of_its_zone_with_its_sound(hall: Hall, tmp_path: Path) -> None:
    number = hall.call()
    assert hall.announcer.step(0.0) is None
    ((topic, kind, payload),) = hall.heard
    assert topic == f"zone/{hall.mall.desk_a.zone_id}"
    assert kind == "announce"
    assert f"{payload['letter']}-{payload['digits']}" == payload["number"] == number
    assert (payload["desk"], payload["round"]) == (hall.mall.desk_a.number, 1)
    assert payload["voice"] is True
    name = payload["audio"].rsplit("/", 1)[-1]
    assert (tmp_path / "clips" / name).exists()
    assert 8 <= payload["duration_s"] <= 20


def test_second_call_of_a_zone_waits_for_the_first(hall: Hall) -> None:
    first, second = hall.call(), hall.call(hall.mall.desk_ab)
    wait_s = hall.announcer.step(100.0)
    assert hall.numbers == [first]
    assert wait_s is not None
    lasts_s = hall.heard[0][2]["duration_s"]
    assert lasts_s - 1 < wait_s - GAP.total_seconds() <= lasts_s
    hall.announcer.step(100.0 + wait_s - 0.01)
    assert hall.numbers == [first]
    hall.announcer.step(100.0 + wait_s)
    assert hall.numbers == [first, second]


def test_zones_do_not_wait_for_each_other(hall: Hall) -> None:
    hall.call(hall.desk("mawar"))
    hall.call()
    hall.announcer.step(0.0)
    assert len({topic for topic, _, _ in hall.heard}) == 2


def test_citizen_who_has_come_is_not_called_any_more(hall: Hall) -> None:
    hall.call()
    second = hall.call(hall.mall.desk_ab)
    with hall.database.transaction() as session:
        start(session, session.merge(hall.mall.desk_a), by=CITIZEN, at=MONDAY)
    hall.announcer.step(0.0)
    assert hall.numbers == [second]


def test_repeated_call_is_said_once_with_its_round(hall: Hall) -> None:
    number = hall.call()
    with hall.database.transaction() as session:
        call_again(session, session.merge(hall.mall.desk_a), by=CITIZEN, at=MONDAY + MINUTE)
    hall.announcer.step(0.0)
    assert hall.numbers == [number]
    assert hall.heard[0][2]["round"] == 2


def test_called_again_while_it_waits_a_number_keeps_its_place(hall: Hall) -> None:
    first, second, third = hall.call(), hall.call(hall.mall.desk_ab), hall.call(hall.desk())
    hall.announcer.step(0.0)
    with hall.database.transaction() as session:
        call_again(session, session.merge(hall.mall.desk_ab), by=CITIZEN, at=MONDAY + MINUTE)
    hall.announcer.step(50.0)
    hall.announcer.step(100.0)
    assert hall.numbers == [first, second, third]
    assert [payload["round"] for _, _, payload in hall.heard] == [1, 2, 1]


def test_call_that_is_heard_of_twice_is_said_once(hall: Hall) -> None:
    hall.database.listeners.append(hall.announcer.hear)
    numbers = [hall.call(), hall.call(hall.mall.desk_ab)]
    for now_s in (0.0, 50.0, 100.0):
        hall.announcer.step(now_s)
    assert hall.numbers == numbers


def test_call_tells_how_far_the_journal_was_known(hall: Hall) -> None:
    hall.call()
    hall.announcer.step(0.0)
    with hall.database.reading() as session:
        assert hall.heard[0][2]["seq"] == last_seq(session)


def test_a_call_is_said_where_its_citizen_sits_with_the_zone_of_the_desk(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    mawar = hall.desk("mawar").zone_id
    number = hall.call(sits_in=mawar)
    said = words_said(hall, monkeypatch)
    hall.announcer.step(0.0)
    here = hall.mall.desk_a.zone_id
    told = [(topic, payload["zone_id"]) for topic, _, payload in hall.heard]
    assert sorted(told) == sorted([(f"zone/{here}", here), (f"zone/{mawar}", mawar)])
    assert hall.numbers == [number, number]
    assert {payload["desk_zone_id"] for _, _, payload in hall.heard} == {here}
    assert ["zona Melati, loket satu" in one for one in said] == [False, True]


def test_each_zone_keeps_its_own_line(hall: Hall) -> None:
    mawar = hall.desk("mawar")
    first = hall.call(mawar)
    elsewhere = hall.call(sits_in=mawar.zone_id)
    hall.announcer.step(0.0)
    assert hall.numbers == [first, elsewhere]  # at its desk; in Mawar it waits its turn
    hall.announcer.step(60.0)
    assert [payload["zone_id"] for _, _, payload in hall.heard[1:]] == [
        hall.mall.desk_a.zone_id,
        mawar.zone_id,
    ]


def test_twelve_calls_at_once_are_told_apace(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [hall.call(hall.desk()) for _ in range(12)]
    said = words_said(hall, monkeypatch)
    now_s, wait_s = 0.0, hall.announcer.step(0.0)
    while wait_s is not None:
        now_s += wait_s
        wait_s = hall.announcer.step(now_s)
    assert hall.numbers == numbers
    assert now_s <= 60  # the last one begins; whole and twice, it was two and a half minutes
    assert [("silakan" in one) for one in said] == [False] * 10 + [True] * 2


def test_who_gave_up_or_came_before_its_turn_is_passed_over(hall: Hall) -> None:
    numbers = [hall.call(desk) for desk in (hall.desk(), hall.mall.desk_a, hall.mall.desk_ab)]
    hall.announcer.step(0.0)
    with hall.database.transaction() as session:
        start(session, session.merge(hall.mall.desk_a), by=CITIZEN, at=MONDAY)
        held = held_by(session, session.merge(hall.mall.desk_ab))
        assert held is not None
        cancel(session, held, reason="", by=CITIZEN, at=MONDAY)
    hall.announcer.step(60.0)
    assert hall.numbers == numbers[:1]


def test_late_call_is_not_said_at_all(hall: Hall) -> None:
    hall.call()
    hall.clock.ahead += timedelta(minutes=10)
    hall.announcer.step(0.0)
    assert hall.heard == []


def test_a_call_that_waited_too_long_is_named_as_the_hall_knows_it(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.call()
    hall.announcer.step(0.0)
    late = hall.call(hall.mall.desk_ab)
    hall.announcer.step(0.1)
    hall.clock.ahead += timedelta(minutes=10)
    hall.announcer.step(60.0)
    with hall.database.reading() as session:
        zone = session.get_one(Zone, hall.mall.desk_ab.zone_id)
        assert f"the zone {zone.name} was not told in time: {late}" in caplog.messages


def test_crowded_zone_says_each_number_once(hall: Hall) -> None:
    hall.call()
    hall.announcer.step(0.0)
    hall.announcer.proclaim([hall.mall.desk_a.zone_id] * 3, Notice("test", (announcement("test"),)))
    hall.call(hall.mall.desk_ab)
    hall.announcer.step(50.0)
    hall.announcer.step(100.0)
    hall.announcer.step(150.0)
    lengths = [payload["duration_s"] for _, kind, payload in hall.heard if kind == "notice"]
    assert lengths[0] < lengths[2]


def test_english_speaker_is_called_in_both_languages(hall: Hall) -> None:
    hall.call(language="en")
    hall.call(hall.mall.desk_ab)
    hall.announcer.step(0.0)
    hall.announcer.step(60.0)
    english, indonesian = (payload for _, _, payload in hall.heard)
    assert english["language"] == "en"
    assert english["duration_s"] > indonesian["duration_s"]


def test_notice_carries_its_text(hall: Hall) -> None:
    morning = time(8)
    both = tuple(
        announcement("opening", language=language, clock=morning) for language in ("id", "en")
    )
    hall.announcer.proclaim([hall.mall.desk_a.zone_id], Notice("opening", both))
    hall.announcer.step(0.0)
    ((_, kind, payload),) = hall.heard
    assert kind == "notice"
    assert payload["text"]["id"].startswith("Selamat pagi")
    assert payload["text"]["en"].startswith("Good morning")


def test_hall_without_a_voice_still_has_its_chime(wordless_hall: Hall, tmp_path: Path) -> None:
    number = wordless_hall.call()
    wordless_hall.announcer.step(0.0)
    ((_, _, payload),) = wordless_hall.heard
    assert (payload["number"], payload["voice"]) == (number, False)
    assert (tmp_path / "clips" / payload["audio"].rsplit("/", 1)[-1]).exists()


def test_hall_without_any_sound_still_shows_the_call(silent_hall: Hall) -> None:
    number = silent_hall.call()
    silent_hall.announcer.step(0.0)
    ((_, _, payload),) = silent_hall.heard
    assert (payload["number"], payload["audio"], payload["voice"]) == (number, "", False)
    assert payload["duration_s"] >= 5


def test_hall_whose_voice_fails_as_nobody_foresaw_still_shows_the_call(odd_hall: Hall) -> None:
    odd_hall.announcer.start()
    number = odd_hall.call()
    assert odd_hall.news.wait(10)
    ((_, _, payload),) = odd_hall.heard
    assert (payload["number"], payload["audio"], payload["voice"]) == (number, "", False)


def test_announcer_works_in_the_background(hall: Hall) -> None:
    hall.announcer.start()
    number = hall.call()
    assert hall.news.wait(10)
    assert hall.numbers == [number]
