"""`claimwright x12 check`: everything that is wrong with a file, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.cli.office import JsonOption
from claimwright.cli.x12 import inputs, verdicts
from claimwright.cli.x12.inputs import FilesArgument, WorkersOption
from claimwright.errors import InputError
from claimwright.findings import Severity

if TYPE_CHECKING:
    from claimwright.findings import Finding
    from claimwright.x12 import Verdict

_PLACES_SHOWN = 5


class Weight(StrEnum):
    """What a wrong check digit is worth."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


class Engine(StrEnum):
    """Who checks: `auto` takes the native core where it is installed."""

    AUTO = "auto"
    PYTHON = "python"
    NATIVE = "native"


def check(
    files: FilesArgument,
    json: JsonOption = False,
    engine: Annotated[Engine, typer.Option("--engine", help="Which interpreter of the guides to use.")] = Engine.AUTO,
    npi: Annotated[
        Weight | None,
        typer.Option("--npi", help="What a wrong check digit of an NPI weighs. [default: warning]", show_default=False),
    ] = None,
    overlay: Annotated[
        list[Path] | None,
        typer.Option("--overlay", help="A payer's overlay of a guide; may be given several times.", show_default=False),
    ] = None,
    level: Annotated[
        int, typer.Option("--level", min=1, max=7, help="The highest SNIP level to check.")
    ] = verdicts.HIGHEST_LEVEL,
    workers: WorkersOption = None,
    all_places: Annotated[
        bool, typer.Option("--all", help="Show every place, not the first five of each kind.")
    ] = False,
) -> None:
    """Check files of any size: envelopes, guides, balances, situations, code lists. Exit status 0 accepted, 1 not, 2
    unreadable; of several files the worst."""
    options = verdicts.Options(engine.value, npi.value if npi else "", tuple(overlay or ()), level, workers)
    settings = verdicts.settings_of(options)
    status = 0
    for source in inputs.sources(files):
        try:
            verdict = verdicts.check(source, options, settings)
        except InputError as refused:
            verdict = verdicts.unreadable(source.name, refused)
        status = max(status, verdicts.exit_status(verdict))
        if json:
            console.out_json_line(verdict.as_json())
        else:
            console.out("\n".join(_report(verdict, places=None if all_places else _PLACES_SHOWN)))
    raise typer.Exit(status)


def _report(verdict: Verdict, *, places: int | None) -> Iterator[str]:
    word, style = ("accepted", "good") if verdict.accepted else ("not accepted", "error")
    if not verdict.readable:
        word = "unreadable"
    yield f"{console.paint(verdict.name, 'name')}: {console.paint(word, style)}"
    yield from _sets(verdict)
    ordered = sorted(verdict.findings, key=lambda found: (found.severity.value, found.code, found.hint))
    for _, alike in groupby(ordered, key=lambda found: (found.severity, found.code, found.hint)):
        yield from _kind(list(alike), places)
    not_kept = sum(verdict.counts.get(severity, 0) for severity in Severity) - len(verdict.findings)
    if not_kept > 0:
        yield f"  ... and {not_kept} more findings, which were counted only"
    if verdict.counts:
        yield f"  {_counted(verdict)}"


def _counted(verdict: Verdict) -> str:
    """`1 set, 2 errors, 0 warnings`"""
    counts = [
        (verdict.counts[name], word) for name, word in (("sets", "set"), ("error", "error"), ("warning", "warning"))
    ]
    return ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)


def _sets(verdict: Verdict) -> Iterator[str]:
    """One line for each kind of set and verdict, not one for each of a thousand sets."""
    kinds: dict[tuple[str, str, bool], list[str]] = {}
    for one in verdict.sets:
        kinds.setdefault((one.st01, one.guide, one.accepted), []).append(one.control)
    for (st01, guide, is_accepted), controls in kinds.items():
        shown = ", ".join(controls[:_PLACES_SHOWN]) + (" ..." if len(controls) > _PLACES_SHOWN else "")
        verdict_word = console.paint("accepted", "good") if is_accepted else console.paint("not accepted", "error")
        yield f"  {st01} {guide or 'without a guide'}: {len(controls)} {verdict_word} ({shown})"


def _kind(alike: Sequence[Finding], places: int | None) -> Iterator[str]:
    first = alike[0]
    times = f" x {len(alike)}" if len(alike) > 1 else ""
    level = f" SNIP {first.snip}" if first.snip else ""
    yield f"  {console.paint(first.severity, first.severity)} {first.code}{level}{times}"
    for found in alike[:places]:
        yield f"    {found.message}"
        yield console.paint(f"      {found.where}", "quiet")
    if places is not None and len(alike) > places:
        yield f"    ... and {len(alike) - places} more; --all shows them"
    if first.hint:
        yield f"    → {first.hint}"
