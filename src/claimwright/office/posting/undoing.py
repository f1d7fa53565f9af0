"""Undoing a posting: a whole remittance, one claim of it, or one line, by entries that mirror the first ones.

Nothing is deleted: the journal keeps both. What was posted on top of it must be undone first and is named. What
followed from it (a claim to the next payer, a statement, a denial) is told through `results_undone`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.dispatch import Signal

from claimwright.errors import ConflictError
from claimwright.office.claims.lifecycle import ADJUDICATION_MOVES, move_adjudications
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.core import audit, clock
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries, reverse_entries
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.decisions import money_waits
from claimwright.office.posting.deposits import undo_match
from claimwright.office.posting.models import DepositShare, PayerItem, Remittance, RemittanceClaim
from claimwright.office.posting.results import state_of
from claimwright.office.posting.turns import take_turn
from claimwright.origin import Origin
from claimwright.remittance.plan import CASH_KINDS, RESULT_STATES, ClaimState, Move, MoveKind

results_undone = Signal()
"""Sent within the transaction: `remittance`, `rows` (its CLPs undone, as they stood) and `reason`."""

_POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)
_STANDING = (*RESULT_STATES, ClaimState.REVERSED)
_WITHOUT_RESULT = Adjudication.State.REVERSED
_ROW = 38


def undo_remittance(remittance: Remittance, *, reason: str) -> list[int]:
    """Undo everything that posting it did; it waits again and can be posted again. The numbers of the new entries.

    Its deposit becomes open again too. Raises `ConflictError` when it is not posted, or when something was posted on
    top of it since: a later result of one of its claims, or a later remittance that settled an item it opened.
    """
    with transaction.atomic():
        take_turn()
        remittance.refresh_from_db(from_queryset=Remittance.objects.all())
        if remittance.state not in _POSTED:
            raise ConflictError("This remittance is not posted; there is nothing to undo.")
        rows = list(remittance.claims.select_related("claim"))
        _refuse_if_built_upon(remittance, rows)
        _undo_items(remittance)
        for share in DepositShare.objects.filter(remittance=remittance, undone_at=None).select_related("deposit"):
            undo_match(share.deposit, reason=reason)
        numbers = _reverse(_own_entries(remittance), reason)
        _take_back(remittance, rows, reason)
        for row in rows:
            row.outcome, row.moves = "", []
        _save(rows)
        _wait_again(remittance)
        close_settled(_encounters(rows))
        audit.record("remittance.undo", f"remittance {remittance.pk}", reason=reason, cents=remittance.payment_cents)
    return numbers


def undo_claim(row: RemittanceClaim, *, reason: str) -> list[int]:
    """Undo what one CLP of a posted remittance did; its money waits unapplied, as if its claim had not been found.

    `posting.post_claim_again` posts it again, to the same claim or another. Raises `ConflictError` when it did not post
    to a claim, or when something was posted on top of it since.
    """
    with transaction.atomic():
        take_turn()
        row.refresh_from_db(from_queryset=RemittanceClaim.objects.all())
        remittance = row.remittance
        if remittance.state not in _POSTED or row.claim_id is None or row.outcome not in _STANDING:
            raise ConflictError("This answer is not posted to a claim; there is nothing to undo.")
        _refuse_if_built_upon(remittance, [row])
        standing = _standing_entries(row.moves)
        numbers = _reverse(standing, reason)
        held = _hold_cash(row, row.moves, standing)
        encounters = _encounters([row])
        _take_back(remittance, [row], reason)
        row.outcome = ClaimState.REVIEW.value
        row.moves = held
        _save([row])
        _tell_what_waits(row, held, reason)
        close_settled(encounters)
        audit.record("remittance.undo_claim", f"remittance {remittance.pk} claim {row.position}", reason=reason)
    return numbers


def undo_line(row: RemittanceClaim, charge_id: int, *, reason: str) -> list[int]:
    """Undo what one CLP did to one charge; the money of that line waits unapplied. The result stays, marked as changed
    by hand, so that a later reversal by the payer goes to a person.

    Raises `ConflictError` when nothing of it is posted to that charge.
    """
    with transaction.atomic():
        take_turn()
        row.refresh_from_db(from_queryset=RemittanceClaim.objects.all())
        of_line = [data for data in row.moves if data.get("line_key") == charge_id and "entry" in data]
        standing = _standing_entries(of_line)
        if not standing:
            raise ConflictError("Nothing of this answer is posted to that line; reload and look again.")
        numbers = _reverse(standing, reason)
        held = _hold_cash(row, of_line, standing)
        row.moves = [*row.moves, *held]
        _save([row])
        _tell_what_waits(row, held, reason)
        close_settled(_encounters([row]))
        audit.record("remittance.undo_line", f"remittance {row.remittance_id} claim {row.position}", charge=charge_id)
    return numbers


def _refuse_if_built_upon(remittance: Remittance, rows: Sequence[RemittanceClaim]) -> None:
    """Later results of the same claims stand on these; items that a later remittance settled are gone."""
    last: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        if row.claim_id is not None and row.outcome in _STANDING:
            last[row.claim_id] = max(last.get(row.claim_id, ()), _when(row, remittance))
    others = RemittanceClaim.objects.filter(claim__in=last, outcome__in=_STANDING)
    others = others.exclude(pk__in=[row.pk for row in rows]).select_related("remittance", "claim")
    for other in others.order_by("-pk"):
        if other.claim is not None and _when(other, other.remittance) > last[other.claim.pk]:
            name = other.remittance.trace_number or f"number {other.remittance_id}"
            raise ConflictError(
                f"Remittance {name} was posted to claim {other.claim.number} afterwards; undo that first."
            )


def _when(row: RemittanceClaim, remittance: Remittance) -> tuple[Any, ...]:
    """What tells the order in which results were posted: the instant, and within it the last journal entry."""
    return remittance.posted_at, max((data.get("entry", 0) for data in row.moves), default=0), row.pk


def _undo_items(remittance: Remittance) -> None:
    """Payer items that it opened are gone; those that it settled are open again by what it settled."""
    opened_cents: dict[tuple[str, str], int] = defaultdict(int)
    for change in (remittance.plan or {}).get("item_changes", ()):
        if change.get("item_key") is None:
            opened_cents[change["code"][:3], change["reference"][:50]] += change["cents"]
            continue
        PayerItem.objects.filter(pk=change["item_key"]).update(
            open_cents=F("open_cents") - change["cents"], closed_by=None, closed_at=None
        )
    for (code, reference), cents in opened_cents.items():
        items = PayerItem.objects.filter(opened_by=remittance, code=code, reference=reference, closed_at=None)
        if sum(items.values_list("open_cents", flat=True)) != cents:
            raise ConflictError(f"Another remittance settled {code} {reference} of this one; undo that first.")
        items.update(open_cents=0, closed_by=remittance, closed_at=clock.now())


def _own_entries(remittance: Remittance) -> list[int]:
    """Its entries that stand: not reversed, and not the reversal of another of its own (undone by hand before)."""
    entries = JournalEntry.objects.filter(remittance_id=remittance.pk, reversed_by=None)
    return list(entries.exclude(reverses__remittance_id=remittance.pk).values_list("pk", flat=True))


def _standing_entries(moves: Iterable[Mapping[str, Any]]) -> list[int]:
    numbers = [data["entry"] for data in moves if "entry" in data]
    return list(JournalEntry.objects.filter(pk__in=numbers, reversed_by=None).values_list("pk", flat=True))


def _reverse(numbers: list[int], reason: str) -> list[int]:
    """Mirror the entries. Where one of them took an older entry back, its mirror stands for the older one from now on:
    the moves of the older result name it, so that they can be taken back again."""
    made = reverse_entries(numbers, text=f"Undone: {reason}", row=_ROW)
    took_back = JournalEntry.objects.filter(pk__in=numbers).exclude(reverses=None).values_list("pk", "reverses_id")
    mirrors = dict(zip(sorted(numbers), made, strict=True))
    restored = {older: mirrors[number] for number, older in took_back}
    if restored:
        older_entries = JournalEntry.objects.filter(pk__in=restored).exclude(remittance_id=None)
        older_rows = RemittanceClaim.objects.filter(remittance__in=older_entries.values("remittance_id"))
        changed = []
        for row in older_rows.exclude(reversed_by=None):
            if any(data.get("entry") in restored for data in row.moves):
                row.moves = [_renumbered(data, restored) for data in row.moves]
                changed.append(row)
        RemittanceClaim.objects.bulk_update(changed, ["moves"])
    return made


def _renumbered(data: dict[str, Any], restored: Mapping[int, int]) -> dict[str, Any]:
    entry = data.get("entry", 0)
    return {**data, "entry": restored[entry]} if entry in restored else data


def _hold_cash(
    row: RemittanceClaim, moves: Iterable[Mapping[str, Any]], undone: Collection[int]
) -> list[dict[str, Any]]:
    """Keep the money of those moves whose entries were undone just now, as the planner keeps that of a CLP without a
    claim."""
    cents = sum(data["cents"] for data in moves if data.get("entry") in undone and data["kind"] in CASH_KINDS)
    if not cents:
        return []
    origin = Origin(row.remittance.file.sha256, row.offset, row.length, row.segment_index)
    move = Move(
        MoveKind.UNAPPLIED, cents, _ROW, Origin("", *_place(row)), reference=row.control_number, position=row.position
    )
    reference = row.control_number[:50]
    payer = row.remittance.payer_id
    entry = NewEntry(
        move.kind.value,
        (
            NewPosting(Account.CASH_DUE, cents, payer_id=payer, reference=row.remittance.trace_number[:50]),
            NewPosting(Account.UNAPPLIED, -cents, payer_id=payer, reference=reference),
        ),
        move.because,
        remittance_id=row.remittance_id,
        row=_ROW,
        origin=origin,
    )
    (number,) = post_entries([entry])
    return [{**move.to_plain(), "entry": number}]


def _tell_what_waits(row: RemittanceClaim, held: Sequence[Mapping[str, Any]], reason: str) -> None:
    cents = sum(data["cents"] for data in held)
    if cents:
        money_waits.send(RemittanceClaim, remittance=row.remittance, row=row, cents=cents, reason=f"Undone: {reason}")


def _place(row: RemittanceClaim) -> tuple[int, int, int]:
    return row.offset, row.length, row.segment_index


def _take_back(remittance: Remittance, rows: Sequence[RemittanceClaim], reason: str) -> None:
    """Take the results from the claims: their payer levels, what they reversed, what was forwarded."""
    results_undone.send(Remittance, remittance=remittance, rows=list(rows), reason=reason)
    keys = [row.pk for row in rows]
    RemittanceClaim.objects.filter(reversed_by__in=keys).update(reversed_by=None)
    levels = {(row.claim_id, row.level) for row in rows if row.claim_id is not None and row.outcome in _STANDING}
    claim_ids = {claim_id for claim_id, _ in levels}
    standing = _standing_states(claim_ids, keys)
    words = f"Undone by a person, remittance {remittance.trace_number}: {reason}"
    found = Adjudication.objects.filter(claim__in=claim_ids)
    by_state: dict[Adjudication.State, list[Adjudication]] = defaultdict(list)
    for level in found:
        if (level.claim_id, level.level) in levels:
            by_state[standing.get((level.claim_id, level.level), _WITHOUT_RESULT)].append(level)
    for state, moving in by_state.items():
        allowed = [one for one in moving if state in ADJUDICATION_MOVES[Adjudication.State(one.state)]]
        move_adjudications(allowed, state, words, file=remittance.file)
    for claim_id, name in levels:
        Claim.objects.filter(pk=claim_id).update(current_level=name)
    _call_back(remittance, keys, found, words)
    for row in rows:
        row.claim_id = None
        row.level, row.match_reason, row.match_confidence = "", "", ""


def _standing_states(claim_ids: Iterable[int | None], undone: Sequence[int]) -> dict[tuple[int, str], Any]:
    """What the results that remain make of each claim's payer levels; the newest counts."""
    rows = RemittanceClaim.objects.filter(claim__in=claim_ids, outcome__in=RESULT_STATES, reversed_by=None)
    remaining = rows.exclude(pk__in=undone).order_by("pk").values_list("claim_id", "level", "outcome")
    return {
        (claim_id, level): state_of(ClaimState(outcome))
        for claim_id, level, outcome in remaining
        if claim_id is not None
    }


def _call_back(remittance: Remittance, keys: Sequence[int], levels: QuerySet[Adjudication], words: str) -> None:
    """Levels that only this remittance said were forwarded are not."""
    positions = {row.position: row.claim_id for row in RemittanceClaim.objects.filter(pk__in=keys)}
    told = {
        (positions[outcome["position"]], outcome["forwarded_to"])
        for outcome in (remittance.plan or {}).get("outcomes", ())
        if outcome.get("forwarded_to") and outcome["position"] in positions
    }
    back = [
        level
        for level in levels
        if (level.claim_id, level.level) in told and level.state == Adjudication.State.FORWARDED
    ]
    move_adjudications(back, Adjudication.State.NOT_SUBMITTED, words, file=remittance.file)
    Adjudication.objects.filter(pk__in=[level.pk for level in back]).update(submitted_by_payer=False)


def _save(rows: Sequence[RemittanceClaim]) -> None:
    RemittanceClaim.objects.bulk_update(
        rows, ["claim", "level", "outcome", "moves", "match_reason", "match_confidence"], batch_size=500
    )


def _wait_again(remittance: Remittance) -> None:
    values = {"state": Remittance.State.UNDONE, "plan": None, "posted_at": None, "hold_statements_until": None}
    if not Remittance.objects.filter(pk=remittance.pk, state__in=_POSTED).update(**values):
        raise ConflictError("Somebody else worked on this remittance; reload and look again.")
    for name, value in values.items():
        setattr(remittance, name, value)


def _encounters(rows: Iterable[RemittanceClaim]) -> set[int]:
    return {row.claim.encounter_id for row in rows if row.claim is not None and row.claim.encounter_id is not None}
