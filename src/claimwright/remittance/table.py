"""The decision table as data: one row per rule, numbered as in the billing rules (B.7) and in every move and item.

Within a stage the first row that fits wins. `ROWS[20].action` is what a person reads as the reason of a move.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Stage(StrEnum):
    """Where in the walk from file to cents a row stands."""

    FILE = "file"
    CASH = "cash"
    CLAIM = "claim"
    LINE = "line"
    ADJUSTMENT = "adjustment"
    SECONDARY = "secondary"
    SUM = "sum"
    PROVIDER = "provider"
    END = "end"


class Row(NamedTuple):
    """One rule: when it applies and what is done, in plain words."""

    number: int
    stage: Stage
    condition: str
    action: str


_F, _C, _L, _A, _S = Stage.FILE, Stage.CLAIM, Stage.LINE, Stage.ADJUSTMENT, Stage.SUM

_TABLE = (
    Row(1, _F, "an equation fails, a wrong payee, a test file, a bad envelope", "the remittance is not posted"),
    Row(2, _F, "the same trace or the same bytes were seen before", "the remittance is blocked as a duplicate"),
    Row(3, _F, "a debit, an unusual way of payment, or an unknown claim status", "a person decides on the file"),
    Row(4, Stage.CASH, "the money itself was not seen yet", "posted, and patient statements wait for the money"),
    Row(5, _C, "our control number, and patient, dates and charge agree", "the claim is matched"),
    Row(6, _C, "found by the payer's number or by who, when and how much", "the claim is matched and flagged"),
    Row(7, _C, "no claim, several claims, or the charge differs", "the money waits unapplied until a person finds it"),
    Row(8, _C, "a predetermination of benefits", "an estimate is kept and nothing is posted"),
    Row(9, _C, "the payer takes back an earlier result", "the earlier result is reversed, entry by entry"),
    Row(10, _C, "negative without being a reversal, or a second result", "a person checks for a takeback or a double"),
    Row(11, _C, "the patient is unknown to the payer, or the claim was forwarded", "denied, or passed on"),
    Row(12, _L, "a payer's line matches none of ours safely", "a person matches the lines"),
    Row(13, _L, "an adjustment of the claim as a whole", "kept on the claim, not spread over its lines"),
    Row(14, _A, "an unknown reason, a group not allowed for it, or its remark is missing", "unclassified, stays open"),
    Row(15, _A, "deductible, coinsurance or copay", "owed by the next payer, else by the patient"),
    Row(16, _A, "any other patient responsibility", "a person looks before any patient bill"),
    Row(17, _A, "a rule protects the patient", "never to the patient: to the next payer or written off"),
    Row(18, _A, "what earlier payers did", "information, no entry"),
    Row(19, _A, "sequestration", "written off"),
    Row(20, _A, "a contract reduction, and the allowed amount is the expected one", "written off by contract"),
    Row(21, _A, "a contract reduction, and less was allowed than expected", "only the expected part is written off"),
    Row(22, _A, "a contract reduction, and more was allowed than expected", "written off, and flagged as overpaid"),
    Row(23, _A, "a contract reduction without a contract rate on file", "written off, and counted as unpriced"),
    Row(
        24, _A, "a contract reduction of the whole charge, or beside a denial, with nothing paid", "treated as a denial"
    ),
    Row(25, _A, "a denial", "the amount stays open and a denial is worked"),
    Row(26, _A, "a denial on the practice's auto-close list", "closed with its reason"),
    Row(27, _A, "the payer has not finished", "stays open until the payer's result"),
    Row(28, _A, "a withhold, an incentive or a statutory change", "kept in an account of its own"),
    Row(29, _A, "the payer paid the patient", "owed by the patient, who has the payer's money"),
    Row(30, _A, "a negative adjustment", "posted as it is"),
    Row(31, Stage.SECONDARY, "a later payer adjusts more than is still open", "only what is open is posted"),
    Row(32, Stage.SECONDARY, "a later payer answers before an earlier one", "waits for the earlier payer"),
    Row(33, _S, "more was received than was owed", "a credit balance to resolve"),
    Row(34, _S, "a small balance is left and every payer is done", "written off by the practice's policy"),
    Row(35, Stage.PROVIDER, "a provider adjustment with a known meaning", "posted to its own account"),
    Row(36, Stage.PROVIDER, "a provider adjustment that nothing explains", "unapplied until a person explains it"),
    Row(37, Stage.END, "what would be posted is not what was paid", "the remittance is not posted"),
    Row(38, Stage.END, "a closed period, or a change after posting", "reversing entries only"),
)

ROWS = MappingProxyType({row.number: row for row in _TABLE})
"""The decision table by row number. Row 38 is kept by the ledger, not by the planner."""
