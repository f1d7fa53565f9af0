"""Edits of who gives, orders and bills care: names, identifiers, enrolment data, exclusion from federal programs."""

from __future__ import annotations

import re
from collections.abc import Collection

from claimwright.codesets.exclusions import Exclusion
from claimwright.codesets.identifiers import is_npi
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.shapes import is_taxonomy_shaped
from claimwright.documents.parties import Address
from claimwright.edits.addresses import is_complete, is_domestic
from claimwright.edits.parts import PROVIDERS, ProviderPart
from claimwright.edits.registry import E, Hit, I, PartTable, W, hit_if

TABLE = PartTable(PROVIDERS)
_GUIDE = "837P implementation guide 005010X222A1"
_NPI_RULE = "45 CFR 162.406"
_EXCLUSION_RULE = "42 USC 1320a-7; 42 CFR 1001.1901; OIG list of excluded individuals and entities"
_TAX_ID = re.compile(r"\d{9}\Z")
_PO_BOX = re.compile(r"\b(?:P\.?\s*O\.?\s*BOX|POST\s+OFFICE\s+BOX|LOCK\s*BOX)\b", re.IGNORECASE)
_CARERS = frozenset(("rendering", "referring", "supervising", "line"))


def _address(provider: ProviderPart) -> Address | None:
    return None if provider.address is None else Address(*provider.address)


def _billing_address(provider: ProviderPart) -> Address | None:
    return _address(provider) if provider.role == "billing" else None


@TABLE.edit(
    "EDIT-BIL-001",
    E,
    "billing.last_name",
    "The billing provider has no name.",
    "Complete the practice's profile.",
    f"{_GUIDE}, loop 2010AA NM103",
)
def _billing_name_is_missing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "billing" and not provider.last_name.strip())


@TABLE.edit(
    "EDIT-BIL-002",
    E,
    "billing.id",
    "The billing provider has no NPI.",
    "Enter the NPI under which the practice bills this payer.",
    _NPI_RULE,
)
def _billing_npi_is_missing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "billing" and not provider.npi)


@TABLE.edit(
    "EDIT-BIL-003",
    E,
    "billing.id",
    "The billing NPI {value} fails its check digit.",
    "Compare with the NPI registry; a digit is wrong or two are swapped.",
    _NPI_RULE,
)
def _billing_npi_is_wrong(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "billing" and provider.npi and not is_npi(provider.npi), value=provider.npi)


@TABLE.edit(
    "EDIT-BIL-004",
    E,
    "billing.address",
    "The billing provider's address is not complete.",
    "Give street, city, state and ZIP code.",
    f"{_GUIDE}, loop 2010AA N3 and N4",
)
def _billing_address_is_incomplete(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "billing" and not is_complete(_address(provider)))


@TABLE.edit(
    "EDIT-BIL-005",
    E,
    "billing.address.line1",
    "The billing provider's address is a post office box.",
    "Give the street address here, and the box as the pay-to address.",
    f"{_GUIDE}, loop 2010AA N3",
)
def _billing_address_is_a_box(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    address = _billing_address(provider)
    return hit_if(address and _PO_BOX.search(f"{address.line1} {address.line2}"))


@TABLE.edit(
    "EDIT-BIL-006",
    W,
    "billing.address.postal_code",
    "The billing provider's ZIP code has not all nine digits.",
    "Add the last four digits; many payers reject the claim without them.",
    f"{_GUIDE}, loop 2010AA N403",
)
def _billing_zip_is_short(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    address = _billing_address(provider)
    return hit_if(address and is_domestic(address) and len(address.postal_code) == len("12345"))


@TABLE.edit(
    "EDIT-BIL-007",
    E,
    "billing.tax_id",
    "The billing provider has no tax number.",
    "Enter the employer number (EIN), or the social security number of a sole owner.",
    f"{_GUIDE}, loop 2010AA REF EI or SY",
)
def _billing_tax_id_is_missing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "billing" and not provider.tax_id)


@TABLE.edit(
    "EDIT-BIL-008",
    E,
    "billing.tax_id",
    "The billing provider's tax number is not nine digits.",
    "Enter the nine digits without a dash.",
    f"{_GUIDE}, loop 2010AA REF EI or SY",
)
def _billing_tax_id_is_malformed(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "billing" and provider.tax_id and not _TAX_ID.match(provider.tax_id))


@TABLE.edit(
    "EDIT-BIL-009",
    E,
    "billing.taxonomy",
    "This payer asks for the billing provider's taxonomy code, and there is none.",
    "Enter the taxonomy under which the practice is enrolled with this payer.",
    "payer profile: requires_taxonomy",
)
def _billing_taxonomy_is_missing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.needs_taxonomy and not provider.taxonomy)


@TABLE.edit(
    "EDIT-PRV-001",
    E,
    "rendering.id",
    "This provider is named without an NPI.",
    "Enter the provider's NPI.",
    _NPI_RULE,
)
def _provider_npi_is_missing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role in _CARERS and not provider.id)


@TABLE.edit(
    "EDIT-PRV-002",
    E,
    "rendering.id",
    "The NPI {value} fails its check digit.",
    "Compare with the NPI registry; a digit is wrong or two are swapped.",
    _NPI_RULE,
)
def _provider_npi_is_wrong(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = provider.role in _CARERS or provider.role == "facility"
    return hit_if(is_asked and provider.npi and not is_npi(provider.npi), value=provider.npi)


@TABLE.edit(
    "EDIT-PRV-003",
    E,
    "rendering.last_name",
    "This provider has no name.",
    "Enter the provider's name as the payer has it on file.",
    f"{_GUIDE}, loops 2310 and 2420 NM103",
)
def _provider_name_is_missing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role in _CARERS and not provider.last_name.strip())


@TABLE.edit(
    "EDIT-PRV-004",
    E,
    "rendering.taxonomy",
    "{value!r} has not the form of a taxonomy code.",
    "Use the ten characters of the provider taxonomy, ending in X.",
    "NUCC health care provider taxonomy",
)
def _taxonomy_is_malformed(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    is_asked = provider.role in _CARERS or provider.role == "billing"
    is_wrong = is_asked and provider.taxonomy and not is_taxonomy_shaped(provider.taxonomy)
    return hit_if(is_wrong, value=provider.taxonomy)


@TABLE.edit(
    "EDIT-PRV-005",
    I,
    "rendering.id",
    "The rendering provider is the billing provider.",
    "Leave the rendering provider out when it is the same.",
    f"{_GUIDE}, loop 2310B situational rule",
)
def _rendering_repeats_billing(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.repeats_billing)


@TABLE.edit(
    "EDIT-FAC-001",
    E,
    "facility.address",
    "The place where care was given has no complete address.",
    "Give the facility's street, city, state and ZIP code.",
    f"{_GUIDE}, loop 2310C N3 and N4",
)
def _facility_address_is_incomplete(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "facility" and not is_complete(_address(provider)))


@TABLE.edit(
    "EDIT-PRV-006",
    W,
    "rendering.taxonomy",
    "Taxonomy {value} is not in the release that is loaded ({edition}).",
    "Compare with the provider's entry in the NPI registry; codes change on 1 April and 1 October.",
    "NUCC health care provider taxonomy; 45 CFR 162.1002",
)
def _taxonomy_is_unknown(provider: ProviderPart, library: CodeLibrary) -> Collection[Hit]:
    value, day = provider.taxonomy, provider.day
    if day is None or not is_taxonomy_shaped(value):
        return ()
    loaded = library.taxonomy(day)
    return hit_if(loaded is not None and value not in loaded.codes, value=value, edition=loaded and loaded.edition)


@TABLE.edit(
    "EDIT-PRV-007",
    W,
    "referring.last_name",
    "The referring provider is an organization; only a person can refer.",
    "Name the physician or practitioner who referred the patient, with that person's own NPI.",
    "42 CFR 424.507(a); 837P implementation guide 005010X222A1, loop 2310A NM102",
)
def _referring_provider_is_no_person(provider: ProviderPart, _library: CodeLibrary) -> Collection[Hit]:
    return hit_if(provider.role == "referring" and provider.last_name and not provider.is_person, "last_name")


def _exclusion_by_npi(provider: ProviderPart, library: CodeLibrary) -> Exclusion | None:
    loaded = library.exclusions(provider.day) if provider.day and provider.npi else None
    return loaded.of_npi(provider.npi, provider.day) if loaded and provider.day else None


@TABLE.edit(
    "EDIT-EXC-001",
    E,
    "rendering.id",
    "NPI {value} is excluded from federal health care programs since {since} ({ground}).",
    "Do not send this claim; federal programs pay for nothing that an excluded person gave, ordered or prescribed.",
    _EXCLUSION_RULE,
)
def _provider_is_excluded(provider: ProviderPart, library: CodeLibrary) -> Collection[Hit]:
    found = _exclusion_by_npi(provider, library) if provider.is_federal else None
    if found is None or found.waived is not None:
        return ()
    return hit_if(found, "id", value=provider.npi, since=found.excluded or "an unknown day", ground=found.kind)


@TABLE.edit(
    "EDIT-EXC-002",
    W,
    "rendering.id",
    "NPI {value} is on OIG's list of excluded providers since {since} ({ground}).",
    "Look at the entry and at this payer's contract: a waiver may cover it, other payers have their own rules.",
    _EXCLUSION_RULE,
)
def _provider_may_be_excluded(provider: ProviderPart, library: CodeLibrary) -> Collection[Hit]:
    found = _exclusion_by_npi(provider, library)
    if found is None or (provider.is_federal and found.waived is None):
        return ()
    return hit_if(found, "id", value=provider.npi, since=found.excluded or "an unknown day", ground=found.kind)


@TABLE.edit(
    "EDIT-EXC-003",
    W,
    "rendering.last_name",
    "OIG's list of excluded providers has this name ({count} times) without an NPI, or with this one's lacking.",
    "Compare birth date and address with the entry (exclusions.oig.hhs.gov) before sending to a federal program.",
    _EXCLUSION_RULE,
)
def _name_is_on_the_list(provider: ProviderPart, library: CodeLibrary) -> Collection[Hit]:
    day, is_asked = provider.day, provider.is_federal and provider.last_name
    loaded = library.exclusions(day) if day and is_asked else None
    if loaded is None or day is None:
        return ()
    named = loaded.of_name(provider.last_name, provider.first_name, day)
    alike = [one for one in named if not (one.npi and provider.npi)]
    return hit_if(alike, "last_name", count=len(alike))
