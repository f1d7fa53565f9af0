"""Hold the two engines equal on damaged files: the same findings, in the same order, of any window size.

    python -m tests.fuzz.engines 200000 [--from 0]

Every file that they differ on is written to the folder of temporary files and named. Exit 1 when there is one.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from multiprocessing import Pool
from pathlib import Path

from claimwright import x12
from claimwright.x12.native import why_not
from tests.fuzz.damage import damaged

_AT_ONCE = 50
_STREAMED_EVERY = 5
_WINDOWS = (512, 3000, 70_000)


def main() -> int:
    """Compare as many files as asked for, on both cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if why := why_not():
        raise SystemExit(f"There is no native engine to compare: {why}.")
    last = options.first + options.count
    starts = range(options.first, last, _AT_ONCE)
    started, done, different = time.monotonic(), 0, list[int]()
    with Pool(options.processes) as pool:
        for found in pool.imap_unordered(_compare, ((start, min(start + _AT_ONCE, last)) for start in starts)):
            done = min(done + _AT_ONCE, options.count)
            different += found
            for seed in found:
                _write(seed)
            if done % (20 * _AT_ONCE) == 0 or done == options.count:
                pace = done / (time.monotonic() - started)
                sys.stderr.write(f"\r{done} of {options.count}, {pace:.0f} a second, {len(different)} differ ")
    sys.stderr.write("\n")
    return 1 if different else 0


def _compare(seeds: tuple[int, int]) -> list[int]:
    return [seed for seed in range(*seeds) if difference(seed)]


def difference(seed: int) -> str:
    """What the engines say differently about the damaged file of that number; `''` when they agree."""
    data = damaged(seed)
    wanted = x12.check(data, engine="python")
    verdicts = {"": x12.check(data, engine="native")}
    if seed % _STREAMED_EVERY == 0:
        window = _WINDOWS[seed // _STREAMED_EVERY % len(_WINDOWS)]
        verdicts[f"in windows of {window}: "] = x12.check(io.BytesIO(data), engine="native", window=window)
    for how, verdict in verdicts.items():
        if verdict.findings != wanted.findings:
            pairs = zip((*verdict.findings, "nothing"), (*wanted.findings, "nothing"), strict=False)
            native, python = next(pair for pair in pairs if pair[0] != pair[1])
            return f"{how}native {native}, python {python}"
        if (verdict.sets, verdict.counts, verdict.accepted) != (wanted.sets, wanted.counts, wanted.accepted):
            return f"{how}native {verdict.sets} {verdict.counts}, python {wanted.sets} {wanted.counts}"
    return ""


def _write(seed: int) -> None:
    path = Path(tempfile.gettempdir(), f"claimwright-differs-{seed}.x12")
    path.write_bytes(damaged(seed))
    sys.stderr.write(f"\n{seed}: {difference(seed)}\n  {path}\n")


if __name__ == "__main__":
    sys.exit(main())
