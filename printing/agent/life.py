"""The life of a print agent: it is paired once, and at work from then on until it is stopped."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import click

from printing.agent.connection import Connection, News, Stop
from printing.agent.journal import Journal
from printing.agent.server import NotPaired, Post, Refused, Server, Unreachable
from printing.agent.work import Work
from printing.machines.printers import Printer

log = logging.getLogger(__name__)

_ASK_S: Final = 1.0
_REFUSED_PAUSE_S: Final = 10.0


class _Stopped(Exception):
    """Somebody wants the program to end."""


class Agent:
    """One agent: paired once, then at work until it is stopped."""

    def __init__(
        self,
        url: str,
        printer: Printer,
        journal: Journal,
        token_file: Path,
        news: SimpleQueue[News],
    ) -> None:
        self._server = Server(url)
        self._printer = printer
        self._journal = journal
        self._token_file = token_file
        self._news = news

    def run(self) -> None:
        """Pair, print, and pair again whenever the token was taken back, until stopped."""
        if self._token_file.exists():
            self._server.token = self._token_file.read_text(encoding="ascii").strip()
        known = bool(self._server.token)
        try:
            while True:
                try:
                    post = self._post() if known else self._pair()
                    known = True
                    self._serve(post)
                except NotPaired:
                    log.warning("this agent is not paired any more")
                    known = False
                except Refused as refusal:
                    log.warning("the server refuses this agent: %s", refusal.code)
                    self._wait(_ASK_S)
        except _Stopped:
            log.info("stopped")

    def _serve(self, post: Post) -> None:
        log.info("device %s prints for the printer %s", post.device_id, post.printer)
        connection = Connection(self._server, post.device_id, self._news)
        work = Work(self._server, self._journal, self._printer, self._news)
        connection.start()
        try:
            work.run()
        finally:
            connection.stop()
        raise _Stopped

    def _post(self) -> Post:
        """Ask who we are until the server says so."""
        while True:
            try:
                return self._server.post()
            except Unreachable as error:
                log.info("the server cannot be reached: %s", error)
                self._wait(_ASK_S)
            except Refused as refusal:
                log.warning("the server has no printer for this agent now: %s", refusal.code)
                self._wait(_REFUSED_PAUSE_S)

    def _pair(self) -> Post:
        """Show codes until a leader has confirmed one."""
        while True:
            try:
                shown = self._server.ask_code()
                # Kept before anybody can confirm it: a power cut must not lose what it opens.
                self._keep(shown.token)
                click.echo(
                    f"Pairing code: {shown.code[:3]} {shown.code[3:]}"
                    f"  (confirm it at {self._server.url}/devices)"
                )
                if shown.words:
                    click.echo(f"The page must show the words: {shown.words}")
                if post := self._confirmed(timedelta(seconds=shown.left_s)):
                    return post
            except (Unreachable, Refused) as error:
                log.info("no code can be had: %s", error)
                self._wait(_ASK_S)

    def _confirmed(self, within: timedelta) -> Post | None:
        for _ in range(int(within.total_seconds() / _ASK_S)):
            self._wait(_ASK_S)
            # A server that restarts meanwhile may still know the code, and who confirmed it.
            with suppress(NotPaired, Unreachable):
                return self._server.post()
        return None

    def _wait(self, seconds: float) -> None:
        try:
            news = self._news.get(timeout=seconds)
        except Empty:
            return
        if isinstance(news, Stop):
            raise _Stopped

    def _keep(self, token: str) -> None:
        draft = self._token_file.with_suffix(".part")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._token_file)
        self._server.token = token
