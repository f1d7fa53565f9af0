"""The real 835 files of others, received and posted by an office: each reconciles to the cent, or says what fails.

Twice: with none of their claims on the books, when all money waits unapplied; and with every claim that an office can
bill, when charges, payments and every group and reason of the file stand in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.errors import InputError
from claimwright.findings import Severity
from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters, release_encounters
from claimwright.office.claims.building import build_claims
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.patients.models import Coverage, Payer, Provider
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import findings_of, receive_remittances, record_of
from claimwright.office.reports import check_practice
from claimwright.x12 import read
from tests.office.posting.scenes import Practice, stored
from tests.remittance.test_samples import SHARED, sample_paths

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared X12 samples are not here")

POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)
FILES = sample_paths()


def for_production(path: Path) -> bytes:
    """The file with every interchange marked as production (ISA15)."""
    data = bytearray(path.read_bytes())
    for interchange in read(bytes(data)).interchanges:
        data[interchange.isa.offset + 102 : interchange.isa.offset + 103] = b"P"
    return bytes(data)


def received(path: Path) -> list[Remittance]:
    return receive_remittances(stored(path.name, for_production(path)))


def be_the_payee(document: Document) -> None:
    """Let the practice be whom the payer pays."""
    payee = document.payee
    Provider.objects.create(last_name="OURS", npi=payee.npi, tax_id=payee.tax_id, is_billing=True)


def posted(remittance: Remittance) -> bool:
    """Post what is not posted or a duplicate; whether it stands in the ledger."""
    if remittance.state in (Remittance.State.RECEIVED, Remittance.State.REFUSED) and remittance.record:
        post_remittance(remittance)
    return remittance.state in POSTED


def reasons_of(remittance: Remittance) -> list[str]:
    return [finding.code for finding in findings_of(remittance) if finding.severity is Severity.ERROR]


def ledger_cents(remittance: Remittance, *accounts: Account) -> int:
    sides = Posting.objects.filter(entry__remittance_id=remittance.pk, account__in=accounts)
    return sum(sides.values_list("cents", flat=True))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_remittance_of_claims_that_nobody_knows_reconciles_or_names_what_fails(path, practice, lakeside) -> None:
    for remittance in received(path):
        if remittance.record:
            be_the_payee(record_of(remittance))
        if not posted(remittance):
            assert reasons_of(remittance)
            assert not Posting.objects.filter(entry__remittance_id=remittance.pk).exists()
            continue
        document = record_of(remittance)
        assert ledger_cents(remittance, Account.CASH_DUE) == document.payment_cents
        moved = sum(one.amount_cents for one in document.provider_adjustments)
        paid = sum(claim.paid_cents for claim in document.claims)
        assert -ledger_cents(remittance, *(set(Account) - {Account.CASH_DUE})) == paid - moved
    assert not check_practice(lakeside)


def bill(practice: Practice, document: Document, payer: Payer) -> set[str]:
    """Bill the claims of a remittance that an office can bill; their numbers."""
    numbers = Counter(claim.control_number for claim in document.claims)
    return {
        claim.control_number
        for claim in document.claims
        if numbers[claim.control_number] == 1
        and claim.status != "22"
        and not Claim.objects.filter(number=claim.control_number).exists()
        and bill_one(practice, claim, payer)
    }


def bill_one(practice: Practice, answer: DocumentClaim, payer: Payer) -> bool:
    patient = practice.patient(answer.patient.last_name or "ROE")
    Coverage.objects.create(patient=patient, payer=payer, rank=1, member_id=f"M{patient.pk}")
    procedures = [(line, line.submitted or line.procedure) for line in answer.lines]
    lines = tuple(NewLine(one.code, line.charge_cents, one.modifiers[:4]) for line, one in procedures)
    period = answer.service_period
    try:
        new = NewEncounter(patient, practice.billing, period.start if period else patient.birth_date, ("J069",), lines)
        encounters = enter_encounters([new])
    except InputError:
        return False
    release_encounters(encounters)
    (claim,) = build_claims(encounters)
    claim.number, claim.service_end_date = answer.control_number[:38], period.end if period else None
    claim.save()
    given = Counter(line.control_number for line in answer.lines)
    for row, line in zip(claim.lines.order_by("number"), answer.lines, strict=True):
        row.control_number = line.control_number if given[line.control_number] == 1 else f"OWN{row.number}"
        row.service_date = line.period.start if line.period else row.service_date
        row.save()
    claim.adjudications.update(state=Adjudication.State.IN_PROCESS)
    return claim.charge_cents == answer.charge_cents


def without_zeros(found: Counter[str]) -> Counter[str]:
    return Counter({name: cents for name, cents in found.items() if cents})


def adjusted(claim: DocumentClaim) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in claim.all_adjustments:
        found[f"{one.group}-{one.reason}"] += one.amount_cents
    return without_zeros(found)


def told_adjusted(row: RemittanceClaim) -> Counter[str]:
    """Every group and reason of a CLP by its moves, those without an entry too."""
    found: Counter[str] = Counter()
    for move in row.moves:
        if move.get("reason"):
            found[f"{move['group']}-{move['reason']}"] += move["cents"]
    return without_zeros(found)


def in_ledger(remittance: Remittance, claim_id: int) -> Counter[str]:
    """What the remittance did to the claim's receivables, by group and reason (empty: payments)."""
    encounter = RemittanceClaim.objects.filter(claim=claim_id).values_list("claim__encounter", flat=True).first()
    found: Counter[str] = Counter()
    sides = Posting.objects.filter(
        entry__remittance_id=remittance.pk, encounter_id=encounter, account=Account.RECEIVABLE
    ).exclude(entry__kind="transfer", cents__gt=0)
    for code, cents in sides.values_list("reference", "cents"):
        found[code] -= cents
    return found


def told_in_ledger(row: RemittanceClaim) -> Counter[str]:
    found: Counter[str] = Counter()
    for move in row.moves:
        if "entry" in move:
            found[f"{move['group']}-{move['reason']}" if move.get("reason") else ""] += move["cents"]
    return found


def known_rows(remittance: Remittance, numbers: set[str]) -> Iterator[tuple[RemittanceClaim, DocumentClaim]]:
    rows = remittance.claims.order_by("position")
    for row, claim in zip(rows, record_of(remittance).claims, strict=True):
        if claim.control_number in numbers and row.claim_id and any("entry" in move for move in row.moves):
            yield row, claim


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_a_real_remittance_says_of_claims_on_the_books_stands_in_the_ledger(path, practice, lakeside) -> None:
    for remittance in received(path):
        if not remittance.record:
            continue
        document = record_of(remittance)
        be_the_payee(document)
        payer, _ = Payer.objects.get_or_create(name=document.payer.name[:80] or "PAYER", payer_id=f"X{remittance.pk}")
        Remittance.objects.filter(pk=remittance.pk).update(payer=payer)
        remittance.refresh_from_db(from_queryset=Remittance.objects.all())
        numbers = bill(practice, document, payer)
        if not posted(remittance):
            continue
        for row, claim in known_rows(remittance, numbers):
            paid = sum(move["cents"] for move in row.moves if move["kind"] in ("payment", "unapplied"))
            assert paid == claim.paid_cents
            assert told_adjusted(row) == adjusted(claim)
            assert in_ledger(remittance, row.claim_id) == told_in_ledger(row)
        assert ledger_cents(remittance, Account.CASH_DUE) == document.payment_cents
    assert not check_practice(lakeside)
