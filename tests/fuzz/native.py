"""Fuzz the native core under AddressSanitizer and UndefinedBehaviorSanitizer, with gcc.

    python -m tests.fuzz.native 2000000 [--seed 1]

Writes the tables of every guide and right sets of each, builds tests/fuzz/native_fuzz.c with the core in it, and runs
it: a second and 256 MB for each input. Exit 1 when a sanitizer, the alarm or the limit stopped it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import struct
import subprocess
import sys
import tempfile
from array import array
from pathlib import Path

from claimwright import x12
from claimwright.x12.guides import guide_names, load_guide
from claimwright.x12.guides.language import Guide
from claimwright.x12.native.binding import CompiledGuide, library_path
from claimwright.x12.rules.binding import program_of
from tests.fuzz.damage import bases

COMPILER = "gcc"
_SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Werror"]
_OPTIONS = {
    "ASAN_OPTIONS": "hard_rss_limit_mb=256:quarantine_size_mb=16:detect_leaks=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}
_MOST_SETS = 400
_LARGEST_SET = 4000


def main() -> int:
    """Fuzz as often as asked for, on both cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program, tables = build(Path(folder)), write_tables(Path(folder))
        share = options.count // options.processes
        runs = [start(program, tables, share, options.seed + number) for number in range(options.processes)]
        ends = [run.wait() for run in runs]  # All of them, whichever ends first.
        return int(any(ends))


def build(folder: Path, name: str = "native_fuzz.c") -> Path:
    """A fuzzer, built with the core and the sanitizers."""
    source, program = Path(__file__).with_name(name), folder / Path(name).stem
    native = library_path().parent
    command = [COMPILER, "-std=c11", "-D_XOPEN_SOURCE=700", "-O2", "-g", *WARNINGS, *_SANITIZERS, f"-I{native}"]
    subprocess.run([*command, str(source), "-o", str(program)], check=True)
    return program


def start(program: Path, tables: Path, count: int, seed: int) -> subprocess.Popen[bytes]:
    """Begin to fuzz."""
    return subprocess.Popen([str(program), str(tables), str(count), str(seed)], env=os.environ | _OPTIONS)


def write_tables(folder: Path) -> Path:
    """The guides as tables, then right sets, each with the number of its guide."""
    guides = {name: load_guide(name) for name in guide_names()}
    numbers = {guide: number for number, guide in enumerate(guides.values())}
    sets = list(_sets(numbers))[:_MOST_SETS]
    path = folder / "tables"
    with path.open("wb") as file:
        file.write(struct.pack("II", len(guides), len(sets)))
        for guide in guides.values():
            file.write(_tables(guide))
        for number, body in sets:
            file.write(struct.pack("II", number, len(body)) + body)
    return path


def _tables(guide: Guide) -> bytes:
    compiled = CompiledGuide(guide, program_of(guide))
    parts = []
    for table in compiled.tables_in_order:
        data = bytes(table) if isinstance(table, ctypes.Array) else table.tobytes()
        parts.append(struct.pack("I", len(data)) + data)
    return b"".join(parts) + array("i", compiled.numbers).tobytes()


def _sets(numbers: dict[Guide, int]) -> list[tuple[int, bytes]]:
    found = []
    for data in bases():
        reading = x12.read(data)
        for one in reading.sets():
            marks = one.group.interchange.delimiters
            is_small = one.length < _LARGEST_SET
            if (
                is_small
                and one.guide in numbers
                and (marks.element, marks.component, marks.terminator) == ("*", ":", "~")
            ):
                found.append((numbers[one.guide], data[one.offset : one.offset + one.length + 1]))
    return found


if __name__ == "__main__":
    sys.exit(main())
