"""espeak-ng through ctypes: text becomes sound in memory, one utterance at a time."""

import ctypes
import threading
from array import array
from functools import cache

SAMPLE_RATE = 22_050

_SYNCHRONOUS = 2
_UTF8 = 0x1
_PHONEMES_IN_BRACKETS = 0x100
_CHARACTERS = 1
_RATE, _VOLUME, _PITCH = 1, 2, 3

_OnSound = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class VoiceUnavailable(Exception):
    """The hall cannot speak: the library, its data, a voice or the disk is missing."""


class Espeak:
    """The one engine of this process; the library keeps its state in globals of its own."""

    def __init__(self) -> None:
        """Load the library and its data. Raises VoiceUnavailable where either is missing."""
        try:
            # Asked for here, so that a hall without it goes on silently.
            import espeakng_loader

            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path()
        except (ImportError, OSError, RuntimeError) as reason:
            raise VoiceUnavailable(f"espeak-ng cannot be loaded: {reason}") from reason
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), 0)
        if rate != SAMPLE_RATE:
            raise VoiceUnavailable(f"espeak-ng started with {rate} samples a second")
        self._turn = threading.Lock()
        self._sound = array("h")
        # Kept as an attribute: the library calls it long after this function has returned.
        self._callback = _OnSound(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(
        self, text: str, *, voice: str, words_per_minute: int, pitch: int, volume: int
    ) -> "array[int]":
        """Speak `text` into 16-bit mono samples at SAMPLE_RATE; 5 s of speech take about 10 ms.

        `[[…]]` in the text is read as espeak phonemes. `pitch` goes from 0 to 99, `volume` from
        0 to 200. The library is not re-entrant, so callers wait for each other here.
        Raises VoiceUnavailable when the voice is not in the data or the library refuses.
        """
        spoken = text.encode()
        with self._turn:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise VoiceUnavailable(f"espeak-ng has no voice {voice!r}")
            self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
            self._library.espeak_SetParameter(_PITCH, pitch, 0)
            self._library.espeak_SetParameter(_VOLUME, volume, 0)
            self._sound = array("h")
            flags = _UTF8 | _PHONEMES_IN_BRACKETS
            size = ctypes.c_size_t(len(spoken) + 1)
            failed = (
                self._library.espeak_Synth(spoken, size, 0, _CHARACTERS, 0, flags, None, None)
                or self._library.espeak_Synchronize()
            )
            sound = self._sound
        if failed or not sound:
            raise VoiceUnavailable(f"espeak-ng said nothing (code {failed})")
        return sound

    def _hear(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples is not None:
            self._sound.frombytes(ctypes.string_at(samples, count * 2))
        return 0


@cache
def engine() -> Espeak:
    """The process's engine, loaded when it is first asked for. Raises VoiceUnavailable."""
    return Espeak()
