"""Everything in a plan says which bytes it came from, which claim it is about, and whose it is: in every scenario.

The scenarios' own text says what happens; here every segment of their remittances has a place, and every move, item,
denial and tickler must name a place that belongs to what it says.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.documents.remittance import Remittance, RemittanceClaim, RemittanceLine
from claimwright.findings import Severity
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance import plan_claim_again, plan_remittance
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import CASH_KINDS, Move, MoveKind, Plan
from tests.remittance.trade import SCENARIOS, TODAY, read

PATHS = sorted(SCENARIOS.glob("*.txt"))
AT_BPR = Origin("ab" * 32, 2, 20, 2)


def at(index: int) -> Origin:
    return Origin("ab" * 32, 10 * index, 9, index)


def placed(remittance: Remittance) -> Remittance:
    """The remittance with a place for each of its segments: CLP n from 1000 n on, its SVC m from 1000 n + 100 m on."""
    claims = tuple(_placed_claim(claim, 1000 * number) for number, claim in enumerate(remittance.claims, 1))
    moved = tuple(
        replace(one, origin=at(900_000 + number)) for number, one in enumerate(remittance.provider_adjustments)
    )
    return replace(remittance, claims=claims, provider_adjustments=moved, origin=AT_BPR)


def _placed_claim(claim: RemittanceClaim, start: int) -> RemittanceClaim:
    lines = tuple(_placed_line(line, start + 100 * number) for number, line in enumerate(claim.lines, 1))
    given = tuple(replace(one, origin=at(start + 1 + number)) for number, one in enumerate(claim.adjustments))
    return replace(claim, lines=lines, adjustments=given, origin=at(start))


def _placed_line(line: RemittanceLine, start: int) -> RemittanceLine:
    given = tuple(replace(one, origin=at(start + 1 + number)) for number, one in enumerate(line.adjustments))
    return replace(line, adjustments=given, origin=at(start))


def of_claim(origin: Origin, position: int) -> bool:
    return origin.index // 1000 == position


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_everything_in_a_plan_says_where_it_came_from_and_whose_it_is(path) -> None:
    scenario = read(path)
    books = scenario.books
    for step in scenario.steps:
        made = placed(step.remittance)
        books.seen_cash.update({made.trace_number} if step.is_seen else ())
        if step.again:
            named = books.claim(step.named) if step.named else None
            plan = plan_claim_again(made, step.again, books, TODAY, named)
        else:
            plan = plan_remittance(made, books, TODAY)
        check_moves(plan, made, books)
        check_reviews(plan, made)
        check_what_is_to_be_done(plan, made)
        check_findings(plan, made)
        if plan.accepted:
            books.apply(plan, made, is_again=bool(step.again))


def check_moves(plan: Plan, made: Remittance, books: ClaimsInMemory) -> None:
    outcomes = {outcome.position: outcome for outcome in plan.outcomes}
    for move in plan.moves:
        if not move.position:
            (said,) = [one for one in made.provider_adjustments if one.origin == move.origin]
            assert move.reference == said.reference
            assert (move.claim_key, move.line_key, move.level) == (None, None, "")
            assert move.kind in CASH_KINDS
            continue
        claim, outcome = made.claims[move.position - 1], outcomes[move.position]
        assert of_claim(move.origin, move.position)
        if move.kind is MoveKind.UNAPPLIED:
            assert (move.reference, move.origin, move.claim_key) == (claim.control_number, claim.origin, None)
            assert move.detail
            continue
        assert move.claim_key == outcome.claim_key is not None
        assert (move.reference, move.account) == ("", "")
        assert (move.reverses is not None) == (move.row == 9) == (outcome.reverses is not None)
        keys = {line.key for known in books.claims if known.key == move.claim_key for line in known.lines}
        assert move.line_key is None or move.line_key in keys
        if move.row == 9:
            assert (move.origin, move.reverses) == (claim.origin, outcome.reverses)
        elif move.kind is not MoveKind.SMALL_BALANCE:
            assert move.level == outcome.level
            check_segment(move, claim)


def check_segment(move: Move, claim: RemittanceClaim) -> None:
    """A payment came from its SVC, or from the CLP; an adjustment from its own place in a CAS."""
    on_lines = [one for line in claim.lines for one in line.adjustments]
    if move.kind is MoveKind.PAYMENT:
        assert move.origin in (claim.origin, *(line.origin for line in claim.lines))
        assert (move.line_key is None) == (move.origin == claim.origin)
        assert (move.group, move.reason) == ("", "")
        return
    (said,) = [one for one in (*claim.adjustments, *on_lines) if one.origin == move.origin]
    assert (move.group, move.reason) == (said.group, said.reason)
    assert abs(move.cents) <= abs(said.amount_cents)
    if move.line_key is not None:
        assert said in on_lines


def check_reviews(plan: Plan, made: Remittance) -> None:
    outcomes = {outcome.position: outcome for outcome in plan.outcomes}
    for review in plan.reviews:
        assert review.reason
        if review.position:
            claim = made.claims[review.position - 1]
            assert of_claim(review.origin, review.position)
            assert review.reference == claim.control_number
            assert review.claim_key == outcomes[review.position].claim_key
        elif plan.accepted:
            (said,) = [one for one in made.provider_adjustments if one.origin == review.origin]
            assert review.reference == said.reference
        else:
            assert (review.reference, review.origin, review.cents) == (made.trace_number, AT_BPR, made.payment_cents)
            assert review.claim_key is None


def check_what_is_to_be_done(plan: Plan, made: Remittance) -> None:
    claims = {outcome.claim_key: outcome for outcome in plan.outcomes}
    for denial in plan.denials:
        claim = made.claims[denial.position - 1]
        assert denial.claim_key in claims
        for amount in denial.amounts:
            (said,) = [one for one in claim.all_adjustments if one.origin == amount.origin]
            assert (amount.group, amount.reason) == (said.group, said.reason)
            own = [line.remarks for line in claim.lines if said in line.adjustments]
            expected = own[0] if own else tuple(remark for line in claim.lines for remark in line.remarks)
            assert set(amount.remarks) == {*expected, *claim.remarks}
    for tickler in plan.ticklers:
        assert tickler.claim_key in claims
        assert tickler.origin in {claim.origin for claim in made.claims}
        assert tickler.level
    for change in plan.item_changes:
        (said,) = [one for one in made.provider_adjustments if one.origin == change.origin]
        assert said.reason in (change.code, "WO", "72")
        assert (change.item_key is None and change.opening == 0) == (change.cents > 0)


def check_findings(plan: Plan, made: Remittance) -> None:
    for finding in plan.findings:
        assert isinstance(finding.severity, Severity)
        assert finding.message
        assert finding.hint
        numbers = {
            made.trace_number,
            f"remittance {made.trace_number}",
            *(claim.control_number for claim in made.claims),
        }
        if finding.where.segment == "PLB":
            assert finding.where.index in {one.origin.index for one in made.provider_adjustments}
        else:
            assert finding.where.record in numbers
    assert plan.accepted == (not any(finding.severity is Severity.ERROR for finding in plan.findings))
    assert plan.payment_cents in (made.payment_cents, 0)
    assert all(outcome.row for outcome in plan.outcomes)
    assert all(outcome.match_reason for outcome in plan.outcomes if outcome.claim_key is not None)
    assert NOWHERE not in {move.origin for move in plan.moves}
