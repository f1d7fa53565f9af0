"""How fast X12 becomes tables, beside oxedi and openx12 in the same run, and what two cores make of it.

    python -m bench.x12_tables [--claims N]

Every reader checks what it reads, as far as it can: oxedi structure and balances, openx12 nothing. claimwright gives
every table; `oxedi's five` are those with what oxedi's tables hold: payments, claims, lines, adjustments, and provider
adjustments with remarks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from zlib import crc32

from bench import x12_files
from bench.measuring import Measured, at_least, measure, out
from claimwright import bulk, x12

_CLAIMS_FOR_OPENX12 = 1_000
_OXEDIS = ("files", "findings", "payments", "claims", "lines", "adjustments", "remarks", "provider_adjustments")
_FILES = 4
_TIMES_LARGER = 6
_RUNS = 5


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    options = parser.parse_args()
    _remittances(options.claims)
    _claims(options.claims)
    _two_cores(options.claims)


def _read(data: bytes, tables: tuple[str, ...] | None = None) -> bulk.Tables:
    return bulk.read(data, tables=tables, workers=1)


def _remittances(count: int) -> None:
    data, small = x12_files.remittances(count), x12_files.remittances(_CLAIMS_FOR_OPENX12)
    out(f"\n835 to Arrow: {len(data) / 1e6:.1f} MB, {count:,} claims, one core")
    oxedi = measure("oxedi", partial(oxedi_tables, data), data, count)
    oxedi.print()
    measure("openx12 (lists of dicts, floats)", partial(openx12_claims, small), small, _CLAIMS_FOR_OPENX12).print()
    five = measure("claimwright, oxedi's five", partial(_read, data, _OXEDIS), data, count)
    every = measure("claimwright, every table", partial(_read, data), data, count)
    for measured in (five, every):
        measured.print(_against(measured, oxedi))


def _against(measured: Measured, oxedi: Measured) -> str:
    return at_least(measured.bytes_a_second / oxedi.bytes_a_second, 5, "oxedi")


def _claims(count: int) -> None:
    data = x12_files.claims(count)
    out(f"\n837P to Arrow: {len(data) / 1e6:.1f} MB, {count:,} claims, one core (oxedi reads no 837)")
    measure("claimwright, every table", partial(_read, data), data, count).print()


def oxedi_tables(data: bytes) -> list[object]:
    """Every table of oxedi as an Arrow table."""
    import oxedi
    import pyarrow

    result = oxedi.parse(data)
    if result.diagnostics:
        raise SystemExit(f"oxedi: {result.diagnostics[0]}")
    return [pyarrow.table(result.tables[name]) for name in result.tables]


def openx12_claims(data: bytes) -> list[dict[str, object]]:
    """The claims as openx12 gives them."""
    from openx12 import x835

    return list(x835.parse(data.decode("ascii")).claims)


def _two_cores(count: int) -> None:
    """Wall time, because that is what cores are for, beside what two cores give plain hashing in the same minute."""
    data = x12_files.remittances(count)
    large = x12_files.remittances(_TIMES_LARGER * count)
    out(f"\nTwo cores: {_FILES} files of {len(data) / 1e6:.1f} MB, and one of {len(large) / 1e6:.1f} MB")
    with TemporaryDirectory() as name:
        folder, alone = Path(name, "several"), Path(name, "large.835")
        folder.mkdir()
        alone.write_bytes(large)
        for number in range(_FILES):
            (folder / f"{number}.835").write_bytes(data)
        _cores("to Arrow, several files", partial(bulk.read, folder), _FILES * len(data))
        _cores("to Arrow, one file", partial(bulk.read, alone), len(large))
        _cores("checked, one file", partial(x12.check, alone), len(large))
        _cores("plain hashing (what there is to be had)", partial(_hash, large), len(large), bar=None)


def _hash(data: bytes, workers: int) -> None:
    """Nothing but arithmetic, in threads that never wait for each other."""
    share = len(data) // workers
    parts = [memoryview(data)[share * number : share * (number + 1)] for number in range(workers)]
    threads = [Thread(target=lambda part: [crc32(part) for _ in range(20)], args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _cores(name: str, job: Callable[..., object], size: int, bar: float | None = 1.6) -> None:
    ones, twos = [], []
    for _ in range(_RUNS):
        ones.append(_seconds(partial(job, workers=1)))
        twos.append(_seconds(partial(job, workers=2)))
    (one, one_process), (two, two_process) = (tuple(map(median, zip(*runs, strict=True))) for runs in (ones, twos))
    ratio = at_least(one / two, bar, "one core") if bar else f"{one / two:.2f} times one core"
    process = f"process time {100 * (two_process / one_process - 1):+.0f} %"
    out(f"  {name:44} {size / 1e6 / two:9.2f} MB/s   {ratio}; {process}")


def _seconds(job: Callable[[], object]) -> tuple[float, float]:
    """Of the clock, and of the process."""
    started, process = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - started, time.process_time() - process


if __name__ == "__main__":
    main()
