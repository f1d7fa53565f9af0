"""What a bank tells of one movement of money, whatever file it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from claimwright.findings import Finding
from claimwright.origin import NOWHERE, Origin


class BankFormat(StrEnum):
    """The kinds of files that banks send."""

    ACH = "ach"
    BAI2 = "bai2"
    CSV = "csv"
    UNKNOWN = "unknown"


class DepositKind(StrEnum):
    """How the money came."""

    EFT = "eft"
    CHECK = "check"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Deposit:
    """One credit (or, negative, one debit) to the practice's account.

    `cents` is signed: positive is money in. `date` is the day the bank counts it (the effective entry date of an ACH
    entry). `trace` and `company_id` are TRN02 and TRN03 as the addenda carry them, empty when the bank passed none on;
    `reference` is the bank's own number or the check's. `text` is everything else the bank wrote, for people and for
    the search of a trace number inside it.
    """

    cents: int
    date: date
    kind: DepositKind = DepositKind.OTHER
    trace: str = ""
    company_id: str = ""
    company_name: str = ""
    reference: str = ""
    account: str = ""
    text: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class BankFile:
    """One file of a bank, read. With a finding of error severity its totals are not to be trusted."""

    format: BankFormat
    deposits: tuple[Deposit, ...] = ()
    findings: tuple[Finding, ...] = ()
