"""Edits of addresses in the United States: is the state one, has the ZIP code its digits."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.codesets.shapes import is_zip_shaped
from claimwright.documents.parties import Address
from claimwright.edits.registry import Case, E, Hit, Table, W, hit

_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "  # noqa: SIM905
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP".split()
)


def is_domestic(address: Address) -> bool:
    """Whether it is in the United States."""
    return address.country in ("", "US", "USA")


def is_complete(address: Address | None) -> bool:
    """Whether a letter would arrive."""
    if address is None or not address.line1.strip() or not address.city.strip():
        return False
    return bool(address.state and address.postal_code) or not is_domestic(address)


def _addresses(case: Case) -> list[tuple[str, Address]]:
    """Every address in the United States that the claim gives, with its field."""
    claim = case.claim
    named = (
        ("billing", claim.billing),
        ("pay_to", claim.pay_to),
        ("facility", claim.facility),
        ("subscriber.person", claim.subscriber.person),
        ("patient", claim.patient),
    )
    return [
        (f"{field}.address", party.address)
        for field, party in named
        if party is not None and party.address is not None and is_domestic(party.address)
    ]


def _is_odd(case: Case) -> bool:
    """Whether any state or ZIP code is other than usual."""
    claim = case.claim
    for party in (claim.billing, claim.subscriber.person, claim.patient, claim.pay_to, claim.facility):
        address = party.address if party is not None else None
        if address is not None:
            zip_code = address.postal_code
            if address.state not in _STATES or len(zip_code) not in (5, 9) or not zip_code.isdecimal():
                return True
            if zip_code.endswith("0000"):
                return True
    return False


TABLE = Table(_is_odd)


@TABLE.edit(
    "EDIT-ADR-001",
    E,
    "billing.address.state",
    "State {value!r} is not one.",
    "Use the two letters of the postal service.",
    "USPS state abbreviations",
)
def _state_is_unknown(case: Case) -> Collection[Hit]:
    return [
        hit(f"{field}.state", value=address.state)
        for field, address in _addresses(case)
        if address.state and address.state not in _STATES
    ]


@TABLE.edit(
    "EDIT-ADR-002",
    E,
    "billing.address.postal_code",
    "A ZIP code is neither five nor nine digits.",
    "Give five or nine digits without a dash.",
    "837P implementation guide 005010X222A1, N403",
)
def _zip_is_malformed(case: Case) -> Collection[Hit]:
    return [
        hit(f"{field}.postal_code")
        for field, address in _addresses(case)
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
def _zip_ends_in_zeros(case: Case) -> Collection[Hit]:
    return [
        hit(f"{field}.postal_code")
        for field, address in _addresses(case)
        if address.postal_code.endswith("0000") and len(address.postal_code) == len("123456789")
    ]
