"""Edits by the loaded code sets: is each code valid on its day, and do the codes of a claim go together.

A set that is not loaded for the day of service asks nothing. Where the first day of a claim has another edition than a
later one (a stay over 1 October), each service is judged by its own day, the diagnoses by the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations, starmap

from claimwright.codesets.hcpcs import Hcpcs
from claimwright.codesets.icd10cm import Icd10cm, Note, Validity
from claimwright.codesets.library import CodeLibrary
from claimwright.documents.claim import Diagnosis
from claimwright.edits.parts import DATED_SERVICES, DIAGNOSES, DatedService, DiagnosisPart
from claimwright.edits.registry import Case, E, Hit, I, PartTable, Table, W, hit, hit_if

PART_TABLE = PartTable(DIAGNOSES)
SERVICE_TABLE = PartTable(DATED_SERVICES)
_GUIDELINES = "ICD-10-CM official guidelines for coding and reporting"
_ICD10 = frozenset(("ABK", "ABF"))
_SHOWN = 4
_SIDE_MODIFIERS = {"LT": "left", "RT": "right"}


def _may_contradict(case: Case) -> bool:
    """Whether two diagnoses exclude each other, or a modifier says a side that a diagnosis could contradict."""
    icd10cm = case.tables.icd10cm
    if icd10cm is None:
        return False
    if not case.modifiers.isdisjoint(_SIDE_MODIFIERS):
        return True
    codes = case.diagnosis_codes
    return len(codes) > 1 and any(starmap(icd10cm.excludes1, combinations(codes, 2)))


TABLE = Table(_may_contradict)


def _diagnoses(case: Case) -> Iterator[tuple[int, Diagnosis, Icd10cm]]:
    """The claim's diagnoses in ICD-10-CM with their positions, where the day's release is loaded."""
    icd10cm = case.tables.icd10cm
    if icd10cm is None:
        return
    for position, diagnosis in enumerate(case.claim.diagnoses, start=1):
        if diagnosis.qualifier in _ICD10:
            yield position, diagnosis, icd10cm


@PART_TABLE.edit(
    "EDIT-DX-101",
    E,
    "diagnoses.N.code",
    "{value} is no ICD-10-CM code of {edition}.{meant}",
    "Look the code up for the day of service; codes change on 1 October and 1 April.",
    "45 CFR 162.1002; ICD-10-CM tabular list of the day of service",
)
def _diagnosis_is_unknown(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    icd10cm = _asked(diagnosis)
    if icd10cm is None or not diagnosis.is_current or icd10cm.validity(diagnosis.code) is not Validity.UNKNOWN:
        return ()
    meant = _meant(icd10cm, diagnosis.code)
    return (hit(value=diagnosis.code, edition=icd10cm.release.edition, meant=meant),)


@PART_TABLE.edit(
    "EDIT-DX-107",
    W,
    "diagnoses.N.code",
    "{value} is not in {edition}, the newest ICD-10-CM that is loaded; a newer one was in force on the day of service.",
    "Load the release of that day (claimwright codes load), or look the code up in it.",
    "45 CFR 162.1002; ICD-10-CM changes on 1 October",
)
def _diagnosis_is_not_in_an_old_release(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    icd10cm = _asked(diagnosis)
    if icd10cm is None or diagnosis.is_current or icd10cm.validity(diagnosis.code) is not Validity.UNKNOWN:
        return ()
    return (hit(value=diagnosis.code, edition=icd10cm.release.edition),)


def _asked(diagnosis: DiagnosisPart) -> Icd10cm | None:
    """The release that a diagnosis is judged by, where it is one of ICD-10-CM."""
    return diagnosis.icd10cm if diagnosis.qualifier in _ICD10 else None


def _meant(icd10cm: Icd10cm, code: str) -> str:
    meant = icd10cm.with_placeholders(code)
    return f" With its placeholders it is {meant}." if meant else ""


@PART_TABLE.edit(
    "EDIT-DX-102",
    E,
    "diagnoses.N.code",
    "{value} is a heading and needs more characters.",
    "Choose what the record supports, as far as it goes: {completions}.",
    f"{_GUIDELINES} I.B.2; ICD-10-CM tabular list of the day of service",
)
def _diagnosis_is_incomplete(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    icd10cm = _asked(diagnosis)
    if icd10cm is None or icd10cm.validity(diagnosis.code) is not Validity.INCOMPLETE:
        return ()
    return (hit(value=diagnosis.code, completions=_completions(icd10cm, diagnosis.code)),)


def _completions(icd10cm: Icd10cm, code: str) -> str:
    found = icd10cm.completions(code, most=_SHOWN + 1)
    shown = ", ".join(f"{one} ({icd10cm.description(one)})" for one in found[:_SHOWN])
    return f"{shown}, and more" if len(found) > _SHOWN else shown


@TABLE.edit(
    "EDIT-DX-103",
    W,
    "diagnoses.N.code",
    "{value} and {other} exclude each other: at {owner} the list says Excludes1: {note}.",
    "Keep the one that the record supports, unless the two conditions have nothing to do with each other.",
    f"{_GUIDELINES} I.A.12.a",
)
def _diagnoses_exclude_each_other(case: Case) -> Collection[Hit]:
    found = []
    for (_, one, icd10cm), (position, other, _) in combinations(_diagnoses(case), 2):
        note = icd10cm.excludes1(one.code, other.code)
        if note is not None:
            found.append(_excluded(position, other.code, one.code, note))
    return found


def _excluded(position: int, code: str, other: str, note: Note) -> Hit:
    return hit(f"diagnoses.{position}.code", value=code, other=other, owner=note.owner, note=note.text)


@PART_TABLE.edit(
    "EDIT-DX-104",
    E,
    "diagnoses.1.code",
    "{value} is a manifestation and cannot be the principal diagnosis.",
    "Put the disease that it comes from first.",
    f"{_GUIDELINES} I.A.13",
)
def _manifestation_is_first(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    icd10cm = _asked(diagnosis) if diagnosis.is_first else None
    return hit_if(icd10cm is not None and icd10cm.is_manifestation(diagnosis.code), value=diagnosis.code)


@PART_TABLE.edit(
    "EDIT-DX-105",
    I,
    "diagnoses.N.code",
    "The list asks for another code before {value}: {note}.",
    "Put the underlying condition before it, where the record names one.",
    f"{_GUIDELINES} I.A.13",
)
def _underlying_condition_is_missing(diagnosis: DiagnosisPart, _library: CodeLibrary) -> Collection[Hit]:
    icd10cm = _asked(diagnosis) if diagnosis.is_first else None
    notes = icd10cm.needs_code_first(diagnosis.code) if icd10cm is not None else ()
    is_asked = bool(notes) and icd10cm is not None and not icd10cm.is_manifestation(diagnosis.code)
    return hit_if(is_asked, value=diagnosis.code, note=notes[0].text if notes else "")


@TABLE.edit(
    "EDIT-DX-106",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {modifier} says {side}, the diagnosis {value} that the line points to says {other}.",
    "Correct the modifier or the diagnosis.",
    f"{_GUIDELINES} I.B.13; NCCI policy manual, chapter I (anatomic modifiers)",
)
def _side_differs(case: Case) -> Collection[Hit]:
    by_position = {position: (diagnosis, icd10cm) for position, diagnosis, icd10cm in _diagnoses(case)}
    found = []
    for line in case.claim.lines:
        sides = {_SIDE_MODIFIERS[one] for one in line.procedure.modifiers if one in _SIDE_MODIFIERS}
        pointed = [by_position[pointer] for pointer in line.pointers if pointer in by_position]
        told = {icd10cm.side(diagnosis.code): diagnosis.code for diagnosis, icd10cm in pointed} if sides else {}
        told.pop("", None)
        if len(sides) == 1 and told and sides.isdisjoint(told) and "bilateral" not in told:
            (side,) = sides
            other, code = next(iter(told.items()))
            modifier = next(one for one, named in _SIDE_MODIFIERS.items() if named == side)
            field = f"lines.{line.number}.procedure.modifiers"
            found.append(hit(field, modifier=modifier, side=side, value=code, other=other))
    return found


@SERVICE_TABLE.edit(
    "EDIT-LIN-101",
    W,
    "lines.N.procedure.code",
    "{value} is not in the HCPCS level II release of {release}, the newest that is loaded.",
    "Look the code up for the day of service; codes change every quarter, and older releases do not know new ones.",
    "45 CFR 162.1002; CMS HCPCS level II file",
)
def _hcpcs_code_is_unknown(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    loaded = _hcpcs(service, library)
    if loaded is None or service.code in loaded.codes:
        return ()
    release = loaded.release.effective_date
    return hit_if(service.start >= release, value=service.code, release=release)


@SERVICE_TABLE.edit(
    "EDIT-LIN-102",
    E,
    "lines.N.procedure.code",
    "{value} is in use {since} to {until}, the service was on {day}.",
    "Use the code that took its place, or correct the day.",
    "45 CFR 162.1002; CMS HCPCS level II file",
)
def _hcpcs_code_is_of_another_time(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    loaded = _hcpcs(service, library)
    code = loaded.codes.get(service.code) if loaded is not None else None
    if code is None or code.is_valid(service.start):
        return ()
    since, until = code.added or "always", code.ended or "now"
    return (hit(value=service.code, since=since, until=until, day=service.start),)


def _hcpcs(service: DatedService, library: CodeLibrary) -> Hcpcs | None:
    """HCPCS level II, for a service that is coded in it."""
    if service.qualifier != "HC" or not service.code[:1].isalpha():
        return None
    return library.hcpcs(service.start)


@SERVICE_TABLE.edit(
    "EDIT-LIN-103",
    W,
    "lines.N.procedure.modifiers",
    "Modifier {value} is not in the HCPCS level II release of {release}, the newest that is loaded.",
    "Look the modifier up; a letter and a digit are easily exchanged.",
    "45 CFR 162.1002; CMS HCPCS level II file",
)
def _modifier_is_unknown(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    loaded = library.hcpcs(service.start) if service.modifiers else None
    if loaded is None or not loaded.has_modifiers:
        return ()
    known, release = loaded.codes, loaded.release.effective_date
    return [
        hit(value=one, release=release) for one in service.modifiers if _is_hcpcs_modifier(one) and one not in known
    ]


@SERVICE_TABLE.edit(
    "EDIT-LIN-104",
    E,
    "lines.N.procedure.modifiers",
    "Modifier {value} is in use {since} to {until}, the service was on {day}.",
    "Use the modifier that took its place, or correct the day.",
    "45 CFR 162.1002; CMS HCPCS level II file",
)
def _modifier_is_of_another_time(service: DatedService, library: CodeLibrary) -> Collection[Hit]:
    day = service.start
    loaded = library.hcpcs(day) if service.modifiers else None
    if loaded is None:
        return ()
    found = [loaded.codes[one] for one in service.modifiers if _is_hcpcs_modifier(one) and one in loaded.codes]
    return [
        hit(value=one.code, since=one.added or "always", until=one.ended or "now", day=day)
        for one in found
        if not one.is_valid(day)
    ]


def _is_hcpcs_modifier(modifier: str) -> bool:
    """Whether it is one of HCPCS level II: a letter first, but not the physical states P1 to P6, which are CPT's."""
    return len(modifier) == 2 and modifier[0].isalpha() and not (modifier[0] == "P" and modifier[1].isdigit())
