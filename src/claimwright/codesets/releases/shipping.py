"""Code sets that come with claimwright: works of the United States government, packed small, with their source.

    python -m claimwright.codesets.releases.shipping CODE_SET=YYYY-MM-DD FILE ...

writes a pack from a publisher's files into `codesets/data/shipped`: a line that says what it is, then each table's rows
in our own columns. A new store takes every pack as a release like any other, so that a newer one, or one of another
day, can be loaded beside it.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from claimwright.clock import Clock, SystemClock
from claimwright.codesets.releases.layouts import Row
from claimwright.codesets.releases.store import CodeStore, Release
from claimwright.codesets.releases.tables import CODE_SETS
from claimwright.errors import ConflictError, InputError


def pack(store: CodeStore, release: Release) -> bytes:
    """A release as a pack."""
    head = {
        "code_set": release.code_set,
        "edition": release.edition,
        "effective_date": release.effective_date.isoformat(),
        "source": release.source,
        "sha256": release.sha256,
    }
    lines = [json.dumps(head)]
    for table in CODE_SETS[release.code_set].tables:
        lines.append(json.dumps(table.name))
        lines += (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in store.rows(release, table.name))
    return lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)


def open_store(path: Path, clock: Clock) -> CodeStore:
    """The store at that path; a new one has every pack."""
    store = CodeStore(path)
    if not store.releases():
        load_shipped(store, clock)
    return store


def packs() -> tuple[Traversable, ...]:
    """The packs that come with this installation."""
    folder = files("claimwright.codesets").joinpath("data", "shipped")
    return tuple(sorted((one for one in folder.iterdir() if one.name.endswith(".xz")), key=lambda one: one.name))


def load_shipped(store: CodeStore, clock: Clock) -> tuple[Release, ...]:
    """Take every pack that the store does not have yet; the releases that are new."""
    taken = []
    for found in packs():
        lines = iter(lzma.decompress(found.read_bytes()).decode().split("\n"))
        head = json.loads(next(lines))
        try:
            with store.writing():
                taken.append(_take(store, head, lines, clock))
        except ConflictError:
            continue
    return tuple(taken)


def _take(store: CodeStore, head: dict[str, Any], lines: Iterator[str], clock: Clock) -> Release:
    day = date.fromisoformat(head.pop("effective_date"))
    release = store.add_release(**head, effective_date=day, loaded_at=clock.now())
    table = json.loads(next(lines))
    rows: list[Row] = []
    for line in lines:
        one = json.loads(line)
        if isinstance(one, str):
            store.add_rows(release, table, rows)
            table, rows = one, []
        else:
            rows.append(tuple(one))
    store.add_rows(release, table, rows)
    store.count_rows(release)
    return next(one for one in store.releases(release.code_set) if one.id == release.id)


def _main(words: Iterable[str]) -> None:
    from claimwright.codesets.layouts import LAYOUTS
    from claimwright.codesets.releases.loading import load
    from claimwright.codesets.releases.sources import Source

    which, *paths = words
    code_set, _, day = which.partition("=")
    if "may be passed on" not in CODE_SETS[code_set].terms:
        raise InputError(f"{code_set} may not be shipped: {CODE_SETS[code_set].terms}")
    with CodeStore(":memory:") as store:
        sources = [source for path in paths for source in Source.open(Path(path))]
        effective = date.fromisoformat(day) if day else None
        (report,) = load(
            store, sources, clock=SystemClock(), layouts=LAYOUTS, code_set=code_set, effective_date=effective
        )
        data = pack(store, report.release)
    path = Path(str(files("claimwright.codesets"))) / "data" / "shipped" / f"{code_set}.xz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    sys.stdout.write(f"{path.name}: {report.release.row_count:,} rows, {len(data):,} bytes\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
