"""What the office knows beyond the claim itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from claimwright.documents.claim import Claim


class CoverageState(StrEnum):
    """What the payer last answered about the coverage (271)."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    INACTIVE = "inactive"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of the payer this claim goes to. `member_id` is the one the payer answered with, if it did."""

    state: CoverageState = CoverageState.UNVERIFIED
    effective_date: date | None = None
    end_date: date | None = None
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizationOnFile:
    """A payer's consent: its number, the codes it covers (none: any code), its days, and what is left of its units."""

    number: str
    codes: frozenset[str] = frozenset()
    effective_date: date | None = None
    end_date: date | None = None
    units_left: Decimal | None = None

    def covers(self, code: str, day: date | None) -> bool:
        """Whether it covers that code on that day."""
        if self.codes and code not in self.codes:
            return False
        if day is None:
            return True
        return (self.effective_date or day) <= day <= (self.end_date or day)


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """One service of an earlier claim, as far as a duplicate is concerned."""

    service_date: date | None
    code: str
    modifiers: tuple[str, ...]
    quantity: Decimal
    charge_cents: int


@dataclass(frozen=True, slots=True)
class EarlierClaim:
    """An earlier claim of the same patient to the same payer that was sent and not taken back."""

    control_number: str
    provider_npi: str
    lines: tuple[EarlierLine, ...]

    @classmethod
    def of(cls, claim: Claim) -> EarlierClaim:
        """That claim, as far as a duplicate is concerned."""
        return cls(
            claim.control_number,
            provider_npi(claim),
            tuple(
                EarlierLine(
                    line.period.start if line.period else None,
                    line.procedure.code,
                    line.procedure.modifiers,
                    line.quantity,
                    line.charge_cents,
                )
                for line in claim.lines
            ),
        )


def provider_npi(claim: Claim) -> str:
    """Who gave the care: the rendering provider, or the billing provider where none is named."""
    return (claim.rendering or claim.billing).npi


@dataclass(frozen=True, slots=True)
class ClaimContext:
    """Everything known beyond the claim. `None` means not known, so that nothing is asked of it.

    `coverage`: the answer about the payer this claim goes to. `authorizations`: those on file for this patient and
    payer. `earlier_claims`: see `EarlierClaim`. `expected_cents`: what the contract allows for a line, by line number.
    `original_decision_date`: when the payer decided the claim that this one corrects.
    """

    coverage: Coverage | None = None
    authorizations: tuple[AuthorizationOnFile, ...] | None = None
    earlier_claims: tuple[EarlierClaim, ...] = ()
    expected_cents: tuple[tuple[int, int], ...] = ()
    original_decision_date: date | None = None


NOTHING_KNOWN = ClaimContext()
"""The context of a claim that comes with nothing but itself."""
