"""Books kept in memory: a list of claims that remember what was posted to them. For trials, dry runs and tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from claimwright.documents.remittance import Remittance
from claimwright.errors import ConflictError, InputError
from claimwright.remittance.books import KnownClaim, PayerItem, PostingPolicy
from claimwright.remittance.plan import CASH_KINDS, RESULT_STATES, MoveKind, Plan
from claimwright.remittance.standing import Standing

Identity = tuple[str, str, int, date | None]


@dataclass
class ClaimsInMemory:
    """A `Books` over known claims.

    `payers` maps the names and tax identifiers under which payers send remittances to their keys; `payees` are our own
    NPIs and tax identifiers (none: everything is ours). `posted_cents` sums what was posted by kind of move;
    `last_result_key` is never given again.
    """

    claims: list[KnownClaim]
    payers: Mapping[str, int] = field(default_factory=dict)
    payees: frozenset[str] = frozenset()
    policy: PostingPolicy = field(default_factory=PostingPolicy)
    items: list[PayerItem] = field(default_factory=list)
    seen_cash: set[str] = field(default_factory=set)
    posted: dict[Identity, str] = field(default_factory=dict)
    posted_cents: Counter[MoveKind] = field(default_factory=Counter)
    last_result_key: int = 0

    def prepare(self, remittance: Remittance) -> None:
        """Nothing to load."""

    def earlier_remittance(self, remittance: Remittance) -> str | None:
        return self.posted.get(identity_of(remittance))

    def is_our_payee(self, npi: str, tax_id: str) -> bool:
        return not self.payees or not self.payees.isdisjoint({npi, tax_id} - {""})

    def is_cash_seen(self, remittance: Remittance) -> bool:
        return remittance.trace_number in self.seen_cash

    def payer_key(self, remittance: Remittance) -> int | None:
        names = (remittance.payer_tax_id, remittance.payer.id, remittance.payer.name)
        return next((self.payers[name] for name in names if name in self.payers), None)

    def claims_by_control_number(self, control_number: str) -> Sequence[KnownClaim]:
        return [claim for claim in self.claims if claim.control_number == control_number]

    def claims_by_payer_claim_number(self, payer_claim_number: str) -> Sequence[KnownClaim]:
        return [claim for claim in self.claims if payer_claim_number in claim.payer_claim_numbers]

    def claims_by_service(self, member_id: str, start: date, charge_cents: int, npi: str) -> Sequence[KnownClaim]:
        return [
            claim
            for claim in self.claims
            if claim.charge_cents == charge_cents
            and claim.period is not None
            and claim.period.start == start
            and (not npi or not claim.billing_npi or claim.billing_npi == npi)
            and any(level.member_id == member_id for level in claim.levels)
        ]

    def open_payer_items(self, remittance: Remittance) -> Sequence[PayerItem]:
        return [item for item in self.items if item.open_cents]

    def apply(self, plan: Plan, remittance: Remittance, *, is_again: bool = False) -> None:
        """Carry out a plan; `is_again` for one of `plan_claim_again`.

        Raises InputError for a plan that is not accepted, ConflictError for a remittance that was posted before.
        """
        if not plan.accepted:
            raise InputError("a plan that is not accepted cannot be posted", plan.findings)
        identity = identity_of(remittance)
        if identity in self.posted and not is_again:
            raise ConflictError(f"remittance {remittance.trace_number} was posted before")
        self.posted[identity] = f"remittance {remittance.trace_number}"
        self._carry_claims(plan, remittance)
        self._carry_items(plan)
        for move in plan.moves:
            self.posted_cents[move.kind] += move.cents

    def claim(self, control_number: str) -> KnownClaim:
        """The claim as it stands. Raises KeyError when there is none."""
        for claim in self.claims:
            if claim.control_number == control_number:
                return claim
        raise KeyError(control_number)

    @property
    def cash_cents(self) -> int:
        """All money that the posted plans have brought."""
        return sum(cents for kind, cents in self.posted_cents.items() if kind in CASH_KINDS)

    def _carry_claims(self, plan: Plan, remittance: Remittance) -> None:
        touched = {outcome.claim_key for outcome in plan.outcomes if outcome.claim_key is not None}
        standings = {claim.key: Standing(claim) for claim in self.claims if claim.key in touched}
        keys: dict[int, int] = {}
        known = max((result.key for claim in self.claims for result in claim.results), default=0)
        self.last_result_key = max(self.last_result_key, known)
        order = {outcome.position: outcome for outcome in plan.outcomes}
        moves_by_position = plan.moves_by_position
        for position in [*moves_by_position, *(position for position in order if position not in moves_by_position)]:
            if not position:
                continue
            outcome = order[position]
            standing = standings.get(outcome.claim_key) if outcome.claim_key is not None else None
            if standing is None:
                continue
            moves = moves_by_position.get(position, ())
            if outcome.state in RESULT_STATES:
                self.last_result_key += 1
                keys[-position] = self.last_result_key
            if outcome.reverses is not None:
                outcome = replace(outcome, reverses=keys.get(outcome.reverses, outcome.reverses))
            standing.carry(moves)
            standing.record(outcome, remittance.claims[position - 1], moves, keys.get(-position, 0))
        self.claims = [standings[claim.key].to_known() if claim.key in standings else claim for claim in self.claims]

    def _carry_items(self, plan: Plan) -> None:
        opened: list[int] = []
        for change in plan.item_changes:
            if change.cents > 0:
                opened.append(1 + max((item.key for item in self.items), default=0))
                self.items.append(PayerItem(opened[-1], change.code, change.reference, change.cents))
            else:
                key = opened[change.opening - 1] if change.item_key is None else change.item_key
                index = next(index for index, item in enumerate(self.items) if item.key == key)
                item = self.items[index]
                self.items[index] = replace(item, open_cents=item.open_cents + change.cents)


def identity_of(remittance: Remittance) -> Identity:
    """What makes two remittances the same: trace, payer, amount and day (billing rules B.1)."""
    return remittance.trace_number, remittance.payer_tax_id, remittance.payment_cents, remittance.payment_date
