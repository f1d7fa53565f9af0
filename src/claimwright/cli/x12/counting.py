"""`claimwright x12 stats`: what is in files, counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimwright.cli import console
from claimwright.cli.office import JsonOption
from claimwright.cli.x12 import inputs, words
from claimwright.cli.x12.inputs import FilesArgument
from claimwright.money import format_dollars, parse_cents

if TYPE_CHECKING:
    from claimwright.x12 import Segment, TransactionSet

_CLAIMS = ("CLM", "CLP")
_LINES = ("SV1", "SV2", "SV3", "SVC")
_AMOUNTS = {
    "CLM": (("charges", 2),),
    "CLP": (("charges", 3), ("paid", 4), ("patient owes", 5)),
    "BPR": (("payments", 2),),
}
"""Segments whose elements are summed, each under its name."""


def stats(
    files: FilesArgument,
    json: JsonOption = False,
    top: Annotated[int, typer.Option("--top", min=0, help="How many of the most frequent codes to print.")] = 10,
) -> None:
    """Count what files hold: sets, claims, lines and amounts of each kind, reason codes, segments, bytes. Exit status
    2 for what holds no interchange."""
    from claimwright import x12

    status = 0
    for source in inputs.sources(files):
        data = source.read()
        reading = x12.read(data, name=source.name, rules=False)
        status = max(status, 0 if reading.readable else 2)
        told = _Count()
        for transaction_set in reading.sets():
            told.add(transaction_set)
        result = {"file": source.name, "bytes": len(data), "interchanges": len(reading.interchanges), **told.as_json()}
        if json:
            console.out_json_line(result)
        else:
            _print(result, top)
    raise typer.Exit(status)


class _Count:
    """Counts by kind of set, and codes."""

    def __init__(self) -> None:
        self.kinds: dict[str, Counter[str]] = {}
        self.cents: dict[str, Counter[str]] = {}
        self.reasons: Counter[str] = Counter()
        self.segments: Counter[str] = Counter()

    def add(self, transaction_set: TransactionSet) -> None:
        kind = f"{transaction_set.st01} {transaction_set.version}".strip()
        counts = self.kinds.setdefault(kind, Counter())
        cents = self.cents.setdefault(kind, Counter())
        counts["sets"] += 1
        for segment in transaction_set.segments:
            self.segments[segment.id] += 1
            counts["claims"] += segment.id in _CLAIMS
            counts["lines"] += segment.id in _LINES
            for name, element in _AMOUNTS.get(segment.id, ()):
                cents[name] += _cents(segment[element])
            if segment.id == "CAS":
                self._add_reasons(segment)

    def _add_reasons(self, cas: Segment) -> None:
        for element in range(2, len(cas) + 1, 3):
            if cas[element]:
                self.reasons[f"{cas[1]}-{cas[element]}"] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "sets": [
                {
                    "kind": kind,
                    **counts,
                    **{f"{name.replace(' ', '_')}_cents": sum_ for name, sum_ in self.cents[kind].items()},
                }
                for kind, counts in self.kinds.items()
            ],
            "reasons": dict(self.reasons.most_common()),
            "segments": dict(self.segments.most_common()),
        }


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError:
        return 0  # What is no amount is a finding of check; here it counts nothing.


def _print(result: dict[str, Any], top: int) -> None:
    rows: list[tuple[str, ...]] = []
    for kind in result["sets"]:
        rows.append((kind["kind"], ""))
        rows += [(f"  {name}", f"{kind[name]:,}") for name in ("sets", "claims", "lines") if kind[name]]
        rows += [
            (f"  {name.removesuffix('_cents').replace('_', ' ')}", format_dollars(value))
            for name, value in kind.items()
            if name.endswith("_cents")
        ]
    rows.append(("segments", f"{sum(result['segments'].values()):,}"))
    rows.append(("bytes", f"{result['bytes']:,}"))
    for code, count in list(result["reasons"].items())[:top]:
        meaning = words.code_meaning("carc", code.partition("-")[2])
        rows.append((f"  {code} {meaning}".rstrip()[:70], f"{count:,}"))
    console.table(result["file"], rows)
