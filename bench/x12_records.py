"""How fast X12 becomes typed records and records become X12, on one core, and in how much memory.

python -m bench.x12_records [--claims N]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import x12_files
from bench.measuring import Measured, measure, out, peak_megabytes_of
from claimwright import documents, x12

_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_ENVELOPE = x12.Envelope("ZZ", "SENDER", "ZZ", "RECEIVER", _AT, 1, 1)
_RESIDENT_MEGABYTES = 60
_STREAMING = """
import sys
from claimwright import documents
count = sum(part.claim is not None for part in documents.stream_claims(sys.argv[1]))
assert count >= int(sys.argv[2]), count
"""


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    count = parser.parse_args().claims
    paid, billed = x12_files.remittances(count), x12_files.claims(count)
    out(f"\nX12 to records and back: {count:,} claims, one core, checked at all levels")
    _bar(measure("835 to records, claim by claim", partial(_stream, paid), paid, count), 15)
    _bar(measure("837P to records, claim by claim", partial(_stream, billed), billed, count), 10)
    batches = [_own(record) for record in _records(billed) if isinstance(record, documents.ClaimBatch)]
    written = _write(batches)
    _bar(measure("837P from records", partial(_write, batches), written, count), 60)
    sets = [documents.write_claims(batch) for batch in batches]
    _bar(measure("837P from composed sets", partial(x12.write_interchange, _ENVELOPE, sets), written, count), 60)
    plain = [replace(one, segments=tuple(one.segments)) for one in sets]
    _bar(measure("837P from segments as tuples", partial(x12.write_interchange, _ENVELOPE, plain), written, count), 60)
    _resident(count)


def _stream(data: bytes) -> int:
    return sum(part.claim is not None for part in documents.stream_claims(data))


def _records(data: bytes) -> list[object]:
    return [record for _, record, _ in documents.read_documents(x12.read(data))]


def _own(batch: documents.ClaimBatch) -> documents.ClaimBatch:
    """The batch without the segments that it was read from, so that it is written anew."""
    return replace(batch, reference=batch.reference + "X")


def _write(batches: Iterable[documents.ClaimBatch]) -> bytes:
    return x12.write_interchange(_ENVELOPE, [documents.write_claims(batch) for batch in batches])


def _resident(count: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "paid.835"
        path.write_bytes(x12_files.remittances(count))
        peak = peak_megabytes_of(_STREAMING, str(path), str(count))
    verdict = "holds" if peak <= _RESIDENT_MEGABYTES else "MISSED"
    name = "835 to records, the most memory held"
    out(f"  {name:44} {peak:9.0f} MB     (at most {_RESIDENT_MEGABYTES}: {verdict})")


def _bar(measured: Measured, megabytes: float) -> None:
    verdict = "holds" if measured.bytes_a_second >= megabytes * 1e6 else "MISSED"
    measured.print(f"at least {megabytes:g} MB/s: {verdict}")


if __name__ == "__main__":
    main()
