"""Claims close when nobody owes anything and every payer has decided; what comes later opens them again."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.office.claims.lifecycle import DECIDED, chunks, event, write_events
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.core import clock
from claimwright.office.core.rows import among, found_by
from claimwright.office.ledger.balances import owed_on_encounters

_DONE = (*DECIDED, Adjudication.State.VOID)


def close_settled(encounter_ids: Collection[int]) -> None:
    """Close the claims of these encounters that are settled, open those again that are not."""
    for chunk in chunks(list(encounter_ids)):
        _close_chunk(chunk)


def _close_chunk(encounter_ids: Collection[int]) -> None:
    owed = owed_on_encounters(encounter_ids)
    claims = found_by(Claim, "encounter", encounter_ids).filter(held_reason="")
    rows = list(claims.values_list("pk", "encounter_id", "closed_at"))
    undecided = found_by(Adjudication, "claim", [row[0] for row in rows]).filter(decided_elsewhere=False)
    open_claims = set(undecided.exclude(state__in=_DONE).values_list("claim_id", flat=True))
    closing, opening = [], []
    for key, encounter_id, closed_at in rows:
        is_settled = not any(owed.get(encounter_id or 0, {}).values()) and key not in open_claims
        if is_settled and closed_at is None:
            closing.append(key)
        elif not is_settled and closed_at is not None:
            opening.append(key)
    Claim.objects.filter(pk__in=among(closing)).update(closed_at=clock.now())
    Claim.objects.filter(pk__in=among(opening)).update(closed_at=None)
    write_events(
        [event(key, "work", "Settled: nobody owes anything", from_state="open", to_state="closed") for key in closing]
        + [
            event(key, "work", "Open again: the balance changed", from_state="closed", to_state="open")
            for key in opening
        ]
    )
