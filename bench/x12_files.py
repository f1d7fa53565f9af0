"""Files to measure with: the claims of many visits (837P) and what a payer answers to them (835).

Fully synthetic and the same in every run. Every balance holds, every NPI has its check digit, so that validators do
full work without error paths. One claim in five was decided by another payer before; the answers mix paid, denied,
secondary and reversed claims, adjustments of lines and of whole claims, remark codes, and provider adjustments (WO, L6,
FB). Claims and answers share their numbers, so the two can be joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from claimwright import x12
from claimwright.money import x12_amount

CLAIMS_PER_SET = 1000
_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_PROCEDURES = ("99213", "99214", "36415", "85025", "80053", "71046")
_DIAGNOSES = ("E119", "I10", "J0190", "M545", "Z7984")
_NAMES = ("DOE", "ROE", "POE", "MOE", "LOE")
_FIRST_NAMES = ("JANE", "JOHN", "ANNA", "MAX", "EVA")


@dataclass(frozen=True, slots=True)
class _Line:
    """A service, and what the payer makes of it: charge = paid + contractual + patient + earlier payer's share."""

    procedure: str
    charge: int
    contractual: int
    copay: int
    coinsurance: int
    earlier: int

    @property
    def paid(self) -> int:
        return self.charge - self.contractual - self.copay - self.coinsurance - self.earlier


@dataclass(frozen=True, slots=True)
class _Visit:
    number: int
    lines: tuple[_Line, ...]
    is_secondary: bool
    is_denied: bool
    sequestered: int
    """An adjustment of the whole claim, in cents."""

    @property
    def control(self) -> str:
        return f"CLM{self.number:08d}"

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)


def _visits(start: int, count: int) -> Iterator[_Visit]:
    random = Random(start)
    for number in range(start, start + count):
        is_secondary, is_denied = number % 5 == 1, number % 10 == 7
        lines = tuple(_line(random, is_secondary=is_secondary) for _ in range(3))
        paid = 0 if is_denied else sum(line.paid for line in lines)
        yield _Visit(number, lines, is_secondary, is_denied, paid // 50 if number % 4 == 0 else 0)


def _line(random: Random, *, is_secondary: bool) -> _Line:
    charge = random.randrange(5_000, 40_000)
    contractual = charge * 3 // 10
    copay, coinsurance = random.choice((0, 2_000)), charge // 20
    earlier = charge // 2 if is_secondary else 0
    return _Line(random.choice(_PROCEDURES), charge, contractual, 0 if is_secondary else copay, coinsurance, earlier)


@cache
def claims(count: int) -> bytes:
    """An 837P of that many claims."""
    return _file("837", "005010X222A1", [list(_claim_set(start, size)) for start, size in _parts(count)])


@cache
def remittances(count: int) -> bytes:
    """The 835 that answers `claims(count)`; one claim in forty is reversed and paid again."""
    return _file("835", "005010X221A1", [list(_payment_set(start, size)) for start, size in _parts(count)])


def large_remittance(path: Path, megabytes: int) -> None:
    """Write an 835 of about that size: the same sets again and again, numbered on."""
    whole = remittances(10 * CLAIMS_PER_SET).decode()
    head, _, rest = whole.partition("ST*835*")
    sets = [f"ST*835*{text}" for text in rest.partition("GE*")[0].split("ST*835*")]
    control, size = 0, 0
    with path.open("w", encoding="ascii") as file:
        file.write(head)
        while size < megabytes * 1_000_000:
            control += 1
            text = sets[control % len(sets)]
            old = text.split("*", 3)[2].split("~")[0]
            text = text.replace(f"ST*835*{old}~", f"ST*835*{control:06d}~", 1)
            text = text[: text.rindex("*")] + f"*{control:06d}~"
            size += file.write(text)
        file.write(f"GE*{control}*1~IEA*1*000000001~")


def _parts(count: int) -> list[tuple[int, int]]:
    return [(start, min(CLAIMS_PER_SET, count - start)) for start in range(0, count, CLAIMS_PER_SET)]


def _file(kind: str, version: str, bodies: list[list[x12.OutgoingSegment]]) -> bytes:
    envelope = x12.Envelope("ZZ", "SENDER", "ZZ", "RECEIVER", _AT, 1, 1)
    return x12.write_interchange(envelope, [x12.OutgoingSet(kind, version, body) for body in bodies])


# The claims.


def _claim_set(start: int, count: int) -> Iterator[x12.OutgoingSegment]:
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
    for visit in _visits(start, count):
        is_dependent = visit.number % 4 == 0
        level += 1
        yield from _subscriber(visit, level, is_dependent=is_dependent)
        if is_dependent:
            yield from _dependent(visit, level)
            level += 1
        yield from _claim(visit)


def _subscriber(visit: _Visit, level: int, *, is_dependent: bool) -> Iterator[x12.OutgoingSegment]:
    payer_level = "S" if visit.is_secondary else "P"
    yield ("HL", str(level), "1", "22", "1" if is_dependent else "0")
    yield ("SBR", payer_level, "" if is_dependent else "18", "", "", "", "", "", "", "CI")
    yield ("NM1", "IL", "1", _NAMES[visit.number % 5], "JOHN", "", "", "", "MI", f"MEM{visit.number:07d}")
    if not is_dependent:
        yield ("N3", "12 ELM STREET")
        yield ("N4", "SPRINGFIELD", "IL", "627010001")
        yield ("DMG", "D8", "19800402", "M")
    yield ("NM1", "PR", "2", "EXAMPLE HEALTH PLAN", "", "", "", "", "PI", "PLAN1")


def _dependent(visit: _Visit, level: int) -> Iterator[x12.OutgoingSegment]:
    yield ("HL", str(level + 1), str(level), "23", "0")
    yield ("PAT", "19")
    yield ("NM1", "QC", "1", _NAMES[visit.number % 5], _FIRST_NAMES[visit.number % 5])
    yield ("N3", "12 ELM STREET")
    yield ("N4", "SPRINGFIELD", "IL", "627010001")
    yield ("DMG", "D8", "20150402", "F")


def _claim(visit: _Visit) -> Iterator[x12.OutgoingSegment]:
    yield ("CLM", visit.control, x12_amount(visit.charge), "", "", ("11", "B", "1"), "Y", "A", "Y", "Y")
    yield ("REF", "EA", f"MRN{visit.number:06d}")
    second, third = _DIAGNOSES[1 + visit.number % 2], _DIAGNOSES[3 + visit.number % 2]
    yield ("HI", ("ABK", _DIAGNOSES[0]), ("ABF", second), ("ABF", third))
    yield ("NM1", "82", "1", "WELBY", "MARCUS", "", "", "", "XX", "1234567893")
    yield ("PRV", "PE", "PXC", "207Q00000X")
    if visit.is_secondary:
        yield from _first_payer(visit)
    for number, line in enumerate(visit.lines, 1):
        yield ("LX", str(number))
        procedure = ("HC", line.procedure, "25") if number == 1 else ("HC", line.procedure)
        yield ("SV1", procedure, x12_amount(line.charge), "UN", "1", "", "", ("1", "2"))
        yield ("DTP", "472", "D8", "20260115")
        yield ("REF", "6R", f"{visit.number}L{number}")
        if visit.is_secondary:
            yield ("SVD", "PLAN0", x12_amount(line.earlier), procedure, "", "1")
            rest = line.charge - line.earlier - line.contractual
            yield ("CAS", "CO", "45", x12_amount(line.contractual))
            yield ("CAS", "PR", "2", x12_amount(rest))
            yield ("DTP", "573", "D8", "20260210")


def _first_payer(visit: _Visit) -> Iterator[x12.OutgoingSegment]:
    yield ("SBR", "P", "18", "", "", "", "", "", "", "16")
    yield ("AMT", "D", x12_amount(sum(line.earlier for line in visit.lines)))
    yield ("OI", "", "", "Y", "", "", "Y")
    yield ("NM1", "IL", "1", _NAMES[visit.number % 5], "JOHN", "", "", "", "MI", f"OLD{visit.number:07d}")
    yield ("NM1", "PR", "2", "FIRST HEALTH PLAN", "", "", "", "", "PI", "PLAN0")


# The answers.


def _payment_set(start: int, count: int) -> Iterator[x12.OutgoingSegment]:
    paid, body = 0, list[x12.OutgoingSegment]()
    for visit in _visits(start, count):
        if visit.number % 40 == 3:
            earlier, reversal = _answer(visit, sign=-1)
            paid += earlier
            body += reversal
        amount, segments = _answer(visit, sign=1)
        paid += amount
        body += segments
    moves = {("WO", f"OVER{start}"): 1_250, ("L6", f"INT{start}"): -375, ("FB", f"FWD{start}"): -200}
    banks = ("01", "111000025", "DA", "123456", "1512345678", "", "01", "222000024", "DA", "654321")
    yield ("BPR", "I", x12_amount(paid - sum(moves.values())), "C", "ACH", "CCP", *banks, "20260302")
    yield ("TRN", "1", f"EFT{start:09d}", "1512345678")
    yield ("DTM", "405", "20260302")
    yield ("N1", "PR", "EXAMPLE HEALTH PLAN")
    yield ("N3", "1 PLAN STREET")
    yield ("N4", "SPRINGFIELD", "IL", "627010001")
    yield ("PER", "BL", "EDI DESK", "TE", "5555550100")
    yield ("N1", "PE", "EXAMPLE CLINIC", "XX", "1234567893")
    yield ("LX", "1")
    yield from body
    pairs = [part for reason, amount in moves.items() for part in (reason, x12_amount(amount))]
    yield ("PLB", "1234567893", "20261231", *pairs)


def _answer(visit: _Visit, *, sign: int) -> tuple[int, list[x12.OutgoingSegment]]:
    """What is paid, and the segments; `sign` -1 takes it all back."""
    paid = patient = 0
    lines: list[x12.OutgoingSegment] = []
    for number, line in enumerate(visit.lines, 1):
        amount = 0 if visit.is_denied else line.paid
        paid += amount
        patient += 0 if visit.is_denied else line.copay + line.coinsurance
        lines += _answered_line(visit, number, line, amount, sign)
    paid -= visit.sequestered
    status = "22" if sign < 0 else "4" if visit.is_denied else "2" if visit.is_secondary else "1"
    patient_amount = x12_amount(patient) if patient and sign > 0 else ""
    amounts = (x12_amount(sign * visit.charge), x12_amount(sign * paid), patient_amount)
    head: list[x12.OutgoingSegment] = [
        ("CLP", visit.control, status, *amounts, "12", f"ICN{visit.number:09d}", "11", "1")
    ]
    if visit.sequestered:
        head.append(("CAS", "CO", "253", x12_amount(sign * visit.sequestered)))
    head += [
        ("NM1", "QC", "1", _NAMES[visit.number % 5], "JANE", "", "", "", "MI", f"MEM{visit.number:07d}"),
        ("NM1", "82", "1", "WELBY", "MARCUS", "", "", "", "XX", "1234567893"),
        ("MOA", "", "", "MA01"),
        ("DTM", "232", "20260115"),
        ("DTM", "050", "20260120"),
    ]
    return sign * paid, head + lines


def _answered_line(visit: _Visit, number: int, line: _Line, paid: int, sign: int) -> Iterator[x12.OutgoingSegment]:
    procedure = ("HC", line.procedure, "25") if number == 1 else ("HC", line.procedure)
    yield ("SVC", procedure, x12_amount(sign * line.charge), x12_amount(sign * paid), "", "1")
    yield ("DTM", "472", "20260115")
    if visit.is_denied:
        yield ("CAS", "CO", "96", x12_amount(sign * line.charge))
    else:
        yield ("CAS", "CO", "45", x12_amount(sign * line.contractual))
        shares = [("3", line.copay), ("2", line.coinsurance)]
        triplets = [part for reason, cents in shares if cents for part in (reason, x12_amount(sign * cents), "")]
        yield ("CAS", "PR", *triplets[:-1])
        if line.earlier:
            yield ("CAS", "OA", "23", x12_amount(sign * line.earlier))
    yield ("REF", "6R", f"{visit.number}L{number}")
    if not visit.is_denied:
        yield ("AMT", "B6", x12_amount(sign * (line.charge - line.contractual)))
    else:
        yield ("LQ", "HE", "N130")
