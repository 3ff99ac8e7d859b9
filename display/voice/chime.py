"""The two soft bell tones that make a hall look up before a number is said."""

import math
from array import array
from functools import cache

# A falling major third (E5, C5), the "ding-dong" of a door: heard as an invitation, not an alarm.
_NOTES_HZ = (659.26, 523.25)
_SECOND_NOTE_S = 0.42
_LENGTH_S = 1.5
# Each partial: multiple of the note, loudness, seconds in which it fades to a third. The upper
# ones die first, as in a struck bar; few and weak, so that small television speakers don't rattle.
_PARTIALS = ((1.0, 0.66, 0.42), (2.0, 0.2, 0.24), (3.01, 0.08, 0.12))
_ATTACK_S = 0.012
_RELEASE_S = 0.12
_PEAK = 0.5


def _tone(frequency: float, seconds: float) -> float:
    if seconds < 0:
        return 0.0
    rise = min(1.0, seconds / _ATTACK_S)
    return rise * sum(
        loudness * math.exp(-seconds / fade) * math.sin(math.tau * frequency * ratio * seconds)
        for ratio, loudness, fade in _PARTIALS
    )


@cache
def chime(sample_rate: int) -> "array[int]":
    """The chime as 16-bit mono samples: 1.5 s, from silence to silence, computed once."""
    count = round(_LENGTH_S * sample_rate)
    release = _RELEASE_S * sample_rate
    first, second = _NOTES_HZ
    wave = [
        (_tone(first, now / sample_rate) + _tone(second, now / sample_rate - _SECOND_NOTE_S))
        * min(1.0, (count - 1 - now) / release)
        for now in range(count)
    ]
    loudest = max(abs(sample) for sample in wave)
    return array("h", (round(sample / loudest * _PEAK * 32767) for sample in wave))
