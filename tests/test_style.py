"""How the code is written, as far as a test can tell; what ruff, mypy and import-linter hold is left to them."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "claimwright"
OUTSIDE = frozenset((".venv", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "build"))

CLOCKS = {"clock.py"}
"""The only modules that may ask the machine what time it is."""

SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|SET|LOCK)\s+\S")
SQL_IS_BUILT = {
    "codesets/releases/store.py": "names of tables and columns are those of our own declarations",
    "office/core/rows.py": "names of tables and columns are those of our own models",
    "office/core/guards.py": "triggers over names of our own tables",
    "office/core/sqlcipher/base.py": "PRAGMA takes no parameters; the key is hexadecimal digits",
}
NOW = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now")}
WAITING = re.compile(r"\b(TODO|FIXME|HACK)\b(?!\d)|# ?XXX\b")
OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work|root|Users|home/\w+)/\w")
REGISTRY = re.compile(
    r"https?://[^\s\"')>]*(?:pypi|pythonhosted|npmjs|artifactory|nexus|registry|proxy)[^\s\"')>]*", re.I
)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, by its path."""
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
        if "migrations" not in path.parts
    }


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Every node of these kinds, with its place."""
    for path, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, kinds):
                yield f"{path}:{node.lineno}", node  # type: ignore[attr-defined]


def line(place: str) -> str:
    path, _, number = place.rpartition(":")
    return (SOURCE / path).read_text("utf-8").splitlines()[int(number) - 1]


@cache
def texts() -> dict[str, str]:
    """Every text file that belongs to the repository."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        paths = [path for path in ROOT.rglob("*") if not OUTSIDE & set(path.relative_to(ROOT).parts)]
    found = {}
    for path in paths:
        if path.is_file() and path != Path(__file__):
            data = path.read_bytes()
            if b"\0" not in data:
                found[path.relative_to(ROOT).as_posix()] = data.decode("utf-8", "replace")
    return found


def places(pattern: re.Pattern[str], wanted: Iterator[tuple[str, str]]) -> list[str]:
    return [
        f"{path}:{number}: {text.strip()[:100]}"
        for path, whole in wanted
        for number, text in enumerate(whole.splitlines(), 1)
        if pattern.search(text)
    ]


def test_nobody_but_the_clocks_asks_what_time_it_is():
    asked = []
    for place, node in nodes(ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if (owner, node.attr) in NOW and Path(place.rpartition(":")[0]).name not in CLOCKS:
            asked.append(place)
    assert asked == []


def test_only_the_command_line_prints():
    printed = [
        place
        for place, node in nodes(ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id == "print" and not place.startswith("cli/")
    ]
    assert printed == []


def test_no_handler_keeps_everything_that_it_catches():
    """Catching all to undo something is right when the error goes on."""
    caught = []
    for place, node in nodes(ast.ExceptHandler):
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {getattr(kind, "id", getattr(kind, "attr", None)) for kind in kinds}
        last = node.body[-1]
        goes_on = isinstance(last, ast.Raise) and last.exc is None
        if names & {None, "Exception", "BaseException"} and not goes_on:
            caught.append(place)
    assert caught == []


def test_nothing_is_put_off_in_a_comment():
    code = ((path, text) for path, text in texts().items() if path.endswith((".py", ".html", ".js", ".css", ".toml")))
    assert places(WAITING, code) == []


def test_sql_is_not_put_together_unless_a_reason_stands_beside_it():
    built = []
    for place, node in nodes(ast.JoinedStr):
        opening = node.values[0] if node.values else None
        text = opening.value if isinstance(opening, ast.Constant) else ""
        has_reason = place.rpartition(":")[0] in SQL_IS_BUILT or re.search(r"# noqa: S608 - \w", line(place))
        if SQL.match(str(text)) and not has_reason:
            built.append(f"{place}: {line(place).strip()}")
    assert built == []


def test_money_is_never_a_float():
    """No `float`, no decimal literal and no true division in an expression that has cents in it."""
    wrong = []
    for place, node in nodes(ast.Call, ast.BinOp, ast.AnnAssign, ast.arg):
        if isinstance(node, ast.Call):
            is_wrong = isinstance(node.func, ast.Name) and node.func.id == "float" and _has_cents(node)
        elif isinstance(node, ast.BinOp):
            is_wrong = _has_cents(node) and _is_inexact(node)
        else:
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            is_wrong = "cents" in name and node.annotation is not None and "float" in ast.unparse(node.annotation)
        if is_wrong:
            wrong.append(f"{place}: {ast.unparse(node)}")
    assert wrong == []


def _has_cents(node: ast.AST) -> bool:
    names = (getattr(part, "id", None) or getattr(part, "attr", "") for part in ast.walk(node))
    return any(re.search(r"(^|_)cents$", str(name)) for name in names)


def _is_inexact(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    has_float = any(isinstance(side, ast.Constant) and isinstance(side.value, float) for side in sides)
    is_exact = "Decimal" in ast.unparse(node) or "percent" in ast.unparse(node)
    return has_float or (isinstance(node.op, ast.Div) and not is_exact)


def test_nothing_names_a_machine_or_where_packages_were_fetched():
    everything = list(texts().items())
    assert places(OF_ONE_MACHINE, iter(everything)) == []
    assert places(REGISTRY, iter(everything)) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (WAITING, "# TODO: later"),
        (OF_ONE_MACHINE, "see " + "/".join(("", "root", "notes"))),
        (OF_ONE_MACHINE, "/".join(('"', "home", "somebody", 'x"'))),
        (REGISTRY, "--index-url https://mirror.example/artifactory/simple"),
        (SQL, "SELECT name FROM x"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern, text):
    assert pattern.search(text)
