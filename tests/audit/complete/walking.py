"""Which functions of the source write to the trail, and which of them somebody can reach: read from the source itself.

References count, not only calls: views hand actions on to others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WRITERS = {"apps.audit.actions.line"}
# Doors are asked for by name in the table; what stands behind them is the workshop.
DOORS = ("apps.accounts.trail", "apps.accounts.saved", "apps.accounts.denials", "apps.bundles")
# Where somebody comes in, by a part of the module's name.
CHANNELS = {"views": "web", "middleware": "web", "admin": "admin", "panel": "admin", "commands": "command"}
CHANNELS |= {"tasks": "worker", "bells": "worker", "api": "api"}


@cache
def sources() -> dict[str, str]:
    """The text of every module of the application, by dotted name."""
    found = {}
    for top in ("apps", "verifydesk"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts and "demo" not in parts:
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


@dataclass(frozen=True)
class Module:
    """What the names of a module stand for, what each function of it refers to, and which of them are tasks."""

    names: dict[str, str]
    refers: dict[str, set[str]]
    tasks: set[str]


@cache
def read(module: str, text: str) -> Module:
    tree = ast.parse(text)
    names = {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = Module(names, {}, set())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in [*tree.body, *(one for kind in classes for one in kind.body)]:
        if isinstance(node, ast.FunctionDef):
            name = f"{module}.{node.name}"
            found.refers.setdefault(name, set()).update(_references(module, names, node))
            if any("shared_task" in ast.unparse(one) for one in node.decorator_list):
                found.tasks.add(name)
    return found


def _references(module: str, names: Mapping[str, str], node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield names.get(one.id, f"{module}.{one.id}")
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            yield f"{module if one.value.id == 'self' else names.get(one.value.id, one.value.id)}.{one.attr}"


class Walk:
    """The functions of all modules, and what each of them refers to."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self.modules = {name: read(name, text) for name, text in modules.items()}
        self.tasks = set().union(*(one.tasks for one in self.modules.values()))
        self.refers = {
            name: {self.resolved(one) for one in refers}
            for module in self.modules.values()
            for name, refers in module.refers.items()
        }

    def resolved(self, dotted: str) -> str:
        """Where a name is defined, however many modules hand it on."""
        for _ in range(10):
            module, _, name = dotted.rpartition(".")
            known = self.modules.get(module)
            onward = known.names.get(name) if known else None
            if onward is None or onward == dotted:
                return dotted
            dotted = onward
        return dotted

    def is_door(self, name: str) -> bool:
        """Whether people and machines come to this function: a public one of a module of actions."""
        module, _, function = name.rpartition(".")
        parts = module.split(".")
        if function.startswith("_") or len(parts) < 3 or name in self.tasks:
            return False
        return (parts[2] == "actions" and parts[1] != "audit") or module.startswith(DOORS)

    def writing(self) -> set[str]:
        """Every function that comes to write to the trail. A task is rung, not called: nobody writes by ringing."""
        found = set(WRITERS)
        while True:
            more = {name for name, refers in self.refers.items() if refers & (found - self.tasks)} - found
            if not more:
                return found
            found |= more

    def writing_beside_doors(self) -> set[str]:
        """What writes without asking any door: the workshop that tasks and commands set to work."""
        found = set(WRITERS)
        while True:
            calls = {name for name in found if not self.is_door(name) and name not in self.tasks} | WRITERS
            more = {name for name, refers in self.refers.items() if refers & calls and not self.is_door(name)} - found
            if not more:
                return found
            found |= more

    def operations(self) -> dict[str, set[str]]:
        """What has to stand in the table, and by which doors: web, admin, command, worker."""
        writing, beside = self.writing(), self.writing_beside_doors()
        found: dict[str, set[str]] = {}
        for caller, refers in self.refers.items():
            module = caller.rpartition(".")[0]
            channel = next((CHANNELS[part] for part in module.split(".") if part in CHANNELS), None)
            if channel is None:
                continue
            for name in refers & writing:
                if self.is_door(name):
                    found.setdefault(name, set()).add(channel)
            if caller in beside & self.tasks:
                found.setdefault(caller, set()).add("worker")
            elif caller in beside and channel == "command":
                found.setdefault(module, set()).add("command")
        return found

    def quiet(self) -> set[str]:
        """Doors that somebody comes to and that write nothing: each has to say why."""
        outside = [refers for name, refers in self.refers.items() if CHANNELS.keys() & set(name.split("."))]
        known = set().union(*outside) & self.refers.keys()
        return {name for name in known - self.writing() - self.tasks if self.is_door(name)}


def missing(modules: Mapping[str, str], rows: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """Operations of these modules, each with a door, that no row is about."""
    wanted = {(name, channel) for name, channels in Walk(modules).operations().items() for channel in channels}
    return wanted - {(name, channel) for name, channels in rows.items() for channel in channels}
