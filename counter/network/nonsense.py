"""What no page of ours ever sends, turned away before anybody reads it."""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, request
from werkzeug.routing import IntegerConverter

from models.core.errors import BadInput, NotFound

_NUL: Final = "\0"
# The same in the spelling of JSON; after an even number of strokes it is no escape.
_NUL_IN_JSON: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class RowInteger(IntegerConverter):
    """An id in an address: plain digits, no more than a database takes."""

    regex = r"[1-9][0-9]{0,8}"


def register(app: Flask) -> None:
    """Keep from `app` what no database takes: the sign NUL, and ids that nothing has."""
    app.url_map.converters["int"] = RowInteger

    @app.before_request
    def refuse_nul() -> None:
        if _NUL in request.path:
            raise NotFound
        texts = [*request.args.items(multi=True), *request.cookies.items(multi=True)]
        if request.mimetype in _FORMS:
            texts += request.form.items(multi=True)
        for name, value in texts:
            if _NUL in name or _NUL in value:
                raise BadInput(field=name.replace(_NUL, ""))
        # Anything else is read as JSON, whatever it calls itself.
        if request.mimetype not in _FORMS and _NUL_IN_JSON.search(request.get_data()):
            raise BadInput(field="body")
