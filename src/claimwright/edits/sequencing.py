"""Edits of which diagnosis may stand where, and of the age and sex that it is for."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from claimwright.codesets.icd10cm import Icd10cm
from claimwright.codesets.library import CodeLibrary
from claimwright.edits.parts import DIAGNOSES, DiagnosisPart
from claimwright.edits.registry import Case, Hit, PartTable, Table, W, hit, hit_if

PART_TABLE = PartTable(DIAGNOSES)
_GUIDELINES = "ICD-10-CM official guidelines for coding and reporting"
_MCE = "Medicare code editor"
_ICD10 = frozenset(("ABK", "ABF"))
_MATERNITY_AGES = range(9, 65)
_NEWBORN_DAYS = 28
_ABOUT_BIRTH = re.compile("O|Z3[8A]")
_UNSPECIFIED = re.compile(r"\bunspecified (?:side|eye|ear|limb|lower|upper|\w+)\b")

_FIRST_ONLY = tuple(
    "Z00 Z01 Z02 Z04 Z332 Z3181 Z3183 Z3184 Z34 Z39 Z38 Z40 Z42 Z510 Z511 Z52 Z761 Z762 Z9912".split()  # noqa: SIM905
)
_FIRST_ONLY_BUT = ("Z006", "Z529")
_NEVER_FIRST = ("Z37", "Z3A", "Z68", "R297", "R402")
"""Outcome of delivery, weeks of gestation, body mass index, stroke scale, coma scale: always beside another code."""


@PART_TABLE.edit(
    "EDIT-DX-108",
    W,
    "diagnoses.N.code",
    "{value} does not say which side; the list has codes that do ({codes}).",
    "Choose the side that the record names; payers deny unspecified sides.",
    f"{_GUIDELINES} I.B.13; {_MCE}, unspecified code edit (inpatient, since 1 April 2022)",
)
def _side_is_not_said(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    icd10cm = diagnosis.icd10cm if diagnosis.qualifier in _ICD10 else None
    if icd10cm is None or not _UNSPECIFIED.search(icd10cm.description(diagnosis.code).lower()):
        return ()
    sided = _sided_siblings(icd10cm, diagnosis.code)
    return hit_if(sided, value=diagnosis.code, codes=", ".join(sided[:3]))


def _sided_siblings(icd10cm: Icd10cm, code: str) -> list[str]:
    """Codes that are equal to this one but for the character that says the side, if any of them says one."""
    found = []
    for place in range(len(code) - 1, 3, -1):
        for character in "123":
            other = code[:place] + character + code[place + 1 :]
            if other != code and other in icd10cm.valid and icd10cm.side(other) in ("left", "right"):
                found.append(other)
        if found:
            break
    return found


@PART_TABLE.edit(
    "EDIT-DX-109",
    W,
    "diagnoses.N.code",
    "{value} may only come first.",
    "Put it first, or leave it out; several visits of one day on one claim are the exception.",
    f"{_GUIDELINES} I.C.21.c.16",
)
def _first_only_is_not_first(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = not diagnosis.is_first and diagnosis.qualifier in _ICD10
    is_listed = diagnosis.code.startswith(_FIRST_ONLY) and not diagnosis.code.startswith(_FIRST_ONLY_BUT)
    return hit_if(is_asked and is_listed, value=diagnosis.code)


@PART_TABLE.edit(
    "EDIT-DX-110",
    W,
    "diagnoses.1.code",
    "{value} only tells more about another diagnosis and cannot come first.",
    "Put the condition that it belongs to first.",
    f"{_GUIDELINES} I.B.14, I.C.18.e, I.C.18.i, I.C.21.c.3 and c.11",
)
def _never_first_is_first(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = diagnosis.is_first and diagnosis.qualifier in _ICD10
    return hit_if(is_asked and diagnosis.code.startswith(_NEVER_FIRST), value=diagnosis.code)


def _is_about_birth(case: Case) -> bool:
    return any(map(_ABOUT_BIRTH.match, case.diagnosis_codes))


TABLE = Table(_is_about_birth)


def _age_years(case: Case) -> int | None:
    born, day = case.claim.patient_person.birth_date, case.first_service_date
    if born is None or day is None or day < born:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _maternity(case: Case) -> list[tuple[int, str]]:
    found = enumerate(case.claim.diagnoses, 1)
    return [(position, one.code) for position, one in found if one.code[:1] == "O" and one.qualifier in _ICD10]


@TABLE.edit(
    "EDIT-DX-111",
    W,
    "diagnoses.N.code",
    "{value} is for pregnant patients; this one is {age} years old.",
    "Check whose record it is: these codes are never used for the newborn.",
    f"{_GUIDELINES} I.C.15.a; {_MCE}, age conflict (maternity, 9 to 64 years)",
)
def _age_is_not_maternal(case: Case) -> Collection[Hit]:
    age = _age_years(case)
    if age is None or age in _MATERNITY_AGES:
        return ()
    return [hit(f"diagnoses.{position}.code", value=code, age=age) for position, code in _maternity(case)][:1]


@TABLE.edit(
    "EDIT-DX-112",
    W,
    "diagnoses.N.code",
    "{value} is for pregnant patients; this one's sex is given as M.",
    "Check whose record it is, and the sex that the payer has on file.",
    f"{_MCE}, sex conflict; not used for discharges since 1 October 2024",
    until=date(2024, 9, 30),
)
def _sex_is_not_maternal(case: Case) -> Collection[Hit]:
    if case.claim.patient_person.sex != "M":
        return ()
    return [hit(f"diagnoses.{position}.code", value=code) for position, code in _maternity(case)][:1]


@TABLE.edit(
    "EDIT-DX-113",
    W,
    "diagnoses.N.code",
    "{value} is given once, at birth; the patient is {days} days old.",
    "Code the condition that this visit was for.",
    f"{_GUIDELINES} I.C.16.a.2 and I.C.21.c.12; {_MCE}, age conflict (newborn)",
)
def _birth_is_long_past(case: Case) -> Collection[Hit]:
    born, day = case.claim.patient_person.birth_date, case.first_service_date
    if born is None or day is None or (day - born).days <= _NEWBORN_DAYS:
        return ()
    return [
        hit(f"diagnoses.{position}.code", value=one.code, days=(day - born).days)
        for position, one in enumerate(case.claim.diagnoses, 1)
        if one.code.startswith("Z38") and one.qualifier in _ICD10
    ]


@TABLE.edit(
    "EDIT-DX-114",
    W,
    "diagnoses.N.code",
    "{value} says the weeks of a pregnancy, and no code says what the pregnancy has to do with the visit.",
    "Add the code of chapter 15 (O00 to O9A), or leave the weeks out.",
    f"{_GUIDELINES} I.C.21.c.11",
)
def _weeks_are_of_no_pregnancy(case: Case) -> Collection[Hit]:
    if _maternity(case):
        return ()
    return [
        hit(f"diagnoses.{position}.code", value=one.code)
        for position, one in enumerate(case.claim.diagnoses, 1)
        if one.code.startswith("Z3A") and one.qualifier in _ICD10
    ]
