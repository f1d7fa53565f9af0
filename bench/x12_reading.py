"""How fast X12 is read and checked, beside pyx12 on the same files in the same run.

    python -m bench.x12_reading [--claims N] [--without-pyx12] [--profile]

Writes a balanced 835 and 837P with our own writer (fully synthetic, clean by every rule), reads each with every check,
and prints megabytes and claims per second of process time on one core. pyx12 gets a smaller file of the same kind.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import logging
import pstats
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from claimwright import x12
from claimwright.money import x12_amount

_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_CLAIMS_PER_SET = 1000
_CLAIMS_FOR_PYX12 = 1000


def main() -> None:
    """Measure, and print a line for each kind of file and each reader."""
    options = _options()
    makers: dict[str, Callable[[int], bytes]] = {"835": remittances, "837P": claims}
    for kind, make in makers.items():
        data = make(options.claims)
        reading, seconds = _timed(partial(x12.read, data))
        if reading.findings:
            raise SystemExit(f"{kind}: the file is not clean: {reading.findings[0]}")
        _print(kind, "claimwright", len(data), options.claims, seconds)
        if not options.without_pyx12:
            small = make(_CLAIMS_FOR_PYX12)
            _, seconds_of_pyx12 = _timed(partial(judge, small), times=1)
            _print(kind, "pyx12", len(small), _CLAIMS_FOR_PYX12, seconds_of_pyx12)
            ratio = (len(data) / seconds) / (len(small) / seconds_of_pyx12)
            print(f"{kind:5} claimwright reads {ratio:.0f} times as fast")
        if options.profile:
            _profile(data)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--without-pyx12", action="store_true")
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


def _timed(job: Callable[[], Any], times: int = 3) -> tuple[Any, float]:
    """The result and the best process time of a few runs, in seconds."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        result = job()
        best = min(best, time.process_time() - started)
    return result, best


def _print(kind: str, reader: str, size: int, count: int, seconds: float) -> None:
    print(f"{kind:5} {reader:12} {size / 1e6:7.2f} MB {size / 1e6 / seconds:7.2f} MB/s {count / seconds:9.0f} claims/s")


def _profile(data: bytes) -> None:
    with cProfile.Profile() as profile:
        x12.read(data)
    pstats.Stats(profile).sort_stats("tottime").print_stats(18)


def judge(data: bytes) -> bool:
    """Whether pyx12 finds the file valid."""
    import pyx12.params
    import pyx12.x12n_document

    logging.disable(logging.CRITICAL)
    params = pyx12.params.params()
    source = io.StringIO(data.decode("ascii"))
    return bool(pyx12.x12n_document.x12n_document(params, source, None, None))


def remittances(count: int) -> bytes:
    """An 835 of `count` claims that balances everywhere."""
    random = Random(835)
    sets = [
        x12.OutgoingSet("835", "005010X221A1", list(_remittance(random, start, min(_CLAIMS_PER_SET, count - start))))
        for start in range(0, count, _CLAIMS_PER_SET)
    ]
    return x12.write_interchange(_envelope(), sets)


def claims(count: int) -> bytes:
    """An 837P of `count` claims, every fourth for a dependent."""
    random = Random(837)
    sets = [
        x12.OutgoingSet("837", "005010X222A1", list(_batch(random, start, min(_CLAIMS_PER_SET, count - start))))
        for start in range(0, count, _CLAIMS_PER_SET)
    ]
    return x12.write_interchange(_envelope(), sets)


def _envelope() -> x12.Envelope:
    return x12.Envelope("ZZ", "SENDER", "ZZ", "RECEIVER", _AT, 1, 1)


def _remittance(random: Random, start: int, count: int) -> Iterator[x12.OutgoingSegment]:
    paid_total, body = 0, []
    for number in range(start, start + count):
        paid, segments = _paid_claim(random, number)
        paid_total += paid
        body += segments
    interest = 125
    banks = ("01", "111000025", "DA", "123456", "1512345678", "", "01", "222000025", "DA", "654321")
    yield ("BPR", "I", x12_amount(paid_total + interest), "C", "ACH", "CCP", *banks, "20260302")
    yield ("TRN", "1", f"EFT{start:09d}", "1512345678")
    yield ("DTM", "405", "20260302")
    yield ("N1", "PR", "EXAMPLE HEALTH PLAN")
    yield ("N3", "1 PLAN STREET")
    yield ("N4", "SPRINGFIELD", "IL", "627010001")
    yield ("PER", "BL", "EDI DESK", "TE", "5555550100")
    yield ("N1", "PE", "EXAMPLE CLINIC", "XX", "1234567893")
    yield ("LX", "1")
    yield from body
    yield ("PLB", "1234567893", "20261231", ("L6", f"CLM{start}"), x12_amount(-interest))


def _paid_claim(random: Random, number: int) -> tuple[int, list[x12.OutgoingSegment]]:
    charged = paid = patient = 0
    lines: list[x12.OutgoingSegment] = []
    for line in range(1, 4):
        charge = random.randrange(5_000, 40_000)
        contractual, copay = charge * 3 // 10, random.choice((0, 2_000))
        amount = charge - contractual - copay
        charged, paid, patient = charged + charge, paid + amount, patient + copay
        lines += [
            ("SVC", ("HC", "99213"), x12_amount(charge), x12_amount(amount), "", "1"),
            ("DTM", "472", "20260115"),
            ("CAS", "CO", "45", x12_amount(contractual)),
        ]
        lines += [("CAS", "PR", "3", x12_amount(copay))] if copay else []
        lines += [("REF", "6R", f"{number}L{line}"), ("AMT", "B6", x12_amount(charge - contractual))]
    amounts = (x12_amount(charged), x12_amount(paid), x12_amount(patient) if patient else "")
    head: list[x12.OutgoingSegment] = [
        ("CLP", f"CLM{number:07d}", "1", *amounts, "12", f"ICN{number:09d}", "11", "1"),
        ("NM1", "QC", "1", "DOE", "JANE", "", "", "", "MI", f"MEM{number:07d}"),
        ("NM1", "82", "1", "WELBY", "MARCUS", "", "", "", "XX", "1234567893"),
        ("MOA", "", "", "MA01"),
        ("DTM", "232", "20260115"),
        ("DTM", "050", "20260120"),
    ]
    return paid, head + lines


def _batch(random: Random, start: int, count: int) -> Iterator[x12.OutgoingSegment]:
    yield ("BHT", "0019", "00", f"B{start:08d}", "20260302", "0930", "CH")
    yield ("NM1", "41", "2", "EXAMPLE CLINIC", "", "", "", "", "46", "SENDER")
    yield ("PER", "IC", "EDI DESK", "TE", "5555550100")
    yield ("NM1", "40", "2", "EXAMPLE CLEARINGHOUSE", "", "", "", "", "46", "RECEIVER")
    yield ("HL", "1", "", "20", "1")
    yield ("PRV", "BI", "PXC", "207Q00000X")
    yield ("NM1", "85", "2", "EXAMPLE CLINIC", "", "", "", "", "XX", "1234567893")
    yield ("N3", "1 MAIN STREET")
    yield ("N4", "SPRINGFIELD", "IL", "627010001")
    yield ("REF", "EI", "123456789")
    level = 1
    for number in range(start, start + count):
        is_dependent = number % 4 == 0
        level += 1
        yield from _subscriber(number, level, is_dependent=is_dependent)
        if is_dependent:
            yield from _dependent(number, level)
            level += 1
        yield from _claim(random, number)


def _subscriber(number: int, level: int, *, is_dependent: bool) -> Iterator[x12.OutgoingSegment]:
    yield ("HL", str(level), "1", "22", "1" if is_dependent else "0")
    yield ("SBR", "P", "" if is_dependent else "18", "", "", "", "", "", "", "CI")
    yield ("NM1", "IL", "1", "DOE", "JOHN", "", "", "", "MI", f"MEM{number:07d}")
    if not is_dependent:
        yield ("N3", "12 ELM STREET")
        yield ("N4", "SPRINGFIELD", "IL", "627010001")
        yield ("DMG", "D8", "19800402", "M")
    yield ("NM1", "PR", "2", "EXAMPLE HEALTH PLAN", "", "", "", "", "PI", "PLAN1")


def _dependent(number: int, level: int) -> Iterator[x12.OutgoingSegment]:
    yield ("HL", str(level + 1), str(level), "23", "0")
    yield ("PAT", "19")
    yield ("NM1", "QC", "1", "DOE", f"CHILD{'ABCDEFGHIJ'[number % 10]}")
    yield ("N3", "12 ELM STREET")
    yield ("N4", "SPRINGFIELD", "IL", "627010001")
    yield ("DMG", "D8", "20150402", "F")


def _claim(random: Random, number: int) -> Iterator[x12.OutgoingSegment]:
    charges = [random.randrange(5_000, 40_000) for _ in range(3)]
    yield ("CLM", f"CLM{number:07d}", x12_amount(sum(charges)), "", "", ("11", "B", "1"), "Y", "A", "Y", "Y")
    yield ("REF", "EA", f"MRN{number:06d}")
    yield ("HI", ("ABK", "E119"), ("ABF", "I10"), ("ABF", "Z7984"))
    yield ("NM1", "82", "1", "WELBY", "MARCUS", "", "", "", "XX", "1234567893")
    yield ("PRV", "PE", "PXC", "207Q00000X")
    for line, charge in enumerate(charges, 1):
        yield ("LX", str(line))
        yield (
            "SV1",
            ("HC", "99213", "25") if line == 1 else ("HC", "36415"),
            x12_amount(charge),
            "UN",
            "1",
            "",
            "",
            ("1", "2"),
        )
        yield ("DTP", "472", "D8", "20260115")
        yield ("REF", "6R", f"{number}L{line}")


if __name__ == "__main__":
    main()
