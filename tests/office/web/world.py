"""A small office at work, made with the rooms' own verbs: a paid claim with its patient's statement, a denied one, one
that our edits stopped, one that waits for its payer, a coverage that the payer could not find.

    world = build_world()
    world.denied                 the claim that Harbor Health refused (CO-50), with its denial and its item
    world.remittance             the 835 that paid one and refused the other, posted
    world.waiting_remittance     one that nobody has posted yet
    world.rule                   a rule of the practice's own, off
    world.payment                25.00 by card of a patient who owes nothing yet
    world.deposit                a check at the bank that pays no remittance yet
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from claimwright.office.charges.entry import NewLine
from claimwright.office.claims.lifecycle import A, S, move_adjudications, move_submissions
from claimwright.office.claims.models import Adjudication, Claim, OwnRule, Submission
from claimwright.office.claims.rules import save_rule
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core import clock, jobs
from claimwright.office.core.files import store_file
from claimwright.office.core.loading import LOAD
from claimwright.office.core.models import Job
from claimwright.office.core.scope import required_client_id
from claimwright.office.exchange.batching import batch_claims
from claimwright.office.exchange.models import Connection, EligibilityCheck, Transmission
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import open_item
from claimwright.office.patients.models import Contract, Coverage, Patient
from claimwright.office.patients.roster import add_contract
from claimwright.office.posting.deposits import enter_deposit
from claimwright.office.posting.models import Deposit, PatientPayment, Remittance
from claimwright.office.posting.patient_payments import take_payment
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import receive_remittances
from claimwright.office.statements.billing import run_statements
from claimwright.office.statements.models import Statement
from tests.office.posting.scenes import interchange
from tests.office.practice import Practice

RULE = {
    "name": "Visits at Harbor Health need modifier 25",
    "payers": ["HARB1"],
    "when": {"codes": "99202-99215"},
    "then": {"modifiers": "25"},
    "catches": ["99214"],
    "passes": ["99214-25"],
}


@dataclass
class World:
    """What a test asks about."""

    practice: Practice
    paid: Claim
    denied: Claim
    stopped: Claim
    sent: Claim
    transmission: Transmission
    remittance: Remittance
    waiting_remittance: Remittance
    statement: Statement
    unknown_coverage: Coverage
    deposit: Deposit
    payment: PatientPayment
    loading: Job
    contract: Contract
    rule: OwnRule

    @property
    def patient(self) -> Patient:
        return self.paid.patient

    @property
    def denial_item(self) -> WorkItem:
        return WorkItem.objects.get(queue=WorkItem.Queue.DENIAL, claim=self.denied)


def build_world(*, more: int = 0) -> World:
    """The office in the scope that is open; `more`: so many further claims, paid and denied in turn."""
    practice = Practice()
    long_ago = clock.today() - timedelta(days=40)
    lines = (NewLine("99214", 19_500), NewLine("36415", 2_500, pointers=(2,)))
    people = [("Quill", "Ida"), ("Okafor", "Ben"), ("Lindqvist", "Maja"), ("Zielinski", "Leo")]
    people += [(f"Person{number:03d}", "Pat") for number in range(more)]
    patients = [practice.covered_patient(last_name=last, first_name=first) for last, first in people]
    paid, denied, stopped, sent, *others = practice.claims(
        *(practice.visit(patient, *lines, service_date=long_ago) for patient in patients)
    )
    Coverage.objects.filter(patient=stopped.patient).update(state=Coverage.State.INACTIVE)
    scrub_claims()
    transmission = _send()
    remittance = _remit(practice, "EFT0001", [paid, *others[0::2]], [denied, *others[1::2]])
    post_remittance(remittance)
    Remittance.objects.filter(pk=remittance.pk).update(cash_seen_at=clock.now())
    remittance.refresh_from_db()
    statement = run_statements().statements[0]
    return World(
        practice,
        paid,
        denied,
        stopped,
        sent,
        transmission,
        remittance,
        _remit(practice, "EFT0002", [sent], []),
        statement,
        _unknown_coverage(practice),
        enter_deposit(cents=13_000, deposit_date=clock.today(), reference="4711", text="Lockbox"),
        take_payment(stopped.patient, cents=2_500, method="card", reference="6011"),
        _refused_loading(),
        _contract(practice),
        save_rule(RULE),
    )


def post_unmatched(world: World) -> Remittance:
    """An 835 that pays 130.00 on the claim that waits for its payer, under a number that is not ours, and of which the
    payer keeps 12.50 for something that it never announced; posted."""
    strange = [segment.replace(world.sent.number, "OLD-77") for segment in _paid(world.sent)]
    strange = [segment.replace(f"ICN{world.sent.pk:06d}", "ICN-UNKNOWN") for segment in strange]
    strange.append(f"PLB*{world.practice.group.npi}*20261231*WO:OLD-12*12.5")
    remittance = _received(world.practice, "EFT0003", 117.5, strange, 1)
    post_remittance(remittance)
    return Remittance.objects.get(pk=remittance.pk)


def _refused_loading() -> Job:
    """Files that somebody wanted to load, which say neither from which day they hold nor which set they are."""
    wish = {"effective_date": "", "code_set": "", "accept_fewer": False, "is_licensed": False}
    refusal = {
        "code": "LOAD-DATE",
        "message": "The file does not say from which day it holds.",
        "hint": "",
        "where": "",
    }
    payload = {"folder": "none", "files": ["codes.csv"], "user": None, "refusals": [refusal], **wish}
    job = jobs.enqueue(LOAD, key=f"loading {required_client_id()}", payload=payload)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error=refusal["message"])
    job.refresh_from_db()
    return job


def _contract(practice: Practice) -> Contract:
    """What the supplement agreed to from this year on."""
    terms = {"tables_cents": {"schedule": {"99213": 9200}}, "rates": [{"table": "schedule"}]}
    return add_contract(practice.supplement, name="Second Sail 2026", effective_date=date(2026, 1, 1), terms=terms)


def _send() -> Transmission:
    connection = Connection.objects.create(
        name="Clearinghouse", host="localhost", host_key="none", sender_id="LAKESIDE", receiver_id="CLEARING"
    )
    transmission = batch_claims(connection)
    assert transmission is not None
    submissions = list(Submission.objects.filter(state=S.BATCHED))
    move_submissions(submissions, S.SENT, f"Sent in {transmission.file_name}")
    levels = list(Adjudication.objects.filter(claim__in=[row.claim_id for row in submissions], level="P"))
    move_adjudications(levels, A.IN_PROCESS, "With the payer")
    Transmission.objects.filter(pk=transmission.pk).update(state=Transmission.State.SENT, sent_at=clock.now())
    return transmission


def _remit(practice: Practice, trace: str, paid: list[Claim], denied: list[Claim]) -> Remittance:
    """An 835 that pays some claims in part and refuses others, received."""
    claims = [segment for claim in paid for segment in _paid(claim)]
    claims += [segment for claim in denied for segment in _denied(claim)]
    return _received(practice, trace, 130 * len(paid), claims, len(paid) + len(denied))


def _received(practice: Practice, trace: str, dollars: float, claims: list[str], count: int) -> Remittance:
    day = f"{clock.today():%Y%m%d}"
    segments = [
        f"BPR*I*{dollars:g}*C*ACH************{day}",
        f"TRN*1*{trace}*1987654321",
        f"DTM*405*{day}",
        f"N1*PR*{practice.aetna.name.upper()}",
        "N3*1 PIER ROAD",
        "N4*MADISON*WI*53703",
        f"REF*2U*{practice.aetna.payer_id}",
        "PER*BL*EDI*TE*6085550123",
        f"N1*PE*LAKESIDE FAMILY PRACTICE*XX*{practice.group.npi}",
        "LX*1",
        *claims,
    ]
    file, _ = store_file(f"{trace}.835", interchange([segments], control=int(trace[-4:])))
    Transmission.objects.create(
        direction=Transmission.Direction.IN,
        kind="835",
        file=file,
        file_name=file.name,
        state=Transmission.State.PROCESSED,
        item_count=count,
        created_at=clock.now(),
    )
    (remittance,) = receive_remittances(file)
    return remittance


def _paid(claim: Claim) -> list[str]:
    first, second = claim.lines.order_by("number")
    return [
        f"CLP*{claim.number}*1*220*130*30*12*ICN{claim.pk:06d}",
        _patient(claim),
        "SVC*HC:99214*195*115**1",
        f"DTM*472*{claim.service_date:%Y%m%d}",
        "CAS*CO*45*50",
        "CAS*PR*3*30",
        f"REF*6R*{first.control_number}",
        "SVC*HC:36415*25*15**1",
        f"DTM*472*{claim.service_date:%Y%m%d}",
        "CAS*CO*45*10",
        f"REF*6R*{second.control_number}",
    ]


def _denied(claim: Claim) -> list[str]:
    first, second = claim.lines.order_by("number")
    return [
        f"CLP*{claim.number}*1*220*0**12*ICN{claim.pk:06d}",
        _patient(claim),
        "SVC*HC:99214*195*0**0",
        f"DTM*472*{claim.service_date:%Y%m%d}",
        "CAS*CO*50*195",
        f"REF*6R*{first.control_number}",
        "LQ*HE*N115",
        "SVC*HC:36415*25*0**0",
        f"DTM*472*{claim.service_date:%Y%m%d}",
        "CAS*CO*50*25",
        f"REF*6R*{second.control_number}",
    ]


def _patient(claim: Claim) -> str:
    return f"NM1*QC*1*{claim.patient.last_name.upper()}*{claim.patient.first_name.upper()}"


def _unknown_coverage(practice: Practice) -> Coverage:
    patient = practice.patient(last_name="Varga", first_name="Eszter", birth_date=date(1991, 3, 9))
    coverage = practice.cover(patient)
    Coverage.objects.filter(pk=coverage.pk).update(state=Coverage.State.REJECTED)
    EligibilityCheck.objects.create(
        coverage=coverage,
        service_date=clock.today(),
        trace="T0000001",
        state=EligibilityCheck.State.REJECTED,
        rejection_codes=["75"],
        asked_at=clock.now(),
        answered_at=clock.now(),
    )
    open_item(
        WorkItem.Queue.ELIGIBILITY,
        f"coverage {coverage.pk}",
        title="Harbor Health could not find the patient",
        reason="The payer does not know this member (AAA 75).",
        next_action="Compare the member ID with the card and ask again.",
        patient=patient,
        coverage=coverage,
        due_date=clock.today() + timedelta(days=2),
    )
    return coverage
