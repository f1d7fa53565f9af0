"""What repeats from claim to claim: services, pointers, diagnoses, providers, and the claim's own codes.

Each part holds what its edits look at and nothing more: every further field makes parts repeat less.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from claimwright.codesets.icd10cm import Icd10cm
from claimwright.documents.claim import Drug
from claimwright.documents.parties import Provider
from claimwright.edits.registry import Case, Key, Kind

ICD10_DAY = date(2015, 10, 1)
"""The first day of service that is coded in ICD-10 (45 CFR 162.1002)."""


class Service(NamedTuple):
    """What a service says in itself, whenever it was. `place` is the claim's where the line has none of its own.

    `day_count` is that of its days, None where it has none; `charge_sign` -1, 0 or 1; `payer` is medicare, medicaid ...
    as in `PayerProfile.payer_kind`.
    """

    qualifier: str
    code: str
    modifiers: tuple[str, ...]
    unit: str
    quantity: Decimal
    day_count: int | None
    place: str
    has_own_place: bool
    charge_sign: int
    drug: Drug | None
    payer: str


def _services(case: Case) -> list[Key]:
    found: list[Key] = []
    place, payer = case.claim.place_of_service, case.profile.payer_kind
    for line in case.claim.lines:
        procedure, period, charge, own = line.procedure, line.period, line.charge_cents, line.place_of_service
        found.append(
            (
                procedure.qualifier,
                procedure.code,
                procedure.modifiers,
                line.unit,
                line.quantity,
                None if period is None else (period.end - period.start).days + 1,
                own or place,
                bool(own),
                (charge > 0) - (charge < 0),
                line.drug,
                payer,
            )
        )
    return found


def _line_fields(case: Case) -> list[str]:
    return [f"lines.{line.number}." for line in case.claim.lines]


SERVICES = Kind(("lines.N.",), _services, _line_fields, Service._make)


class DatedService(NamedTuple):
    """What a service says together with its day. `is_to_come` when its last day is after the day of the edit."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...]
    start: date
    end: date
    is_to_come: bool
    place: str
    is_medicare: bool


def _dated_services(case: Case) -> list[Key]:
    found: list[Key] = []
    today, place, is_medicare = case.today, case.claim.place_of_service, case.profile.is_medicare
    for line in case.claim.lines:
        period = line.period
        if period is not None:
            procedure, start, end = line.procedure, period.start, period.end
            own = line.place_of_service or place
            found.append(
                (procedure.qualifier, procedure.code, procedure.modifiers, start, end, end > today, own, is_medicare)
            )
    return found


def _dated_line_fields(case: Case) -> list[str]:
    return [f"lines.{line.number}." for line in case.claim.lines if line.period is not None]


DATED_SERVICES = Kind(("lines.N.",), _dated_services, _dated_line_fields, DatedService._make)


class Pointers(NamedTuple):
    """The diagnoses that a line points to, and how many the claim has."""

    positions: tuple[int, ...]
    diagnoses: int


def _pointers(case: Case) -> list[Key]:
    count = len(case.claim.diagnoses)
    return [(line.pointers, count) for line in case.claim.lines]


POINTERS = Kind(("lines.N.",), _pointers, _line_fields, Pointers._make)


class DiagnosisPart(NamedTuple):
    """One diagnosis. `icd10cm` is the release of the first day of service, None where none is loaded or no day given.

    `is_current`: no newer release was in force on that day. `set_due` is ICD-10, ICD-9, or empty without a day.
    """

    is_first: bool
    qualifier: str
    code: str
    set_due: str
    icd10cm: Icd10cm | None
    is_current: bool


def _diagnoses(case: Case) -> list[Key]:
    day, icd10cm, is_current = case.first_service_date, case.tables.icd10cm, case.tables.is_icd10cm_current
    due = "" if day is None else "ICD-10" if day >= ICD10_DAY else "ICD-9"
    return [
        (not position, diagnosis.qualifier, diagnosis.code, due, icd10cm, is_current)
        for position, diagnosis in enumerate(case.claim.diagnoses)
    ]


def _diagnosis_fields(case: Case) -> list[str]:
    return [f"diagnoses.{position}." for position in range(1, len(case.claim.diagnoses) + 1)]


DIAGNOSES = Kind(("diagnoses.N.", "diagnoses.1."), _diagnoses, _diagnosis_fields, DiagnosisPart._make)


AddressLines = tuple[str, str, str, str, str, str]
"""Street, second line, city, state, ZIP code, country."""


class ProviderPart(NamedTuple):
    """One provider. `role` is billing, rendering, referring, supervising, facility, or other (named by its part).

    `is_federal`: the claim goes to a federal program. `needs_taxonomy` is what the payer asks of the billing provider;
    `repeats_billing`, of the rendering one, that it has the billing provider's NPI.
    """

    role: str
    last_name: str
    first_name: str
    is_person: bool
    id_qualifier: str
    id: str
    taxonomy: str
    tax_id: str
    address: AddressLines | None
    day: date | None
    is_federal: bool
    needs_taxonomy: bool
    repeats_billing: bool

    @property
    def npi(self) -> str:
        return self.id if self.id_qualifier == "XX" else ""


_told = attrgetter("last_name", "first_name", "is_person", "id_qualifier", "id", "taxonomy", "tax_id")
_lines_of = attrgetter("line1", "line2", "city", "state", "postal_code", "country")


def _providers(case: Case) -> list[Key]:
    day, is_federal = case.first_service_date, case.profile.is_federal
    needs, billing = case.profile.requires_taxonomy, case.claim.billing.npi
    found: list[Key] = []
    for role, provider, _ in _named_providers(case):
        address = provider.address
        told = _lines_of(address) if address is not None else None
        repeats = role == "rendering" and bool(billing) and provider.npi == billing
        found.append((role, *_told(provider), told, day, is_federal, needs and role == "billing", repeats))
    return found


def _named_providers(case: Case) -> list[tuple[str, Provider, int | None]]:
    """Role and record of everybody who gives, orders or bills care, with the number of the line that names them."""
    claim = case.claim
    named: list[tuple[str, Provider, int | None]] = [("billing", claim.billing, None)]
    if claim.rendering is not None:
        named.append(("rendering", claim.rendering, None))
    if claim.referring is not None:
        named.append(("referring", claim.referring, None))
    if claim.supervising is not None:
        named.append(("supervising", claim.supervising, None))
    if claim.facility is not None:
        named.append(("facility", claim.facility, None))
    if claim.providers:
        named += [("other", provider, None) for _, provider in claim.providers]
    for line in claim.lines:
        if line.rendering is not None:
            named.append(("line", line.rendering, line.number))
        if line.providers:
            named += [("other", provider, line.number) for _, provider in line.providers]
    return named


_FIELDS = {"other": "providers", "line": "rendering"}


def _provider_fields(case: Case) -> list[str]:
    named = ((_FIELDS.get(role, role), number) for role, _, number in _named_providers(case))
    return [f"{field}." if number is None else f"lines.{number}.{field}." for field, number in named]


PROVIDERS = Kind(("rendering.", "billing.", "facility."), _providers, _provider_fields, ProviderPart._make)


class Heading(NamedTuple):
    """What the claim says in codes of its own, and how it names its payer beside what the payer's profile says.

    `date_qualifiers` are those of the claim's dates; `insurance_type` is SBR05, `level` SBR01, `relationship` SBR02,
    `filing_code` SBR09.
    """

    place: str
    frequency: str
    assignment: str
    release_of_information: str
    related_causes: tuple[str, ...]
    accident_state: str
    date_qualifiers: tuple[str, ...]
    delay_reason: str
    has_facility: bool
    level: str
    relationship: str
    insurance_type: str
    filing_code: str
    has_patient: bool
    has_group_number: bool
    needs_group_number: bool
    payer_name: str
    payer_id: str
    expected_payer_id: str
    payer: str
    is_institutional: bool


def _heading(case: Case) -> list[Key]:
    claim, profile, subscriber = case.claim, case.profile, case.claim.subscriber
    return [
        (
            claim.place_of_service,
            claim.frequency,
            claim.assignment,
            claim.release_of_information,
            claim.related_causes,
            claim.accident_state,
            tuple([qualifier for qualifier, _ in claim.dates]) if claim.dates else (),
            claim.delay_reason,
            claim.facility is not None,
            subscriber.payer_level,
            subscriber.relationship,
            subscriber.insurance_type,
            subscriber.filing_code,
            claim.patient is not None,
            bool(subscriber.group_number),
            profile.requires_group_number,
            claim.payer.last_name,
            claim.payer.id,
            profile.payer_id,
            profile.payer_kind,
            claim.institutional is not None,
        )
    ]


def _heading_fields(case: Case) -> list[str]:
    return [""]


HEADINGS = Kind((), _heading, _heading_fields, Heading._make)
