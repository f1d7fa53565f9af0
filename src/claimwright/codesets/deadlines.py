"""How long a payer gives: to file, to correct, to file after another payer, to appeal.

A contract's own days always win and count as confirmed. Where a contract says nothing, the rule of the kind of payer
applies: Medicare's is law; the others are starting values, marked unconfirmed, because plans differ and published lists
contradict each other. Where not even that exists, there is no deadline here (`None`), never a guessed one.
Counted to the payer's receipt of the claim or appeal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from claimwright.codesets.filing import MEDICARE


class Deadline(NamedTuple):
    """The last day, whether a contract or a law says so, and how it was counted."""

    due_date: date
    is_confirmed: bool
    because: str


class Rule(NamedTuple):
    """The starting values of one kind of payer, in days. `appeal_name` is what its first appeal is called."""

    filing_days: int | None
    secondary_days: int | None
    appeal_days: int | None
    appeal_name: str = "appeal"


RULES = MappingProxyType(
    {
        "medicare": Rule(None, None, 120, "redetermination"),
        "medicare_advantage": Rule(365, 365, 60, "reconsideration"),
        "medicaid": Rule(180, 180, None),
        "tricare": Rule(365, 90, 90, "appeal"),
        "blue": Rule(180, 180, 180),
        "commercial": Rule(90, 90, 180),
        "supplement": Rule(365, 365, None),
        "liability": Rule(90, None, None),
    }
)
"""By kind of payer. Medicare's filing limit is one calendar year (42 CFR 424.44), so it has no number of days;
its appeal window is that of 42 CFR 405.942. The rest are unconfirmed starting values."""

_BY_FILING_CODE = MappingProxyType(
    {
        **dict.fromkeys(MEDICARE, "medicare"),
        "16": "medicare_advantage",
        "MC": "medicaid",
        "CH": "tricare",
        "BL": "blue",
        **dict.fromkeys(("CI", "HM", "12", "13", "14", "15", "17"), "commercial"),
        **dict.fromkeys(("WC", "AM", "LM"), "liability"),
    }
)
_NOTHING = Rule(None, None, None)


@dataclass(frozen=True, slots=True)
class PayerTerms:
    """What a payer's contract says about time; None where it says nothing.

    `kind` is medicare, medicaid, commercial, supplement or other; `filing_code` (SBR09) tells the kinds further apart.
    `corrected_limit_days` count from the remittance, `secondary_limit_days` from the earlier payer's decision.
    """

    kind: str = "other"
    filing_code: str = ""
    filing_limit_days: int | None = None
    corrected_limit_days: int | None = None
    secondary_limit_days: int | None = None
    appeal_days: int | None = None
    supports_replacement: bool = True

    @property
    def is_medicare(self) -> bool:
        """Medicare fee for service, whose limits are law."""
        return self._rule_name == "medicare"

    @property
    def appeal_name(self) -> str:
        """What this payer's first appeal is called."""
        return self._rule.appeal_name

    def filing_due(self, service_date: date) -> Deadline | None:
        """The last day for a first claim about a service of that day."""
        if self.filing_limit_days is not None:
            return _contract(service_date, self.filing_limit_days, "the service")
        if self.is_medicare:
            return Deadline(
                _year_later(service_date),
                is_confirmed=True,
                because="one calendar year after the service (42 CFR 424.44)",
            )
        return _default(service_date, self._rule.filing_days, "the service")

    def secondary_due(self, service_date: date, earlier_decision_date: date) -> Deadline | None:
        """The last day for a claim that follows another payer's decision. Medicare grants no extension for it."""
        if self.secondary_limit_days is not None:
            return _contract(earlier_decision_date, self.secondary_limit_days, "the earlier payer's decision")
        if self.is_medicare:
            return self.filing_due(service_date)
        if self.filing_limit_days is not None:
            due = service_date + timedelta(days=self.filing_limit_days)
            because = f"{self.filing_limit_days} days after the service; no limit for second claims is on file"
            return Deadline(due, is_confirmed=False, because=because)
        return _default(earlier_decision_date, self._rule.secondary_days, "the earlier payer's decision")

    def corrected_due(self, service_date: date, remit_date: date) -> Deadline | None:
        """The last day for a corrected claim; the limit of the first claim where the contract has no other."""
        if self.corrected_limit_days is not None:
            return _contract(remit_date, self.corrected_limit_days, "the remittance")
        return self.filing_due(service_date)

    def appeal_due(self, notice_date: date) -> Deadline | None:
        """The last day for the first appeal, counted from the notice itself.

        Medicare presumes that a notice arrives five days after its date; that reserve is not spent here.
        """
        if self.appeal_days is not None:
            return _contract(notice_date, self.appeal_days, "the remittance")
        days = self._rule.appeal_days
        if self.is_medicare and days is not None:
            due = notice_date + timedelta(days=days)
            return Deadline(due, is_confirmed=True, because=f"{days} days after the remittance (42 CFR 405.942)")
        return _default(notice_date, days, "the remittance")

    @property
    def _rule_name(self) -> str:
        if self.kind == "supplement":
            return "supplement"
        return _BY_FILING_CODE.get(self.filing_code, self.kind)

    @property
    def _rule(self) -> Rule:
        return RULES.get(self._rule_name, _NOTHING)


def _contract(start: date, days: int, of_what: str) -> Deadline:
    because = f"{days} days after {of_what}, by this payer's terms"
    return Deadline(start + timedelta(days=days), is_confirmed=True, because=because)


def _default(start: date, days: int | None, of_what: str) -> Deadline | None:
    if days is None:
        return None
    because = f"{days} days after {of_what}, usual for this kind of payer and not confirmed"
    return Deadline(start + timedelta(days=days), is_confirmed=False, because=because)


def _year_later(day: date) -> date:
    """The same day a year later; 28 February for 29 February, so that the limit is never overstated."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)
