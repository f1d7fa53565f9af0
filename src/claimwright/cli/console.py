"""What the command line says: results on stdout, progress and complaints on stderr, nothing but text when nobody looks.

Heavy imports wait inside the functions: a command that only prints a number should not pay for a progress bar.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from claimwright.findings import Finding, Severity


class Progress(Protocol):
    """Somebody who is told how the work goes."""

    def say(self, text: str) -> None:
        """What is being done now."""
        ...


class _Plain:
    """Progress as lines, for logs and pipes."""

    def say(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")


class _Live:
    """Progress as one line that changes, for a terminal."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def say(self, text: str) -> None:
        self._status.update(text)


@contextmanager
def progress(first: str) -> Iterator[Progress]:
    """Tell on stderr what is being done: one changing line on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        plain = _Plain()
        plain.say(first)
        yield plain
        return
    from rich.console import Console

    with Console(stderr=True).status(first) as status:
        yield _Live(status)


Told = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


@contextmanager
def bar(title: str) -> Iterator[Told]:
    """A progress bar on stderr, told done and total bytes; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total or None)


def out(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def out_json(data: object) -> None:
    """The result as JSON."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def out_json_line(data: object) -> None:
    """One of several results as JSON, on a line of its own, at once: whoever reads the pipe need not wait."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


_COLOURS = {"error": "31", "warning": "33", "info": "36", "good": "32", "name": "1", "quiet": "2"}


def paint(text: str, style: str) -> str:
    """The text in the colour of that style on a terminal; unchanged in a pipe, or when `NO_COLOR` is set."""
    is_seen = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if is_seen else text


def complain(text: str) -> None:
    """Something that went wrong, or that the user should know, on stderr, after the results so far."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")


def show_findings(findings: Iterable[Finding], *, file: str = "", limit: int = 50) -> None:
    """Findings on stderr: what, where, what to do. Beyond `limit` only their number is told."""
    shown = list(findings)
    for finding in shown[:limit]:
        place = ": ".join(part for part in (file, str(finding.where)) if part)
        sys.stderr.write(f"{finding.severity}: {place}\n    {finding.message} [{finding.code}]\n")
        if finding.hint:
            sys.stderr.write(f"    {finding.hint}\n")
    if len(shown) > limit:
        sys.stderr.write(f"... and {len(shown) - limit} more\n")


def out_findings(findings: Iterable[Finding]) -> None:
    """Findings as a part of the result: what, where in the record, what to do."""
    for finding in findings:
        out(f"  {paint(finding.severity, finding.severity)} {finding.code} at {finding.where.field or finding.where}")
        out(f"    {finding.message}")
        if finding.hint:
            out(f"    → {finding.hint}")


def finding_data(finding: Finding) -> dict[str, Any]:
    """A finding as JSON data; fields that say nothing are left out."""
    where = {
        name: value
        for name in ("file", "loop", "segment", "index", "element", "component", "offset", "record", "field")
        if (value := getattr(finding.where, name)) is not None
    }
    data = {"code": finding.code, "severity": finding.severity.value, "message": finding.message, "hint": finding.hint}
    return {**data, "where": where, **({"snip": finding.snip} if finding.snip else {})}


def worst(findings: Iterable[Finding]) -> int:
    """The exit status that findings ask for: 1 when one is an error, else 0."""
    return int(any(finding.severity is Severity.ERROR for finding in findings))


def table(title: str, rows: Sequence[tuple[str, ...]], *, numbers_from: int = 1) -> None:
    """A table on stdout; columns from `numbers_from` on are set flush right. A row of one empty text draws a line."""
    width = max(len(row) for row in rows)
    sizes = [max((len(row[column]) for row in rows if column < len(row)), default=0) for column in range(width)]
    line = "  ".join("─" * size for size in sizes)
    out(title)
    out(line)
    for row in rows:
        if row == ("",):
            out(line)
            continue
        cells = [
            text.rjust(size) if column >= numbers_from else text.ljust(size)
            for column, (text, size) in enumerate(zip(row, sizes, strict=False))
        ]
        out("  ".join(cells).rstrip())
