"""Rows 35 and 36: money that a payer moves outside of claims (PLB; billing rules B.3).

A positive amount lowers the payment (X12 RFI 2184), so its move has the opposite sign. What opens an item (a takeback
announced, a balance carried forward, an advance) must be closed by a later one that names it; what names nothing that
is open, or has no meaning here, waits unapplied for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from claimwright.documents.remittance import ProviderAdjustment, Remittance
from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars
from claimwright.remittance.books import PayerItem, PostingPolicy
from claimwright.remittance.plan import ItemChange, Move, MoveKind, Queue, ReviewItem

RECOUPMENT, FORWARD, REFUND, INTEREST = "WO", "FB", "72", "L6"

OPENING_KINDS = MappingProxyType(
    {
        RECOUPMENT: MoveKind.RECOUPMENT,
        FORWARD: MoveKind.FORWARD_BALANCE,
        "AP": MoveKind.ADVANCE,
        "PI": MoveKind.ADVANCE,
    }
)
"""Codes whose negative amounts open an item that a positive one of the same reference settles."""

PLAIN_KINDS = MappingProxyType(
    {
        INTEREST: MoveKind.INTEREST,
        "IR": MoveKind.TAX_WITHHELD,
        "50": MoveKind.PAYER_CHARGE,
        "51": MoveKind.PAYER_CHARGE,
    }
)
"""Codes that say all there is to know."""

SHORTEST_CONTAINED = 6
"""A reference found within another must have so many characters, and the same amount, to count."""


@dataclass(slots=True)
class ProviderPlan:
    """What the provider adjustments of a remittance become."""

    moves: list[Move] = field(default_factory=list)
    reviews: list[ReviewItem] = field(default_factory=list)
    item_changes: list[ItemChange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _OpenItem:
    """An open item, less what this plan has settled of it; `key` None: the plan's own, its `opening`-th."""

    code: str
    reference: str
    open_cents: int
    key: int | None = None
    opening: int = 0


def plan_provider_adjustments(
    remittance: Remittance, policy: PostingPolicy, items: Sequence[PayerItem], payer_key: int | None = None
) -> ProviderPlan:
    """Decide every provider adjustment. `items` are the payer's open items; those opened here count as well.

    Codes: REM-PLB-001 zero, -002 an FB that does not name its remittance, -003 interest that the claims do not show.
    """
    plan = ProviderPlan()
    if not remittance.provider_adjustments:
        return plan
    shelf = [_OpenItem(item.code, item.reference, item.open_cents, item.key) for item in items if item.open_cents > 0]
    netted = _netted_refunds(remittance, shelf)
    for adjustment in remittance.provider_adjustments:
        code, cents = adjustment.reason, -adjustment.amount_cents
        if not cents:
            plan.findings.append(_finding("REM-PLB-001", "is zero, which is not allowed", adjustment))
        elif code in PLAIN_KINDS:
            _move(plan, adjustment, PLAIN_KINDS[code], cents)
        elif code in (REFUND, RECOUPMENT) and adjustment.reference in netted:
            _net_refund(plan, adjustment, cents)
        elif code in OPENING_KINDS and cents > 0:
            _open(plan, adjustment, shelf, remittance, cents)
        elif code in OPENING_KINDS:
            _settle(plan, adjustment, shelf, OPENING_KINDS[code], cents)
        elif code == REFUND and cents > 0:
            _settle(plan, adjustment, shelf, MoveKind.REFUND_ACKNOWLEDGED, cents)
        else:
            _follow_practice(plan, adjustment, policy, payer_key, cents)
    _check_interest(plan, remittance)
    return plan


def _follow_practice(
    plan: ProviderPlan, adjustment: ProviderAdjustment, policy: PostingPolicy, payer_key: int | None, cents: int
) -> None:
    """What the practice has said about such a PLB of this payer; else a person says it."""
    code, reference = adjustment.reason, adjustment.reference
    rule = next((rule for rule in policy.provider_adjustments if rule.fits(code, reference, payer_key)), None)
    if rule is not None:
        _move(plan, adjustment, MoveKind.PROVIDER_ADJUSTMENT, cents, account=rule.account)
    else:
        _ask(plan, adjustment, cents, f"no rule says what {code} of this payer means")


def _move(
    plan: ProviderPlan,
    adjustment: ProviderAdjustment,
    kind: MoveKind,
    cents: int,
    *,
    row: int = 35,
    detail: str = "",
    account: str = "",
) -> None:
    detail = detail or f"PLB {adjustment.reason}"
    reference = adjustment.reference
    plan.moves.append(Move(kind, cents, row, adjustment.origin, detail=detail, reference=reference, account=account))


def _ask(plan: ProviderPlan, adjustment: ProviderAdjustment, cents: int, reason: str) -> None:
    """Row 36: the money waits unapplied, a person explains it."""
    _move(plan, adjustment, MoveKind.UNAPPLIED, cents, row=36, detail=f"PLB {adjustment.reason}: {reason}")
    _review(plan, adjustment, cents, reason)


def _review(plan: ProviderPlan, adjustment: ProviderAdjustment, cents: int, reason: str) -> None:
    reason = f"PLB {adjustment.reason} {format_dollars(adjustment.amount_cents)}: {reason}"
    plan.reviews.append(
        ReviewItem(
            Queue.PROVIDER_ADJUSTMENT, 36, reason, cents, reference=adjustment.reference, origin=adjustment.origin
        )
    )


def _open(
    plan: ProviderPlan, adjustment: ProviderAdjustment, shelf: list[_OpenItem], remittance: Remittance, cents: int
) -> None:
    """The payer leaves money here that it will take back later: an item that a later PLB must close."""
    code, reference = adjustment.reason, adjustment.reference
    if code == FORWARD:
        if reference != remittance.trace_number:
            plan.findings.append(_finding("REM-PLB-002", "does not name this remittance's trace number", adjustment))
        if any(change.code == FORWARD and change.cents > 0 for change in plan.item_changes):
            _review(plan, adjustment, cents, "a second balance carried forward, where only one may be")
        reference = reference or remittance.trace_number
    _move(plan, adjustment, OPENING_KINDS[code], cents)
    plan.item_changes.append(ItemChange(code, reference, cents, origin=adjustment.origin))
    shelf.append(_OpenItem(code, reference, cents, opening=sum(change.cents > 0 for change in plan.item_changes)))


def _settle(
    plan: ProviderPlan, adjustment: ProviderAdjustment, shelf: list[_OpenItem], kind: MoveKind, cents: int
) -> None:
    """Close the items that the reference names, in full or in part; what is more than they are is a person's."""
    sign, left = (1, cents) if cents > 0 else (-1, -cents)
    items = _find(shelf, adjustment.reason, adjustment.reference, left)
    open_cents = sum(item.open_cents for item in items)
    for item in items:
        settled = min(left, item.open_cents)
        if settled:
            left -= settled
            item.open_cents -= settled
            _move(plan, adjustment, kind, sign * settled, detail=f"PLB {adjustment.reason} settles {item.reference}")
            plan.item_changes.append(
                ItemChange(item.code, item.reference, -settled, item.key, item.opening, adjustment.origin)
            )
    if not items:
        _ask(plan, adjustment, cents, f"nothing open has the reference {adjustment.reference or '(none)'}")
    elif left:
        _ask(plan, adjustment, sign * left, f"more than the {format_dollars(open_cents)} that were open")


def _find(shelf: list[_OpenItem], code: str, reference: str, cents: int) -> list[_OpenItem]:
    """The open items with that reference, one of that very amount alone or all, oldest first; else the only one of that
    amount whose reference is part of it, or has it.
    """
    items = [item for item in shelf if item.code == code and item.open_cents]
    wanted = _letters(reference)
    same = [item for item in items if same_reference(item.reference, reference)]
    if same:
        return [item for item in same if item.open_cents == cents][:1] or same
    near = [item for item in items if item.open_cents == cents and _is_within(_letters(item.reference), wanted)]
    return near if len(near) == 1 else []


def same_reference(one: str, other: str) -> bool:
    """Whether two references are one: the same letters and digits, and some."""
    return bool(_letters(one)) and _letters(one) == _letters(other)


def _is_within(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= SHORTEST_CONTAINED and (one in other or other in one)


def _letters(reference: str) -> str:
    return "".join(letter for letter in reference.upper() if letter.isalnum())


def _netted_refunds(remittance: Remittance, shelf: list[_OpenItem]) -> frozenset[str]:
    """References of a refund acknowledged (72) and countered (WO) with the same cents, where we know of no refund."""
    acknowledged: Counter[str] = Counter()
    countered: Counter[str] = Counter()
    for adjustment in remittance.provider_adjustments:
        if adjustment.reason == REFUND:
            acknowledged[adjustment.reference] -= adjustment.amount_cents
        elif adjustment.reason == RECOUPMENT:
            countered[adjustment.reference] += adjustment.amount_cents
    return frozenset(
        reference
        for reference, cents in acknowledged.items()
        if cents > 0 and countered[reference] == cents and not _find(shelf, REFUND, reference, cents)
    )


def _net_refund(plan: ProviderPlan, adjustment: ProviderAdjustment, cents: int) -> None:
    """Both halves go to the same account, where they are nothing together; a person looks which refund is meant."""
    _move(plan, adjustment, MoveKind.REFUND_ACKNOWLEDGED, cents, detail=f"PLB {adjustment.reason}, netted")
    if adjustment.reason == REFUND:
        _review(plan, adjustment, cents, "the payer acknowledges a refund that is not on file")


def _check_interest(plan: ProviderPlan, remittance: Remittance) -> None:
    """L6 is the opposite of the claims' interest (AMT*I) where they show any (X12 RFI 2123)."""
    shown = sum(one.amount_cents for claim in remittance.claims for one in claim.amounts if one.qualifier == "I")
    posted = sum(move.cents for move in plan.moves if move.kind is MoveKind.INTEREST)
    if shown and shown != posted:
        said = (
            f"{format_dollars(posted)} of interest in the provider adjustments, {format_dollars(shown)} on the claims"
        )
        hint = "The provider adjustment is what is posted."
        plan.findings.append(
            Finding("REM-PLB-003", Severity.WARNING, said, hint, Where(record=remittance.trace_number))
        )


def _finding(code: str, what: str, adjustment: ProviderAdjustment) -> Finding:
    origin = adjustment.origin
    where = Where(
        segment="PLB", index=origin.index or None, offset=origin.offset if origin.index else None, field="PLB"
    )
    message = f"The provider adjustment {adjustment.reason} {adjustment.reference} {what}."
    return Finding(code, Severity.WARNING, message, "Ask the payer if it repeats.", where)
