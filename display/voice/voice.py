"""The hall's voice: sentences become one WAV each, made on the server and kept on disk.

A hall without the engine goes on silently: every way to fail is VoiceUnavailable.
"""

import hashlib
import os
import threading
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from display.voice.chime import chime
from display.voice.espeak import SAMPLE_RATE, VoiceUnavailable
from display.voice.sentences import Sentence
from display.voice.speaking import VoiceSettings, spelt, write_clip
from models.core.work import ChildGone, WorkFailed

__all__ = ["Clip", "Voice", "VoiceSettings", "VoiceUnavailable"]

# Part of each clip's name: count it up when the sound of the same sentence changes.
_RECIPE = 1

_USUAL = VoiceSettings()
# What write_clip does, here or in another process.
Write = Callable[[Path, VoiceSettings, tuple[Sentence, ...], int, bool], timedelta]


class Clip(NamedTuple):
    """One announcement ready to be played: 16-bit mono PCM in a WAV file."""

    key: str
    path: Path
    duration: timedelta
    once: timedelta
    """From the beginning to the end of the first saying."""


class Voice:
    """Speaks sentences into a folder of clips; may be shared by threads."""

    def __init__(
        self,
        folder: Path,
        settings: VoiceSettings = _USUAL,
        *,
        write: Write = write_clip,
    ) -> None:
        """Keep clips in `folder`, which is made when the first one is spoken.

        What has words is written by `write`, which may do it in another process: the engine
        would hold up every green thread of this one.
        """
        self._folder = folder
        self._write = write
        self._settings = settings
        self._turn = threading.Lock()

    def speak(self, *sentences: Sentence, times: int | None = None, chimed: bool = True) -> Clip:
        """The clip of a chime and `sentences` in order, all of them said `times` times.

        `times` is the setting `repeat` unless given; a clip is `chimed` where the settings want
        it. Without a sentence it is the chime alone, which needs no engine. The same words are
        made once: afterwards the clip comes from the disk. Raises VoiceUnavailable without an
        engine, such a voice, a process that speaks, or room on the disk.
        """
        times = self._settings.repeat if times is None else times
        chimed = (chimed or not sentences) and self._settings.chime
        key = self._key(sentences, times, chimed=chimed)
        path = self.path_of(key)
        with self._turn:
            duration = _duration(path)
            try:
                if duration is None:
                    write = self._write if sentences else write_clip
                    duration = write(path, self._settings, sentences, times, chimed)
                    self._prune(path)
                else:
                    os.utime(path)
            except OSError as reason:
                raise VoiceUnavailable(f"the clip cannot be kept: {reason}") from reason
            except WorkFailed as failed:
                raise VoiceUnavailable(failed.reason) from failed
            except ChildGone as gone:
                raise VoiceUnavailable(f"nobody can speak: {gone}") from gone
        once = self._once(duration, times if sentences else 1, chimed=chimed)
        return Clip(key, path, duration, once)

    def _once(self, duration: timedelta, times: int, *, chimed: bool) -> timedelta:
        before = timedelta(seconds=len(chime(SAMPLE_RATE)) / SAMPLE_RATE if chimed else 0.0)
        return before + (duration - before - (times - 1) * self._settings.pause) / times

    def path_of(self, key: str) -> Path:
        """Where the clip named `key` lies if it has been spoken and not been pruned since."""
        return self._folder / f"{key}.wav"

    def _key(self, sentences: tuple[Sentence, ...], times: int, *, chimed: bool) -> str:
        words = [(each.language, spelt(each)) for each in sentences]
        recipe = repr((_RECIPE, self._settings, words, times, chimed))
        return hashlib.sha256(recipe.encode()).hexdigest()[:32]

    def _prune(self, spared: Path) -> None:
        """Let the clips go that were asked for longest ago until the folder fits its bound."""
        clips = [(each.stat(), each) for each in self._folder.iterdir() if each != spared]
        size = spared.stat().st_size + sum(known.st_size for known, _ in clips)
        for known, clip in sorted(clips, key=lambda pair: pair[0].st_mtime_ns):
            if size <= self._settings.cache_bytes:
                return
            clip.unlink(missing_ok=True)
            size -= known.st_size


def _duration(path: Path) -> timedelta | None:
    """How long the clip plays, or None when it is not there or was cut short by a power cut."""
    try:
        with wave.open(str(path), "rb") as clip:
            frames = clip.getnframes()
        whole = path.stat().st_size >= 2 * frames > 0
    except (OSError, EOFError, wave.Error):
        return None
    return timedelta(seconds=frames / SAMPLE_RATE) if whole else None
