"""The hall's voice, heard: real synthesis, real files."""

import math
import statistics
import threading
import wave
from array import array
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from counter.background.children import Child
from display.voice.chime import chime
from display.voice.espeak import SAMPLE_RATE
from display.voice.sentences import Sentence, announcement, call_sentence
from display.voice.voice import Clip, Voice, VoiceSettings, VoiceUnavailable

ONCE = VoiceSettings(repeat=1)
BARE = VoiceSettings(repeat=1, chime=False)
WINDOW = SAMPLE_RATE // 50
CALL = call_sentence("A", 47, "3")


def samples(clip: Clip) -> "array[int]":
    with wave.open(str(clip.path), "rb") as file:
        return array("h", file.readframes(file.getnframes()))


def loudness(sound: "array[int]") -> float:
    return math.sqrt(sum(sample * sample for sample in sound) / len(sound))


# Different in every digit: two that share two of three are at times as alike as one said twice.
APART = (107, 218, 329, 430, 541, 652, 763, 894)


def alike(one: "array[int]", other: "array[int]") -> float:
    """How alike two sounds rise and fall, 1 being the same: the engine's breath is random,

    so the same words twice give 0.99, other words below 0.95.
    """
    rises = [
        [loudness(sound[start : start + WINDOW]) for start in range(0, len(sound), WINDOW)]
        for sound in (one, other)
    ]
    length = min(map(len, rises))
    return statistics.correlation(rises[0][:length], rises[1][:length])


def test_clip_is_16_bit_mono_pcm(tmp_path: Path) -> None:
    clip = Voice(tmp_path).speak(CALL)
    head = clip.path.read_bytes()[:44]
    assert (head[:4], head[8:16], head[36:40]) == (b"RIFF", b"WAVEfmt ", b"data")
    assert int.from_bytes(head[4:8], "little") == clip.path.stat().st_size - 8
    assert int.from_bytes(head[20:22], "little") == 1  # PCM
    assert int.from_bytes(head[22:24], "little") == 1  # one channel
    assert int.from_bytes(head[24:28], "little") == SAMPLE_RATE
    assert int.from_bytes(head[34:36], "little") == 16  # bits


def test_call_lasts_as_long_as_a_person_would_need(tmp_path: Path) -> None:
    clip = Voice(tmp_path, BARE).speak(CALL)
    assert timedelta(seconds=4) < clip.duration < timedelta(seconds=7)
    assert clip.duration == timedelta(seconds=len(samples(clip)) / SAMPLE_RATE)


def test_call_is_heard_and_does_not_clip(tmp_path: Path) -> None:
    sound = samples(Voice(tmp_path, BARE).speak(CALL))
    assert loudness(sound) > 2000
    assert max(map(abs, sound)) < 32767


def test_chime_comes_first_and_then_the_voice(tmp_path: Path) -> None:
    sound = samples(Voice(tmp_path, ONCE).speak(CALL))
    bell = chime(SAMPLE_RATE)
    assert sound[: len(bell)] == bell
    assert alike(sound[len(bell) :], samples(Voice(tmp_path, BARE).speak(CALL))) > 0.97


def test_chime_starts_and_ends_softly() -> None:
    bell = chime(SAMPLE_RATE)
    assert 1 < len(bell) / SAMPLE_RATE < 2
    assert loudness(bell[:50]) < loudness(bell[400:2000]) / 4
    assert loudness(bell[-50:]) < 30
    assert max(abs(after - before) for before, after in pairwise(bell)) < 6000


def test_sentence_is_said_twice_with_a_pause_between(tmp_path: Path) -> None:
    once = Voice(tmp_path, BARE).speak(CALL)
    twice = Voice(tmp_path, replace(BARE, repeat=2)).speak(CALL)
    assert abs(twice.duration - 2 * once.duration - BARE.pause) < timedelta(seconds=0.3)
    sound = samples(twice)
    pause = round(BARE.pause.total_seconds() * SAMPLE_RATE)
    said = (len(sound) - pause) // 2
    assert sound[:said] == sound[said + pause :]
    assert not any(sound[said : said + pause])


def test_end_of_the_first_saying_is_known(tmp_path: Path) -> None:
    """A board that falls behind stops there, in the pause, and never within a word."""
    once = Voice(tmp_path, ONCE).speak(CALL)
    twice = Voice(tmp_path, replace(ONCE, repeat=2)).speak(CALL)
    assert once.once == once.duration
    assert abs(twice.once - once.duration) < timedelta(seconds=0.3)
    bell = Voice(tmp_path, replace(ONCE, repeat=2)).speak()
    assert bell.once == bell.duration


def test_second_language_follows_the_first(tmp_path: Path) -> None:
    english = call_sentence("A", 47, "3", language="en")
    voice = Voice(tmp_path, BARE)
    both = voice.speak(CALL, english)
    assert both.duration > voice.speak(CALL).duration + voice.speak(english).duration


def test_different_numbers_and_desks_sound_different(tmp_path: Path) -> None:
    voice = Voice(tmp_path, BARE)
    sentences = [call_sentence(*each) for each in (("A", 47, "3"), ("A", 48, "3"), ("A", 47, "4"))]
    heard = [samples(voice.speak(each)) for each in sentences]
    assert all(alike(one, other) < 0.95 for one, other in combinations(heard, 2))


def test_respelt_word_is_given_as_its_phonemes(tmp_path: Path) -> None:
    voice = Voice(tmp_path, BARE)
    phonemes = Sentence("[[l'okEt]] tiga", "id")
    assert voice.speak(Sentence("Loket tiga", "id")).key == voice.speak(phonemes).key
    assert voice.speak(Sentence("Loketku tiga", "id")).key != voice.speak(phonemes).key


def test_same_words_are_made_once(tmp_path: Path) -> None:
    first = Voice(tmp_path).speak(CALL)
    written = first.path.stat()
    again = Voice(tmp_path).speak(CALL)
    assert again == first
    assert again.path.stat().st_ino == written.st_ino
    assert [each.name for each in tmp_path.iterdir()] == [f"{first.key}.wav"]


def test_clip_cut_short_by_a_power_cut_is_made_again(tmp_path: Path) -> None:
    voice = Voice(tmp_path, BARE)
    whole = voice.speak(CALL)
    content = whole.path.read_bytes()
    sound = samples(whole)
    for left in (content[:5000], content[:20], b""):
        whole.path.write_bytes(left)
        assert alike(samples(voice.speak(CALL)), sound) > 0.97


def test_folder_stays_within_its_bound_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    size = Voice(tmp_path / "measure", ONCE).speak(CALL).path.stat().st_size
    voice = Voice(tmp_path / "clips", replace(ONCE, cache_bytes=round(3.6 * size)))
    used = [voice.speak(call_sentence("A", number, "3")) for number in (41, 42, 43)]
    voice.speak(call_sentence("A", 41, "3"))
    newest = voice.speak(call_sentence("A", 44, "3"))
    left = set((tmp_path / "clips").iterdir())
    assert newest.path in left
    assert used[0].path in left
    assert used[1].path not in left
    assert sum(each.stat().st_size for each in left) <= round(3.6 * size)


def test_many_desks_calling_at_once_are_each_heard_right(tmp_path: Path) -> None:
    alone = {
        number: samples(Voice(tmp_path / "alone", BARE).speak(call_sentence("A", number, "3")))
        for number in APART
    }
    voice = Voice(tmp_path / "together", BARE)
    together: dict[int, array[int]] = {}

    def press(number: int) -> None:
        together[number] = samples(voice.speak(call_sentence("A", number, "3")))

    presses = [threading.Thread(target=press, args=(number,)) for number in alone]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert together.keys() == alone.keys()
    for number, heard in together.items():
        nearest = max(alone, key=lambda other: alike(heard, alone[other]))
        assert nearest == number


def test_voice_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    voice = Voice(tmp_path, replace(ONCE, variant="tidak-ada"))
    with pytest.raises(VoiceUnavailable, match="tidak-ada"):
        voice.speak(CALL)


def test_folder_that_cannot_be_written_makes_the_hall_silent(tmp_path: Path) -> None:
    taken = tmp_path / "clips"
    taken.write_text("a file where the folder should be")
    with pytest.raises(VoiceUnavailable, match="cannot be kept"):
        Voice(taken).speak(CALL)


def test_no_folder_is_made_where_all_data_were_moved_away(tmp_path: Path) -> None:
    with pytest.raises(VoiceUnavailable, match="cannot be kept"):
        Voice(tmp_path / "gone" / "voice").speak()
    assert not (tmp_path / "gone").exists()


def test_announcement_is_spoken_too(tmp_path: Path) -> None:
    clip = Voice(tmp_path, ONCE).speak(announcement("intake_closing", minutes=15))
    assert timedelta(seconds=4) < clip.duration < timedelta(seconds=10)


def test_a_child_speaks_as_the_hall_itself_would(tmp_path: Path) -> None:
    child = Child("speaking", "display.voice.speaking:write_clip")
    try:
        there = Voice(tmp_path / "there", write=child.ask).speak(announcement("test"))
        here = Voice(tmp_path / "here").speak(announcement("test"))
        assert abs(there.duration - here.duration) < timedelta(seconds=0.5)
        assert there.key == here.key
        wordless = Voice(tmp_path / "none", VoiceSettings(variant="none"), write=child.ask)
        with pytest.raises(VoiceUnavailable, match="no voice 'idnone'"):
            wordless.speak(announcement("test"))
    finally:
        child.stop()


def test_where_no_child_speaks_there_is_the_chime_still(tmp_path: Path) -> None:
    child = Child("speaking", "display.voice.speaking:write_clip")
    child.stop()
    voice = Voice(tmp_path, write=child.ask)
    with pytest.raises(VoiceUnavailable, match="stopped"):
        voice.speak(announcement("test"))
    assert voice.speak().path.exists()
