"""What people do besides the routine, played from the seed: the biller mends, resends, appeals and gives up; patients
pay.

Everything is done by the verbs that people use, a day after it came up. Not everything is done: some work stays in its
queue, as it does in life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum

from claimwright.errors import ConflictError
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import REJECTED, latest_submissions
from claimwright.office.claims.mending import mend_claim, replace_claim, resubmit_claim
from claimwright.office.claims.models import Claim
from claimwright.office.core import clock
from claimwright.office.core.models import User
from claimwright.office.followup.denials import record_appeal, record_upheld
from claimwright.office.followup.models import Denial, WorkItem
from claimwright.office.followup.worklists import finish_item, set_due_date
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.patients.models import Coverage, Patient
from claimwright.office.patients.roster import correct_member_id
from claimwright.office.posting.patient_payments import (
    RefundReason,
    apply_credit,
    credit_cents,
    refund_credit,
    release_overpaid,
    take_payment,
)
from claimwright.office.posting.write_offs import Reason, write_off
from claimwright.office.statements.models import Statement
from claimwright.office.trial.entering import authorization_number, mending_changes, obtain_authorization
from claimwright.office.trial.opening import OpenedPractice
from claimwright.office.trial.sample import SamplePractice
from claimwright.office.trial.visits import PlannedVisit
from claimwright.remittance.plan import PATIENT
from claimwright.simulator.chance import draw

RESENDS_PER_MILLE = 800
RESENDS_MAX = 2
PAYS_AT_THE_DESK_PER_MILLE = 600
PAYS_STATEMENT_PER_MILLE = 700
DAYS_TO_PAY = 12
APPEALS_PER_MILLE = 500
PUTS_OFF_PER_MILLE = 850
LOOK_AGAIN_DAYS = 14

_Queue = WorkItem.Queue


@dataclass(slots=True)
class Biller:
    """The biller of the trial. `visits` are the planned visits by the key of their encounter."""

    sample: SamplePractice
    opened: OpenedPractice
    user: User
    seed: int
    visits: dict[int, PlannedVisit] = field(default_factory=dict)
    copays_cents: Mapping[str, int] = field(default_factory=dict)
    _mended: set[int] = field(default_factory=set)
    """The claims that were mended once: what is stopped again needs another look than this one."""

    def work(self) -> int:
        """A morning's work; how many things were done."""
        done = self._correct_coverages() + self._mend_stopped() + self._send_rejected_again() + self._work_denials()
        done += self._take_payments() + self._work_credits() + self._apply_credits()
        # Putting off is no work that keeps a trial going.
        self._put_off()
        return done

    def take_copays(self, visits: list[tuple[Encounter, PlannedVisit]]) -> None:
        """Some patients pay their copay at the desk, once for a visit that was entered twice."""
        first = {visit.number: encounter for encounter, visit in reversed(visits)}
        for encounter, visit in visits:
            cents = self._copay_cents(visit) if first[visit.number] is encounter else 0
            if cents and self._draw("desk", encounter.number) < PAYS_AT_THE_DESK_PER_MILLE:
                take_payment(encounter.patient, cents=cents, method="card", reference=encounter.number)

    def _copay_cents(self, visit: PlannedVisit) -> int:
        if not visit.patient.coverages or not any(line.code.startswith("992") for line in visit.kind.lines):
            return 0
        return self.copays_cents.get(visit.patient.coverages[0].payer_id, 0)

    def _draw(self, *what: str | int) -> int:
        return draw(self.seed, "biller", *what)

    def _items(self, queue: WorkItem.Queue) -> list[WorkItem]:
        """The open items of a queue that came up before today."""
        items = WorkItem.objects.filter(queue=queue, state=WorkItem.State.OPEN, opened_at__lt=clock.now())
        return list(items.select_related("claim", "coverage").order_by("pk"))

    def _put_off(self) -> None:
        """What is due and could not be finished is looked at, and again some days later; some of it is forgotten."""
        due = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(due_date=clock.today()).order_by("pk")
        for item in due:
            if self._draw("put off", item.subject, item.queue) < PUTS_OFF_PER_MILLE:
                days = LOOK_AGAIN_DAYS + self._draw("days", item.subject) % LOOK_AGAIN_DAYS
                set_due_date(item, _not_too_late(item, clock.today() + timedelta(days=days)), actor=self.user)

    def _correct_coverages(self) -> int:
        """The card is looked at again, and the member ID on it is taken over."""
        done = 0
        for item in self._items(_Queue.ELIGIBILITY):
            coverage = item.coverage
            card = self.opened.cards.get(coverage.pk) if coverage else None
            if coverage and card and coverage.member_id != card and coverage.state != Coverage.State.ACTIVE:
                correct_member_id(coverage, card)
                done += 1
        return done

    def _mend_stopped(self) -> int:
        done = 0
        for item in self._items(_Queue.SCRUB):
            visit = self.visits.get(item.claim.encounter_id or 0) if item.claim else None
            if item.claim and visit and visit.mistake and visit.mistake.is_mended and item.claim.pk not in self._mended:
                self._mended.add(item.claim.pk)
                self._mend(item.claim, visit)
                done += 1
        return done

    def _mend(self, claim: Claim, visit: PlannedVisit) -> None:
        if visit.mistake and visit.mistake.kind == "diagnosis_twice":
            diagnoses = record_of(claim).diagnoses[: len(visit.kind.diagnoses)]
            mend_claim(claim, {"diagnoses": diagnoses}, why="The diagnosis was there twice")
            return
        obtain_authorization(self.sample, self.opened, visit)
        mend_claim(claim, mending_changes(visit), why="Mended after the edits stopped it")

    def _send_rejected_again(self) -> int:
        done = 0
        items = self._items(_Queue.REJECTION)
        newest = latest_submissions([item.claim_id for item in items if item.claim_id])
        for item in items:
            claim = item.claim
            if claim is None or newest[claim.pk].state not in REJECTED or newest[claim.pk].attempt > RESENDS_MAX:
                continue
            if self._draw("resend", claim.number) < RESENDS_PER_MILLE:
                resubmit_claim(claim, why="Looked up with the payer; nothing is wrong with the claim")
                done += 1
        return done

    def _work_denials(self) -> int:
        new = Denial.objects.filter(state=Denial.State.NEW, denied_at__lt=clock.now())
        return sum(self._work_denial(denial) for denial in new.select_related("claim").order_by("pk"))

    def _work_denial(self, denial: Denial) -> bool:
        """Correct what can be corrected, give up what was bundled, appeal some of the rest; the rest waits."""
        visit = self.visits.get(denial.claim.encounter_id or 0)
        if denial.carc == "16":
            return self._replace(denial, {"note": "REVIEWED AND SENT AGAIN AFTER DENIAL CO16"})
        if denial.carc == "197" and visit and not record_of(denial.claim).prior_authorization:
            obtain_authorization(self.sample, self.opened, visit)
            return self._replace(denial, {"prior_authorization": authorization_number(visit)})
        if denial.carc == "97":
            return self._give_up(denial, Reason.BUNDLED)
        if denial.appeal_allowed and self._draw("appeal", denial.claim.number, denial.carc) < APPEALS_PER_MILLE:
            record_appeal(denial, actor=self.user)
            return True
        return False

    def _replace(self, denial: Denial, changes: dict[str, str]) -> bool:
        try:
            replace_claim(denial.claim, changes, level=denial.level, why="Reviewed and sent again after the denial")
        except ConflictError:
            # The payer takes no replacement, or has not decided this level: the denial stays in its queue.
            return False
        return True

    def _give_up(self, denial: Denial, reason: Reason) -> bool:
        encounter = denial.claim.encounter
        if encounter is None:
            return False
        owed = owed_on_encounters([encounter.pk]).get(encounter.pk, {})
        for line in denial.lines:
            cents = min(line["cents"], owed.get(line["charge"], {}).get(denial.level, 0))
            if cents > 0:
                write_off(
                    encounter,
                    owner=denial.level,
                    cents=cents,
                    reason=reason,
                    actor=self.user,
                    charge_id=line["charge"],
                    note=f"denied {denial.group}-{denial.carc}",
                )
        record_upheld(denial, resolution="Part of another service; given up", actor=self.user)
        return True

    def _take_payments(self) -> int:
        """Patients who answer a statement pay what it asks, some days later."""
        day = clock.today() - timedelta(days=DAYS_TO_PAY)
        done = 0
        for statement in Statement.objects.filter(statement_date=day).select_related("guarantor").order_by("pk"):
            if self._draw("statement", statement.number) < PAYS_STATEMENT_PER_MILLE:
                take_payment(
                    statement.guarantor,
                    cents=statement.amount_cents,
                    method="online",
                    reference=statement.number,
                )
                done += 1
        return done

    def _work_credits(self) -> int:
        """What a visit has too much becomes the patient's credit; credit that nothing waits for is given back."""
        done = 0
        for item in self._items(_Queue.CREDIT):
            patient = item.claim.patient if item.claim else item.patient
            if patient is None:
                continue
            if item.claim and release_overpaid(patient.guarantor or patient):
                finish_item(item, resolution="Kept as the patient's credit", actor=self.user)
                done += 1
            elif item.claim is None and (cents := credit_cents(patient)) > 0:
                refund_credit(
                    patient,
                    cents=cents,
                    method="check",
                    reason=RefundReason.OVERPAID,
                    actor=self.user,
                    reference=f"R{item.pk:06d}",
                )
                finish_item(item, resolution="Given back to the patient", actor=self.user)
                done += 1
        return done

    def _apply_credits(self) -> int:
        """What patients paid before it was owed is applied once it is."""
        owed = Posting.objects.filter(account=Account.RECEIVABLE, owner=PATIENT).values("patient_id", "charge_id")
        owing = owed.annotate(total=Sum("cents")).filter(total__gt=0).order_by().values_list("patient_id", flat=True)
        held = Posting.objects.filter(account=Account.PATIENT_CREDIT).values("reference").annotate(total=Sum("cents"))
        accounts = held.filter(total__lt=0).order_by().values_list("reference", flat=True)
        with_credit = Patient.objects.filter(account_number__in=set(accounts), pk__in=set(owing)).order_by("pk")
        return sum(apply_credit(patient) > 0 for patient in with_credit)


def _not_too_late(item: WorkItem, day: date) -> date:
    """The day, or the last day of an appeal or a correction where that comes first."""
    denial = Denial.objects.filter(item=item).first()
    last_days = (denial.appeal_due_date, denial.resubmit_due_date) if denial else ()
    return min([day, *(last for last in last_days if last and last > clock.today())])


def pays_until(day: date) -> date:
    """The last day on which somebody pays a statement of that day."""
    return day + timedelta(days=DAYS_TO_PAY)
