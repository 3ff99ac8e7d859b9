"""The composition: the one place where the house is built and its parts meet each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import gevent
from flask import Flask
from flask_socketio import SocketIO

from counter.background.background import Background, Work
from counter.background.children import Child
from counter.background.regular import regularly
from counter.desk import page as desk
from counter.door import auth, own_account, pairing, sign_in, sign_out, welcome
from counter.door.auth import Doorkeeper
from counter.door.example_people import example_people
from counter.door.navigation import Navigation
from counter.door.permissions import Permissions
from counter.door.reception import Reception
from counter.dressing import dressed
from counter.files.config import Config
from counter.files.filling import fill
from counter.files.places import places_of
from counter.files.private import make_private
from counter.leaders import agents, devices, paper, printers, reports, waits
from counter.leaders.agent_watch import SILENT_AFTER, AgentWatch
from counter.leaders.cautions import slow_lines
from counter.leaders.spooling import Spooling, spooling
from counter.live.live import Live
from counter.network import cookies, proxy
from counter.network.throttle import Throttle
from counter.server import make_socketio
from counter.storage import StorageWatch
from counter.ticker import Ticker
from counter.timekeeper import Timekeeper
from counter.words.language import Language
from display.voice.announcer import Announcer
from display.voice.returning import Returning
from display.voice.voice import Voice, VoiceSettings
from display.wall import board
from kiosk.phone import find, follow
from kiosk.touch import take
from models.core.clock import Clock
from models.core.database import Database
from models.core.steady import Steady
from models.keeping.migrating import upgrade
from models.mall.mall import Mall
from models.mall.pairing import furnish
from printing.machines.spooler import Spooler

# A clip takes a tenth of a second; after this a call is chimed without words.
SPEAKING_S: Final = 5.0
# Within this the walls are back after a restart of the program.
SCREENS_RETURN: Final = timedelta(seconds=3)


@dataclass
class Application:
    """Everything that runs in one process, between `start` and `stop`."""

    config: Config
    app: Flask
    socketio: SocketIO
    database: Database
    clock: Clock
    doorkeeper: Doorkeeper
    permissions: Permissions
    language: Language
    live: Live
    announcer: Announcer
    spooler: Spooler
    agent_watch: AgentWatch
    ticker: Ticker
    background: Background
    storage: StorageWatch
    timekeeper: Timekeeper | None
    mall_id: int

    def start(self) -> None:
        """Start what works in the background."""
        self.background.start()

    def stop(self) -> None:
        """Stop what works in the background, within END_WITHIN, and let go of the database."""
        self.background.stop()
        self.database.close()


def build(
    config: Config, *, clock: Clock | None = None, steady: Steady | None = None
) -> Application:
    """Build the house that `config` describes: its database is made and filled, nothing runs yet.

    `steady` is what the clock stands on, None for one that follows the system blindly.
    Raises WrongMall when the database belongs to another one.
    """
    clock = clock or Clock()
    # Before the database is touched: a version that cannot open must not have moved it on.
    language = Language(config.mall.time_zone)
    make_private(config)
    database = Database(config.database_url)
    upgrade(database)
    mall = _filled(database, config, clock)
    timekeeper = None if steady is None else Timekeeper(database, clock, steady, mall.id)
    app = dressed(config, mall, language)
    real_clock = Clock(source=clock.source)
    doorkeeper = Doorkeeper(database, clock, config, mall.id, real_clock)
    permissions = Permissions()
    permit = permissions.permit
    auth.register(app, doorkeeper, permissions)
    socketio = make_socketio(app, config.mall.public_url)
    proxy.register(app, trusted_proxy=config.server.trusted_proxy)
    cookies.register(app, public_url=config.mall.public_url)
    live = Live(
        socketio, database, clock, visitor_of=doorkeeper.visitor, actors_of=doorkeeper.actors_of
    )
    navigation = Navigation(permit, live.register, database)
    navigation.dress(app)
    pages = navigation.register
    speaking = Child("speaking", "display.voice.speaking:write_clip")
    voice = _voice(config, speaking)
    announcer = Announcer(
        database,
        clock,
        voice,
        live.shout,
        style=config.voice.style,
        returning=Returning(live.followed, SCREENS_RETURN),
    )
    printing = spooling(config, database, clock, language, mall_id=mall.id)
    storage = _storage(config, database)

    welcome.register(app, doorkeeper=doorkeeper, permit=permit)
    reception = Reception(doorkeeper)
    sign_in.register(
        app,
        doorkeeper=doorkeeper,
        reception=reception,
        language=language,
        permissions=permissions,
    )
    sign_out.register(app, doorkeeper=doorkeeper, permit=permit)
    own_account.register(
        app, doorkeeper=doorkeeper, reception=reception, language=language, pages=pages
    )
    pairing.register(app, doorkeeper=doorkeeper, language=language, permit=permit)
    devices.register(app, doorkeeper=doorkeeper, pages=pages, topics=live.register)
    desk.register(app, database=database, clock=clock, navigation=navigation, topics=live.register)
    take.register(
        app,
        database=database,
        clock=clock,
        words=language.words,
        permit=permit,
        topics=live.register,
    )
    follow.register(
        app,
        database=database,
        clock=clock,
        throttle=Throttle,
        pause=gevent.sleep,
        permit=permit,
        topics=live.register,
    )
    find.register(app, database=database, clock=clock, throttle=Throttle, permit=permit)
    board.register(
        app,
        database=database,
        clock=clock,
        voice=voice,
        announcer=announcer,
        permit=permit,
        topics=live.register,
    )
    paper.register(
        app,
        printers=printing.printers,
        clock=clock,
        pages=pages,
        open_tray=mall.example,
    )
    printers.register(
        app,
        database=database,
        clock=clock,
        config=config,
        slow=slow_lines(config, printing.words),
        storage=lambda: storage.troubles,
        pages=pages,
    )
    print_agents = agents.register(
        app,
        database=database,
        clock=clock,
        papers=printing.elsewhere,
        drawer=printing.drawer,
        permit=permit,
        topics=live.register,
    )
    waits.register(app, config=config, database=database, clock=clock, pages=pages)
    reports.register(app, doorkeeper=doorkeeper, language=language, pages=pages)
    permissions.require_complete(app)
    agent_watch = AgentWatch(print_agents, mall.id, live.silence_s)
    ticker = Ticker(database, clock, kept=timedelta(days=config.retention.personal_days))
    background = _in_background(
        Background(database, config.data_dir / "processes"),
        live=live,
        storage=storage,
        announcer=announcer,
        speaking=speaking,
        printing=printing,
        agent_watch=agent_watch,
        ticker=ticker,
        timekeeper=timekeeper,
    )
    return Application(
        config=config,
        app=app,
        socketio=socketio,
        database=database,
        clock=clock,
        doorkeeper=doorkeeper,
        permissions=permissions,
        language=language,
        live=live,
        announcer=announcer,
        spooler=printing.spooler,
        agent_watch=agent_watch,
        ticker=ticker,
        background=background,
        storage=storage,
        timekeeper=timekeeper,
        mall_id=mall.id,
    )


def _filled(database: Database, config: Config, clock: Clock) -> Mall:
    with database.acting(clock.now) as (session, at):
        mall = fill(session, config)
        furnish(session, mall.id, places_of(session, config, mall.id))
        if mall.example:
            numbers = [desk.number for desk in mall.desks]
            example_people(session, mall.id, numbers, at=at)
        return mall


def _storage(config: Config, database: Database) -> StorageWatch:
    folders = {config.data_dir}
    if database.sqlite:
        folders.add(Path(database.engine.url.database or "").absolute().parent)
    return StorageWatch(database, folders, least_free_mb=config.server.least_free_mb)


def _voice(config: Config, speaking: Child) -> Voice:
    settings = VoiceSettings(
        variant=config.voice.variant,
        words_per_minute=config.voice.words_per_minute,
        repeat=config.voice.repeat,
    )
    write = partial(speaking.ask, timeout_s=SPEAKING_S)
    return Voice(config.data_dir / "voice", settings, write=write)


def _in_background(
    background: Background,
    *,
    live: Live,
    storage: StorageWatch,
    announcer: Announcer,
    speaking: Child,
    printing: Spooling,
    agent_watch: AgentWatch,
    ticker: Ticker,
    timekeeper: Timekeeper | None,
) -> Background:
    spooler = printing.spooler
    # Screens are told by the process that they follow, and each has a clock and a file to watch;
    # of the rest each is done by one.
    background.register(Work("live", live.start, live.stop, once=False))
    background.register(regularly("storage", storage.look, every=storage.every, once=False))
    if timekeeper is not None:
        background.register(regularly("time", timekeeper.look, every=timekeeper.every, once=False))
    background.register(Work("announcer", announcer.start, announcer.stop, children=[speaking]))
    background.register(Work("spooler", spooler.start, spooler.stop, children=[printing.child]))
    if printing.elsewhere:
        # Agents that were here before a restart get the time to come back first.
        background.register(
            regularly("agents", agent_watch.look, every=agent_watch.every, first_after=SILENT_AFTER)
        )
    background.register(regularly("ticker", ticker.tick, every=ticker.every))
    return background
