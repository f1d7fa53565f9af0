"""A whole claim: what is expected for each of its lines, and together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from claimwright.codesets.library import CodeLibrary
from claimwright.documents.claim import Claim
from claimwright.pricing.contract import Contract
from claimwright.pricing.price import Price, Unpriced

MEDICARE = Contract.from_terms(
    {
        "name": "Medicare physician fee schedule",
        "lesser_of_charge": True,
        "medicare": {"percent": 100},
        "multiple_procedures": {"rules": "medicare"},
    }
)
"""Medicare itself: the schedule of the day and the place, the rules of the day, never more than the charge."""


@dataclass(frozen=True, slots=True)
class PricedClaim:
    """What a contract expects for a claim: each line by its number."""

    contract: Contract
    lines: Mapping[int, Price | Unpriced]

    @property
    def expected_cents(self) -> int | None:
        """The sum; None when a line has no price."""
        cents = [None if isinstance(one, Unpriced) else one.cents for one in self.lines.values()]
        known = [one for one in cents if one is not None]
        return sum(known) if len(known) == len(cents) else None

    @property
    def unpriced(self) -> Mapping[int, Unpriced]:
        """The lines without a price, with the reason."""
        return {number: one for number, one in self.lines.items() if isinstance(one, Unpriced)}


def price_claim(claim: Claim, library: CodeLibrary, contract: Contract = MEDICARE) -> PricedClaim:
    """Price all lines of a claim: those of one day and one practitioner together."""
    return PricedClaim(contract, contract.price_lines(claim, library))
