"""What the planner must know about claims and money on hand, as plain records, and the questions it asks.

An office answers from its database; `memory.ClaimsInMemory` answers from a list of claims, for trials and dry runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Protocol

from claimwright.documents.parties import Period
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.remittance.plan import Move

NOTHING_OWED: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KnownLine:
    """One service as it was billed and as it stands.

    `control_number` is what REF 6R carried. `owed_cents` is what each owner owes on the line now (a payer level or
    `plan.PATIENT`; negative: a credit), charges less everything posted; owners who owe nothing may be left out.
    `expected_cents` is the allowed amount by contract, None when not priced.
    """

    key: int
    number: int
    control_number: str
    code: str
    modifiers: tuple[str, ...]
    charge_cents: int
    service_date: date | None = None
    owed_cents: Mapping[str, int] = field(default_factory=dict)
    expected_cents: int | None = None


@dataclass(frozen=True, slots=True)
class KnownLevel:
    """One payer of a claim. `level` as SBR01 has it; `payer_key` as `Books.payer_key` gives it.

    `is_settled`: this payer's result is posted and not reversed, or it was set aside on purpose. `is_government`:
    an overpayment starts the 60-day clock.
    """

    level: str
    payer_key: int | None = None
    member_id: str = ""
    is_settled: bool = False
    is_government: bool = False


@dataclass(frozen=True, slots=True)
class PostedResult:
    """One result of a payer that was posted and not reversed since: what the payer wrote, and the moves made of it.

    A reversal undoes exactly these moves. `key` is above zero; within a plan, a result that the same plan has made has
    minus its CLP position. `by_hand`: posted or changed by a person, so a person must undo it.
    """

    key: int
    level: str
    result: RemittanceClaim
    moves: tuple[Move, ...]
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """One claim as it was sent last and as it stands. Amounts in cents.

    `levels` are its payers in order of payment. `owed_cents` is what stands on the claim as a whole and on no line
    (payers who answer without lines). `payer_claim_numbers` are every number a payer has given the claim.
    `is_patient_protected`: by rule nothing may be asked of the patient (QMB, full Medicaid).

    When an office bills a later payer for an amount that an earlier one left open, it transfers that amount to the
    later level first: a later payer's reductions are held against what its own level owes.
    """

    key: int
    control_number: str
    charge_cents: int
    levels: tuple[KnownLevel, ...]
    lines: tuple[KnownLine, ...]
    patient_last_name: str = ""
    patient_first_name: str = ""
    period: Period | None = None
    billing_npi: str = ""
    payer_claim_numbers: tuple[str, ...] = ()
    owed_cents: Mapping[str, int] = field(default_factory=dict)
    results: tuple[PostedResult, ...] = ()
    is_patient_protected: bool = False

    def level_after(self, level: str) -> KnownLevel | None:
        """The payer after that level, None when it is the last."""
        found = False
        for known in self.levels:
            if found:
                return known
            found = known.level == level
        return None


@dataclass(frozen=True, slots=True)
class PayerItem:
    """Money a payer moved outside of claims and must still settle: `open_cents` above zero, by code and reference."""

    key: int
    code: str
    reference: str
    open_cents: int


@dataclass(frozen=True, slots=True)
class AutoClose:
    """A denial that the practice closes without work: `group`-`reason`, for these procedure codes (empty: all).

    `needs_paid_original`: only when the same claim already has a result with money (a duplicate of a paid claim).
    """

    group: str
    reason: str
    codes: frozenset[str] = frozenset()
    needs_paid_original: bool = False


@dataclass(frozen=True, slots=True)
class ProviderRule:
    """What the practice has confirmed a PLB to be: `code` of this payer (None: of any), posted to `account`.

    `reference` is a pattern of the payer's reference, with `*` for anything and without regard to case: codes like CS
    say nothing by themselves.
    """

    code: str
    account: str
    payer_key: int | None = None
    reference: str = "*"

    def fits(self, code: str, reference: str, payer_key: int | None) -> bool:
        """Whether a PLB of that payer is meant."""
        is_payer = self.payer_key is None or self.payer_key == payer_key
        return self.code == code and is_payer and fnmatchcase(reference.upper(), self.reference.upper())


@dataclass(frozen=True, slots=True)
class PostingPolicy:
    """What a practice may choose. The defaults are the cautious ones.

    An allowed amount is as expected within `max(tolerance_cents, tolerance_permille of expected)`. `patient_reasons`
    are reasons in group PR, besides cost share, that go to the patient without a look. `provider_adjustments`
    are the PLBs that the practice has confirmed, with the account they belong to; the first rule that fits counts.
    """

    tolerance_cents: int = 100
    tolerance_permille: int = 5
    small_balance_limit_cents: int = 0
    unpriced_review_cents: int | None = 50_000
    auto_close: tuple[AutoClose, ...] = (AutoClose("CO", "246"), AutoClose("OA", "18", needs_paid_original=True))
    patient_reasons: frozenset[str] = frozenset()
    provider_adjustments: tuple[ProviderRule, ...] = ()
    post_unconfirmed_cash: bool = True
    statement_hold_business_days: int = 5
    crossover_business_days: int = 15
    reversal_wait_days: int = 30
    pending_wait_days: int = 30


class Books(Protocol):
    """What the planner asks. All answers are of one practice; none of them changes anything."""

    @property
    def policy(self) -> PostingPolicy:
        """The practice's choices."""
        ...

    def prepare(self, remittance: Remittance) -> None:
        """Called once before anything else, so that an office can load what the remittance names in a few queries."""
        ...

    def earlier_remittance(self, remittance: Remittance) -> str | None:
        """How to name the remittance already seen with the same content, or the same trace, payer, amount and day."""
        ...

    def is_our_payee(self, npi: str, tax_id: str) -> bool:
        """Whether this payee is the practice; either identifier may be empty."""
        ...

    def is_cash_seen(self, remittance: Remittance) -> bool:
        """Whether the deposit or check of this remittance was seen at the bank."""
        ...

    def payer_key(self, remittance: Remittance) -> int | None:
        """Which known payer sent it; None when not sure."""
        ...

    def claims_by_control_number(self, control_number: str) -> Sequence[KnownClaim]:
        """The claims sent under that CLM01."""
        ...

    def claims_by_payer_claim_number(self, payer_claim_number: str) -> Sequence[KnownClaim]:
        """The claims to which a payer gave that number."""
        ...

    def claims_by_service(self, member_id: str, start: date, charge_cents: int, npi: str) -> Sequence[KnownClaim]:
        """The claims of that member, first day of service, total charge and billing NPI (an empty NPI: any)."""
        ...

    def open_payer_items(self, remittance: Remittance) -> Sequence[PayerItem]:
        """The open items of the payer of this remittance."""
        ...
