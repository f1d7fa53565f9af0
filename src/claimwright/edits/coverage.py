"""Edits of the coverage, by what the payer last answered (271)."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.codesets.library import CodeLibrary
from claimwright.edits.context import CoverageState
from claimwright.edits.parts import HEADINGS, Heading
from claimwright.edits.registry import Case, E, Hit, PartTable, Table, W, hit, hit_if

_SECONDARY_REASONS = frozenset(("12", "13", "14", "15", "16", "41", "42", "43", "47"))
_WORKING_AGED, _DISABLED = "12", "43"
_AGE_YEARS = 65
_GROUP_PLANS = frozenset(("12", "13", "14", "15", "BL", "CI", "HM"))
_ACCIDENTS = frozenset(("AA", "EM", "OA"))


def _is_not_clear(case: Case) -> bool:
    """Whether the payer's answer is other than: active, this member, these days."""
    coverage, first, last = case.known.coverage, case.first_service_date, case.last_service_date
    if coverage is None:
        return False
    if coverage.state is not CoverageState.ACTIVE or coverage.member_id != case.claim.subscriber.member_id:
        return True
    if first is None or last is None:
        return False
    return first < (coverage.effective_date or first) or last > (coverage.end_date or last)


def _may_be_second(case: Case) -> bool:
    """Whether a claim to Medicare names another payer, or why Medicare comes second."""
    claim = case.claim
    return case.profile.is_medicare and bool(claim.other_payers or claim.subscriber.insurance_type)


TABLE = Table(_is_not_clear)
HEADING_TABLE = PartTable(HEADINGS)
MEDICARE_TABLE = Table(_may_be_second)


def _is(case: Case, state: CoverageState) -> bool:
    return case.known.coverage is not None and case.known.coverage.state is state


@TABLE.edit(
    "EDIT-COV-001",
    E,
    "subscriber",
    "The payer says that the coverage is not active.",
    "Look for the coverage that was active on the day of service.",
    "271 answer of the payer (denied as CARC 26 or 27)",
)
def _coverage_is_inactive(case: Case) -> Collection[Hit]:
    return hit_if(_is(case, CoverageState.INACTIVE))


@TABLE.edit(
    "EDIT-COV-002",
    E,
    "subscriber.person",
    "The payer cannot find this member.",
    "Compare member ID, name and birth date with the card, correct them, and ask again.",
    "271 answer of the payer (denied as CARC 31)",
)
def _member_was_not_found(case: Case) -> Collection[Hit]:
    return hit_if(_is(case, CoverageState.REJECTED))


@TABLE.edit(
    "EDIT-COV-003",
    W,
    "subscriber",
    "The coverage was not checked with the payer.",
    "Ask the payer (270) before sending.",
    "practice policy: coverage is checked before the claim is built",
)
def _coverage_is_unverified(case: Case) -> Collection[Hit]:
    return hit_if(_is(case, CoverageState.UNVERIFIED))


@TABLE.edit(
    "EDIT-COV-004",
    E,
    "lines",
    "A service was given on {day}, when this coverage was not in force.",
    "Bill the coverage of that day; split the claim when it crosses the boundary.",
    "271 answer of the payer (denied as CARC 26, 27 or 239)",
)
def _service_is_outside_coverage(case: Case) -> Collection[Hit]:
    coverage, first, last = case.known.coverage, case.first_service_date, case.last_service_date
    if coverage is None or first is None or last is None:
        return ()
    if coverage.effective_date is not None and first < coverage.effective_date:
        return (hit(day=first),)
    return hit_if(coverage.end_date is not None and last > coverage.end_date, day=last)


@TABLE.edit(
    "EDIT-COV-005",
    W,
    "subscriber.person.id",
    "The payer answered with another member ID than the claim has.",
    "Take over the payer's.",
    "271 answer of the payer (denied as CARC 31 or 140)",
)
def _member_id_differs_from_answer(case: Case) -> Collection[Hit]:
    coverage, given = case.known.coverage, case.claim.subscriber.member_id
    return hit_if(coverage and coverage.member_id and given and coverage.member_id != given)


@HEADING_TABLE.edit(
    "EDIT-MSP-001",
    E,
    "subscriber.insurance_type",
    "Medicare is not the first payer, and nothing says why (it is {value!r}).",
    "Give the reason: 12 working aged, 13 kidney disease, 14 no-fault, 15 workers' compensation, 43 disabled ...",
    "837P implementation guide 005010X222A1, SBR05; CMS Medicare Secondary Payer Manual chapter 3",
)
def _secondary_reason_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = heading.payer == "medicare" and heading.level in ("S", "T") and not heading.is_institutional
    return hit_if(is_asked and heading.insurance_type not in _SECONDARY_REASONS, value=heading.insurance_type)


@HEADING_TABLE.edit(
    "EDIT-MSP-002",
    W,
    "related_causes",
    "The claim is about an accident or work, and Medicare is its first payer.",
    "Ask who is liable: no-fault, liability and workers' compensation pay before Medicare.",
    "42 USC 1395y(b)(2); 42 CFR 411.40 to 411.54",
)
def _liability_may_come_first(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    is_first = heading.payer == "medicare" and heading.level == "P"
    return hit_if(is_first and not _ACCIDENTS.isdisjoint(heading.related_causes))


def _age_years(case: Case) -> int | None:
    born, day = case.claim.patient_person.birth_date, case.first_service_date
    if born is None or day is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@MEDICARE_TABLE.edit(
    "EDIT-MSP-003",
    W,
    "other_payers.N",
    "Medicare is the first payer of a patient who has a group plan beside it.",
    "Ask whether the patient or spouse still works; a plan of 20 or more employees (100 under 65) pays first.",
    "42 USC 1395y(b)(1); 42 CFR 411.170 to 411.206",
)
def _group_plan_may_come_first(case: Case) -> Collection[Hit]:
    if case.claim.subscriber.payer_level != "P" or not case.profile.is_medicare:
        return ()
    return [
        hit(f"other_payers.{position}")
        for position, other in enumerate(case.claim.other_payers, 1)
        if other.subscriber.filing_code in _GROUP_PLANS and other.subscriber.group_number
    ][:1]


@MEDICARE_TABLE.edit(
    "EDIT-MSP-004",
    W,
    "subscriber.insurance_type",
    "The reason why Medicare is not first ({value}) does not fit the patient's {age} years.",
    "Use 12 (working aged) from 65 years on, 43 (disabled) before.",
    "42 CFR 411.170 (working aged) and 411.200 (disabled)",
)
def _secondary_reason_does_not_fit_age(case: Case) -> Collection[Hit]:
    age, reason = _age_years(case), case.claim.subscriber.insurance_type
    if age is None or not case.profile.is_medicare:
        return ()
    is_wrong = (reason == _WORKING_AGED and age < _AGE_YEARS) or (reason == _DISABLED and age >= _AGE_YEARS)
    return hit_if(is_wrong, value=reason, age=age)
