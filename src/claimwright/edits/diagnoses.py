"""Edits of the diagnoses: their form, their order, their number. Validity on a day is for the loaded code set."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.shapes import is_icd10cm_shaped
from claimwright.edits.parts import DIAGNOSES, DiagnosisPart
from claimwright.edits.registry import Case, E, Hit, I, PartTable, Table, hit, hit_if

PART_TABLE = PartTable(DIAGNOSES)
_GUIDE = "837P implementation guide 005010X222A1, loop 2300 HI"
_GUIDELINES = "ICD-10-CM official guidelines for coding and reporting"
_DIAGNOSES_MAX = 12
_ICD10, _ICD9 = frozenset({"ABK", "ABF"}), frozenset({"BK", "BF"})


def _is_out_of_order(case: Case) -> bool:
    """Whether there are too few or too many, one twice, or one that no line points to."""
    count = len(case.diagnosis_codes)
    if count == 1:
        return False
    if not count or count > _DIAGNOSES_MAX or len(set(case.diagnosis_codes)) < count:
        return True
    used: set[int] = {1}
    for line in case.claim.lines:
        used.update(line.pointers)
    return not used.issuperset(range(1, count + 1))


TABLE = Table(_is_out_of_order)


@TABLE.edit(
    "EDIT-DX-001",
    E,
    "diagnoses",
    "The claim has no diagnosis.",
    "Enter the diagnosis that the record supports.",
    _GUIDE,
)
def _there_is_no_diagnosis(case: Case) -> Collection[Hit]:
    return hit_if(not case.claim.diagnoses)


@TABLE.edit(
    "EDIT-DX-003",
    E,
    "diagnoses.N.code",
    "Diagnosis {value} is given twice.",
    "Remove the second and point its lines to the first.",
    f"{_GUIDE}; {_GUIDELINES} I.B.12",
)
def _diagnosis_is_repeated(case: Case) -> Collection[Hit]:
    codes = [diagnosis.code for diagnosis in case.claim.diagnoses]
    if len(set(codes)) == len(codes):
        return ()
    return [
        hit(f"diagnoses.{position}.code", value=code)
        for position, code in enumerate(codes, 1)
        if code and code in codes[: position - 1]
    ]


@TABLE.edit(
    "EDIT-DX-004",
    E,
    "diagnoses",
    "The claim has {count} diagnoses; a professional claim holds 12.",
    "Keep those that the services are for.",
    _GUIDE,
)
def _there_are_too_many_diagnoses(case: Case) -> Collection[Hit]:
    return hit_if(len(case.claim.diagnoses) > _DIAGNOSES_MAX, count=len(case.claim.diagnoses))


@TABLE.edit(
    "EDIT-DX-008",
    I,
    "diagnoses.N.code",
    "No service points to diagnosis {value}.",
    "Point a service to it, or leave it out.",
    _GUIDE,
)
def _diagnosis_is_unused(case: Case) -> Collection[Hit]:
    used = {pointer for line in case.claim.lines for pointer in line.pointers}
    return [
        hit(f"diagnoses.{position}.code", value=diagnosis.code)
        for position, diagnosis in enumerate(case.claim.diagnoses, 1)
        if diagnosis.code and position != 1 and position not in used
    ]


@PART_TABLE.edit(
    "EDIT-DX-002",
    E,
    "diagnoses.N.code",
    "{value!r} has not the form of an ICD-10-CM code.",
    "Write three to seven characters without the dot, a letter first.",
    "ICD-10-CM, 45 CFR 162.1002",
)
def _diagnosis_is_malformed(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    is_wrong = diagnosis.qualifier in _ICD10 and not is_icd10cm_shaped(diagnosis.code)
    return hit_if(is_wrong, value=diagnosis.code)


@PART_TABLE.edit(
    "EDIT-DX-005",
    E,
    "diagnoses.N.qualifier",
    "The diagnosis is coded in {value}, the day of service calls for {expected}.",
    "Code services since 1 October 2015 in ICD-10-CM, earlier ones in ICD-9-CM.",
    "45 CFR 162.1002",
)
def _code_set_is_of_another_time(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    wrong, value = (_ICD9, "ICD-9") if diagnosis.set_due == "ICD-10" else (_ICD10, "ICD-10")
    is_wrong = diagnosis.set_due and diagnosis.qualifier in wrong
    return hit_if(is_wrong, value=value, expected=diagnosis.set_due)


@PART_TABLE.edit(
    "EDIT-DX-006",
    E,
    "diagnoses.N.qualifier",
    "The principal diagnosis must come first, and only one may be principal.",
    "Mark the first diagnosis as principal (ABK) and all others as further ones (ABF).",
    _GUIDE,
)
def _principal_is_not_first(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if((diagnosis.qualifier in ("ABK", "BK")) is not diagnosis.is_first)


@PART_TABLE.edit(
    "EDIT-DX-007",
    E,
    "diagnoses.1.code",
    "{value} says how an injury came about and cannot be the principal diagnosis.",
    "Put the injury first.",
    f"{_GUIDELINES} I.C.20",
)
def _external_cause_is_first(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    is_coded = diagnosis.is_first and diagnosis.qualifier in _ICD10
    return hit_if(is_coded and diagnosis.code.startswith(("V", "W", "X", "Y")), value=diagnosis.code)
