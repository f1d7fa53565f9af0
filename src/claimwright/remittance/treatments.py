"""What a group and a reason code mean for posting: the codes of rows 14 to 30 as data.

The default treatment of a reason is in `codesets`; here stands what the decision table itself names, and what a group
code changes. X12's limits of use are those of the list of 17 August 2026 (billing rules B.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from claimwright.codesets.reasons import carc, carc_last_day, rarc


class Treatment(StrEnum):
    """What is done with an adjustment; the rows that decide the details are in `adjustments`."""

    UNCLASSIFIED = "unclassified"
    COST_SHARE = "cost_share"
    PATIENT_REVIEW = "patient_review"
    PROTECTED = "protected"
    INFORMATION = "information"
    SEQUESTRATION = "sequestration"
    CONTRACT = "contract"
    DENIAL = "denial"
    PENDING = "pending"
    WITHHOLD = "withhold"
    INCENTIVE = "incentive"
    STATUTORY = "statutory"
    PATIENT_WAS_PAID = "patient_was_paid"
    NEGATIVE_ONLY = "negative_only"
    FORWARDED = "forwarded"
    UNDECIDED = "undecided"


COST_SHARE_REASONS = frozenset({"1", "2", "3", "66", "247", "248"})
"""Deductible, coinsurance, copay, blood deductible, and the shares of institutional claims."""

CONTRACT_REASONS = frozenset({"45", "59", "131", "P12", "P24"})
"""Reductions that in group CO may be written off when the allowed amount is the contract's."""

PENDING_REASONS = frozenset({"133", "257", "277"})
"""The payer has not finished and promises a reversal and a correction."""

OWN_ACCOUNT_REASONS = MappingProxyType(
    {
        "104": Treatment.WITHHOLD,
        "144": Treatment.INCENTIVE,
        "223": Treatment.STATUTORY,
        "237": Treatment.STATUTORY,
        "253": Treatment.SEQUESTRATION,
    }
)
"""Reductions with an account of their own, in group CO."""

PROTECTED_REASONS = frozenset({("CO", "303"), ("OA", "209")})
"""Shares that may never be asked of the patient."""

PROTECTING_REMARKS = frozenset({"N781", "N782", "N783"})
"""Remark codes of a qualified Medicare beneficiary: no deductible, coinsurance, copay from the patient."""

FORWARDING_REMARKS = frozenset({"MA18", "N89", "MA07"})
"""The payer says that it passes the claim on."""

NOT_FORWARDED_REMARKS = frozenset({"MA19", "MA08"})
"""The payer says that it did not pass the claim on."""

GROUPS = frozenset({"CO", "PR", "OA", "PI"})
"""The group codes of 5010; CR is gone, a reversal repeats the original's (X12 RFI 1147)."""

ONLY_IN = MappingProxyType(
    {
        **dict.fromkeys(("18", "23", "133", "136", "209", "257", "271", "277", "P11"), frozenset({"OA"})),
        **dict.fromkeys(("85", "201", "229", "238", "275", "P3"), frozenset({"PR"})),
        **dict.fromkeys(("139", "249", "281", "303", "P24", "P25", "P26"), frozenset({"CO"})),
        "45": frozenset({"CO", "PR"}),
        "278": frozenset({"CO", "PI"}),
    }
)
"""The groups in which a reason may be used, where X12 limits them."""

NEEDS_REMARK = frozenset(
    {"16", "96", "129", "148", "201", "226", "227", "234", "237", "250", "251", "252", "267", "307", "A1"}
)
"""Reasons that say nothing without a remark code that is not an alert."""

_DENIED_ALL_THE_SAME = frozenset({"REVIEW_CAP_OR_WRONG_PAYER", "APPEAL_UPHELD"})


@cache
def treatment_of(group: str, reason: str, day: date | None = None) -> Treatment:
    """What the table does with an adjustment of that group and reason, paid on that day."""
    if group not in GROUPS or group not in ONLY_IN.get(reason, GROUPS) or has_ended(reason, day):
        return Treatment.UNCLASSIFIED
    return _of_patient(reason) if group == "PR" else _of_provider(group, reason)


def has_ended(reason: str, day: date | None) -> bool:
    """Whether the reason was no longer valid on that day."""
    last_day = carc_last_day(reason)
    return day is not None and last_day is not None and last_day < day


def _of_patient(reason: str) -> Treatment:
    if reason in COST_SHARE_REASONS:
        return Treatment.COST_SHARE
    if reason == "100":
        return Treatment.PATIENT_WAS_PAID
    is_named = reason in ONLY_IN or carc(reason) is not None
    return Treatment.PATIENT_REVIEW if is_named else Treatment.UNCLASSIFIED


def _of_provider(group: str, reason: str) -> Treatment:
    named = _named(group, reason)
    if named is not None:
        return named
    known = carc(reason)
    if known is None:
        return Treatment.UNCLASSIFIED
    if known.is_denial or known.posting in _DENIED_ALL_THE_SAME or (group, reason) == ("CO", "246"):
        return Treatment.DENIAL
    return Treatment.UNDECIDED


def _named(group: str, reason: str) -> Treatment | None:
    """The treatment of the reasons that the decision table names one by one."""
    if reason == "23":
        return Treatment.INFORMATION
    if (group, reason) in PROTECTED_REASONS:
        return Treatment.PROTECTED
    if reason in PENDING_REASONS:
        return Treatment.PENDING
    if reason == "94":
        return Treatment.NEGATIVE_ONLY
    if reason == "100":
        return Treatment.PATIENT_WAS_PAID
    if reason == "B11":
        return Treatment.FORWARDED
    if group == "CO" and reason in CONTRACT_REASONS:
        return Treatment.CONTRACT
    if group == "CO":
        return OWN_ACCOUNT_REASONS.get(reason)
    return None


def why_unclassified(group: str, reason: str, day: date | None = None) -> str:
    """Why row 14 leaves an adjustment unclassified, in words that follow its code."""
    if group not in GROUPS:
        return f"the group {group or '(none)'} is not used any more"
    if group not in ONLY_IN.get(reason, GROUPS):
        return f"it is allowed only in group {' or '.join(sorted(ONLY_IN[reason]))}"
    if has_ended(reason, day):
        return f"the reason ended on {carc_last_day(reason)}"
    if treatment_of(group, reason) is Treatment.UNCLASSIFIED:
        return "the reason is not among those known here"
    return "it says nothing without a remark code, and there is none"


def lacks_remark(reason: str, remarks: Iterable[str]) -> bool:
    """Whether a reason that must be explained by a remark code is not."""
    return reason in NEEDS_REMARK and all(_is_alert(remark) for remark in remarks)


def _is_alert(remark: str) -> bool:
    known = rarc(remark)
    return known is not None and known.is_alert
