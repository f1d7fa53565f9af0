"""ACH files: records of 94 characters. Payments of claims are CCD entries whose addenda (record 7) carries the TRN.

Fields are read by position as the ACH record layouts give them; positions below count from 0, ends are excluded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from claimwright.deposits.catalogue import finding
from claimwright.deposits.days import YYMMDD, read_day
from claimwright.deposits.records import Deposit, DepositKind
from claimwright.deposits.traces import find_trace
from claimwright.findings import Finding
from claimwright.origin import Origin

RECORD_LENGTH = 94
_CREDITS = ("22", "32")
_DEBITS = ("27", "37")
_PRENOTES = ("23", "28", "33", "38")
_HASH_DIGITS = 10**10


def looks_like_ach(lines: list[str]) -> bool:
    """A file header says its record size: 094."""
    return bool(lines) and lines[0].startswith("101") and lines[0][34:37] == "094"


@dataclass
class _Totals:
    """What the records of a batch, or of the file, add up to."""

    records: int = 0
    hash: int = 0
    debit_cents: int = 0
    credit_cents: int = 0

    def add(self, other: _Totals) -> None:
        self.records += other.records
        self.hash += other.hash
        self.debit_cents += other.debit_cents
        self.credit_cents += other.credit_cents


@dataclass
class _Reader:
    sha256: str
    deposits: list[Deposit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    batch: str = ""
    in_batch: _Totals = field(default_factory=_Totals)
    in_file: _Totals = field(default_factory=_Totals)
    batches: int = 0
    entry: tuple[int, int, str] | None = None
    addenda: list[str] = field(default_factory=list)
    is_ended: bool = False

    def take(self, number: int, offset: int, line: str) -> None:
        """Read one record."""
        if line[0] != "7":
            self.finish_entry()
        match line[0]:
            case "5":
                self.batch = line
                self.in_batch = _Totals()
                self.batches += 1
            case "6":
                self._take_entry(number, offset, line)
            case "7":
                self.in_batch.records += 1
                self.addenda.append(line[3:83])
            case "8":
                self._close(line, number, "8 (batch control)", self.in_batch, (4, 10), (10, 20), (20, 32), (32, 44))
                self.in_file.add(self.in_batch)
                self.in_batch = _Totals()
            case "9" if not self.is_ended:
                self._close(line, number, "9 (file control)", self.in_file, (13, 21), (21, 31), (31, 43), (43, 55))
                self._compare(number, "9 (file control)", "batches", line[1:7], self.batches)
                self.is_ended = True
            case "1" | "9":
                pass
            case other:
                self.findings.append(finding("DEP-FILE-004", number, reason=f"it begins with {other!r}"))

    def _take_entry(self, number: int, offset: int, line: str) -> None:
        self.in_batch.records += 1
        routing, amount = line[3:11], line[29:39]
        if not (routing.isdigit() and amount.isdigit()):
            self.findings.append(finding("DEP-ROW-001", number, value=amount))
            return
        self.in_batch.hash += int(routing)
        cents, code = int(amount), line[1:3]
        if code in _PRENOTES:
            self.findings.append(finding("DEP-ROW-004", number))
        elif code in _DEBITS:
            self.in_batch.debit_cents += cents
            self.entry = (number, offset, line)
        elif code in _CREDITS:
            self.in_batch.credit_cents += cents
            self.entry = (number, offset, line)
        else:
            self.findings.append(finding("DEP-FILE-004", number, reason=f"transaction code {code} is not known"))

    def finish_entry(self) -> None:
        """Make a deposit of the entry that is open and its addenda."""
        if self.entry is None:
            return
        (number, offset, line), self.entry = self.entry, None
        text, self.addenda = "".join(self.addenda).rstrip(), []
        day = read_day(self.batch[69:75], YYMMDD)
        if day is None:
            self.findings.append(finding("DEP-ROW-002", number, value=self.batch[69:75]))
            return
        trace, company = find_trace(text)
        cents = int(line[29:39])
        self.deposits.append(
            Deposit(
                cents=cents if line[1:3] in _CREDITS else -cents,
                date=day,
                kind=DepositKind.EFT,
                trace=trace,
                company_id=company or self.batch[40:50].strip(),
                company_name=self.batch[4:20].strip(),
                reference=line[79:94].strip(),
                account=line[12:29].strip(),
                text=text,
                origin=Origin(self.sha256, offset, len(line), number),
            )
        )

    def _close(
        self, line: str, number: int, trailer: str, totals: _Totals,
        count: tuple[int, int], digits: tuple[int, int], debit: tuple[int, int], credit: tuple[int, int],
    ) -> None:  # fmt: skip
        """Hold a control record against what came before it."""
        self._compare(number, trailer, "entries", line[slice(*count)], totals.records)
        self._compare(number, trailer, "an entry hash of", line[slice(*digits)], totals.hash % _HASH_DIGITS)
        self._compare(number, trailer, "debits in cents of", line[slice(*debit)], totals.debit_cents)
        self._compare(number, trailer, "credits in cents of", line[slice(*credit)], totals.credit_cents)

    def _compare(self, number: int, trailer: str, what: str, text: str, expected: int) -> None:
        if not text.isdigit() or int(text) != expected:
            words = {"trailer": trailer, "what": what, "value": text.strip(), "expected": expected}
            self.findings.append(finding("DEP-FILE-003", number, **words))


def read_ach(lines: list[str], offsets: list[int], sha256: str) -> tuple[list[Deposit], list[Finding]]:
    """The entries of an ACH file as deposits. `offsets` are the first bytes of the lines."""
    reader = _Reader(sha256)
    for number, (offset, line) in enumerate(zip(offsets, lines, strict=True), 1):
        if not line.strip():
            continue
        if len(line.rstrip()) > RECORD_LENGTH:
            reason = f"it has {len(line.rstrip())} characters instead of {RECORD_LENGTH}"
            reader.findings.append(finding("DEP-FILE-004", number, reason=reason))
            continue
        reader.take(number, offset, line.ljust(RECORD_LENGTH))
    reader.finish_entry()
    if not reader.is_ended:
        reader.findings.append(finding("DEP-FILE-002", trailer="record 9"))
    return reader.deposits, reader.findings
