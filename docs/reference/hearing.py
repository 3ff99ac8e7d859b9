"""Finds in the code who emits an event and who hears it.

Whoever builds an event, or hands its kind to a function that builds one, emits it. Whoever
names it otherwise hears it, and so does whoever asks events what they are about, whether they
move a queue or what people wrote in them. A case that returns nothing hears nothing.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import override

from models.core import event as base
from models.core.event import About
from models.journal import account_events, events
from models.journal.events import KINDS

ROOT = Path(__file__).parents[2]
PACKAGES = ("counter", "display", "kiosk", "models", "printing")
KIND_MODULES = {account_events.__name__, events.__name__}
# These say what events are; they neither emit nor hear them.
SAYING = {base.__name__, *KIND_MODULES}
NOTHING = ("set()", "[]", "()", "None")

Names = frozenset[str]


@dataclass
class Ears:
    """Of each kind by its name: the functions that emit it, the modules that hear or read it.

    Who reads takes it from the journal later; who hears is told right after the commit.
    """

    emitted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    heard: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    read: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def sources() -> dict[str, str]:
    """Return the text of every module by its dotted name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def ears(sources: Mapping[str, str]) -> Ears:
    """Return who emits, hears and reads each kind in the modules whose text is given."""
    code = Code({name: ast.parse(text) for name, text in sources.items()})
    found = Ears()
    for module, tree in code.modules.items():
        if module not in SAYING:
            _Reading(code, module, found).visit(tree)
    return found


class Code:
    """All modules, and what their names mean: kinds of event, or a function that makes them."""

    def __init__(self, modules: dict[str, ast.Module]) -> None:
        """Read the imports and the constants of `modules`, given by their dotted names."""
        self.modules = modules
        self.imports = {name: _imports(tree) for name, tree in modules.items()}
        self.constants = {name: _constants(tree) for name, tree in modules.items()}
        self.makers = {
            f"{name}.{function.name}"
            for name, tree in modules.items()
            for function in tree.body
            if isinstance(function, ast.FunctionDef) and _makes_events(function)
        }

    def full(self, module: str, node: ast.AST) -> str:
        """Return the dotted name that `node` stands for in `module`, empty for anything else."""
        if isinstance(node, ast.Name):
            return self.imports[module].get(node.id, f"{module}.{node.id}")
        if isinstance(node, ast.Attribute):
            owner = self.full(module, node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def kinds(self, name: str) -> Names:
        """Return the kinds that a dotted name stands for: one kind, or a constant made of some."""
        module, _, last = name.rpartition(".")
        if module in KIND_MODULES:
            return frozenset({last} & KINDS.keys())
        constant = self.constants.get(module, {}).get(last)
        if constant is None:
            return frozenset()
        named = (self.full(module, node) for node in ast.walk(constant))
        return frozenset().union(*(self.kinds(one) for one in named if one != name))


class _Reading(ast.NodeVisitor):
    """Goes through one module and notes what it does with events."""

    def __init__(self, code: Code, module: str, found: Ears) -> None:
        self.code = code
        self.module = module
        self.found = found
        self.place: list[str] = []
        journal = "models.journal.record.JournalEntry"
        self.ears = found.read if journal in code.imports[module].values() else found.heard

    @override
    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node)

    @override
    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside(node)

    def _inside(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self.place.append(node.name)
        self.generic_visit(node)
        self.place.pop()

    @override
    def visit_Call(self, node: ast.Call) -> None:
        called = self.code.full(self.module, node.func)
        made = set(self.code.kinds(called))
        given: list[ast.AST] = [*node.args, *node.keywords]
        if called in self.code.makers:
            made |= set().union(*(self._named(one) for one in given))
            given = [one for one in given if not self._named(one)]
        if not made:
            self.visit(node.func)
        for kind in made:
            self.found.emitted[kind].add(f"{self.module}:{'.'.join(self.place)}")
        for one in given:
            self.visit(one)

    @override
    def visit_Name(self, node: ast.Name) -> None:
        self._hear(self._named(node))

    @override
    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._hear(self._named(node) or self._asked(node))
        self.generic_visit(node)

    @override
    def visit_match_case(self, node: ast.match_case) -> None:
        says = node.body[0]
        nothing = isinstance(says, ast.Return) and says.value and ast.unparse(says.value) in NOTHING
        if not nothing:
            self.generic_visit(node)

    def _named(self, node: ast.AST) -> Names:
        return self.code.kinds(self.code.full(self.module, node))

    def _asked(self, node: ast.Attribute) -> Iterable[str]:
        """Return the kinds of which `node` asks what they say of themselves."""
        for name, kind in KINDS.items():
            about = f"{base.__name__}.{About.__name__}.{kind.about.name}"
            if (
                (node.attr == "moves_queue" and kind.moves_queue)
                or (node.attr == "personal" and kind.personal)
                or self.code.full(self.module, node) == about
            ):
                yield name

    def _hear(self, heard: Iterable[str]) -> None:
        for kind in heard:
            self.ears[kind].add(self.module)


def _imports(tree: ast.Module) -> dict[str, str]:
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _makes_events(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any(one.annotation and ast.unparse(one.annotation) == "type[Event]" for one in arguments)
