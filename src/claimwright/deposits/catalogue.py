"""Every finding of reading a bank's file: its code, its severity, its words and its remedy."""

from __future__ import annotations

from claimwright.findings import Finding, Kind, Severity, Where

E, W = Severity.ERROR, Severity.WARNING
_AGAIN = "Fetch the file from the bank again; take no deposit from this one before its totals hold."

KINDS = {
    kind.code: kind
    for kind in (
        Kind("DEP-FILE-001", E, "This is no bank file that is known: neither ACH, nor BAI2, nor CSV with a heading.",
             "Ask the bank for a BAI2 statement, an ACH (CCD+) file, or a CSV with columns for date and amount."),
        Kind("DEP-FILE-002", E, "The file ends without its trailer ({trailer}): it was cut short.", _AGAIN),
        Kind("DEP-FILE-003", E, "The trailer {trailer} says {what} {value}, the file holds {expected}.", _AGAIN),
        Kind("DEP-FILE-004", E, "Line {line} is not a record of this format: {reason}.", _AGAIN),
        Kind("DEP-FILE-005", E, "The heading has no column for {what}. It has: {columns}.",
             "Name the columns date and amount (or credit and debit) in the bank's export."),
        Kind("DEP-ROW-001", E, "Line {line}: {value!r} is not an amount of money; the line is left out.",
             "Correct the amount, or enter the deposit by hand."),
        Kind("DEP-ROW-002", E, "Line {line}: {value!r} is not a day of the calendar; the line is left out.",
             "Correct the date, or enter the deposit by hand."),
        Kind("DEP-ROW-003", W, "Line {line} is in {value}; only US dollars are read, the line is left out.",
             "Enter what arrived in US dollars by hand."),
        Kind("DEP-ROW-004", W, "Line {line} is a test entry without money (a prenote); it is left out.",
             "Nothing is to be done: the payer tests the account before it pays."),
    )
}  # fmt: skip


def finding(code: str, line: int | None = None, **words: object) -> Finding:
    """A finding of the kind `code`; `line` counts the lines of the file from 1."""
    return KINDS[code].finding(Where(index=line), line=line, **words)
