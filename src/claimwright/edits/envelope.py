"""Edits of the claim as a whole: its number, its totals, its own codes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from claimwright.codesets.places import place
from claimwright.edits.registry import Case, E, Hit, Table, W, hit, hit_if
from claimwright.money import format_dollars

TABLE = Table()
_GUIDE = "837P implementation guide 005010X222A1"
_NUMBER_LENGTH, _NUMBER_LENGTH_MAX = 20, 38
_LINES_MAX = 50
_NUMBER = re.compile(r"[A-Za-z0-9 !\"&'()+,\-./;?=%@\[\]_{}|<>#$\\]*\Z")
"""The basic and extended character sets without the usual delimiters `* ~ : ^`."""


@TABLE.edit(
    "EDIT-CLM-001",
    E,
    "control_number",
    "The claim has no number of its own.",
    "Give the claim a control number; the payer's answers are matched by it.",
    f"{_GUIDE}, CLM01",
)
def _control_number_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.control_number.strip())


@TABLE.edit(
    "EDIT-CLM-002",
    W,
    "control_number",
    "The claim number has {length} characters; payers need to return only 20.",
    "Use at most 20 characters, or answers may not find the claim.",
    f"{_GUIDE}, CLM01",
)
def _control_number_is_long(case: Case) -> Iterable[Hit]:
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
def _control_number_is_unwritable(case: Case) -> Iterable[Hit]:
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
def _charge_is_not_the_sum_of_lines(case: Case) -> Iterable[Hit]:
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
def _there_are_no_lines(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.lines)


@TABLE.edit(
    "EDIT-CLM-006",
    E,
    "lines",
    "The claim has {count} lines; a professional claim holds 50.",
    "Split the claim by day of service.",
    f"{_GUIDE}, loop 2400 repeat",
)
def _there_are_too_many_lines(case: Case) -> Iterable[Hit]:
    return hit_if(len(case.claim.lines) > _LINES_MAX, count=len(case.claim.lines))


@TABLE.edit(
    "EDIT-CLM-007",
    E,
    "place_of_service",
    "Place of service {value!r} is not an assigned code.",
    "Choose the place where care was given.",
    "CMS place of service code set",
)
def _place_of_service_is_unknown(case: Case) -> Iterable[Hit]:
    code = case.claim.place_of_service
    return hit_if(place(code) is None, value=code)


@TABLE.edit(
    "EDIT-CLM-008",
    E,
    "frequency",
    "Frequency {value!r} is not used on a professional claim.",
    "Use 1 for an original, 7 for a replacement, 8 to void.",
    f"{_GUIDE}, CLM05-3",
)
def _frequency_is_unknown(case: Case) -> Iterable[Hit]:
    return hit_if(case.claim.frequency not in ("1", "7", "8"), value=case.claim.frequency)


@TABLE.edit(
    "EDIT-CLM-009",
    E,
    "charge_cents",
    "The claim's charge is negative.",
    "Void the earlier claim (frequency 8) instead of sending a negative one.",
    f"{_GUIDE}, CLM02",
)
def _charge_is_negative(case: Case) -> Iterable[Hit]:
    return hit_if(case.claim.charge_cents < 0)


@TABLE.edit(
    "EDIT-CLM-010",
    W,
    "patient_paid_cents",
    "The patient is said to have paid {paid}, more than the whole charge of {charge}, or less than nothing.",
    "Give only what was paid towards these services.",
    f"{_GUIDE}, loop 2300 AMT F5",
)
def _patient_paid_is_implausible(case: Case) -> Iterable[Hit]:
    paid, charge = case.claim.patient_paid_cents, case.claim.charge_cents
    if paid is None or 0 <= paid <= charge:
        return ()
    return (hit(paid=format_dollars(paid), charge=format_dollars(charge)),)


@TABLE.edit(
    "EDIT-CLM-011",
    E,
    "accident_state",
    "The claim is about an automobile accident and names no state.",
    "Give the state in which the accident happened.",
    f"{_GUIDE}, CLM11-4",
)
def _accident_state_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if("AA" in case.claim.related_causes and not case.claim.accident_state)


@TABLE.edit(
    "EDIT-CLM-012",
    E,
    "dates",
    "The claim is about an accident and has no accident date.",
    "Give the day of the accident.",
    f"{_GUIDE}, loop 2300 DTP 439",
)
def _accident_date_is_missing(case: Case) -> Iterable[Hit]:
    is_accident = any(cause in ("AA", "OA") for cause in case.claim.related_causes)
    return hit_if(is_accident and all(qualifier != "439" for qualifier, _ in case.claim.dates))


@TABLE.edit(
    "EDIT-CLM-013",
    E,
    "assignment",
    "Assignment {value!r} is none of A, B and C.",
    "Use A when the provider accepts assignment, C when not.",
    f"{_GUIDE}, CLM07",
)
def _assignment_is_unknown(case: Case) -> Iterable[Hit]:
    return hit_if(case.claim.assignment not in ("A", "B", "C"), value=case.claim.assignment)


@TABLE.edit(
    "EDIT-CLM-014",
    E,
    "release_of_information",
    "Nothing says that the patient's information may be released (it is {value!r}).",
    "Use Y with a signed statement on file, I with informed consent under a federal rule.",
    f"{_GUIDE}, CLM09",
)
def _release_is_not_given(case: Case) -> Iterable[Hit]:
    return hit_if(case.claim.release_of_information not in ("Y", "I"), value=case.claim.release_of_information)


@TABLE.edit(
    "EDIT-CLM-015",
    E,
    "dates",
    "The place of service is an inpatient hospital and the claim has no admission date.",
    "Give the day of admission.",
    f"{_GUIDE}, loop 2300 DTP 435",
)
def _admission_date_is_missing(case: Case) -> Iterable[Hit]:
    is_inpatient = case.claim.place_of_service in ("21", "51")
    return hit_if(is_inpatient and all(qualifier != "435" for qualifier, _ in case.claim.dates))
