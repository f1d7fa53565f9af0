"""The clearinghouse over its folders: files in, answers out.

inbound/    what was sent and not looked at yet
outbound/   the answers, for the sender to fetch
archive/    what was sent and dealt with
state.db    what the payers remember
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from claimwright import x12
from claimwright.documents.acknowledgement import ClaimAcknowledgement
from claimwright.documents.acknowledgement_x12 import write_claim_acknowledgement
from claimwright.documents.claim import Claim, ClaimBatch
from claimwright.documents.claim_x12 import read_claims
from claimwright.documents.eligibility_x12 import read_inquiries as read_eligibility_inquiries
from claimwright.documents.eligibility_x12 import write_responses as write_eligibility_responses
from claimwright.documents.parties import Party, Provider
from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.remittance import Remittance
from claimwright.documents.remittance_x12 import write_remittance
from claimwright.documents.status import StatusInquiry
from claimwright.documents.status_x12 import read_inquiries as read_status_inquiries
from claimwright.documents.status_x12 import write_responses as write_status_responses
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity
from claimwright.simulator import eligibility, hostile, intake, status
from claimwright.simulator.adjudicate import (
    ORIGINAL,
    REPLACEMENT,
    VOID,
    Decision,
    Standing,
    Submission,
    adjudicate,
    chance_outcome,
    correct,
    forwarded_claim,
    is_unprocessable,
)
from claimwright.simulator.folders import HIDDEN, free_name, write_whole
from claimwright.simulator.partner import Partner, write
from claimwright.simulator.policy import Hostile, OtherCoverage, Outcome, Payer, PayerKind, Policy
from claimwright.simulator.remit import Payment, payee_of, remit
from claimwright.simulator.state import Row, State
from claimwright.simulator.status import ClaimState

_ACKNOWLEDGEMENTS = frozenset({"997", "999"})
_NAME = re.compile(r"[^A-Za-z0-9._ -]")
_FRIDAY = 4
_DUPLICATE_INTERCHANGE = "025"


@dataclass(eq=False, slots=True)
class _Payout:
    """The decisions of one payer for one payee and one receiver on one day."""

    partner: Partner
    payer: Payer
    payee: Provider
    decisions: list[Decision] = field(default_factory=list)
    claim_ids: list[int] = field(default_factory=list)


class Clearinghouse:
    """A clearinghouse and its payers in one folder. One process works at a time; uploads may come at any moment."""

    def __init__(self, policy: Policy, folder: Path) -> None:
        self.policy = policy
        self.folder = folder
        self.inbound, self.outbound, self.archive = (folder / name for name in ("inbound", "outbound", "archive"))
        for path in (self.inbound, self.outbound, self.archive):
            path.mkdir(parents=True, exist_ok=True)
        self._state = State(folder / "state.db")

    def close(self) -> None:
        """Let go of the state."""
        self._state.close()

    def receive(self, name: str, data: bytes, now: datetime) -> Path:
        """Lay a file into `inbound`, whole or not at all; `work` answers it, in the order of names.

        A name that is taken gets a number behind it, so that files of one name keep their order.
        Raises `InputError` for a name that cannot be one.
        """
        cleaned = _NAME.sub("_", Path(name).name).strip(". ")
        if not cleaned or HIDDEN.match(cleaned):
            raise InputError(f"{name!r} is not a name for a file to be read")
        path = free_name(self.inbound / cleaned)
        write_whole(path, data)
        return path

    def work(self, now: datetime) -> None:
        """Take in what arrived, decide what is due, and lay out every answer due by now."""
        self._move_files()
        with self._state.transaction():
            for path in sorted(self.inbound.iterdir(), key=lambda path: path.name):
                if path.is_file() and not HIDDEN.match(path.name):
                    _Intake(self, now).take(path)
            self._acknowledge_claims(now)
            while (day := self._state.due_day()) and day <= now.date():
                _PaymentDay(self, day, now).run()
        self._move_files()

    def _move_files(self) -> None:
        """Do what the state says of files: lay out answers, archive what is dealt with."""
        for name, data in self._state.outgoing():
            write_whole(self.outbound / name, data)
            self._state.sent(name)
        for name, archived_as in self._state.taken():
            path = self.inbound / name
            if path.exists():
                path.replace(self.archive / archived_as)
            self._state.archived(name)

    def _acknowledge_claims(self, now: datetime) -> None:
        for partner_text, plain in self._state.take_acknowledgements(now.date()):
            record = from_plain(ClaimAcknowledgement, plain)
            outgoing = write_claim_acknowledgement(replace(record, created_at=now))
            self.answer(Partner.from_text(partner_text), "277CA", [outgoing], now)

    # What intake and payment share.

    @property
    def state(self) -> State:
        return self._state

    def envelope(self, partner: Partner, now: datetime) -> x12.Envelope:
        """An envelope with the next control number."""
        return partner.envelope(self.policy.clearinghouse, now, self._state.next("interchange"))

    def answer(self, partner: Partner, kind: str, sets: list[x12.OutgoingSet], now: datetime) -> None:
        """Write sets as a file to be laid out."""
        self.send(kind, write(self.envelope(partner, now), sets), now)

    def send(self, kind: str, data: bytes, now: datetime, *, ending: str = "x12") -> None:
        """A file to be laid out, named by day, number and kind."""
        self._state.send(f"{now:%Y%m%d}-{self._state.next('file'):06d}-{kind}.{ending}", data)

    def next_payer_claim_number(self, day: date) -> str:
        """The number that a payer gives to a claim: year, day of the year, and a count."""
        return f"{day:%y%j}{self._state.next('claim'):08d}"


class _Intake:
    """One file that arrived."""

    def __init__(self, house: Clearinghouse, now: datetime) -> None:
        self.house = house
        self.state = house.state
        self.policy = house.policy
        self.now = now

    def take(self, path: Path) -> None:
        """Answer the file, or report why it cannot be."""
        data = path.read_bytes()
        reading = x12.read(data, name=path.name)
        if not reading.interchanges:
            self._report(path.name, reading.own_findings)
        for interchange in reading.interchanges:
            self._interchange(replace(reading, interchanges=[interchange], own_findings=[]), path.name)
        archived_as = f"{self.now:%Y%m%d}-{self.state.next('arrival'):06d}-{path.name}"
        self.state.take(path.name, archived_as)

    def _report(self, name: str, findings: list[Finding] | tuple[Finding, ...]) -> None:
        """A text for people: what is wrong with a file, or with what it holds."""
        lines = [f"About the file {name}, received {self.now:%Y-%m-%d %H:%M} UTC:", *map(str, findings)]
        self.house.send("report", ("\n".join(lines) + "\n").encode("utf-8", "replace"), self.now, ending="txt")

    def _interchange(self, reading: x12.Reading, name: str) -> None:
        (interchange,) = reading.interchanges
        partner = Partner.of(interchange)
        sets = list(reading.sets())
        if (interchange.acks or sets) and all(one.st01 in _ACKNOWLEDGEMENTS for one in sets):
            return  # An acknowledgement is never acknowledged.
        (verdict,) = x12.interchange_acknowledgements(reading)
        is_refused = verdict[4] == "R"
        if not is_refused and not self.state.is_new_interchange(
            f"{partner.qualifier}{partner.id}", interchange.control
        ):
            verdict, is_refused = (*verdict[:4], "R", _DUPLICATE_INTERCHANGE), True
        envelope = self.house.envelope(partner, self.now)
        if is_refused:
            self.house.send("TA1", write(envelope, [], acks=[verdict]), self.now)
            return
        self.house.send("999", x12.acknowledge(reading, envelope), self.now)
        for transaction_set in sets:
            if transaction_set.accepted:
                self._set(transaction_set, partner, name)

    def _set(self, transaction_set: x12.TransactionSet, partner: Partner, name: str) -> None:
        read = {"270": self._eligibility, "276": self._status, "837": self._claims}.get(transaction_set.st01)
        if read is None:
            words = f"A {transaction_set.st01} is nothing that a clearinghouse takes."
            self._report(name, [Finding("SIM-IN-001", Severity.ERROR, words, "Send it to whom it is meant for.")])
            return
        findings = read(transaction_set, partner)
        errors = [found for found in findings if found.severity is Severity.ERROR]
        if errors:
            self._report(name, errors)

    def _eligibility(self, transaction_set: x12.TransactionSet, partner: Partner) -> tuple[Finding, ...]:
        batch, findings = read_eligibility_inquiries(transaction_set)
        if batch.inquiries:
            response = eligibility.answer(batch, self.policy, self.state.deductibles(), self.now)
            self.house.answer(partner, "271", [write_eligibility_responses(response)], self.now)
        return findings

    def _status(self, transaction_set: x12.TransactionSet, partner: Partner) -> tuple[Finding, ...]:
        batch, findings = read_status_inquiries(transaction_set)
        if batch.inquiries:
            response = status.answer(batch, self._find, self._payer_party, self.now)
            self.house.answer(partner, "277", [write_status_responses(response)], self.now)
        return findings

    def _find(self, inquiry: StatusInquiry) -> status.Known | None:
        payer = self.policy.payer(inquiry.payer)
        return self.state.known(payer.id, inquiry.control_number, inquiry.payer_claim_number)

    def _payer_party(self, party: Party) -> Party:
        return replace(self.policy.payer(party).party, address=None)

    def _claims(self, transaction_set: x12.TransactionSet, partner: Partner) -> tuple[Finding, ...]:
        batch, findings = read_claims(transaction_set)
        if batch.claims:
            self._take_claims(batch, partner)
        return findings

    def _take_claims(self, batch: ClaimBatch, partner: Partner) -> None:
        today = self.now.date()
        verdicts = [self._screen(claim, partner.to_text(), today) for claim in batch.claims]
        wait = max(self.policy.payer(claim.payer).days_to_acknowledge for claim in batch.claims)
        due_on = today + timedelta(days=wait)
        receipt = f"{today:%Y%m%d}{self.state.next('receipt'):07d}"
        due_at = datetime.combine(due_on, self.now.timetz())
        record = intake.acknowledge_claims(batch, verdicts, self.policy.clearinghouse, receipt, today, due_at)
        self.state.add_acknowledgement(due_on, partner.to_text(), to_plain(record))

    def _screen(self, claim: Claim, partner: str, today: date) -> intake.Verdict:
        """Take one claim in, or send it back; remembered either way."""
        payer = self.policy.payer(claim.payer)
        attempt = self.state.attempts(payer.id, claim.control_number)
        submission = Submission(claim, self.house.next_payer_claim_number(today), today, attempt)
        member = self.policy.member(payer.id, claim.subscriber.member_id)
        code = intake.screen(submission, payer, member, self.policy.seed)
        verdict = intake.Verdict(claim, code, submission.payer_claim_number if code == intake.ACCEPTED else "")
        due_on = self._due_on(submission, payer, today) if verdict.is_accepted else None
        if verdict.is_accepted and claim.frequency in (REPLACEMENT, VOID):
            self._drop_undecided(payer, claim.original_reference)
        self.state.add_claim(partner, payer.id, submission, service_key(claim), due_on=due_on)
        return verdict

    def _drop_undecided(self, payer: Payer, payer_claim_number: str) -> None:
        """A claim that is replaced or voided before it was decided is never decided."""
        original = self.state.find_claim(payer.id, payer_claim_number=payer_claim_number)
        if original and original.state is ClaimState.PENDING:
            self.state.withdraw(original)

    def _due_on(self, submission: Submission, payer: Payer, today: date) -> date:
        is_late = chance_outcome(submission, payer, self.policy.seed) is Outcome.PAID_LATE
        return weekday(today + timedelta(days=payer.days_to_decide + (payer.days_late if is_late else 0)))


class _PaymentDay:
    """Everything that the payers decide and pay on one day."""

    def __init__(self, house: Clearinghouse, day: date, now: datetime) -> None:
        self.house = house
        self.state = house.state
        self.policy = house.policy
        self.day = day
        self.now = now
        self.payouts: dict[tuple[str, str, str], _Payout] = {}

    def run(self) -> None:
        """Decide and correct, then pay."""
        for row in self.state.due_claims(self.day):
            payer = self.policy.payer(row.submission.claim.payer)
            decision = self._correct(row, payer) if row.result else self._decide(row, payer)
            if decision:
                self._collect(row, payer, decision)
        for payout in self.payouts.values():
            self._pay(payout)

    def _collect(self, row: Row, payer: Payer, decision: Decision) -> None:
        payee = payee_of(row.submission.claim.billing)
        key = (row.partner, payer.id, payee.id)
        payout = self.payouts.setdefault(key, _Payout(Partner.from_text(row.partner), payer, payee))
        payout.decisions.append(decision)
        payout.claim_ids.append(row.id)

    def _decide(self, row: Row, payer: Payer) -> Decision | None:
        original = self._original(row)
        is_first_word = original is not None and not original.was_decided
        frequency = row.submission.claim.frequency
        if frequency == VOID and is_first_word:
            self.state.withdraw(row)
            return None
        forwards = self._forwards(row, payer)
        earlier = self.state.earlier_same(row) if frequency == ORIGINAL or is_first_word else None
        standing = Standing(
            deductible_left_cents=self._deductible(row, payer),
            is_duplicate=earlier is not None,
            was_forwarded=bool(earlier),
            original=original.result if original else None,
            is_first_word=is_first_word,
            forwards=forwards,
        )
        decision = adjudicate(row.submission, payer, standing, self.policy.seed)
        self._remember(row, payer, decision)
        if original and decision.results[0].status == "22":
            self.state.withdraw(original)
        if forwards and decision.results[-1].crossover_carrier:
            self._pass_on(row, payer, forwards, decision)
        return decision

    def _original(self, row: Row) -> Row | None:
        """The claim that a replacement or void is about, in force or dropped before it was decided."""
        claim = row.submission.claim
        if claim.frequency not in (REPLACEMENT, VOID) or not claim.original_reference:
            return None
        return self.state.find_claim(row.payer_id, payer_claim_number=claim.original_reference)

    def _forwards(self, row: Row, payer: Payer) -> tuple[Payer, OtherCoverage] | None:
        member = self.policy.member(payer.id, row.submission.claim.subscriber.member_id)
        if not payer.forwards_to or not member or not member.other or member.other.payer_id != payer.forwards_to:
            return None
        return self.policy.payers[payer.forwards_to], member.other

    def _deductible(self, row: Row, payer: Payer) -> int:
        member_id = row.submission.claim.subscriber.member_id
        left = self.state.deductible(payer.id, member_id)
        if left is not None:
            return left
        return eligibility.starting_deductible(payer, self.policy.member(payer.id, member_id))

    def _remember(self, row: Row, payer: Payer, decision: Decision) -> None:
        result = decision.result
        self.state.set_deductible(payer.id, row.submission.claim.subscriber.member_id, decision.deductible_left_cents)
        if result is None:
            self.state.withdraw(row)
            return
        is_corrected_later = self._is_corrected_later(row, payer, decision)
        due_on = weekday(self.day + timedelta(days=payer.days_to_correct)) if is_corrected_later else None
        self.state.decide(row, result, self.day, is_repeatable=is_unprocessable(result), due_on=due_on)

    def _is_corrected_later(self, row: Row, payer: Payer, decision: Decision) -> bool:
        """Whether a payment will be taken back: never where another payer has built on it."""
        member = self.policy.member(payer.id, row.submission.claim.subscriber.member_id)
        is_alone = member is None or member.other is None
        is_first_word = row.result is None and decision.results[-1].paid_cents > 0
        return decision.outcome is Outcome.CORRECTED and is_first_word and is_alone

    def _correct(self, row: Row, payer: Payer) -> Decision:
        standing = Standing(deductible_left_cents=self._deductible(row, payer), original=row.result)
        decision = correct(row.submission, payer, standing)
        self._remember(row, payer, decision)
        return decision

    def _pass_on(self, row: Row, payer: Payer, forwards: tuple[Payer, OtherCoverage], decision: Decision) -> None:
        supplement, _ = forwards
        claim = forwarded_claim(row.submission.claim, decision.results[-1], payer, forwards, self.day)
        submission = Submission(claim, self.house.next_payer_claim_number(self.day), self.day)
        due_on = weekday(self.day + timedelta(days=max(supplement.days_to_decide, 1)))
        self.state.add_claim(
            row.partner, supplement.id, submission, service_key(claim), due_on=due_on, is_forwarded=True
        )

    def _pay(self, payout: _Payout) -> None:
        payer, payee = payout.payer, payout.payee
        trace = (
            f"{'EFT' if payer.kind is not PayerKind.MEDICARE else 'MED'}{self.day:%y%m%d}{self.state.next('trace'):07d}"
        )
        payment = Payment(payer, payee, self.day, trace, is_test=payout.partner.usage == "T")
        account = self.state.account(payer.id, payee.id)
        remittance, account = remit(payment, payout.decisions, account)
        self.state.set_account(payer.id, payee.id, account)
        self.state.set_trace(payout.claim_ids, trace)
        for kind, data in self._files(remittance, payout.partner):
            self.house.send(kind, data, self.now)

    def _files(self, remittance: Remittance, partner: Partner) -> Iterator[tuple[str, bytes]]:
        """The remittance as a file, and the bad ones that the policy orders."""
        data = self._written(remittance, partner)
        yield "835", data
        ordered = self.policy.hostile
        if Hostile.DUPLICATE in ordered:
            yield "835", data
        if Hostile.UNBALANCED in ordered:
            yield "835", self._written(hostile.unbalanced(remittance), partner)
        if Hostile.OTHER_PAYEE in ordered:
            yield "835", self._written(hostile.for_another_payee(remittance), partner)
        if Hostile.TRUNCATED in ordered:
            yield "835", hostile.truncated(data)

    def _written(self, remittance: Remittance, partner: Partner) -> bytes:
        return write(self.house.envelope(partner, self.now), [write_remittance(remittance)])


def service_key(claim: Claim) -> str:
    """What makes two claims the same services: member, patient, provider, and each line's day, code and charge."""
    lines: list[Any] = sorted(
        (str(line.period), line.procedure.code, *line.procedure.modifiers, str(line.charge_cents), str(line.quantity))
        for line in claim.lines
    )
    patient = claim.patient_person
    who = (claim.subscriber.member_id, patient.first_name, str(patient.birth_date), claim.billing.id)
    return blake2b(repr((who, lines)).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def weekday(day: date) -> date:
    """That day, or the Monday after when banks are closed."""
    over = day.weekday() - _FRIDAY
    return day if over <= 0 else day + timedelta(days=3 - over)
