"""A large file in little memory: checked, and written to Parquet.

    python -m bench.x12_streaming [--gigabytes 2]

The file is one interchange of many sets. Memory is what a fresh Python holds at most, less what a bare one does.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import x12_files
from bench.measuring import out, peak_megabytes_of

_MOST_MEGABYTES = 64
_CHECK = "import sys\nfrom claimwright import x12\nassert x12.check(sys.argv[1], engine=sys.argv[2]).accepted"
_CONVERT = "import sys\nfrom claimwright import bulk\nbulk.to_parquet(sys.argv[1], sys.argv[2], workers=1)"
_WITH_ARROW = "import pyarrow.parquet, duckdb"


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=0.05)
    gigabytes = parser.parse_args().gigabytes
    with TemporaryDirectory() as name:
        path = Path(name) / "large.835"
        x12_files.large_remittance(path, int(1000 * gigabytes))
        size = path.stat().st_size
        out(f"\nAn 835 of {size / 1e9:.2f} GB, in a process of its own, wall time")
        _run("check", size, _CHECK, "pass", str(path), "auto")
        _run("to Parquet, one core (over Python and pyarrow)", size, _CONVERT, _WITH_ARROW, str(path), name + "/out")


def _run(name: str, size: int, code: str, bare: str, *arguments: str) -> None:
    started = time.perf_counter()
    peak = peak_megabytes_of(code, *arguments)
    seconds = time.perf_counter() - started
    over = peak - peak_megabytes_of(bare)
    verdict = "holds" if over <= _MOST_MEGABYTES else "MISSED"
    speed = f"{size / 1e6 / seconds:9.2f} MB/s"
    memory = f"{over:6.0f} MB over the bare interpreter (at most {_MOST_MEGABYTES}: {verdict})"
    out(f"  {name:46} {speed} {seconds:7.1f} s {memory}")


if __name__ == "__main__":
    main()
