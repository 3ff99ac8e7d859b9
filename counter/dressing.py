"""The app before its first page: its refusals, its guard, and the words of its templates."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, g
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from counter.files.config import Config
from counter.icons import drawn_icons
from counter.network import compressing, forgery, nonsense
from counter.refusals import answers as refusals
from counter.words.language import LANGUAGES, Language
from models.mall.mall import Mall

# The longest press is a note of 500 letters; forms are shorter still.
LARGEST_BODY = 64 * 1024


def dressed(config: Config, mall: Mall, language: Language) -> Flask:
    """Return an app without a page yet, but with its refusals, its guard and its words."""
    app = Flask("counter", static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    _dress(app, mall, language)
    refusals.register(app, language)
    nonsense.register(app)
    forgery.register(
        app, public_url=config.mall.public_url, hsts=timedelta(days=config.server.hsts_days)
    )
    compressing.register(app)
    return app


def _dress(app: Flask, mall: Mall, language: Language) -> None:
    """Give every template the words and the mall."""

    def say(key: str, **facts: object) -> str:
        return language.say(g.get("lang", "id"), key, **facts)

    def words_for(package: str, *languages: str, table: str = "") -> Markup:
        """Give a page's script its sentences: in these languages, or to switch between all.

        Of a package whose pages share one file, only those of the page's own `table`.
        """
        own = f"{package.partition('.')[0]}.{table}"
        book = {
            lang: {
                key: text for key, text in language.sentences(package, lang) if key.startswith(own)
            }
            for lang in languages or LANGUAGES
        }
        # htmlsafe: a closing tag inside a sentence must not end the script element.
        script = Markup('<script type="application/json" id="words">{}</script>')
        return script.format(htmlsafe_json_dumps(book, app.json.dumps))

    @app.context_processor
    def shared() -> dict[str, object]:
        return {
            "t": say,
            "words_for": words_for,
            "drawn_icons": drawn_icons,
            "lang": g.get("lang", "id"),
            "mall": mall,
            "clock_text": lambda at: language.clock(g.get("lang", "id"), at),
            "moment_text": lambda at, now: language.moment(g.get("lang", "id"), at, now),
            "day_text": lambda at: language.day(g.get("lang", "id"), at),
        }
