"""Denials: opened by a posted remittance with advice and deadlines, closed by the remittance that overturns them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from claimwright.denials import DenialAdvice, plan_denial
from claimwright.errors import ConflictError, InputError
from claimwright.money import format_dollars
from claimwright.office.claims.models import Adjudication, ClaimLine, Submission
from claimwright.office.core import clock
from claimwright.office.followup import subjects
from claimwright.office.followup.models import Denial, WorkItem
from claimwright.office.followup.payer_terms import terms_of
from claimwright.office.followup.worklists import NewItem, close_open, finish_item, open_many, write_note
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.remittance.plan import ClaimState, DeniedAmount, Plan, PlannedDenial, Queue

if TYPE_CHECKING:
    from claimwright.office.core.models import User

LOOK_WITHIN_DAYS = 30
"""When neither an appeal nor a correction has a known last day."""
ANSWER_WITHIN_DAYS = 30
"""How long a corrected claim or an appeal may wait for its answer."""

State = Denial.State
OPEN_STATES = (State.NEW, State.IN_REVIEW, State.CORRECTED, State.APPEALED)
_DECIDED = frozenset({ClaimState.PAID, ClaimState.PARTIAL, ClaimState.DENIED, ClaimState.ZERO_PATIENT})
_DUPLICATE = "DUPLICATE"
_QUEUES = {Queue.PATIENT_DENIAL: WorkItem.Queue.PATIENT_REVIEW}


def open_denials(remittance: Remittance, plan: Plan) -> list[Denial]:
    """The denials of a posted plan as cases with items. A case that is open already is taken up again, not doubled."""
    cases = _cases(remittance, plan.denials)
    items = open_many([_item(remittance, case) for case in cases])
    known = _open_denials({case.planned.claim_key for case in cases})
    expected = _expected_cents(plan.denials)
    denials = []
    for case in cases:
        denial = known.get(case.key) or Denial(denied_at=clock.now())
        denial.remittance = remittance
        _fill(denial, case, [expected.get(amount.line_key or 0) for amount in case.planned.amounts])
        denial.item = items[case.queue, case.subject]
        denials.append(denial)
    Denial.objects.bulk_create([denial for denial in denials if denial.pk is None])
    for denial in known.values():
        denial.save()
    return denials


def close_overturned(remittance: Remittance, plan: Plan) -> int:
    """Close the denials that the payer's newer result has answered, with their items; how many were closed.

    Overturned when nothing of their lines is denied any more, upheld when they are denied for another reason now: that
    is a case of its own. A denial as a duplicate answers nothing while the earlier result stands.
    """
    processed = {(one.claim_key, one.level) for one in plan.outcomes if one.state in _DECIDED}
    again = {(denied.claim_key, denied.level, denied.category) for denied in plan.denials}
    keys = {claim_key for claim_key, _ in processed if claim_key is not None}
    taken_back = _taken_back(plan)
    closed: dict[str, list[Denial]] = {State.OVERTURNED: [], State.UPHELD: []}
    for key, denial in _open_denials(keys).items():
        if key in again or key[:2] not in processed or denial.remittance_id == remittance.pk:
            continue
        reasons = _reasons_now(denial, plan)
        stands = (denial.remittance_id, denial.claim_id, denial.level) not in taken_back
        if not (stands and reasons == {_DUPLICATE}):
            closed[State.UPHELD if reasons else State.OVERTURNED].append(denial)
    source = f"{remittance.payer_name}, trace {remittance.trace_number}"
    _close(closed[State.OVERTURNED], State.OVERTURNED, f"Processed by {source}")
    _close(closed[State.UPHELD], State.UPHELD, f"Denied for another reason now by {source}")
    return sum(map(len, closed.values()))


def _taken_back(plan: Plan) -> set[tuple[int, int | None, str]]:
    """The results that the plan reverses: remittance, claim, level."""
    keys = [one.reverses for one in plan.outcomes if one.reverses is not None and one.reverses > 0]
    rows = RemittanceClaim.objects.filter(pk__in=keys)
    return set(rows.values_list("remittance_id", "claim_id", "level"))


def _reasons_now(denial: Denial, plan: Plan) -> set[str]:
    """The categories for which lines of a denial are denied by the plan; a line of None is the claim as a whole."""
    lines = {line["charge"] for line in denial.lines}
    return {
        denied.category
        for denied in plan.denials
        if (denied.claim_key, denied.level) == (denial.claim_id, denial.level)
        and any(None in (*lines, one.line_key) or one.line_key in lines for one in denied.amounts)
    }


def _close(denials: Collection[Denial], state: Denial.State, words: str) -> None:
    if denials:
        Denial.objects.filter(pk__in=[denial.pk for denial in denials]).update(state=state)
        close_open(WorkItem.objects.filter(denial__in=denials), resolution=words)


def record_correction(denial: Denial, *, actor: User | None = None) -> None:
    """The claim was corrected and sent again: wait for the payer's answer."""
    _wait_for_answer(denial, State.CORRECTED, "Corrected and sent again", actor)


def note_corrections(submissions: Sequence[Submission]) -> None:
    """Take note of claims that were sent again to a payer that had denied them."""
    sent = {(row.claim_id, row.level): row for row in submissions}
    for (claim_id, level, _), denial in _open_denials({claim_id for claim_id, _ in sent}).items():
        again = sent.get((claim_id, level))
        if again is not None and denial.state in (State.NEW, State.IN_REVIEW) and again.created_at > denial.denied_at:
            record_correction(denial)


def record_appeal(denial: Denial, *, actor: User | None = None) -> None:
    """An appeal was sent: wait for the decision. Raises `InputError` where none is allowed."""
    if denial.appeal_allowed is False:
        raise InputError("The payer allows no appeal of this denial; correct the claim instead.")
    _wait_for_answer(denial, State.APPEALED, "Appealed", actor)


def record_upheld(denial: Denial, *, resolution: str, actor: User | None = None) -> None:
    """The payer's last word, or nothing more can be done; what is still owed is written off or asked for elsewhere."""
    with transaction.atomic():
        _move(denial, State.UPHELD)
        if denial.item is not None and denial.item.state != WorkItem.State.DONE:
            finish_item(denial.item, resolution=resolution, actor=actor)


def _wait_for_answer(denial: Denial, state: Denial.State, words: str, actor: User | None) -> None:
    due_date = clock.today() + timedelta(days=ANSWER_WITHIN_DAYS)
    with transaction.atomic():
        _move(denial, state)
        item = denial.item
        if item is not None and item.state != WorkItem.State.DONE:
            item.state, item.due_date, item.touched_at = WorkItem.State.BLOCKED, due_date, clock.now()
            item.save(update_fields=["state", "due_date", "touched_at"])
            write_note(item, f"{words}; look again on {due_date:%Y-%m-%d}", author=actor)


def _move(denial: Denial, state: Denial.State) -> None:
    if not Denial.objects.filter(pk=denial.pk, state__in=OPEN_STATES).update(state=state):
        raise ConflictError("This denial was closed already; reload and look again.")
    denial.refresh_from_db()


@dataclass(frozen=True, slots=True)
class _Case:
    """A denial to open, with what is known and advised about it."""

    planned: PlannedDenial
    lead: DeniedAmount
    level: Adjudication
    advice: DenialAdvice

    @property
    def key(self) -> tuple[int, str, str]:
        return self.planned.claim_key, self.planned.level, self.planned.category

    @property
    def queue(self) -> str:
        return _QUEUES.get(self.planned.queue, WorkItem.Queue.DENIAL)

    @property
    def subject(self) -> str:
        return subjects.of_claim(self.planned.claim_key, self.planned.level, self.planned.category)

    @property
    def rarcs(self) -> list[str]:
        return list(dict.fromkeys(remark for amount in self.planned.amounts for remark in amount.remarks))


def _cases(remittance: Remittance, denials: Sequence[PlannedDenial]) -> list[_Case]:
    keys = {denied.claim_key for denied in denials}
    rows = Adjudication.objects.filter(claim__in=keys).select_related("claim", "payer")
    levels = {(row.claim_id, row.level): row for row in rows}
    return [_case(remittance, denied, levels[denied.claim_key, denied.level]) for denied in denials]


def _case(remittance: Remittance, planned: PlannedDenial, level: Adjudication) -> _Case:
    lead = max(planned.amounts, key=lambda amount: amount.cents)
    advice = plan_denial(
        lead.reason,
        lead.remarks,
        lead.group,
        remit_date=remittance.payment_date or clock.today(),
        service_date=level.claim.service_date,
        terms=terms_of(level.payer),
    )
    return _Case(planned, lead, level, advice)


def _item(remittance: Remittance, case: _Case) -> NewItem:
    planned, claim, advice = case.planned, case.level.claim, case.advice
    code = f"{case.lead.group}-{case.lead.reason}"
    return NewItem(
        queue=case.queue,
        subject=case.subject,
        title=f"{case.level.payer.name} denied {format_dollars(planned.cents)} of claim {claim.number} ({code})",
        reason=advice.meaning or f"{code}: the code list does not know this reason",
        next_action=advice.next_action,
        rule=f"row {planned.row}",
        money_cents=planned.cents,
        due_date=_due_date(advice),
        claim_id=claim.pk,
        patient_id=claim.patient_id,
        remittance_id=remittance.pk,
    )


def _due_date(advice: DenialAdvice) -> date:
    """The first of the last days, but never later than a look within `LOOK_WITHIN_DAYS`."""
    look = clock.today() + timedelta(days=LOOK_WITHIN_DAYS)
    return min([look, *filter(None, (advice.appeal_due_date, advice.resubmit_due_date))])


def _fill(denial: Denial, case: _Case, expected: Sequence[int | None]) -> None:
    planned, lead, advice = case.planned, case.lead, case.advice
    denial.claim_id, denial.level, denial.state = planned.claim_key, planned.level, State.NEW
    denial.group, denial.carc, denial.rarcs = lead.group[:2], lead.reason[:5], case.rarcs
    denial.lines = [_plain(amount) for amount in planned.amounts]
    denial.category, denial.meaning = planned.category[:24], advice.meaning[:400]
    denial.denied_cents = planned.cents
    denial.expected_cents = sum(cents or 0 for cents in expected) if any(expected) else None
    denial.appeal_allowed = advice.appeal_allowed
    denial.appeal_due_date, denial.resubmit_due_date = advice.appeal_due_date, advice.resubmit_due_date
    denial.offset, denial.length, denial.segment_index = lead.origin.offset, lead.origin.length, lead.origin.index


def _plain(amount: DeniedAmount) -> dict[str, object]:
    return {
        "charge": amount.line_key,
        "group": amount.group,
        "carc": amount.reason,
        "cents": amount.cents,
        "rarcs": list(amount.remarks),
    }


def _open_denials(claim_keys: Collection[int]) -> dict[tuple[int, str, str], Denial]:
    rows = Denial.objects.filter(claim__in=claim_keys, state__in=OPEN_STATES).select_related("item")
    return {(row.claim_id, row.level, row.category): row for row in rows}


def _expected_cents(denials: Sequence[PlannedDenial]) -> dict[int, int | None]:
    """What the contract would have allowed on each denied line, by the line's key, where it is priced."""
    keys = {amount.line_key for denied in denials for amount in denied.amounts if amount.line_key is not None}
    rows = ClaimLine.objects.filter(charge__in=keys).values_list("charge_id", "expected_cents")
    return dict(rows)
