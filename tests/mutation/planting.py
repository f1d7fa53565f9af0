"""Putting a mutant into the running process, where every module has its functions and tables already.

A function keeps its identity and gets other code; a table is bound anew wherever it was imported, and so is every table
that is made from it; a field's default changes in the constructor. It cannot be undone: a fork does it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from tests.mutation.operators import Functions, Mutant, name_of


def function_of(module: ModuleType, statement: ast.stmt, owner: str) -> FunctionType | None:
    """The function that a definition has made, under all its decorators."""
    found: Any = vars(getattr(module, owner) if owner else module).get(name_of(statement))
    if isinstance(found, property):
        found = found.fget
    found = getattr(found, "__func__", found)
    found = inspect.unwrap(found) if callable(found) else None
    return found if isinstance(found, FunctionType) else None


def plant(module: ModuleType, mutant: Mutant, source: str) -> None:
    """Make the mistake in the module that was read from `source`."""
    statement = mutant.planted()
    if isinstance(statement, Functions):
        _plant_function(module, statement, function_of(module, mutant.statement, mutant.owner))
    elif mutant.owner:
        _plant_default(module, statement, getattr(module, mutant.owner))
    else:
        _plant_table(module, statement, source)
    forget_answers()


def _run(module: ModuleType, statement: ast.stmt, namespace: dict[str, Any]) -> None:
    tree = ast.fix_missing_locations(
        ast.Module([ast.ImportFrom("__future__", [ast.alias("annotations")], 0), statement], [])
    )
    exec(compile(tree, str(module.__file__), "exec"), namespace)


def _plant_function(module: ModuleType, statement: ast.FunctionDef, live: FunctionType | None) -> None:
    assert live is not None, statement.name
    statement.decorator_list = []
    namespace = dict(vars(module))
    _run(module, statement, namespace)
    made = namespace[statement.name]
    live.__code__, live.__defaults__, live.__kwdefaults__ = made.__code__, made.__defaults__, made.__kwdefaults__


def _plant_default(module: ModuleType, statement: ast.stmt, owner: type) -> None:
    assert isinstance(statement, ast.AnnAssign)
    namespace = dict(vars(module))
    _run(module, statement, namespace)
    name = name_of(statement)
    for constructor in (owner.__init__, owner.__new__):  # type: ignore[misc]
        if isinstance(constructor, FunctionType) and constructor.__defaults__:
            names = list(inspect.signature(constructor).parameters)[-len(constructor.__defaults__) :]
            values = dict(zip(names, constructor.__defaults__, strict=True))
            values[name] = namespace[name]
            constructor.__defaults__ = tuple(values.values())
    if hasattr(owner, "_field_defaults"):
        owner._field_defaults[name] = namespace[name]


def _plant_table(module: ModuleType, statement: ast.stmt, source: str) -> None:
    namespace = dict(vars(module))
    changed: set[str] = set()
    for one in ast.parse(source).body:
        if not isinstance(one, ast.Assign | ast.AnnAssign) or one.value is None:
            continue
        used = {node.id for node in ast.walk(one.value) if isinstance(node, ast.Name)}
        is_it = name_of(one) == name_of(statement)
        if is_it or used & changed:
            _run(module, statement if is_it else one, namespace)
            changed.add(name_of(one))
    for name in changed:
        _bind_everywhere(name, vars(module)[name], namespace[name])


def _bind_everywhere(name: str, old: object, new: object) -> None:
    for other in list(sys.modules.values()):
        if getattr(other, "__name__", "").startswith(("claimwright", "tests")) and vars(other).get(name) is old:
            setattr(other, name, new)


def forget_answers() -> None:
    """What functions remember from before the mistake."""
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("claimwright"):
            for value in list(vars(module).values()):
                clear: Callable[[], None] | None = getattr(value, "cache_clear", None)
                if clear is not None and not isinstance(value, type):
                    clear()
