"""The sound of a call: in words if there is a voice, else the chime, else none at all."""

from __future__ import annotations

import logging

from display.voice.pace import Pace
from display.voice.sentences import Sentence
from display.voice.voice import Clip, Voice, VoiceUnavailable

log = logging.getLogger(__name__)


def clip_for(voice: Voice, sentences: tuple[Sentence, ...], pace: Pace) -> tuple[Clip | None, bool]:
    """Return the sound and whether it has words: without a voice there is still the chime."""
    for words, missing in ((sentences, "words"), ((), "a sound")):
        try:
            times = pace.times if words else None
            return voice.speak(*words, times=times, chimed=not pace.brief), bool(words)
        except VoiceUnavailable as reason:
            log.warning("the hall is called without %s: %s", missing, reason)
        except Exception:
            # A door to foreign code: however the engine fails, the call is chimed or shown.
            log.exception("the hall is called without %s", missing)
    return None, False
