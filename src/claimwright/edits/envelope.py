"""Edits of the claim as a whole: its number, its totals, its own codes."""

from __future__ import annotations

import re
from collections.abc import Collection

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.places import place
from claimwright.edits.parts import HEADINGS, Heading
from claimwright.edits.registry import Case, E, Hit, PartTable, Table, W, hit, hit_if
from claimwright.money import format_dollars

_GUIDE = "837P implementation guide 005010X222A1"
_NUMBER_LENGTH, _NUMBER_LENGTH_MAX = 20, 38
_LINES_MAX = 50
_DELAY_REASONS = frozenset((*(str(number) for number in range(1, 12)), "15"))
_NUMBER = re.compile(r"[A-Za-z0-9 !\"&'()+,\-./;?=%@\[\]_{}|<>#$\\]*\Z")
"""The basic and extended character sets without the usual delimiters `* ~ : ^`."""


def _is_out_of_order(case: Case) -> bool:
    """Whether number, totals or the count of lines are other than usual."""
    claim = case.claim
    number, charge = claim.control_number, claim.charge_cents
    if not number.strip() or len(number) > _NUMBER_LENGTH or not _NUMBER.match(number):
        return True
    if not 1 <= len(claim.lines) <= _LINES_MAX or claim.patient_paid_cents is not None:
        return True
    return charge < 0 or charge != claim.lines_cents


TABLE = Table(_is_out_of_order)
HEADING_TABLE = PartTable(HEADINGS)


@TABLE.edit(
    "EDIT-CLM-001",
    E,
    "control_number",
    "The claim has no number of its own.",
    "Give the claim a control number; the payer's answers are matched by it.",
    f"{_GUIDE}, CLM01",
)
def _control_number_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(not case.claim.control_number.strip())


@TABLE.edit(
    "EDIT-CLM-002",
    W,
    "control_number",
    "The claim number has {length} characters; payers need to return only 20.",
    "Use at most 20 characters, or answers may not find the claim.",
    f"{_GUIDE}, CLM01",
)
def _control_number_is_long(case: Case) -> Collection[Hit]:
    length = len(case.claim.control_number)
    return hit_if(_NUMBER_LENGTH < length <= _NUMBER_LENGTH_MAX, length=length)


@TABLE.edit(
    "EDIT-CLM-003",
    E,
    "control_number",
    "The claim number is longer than 38 characters or has a character that X12 uses as a delimiter.",
    "Use letters, digits and hyphens, 20 at most.",
    f"{_GUIDE}, CLM01 and appendix on character sets",
)
def _control_number_is_unwritable(case: Case) -> Collection[Hit]:
    number = case.claim.control_number
    return hit_if(len(number) > _NUMBER_LENGTH_MAX or not _NUMBER.match(number))


@TABLE.edit(
    "EDIT-CLM-004",
    E,
    "charge_cents",
    "The claim's charge is {charge}, its lines sum to {sum}.",
    "Correct the lines or the total; they must be equal to the cent.",
    f"{_GUIDE}, CLM02 balancing",
)
def _charge_is_not_the_sum_of_lines(case: Case) -> Collection[Hit]:
    charge, total = case.claim.charge_cents, case.claim.lines_cents
    if charge == total or not case.claim.lines:
        return ()
    return (hit(charge=format_dollars(charge), sum=format_dollars(total)),)


@TABLE.edit(
    "EDIT-CLM-005",
    E,
    "lines",
    "The claim has no service lines.",
    "Enter the charges of the encounter.",
    f"{_GUIDE}, loop 2400",
)
def _there_are_no_lines(case: Case) -> Collection[Hit]:
    return hit_if(not case.claim.lines)


@TABLE.edit(
    "EDIT-CLM-006",
    E,
    "lines",
    "The claim has {count} lines; a professional claim holds 50.",
    "Split the claim by day of service.",
    f"{_GUIDE}, loop 2400 repeat",
)
def _there_are_too_many_lines(case: Case) -> Collection[Hit]:
    return hit_if(len(case.claim.lines) > _LINES_MAX, count=len(case.claim.lines))


@TABLE.edit(
    "EDIT-CLM-009",
    E,
    "charge_cents",
    "The claim's charge is negative.",
    "Void the earlier claim (frequency 8) instead of sending a negative one.",
    f"{_GUIDE}, CLM02",
)
def _charge_is_negative(case: Case) -> Collection[Hit]:
    return hit_if(case.claim.charge_cents < 0)


@TABLE.edit(
    "EDIT-CLM-010",
    W,
    "patient_paid_cents",
    "The patient is said to have paid {paid}, more than the whole charge of {charge}, or less than nothing.",
    "Give only what was paid towards these services.",
    f"{_GUIDE}, loop 2300 AMT F5",
)
def _patient_paid_is_implausible(case: Case) -> Collection[Hit]:
    paid, charge = case.claim.patient_paid_cents, case.claim.charge_cents
    if paid is None or 0 <= paid <= charge:
        return ()
    return (hit(paid=format_dollars(paid), charge=format_dollars(charge)),)


@HEADING_TABLE.edit(
    "EDIT-CLM-007",
    E,
    "place_of_service",
    "Place of service {value!r} is not an assigned code.",
    "Choose the place where care was given.",
    "CMS place of service code set",
)
def _place_of_service_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    code = heading.place
    return hit_if(place(code) is None, value=code)


@HEADING_TABLE.edit(
    "EDIT-CLM-008",
    E,
    "frequency",
    "Frequency {value!r} is not used on a professional claim.",
    "Use 1 for an original, 7 for a replacement, 8 to void.",
    f"{_GUIDE}, CLM05-3",
)
def _frequency_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(heading.frequency not in ("1", "7", "8"), value=heading.frequency)


@HEADING_TABLE.edit(
    "EDIT-CLM-011",
    E,
    "accident_state",
    "The claim is about an automobile accident and names no state.",
    "Give the state in which the accident happened.",
    f"{_GUIDE}, CLM11-4",
)
def _accident_state_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if("AA" in heading.related_causes and not heading.accident_state)


@HEADING_TABLE.edit(
    "EDIT-CLM-012",
    E,
    "dates",
    "The claim is about an accident and has no accident date.",
    "Give the day of the accident.",
    f"{_GUIDE}, loop 2300 DTP 439",
)
def _accident_date_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    is_accident = any(cause in ("AA", "OA") for cause in heading.related_causes)
    return hit_if(is_accident and "439" not in heading.date_qualifiers)


@HEADING_TABLE.edit(
    "EDIT-CLM-013",
    E,
    "assignment",
    "Assignment {value!r} is none of A, B and C.",
    "Use A when the provider accepts assignment, C when not.",
    f"{_GUIDE}, CLM07",
)
def _assignment_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(heading.assignment not in ("A", "B", "C"), value=heading.assignment)


@HEADING_TABLE.edit(
    "EDIT-CLM-014",
    E,
    "release_of_information",
    "Nothing says that the patient's information may be released (it is {value!r}).",
    "Use Y with a signed statement on file, I with informed consent under a federal rule.",
    f"{_GUIDE}, CLM09",
)
def _release_is_not_given(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(heading.release_of_information not in ("Y", "I"), value=heading.release_of_information)


@HEADING_TABLE.edit(
    "EDIT-CLM-015",
    E,
    "dates",
    "The place of service is an inpatient hospital and the claim has no admission date.",
    "Give the day of admission.",
    f"{_GUIDE}, loop 2300 DTP 435",
)
def _admission_date_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    is_inpatient = heading.place in ("21", "51")
    return hit_if(is_inpatient and "435" not in heading.date_qualifiers)


@HEADING_TABLE.edit(
    "EDIT-CLM-020",
    W,
    "related_causes",
    "The claim goes to workers' compensation, and nothing says that the illness comes from work.",
    "Say that it is related to employment, or choose the payer again.",
    f"{_GUIDE}, CLM11 and SBR09",
)
def _work_is_not_the_cause(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(heading.filing_code == "WC" and "EM" not in heading.related_causes)


@HEADING_TABLE.edit(
    "EDIT-CLM-021",
    E,
    "delay_reason",
    "Delay reason {value!r} is not on the list.",
    "Use one of 1 to 11, or 15 for a natural disaster.",
    f"{_GUIDE}, CLM20",
)
def _delay_reason_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    is_wrong = heading.delay_reason and heading.delay_reason not in _DELAY_REASONS
    return hit_if(is_wrong, value=heading.delay_reason)
