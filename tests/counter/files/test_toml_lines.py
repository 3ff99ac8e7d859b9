"""Every key of a TOML text is found on the line where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from counter.files.toml_lines import KeyPath, line_of, lines_of, spelled

TEXT = '''\
# A comment with [brackets] and x = 1
top = "a # no comment"

[server]
host."inner name" = 1 # behind
many = [
  1, # one
  "two ] , ",
  { three = [3, 33], "fo ur" = 'x\\' },
]
long = """
[not.a.table]
also = "not a key"
"""
raw = \'\'\'
[[nor]]
this = 1\'\'\'
when = 2026-11-24 09:41:00
[[desks]]
number = 1
[[desks.rows]]
a = true
[[desks.rows]]
a = false
[[desks]]
number = 2
[desks.place]
floor = 1
[[desks.rows]]
a = 1.5
'''


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from paths(one, (*path, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from paths(one, (*path, at))


def test_each_key_stands_where_a_reader_sees_it() -> None:
    lines = lines_of(TEXT)
    assert lines["top",] == 2
    assert lines["server", "host", "inner name"] == 5
    assert [lines["server", "many", at] for at in range(3)] == [7, 8, 9]
    assert lines["server", "many", 2, "three", 1] == 9
    assert lines["server", "many", 2, "fo ur"] == 9
    assert lines["server", "raw"] == 15
    assert lines["server", "when"] == 18
    assert [lines["desks", at] for at in range(2)] == [19, 25]
    assert lines["desks", 0, "rows", 1, "a"] == 24
    assert lines["desks", 1, "place", "floor"] == 28
    assert lines["desks", 1, "rows", 0, "a"] == 30


def test_no_key_is_found_that_is_not_there() -> None:
    assert set(lines_of(TEXT)) == set(paths(tomllib.loads(TEXT)))


def test_a_missing_key_is_reported_where_its_table_begins() -> None:
    assert line_of(lines_of(TEXT), ("desks", 1, "zone")) == 25
    assert line_of({}, ("zones",)) == 1


def test_paths_are_spelled_as_people_write_them() -> None:
    assert spelled(("desks", 3, "zone")) == "desks[3].zone"
    assert spelled(("server",)) == "server"


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
scalars = st.booleans() | st.integers(-(2**62), 2**62) | texts | st.dates() | st.floats(-1e6, 1e6)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(content=st.dictionaries(texts, values, max_size=5))
def test_whatever_can_be_written_is_found(content: dict[str, object]) -> None:
    text = tomlkit.dumps(content)
    read = tomllib.loads(text)
    lines = lines_of(text)
    # A table that only holds other tables has no line of its own.
    missing = {path for path in paths(read) if path not in lines}
    assert all(line_of(lines, path) >= 1 for path in missing)
    leaves = {path for path in paths(read) if not isinstance(_at(read, path), dict | list)}
    assert leaves <= set(lines)
    assert set(lines) <= set(paths(read))


def _at(value: object, path: KeyPath) -> object:
    for part in path:
        if isinstance(value, dict):
            value = value[part]
        else:
            assert isinstance(value, list)
            assert isinstance(part, int)
            value = value[part]
    return value
