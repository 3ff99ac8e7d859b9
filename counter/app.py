"""The composition: the one place where the house is built and its parts meet each other."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g
from flask_socketio import SocketIO
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from counter import refusals
from counter.config import Config
from counter.filling import fill
from counter.words import LANGUAGES, Language
from models.clock import Clock
from models.database import Database
from models.mall import Mall


@dataclass
class House:
    """Everything that runs in one process."""

    config: Config
    app: Flask
    socketio: SocketIO
    database: Database
    clock: Clock
    language: Language
    mall_id: int

    def start(self) -> None:
        """Start what works in the background."""

    def stop(self) -> None:
        """Stop what works in the background and let go of the database."""
        self.database.close()


def build(config: Config, *, clock: Clock | None = None) -> House:
    """Build the house that `config` describes, its database made and filled, nothing started."""
    clock = clock or Clock()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(config.database_url)
    with database.transaction() as session:
        mall = fill(session, config)
        mall_id = mall.id
    language = Language(config.mall.time_zone)
    app = Flask("counter", static_folder="static", static_url_path="/static")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider's own
    socketio = SocketIO(app)
    _dress(app, mall, language)
    refusals.register(app, language)
    return House(config, app, socketio, database, clock, language, mall_id)


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
            "clock_text": lambda at: language.clock(g.get("lang", "id"), at),
            "day_text": lambda at: language.day(g.get("lang", "id"), at),
        }
