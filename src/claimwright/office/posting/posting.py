"""Posting a remittance: the rules decide (`remittance.plan_remittance`), this carries it out, all of it or none.

`remittance_posted` is sent within the transaction, so that the rooms above can open their items of what the plan leaves
to a person: either everything is there afterwards or nothing is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from claimwright.collecting import collector_paused
from claimwright.documents.plain import to_plain
from claimwright.errors import ConflictError
from claimwright.findings import Finding
from claimwright.money import format_dollars
from claimwright.office.claims.lifecycle import chunks
from claimwright.office.claims.models import Claim
from claimwright.office.core import audit, clock
from claimwright.office.core.rows import write_values
from claimwright.office.ledger.journal import post_entries
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.decisions import explained_cents
from claimwright.office.posting.entries import Source, Subject, entry_of, makes_entry
from claimwright.office.posting.known_claims import known_claims, move_from_plain
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.office_books import OfficeBooks
from claimwright.office.posting.payer_items import change_items
from claimwright.office.posting.receiving import record_of
from claimwright.office.posting.results import tell_claims
from claimwright.office.posting.turns import take_turn
from claimwright.remittance import plan_claim_again, plan_remittance
from claimwright.remittance.plan import ClaimState, Move, MoveKind, Plan, Queue

State = Remittance.State
_WAITING = (State.RECEIVED, State.REFUSED, State.UNDONE)
_POSTED = (State.POSTED, State.REVIEW)

_TOLD_COLUMNS = (
    "remittance",
    "position",
    "payer_claim_number",
    "charge_cents",
    "paid_cents",
    "offset",
    "length",
    "segment_index",
)
"""What carrying out a plan reads of the rows of a remittance's claims."""

remittance_posted = Signal()
"""Sent with `remittance` and `plan`, within the transaction, when a remittance was posted or the rules refused it."""


def plan_of(remittance: Remittance) -> Plan:
    """A dry run: what posting it now would do. Changes nothing. Raises `InputError` when it could not be read."""
    return plan_remittance(record_of(remittance), OfficeBooks(remittance), clock.today())


def post_remittance(remittance: Remittance) -> Plan:
    """Post a remittance by its plan in one transaction, or refuse it as a whole and say why; the plan is kept with it.

    Raises `InputError` when it could not be read, `ConflictError` when it was posted already or is a duplicate.
    """
    with transaction.atomic(), collector_paused():
        take_turn()
        remittance.refresh_from_db(from_queryset=Remittance.objects.all())
        if remittance.state not in _WAITING:
            state = State(remittance.state).label.lower()
            raise ConflictError(f"This remittance is {state} already; nothing was posted.")
        plan = plan_of(remittance)
        if plan.accepted:
            rows = remittance.claims.only(*_TOLD_COLUMNS)
            _carry_out(remittance, plan, {row.position: row for row in rows})
        _finish(remittance, plan, _state_after(plan))
        remittance_posted.send(Remittance, remittance=remittance, plan=plan)
        audit.record("remittance.post", f"remittance {remittance.pk}", accepted=plan.accepted, cents=plan.cash_cents)
    return plan


def post_claim_again(row: RemittanceClaim, *, claim: Claim | None = None) -> Plan:
    """Post one claim of a posted remittance whose money waits unapplied: an earlier payer has answered meanwhile, or a
    person names the `claim` it is for. A plan without moves changes nothing: its reviews say what is still in the way.

    So is money that was paid twice, when the first payment was taken back. Raises `ConflictError` when the remittance
    is not posted, when this claim of it does not wait, or when a person has said of its money what it was.
    """
    with transaction.atomic():
        take_turn()
        row.refresh_from_db(from_queryset=RemittanceClaim.objects.all())
        remittance = row.remittance
        if remittance.state not in _POSTED or not waits_for_claim(row):
            raise ConflictError("This payment does not wait for a claim; reload and look again.")
        _refuse_if_explained(row)
        named = known_claims([claim.pk])[0] if claim else None
        books = OfficeBooks(remittance)
        plan = plan_claim_again(record_of(remittance), row.position, books, clock.today(), named)
        if plan.accepted and plan.moves:
            _carry_out(remittance, plan, {row.position: row})
            remittance_posted.send(Remittance, remittance=remittance, plan=plan)
            audit.record("remittance.post_claim", f"remittance {remittance.pk} claim {row.position}")
    return plan


def waits_for_claim(row: RemittanceClaim) -> bool:
    """Left to a person, or paid a second time (row 10); a repeat that was closed (row 26) explains its every cent."""
    is_held = all(data["kind"] == MoveKind.UNAPPLIED for data in row.moves)
    return row.outcome == ClaimState.REVIEW or (row.outcome == ClaimState.REPEATED and is_held)


def _refuse_if_explained(row: RemittanceClaim) -> None:
    """What a person has said of the money that waits under this number must be taken back first."""
    explained = explained_cents(row.remittance_id, row.control_number[:50])
    if explained:
        said = format_dollars(explained)
        raise ConflictError(f"A person has said of {said} under this number what it was; take that back first.")


def _state_after(plan: Plan) -> State:
    if plan.accepted:
        return State.REVIEW if plan.reviews else State.POSTED
    is_duplicate = any(review.queue is Queue.DUPLICATE_REMITTANCE for review in plan.reviews)
    return State.DUPLICATE if is_duplicate else State.REFUSED


def _finish(remittance: Remittance, plan: Plan, state: State) -> None:
    """Set the state unless somebody else did; a second posted row of one identity the database refuses."""
    values = {
        "state": state,
        "plan": plan_to_plain(plan),
        "posted_at": clock.now() if plan.accepted else None,
        "hold_statements_until": plan.hold_statements_until,
        "findings": _with_findings(remittance.findings, plan.findings),
    }
    if not Remittance.objects.filter(pk=remittance.pk, state__in=_WAITING).update(**values):
        raise ConflictError("Somebody else posted this remittance first; nothing was posted again.")
    for name, value in values.items():
        setattr(remittance, name, value)


def _with_findings(known: list[dict[str, Any]], findings: Iterable[Finding]) -> list[dict[str, Any]]:
    found = [to_plain(finding) for finding in findings]
    return known + [finding for finding in found if finding not in known]


def _carry_out(remittance: Remittance, plan: Plan, rows: Mapping[int, RemittanceClaim]) -> None:
    source = Source(
        remittance.pk, remittance.file.sha256, remittance.trace_number, remittance.payer_id, remittance.payer_name
    )
    subjects = _subjects(plan)
    posted = {index: move for index, move in enumerate(plan.moves) if makes_entry(move)}
    undone = _entries_undone(posted)
    numbers = post_entries([entry_of(move, source, subjects, undone.get(index)) for index, move in posted.items()])
    _keep_moves(rows, plan, dict(zip(posted, numbers, strict=True)))
    _keep_outcomes(rows, plan)
    change_items(remittance, plan.item_changes)
    tell_claims(remittance, plan, rows)
    close_settled({one.encounter_id for one in subjects.values() if one.encounter_id is not None})


def _subjects(plan: Plan) -> dict[int, Subject]:
    keys = list({move.claim_key for move in plan.moves if move.claim_key is not None})
    return {
        key: Subject(patient, encounter)
        for chunk in chunks(keys)
        for key, patient, encounter in Claim.objects.filter(pk__in=chunk).values_list("pk", "patient", "encounter")
        if encounter is not None
    }


def _entries_undone(posted: Mapping[int, Move]) -> dict[int, int]:
    """For each move that takes back a posted result, by its index: the number of the entry it mirrors."""
    results = {move.reverses for move in posted.values() if move.reverses is not None and move.reverses > 0}
    waiting: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in RemittanceClaim.objects.filter(pk__in=results):
        for data in row.moves:
            if "entry" in data:
                waiting[row.pk, *_effect(move_from_plain(data), sign=1)].append(data["entry"])
    found = {}
    for index, move in posted.items():
        if move.reverses is not None:
            mirrored = waiting.get((move.reverses, *_effect(move, sign=-1)))
            if mirrored:
                found[index] = mirrored.pop(0)
    return found


def _effect(move: Move, sign: int) -> tuple[Any, ...]:
    return move.kind, sign * move.cents, move.line_key, move.level, move.to


def _keep_moves(rows: Mapping[int, RemittanceClaim], plan: Plan, numbers: Mapping[int, int]) -> None:
    for row in rows.values():
        row.moves = []
    for index, move in enumerate(plan.moves):
        if move.position in rows:
            plain = _plain_move(move)
            if index in numbers:
                plain["entry"] = numbers[index]
            rows[move.position].moves.append(plain)


def _keep_outcomes(rows: Mapping[int, RemittanceClaim], plan: Plan) -> None:
    """Write down what became of each CLP, all in one statement."""
    reversals = []
    for outcome in plan.outcomes:
        row = rows[outcome.position]
        row.claim_id = outcome.claim_key
        row.level = outcome.level
        row.outcome = outcome.state.value
        row.match_reason = outcome.match_reason[:200]
        row.match_confidence = outcome.confidence.value
        if outcome.reverses is not None:
            reversals.append((outcome.reverses if outcome.reverses > 0 else rows[-outcome.reverses].pk, row))
    write_values(
        RemittanceClaim,
        ("claim_id", "level", "outcome", "match_reason", "match_confidence", "moves"),
        (
            (
                row.claim_id,
                row.level,
                row.outcome,
                row.match_reason,
                row.match_confidence,
                json.dumps(row.moves),
                row.pk,
            )
            for row in rows.values()
        ),
    )
    for key, row in reversals:
        RemittanceClaim.objects.filter(pk=key).update(reversed_by=row)


def plan_to_plain(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data. The moves of a CLP are kept with its row; those of none stand under `moves`."""
    loose = [_plain_move(move) for move in plan.moves if move.position == 0]
    return {**to_plain(replace(plan, moves=())), "moves": loose}


def _plain_move(move: Move) -> dict[str, Any]:
    """The move as JSON data; its origin without the file, which is the remittance's."""
    plain = move.to_plain()
    if "origin" in plain:
        plain["origin"][0] = ""
    return plain
