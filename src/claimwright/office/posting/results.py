"""Telling claims what a remittance has made of them: the state of each payer level, and an event on the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from claimwright.money import format_dollars
from claimwright.office.claims.models import Adjudication, Claim, ClaimEvent
from claimwright.office.core import audit, clock
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.remittance.plan import ClaimOutcome, ClaimState, Plan

_STATES = MappingProxyType(
    {
        ClaimState.PAID: Adjudication.State.PAID,
        ClaimState.PARTIAL: Adjudication.State.PARTIAL,
        ClaimState.DENIED: Adjudication.State.DENIED,
        ClaimState.ZERO_PATIENT: Adjudication.State.ZERO_PATIENT,
        ClaimState.PENDED: Adjudication.State.PENDED,
        ClaimState.REVERSED: Adjudication.State.REVERSED,
    }
)
"""What each outcome makes of the payer level; the other outcomes leave it as it is."""

_WORDS = MappingProxyType(
    {
        ClaimState.PAID: "paid",
        ClaimState.PARTIAL: "partly paid, partly denied",
        ClaimState.DENIED: "denied",
        ClaimState.ZERO_PATIENT: "processed, nothing to pay",
        ClaimState.PENDED: "not finished by the payer",
        ClaimState.REVERSED: "taken back",
        ClaimState.FORWARDED: "forwarded to another payer",
        ClaimState.ESTIMATED: "estimated before the service",
        ClaimState.REPEATED: "answered a second time",
        ClaimState.REVIEW: "left to a person",
    }
)


def tell_claims(remittance: Remittance, plan: Plan, rows: Mapping[int, RemittanceClaim]) -> None:
    """Set the levels' states and write the timeline's events, for all outcomes that found their claim, in order."""
    outcomes = [(outcome.claim_key, outcome) for outcome in plan.outcomes if outcome.claim_key is not None]
    keys = {key for key, _ in outcomes}
    levels = {(level.claim_id, level.level): level for level in Adjudication.objects.filter(claim__in=keys)}
    events = [_tell(remittance, key, outcome, rows[outcome.position], levels) for key, outcome in outcomes]
    ClaimEvent.objects.bulk_create(events)
    changed = ["state", "payer_claim_number", "submitted_by_payer", "adjudicated_at"]
    Adjudication.objects.bulk_create(
        list(levels.values()), update_conflicts=True, unique_fields=["id"], update_fields=changed
    )
    _move_on(outcomes)


def _tell(
    remittance: Remittance,
    claim_key: int,
    outcome: ClaimOutcome,
    row: RemittanceClaim,
    levels: Mapping[tuple[int, str], Adjudication],
) -> ClaimEvent:
    now = clock.now()
    level = levels.get((claim_key, outcome.level))
    before = level.state if level else ""
    if level is not None:
        level.state = _STATES.get(outcome.state, level.state)
        level.payer_claim_number = row.payer_claim_number or level.payer_claim_number
        if outcome.state in _STATES:
            level.adjudicated_at = now
    forwarded = levels.get((claim_key, outcome.forwarded_to))
    if forwarded is not None:
        forwarded.state = Adjudication.State.FORWARDED
        forwarded.submitted_by_payer = True
    return ClaimEvent(
        claim_id=claim_key,
        at=now,
        actor_id=audit.current_actor_id(),
        kind="remittance",
        level=outcome.level,
        from_state=before,
        to_state=level.state if level else "",
        text=_sentence(remittance, outcome, row)[:400],
        file=remittance.file,
        offset=row.offset,
        length=row.length,
        segment_index=row.segment_index,
    )


def _sentence(remittance: Remittance, outcome: ClaimOutcome, row: RemittanceClaim) -> str:
    amounts = f"{format_dollars(row.paid_cents)} paid of {format_dollars(row.charge_cents)}"
    words = f"{remittance.payer_name}: {_WORDS[outcome.state]}, {amounts}, trace {remittance.trace_number}"
    return f"{words}; forwarded by the payer to level {outcome.forwarded_to}" if outcome.forwarded_to else words


def _move_on(outcomes: Sequence[tuple[int, ClaimOutcome]]) -> None:
    """Make the next payer's level the current one of claims that went on to it."""
    by_level: dict[str, list[int]] = {}
    for claim_key, outcome in outcomes:
        level = outcome.bill_next or outcome.forwarded_to
        if level:
            by_level.setdefault(level, []).append(claim_key)
    for level, keys in by_level.items():
        Claim.objects.filter(pk__in=keys).update(current_level=level)
