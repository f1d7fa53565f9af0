"""Edits of who is named: payer, subscriber, patient. Providers are in `providers`."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache

from claimwright.codesets.filing import FILING_CODES
from claimwright.codesets.identifiers import is_mbi
from claimwright.codesets.library import CodeLibrary
from claimwright.documents.parties import Person
from claimwright.edits.addresses import is_complete
from claimwright.edits.parts import HEADINGS, Heading
from claimwright.edits.registry import Case, E, Hit, PartTable, Table, W, hit, hit_if

HEADING_TABLE = PartTable(HEADINGS)
_GUIDE = "837P implementation guide 005010X222A1"
_LEVELS = frozenset("PSTABCDEFGHU")
_RELATIONSHIPS = frozenset(("01", "18", "19", "20", "21", "39", "40", "53", "G8"))
_AGE_YEARS_MAX = 125
MBI_DAY = date(2020, 1, 1)
"""Since this day of service Medicare takes no other number (CMS, end of the transition period)."""


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _is_registered_oddly(case: Case) -> bool:
    """Whether member ID, names, birth date, sex or address of subscriber and patient are other than usual."""
    subscriber, patient, profile = case.claim.subscriber.person, case.claim.patient, case.profile
    person, member_id, born = patient or subscriber, subscriber.id, (patient or subscriber).birth_date
    if not member_id.strip() or not subscriber.last_name.strip() or not person.last_name.strip():
        return True
    if profile.member_id_pattern and not _pattern(profile.member_id_pattern).fullmatch(member_id):
        return True
    if (profile.is_medicare and not is_mbi(member_id)) or person.sex not in ("F", "M", "U"):
        return True
    if born is None or born > (case.first_service_date or case.today) or not _is_plausible(born, case.today):
        return True
    return not is_complete(person.address)


def _is_plausible(born: date, today: date) -> bool:
    return born <= today and today.year - born.year <= _AGE_YEARS_MAX


TABLE = Table(_is_registered_oddly)


@TABLE.edit(
    "EDIT-SUB-001",
    E,
    "subscriber.person.id",
    "There is no member ID.",
    "Take it from the card, or ask the payer (270).",
    f"{_GUIDE}, loop 2010BA NM109",
)
def _member_id_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(not case.claim.subscriber.member_id.strip())


@TABLE.edit(
    "EDIT-SUB-002",
    E,
    "subscriber.person.id",
    "The member ID has not the form that this payer uses.",
    "Compare with the card; letters and digits are easily confused.",
    "payer profile: member_id_pattern",
)
def _member_id_is_malformed(case: Case) -> Collection[Hit]:
    member_id, pattern = case.claim.subscriber.member_id, case.profile.member_id_pattern
    return hit_if(member_id and pattern and not _pattern(pattern).fullmatch(member_id))


@TABLE.edit(
    "EDIT-SUB-003",
    E,
    "subscriber.person.id",
    "The member ID is not a Medicare beneficiary identifier.",
    "Take the eleven characters from the Medicare card, without dashes; S, L, O, I, B and Z never occur.",
    "CMS, Medicare beneficiary identifier format",
)
def _medicare_id_is_malformed(case: Case) -> Collection[Hit]:
    member_id, first = case.claim.subscriber.member_id, case.first_service_date
    is_due = case.profile.is_medicare and first is not None and first >= MBI_DAY
    return hit_if(member_id and is_due and not is_mbi(member_id))


@TABLE.edit(
    "EDIT-SUB-008",
    E,
    "subscriber.person.last_name",
    "The subscriber has no name.",
    "Enter the name as it stands on the card.",
    f"{_GUIDE}, loop 2010BA NM103",
)
def _subscriber_name_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(not case.claim.subscriber.person.last_name.strip())


def _patient(case: Case) -> tuple[str, Person]:
    """The patient and the field that holds it."""
    if case.claim.patient is None:
        return "subscriber.person", case.claim.subscriber.person
    return "patient", case.claim.patient


@TABLE.edit(
    "EDIT-PAT-001",
    E,
    "patient.last_name",
    "The patient has no name.",
    "Enter the patient's name as the payer has it on file.",
    f"{_GUIDE}, loop 2010CA NM103",
)
def _patient_name_is_missing(case: Case) -> Collection[Hit]:
    return hit_if(case.claim.patient is not None and not case.claim.patient.last_name.strip())


@TABLE.edit(
    "EDIT-PAT-002",
    E,
    "patient.birth_date",
    "The patient has no birth date.",
    "Enter the birth date; payers find members by it.",
    f"{_GUIDE}, loops 2010BA and 2010CA DMG02",
)
def _birth_date_is_missing(case: Case) -> Collection[Hit]:
    field, person = _patient(case)
    return hit_if(person.birth_date is None, f"{field}.birth_date")


@TABLE.edit(
    "EDIT-PAT-003",
    E,
    "patient.birth_date",
    "The patient's birth date is in the future or more than 125 years ago.",
    "Check the century.",
    "plausibility",
)
def _birth_date_is_implausible(case: Case) -> Collection[Hit]:
    field, person = _patient(case)
    born = person.birth_date
    if born is None or _is_plausible(born, case.today):
        return ()
    return (hit(f"{field}.birth_date"),)


@TABLE.edit(
    "EDIT-PAT-004",
    E,
    "patient.birth_date",
    "The first service is before the patient's birth.",
    "Check the birth date and the dates of service; a newborn's care before birth is the mother's.",
    "plausibility",
)
def _service_is_before_birth(case: Case) -> Collection[Hit]:
    field, person = _patient(case)
    born, first = person.birth_date, case.first_service_date
    return hit_if(born and first and first < born <= case.today, f"{field}.birth_date")


@TABLE.edit(
    "EDIT-PAT-005",
    E,
    "patient.sex",
    "The patient's sex {value!r} is none of F, M and U.",
    "Use the one the payer has on file.",
    f"{_GUIDE}, loops 2010BA and 2010CA DMG03",
)
def _sex_is_unknown(case: Case) -> Collection[Hit]:
    field, person = _patient(case)
    return hit_if(person.sex not in ("F", "M", "U"), f"{field}.sex", value=person.sex)


@TABLE.edit(
    "EDIT-PAT-006",
    E,
    "patient.address",
    "The patient's address is not complete.",
    "Give street, city, state and ZIP code.",
    f"{_GUIDE}, loops 2010BA and 2010CA N3 and N4",
)
def _patient_address_is_incomplete(case: Case) -> Collection[Hit]:
    field, person = _patient(case)
    return hit_if(not is_complete(person.address), f"{field}.address")


@HEADING_TABLE.edit(
    "EDIT-PYR-001",
    E,
    "payer.last_name",
    "The payer has no name.",
    "Enter the payer's name.",
    f"{_GUIDE}, loop 2010BB NM103",
)
def _payer_name_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(not heading.payer_name.strip())


@HEADING_TABLE.edit(
    "EDIT-PYR-002",
    E,
    "payer.id",
    "The payer has no identifier.",
    "Enter the payer ID of the clearinghouse's list.",
    f"{_GUIDE}, loop 2010BB NM109",
)
def _payer_id_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(not heading.payer_id.strip())


@HEADING_TABLE.edit(
    "EDIT-PYR-003",
    W,
    "payer.id",
    "The claim names payer {value!r}, the payer's profile {expected!r}.",
    "Check which payer this claim is for.",
    "payer profile: payer_id",
)
def _payer_id_differs(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    given, expected = heading.payer_id, heading.expected_payer_id
    return hit_if(given and expected and given != expected, value=given, expected=expected)


@HEADING_TABLE.edit(
    "EDIT-SUB-004",
    E,
    "subscriber.relationship",
    "The patient is a person of its own, and the relationship says that the patient is the subscriber (18).",
    "Choose the patient's relationship to the subscriber.",
    f"{_GUIDE}, SBR02 and PAT01",
)
def _relationship_contradicts(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(heading.has_patient and heading.relationship == "18")


@HEADING_TABLE.edit(
    "EDIT-SUB-005",
    E,
    "subscriber.payer_level",
    "Payer level {value!r} is not used.",
    "Use P for the first payer, S for the second, T for the third.",
    f"{_GUIDE}, SBR01",
)
def _payer_level_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    level = heading.level
    return hit_if(level not in _LEVELS, value=level)


@HEADING_TABLE.edit(
    "EDIT-SUB-006",
    W,
    "subscriber.filing_code",
    "Claim filing indicator {value!r} is not on the list.",
    "Choose the kind of payer.",
    f"{_GUIDE}, SBR09",
)
def _filing_code_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    code = heading.filing_code
    return hit_if(code not in FILING_CODES, value=code)


@HEADING_TABLE.edit(
    "EDIT-SUB-007",
    E,
    "subscriber.group_number",
    "This payer asks for the group number, and there is none.",
    "Take it from the card.",
    "payer profile: requires_group_number",
)
def _group_number_is_missing(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(heading.needs_group_number and not heading.has_group_number)


@HEADING_TABLE.edit(
    "EDIT-SUB-009",
    E,
    "subscriber.relationship",
    "Relationship {value!r} is not on the list.",
    "Choose the patient's relationship to the subscriber: 01 spouse, 19 child, 20 employee, G8 other ...",
    f"{_GUIDE}, SBR02 and PAT01",
)
def _relationship_is_unknown(heading: Heading, _library: CodeLibrary) -> Collection[Hit]:
    value = heading.relationship
    return hit_if(value not in _RELATIONSHIPS and (value or heading.has_patient), value=value)
