"""The clearinghouse's front door: which claims are taken in, and the 277CA that says so. Records in, records out.

Category A2 takes a claim in, A3 returns it, A6, A7 and A8 reject it for missing, invalid or conflicting data; the
second part of a status is from the claim status list, the third names whom it is about (IL the subscriber, 85 the
billing provider ...).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from claimwright.documents.acknowledgement import ClaimAcknowledgement, ProviderAcknowledgement, Totals
from claimwright.documents.claim import Claim, ClaimBatch, ClaimKind
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.documents.status import ClaimStatus, StatusCode, StatusInformation
from claimwright.simulator.adjudicate import Submission, chance_outcome
from claimwright.simulator.policy import Member, Outcome, Payer

ACCEPTED = StatusCode("A2", "20", "PR")
_TAKEN_IN, _SENT_BACK = "WQ", "U"
_DOUBTFUL = StatusCode("A7", "145", "82")
_NOT_TAKEN = StatusCode("A7", "481")
"""The format of the claim is not one that is taken: the simulated payers take professional claims alone."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the front door says about one claim: the code, and the payer's number when the claim was taken in."""

    claim: Claim
    code: StatusCode
    payer_claim_number: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.code.category == "A2"


def screen(submission: Submission, payer: Payer, member: Member | None, seed: int) -> StatusCode:
    """The status of a claim at the front door: accepted, or the first thing that is wrong with it."""
    claim = submission.claim
    checks = (_incomplete(claim), _inconsistent(claim, submission.received_on), _not_covered(claim, payer, member))
    wrong = next((code for code in checks if code), None)
    if wrong:
        return wrong
    if chance_outcome(submission, payer, seed) is Outcome.REJECTED:
        return _DOUBTFUL
    return ACCEPTED


def _incomplete(claim: Claim) -> StatusCode | None:
    if claim.kind is not ClaimKind.PROFESSIONAL:
        return _NOT_TAKEN
    if not claim.subscriber.member_id:
        return StatusCode("A6", "164", "IL")
    if not claim.billing.npi and not claim.billing.tax_id:
        return StatusCode("A6", "562", "85")
    if not claim.diagnoses:
        return StatusCode("A6", "254")
    return None if claim.lines else StatusCode("A6", "454")


def _inconsistent(claim: Claim, today: date) -> StatusCode | None:
    if claim.charge_cents != claim.lines_cents or any(line.charge_cents < 0 for line in claim.lines):
        return StatusCode("A8", "178")
    periods = [line.period for line in claim.lines]
    if not all(periods):
        return StatusCode("A6", "187")
    if any(period.end > today for period in periods if period):
        return StatusCode("A7", "510")
    return None


def _not_covered(claim: Claim, payer: Payer, member: Member | None) -> StatusCode | None:
    if payer.knows_everyone:
        return None
    person = claim.subscriber.person
    if not payer.has_member_id_form(person.id):
        return StatusCode("A7", "164", "IL")
    if member is None:
        return StatusCode("A3", "33", "IL")
    if person.birth_date and person.birth_date != member.birth_date:
        return StatusCode("A7", "158", "IL")
    starts = [line.period.start for line in claim.lines if line.period]
    if not all(member.is_covered_on(start) for start in starts):
        return StatusCode("A3", "88", "IL")
    return None


def acknowledge_claims(
    batch: ClaimBatch, verdicts: Sequence[Verdict], clearinghouse: Party, receipt: str, received_on: date, now: datetime
) -> ClaimAcknowledgement:
    """The 277CA of one 837: what became of every claim, and the sums of both kinds."""
    totals = _totals(verdicts)
    today = now.date()
    return ClaimAcknowledgement(
        reference=receipt,
        created_at=now,
        source=clearinghouse,
        receiver=_identified(batch.submitter),
        batch_reference=batch.reference,
        statuses=(_received(verdicts, today),),
        accepted_count=totals.accepted_count,
        rejected_count=totals.rejected_count,
        accepted_cents=totals.accepted_cents,
        rejected_cents=totals.rejected_cents,
        claims=tuple(
            _status(verdict, clearinghouse, receipt, position, today) for position, verdict in enumerate(verdicts, 1)
        ),
        providers=tuple(_providers(verdicts)),
        source_role="AY",
        receipt=receipt,
        received_date=received_on,
        processed_date=today,
    )


def _received(verdicts: Sequence[Verdict], today: date | None) -> StatusInformation:
    """The status of a batch, or of a provider's part of it: received. What became of it is told claim by claim."""
    charge_cents = sum(verdict.claim.charge_cents for verdict in verdicts)
    return StatusInformation((StatusCode("A1", "19", "AY"),), today, _TAKEN_IN, charge_cents)


def _status(verdict: Verdict, clearinghouse: Party, receipt: str, position: int, today: date) -> ClaimStatus:
    claim = verdict.claim
    information = StatusInformation(
        codes=(verdict.code,),
        effective_date=today,
        action=_TAKEN_IN if verdict.is_accepted else _SENT_BACK,
        charge_cents=claim.charge_cents,
    )
    return ClaimStatus(
        trace=claim.control_number,
        statuses=(information,),
        payer=clearinghouse,
        provider=_named(claim.billing),
        patient=_patient(claim),
        control_number=claim.control_number,
        payer_claim_number=verdict.payer_claim_number,
        clearinghouse_number=f"{receipt}{position:05d}",
        period=service_period(claim),
    )


def service_period(claim: Claim) -> Period | None:
    """From the first to the last day of service; None when no line has one."""
    periods = [line.period for line in claim.lines if line.period]
    if not periods:
        return None
    return Period(min(period.start for period in periods), max(period.end for period in periods))


def _patient(claim: Claim) -> Person:
    person = claim.patient_person
    member_id = person.id or claim.subscriber.member_id
    names = (person.last_name, person.first_name, person.middle_name, person.suffix)
    return Person(*names, is_person=True, id_qualifier="MI", id=member_id)


def _named(provider: Provider) -> Provider:
    """The billing provider by name and number: NPI, tax number, or whatever it gave."""
    names = (provider.last_name or "UNKNOWN", provider.first_name, provider.middle_name, provider.suffix)
    if provider.npi:
        qualifier, number = "XX", provider.npi
    elif provider.tax_id:
        qualifier, number = "FI", provider.tax_id
    else:
        qualifier, number = "SV", provider.id or "UNKNOWN"
    return Provider(*names, is_person=provider.is_person, id_qualifier=qualifier, id=number)


def _identified(submitter: Party) -> Party:
    """The sender of the claims without how to reach it."""
    return replace(submitter, contacts=(), id_qualifier="46", id=submitter.id or "UNKNOWN")


def _providers(verdicts: Sequence[Verdict]) -> Iterable[ProviderAcknowledgement]:
    """The sums of each billing provider, in the order of the batch."""
    parts: dict[Provider, list[Verdict]] = {}
    for verdict in verdicts:
        parts.setdefault(_named(verdict.claim.billing), []).append(verdict)
    for provider, part in parts.items():
        yield ProviderAcknowledgement(provider, "0", (_received(part, None),), _totals(part))


def _totals(verdicts: Sequence[Verdict]) -> Totals:
    accepted = [verdict.claim.charge_cents for verdict in verdicts if verdict.is_accepted]
    rejected = [verdict.claim.charge_cents for verdict in verdicts if not verdict.is_accepted]
    return Totals(
        accepted_count=len(accepted) or None,
        rejected_count=len(rejected) or None,
        accepted_cents=sum(accepted) if accepted else None,
        rejected_cents=sum(rejected) if rejected else None,
    )
