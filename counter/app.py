"""The composition: the one place where the house is built and its parts meet each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask, g
from flask_socketio import SocketIO
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from counter import (
    agents,
    auth,
    desk,
    devices,
    forgery,
    pairing,
    paper,
    permissions,
    printers,
    proxy,
    refusals,
    reports,
    sign_in,
    welcome,
)
from counter.agent_watch import AgentWatch
from counter.auth import Doorkeeper
from counter.config import Config
from counter.filling import fill
from counter.live import Live
from counter.people import example_people
from counter.places import places_of
from counter.server import make_socketio
from counter.ticker import Ticker
from counter.words import LANGUAGES, Language
from display import board
from display.announcer import Announcer
from display.voice import Voice, VoiceSettings
from kiosk import follow, take
from models.clock import Clock
from models.database import Database
from models.devices import furnish
from models.events import Event, PaperChanged
from models.mall import Mall
from models.migrating import upgrade
from models.paper import JobState
from printing.layout import Paper, paper_for
from printing.printers import Printer, PrinterSettings, open_printer
from printing.spooler import Spooler

# The longest press is a note of 500 letters; forms are shorter still.
LARGEST_BODY = 64 * 1024
VENDOR = Path(__file__).parent / "static" / "vendor"
FACE = VENDOR / "fonts" / "plus-jakarta-sans-latin-wght-normal.woff2"


@dataclass
class House:
    """Everything that runs in one process, between `start` and `stop`."""

    config: Config
    app: Flask
    socketio: SocketIO
    database: Database
    clock: Clock
    doorkeeper: Doorkeeper
    language: Language
    live: Live
    announcer: Announcer
    spooler: Spooler
    agent_watch: AgentWatch
    ticker: Ticker
    mall_id: int

    def start(self) -> None:
        """Start what works in the background."""
        self.live.start()
        self.announcer.start()
        self.spooler.start()
        self.agent_watch.start()
        self.ticker.start()

    def stop(self) -> None:
        """Stop what works in the background and let go of the database."""
        self.ticker.stop()
        self.agent_watch.stop()
        self.spooler.stop()
        self.announcer.stop()
        self.live.stop()
        self.database.close()


def build(config: Config, *, clock: Clock | None = None) -> House:
    """Build the house that `config` describes: its database is made and filled, nothing runs yet.

    Raises WrongKindOfMall when the database belongs to the other kind of mall.
    """
    clock = clock or Clock()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(config.database_url)
    upgrade(database)
    mall = _filled(database, config, clock)
    language = Language(config.mall.time_zone)
    app = Flask("counter", static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    _dress(app, mall, language)
    refusals.register(app, language)
    forgery.register(app)
    doorkeeper = Doorkeeper(database, clock, config, mall.id)
    auth.register(app, doorkeeper)
    socketio = make_socketio(app, config.mall.public_url)
    proxy.register(
        app, public_url=config.mall.public_url, trusted_proxy=config.server.trusted_proxy
    )
    live = Live(socketio, database, clock, actors_of=doorkeeper.actors_of)
    voice = Voice(
        config.data_dir / "voice",
        VoiceSettings(
            variant=config.voice.variant,
            words_per_minute=config.voice.words_per_minute,
            repeat=config.voice.repeat,
        ),
    )
    announcer = Announcer(database, clock, voice, live.shout, style=config.voice.style)
    machines = _printers(config, clock)
    words = {lang: language.words("printing", lang) for lang in LANGUAGES}
    useful = timedelta(minutes=config.slip.keep_minutes)
    elsewhere = _agent_papers(config)
    spooler = Spooler(
        database,
        machines,
        words,
        clock.now,
        mall_id=mall.id,
        kept=useful,
        elsewhere=frozenset(elsewhere),
    )
    database.listeners.append(_waker(spooler))

    welcome.register(app, doorkeeper=doorkeeper)
    sign_in.register(app, doorkeeper=doorkeeper, language=language)
    pairing.register(app, doorkeeper=doorkeeper, language=language)
    devices.register(app, doorkeeper=doorkeeper, topics=live.register)
    desk.register(app, database=database, clock=clock, topics=live.register)
    take.register(app, database=database, clock=clock, words=language.words, topics=live.register)
    follow.register(app, database=database, clock=clock, topics=live.register)
    board.register(
        app,
        database=database,
        clock=clock,
        voice=voice,
        announcer=announcer,
        topics=live.register,
    )
    paper.register(
        app,
        printers=machines,
        clock=clock,
        topics=live.register,
        mall_id=mall.id,
        open_tray=mall.example,
    )
    printers.register(app, database=database, clock=clock, config=config, topics=live.register)
    told = agents.register(
        app,
        database=database,
        clock=clock,
        papers=elsewhere,
        words=words,
        topics=live.register,
    )
    agent_watch = AgentWatch(told, mall.id, live.silence_s)
    reports.register(app, doorkeeper=doorkeeper, language=language)
    permissions.require_complete(app)
    kept = timedelta(days=config.retention.personal_days)
    ticker = Ticker(database, clock, kept=kept)
    return House(
        config=config,
        app=app,
        socketio=socketio,
        database=database,
        clock=clock,
        doorkeeper=doorkeeper,
        language=language,
        live=live,
        announcer=announcer,
        spooler=spooler,
        agent_watch=agent_watch,
        ticker=ticker,
        mall_id=mall.id,
    )


def _filled(database: Database, config: Config, clock: Clock) -> Mall:
    with database.transaction() as session:
        mall = fill(session, config)
        furnish(session, mall.id, places_of(session, config, mall.id))
        if mall.example:
            numbers = [desk.number for desk in mall.desks]
            example_people(session, mall.id, numbers, at=clock.now())
        return mall


def _printers(config: Config, clock: Clock) -> dict[str, Printer]:
    settings = [
        PrinterSettings(
            code=one.code,
            kind=one.kind,
            host=one.host,
            port=one.port,
            path=config.data_dir / "paper" if one.kind == "virtual" else Path(one.path),
            baud=one.baud,
            vendor_id=one.vendor_id,
            product_id=one.product_id,
            columns=one.columns,
            profile=one.profile,
            cut=one.cut,
            requirements=config.slip.requirements,
            logo=config.logo,
        )
        for one in config.printers
        if one.kind != "agent"
    ]
    # Set-up copies the font; without it the slip is set in a plain face.
    face = FACE if FACE.exists() else None
    return {one.code: open_printer(one, clock.now, face) for one in settings}


def _agent_papers(config: Config) -> dict[str, Paper]:
    """Return the papers of the printers that hang on other machines."""
    face = FACE if FACE.exists() else None
    return {
        one.code: paper_for(
            one.columns,
            one.profile,
            face,
            cut=one.cut,
            logo=config.logo,
            requirements=config.slip.requirements,
        )
        for one in config.printers
        if one.kind == "agent"
    }


def _waker(spooler: Spooler) -> Callable[[Sequence[Event]], None]:
    def wake(events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, PaperChanged) and event.state == JobState.WAITING:
                spooler.wake(event.printer)

    return wake


def _dress(app: Flask, mall: Mall, language: Language) -> None:
    """Give every template the words and the mall."""

    def say(key: str, **facts: object) -> str:
        return language.say(g.get("lang", "id"), key, **facts)

    def words_for(*rooms: str) -> Markup:
        book = {
            lang: {
                f"{room}.{key}": sentence
                for room in rooms
                for key, sentence in language.words(room, lang).items()
            }
            for lang in LANGUAGES
        }
        # htmlsafe: a closing tag inside a sentence must not end the script element.
        script = Markup('<script type="application/json" id="words">{}</script>')
        return script.format(htmlsafe_json_dumps(book, app.json.dumps))

    @app.context_processor
    def shared() -> dict[str, object]:
        return {
            "t": say,
            "words_for": words_for,
            "lang": g.get("lang", "id"),
            "mall": mall,
            "permits": permissions.permits,
            "clock_text": lambda at: language.clock(g.get("lang", "id"), at),
            "day_text": lambda at: language.day(g.get("lang", "id"), at),
        }
