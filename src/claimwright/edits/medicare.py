"""Edits that Medicare or Medicaid judge by; those by the fee schedule's indicators are in `fee_schedule`."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from types import MappingProxyType

from claimwright.codesets.library import CodeLibrary
from claimwright.edits.families import CONSULTATIONS, LABORATORY, OFFICE_VISITS, family
from claimwright.edits.parts import SERVICES, Service
from claimwright.edits.registry import Case, E, Hit, I, PartTable, Table, W, hit, hit_if, line_field

TABLE = PartTable(SERVICES, lambda service: service.payer in ("medicare", "medicaid"))
_MANUAL = "CMS Claims Processing Manual"
_CHIROPRACTIC = family("98940-98942")
_THERAPISTS = MappingProxyType(
    {
        "GP": family("97161-97164"),
        "GO": family("97165-97168"),
        "GN": family("92521-92524"),
    }
)
"""Evaluations of one discipline each, with the modifier that names it."""

_THERAPY = family("97012 97018 97022 97024 97026 97028 97032-97036 97110-97116 97124 97140 97150 97530-97537 97542")
_VACCINATIONS = frozenset(("G0008", "G0009", "G0010"))
_DRUG = re.compile(r"J\d{4}\Z")
_CERTIFYING = frozenset(("medicare", "medicaid"))
"""The payers that pay laboratories only by their certificates (CLIA)."""
_BESIDE_OTHERS = _VACCINATIONS | {"G2211"}


def _is_asked(case: Case) -> bool:
    """Whether a claim to Medicare or Medicaid has codes that need something beside them."""
    if case.profile.payer_kind not in _CERTIFYING:
        return False
    if not _BESIDE_OTHERS.isdisjoint(case.codes):
        return True
    return not LABORATORY.isdisjoint(case.codes) and not _has_clia_number(case)


def _has_clia_number(case: Case) -> bool:
    return any(one.qualifier == "X4" for one in case.claim.references)


LINES_TABLE = Table(_is_asked)


def _is_medicare(service: Service) -> bool:
    return service.payer == "medicare"


@TABLE.edit(
    "EDIT-MCR-001",
    E,
    "lines.N.procedure.code",
    "Medicare does not take consultation {value}.",
    "Use the visit code of the place and level that the record supports.",
    "CMS change request 6740; 42 CFR 414.24",
    since=date(2010, 1, 1),
)
def _consultation_is_not_taken(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(_is_medicare(service) and service.code in CONSULTATIONS, value=service.code)


@TABLE.edit(
    "EDIT-MCR-002",
    W,
    "lines.N.procedure.modifiers",
    "{value} without modifier AT counts as maintenance, which Medicare does not pay.",
    "Add AT for active treatment, where the record shows it.",
    "CMS Benefit Policy Manual chapter 15, section 240.1.3; change request 3449",
    since=date(2004, 10, 1),
)
def _chiropractic_is_maintenance(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = _is_medicare(service) and service.code in _CHIROPRACTIC
    return hit_if(is_asked and not {"AT", "GA", "GY", "GZ"} & set(service.modifiers), value=service.code)


@TABLE.edit(
    "EDIT-MCR-003",
    E,
    "lines.N.procedure.modifiers",
    "{value} needs modifier {needed}, which says under whose plan of care it was given.",
    "Add it; Medicare returns therapy without it.",
    f"{_MANUAL} chapter 5, section 20.1",
)
def _therapy_is_of_no_discipline(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    if not _is_medicare(service):
        return ()
    needed = next((name for name, codes in _THERAPISTS.items() if service.code in codes), "")
    if needed:
        return hit_if(needed not in service.modifiers, value=service.code, needed=needed)
    is_bare = service.code in _THERAPY and not {"GN", "GO", "GP"} & set(service.modifiers)
    return hit_if(is_bare, value=service.code, needed="GP, GO or GN")


@TABLE.edit(
    "EDIT-MCR-004",
    E,
    "lines.N.procedure.modifiers",
    "Modifier {assistant} (a therapy assistant) stands without {needed}.",
    "Put {needed} beside it.",
    "CMS change request 11305; 42 CFR 414.1405 and Social Security Act 1834(v)",
    since=date(2020, 1, 1),
)
def _assistant_is_of_no_discipline(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    pairs = (("CQ", "GP"), ("CO", "GO"))
    lonely = [pair for pair in pairs if pair[0] in service.modifiers and pair[1] not in service.modifiers]
    return [hit(assistant=assistant, needed=needed) for assistant, needed in lonely if _is_medicare(service)]


@TABLE.edit(
    "EDIT-MCR-005",
    I,
    "lines.N.procedure.modifiers",
    "Medicare's contractors work out themselves what modifier 51 says.",
    "Leave it out.",
    f"{_MANUAL} chapter 12, section 40.6",
)
def _multiple_is_said_needlessly(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(_is_medicare(service) and "51" in service.modifiers)


@TABLE.edit(
    "EDIT-DRG-001",
    W,
    "lines.N.procedure.modifiers",
    "{value} has neither JW nor JZ.",
    "Where it came from a single-dose container, add JZ (nothing was discarded), or bill the waste with JW.",
    f"{_MANUAL} chapter 17, section 40; Social Security Act 1847A(h)",
    since=date(2023, 7, 1),
)
def _drug_says_nothing_of_waste(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_drug = _is_medicare(service) and service.drug is not None and _DRUG.match(service.code)
    return hit_if(is_drug and not {"JW", "JZ"} & set(service.modifiers), value=service.code)


@TABLE.edit(
    "EDIT-DRG-003",
    W,
    "lines.N.drug",
    "Drug {value} goes to Medicaid without its national drug code.",
    "Enter the NDC from the package with its quantity; states need it for the manufacturer's rebate.",
    "42 USC 1396r-8(a)(7); 42 CFR 447.520",
    since=date(2007, 1, 1),
)
def _drug_code_is_missing(service: Service, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = service.payer == "medicaid" and service.drug is None and _DRUG.match(service.code)
    return hit_if(is_asked, value=service.code)


@LINES_TABLE.edit(
    "EDIT-MCR-006",
    W,
    "lines.N.procedure.code",
    "Medicare does not pay G2211 beside a visit with modifier 25 (line {line}).",
    "Take it out; since 2025 it is paid where the other service is a vaccination or preventive.",
    "42 CFR 414.21; CMS change requests 13473 and 13705",
    since=date(2024, 1, 1),
)
def _complexity_beside_another_service(case: Case) -> Collection[Hit]:
    lines = case.claim.lines
    visit = next(
        (one for one in lines if "25" in one.procedure.modifiers and one.procedure.code in OFFICE_VISITS), None
    )
    if visit is None or case.profile.payer_kind != "medicare":
        return ()
    return [
        hit(line_field(line, "procedure.code"), line=visit.number)
        for line in lines
        if line.procedure.code == "G2211" and line.period == visit.period
    ]


@LINES_TABLE.edit(
    "EDIT-MCR-007",
    W,
    "diagnoses",
    "{value} is a vaccination, and no diagnosis says so.",
    "Add Z23.",
    f"{_MANUAL} chapter 18, section 10.2",
    since=date(2015, 10, 1),
)
def _vaccination_has_no_diagnosis(case: Case) -> Collection[Hit]:
    if case.profile.payer_kind != "medicare":
        return ()
    given = next((line.procedure.code for line in case.claim.lines if line.procedure.code in _VACCINATIONS), "")
    return hit_if(given and all(one.code != "Z23" for one in case.claim.diagnoses), value=given)


@LINES_TABLE.edit(
    "EDIT-CLI-001",
    W,
    "lines.N.procedure.code",
    "{value} is a laboratory test, and the claim has no CLIA number.",
    "Enter the number of the laboratory that did it (REF X4).",
    "42 CFR 493.1; CMS Claims Processing Manual chapter 16, section 70.2",
)
def _laboratory_is_not_certified(case: Case) -> Collection[Hit]:
    if case.profile.payer_kind not in _CERTIFYING or _has_clia_number(case):
        return ()
    return [
        hit(line_field(line, "procedure.code"), value=line.procedure.code)
        for line in case.claim.lines
        if line.procedure.code in LABORATORY and all(one.qualifier not in ("X4", "F4") for one in line.references)
    ][:1]
