"""Fuzz the columns of the native core, and what finds sets ahead, under the sanitizers, with gcc.

    python -m tests.fuzz.columns 200000 [--seed 1]

Writes the plans of all tables and right sets with their trails, builds tests/fuzz/columns_fuzz.c with the core in it,
and runs it as tests.fuzz.native runs its own.
"""

from __future__ import annotations

import argparse
import ctypes
import struct
import sys
import tempfile
from array import array
from pathlib import Path

from claimwright import x12
from claimwright.bulk.extraction import plan_of
from claimwright.bulk.schema import columns, table_names
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.guides.language import Guide
from claimwright.x12.native.columns import CompiledPlan
from claimwright.x12.stretch import Stretch
from claimwright.x12.tree import Delimiters, Segment
from claimwright.x12.walk import Walk
from tests.fuzz.damage import bases
from tests.fuzz.native import build, start

SOURCE = "columns_fuzz.c"
_MOST_SETS = 400


def main() -> int:
    """Fuzz as often as asked for, on both cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program, tables = build(Path(folder), SOURCE), write_tables(Path(folder))
        share = options.count // options.processes
        runs = [start(program, tables, share, options.seed + number) for number in range(options.processes)]
        ends = [run.wait() for run in runs]
        return int(any(ends))


def write_tables(folder: Path) -> Path:
    """The plans as tables, then right sets with the numbers of their plans and the positions of their segments."""
    guides = [guide for name in guide_names() if (guide := load_guide(name)).version in columns().kinds]
    sets = [one for data in bases() for one in _sets(data, guides)][:_MOST_SETS]
    path = folder / "plans"
    with path.open("wb") as file:
        file.write(struct.pack("II", len(guides), len(sets)))
        for guide in guides:
            file.write(_tables(guide))
        for number, body, trail in sets:
            file.write(struct.pack("II", number, len(body)) + body)
            file.write(struct.pack("I", len(trail)) + trail.tobytes())
    return path


def _tables(guide: Guide) -> bytes:
    plan = plan_of(guide, table_names(None))
    assert plan is not None
    compiled = CompiledPlan(plan, _walk(guide).positions)
    parts = []
    for table in compiled.tables_in_order:
        data = bytes(table) if isinstance(table, ctypes.Array) else table.tobytes()
        parts.append(struct.pack("I", len(data)) + data)
    return b"".join(parts) + array("i", compiled.numbers).tobytes()


def _walk(guide: Guide, opening: Segment | None = None) -> Walk:
    walk = Walk(Delimiters(), lambda _: None)
    walk.begin(guide, opening or Segment("ST*1*1", Delimiters(), 1, 0, 6))
    return walk


def _sets(data: bytes, guides: list[Guide]) -> list[tuple[int, bytes, array[int]]]:
    found = []
    for one in x12.read(data).sets():
        if one.guide in guides and one.group.interchange.delimiters == Delimiters():
            raw = data[one.offset : one.offset + one.length + 1]
            body = raw[raw.index(b"~") + 1 :]
            walk = _walk(one.guide, one.opening)
            walk.trail = array("i")
            walk.run(Stretch(body, 0, len(body), 0, Delimiters()), 0, 2)
            found.append((guides.index(one.guide), body, walk.trail))
    return found


if __name__ == "__main__":
    sys.exit(main())
