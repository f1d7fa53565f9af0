"""The bank's side of a payment: statements and ACH files in, deposits and their matches to remittances out.

    read_bank_file(data)                 deposits and findings; knows ACH (CCD+), BAI2 and bank CSV by their content
    match_deposits(deposits, expected)   which remittance each deposit pays, how surely and why; halves without another

Promises: pure functions over bytes and records; every deposit carries the place it came from; a file whose own totals
do not hold is read but says so; nothing is matched by a guess: what fits twice goes to a person with its candidates.

Source of the rules: the ACH record layouts, the BAI2 cash management format, CAQH CORE 370 (reassociation by trace
number, amount and date).

Knows banks' files and what a remittance announces (amount, trace, payer, date). Must not know claims, a database or
a user.
"""

from claimwright.deposits.matching import DepositMatch, ExpectedPayment, MatchResult, Sureness, match_deposits
from claimwright.deposits.reading import read_bank_file
from claimwright.deposits.records import BankFile, BankFormat, Deposit, DepositKind

__all__ = [
    "BankFile",
    "BankFormat",
    "Deposit",
    "DepositKind",
    "DepositMatch",
    "ExpectedPayment",
    "MatchResult",
    "Sureness",
    "match_deposits",
    "read_bank_file",
]
