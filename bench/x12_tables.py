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
from tempfile import TemporaryDirectory

from bench import x12_files
from bench.measuring import Measured, at_least, measure, out
from claimwright import bulk

_CLAIMS_FOR_OPENX12 = 1_000
_OXEDIS = ("files", "findings", "payments", "claims", "lines", "adjustments", "remarks", "provider_adjustments")
_FILES = 4


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
    """Wall time, because that is what cores are for: a file in one piece, and several files."""
    data = x12_files.remittances(count)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(_FILES):
            (folder / f"{number}.835").write_bytes(data)
        _cores("two cores, several files", partial(bulk.read, folder), _FILES * len(data))
        _cores("two cores, one file", partial(bulk.read, folder / "0.835"), len(data))


def _cores(name: str, job: Callable[..., bulk.Tables], size: int) -> None:
    one, two = (min(_wall_seconds(partial(job, workers=workers)) for _ in range(3)) for workers in (1, 2))
    out(f"  {name:44} {size / 1e6 / two:9.2f} MB/s   {at_least(one / two, 1.6, 'one core')}")


def _wall_seconds(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
