"""Posting a remittance: the rules decide (`remittance.plan_remittance`), this carries it out, all of it or none.

`remittance_posted` is sent within the transaction, so that the rooms above can open their items of what the plan leaves
to a person: either everything is there afterwards or nothing is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from claimwright.collecting import collector_paused
from claimwright.documents.plain import to_plain
from claimwright.errors import ConflictError
from claimwright.findings import Finding
from claimwright.money import format_dollars
from claimwright.office.claims.models import Claim
from claimwright.office.core import audit, clock
from claimwright.office.core.rows import among, write_values
from claimwright.office.ledger.journal import post_parts
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.decisions import explained_cents
from claimwright.office.posting.entries import Source, Subject, entry_of, makes_entry
from claimwright.office.posting.kept_moves import plain_move, text_of
from claimwright.office.posting.known_claims import known_claims, move_from_plain
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.office_books import OfficeBooks
from claimwright.office.posting.payer_items import change_items
from claimwright.office.posting.receiving import record_of
from claimwright.office.posting.results import KeptClaim, tell_claims
from claimwright.office.posting.turns import take_turn
from claimwright.remittance import plan_claim_again, plan_remittance
from claimwright.remittance.plan import ClaimState, Move, MoveKind, Plan, Queue

State = Remittance.State
_WAITING = (State.RECEIVED, State.REFUSED, State.UNDONE)
_POSTED = (State.POSTED, State.REVIEW)

_MOVES_AT_ONCE = 20_000
"""How many become entries in one go: enough for a set to pay, few enough to be held in memory."""

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
            _carry_out(remittance, plan, _kept(remittance.claims.all()))
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
            _carry_out(remittance, plan, _kept(RemittanceClaim.objects.filter(pk=row.pk)))
            row.refresh_from_db()
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


def _kept(rows: QuerySet[RemittanceClaim]) -> dict[int, KeptClaim]:
    """The rows of a remittance's CLPs by their position."""
    return {row.position: row for row in map(KeptClaim._make, rows.order_by().values_list(*KeptClaim._fields))}


def _carry_out(remittance: Remittance, plan: Plan, rows: Mapping[int, KeptClaim]) -> None:
    subjects = _subjects(plan)
    moves = _post_moves(remittance, plan.moves, subjects)
    _keep_outcomes(rows, plan, moves)
    change_items(remittance, plan.item_changes)
    tell_claims(remittance, plan, rows)
    close_settled({one.encounter_id for one in subjects.values() if one.encounter_id is not None})


def _post_moves(remittance: Remittance, moves: Sequence[Move], subjects: Mapping[int, Subject]) -> dict[int, list[str]]:
    """Post the entries of the moves; the moves as JSON texts with the numbers of their entries, by CLP."""
    source = Source(
        remittance.pk, remittance.file.sha256, remittance.trace_number, remittance.payer_id, remittance.payer_name
    )
    undone = _entries_undone(moves)
    texts: dict[int, list[str]] = defaultdict(list)
    parts = [range(start, min(start + _MOVES_AT_ONCE, len(moves))) for start in range(0, len(moves), _MOVES_AT_ONCE)]
    entries = (
        [entry_of(moves[index], source, subjects, undone.get(index)) for index in part if makes_entry(moves[index])]
        for part in parts
    )
    for part, numbers in zip(parts, post_parts(entries), strict=True):
        free = iter(numbers)
        for index in part:
            move = moves[index]
            texts[move.position].append(text_of(move, next(free) if makes_entry(move) else None))
    return texts


def _subjects(plan: Plan) -> dict[int, Subject]:
    keys = {move.claim_key for move in plan.moves if move.claim_key is not None}
    return {
        key: Subject(patient, encounter)
        for key, patient, encounter in Claim.objects.filter(pk__in=among(keys)).values_list(
            "pk", "patient", "encounter"
        )
        if encounter is not None
    }


def _entries_undone(moves: Sequence[Move]) -> dict[int, int]:
    """For each move that takes back a posted result, by its index: the number of the entry it mirrors."""
    undoing = [(index, move) for index, move in enumerate(moves) if move.reverses is not None and makes_entry(move)]
    if not undoing:
        return {}
    waiting: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in RemittanceClaim.objects.filter(pk__in=among(move.reverses or 0 for _, move in undoing)):
        for data in row.moves:
            if "entry" in data:
                waiting[row.pk, *_effect(move_from_plain(data), sign=1)].append(data["entry"])
    found = {}
    for index, move in undoing:
        mirrored = waiting.get((move.reverses, *_effect(move, sign=-1)))
        if mirrored:
            found[index] = mirrored.pop(0)
    return found


def _effect(move: Move, sign: int) -> tuple[Any, ...]:
    return move.kind, sign * move.cents, move.line_key, move.level, move.to


def _keep_outcomes(rows: Mapping[int, KeptClaim], plan: Plan, moves: Mapping[int, Sequence[str]]) -> None:
    """Write down what became of each CLP, all in one statement."""
    reversals = [
        (rows[one.position].pk, one.reverses if one.reverses > 0 else rows[-one.reverses].pk)
        for one in plan.outcomes
        if one.reverses is not None
    ]
    write_values(
        RemittanceClaim,
        ("claim_id", "level", "outcome", "match_reason", "match_confidence", "moves"),
        (
            (
                one.claim_key,
                one.level,
                one.state.value,
                one.match_reason[:200],
                one.confidence.value,
                f"[{', '.join(moves.get(one.position, ()))}]",
                rows[one.position].pk,
            )
            for one in plan.outcomes
        ),
    )
    write_values(RemittanceClaim, ("reversed_by_id",), reversals)


def plan_to_plain(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data. The moves of a CLP are kept with its row; those of none stand under `moves`."""
    loose = [plain_move(move) for move in plan.moves if move.position == 0]
    return {**to_plain(replace(plan, moves=())), "moves": loose}
