"""Edits of who is named: billing provider, other providers, payer, subscriber, patient."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from claimwright.codesets.filing import FILING_CODES
from claimwright.codesets.identifiers import is_mbi, is_npi
from claimwright.codesets.shapes import is_taxonomy_shaped, is_zip_shaped
from claimwright.documents.parties import Address, Person
from claimwright.edits.registry import Case, E, Hit, I, Table, W, hit, hit_if, is_domestic

TABLE = Table()
_GUIDE = "837P implementation guide 005010X222A1"
_NPI_RULE = "45 CFR 162.406"
_LEVELS = frozenset("PSTABCDEFGHU")
_AGE_YEARS_MAX = 125
MBI_DAY = date(2020, 1, 1)
"""Since this day of service Medicare takes no other number (CMS, end of the transition period)."""
_TAX_ID = re.compile(r"\d{9}\Z")
_PO_BOX = re.compile(r"\b(?:P\.?\s*O\.?\s*BOX|POST\s+OFFICE\s+BOX|LOCK\s*BOX)\b", re.IGNORECASE)
_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "  # noqa: SIM905
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP".split()
)


_is_npi = lru_cache(maxsize=4096)(is_npi)
"""The same few providers come with every claim."""


def _is_complete(address: Address | None) -> bool:
    if address is None or not address.line1.strip() or not address.city.strip():
        return False
    return not is_domestic(address) or bool(address.state and address.postal_code)


@TABLE.edit(
    "EDIT-BIL-001",
    E,
    "billing.last_name",
    "The billing provider has no name.",
    "Complete the practice's profile.",
    f"{_GUIDE}, loop 2010AA NM103",
)
def _billing_name_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.billing.last_name.strip())


@TABLE.edit(
    "EDIT-BIL-002",
    E,
    "billing.id",
    "The billing provider has no NPI.",
    "Enter the NPI under which the practice bills this payer.",
    _NPI_RULE,
)
def _billing_npi_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.billing.npi)


@TABLE.edit(
    "EDIT-BIL-003",
    E,
    "billing.id",
    "The billing NPI {value} fails its check digit.",
    "Compare with the NPI registry; a digit is wrong or two are swapped.",
    _NPI_RULE,
)
def _billing_npi_is_wrong(case: Case) -> Iterable[Hit]:
    npi = case.claim.billing.npi
    return hit_if(npi and not _is_npi(npi), value=npi)


@TABLE.edit(
    "EDIT-BIL-004",
    E,
    "billing.address",
    "The billing provider's address is not complete.",
    "Give street, city, state and ZIP code.",
    f"{_GUIDE}, loop 2010AA N3 and N4",
)
def _billing_address_is_incomplete(case: Case) -> Iterable[Hit]:
    return hit_if(not _is_complete(case.claim.billing.address))


@TABLE.edit(
    "EDIT-BIL-005",
    E,
    "billing.address.line1",
    "The billing provider's address is a post office box.",
    "Give the street address here, and the box as the pay-to address.",
    f"{_GUIDE}, loop 2010AA N3",
)
def _billing_address_is_a_box(case: Case) -> Iterable[Hit]:
    address = case.claim.billing.address
    return hit_if(address and _PO_BOX.search(f"{address.line1} {address.line2}"))


@TABLE.edit(
    "EDIT-BIL-006",
    W,
    "billing.address.postal_code",
    "The billing provider's ZIP code has not all nine digits.",
    "Add the last four digits; many payers reject the claim without them.",
    f"{_GUIDE}, loop 2010AA N403",
)
def _billing_zip_is_short(case: Case) -> Iterable[Hit]:
    address = case.claim.billing.address
    return hit_if(address and is_domestic(address) and len(address.postal_code) == len("12345"))


@TABLE.edit(
    "EDIT-BIL-007",
    E,
    "billing.tax_id",
    "The billing provider has no tax number.",
    "Enter the employer number (EIN), or the social security number of a sole owner.",
    f"{_GUIDE}, loop 2010AA REF EI or SY",
)
def _billing_tax_id_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.billing.tax_id)


@TABLE.edit(
    "EDIT-BIL-008",
    E,
    "billing.tax_id",
    "The billing provider's tax number is not nine digits.",
    "Enter the nine digits without a dash.",
    f"{_GUIDE}, loop 2010AA REF EI or SY",
)
def _billing_tax_id_is_malformed(case: Case) -> Iterable[Hit]:
    tax_id = case.claim.billing.tax_id
    return hit_if(tax_id and not _TAX_ID.match(tax_id))


@TABLE.edit(
    "EDIT-BIL-009",
    E,
    "billing.taxonomy",
    "This payer asks for the billing provider's taxonomy code, and there is none.",
    "Enter the taxonomy under which the practice is enrolled with this payer.",
    "payer profile: requires_taxonomy",
)
def _billing_taxonomy_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(case.profile.requires_taxonomy and not case.claim.billing.taxonomy)


@TABLE.edit(
    "EDIT-PRV-001",
    E,
    "rendering.id",
    "This provider is named without an NPI.",
    "Enter the provider's NPI.",
    _NPI_RULE,
)
def _provider_npi_is_missing(case: Case) -> Iterable[Hit]:
    return [hit(f"{field}.id") for field, provider in case.providers if not provider.id]


@TABLE.edit(
    "EDIT-PRV-002",
    E,
    "rendering.id",
    "The NPI {value} fails its check digit.",
    "Compare with the NPI registry; a digit is wrong or two are swapped.",
    _NPI_RULE,
)
def _provider_npi_is_wrong(case: Case) -> Iterable[Hit]:
    named = list(case.providers)
    if case.claim.facility is not None:
        named.append(("facility", case.claim.facility))
    return [hit(f"{field}.id", value=found.npi) for field, found in named if found.npi and not _is_npi(found.npi)]


@TABLE.edit(
    "EDIT-PRV-003",
    E,
    "rendering.last_name",
    "This provider has no name.",
    "Enter the provider's name as the payer has it on file.",
    f"{_GUIDE}, loops 2310 and 2420 NM103",
)
def _provider_name_is_missing(case: Case) -> Iterable[Hit]:
    return [hit(f"{field}.last_name") for field, provider in case.providers if not provider.last_name.strip()]


@TABLE.edit(
    "EDIT-PRV-004",
    E,
    "rendering.taxonomy",
    "{value!r} has not the form of a taxonomy code.",
    "Use the ten characters of the provider taxonomy, ending in X.",
    "NUCC health care provider taxonomy",
)
def _taxonomy_is_malformed(case: Case) -> Iterable[Hit]:
    named = [("billing", case.claim.billing), *case.providers]
    return [
        hit(f"{field}.taxonomy", value=provider.taxonomy)
        for field, provider in named
        if provider.taxonomy and not is_taxonomy_shaped(provider.taxonomy)
    ]


@TABLE.edit(
    "EDIT-PRV-005",
    I,
    "rendering.id",
    "The rendering provider is the billing provider.",
    "Leave the rendering provider out when it is the same.",
    f"{_GUIDE}, loop 2310B situational rule",
)
def _rendering_repeats_billing(case: Case) -> Iterable[Hit]:
    rendering = case.claim.rendering
    return hit_if(rendering and rendering.npi and rendering.npi == case.claim.billing.npi)


@TABLE.edit(
    "EDIT-FAC-001",
    E,
    "facility.address",
    "The place where care was given has no complete address.",
    "Give the facility's street, city, state and ZIP code.",
    f"{_GUIDE}, loop 2310C N3 and N4",
)
def _facility_address_is_incomplete(case: Case) -> Iterable[Hit]:
    facility = case.claim.facility
    return hit_if(facility is not None and not _is_complete(facility.address))


@TABLE.edit(
    "EDIT-PYR-001",
    E,
    "payer.last_name",
    "The payer has no name.",
    "Enter the payer's name.",
    f"{_GUIDE}, loop 2010BB NM103",
)
def _payer_name_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.payer.last_name.strip())


@TABLE.edit(
    "EDIT-PYR-002",
    E,
    "payer.id",
    "The payer has no identifier.",
    "Enter the payer ID of the clearinghouse's list.",
    f"{_GUIDE}, loop 2010BB NM109",
)
def _payer_id_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.payer.id.strip())


@TABLE.edit(
    "EDIT-PYR-003",
    W,
    "payer.id",
    "The claim names payer {value!r}, the payer's profile {expected!r}.",
    "Check which payer this claim is for.",
    "payer profile: payer_id",
)
def _payer_id_differs(case: Case) -> Iterable[Hit]:
    given, expected = case.claim.payer.id, case.profile.payer_id
    return hit_if(given and expected and given != expected, value=given, expected=expected)


@TABLE.edit(
    "EDIT-SUB-001",
    E,
    "subscriber.person.id",
    "There is no member ID.",
    "Take it from the card, or ask the payer (270).",
    f"{_GUIDE}, loop 2010BA NM109",
)
def _member_id_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(not case.claim.subscriber.member_id.strip())


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@TABLE.edit(
    "EDIT-SUB-002",
    E,
    "subscriber.person.id",
    "The member ID has not the form that this payer uses.",
    "Compare with the card; letters and digits are easily confused.",
    "payer profile: member_id_pattern",
)
def _member_id_is_malformed(case: Case) -> Iterable[Hit]:
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
def _medicare_id_is_malformed(case: Case) -> Iterable[Hit]:
    member_id, first = case.claim.subscriber.member_id, case.first_service_date
    is_due = case.profile.is_medicare and first is not None and first >= MBI_DAY
    return hit_if(member_id and is_due and not is_mbi(member_id))


@TABLE.edit(
    "EDIT-SUB-004",
    E,
    "subscriber.relationship",
    "The patient is a person of its own, and the relationship says that the patient is the subscriber (18).",
    "Choose the patient's relationship to the subscriber.",
    f"{_GUIDE}, SBR02 and PAT01",
)
def _relationship_contradicts(case: Case) -> Iterable[Hit]:
    return hit_if(case.claim.patient is not None and case.claim.subscriber.relationship == "18")


@TABLE.edit(
    "EDIT-SUB-005",
    E,
    "subscriber.payer_level",
    "Payer level {value!r} is not used.",
    "Use P for the first payer, S for the second, T for the third.",
    f"{_GUIDE}, SBR01",
)
def _payer_level_is_unknown(case: Case) -> Iterable[Hit]:
    level = case.claim.subscriber.payer_level
    return hit_if(level not in _LEVELS, value=level)


@TABLE.edit(
    "EDIT-SUB-006",
    W,
    "subscriber.filing_code",
    "Claim filing indicator {value!r} is not on the list.",
    "Choose the kind of payer.",
    f"{_GUIDE}, SBR09",
)
def _filing_code_is_unknown(case: Case) -> Iterable[Hit]:
    code = case.claim.subscriber.filing_code
    return hit_if(code not in FILING_CODES, value=code)


@TABLE.edit(
    "EDIT-SUB-007",
    E,
    "subscriber.group_number",
    "This payer asks for the group number, and there is none.",
    "Take it from the card.",
    "payer profile: requires_group_number",
)
def _group_number_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(case.profile.requires_group_number and not case.claim.subscriber.group_number)


@TABLE.edit(
    "EDIT-SUB-008",
    E,
    "subscriber.person.last_name",
    "The subscriber has no name.",
    "Enter the name as it stands on the card.",
    f"{_GUIDE}, loop 2010BA NM103",
)
def _subscriber_name_is_missing(case: Case) -> Iterable[Hit]:
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
def _patient_name_is_missing(case: Case) -> Iterable[Hit]:
    return hit_if(case.claim.patient is not None and not case.claim.patient.last_name.strip())


@TABLE.edit(
    "EDIT-PAT-002",
    E,
    "patient.birth_date",
    "The patient has no birth date.",
    "Enter the birth date; payers find members by it.",
    f"{_GUIDE}, loops 2010BA and 2010CA DMG02",
)
def _birth_date_is_missing(case: Case) -> Iterable[Hit]:
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
def _birth_date_is_implausible(case: Case) -> Iterable[Hit]:
    field, person = _patient(case)
    born = person.birth_date
    if born is None or (born <= case.today and case.today.year - born.year <= _AGE_YEARS_MAX):
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
def _service_is_before_birth(case: Case) -> Iterable[Hit]:
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
def _sex_is_unknown(case: Case) -> Iterable[Hit]:
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
def _patient_address_is_incomplete(case: Case) -> Iterable[Hit]:
    field, person = _patient(case)
    return hit_if(not _is_complete(person.address), f"{field}.address")


@TABLE.edit(
    "EDIT-ADR-001",
    E,
    "billing.address.state",
    "State {value!r} is not one.",
    "Use the two letters of the postal service.",
    "USPS state abbreviations",
)
def _state_is_unknown(case: Case) -> Iterable[Hit]:
    return [
        hit(f"{field}.state", value=address.state)
        for field, address in case.domestic_addresses
        if address.state and address.state not in _STATES
    ]


@TABLE.edit(
    "EDIT-ADR-002",
    E,
    "billing.address.postal_code",
    "A ZIP code is neither five nor nine digits.",
    "Give five or nine digits without a dash.",
    f"{_GUIDE}, N403",
)
def _zip_is_malformed(case: Case) -> Iterable[Hit]:
    return [
        hit(f"{field}.postal_code")
        for field, address in case.domestic_addresses
        if address.postal_code and not is_zip_shaped(address.postal_code)
    ]


@TABLE.edit(
    "EDIT-ADR-003",
    W,
    "billing.address.postal_code",
    "The last four digits of a ZIP code are zeros.",
    "Look up the real ones; some payers refuse the filler.",
    "USPS: the add-on 0000 is not assigned",
)
def _zip_ends_in_zeros(case: Case) -> Iterable[Hit]:
    return [
        hit(f"{field}.postal_code")
        for field, address in case.domestic_addresses
        if address.postal_code.endswith("0000") and len(address.postal_code) == len("123456789")
    ]
