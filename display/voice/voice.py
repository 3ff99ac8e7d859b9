"""The hall's voice: sentences become one WAV each, made on the server and kept on disk.

A hall without the engine goes on silently: every way to fail is VoiceUnavailable.
"""

import hashlib
import os
import re
import sys
import threading
import wave
from array import array
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from display.voice.chime import chime
from display.voice.espeak import SAMPLE_RATE, VoiceUnavailable, engine
from display.voice.sentences import Sentence, pronunciations

__all__ = ["Clip", "Voice", "VoiceSettings", "VoiceUnavailable"]

# Part of each clip's name: count it up when the sound of the same sentence changes.
_RECIPE = 1
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class VoiceSettings:
    """How the hall's voice sounds.

    `variant` is espeak-ng's Indonesian voice and a speaker; the same speaker reads English.
    Female ones are understood better than the plain voice. `words_per_minute` is the
    engine's count for English; 140 reads an Indonesian call in about five seconds. `volume`
    goes from 0 to 200 and leaves headroom at 130; `cache_bytes` bounds the folder of clips.
    """

    variant: str = "id+f3"
    words_per_minute: int = 140
    pitch: int = 50
    volume: int = 130
    repeat: int = 2
    pause: timedelta = timedelta(milliseconds=900)
    chime: bool = True
    cache_bytes: int = 64 * 1024 * 1024


class Clip(NamedTuple):
    """One announcement ready to be played: 16-bit mono PCM in a WAV file."""

    key: str
    path: Path
    duration: timedelta
    once: timedelta
    """From the beginning to the end of the first saying."""


class Voice:
    """Speaks sentences into a folder of clips; may be shared by threads."""

    def __init__(self, folder: Path, settings: VoiceSettings = VoiceSettings()) -> None:
        """Keep clips in `folder`, which is made when the first one is spoken."""
        self._folder = folder
        self._settings = settings
        self._turn = threading.Lock()

    def speak(self, *sentences: Sentence, times: int | None = None, chimed: bool = True) -> Clip:
        """The clip of a chime and `sentences` in order, all of them said `times` times.

        `times` is the setting `repeat` unless given; a clip is `chimed` where the settings want
        it. Without a sentence it is the chime alone, which needs no engine. The same words are
        made once: afterwards the clip comes from the disk. Raises VoiceUnavailable without an
        engine, such a voice, or room on the disk.
        """
        times = self._settings.repeat if times is None else times
        chimed = (chimed or not sentences) and self._settings.chime
        key = self._key(sentences, times, chimed=chimed)
        path = self.path_of(key)
        with self._turn:
            duration = _duration(path)
            try:
                if duration is None:
                    duration = self._write(path, self._sound(sentences, times, chimed=chimed))
                    self._prune(path)
                else:
                    os.utime(path)
            except OSError as reason:
                raise VoiceUnavailable(f"the clip cannot be kept: {reason}") from reason
        once = self._once(duration, times if sentences else 1, chimed=chimed)
        return Clip(key, path, duration, once)

    def _once(self, duration: timedelta, times: int, *, chimed: bool) -> timedelta:
        before = timedelta(seconds=len(chime(SAMPLE_RATE)) / SAMPLE_RATE if chimed else 0.0)
        return before + (duration - before - (times - 1) * self._settings.pause) / times

    def path_of(self, key: str) -> Path:
        """Where the clip named `key` lies if it has been spoken and not been pruned since."""
        return self._folder / f"{key}.wav"

    def _key(self, sentences: tuple[Sentence, ...], times: int, *, chimed: bool) -> str:
        words = [(each.language, _spelt(each)) for each in sentences]
        recipe = repr((_RECIPE, self._settings, words, times, chimed))
        return hashlib.sha256(recipe.encode()).hexdigest()[:32]

    def _sound(self, sentences: tuple[Sentence, ...], times: int, *, chimed: bool) -> "array[int]":
        settings = self._settings
        pause = _silence(settings.pause)
        said = array("h")
        for sentence in sentences:
            if said:
                said += pause
            said += engine().say(
                _spelt(sentence),
                voice=sentence.language + settings.variant.removeprefix("id"),
                words_per_minute=settings.words_per_minute,
                pitch=settings.pitch,
                volume=settings.volume,
            )
        sound = array("h", chime(SAMPLE_RATE) if chimed else ())
        for time in range(times if said else 0):
            sound += pause + said if time else said
        return sound

    def _write(self, path: Path, sound: "array[int]") -> timedelta:
        self._folder.mkdir(parents=True, exist_ok=True)
        if sys.byteorder == "big":
            sound.byteswap()
        # Written beside its place and renamed: nobody ever plays half a sentence.
        part = path.with_name(f"{path.stem}.{uuid4().hex}.part")
        try:
            with wave.open(str(part), "wb") as clip:
                clip.setnchannels(1)
                clip.setsampwidth(2)
                clip.setframerate(SAMPLE_RATE)
                clip.writeframes(sound.tobytes())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return timedelta(seconds=len(sound) / SAMPLE_RATE)

    def _prune(self, spared: Path) -> None:
        """Let the clips go that were asked for longest ago until the folder fits its bound."""
        clips = [(each.stat(), each) for each in self._folder.iterdir() if each != spared]
        size = spared.stat().st_size + sum(known.st_size for known, _ in clips)
        for known, clip in sorted(clips, key=lambda pair: pair[0].st_mtime_ns):
            if size <= self._settings.cache_bytes:
                return
            clip.unlink(missing_ok=True)
            size -= known.st_size


def _spelt(sentence: Sentence) -> str:
    """The sentence with the words that the engine gets wrong replaced by their phonemes."""
    known = pronunciations(sentence.language)

    def replace(word: "re.Match[str]") -> str:
        phonemes = known.get(word[0].lower())
        return f"[[{phonemes}]]" if phonemes else word[0]

    return _WORD.sub(replace, sentence.text)


def _silence(length: timedelta) -> "array[int]":
    return array("h", bytes(2 * round(length.total_seconds() * SAMPLE_RATE)))


def _duration(path: Path) -> timedelta | None:
    """How long the clip plays, or None when it is not there or was cut short by a power cut."""
    try:
        with wave.open(str(path), "rb") as clip:
            frames = clip.getnframes()
        whole = path.stat().st_size >= 2 * frames > 0
    except (OSError, EOFError, wave.Error):
        return None
    return timedelta(seconds=frames / SAMPLE_RATE) if whole else None
