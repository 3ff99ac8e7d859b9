"""Whatever writes into the journal takes its instant in its turn, so the record never runs back.

The code itself is read: a rule writes if it hands its session on to one that does, `record` last
of all. A method stands for all of its name, so that this may find too much, but hardly too little.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CODE = Path(__file__).parent.parent
AREAS = ("counter", "display", "kiosk", "models", "printing")
# Where turns are given.
SOURCE = "models.core.database"
# In these attributes a class keeps the session that it was made with.
KEPT_IN = ("session", "_session")

# A module and a name in it; the module is "" where only the name is certain.
Named = tuple[str, str]


@dataclass
class Module:
    """A module of the house, with where its names come from."""

    name: str
    tree: ast.Module
    origins: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                self.origins |= dict.fromkeys((one.name for one in node.names), node.module or "")
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.origins[node.name] = self.name

    def definitions(self) -> Iterator[ast.FunctionDef | ast.ClassDef]:
        """Yield all functions and classes, also those within others."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield node

    def blocks(self, opens: str) -> Iterator[tuple[ast.With, ast.Call, str]]:
        """Yield what is done with a session, the call of `opens` for it, and its name there."""
        for block in (node for node in ast.walk(self.tree) if isinstance(node, ast.With)):
            for item in block.items:
                opened, bound = item.context_expr, item.optional_vars
                if isinstance(opened, ast.Call) and _called(opened) == opens:
                    first = bound.elts[0] if isinstance(bound, ast.Tuple) else bound
                    yield block, opened, first.id if isinstance(first, ast.Name) else ""

    def given(self, block: ast.AST, *sessions: str) -> set[Named]:
        """Return what is called in `block` with one of `sessions`, and `yield` if it is lent."""
        found = set[Named]()
        for node in ast.walk(block):
            if isinstance(node, ast.Yield) and node.value and _is(node.value, sessions):
                found.add(("", "yield"))
            elif isinstance(node, ast.Call):
                handed = [*node.args, *(word.value for word in node.keywords)]
                if any(_is(one, sessions) for one in handed):
                    name, plain = _called(node), isinstance(node.func, ast.Name)
                    found.add((self.origins.get(name, "") if plain else "", name))
        return found


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    files = [file for area in AREAS for file in sorted((CODE / area).rglob("*.py"))]
    return [
        Module(
            ".".join(file.relative_to(CODE).with_suffix("").parts),
            ast.parse(file.read_text("utf-8")),
        )
        for file in files
    ]


def test_what_writes_into_the_journal_waits_for_its_turn(modules: list[Module]) -> None:
    # Who writes beside the others may not reach the journal, nor give the session out of sight.
    writing = _writing(modules)
    names = {name for _, name in writing}
    assert {"claim", "settle_job", "note_printer", "set_password", "add_user"} <= names
    seen = {
        (where, one.name)
        for module in modules
        for one in module.definitions()
        for where in (module.name, "")
    }
    found = [
        f"{module.name}:{block.lineno} {name}"
        for module in modules
        if module.name != SOURCE
        for block, _opened, session in module.blocks("transaction")
        for origin, name in module.given(block, session)
        if (origin, name) in writing or (origin, name) not in seen
    ]
    assert found == [], "these write into the journal: let them use Database.acting()"


def test_who_has_a_turn_takes_its_instant_from_it(modules: list[Module]) -> None:
    found = [
        f"{module.name}:{call.lineno}"
        for module in modules
        for block, opened, _session in module.blocks("acting")
        for call in ast.walk(block)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == ast.unparse(opened.args[0])
    ]
    assert found == [], "Database.acting() says at which instant its turn came"


def _writing(modules: list[Module]) -> set[Named]:
    """Return what writes into the journal when it is given a session."""
    hands_on: dict[Named, set[Named]] = {}
    for module in modules:
        for one in module.definitions():
            given = module.given(one, *_sessions(one))
            hands_on.setdefault((module.name, one.name), set()).update(given)
    writing, more = set[Named](), {("models.journal.record", "record")}
    while more:
        writing |= more | {("", name) for _, name in more}
        more = {name for name, given in hands_on.items() if given & writing} - writing
    return writing


def _sessions(one: ast.FunctionDef | ast.ClassDef) -> tuple[str, ...]:
    """Return what a definition calls the session that it is given."""
    if isinstance(one, ast.ClassDef):
        return KEPT_IN
    arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
    return tuple(
        argument.arg
        for argument in arguments
        if argument.annotation is not None and ast.unparse(argument.annotation) == "Session"
    )


def _is(value: ast.expr, sessions: tuple[str, ...]) -> bool:
    name = value.id if isinstance(value, ast.Name) else getattr(value, "attr", "")
    return name != "" and name in sessions


def _called(call: ast.Call) -> str:
    called = call.func
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
