"""`claimwright x12 show`: a file as a tree that a person can read."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.cli.x12 import inputs, verdicts, words
from claimwright.cli.x12.inputs import FilesArgument

if TYPE_CHECKING:
    from claimwright.findings import Finding
    from claimwright.x12 import Reading
    from claimwright.x12.outline import Entry

_LIMIT = 2000
_NARROWEST = 60


def show(
    files: FilesArgument,
    set_number: Annotated[
        int | None, typer.Option("--set", min=1, help="Only this set of each file, counted from 1.", show_default=False)
    ] = None,
    claim: Annotated[
        str, typer.Option("--claim", help="Only the claim of this number, and what stands above it.")
    ] = "",
    raw: Annotated[bool, typer.Option("--raw", help="Show each segment as it is written, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Most segments to show of a file; 0 for all.")] = _LIMIT,
) -> None:
    """Show files as trees: names of loops, segments, elements and codes in plain words, findings at their place. Exit
    status as of check."""
    from claimwright import x12

    status = 0
    for source in inputs.sources(files):
        reading = x12.read(source.read(), name=source.name)
        console.out(console.paint(source.name, "name"))
        _show(reading, set_number, claim, limit, raw=raw)
        status = max(status, verdicts.exit_status(reading))
    raise typer.Exit(status)


def _show(reading: Reading, set_number: int | None, claim: str, limit: int, *, raw: bool) -> None:
    from claimwright.x12.outline import Kind, outline

    for finding in reading.own_findings:
        console.out(_finding(finding, "  "))
    segments = sets = 0
    for entry in outline(reading, set_number=set_number, claim=claim):
        sets += entry.kind is Kind.SET
        segments += entry.segment is not None
        if not limit or segments <= limit:
            console.out("\n".join(_lines(entry, raw=raw)))
    if limit and segments > limit:
        console.out(f"... {segments - limit} more segments; --limit 0 shows all, --set and --claim a part")
    if not sets and (set_number or claim):
        console.complain(f"{reading.name}: there is no such set or claim in it.")


def _lines(entry: Entry, *, raw: bool) -> Iterator[str]:
    indent = "  " * (entry.depth + 1)
    if entry.segment is None:
        yield f"{indent}{console.paint(entry.loop, 'name')} {entry.name}"
        return
    name = f" {entry.name}" if entry.name else ""
    verdict = ""
    if entry.is_accepted is not None:
        word, style = ("accepted", "good") if entry.is_accepted else ("not accepted", "error")
        verdict = f": {console.paint(word, style)}"
    place = console.paint(f"  [{entry.segment.index}]", "quiet")
    yield f"{indent}{console.paint(entry.segment.id, 'name')}{name}{verdict}{place}"
    inner = indent + "    "
    if raw:
        yield console.paint(f"{inner}{words.printable(str(entry.segment))}", "quiet")
    if told := words.describe(entry.segment):
        width = max(_NARROWEST, shutil.get_terminal_size((120, 24)).columns)
        yield from textwrap.wrap(told, width, initial_indent=inner, subsequent_indent=inner, break_on_hyphens=False)
    for finding in entry.findings:
        yield _finding(finding, inner)


def _finding(finding: Finding, indent: str) -> str:
    told = f"{finding.severity} {finding.code}: {words.printable(finding.message)} → {finding.hint}"
    return f"{indent}{console.paint(told, finding.severity)}"
