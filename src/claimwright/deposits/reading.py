"""From the bytes of any bank file to its deposits: the format is told by the content, never by the file's name."""

from __future__ import annotations

from collections.abc import Callable

from claimwright.deposits.ach import looks_like_ach, read_ach
from claimwright.deposits.bai2 import looks_like_bai2, read_bai2
from claimwright.deposits.bank_csv import looks_like_csv, read_csv
from claimwright.deposits.catalogue import finding
from claimwright.deposits.records import BankFile, BankFormat, Deposit
from claimwright.findings import Finding
from claimwright.origin import sha256_of

_BOM = b"\xef\xbb\xbf"
_Reader = Callable[[list[str], list[int], str], tuple[list[Deposit], list[Finding]]]
_FORMATS: tuple[tuple[BankFormat, Callable[[list[str]], bool], _Reader], ...] = (
    (BankFormat.ACH, looks_like_ach, read_ach),
    (BankFormat.BAI2, looks_like_bai2, read_bai2),
    (BankFormat.CSV, looks_like_csv, read_csv),
)


def read_bank_file(data: bytes) -> BankFile:
    """Read any bytes as a bank's file. Never raises: what is wrong is in `findings`.

    >>> data = b"Date,Amount,Description\\n2026-03-18,112.00,HCCLAIMPMT TRN*1*T1*1512345678~"
    >>> read_bank_file(data).deposits[0].trace
    'T1'
    """
    lines, offsets = _lines(data)
    for known, looks_like, read in _FORMATS:
        if looks_like(lines):
            deposits, findings = read(lines, offsets, sha256_of(data))
            return BankFile(known, tuple(deposits), tuple(findings))
    return BankFile(BankFormat.UNKNOWN, findings=(finding("DEP-FILE-001"),))


def _lines(data: bytes) -> tuple[list[str], list[int]]:
    """The lines as texts, a character a byte, and where each begins; ACH records without line ends are cut apart."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    text = data[start:].decode("latin-1")
    if "\n" not in text and "\r" not in text and text.startswith("101") and len(text) > 94:
        pieces = [text[at : at + 94] for at in range(0, len(text), 94)]
        return pieces, [start + 94 * number for number in range(len(pieces))]
    lines, offsets = [], []
    for raw in text.splitlines(keepends=True):
        lines.append(raw.rstrip("\r\n"))
        offsets.append(start)
        start += len(raw)
    return lines, offsets
