"""The mistakes that are planted: one change of one node of a module's syntax tree each.

Left out, because no rule stands in them: annotations, decorators, docstrings, imports, `strict=` of `zip`, the types
that `cast` is told, prose in tables, members of enumerations.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}
SKIPPED_KEYWORDS = frozenset({"strict", "default_factory", "compare", "repr"})
NONE = ast.Constant(None)
Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """One mistake in `statement`: a function or method, or a top-level assignment or a field of a class.

    `owner` is the name of the class, if any; `name` says it to a person, the same way after edits elsewhere.
    """

    statement: ast.stmt
    owner: str
    name: str
    line: int
    end_line: int
    parent: ast.AST = field(repr=False)
    slot: tuple[str, int | None]
    new: ast.AST | None

    def planted(self) -> ast.stmt:
        """The statement with the mistake in it. The tree itself stays as it is."""
        old = get(self.parent, self.slot)
        put(self.parent, self.slot, self.new)
        try:
            return deepcopy(self.statement)
        finally:
            put(self.parent, self.slot, old, is_insertion=self.new is None)


def get(parent: ast.AST, slot: tuple[str, int | None]) -> ast.AST:
    name, index = slot
    value = getattr(parent, name)
    return value if index is None else value[index]


def put(parent: ast.AST, slot: tuple[str, int | None], new: ast.AST | None, *, is_insertion: bool = False) -> None:
    """Replace the child in a slot; None takes it out of its list."""
    name, index = slot
    if index is None:
        setattr(parent, name, new)
    elif new is None:
        del getattr(parent, name)[index]
    elif is_insertion:
        getattr(parent, name).insert(index, new)
    else:
        getattr(parent, name)[index] = new


def mutants_of(source: str) -> Iterator[Mutant]:
    """Every mistake for a module, in the order of its text."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                if isinstance(inner, Functions) or (isinstance(inner, ast.AnnAssign) and inner.value):
                    yield from _mutants_in(inner, statement.name)
        elif isinstance(statement, Functions) or _is_table(statement):
            yield from _mutants_in(statement, "")


def _is_table(statement: ast.stmt) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return isinstance(statement, ast.Assign | ast.AnnAssign) and bool(names) and names != ["__all__"]


def name_of(statement: ast.stmt) -> str:
    """What a statement defines."""
    if isinstance(statement, Functions):
        return statement.name
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target  # type: ignore[attr-defined]
    return ast.unparse(target)


def _mutants_in(statement: ast.stmt, owner: str) -> Iterator[Mutant]:
    place = f"{owner}.{name_of(statement)}" if owner else name_of(statement)
    in_function = isinstance(statement, Functions)
    seen: Counter[str] = Counter()
    for parent, slot, old in _children(statement):
        for new in _changes(parent, slot, old, in_function=in_function):
            said = f"{place}: {_said(old)} -> {'' if new is None else _said(new)}".rstrip()
            seen[said] += 1
            name = said if seen[said] == 1 else f"{said} #{seen[said]}"
            at = old if hasattr(old, "lineno") else parent
            yield Mutant(statement, owner, name, at.lineno, at.end_lineno or at.lineno, parent, slot, new)


def _said(node: ast.AST) -> str:
    if isinstance(node, ast.cmpop | ast.operator):
        return type(node).__name__
    text = " ".join(ast.unparse(node).split())
    return text if len(text) < 90 else f"{text[:60]}...{text[-25:]}"


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, tuple[str, int | None], ast.AST]]:
    """Every node below that may be changed, with its parent and slot there."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "format_spec", "ctx", "type_params"):
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST) and not _is_silent(node, child):
                slot = (name, index if isinstance(value, list) else None)
                yield node, slot, child
                yield from _children(child)


def _is_silent(parent: ast.AST, child: ast.AST) -> bool:
    if isinstance(child, ast.keyword):
        return child.arg in SKIPPED_KEYWORDS
    if isinstance(parent, ast.Call) and getattr(parent.func, "id", "") == "cast":
        return child is parent.args[0]
    is_text = isinstance(child, ast.Constant) and isinstance(child.value, str)
    if isinstance(child, ast.Expr):
        return isinstance(child.value, ast.Constant)
    return is_text and isinstance(parent, ast.JoinedStr)


def _changes(
    parent: ast.AST, slot: tuple[str, int | None], old: ast.AST, *, in_function: bool
) -> Iterator[ast.AST | None]:
    yield from _of_value(old, in_function=in_function)
    if not in_function:
        return
    yield from _of_operation(old)
    yield from _of_statement(parent, old)
    if slot[0] == "args" and isinstance(parent, ast.Call) and not _is_none(old) and not isinstance(old, ast.Starred):
        if not isinstance(old, ast.GeneratorExp):
            yield NONE
    elif slot[0] in ("keywords", "ifs"):
        yield None
    elif slot == ("test", None) and isinstance(old, ast.Name | ast.Attribute | ast.Call):
        yield ast.UnaryOp(ast.Not(), old)  # type: ignore[arg-type]


def _is_none(node: ast.AST | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _of_value(old: ast.AST, *, in_function: bool) -> Iterator[ast.AST]:
    """Constants: a number and the next, yes and no, a text and another."""
    if isinstance(old, ast.Constant):
        value = old.value
        if isinstance(value, bool):
            yield ast.Constant(not value)
        elif isinstance(value, int):
            yield ast.Constant(value + 1)
        elif isinstance(value, str) and (in_function or " " not in value):
            yield ast.Constant(f"XX{value}")
    elif isinstance(old, ast.JoinedStr) and in_function:
        yield ast.JoinedStr([ast.Constant("XX"), *old.values])


def _of_operation(old: ast.AST) -> Iterator[ast.AST]:
    """Operators and their operands."""
    if isinstance(old, ast.cmpop):
        yield COMPARISONS[type(old)]()
    elif isinstance(old, ast.operator) and type(old) in ARITHMETIC:
        yield ARITHMETIC[type(old)]()
    elif isinstance(old, ast.BoolOp):
        for index in range(len(old.values)):
            rest = [*old.values[:index], *old.values[index + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(old.op, rest)
    elif isinstance(old, ast.UnaryOp):
        yield old.operand
    elif isinstance(old, ast.IfExp):
        yield old.body
        yield old.orelse
    elif isinstance(old, ast.Name) and old.id in OPPOSITES:
        yield ast.Name(OPPOSITES[old.id], ast.Load())


def _of_statement(parent: ast.AST, old: ast.AST) -> Iterator[ast.AST]:
    """What is done, given back or left: it is not."""
    if isinstance(old, ast.Expr | ast.Raise):
        yield ast.Pass()
    elif isinstance(old, ast.AugAssign):
        yield ast.copy_location(ast.Assign([old.target], old.value), old)
    elif isinstance(old, ast.Break):
        yield ast.Continue()
    elif isinstance(old, ast.Continue):
        yield ast.Break()
    elif isinstance(old, ast.expr) and isinstance(parent, ast.Assign | ast.AnnAssign | ast.Return):
        if old is parent.value and not _is_none(old):
            yield NONE
    elif isinstance(parent, ast.Lambda) and old is parent.body:
        yield NONE
