"""The scenarios of the posting table once more, on the database: billed, received as bytes, posted, told by the ledger.

The same text files as in tests/remittance: what the rules make of claims in memory must stand in the journal, on the
claims, on the payer's items and in the worklists when the office has posted it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time
from types import MappingProxyType

import pytest
from django.db.models import Q

from claimwright.documents.parties import Party
from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance_x12 import write_remittance
from claimwright.money import format_dollars, x12_amount
from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters, release_encounters
from claimwright.office.claims.building import build_claims
from claimwright.office.claims.models import Adjudication, Claim, Submission
from claimwright.office.core import clock
from claimwright.office.core.models import Client
from claimwright.office.followup.models import Denial, WorkItem
from claimwright.office.followup.review_items import QUEUES
from claimwright.office.ledger.journal import reverse_entries
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.patients.models import Coverage, Patient, Payer
from claimwright.office.posting.cash import confirm_cash
from claimwright.office.posting.decisions import ask_next, explain_unapplied
from claimwright.office.posting.known_claims import known_claims
from claimwright.office.posting.models import PayerItem, Remittance
from claimwright.office.posting.patient_payments import take_payment
from claimwright.office.posting.posting import plan_of, post_claim_again, post_remittance
from claimwright.office.posting.receiving import receive_remittances
from claimwright.office.reports import check_practice
from claimwright.remittance.books import KnownClaim, KnownLine, PostingPolicy, ProviderRule
from claimwright.remittance.plan import CASH_KINDS, PATIENT, RESULT_STATES, SILENT_KINDS, MoveKind, Plan
from claimwright.remittance.provider import REFUND
from claimwright.x12 import Envelope, write_interchange
from tests.office.posting.scenes import NPI, Practice, stored
from tests.remittance.trade import (
    PAYERS,
    SCENARIOS,
    SERVICE_DATE,
    TODAY,
    Scenario,
    Step,
    line_of,
    read,
    tell,
)

FILES = sorted(SCENARIOS.glob("row_*.txt"))

NOT_IN_AN_OFFICE = MappingProxyType(
    {
        "row_06_one_control_number_for_two_claims": "the office gives no number to two claims",
        "row_07_several_candidates": "the office gives no number to two claims",
    }
)
"""The scenarios that cannot be played on the database, and why."""

_SEEN = re.compile(r"seen before: remittance \d+, trace (\w+), received .*\.835")


def _opening(code: str, reference: str, cents: int) -> str:
    """The PLBs that open an item and leave the payment as it is; of a refund, money that waits to be explained."""
    code, cents_of_code = ("CS", cents) if code == REFUND else (code, -cents)
    plb = f"PLB*{NPI}*20261231"
    return f"{plb}*{code}:{reference}*{x12_amount(cents_of_code)}~{plb}*L6*{x12_amount(-cents_of_code)}"


@dataclass
class Stage:
    """A practice with the claims of a scenario on its books. `claims` are keyed as in the scenario."""

    practice: Practice
    payers: dict[str, Payer] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    results: dict[int, int] = field(default_factory=dict)
    interchanges: int = 0

    def set(self, scenario: Scenario) -> None:
        self._add_payers(scenario)
        self._policy(scenario.books.policy)
        for known in scenario.books.claims:
            self.claims[known.control_number] = self._bill(known)
        self._open_items(scenario)

    def _policy(self, policy: PostingPolicy) -> None:
        """The settings of the practice, where they are not the usual ones."""
        usual = PostingPolicy()
        chosen = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name in PostingPolicy.__dataclass_fields__
            if (value := getattr(policy, name)) != getattr(usual, name)
        }
        if policy.provider_adjustments:
            chosen["provider_adjustments"] = [self._rule(rule) for rule in policy.provider_adjustments]
        Client.objects.update(settings={"posting": chosen})

    def _rule(self, rule: ProviderRule) -> dict[str, object]:
        names = {key: name for name, key in PAYERS.items()}
        payer_key = self.payers[names[rule.payer_key]].pk if rule.payer_key else None
        return {**asdict(rule), "payer_key": payer_key}

    def _add_payers(self, scenario: Scenario) -> None:
        claims = scenario.books.claims
        kind = Payer.Kind.COMMERCIAL
        if any(level.is_government for claim in claims for level in claim.levels):
            kind = Payer.Kind.MEDICARE
        protects = any(claim.is_patient_protected for claim in claims)
        for name, key in PAYERS.items():
            self.payers[name] = Payer.objects.create(
                name=f"PAYER {name}", payer_id=f"ID{name}", tax_id=f"{key:09d}", kind=kind, protects_patient=protects
            )

    def _bill(self, known: KnownClaim) -> Claim:
        patient = self.practice.patient(known.patient_last_name, first_name=known.patient_first_name)
        self._cover(known, patient)
        lines = tuple(NewLine(line.code, line.charge_cents, line.modifiers) for line in known.lines)
        encounters = enter_encounters([NewEncounter(patient, self.practice.billing, SERVICE_DATE, ("J069",), lines)])
        release_encounters(encounters)
        (claim,) = build_claims(encounters)
        claim.number = known.control_number
        claim.save()
        for row, line in zip(claim.lines.order_by("number"), known.lines, strict=True):
            row.control_number, row.service_date = line.control_number, line.service_date
            row.expected_cents = line.expected_cents
            row.save()
            self._owe(claim, row.charge_id, line)
        self._send(claim, known)
        return claim

    def _cover(self, known: KnownClaim, patient: Patient) -> None:
        names = {key: name for name, key in PAYERS.items()}
        for rank, level in enumerate(known.levels, 1):
            again = "" if rank == 1 or level.payer_key != known.levels[0].payer_key else str(rank)
            Coverage.objects.create(
                patient=patient,
                payer=self.payers[names[level.payer_key or 0]],
                rank=rank,
                member_id=f"{level.member_id}{again}",
            )

    def _send(self, claim: Claim, known: KnownClaim) -> None:
        first, *_ = known.levels
        claim.adjudications.filter(level=first.level).update(
            state=Adjudication.State.IN_PROCESS, payer_claim_number="".join(known.payer_claim_numbers)
        )
        aside = [level.level for level in known.levels if level.is_settled]
        claim.adjudications.filter(level__in=aside).update(state=Adjudication.State.VOID)
        claim.submissions.update(state=Submission.State.SENT)

    def _owe(self, claim: Claim, charge_id: int, line: KnownLine) -> None:
        """What stands on a line besides its whole charge on the first payer: moved on, or paid ahead by the patient."""
        encounter = claim.encounter
        for owner, cents in line.owed_cents.items():
            if owner == PATIENT:
                asked = ask_next(encounter, owner="P", to=PATIENT, cents=-cents, reason="agreed", charge_id=charge_id)
                take_payment(claim.patient, cents=-cents, method="cash", encounter_id=encounter.pk)
                reverse_entries([asked], text="the payer is to answer first")
            elif owner != "P":
                ask_next(encounter, owner="P", to=owner, cents=cents, reason="other_coverage", charge_id=charge_id)

    def _open_items(self, scenario: Scenario) -> None:
        """Items from before the scenario: opened by a remittance whose interest pays for them, or refunded by us."""
        items = scenario.books.items
        if not items:
            return
        plbs = [_opening(item.code, item.reference, item.open_cents) for item in items]
        self.practice.payers["P"] = self.payers["P"]
        opening = self.practice.post("OPENING", 0, "\n".join(plbs), payer="P")
        for item in items:
            if item.code == REFUND:
                self._refund(opening, item.reference, item.open_cents)

    def _refund(self, opening: Remittance, reference: str, cents: int) -> None:
        explain_unapplied(opening.pk, reference=reference, cents=-cents, as_what="refund", reason="refunded")
        PayerItem.objects.create(
            payer=opening.payer,
            code=REFUND,
            reference=reference,
            open_cents=cents,
            opened_by=opening,
            opened_at=clock.now(),
        )

    def play(self, step: Step) -> tuple[Plan, Remittance, int]:
        """Receive and post a step; with the plan, the remittance, and the last journal entry before it."""
        before = JournalEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if step.again:
            remittance = Remittance.objects.get(trace_number=step.remittance.trace_number)
            row = remittance.claims.get(position=step.again)
            return post_claim_again(row, claim=self.claims.get(step.named)), remittance, before
        remittance = self._receive(step.remittance)
        if step.is_seen:
            confirm_cash(remittance)
        if remittance.state == Remittance.State.DUPLICATE:
            return plan_of(remittance), remittance, before
        return post_remittance(remittance), remittance, before

    def _receive(self, document: Document) -> Remittance:
        self.interchanges += 1
        usage = "T" if document.is_test else "P"
        number = self.interchanges
        envelope = Envelope("ZZ", "PAYER", "ZZ", "LAKESIDE", clock.now(), number, number, usage)
        payer = self.payers.get(document.payer_tax_id)
        tax_id = f"1{payer.tax_id}" if payer else "1999999999"
        sent = replace(document, payer_tax_id=tax_id, payer=Party(last_name=document.payer.name))
        (remittance,) = receive_remittances(
            stored(f"{document.trace_number}.835", write_interchange(envelope, [write_remittance(sent)]))
        )
        return remittance

    @property
    def books(self) -> Books:
        return Books(known_claims([claim.pk for claim in self.claims.values()]))

    def told(self, plan: Plan, remittance: Remittance) -> Iterator[str]:
        """The plan as `tell` writes it, results numbered in the order of posting, balances from the ledger."""
        keys = dict(remittance.claims.values_list("position", "pk"))
        order = {outcome.position: outcome for outcome in plan.outcomes}
        positions = [*plan.moves_by_position, *order]
        for position in dict.fromkeys(positions):
            if position and order[position].state in RESULT_STATES:
                self.results[keys[position]] = len(self.results) + 1
        outcomes = [
            replace(outcome, reverses=self.results[outcome.reverses]) if (outcome.reverses or 0) > 0 else outcome
            for outcome in plan.outcomes
        ]
        for line in tell(replace(plan, outcomes=tuple(outcomes)), self.books):
            yield _SEEN.sub(r"seen before: remittance \1", line)


@dataclass
class Books:
    """What `tell` asks of books: the claims as they stand in the database."""

    claims: list[KnownClaim]


def journal_lines(stage: Stage, remittance: Remittance, after: int) -> Iterator[str]:
    """The journal entries of a remittance, newer than `after`, in the words of `tell`; see `entries_of`."""
    names = {claim.encounter_id: name for name, claim in stage.claims.items()}
    charges = {line.charge_id: line.number for claim in stage.claims.values() for line in claim.lines.all()}
    entries = JournalEntry.objects.filter(remittance_id=remittance.pk, pk__gt=after).prefetch_related("postings")
    for entry in entries.order_by("pk"):
        first, second = entry.postings.all()
        owed = second if second.account == Account.RECEIVABLE else first
        if owed.account != Account.RECEIVABLE:
            yield line_of(entry.kind, format_dollars(first.cents), row=entry.row)
            continue
        # A debit of what replaces the receivable comes first, except that of a write-off, whose receivable is second.
        claim = names[entry.encounter_id]
        where = f"{claim}/{charges[owed.charge_id]}" if owed.charge_id else claim
        to = f"to {first.owner}" if entry.kind == MoveKind.TRANSFER else ""
        yield line_of(where, owed.owner, entry.kind, format_dollars(-owed.cents), to, owed.reference, row=entry.row)


def entries_of(expected: list[str]) -> list[str]:
    """The lines of a scenario that must be in the journal; of a payer's own money without its reference."""
    return [told for line in expected if line[0] not in "=!?@~" and (told := _entry_of(line))]


_ENTRY = re.compile(rf"(.*?)\b({'|'.join(set(MoveKind) - SILENT_KINDS)}) (-?[\d,.]+)(.*) (\[\d+\])$")


def _entry_of(line: str) -> str:
    found = _ENTRY.match(line)
    if found is None:
        return ""
    place, kind, cents, code, row = found.groups()
    if MoveKind(kind) in CASH_KINDS - {MoveKind.PAYMENT}:
        return f"{kind} {cents} {row}"
    return f"{place}{kind} {cents}{code} {row}"


def missing_work(plan: Plan, remittance: Remittance) -> Iterator[str]:
    """What the plan leaves to a person, or to a day, and no worklist shows."""
    about = Q(remittance=remittance)
    for review in plan.reviews:
        items = WorkItem.objects.filter(about | Q(claim=review.claim_key), queue=QUEUES[review.queue])
        if not items.exists():
            yield f"{review.queue}: {review.reason}"
    for tickler in plan.ticklers:
        if not WorkItem.objects.filter(claim=tickler.claim_key, queue=WorkItem.Queue.NO_RESPONSE).exists():
            yield tickler.reason
    for denial in plan.denials:
        kept = Denial.objects.filter(remittance=remittance, claim=denial.claim_key, level=denial.level)
        if denial.cents not in (sum(row.denied_cents for row in kept), *(row.denied_cents for row in kept)):
            yield f"{denial.category} of {denial.cents}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_comes_out_as_written_on_the_database(path, practice, lakeside, office_clock) -> None:
    if path.stem in NOT_IN_AN_OFFICE:
        pytest.skip(NOT_IN_AN_OFFICE[path.stem])
    office_clock.instant = datetime.combine(TODAY, time(9), UTC)
    scenario = read(path)
    stage = Stage(practice)
    stage.set(scenario)
    for step in scenario.steps:
        plan, remittance, before = stage.play(step)
        assert list(stage.told(plan, remittance)) == step.expected
        assert list(journal_lines(stage, remittance, before)) == entries_of(step.expected)
        assert not list(missing_work(plan, remittance))
    assert not check_practice(lakeside)


def test_hardly_a_scenario_cannot_be_played_in_an_office() -> None:
    assert set(NOT_IN_AN_OFFICE) <= {path.stem for path in FILES}
    assert len(NOT_IN_AN_OFFICE) < 5
