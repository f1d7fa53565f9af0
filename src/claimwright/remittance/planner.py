"""The whole decision about a remittance: file, claims, provider adjustments, sums, proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claimwright.collecting import collector_paused
from claimwright.documents.remittance import Remittance
from claimwright.findings import Finding
from claimwright.remittance.books import Books, KnownClaim
from claimwright.remittance.claims import WAITING_ROWS, decide_claim, decide_known_claim
from claimwright.remittance.draft import Context, Draft
from claimwright.remittance.files import FileVerdict, judge_file
from claimwright.remittance.plan import Move, MoveKind, Plan, Queue, ReviewItem
from claimwright.remittance.proof import prove
from claimwright.remittance.provider import ProviderPlan, plan_provider_adjustments
from claimwright.remittance.standing import Standing
from claimwright.remittance.sums import close_claims

MOST_ROUNDS = 4
"""How often a CLP that waits for another of the same remittance is tried: three payer levels and a reversal."""


def plan_remittance(remittance: Remittance, books: Books, today: date) -> Plan:
    """What to do with every cent of a remittance, and why. The same input gives the same plan; nothing is changed.

    A plan that is not `accepted` has no moves: its findings and reviews say what is wrong.
    """
    books.prepare(remittance)
    with collector_paused():
        verdict = judge_file(remittance, books, today)
        if not verdict.accepted:
            return Plan(
                accepted=False,
                payment_cents=remittance.payment_cents,
                findings=verdict.findings,
                reviews=verdict.reviews,
            )
        context = Context(remittance, books.policy, today, books.payer_key(remittance))
        drafts = _decide_claims(context, books)
        items = books.open_payer_items(remittance) if remittance.provider_adjustments else ()
        provider = plan_provider_adjustments(remittance, books.policy, items, context.payer_key)
        return _finish(context, drafts, provider, verdict, remittance.payment_cents)


def plan_claim_again(
    remittance: Remittance, position: int, books: Books, today: date, named: KnownClaim | None = None
) -> Plan:
    """Plan one CLP whose money waits unapplied once more: the earlier payer has answered, or its claim was `named`.

    The caller makes sure that the money of that CLP is still unapplied. The first move takes it out of there again, so
    the cash of the plan sums to zero. A CLP that still cannot be posted gives a plan without moves, and its review.
    """
    books.prepare(remittance)
    context = Context(remittance, books.policy, today, books.payer_key(remittance))
    claim = remittance.claims[position - 1]
    if named is None:
        draft = decide_claim(context, books, {}, claim, position)
    else:
        draft = decide_known_claim(context, Standing(named), claim, position)
    if draft.posts:
        _carry(draft)
        _release(draft)
    else:
        draft.moves.clear()
    return _finish(context, [draft], ProviderPlan(), FileVerdict(accepted=True), 0)


def _release(draft: Draft) -> None:
    claim = draft.claim
    if claim.paid_cents:
        number = claim.control_number
        row = draft.match_row
        draft.moves.insert(
            0,
            Move(
                MoveKind.UNAPPLIED,
                -claim.paid_cents,
                row,
                claim.origin,
                detail="waited unapplied",
                reference=number,
                position=draft.position,
            ),
        )


def _decide_claims(context: Context, books: Books) -> list[Draft]:
    """Decide the CLPs in the order of the file; those that wait for another are tried again after the others."""
    standings: dict[int, Standing] = {}
    decided: list[Draft] = []
    waiting = list(enumerate(context.remittance.claims, 1))
    for _ in range(MOST_ROUNDS):
        tried, waiting = waiting, []
        held: list[Draft] = []
        for position, claim in tried:
            draft = decide_claim(context, books, standings, claim, position)
            if draft.outcome.row in WAITING_ROWS and not draft.posts:
                waiting.append((position, claim))
                held.append(draft)
            else:
                _carry(draft)
                decided.append(draft)
        if len(waiting) in (0, len(tried)):
            break
    return decided + held


def _carry(draft: Draft) -> None:
    """Let what was decided stand for the CLPs that come after."""
    if draft.standing is not None and draft.posts:
        draft.standing.carry(draft.moves)
        draft.standing.record(draft.outcome, draft.claim, tuple(draft.moves), -draft.position)


def _finish(
    context: Context, drafts: Sequence[Draft], provider: ProviderPlan, verdict: FileVerdict, payment_cents: int
) -> Plan:
    close_claims(drafts, context.policy)
    moves = (*(move for draft in drafts for move in draft.moves), *provider.moves)
    warnings = [*verdict.findings, *(finding for draft in drafts for finding in draft.findings), *provider.findings]
    failed = prove(moves, drafts, payment_cents)
    if failed:
        return _roll_back(context.remittance, [*warnings, *failed], failed)
    return Plan(
        accepted=True,
        payment_cents=payment_cents,
        findings=tuple(warnings),
        moves=moves,
        outcomes=tuple(sorted((draft.outcome for draft in drafts), key=lambda outcome: outcome.position)),
        denials=tuple(denial for draft in drafts for denial in draft.denials),
        reviews=(*(review for draft in drafts for review in draft.reviews), *provider.reviews),
        ticklers=tuple(tickler for draft in drafts for tickler in draft.ticklers),
        item_changes=tuple(provider.item_changes),
        cash_confirmed=verdict.cash_confirmed,
        hold_statements_until=verdict.hold_statements_until,
    )


def _roll_back(remittance: Remittance, findings: Sequence[Finding], failed: Sequence[Finding]) -> Plan:
    """Row 37: nothing of it is posted, a person is told which equation failed."""
    item = ReviewItem(
        Queue.OUT_OF_BALANCE,
        37,
        failed[0].message,
        remittance.payment_cents,
        reference=remittance.trace_number,
        origin=remittance.origin,
    )
    return Plan(accepted=False, payment_cents=remittance.payment_cents, findings=tuple(findings), reviews=(item,))
