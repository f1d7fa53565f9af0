"""A bank's CSV export: a heading, then a line a movement. Columns are found by what they are called, in any order.

Needed are a date and either an amount (signed) or a column for credits (and one for debits).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from claimwright.deposits.catalogue import finding
from claimwright.deposits.days import read_day
from claimwright.deposits.records import Deposit, DepositKind
from claimwright.deposits.traces import find_trace
from claimwright.findings import Finding
from claimwright.money import parse_cents
from claimwright.origin import Origin

_COLUMNS: dict[str, tuple[str, ...]] = {
    "date": ("date", "posting date", "posted date", "transaction date", "value date", "effective date"),
    "amount": ("amount", "transaction amount", "net amount"),
    "credit": ("credit", "credits", "credit amount", "deposit", "deposits", "money in"),
    "debit": ("debit", "debits", "debit amount", "withdrawal", "withdrawals", "money out"),
    "text": ("description", "memo", "details", "payee", "narrative", "transaction description", "addenda"),
    "reference": ("reference", "check number", "check or slip #", "bank reference", "customer reference", "check #"),
    "account": ("account", "account number"),
    "currency": ("currency",),
    "kind": ("type", "transaction type"),
}
"""What a column may be called, in small letters, by what it means here."""

_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%m-%d-%Y")
_AMOUNT = re.compile(r"(?:\(\$?[\d,]*\.?\d*\)|(?:-?\$?|\$-)[\d,]*\.?\d*)\Z", re.ASCII)


def looks_like_csv(lines: list[str]) -> bool:
    """The first line that is not blank has a column for dates."""
    heading = _heading(lines)
    return heading is not None and "date" in _columns(heading[1])


def _heading(lines: list[str]) -> tuple[int, list[str]] | None:
    for number, line in enumerate(lines, 1):
        if line.strip():
            return number, next(csv.reader([line]))
    return None


def _columns(heading: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in heading]
    return {what: names.index(known) for what, calls in _COLUMNS.items() for known in calls if known in names}


def read_csv(lines: list[str], offsets: list[int], sha256: str) -> tuple[list[Deposit], list[Finding]]:
    """The lines of a CSV export as deposits. `offsets` are the first bytes of the lines."""
    found = _heading(lines)
    if found is None:
        return [], [finding("DEP-FILE-001")]
    start, heading = found
    columns = _columns(heading)
    if "amount" not in columns and "credit" not in columns:
        return [], [finding("DEP-FILE-005", start, what="the amount", columns=", ".join(heading))]
    deposits: list[Deposit] = []
    findings: list[Finding] = []
    for number, (offset, line) in enumerate(zip(offsets, lines, strict=True), 1):
        if number <= start or not line.strip():
            continue
        row = next(csv.reader([line]))
        cells = {what: row[at].strip() if at < len(row) else "" for what, at in columns.items()}
        read = _deposit(cells, number, Origin(sha256, offset, len(line), number))
        if isinstance(read, Deposit):
            deposits.append(read)
        else:
            findings.append(read)
    return deposits, findings


def _deposit(cells: Mapping[str, str], number: int, origin: Origin) -> Deposit | Finding:
    currency = cells.get("currency", "") or "USD"
    if currency.upper() != "USD":
        return finding("DEP-ROW-003", number, value=currency)
    day = read_day(cells["date"], *_DATES)
    if day is None:
        return finding("DEP-ROW-002", number, value=cells["date"])
    cents = _signed_cents(cells)
    if cents is None:
        return finding("DEP-ROW-001", number, value=cells.get("amount") or cells.get("credit") or "")
    text = cells.get("text", "")
    trace, company = find_trace(text)
    return Deposit(
        cents=cents,
        date=day,
        kind=_kind(cells, trace),
        trace=trace,
        company_id=company,
        reference=cells.get("reference", ""),
        account=cells.get("account", ""),
        text=text,
        origin=origin,
    )


def _kind(cells: Mapping[str, str], trace: str) -> DepositKind:
    words = f"{cells.get('kind', '')} {cells.get('text', '')}".upper()
    if trace or "ACH" in words or "EFT" in words or "HCCLAIMPMT" in words:
        return DepositKind.EFT
    return DepositKind.CHECK if "CHECK" in words or "LOCKBOX" in words else DepositKind.OTHER


def _signed_cents(cells: Mapping[str, str]) -> int | None:
    if amount := cells.get("amount"):
        return _cents(amount)
    if credit := cells.get("credit"):
        return _cents(credit)
    debit = _cents(cells.get("debit", ""))
    return None if debit is None else -abs(debit)


def _cents(text: str) -> int | None:
    """`$1,234.50`, `-12`, `(12.00)` in cents; `None` for anything else."""
    if not _AMOUNT.match(text) or not any(letter.isdigit() for letter in text):
        return None
    sign = -1 if "-" in text or text.startswith("(") else 1
    try:
        return sign * parse_cents(text.strip("()").replace("$", "").replace(",", "").replace("-", ""))
    except ValueError:
        return None
