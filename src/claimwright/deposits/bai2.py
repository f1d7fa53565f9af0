"""BAI2 statements: records of comma-separated fields that end with `/`, amounts in cents, totals at every level.

01 file, 02 group (with its day), 03 account, 16 transaction, 88 continuation, 49, 98 and 99 the trailers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from claimwright.deposits.catalogue import finding
from claimwright.deposits.days import YYMMDD, read_day
from claimwright.deposits.records import Deposit, DepositKind
from claimwright.deposits.traces import find_trace
from claimwright.findings import Finding
from claimwright.origin import Origin

_CHECK_TYPES = frozenset({"115", "116", "171", "172", "173", "174", "175", "301", "306"})
"""Detail types of deposited checks and lockboxes."""
_EFT_TYPES = frozenset({"142", "143", "145", "147", "155", "164", "165", "166", "168", "169", "187"})
"""Detail types of ACH credits."""

_DEBIT_TYPES = range(400, 700)
_TRAILERS = {"49": "49 (account)", "98": "98 (group)", "99": "99 (file)"}


@dataclass(frozen=True)
class _Record:
    """A record with its continuations joined; `number` and `offset` are those of its first line."""

    number: int
    offset: int
    length: int
    fields: list[str]
    lines: int


def looks_like_bai2(lines: list[str]) -> bool:
    """A file header is `01,sender,receiver,...`."""
    return bool(lines) and lines[0].startswith("01,") and lines[0].count(",") >= 5


def _records(lines: list[str], offsets: list[int]) -> Iterator[_Record]:
    """The records, each with the 88 records that follow it."""
    number, offset, length, parts = 0, 0, 0, list[str]()
    for count, (start, line) in enumerate(zip(offsets, lines, strict=True), 1):
        text = line.rstrip()
        if not text:
            continue
        if text.startswith("88,") and parts:
            parts.append(text[3:])
            length = start + len(text) - offset
            continue
        if parts:
            yield _joined(number, offset, length, parts)
        number, offset, length, parts = count, start, len(text), [text]
    if parts:
        yield _joined(number, offset, length, parts)


def _joined(number: int, offset: int, length: int, parts: list[str]) -> _Record:
    """A `/` ends a line within its fields, so the next field begins on the continuation; without one, text goes on."""
    text = ""
    for part in parts:
        is_closed = text.endswith("/")
        text = f"{text[:-1]},{part}" if is_closed else f"{text}{' ' if text else ''}{part}"
    return _Record(number, offset, length, text.removesuffix("/").split(","), len(parts))


@dataclass
class _Reader:
    sha256: str
    deposits: list[Deposit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    day: date | None = None
    account: str = ""
    currency: str = "USD"
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TRAILERS, 0))
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TRAILERS, 0))
    groups: int = 0
    accounts: int = 0
    is_ended: bool = False

    def take(self, record: _Record) -> None:
        """Read one record."""
        kind = record.fields[0]
        for level in _TRAILERS:
            self.counts[level] += record.lines
        match kind:
            case "01":
                pass
            case "02":
                self.day = read_day(_field(record, 4), YYMMDD)
                self.currency = _field(record, 6) or "USD"
                self._open("98", record)
                self.groups += 1
                self.accounts = 0
            case "03":
                self.account = _field(record, 1)
                self._open("49", record)
                self.accounts += 1
                for amount in _summary_amounts(record.fields[3:]):
                    self._add(record, amount)
            case "16":
                self._take_detail(record)
            case "49" | "98" | "99":
                self._close(kind, record)
            case other:
                self.findings.append(finding("DEP-FILE-004", record.number, reason=f"record type {other!r}"))

    def _open(self, level: str, record: _Record) -> None:
        self.sums[level], self.counts[level] = 0, record.lines

    def _add(self, record: _Record, text: str) -> int | None:
        """Count an amount into the account's control total; `None` when it is none."""
        digits = text.lstrip("+-")
        if not (digits.isascii() and digits.isdigit()):
            self.findings.append(finding("DEP-ROW-001", record.number, value=text))
            return None
        self.sums["49"] += int(text)
        return int(text)

    def _take_detail(self, record: _Record) -> None:
        cents = self._add(record, _field(record, 2))
        code = _field(record, 1)
        if cents is None or not code.isdigit():
            return
        if self.currency != "USD":
            self.findings.append(finding("DEP-ROW-003", record.number, value=self.currency))
            return
        if self.day is None:
            self.findings.append(finding("DEP-ROW-002", record.number, value="the group's day"))
            return
        rest = _after_funds(record.fields[3:])
        bank_reference, customer_reference = (*rest, "", "")[:2]
        text = ",".join(rest[2:]).strip()
        trace, company = find_trace(text)
        sign = -1 if int(code) in _DEBIT_TYPES else 1
        kind = (
            DepositKind.EFT if code in _EFT_TYPES else DepositKind.CHECK if code in _CHECK_TYPES else DepositKind.OTHER
        )
        self.deposits.append(
            Deposit(
                cents=sign * cents,
                date=self.day,
                kind=kind,
                trace=trace,
                company_id=company,
                reference=customer_reference.strip() or bank_reference.strip(),
                account=self.account,
                text=text,
                origin=Origin(self.sha256, record.offset, record.length, record.number),
            )
        )

    def _close(self, level: str, record: _Record) -> None:
        """Hold a trailer against what came before it, and carry its sum to the level above."""
        name = _TRAILERS[level]
        self._compare(record, name, "a control total of", _field(record, 1), self.sums[level])
        if level != "49":
            inner = self.groups if level == "99" else self.accounts
            self._compare(record, name, "parts", _field(record, 2), inner)
        self._compare(record, name, "records", record.fields[-1], self.counts[level])
        above = {"49": "98", "98": "99"}.get(level)
        if above:
            self.sums[above] += self.sums[level]
        self.is_ended = level == "99"

    def _compare(self, record: _Record, trailer: str, what: str, text: str, expected: int) -> None:
        try:
            is_right = int(text) == expected
        except ValueError:
            is_right = False
        if not is_right:
            words = {"trailer": trailer, "what": what, "value": text, "expected": expected}
            self.findings.append(finding("DEP-FILE-003", record.number, **words))


def _field(record: _Record, number: int) -> str:
    return record.fields[number].strip() if number < len(record.fields) else ""


def _summary_amounts(fields: list[str]) -> Iterator[str]:
    """The amounts of an account's summary: type, amount, item count and funds type, over and over."""
    while len(fields) > 1:
        if fields[1].strip():
            yield fields[1].strip()
        fields = _after_funds(fields[3:])


def _after_funds(fields: list[str]) -> list[str]:
    """What stands behind the funds type, whose availability fields differ in number."""
    kind = fields[0].strip() if fields else ""
    if kind == "D":
        count = fields[1].strip() if len(fields) > 1 else ""
        return fields[2 + 2 * int(count) :] if count.isdigit() else fields[2:]
    return fields[1 + {"V": 2, "S": 3}.get(kind, 0) :]


def read_bai2(lines: list[str], offsets: list[int], sha256: str) -> tuple[list[Deposit], list[Finding]]:
    """The transactions of a BAI2 statement as deposits. `offsets` are the first bytes of the lines."""
    reader = _Reader(sha256)
    for record in _records(lines, offsets):
        reader.take(record)
    if not reader.is_ended:
        reader.findings.append(finding("DEP-FILE-002", trailer="record 99"))
    return reader.deposits, reader.findings
