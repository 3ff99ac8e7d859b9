"""Puts a clip together and writes it: work for the processor, done beside the program."""

import re
import sys
import wave
from array import array
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from display.voice.chime import chime
from display.voice.espeak import SAMPLE_RATE, engine
from display.voice.sentences import Sentence, pronunciations

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


def write_clip(
    path: Path,
    settings: VoiceSettings,
    sentences: tuple[Sentence, ...],
    times: int,
    chimed: bool,  # noqa: FBT001 — facts go to another process by their place.
) -> timedelta:
    """Write a chime where `chimed`, and the sentences said `times` times; return how long it is.

    Raises VoiceUnavailable without an engine or such a voice, and OSError.
    """
    sound = _sound(settings, sentences, times, chimed=chimed)
    # Never what is above it: that would stand in the way of data that somebody puts back.
    path.parent.mkdir(exist_ok=True)
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


def _sound(
    settings: VoiceSettings, sentences: tuple[Sentence, ...], times: int, *, chimed: bool
) -> "array[int]":
    pause = _silence(settings.pause)
    said = array("h")
    for sentence in sentences:
        if said:
            said += pause
        said += engine().say(
            spelt(sentence),
            voice=sentence.language + settings.variant.removeprefix("id"),
            words_per_minute=settings.words_per_minute,
            pitch=settings.pitch,
            volume=settings.volume,
        )
    sound = array("h", chime(SAMPLE_RATE) if chimed else ())
    for time in range(times if said else 0):
        sound += pause + said if time else said
    return sound


def spelt(sentence: Sentence) -> str:
    """The sentence with the words that the engine gets wrong replaced by their phonemes."""
    known = pronunciations(sentence.language)

    def replace(word: "re.Match[str]") -> str:
        phonemes = known.get(word[0].lower())
        return f"[[{phonemes}]]" if phonemes else word[0]

    return _WORD.sub(replace, sentence.text)


def _silence(length: timedelta) -> "array[int]":
    return array("h", bytes(2 * round(length.total_seconds() * SAMPLE_RATE)))
