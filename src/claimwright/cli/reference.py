"""Writes `docs/reference/cli.md` from the commands themselves: `python -m claimwright.cli.reference`."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from typer.models import ArgumentInfo, ParameterInfo

from claimwright.cli.app import app

_HEAD = """\
# The command line

Results go to standard output, progress and complaints to standard error. Exit status: **0** done, **1** findings that
need somebody (or, of the accounting, an unexplained cent), **2** unusable input or a mistake in the command; nothing is
half done. `claimwright COMMAND --help` says the same as this page, which is written by
`python -m claimwright.cli.reference`; a test keeps the two equal. What `--json` prints is described in [JSON](json.md).
"""


def reference_page() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *(_section(name, command) for name, command in _commands(app))])


def _commands(group: typer.Typer, prefix: str = "claimwright") -> Iterator[tuple[str, Callable[..., Any]]]:
    for command in group.registered_commands:
        if command.callback is not None:
            yield f"{prefix} {command.name or command.callback.__name__}", command.callback
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from _commands(inner.typer_instance, f"{prefix} {inner.typer_instance.info.name}")


def _section(name: str, command: Callable[..., Any]) -> str:
    hints = typing.get_type_hints(command, include_extras=True)
    parameters = [
        (parameter, typing.get_args(hints[parameter.name]))
        for parameter in inspect.signature(command).parameters.values()
    ]
    usage = " ".join([name, *(_argument(parameter) for parameter, (_, info) in parameters if _is_argument(info))])
    rows = [_row(parameter, kind, info) for parameter, (kind, info) in parameters]
    table = ["", "| | |", "|---|---|", *rows] if rows else []
    return "\n".join([f"## `{usage}`", "", inspect.getdoc(command) or "", *table, ""])


def _is_argument(info: ParameterInfo) -> bool:
    return isinstance(info, ArgumentInfo)


def _argument(parameter: inspect.Parameter) -> str:
    return parameter.name.upper() + (" ..." if str(parameter.annotation).startswith("FilesArgument") else "")


def _row(parameter: inspect.Parameter, kind: Any, info: ParameterInfo) -> str:
    if _is_argument(info):
        return f"| `{parameter.name.upper()}` | {info.help} |"
    name = ", ".join(_names(info)) or f"--{parameter.name.replace('_', '-')}"
    value = "" if kind is bool else f" {_value(kind)}"
    return f"| `{name}{value}` | {info.help}{_default(parameter, kind, info)} |"


def _names(info: ParameterInfo) -> list[str]:
    """The names that an option was given; within `Annotated`, typer takes the first of them for a default."""
    first = [info.default] if isinstance(info.default, str) and info.default.startswith("-") else []
    return [*first, *(info.param_decls or ())]


def _value(kind: Any) -> str:
    """`Path | None` → PATH, `list[Path] | None` → PATH"""
    while kinds := [one for one in typing.get_args(kind) if one is not type(None)]:
        kind = kinds[0]
    return {Path: "PATH", int: "NUMBER", str: "TEXT", datetime: "TIME"}.get(kind, "NAME")


def _default(parameter: inspect.Parameter, kind: Any, info: ParameterInfo) -> str:
    said = []
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        said.append(f"one of {', '.join(one.value for one in kind)}")
    if parameter.default is inspect.Parameter.empty:
        said.append("required")
    elif parameter.default not in (None, "", False):
        said.append(f"{parameter.default} when left out")
    if info.envvar:
        said.append(f"or the variable `{info.envvar}`")
    return f" ({'; '.join(said)})" if said else ""


if __name__ == "__main__":
    sys.stdout.write(reference_page())
