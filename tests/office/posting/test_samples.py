"""The real 835 files of others, received and posted by an office: each reconciles to the cent, or says what fails.

Twice: with none of their claims on the books, when all money waits unapplied; and with every claim on the books, built
from what the payer answers (and, where it takes a result back, with that result posted before), when charges, payments,
every group and reason and every provider adjustment of the file stand in the ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.documents.remittance_x12 import write_remittance
from claimwright.findings import Severity, has_errors
from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters, release_encounters
from claimwright.office.claims.building import build_claims
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.core import clock
from claimwright.office.ledger.models import Account, JournalEntry, Posting
from claimwright.office.patients.models import Coverage, Payer, Provider
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.posting import plan_of, post_remittance
from claimwright.office.posting.receiving import findings_of, receive_remittances, record_of
from claimwright.office.reports import check_practice
from claimwright.remittance import balance_findings
from claimwright.x12 import Delimiters, Envelope, read, write_interchange
from tests.office.posting.scenes import Practice, stored
from tests.remittance.test_samples import SHARED, sample_paths

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared X12 samples are not here")

REVERSAL = "22"
WITHOUT_POSTING = frozenset({"23", "25"})
POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)
FILES = sample_paths()


def for_production(path: Path) -> bytes:
    """The file with every interchange marked as production (ISA15), and each claim with a number of its own (CLP01).

    De-identified files give many claims the same number. Where a set takes a result back the number says which claim is
    meant, so its claims with one number keep one.
    """
    data = bytearray(path.read_bytes())
    reading = read(bytes(data))
    changes = [(one.isa.offset + 102, 1, b"P") for one in reading.interchanges]
    sets = [[one for one in each.segments if one.id == "CLP"] for each in reading.sets()]
    numbers = Counter(segment[1] for claims in sets for segment in claims)
    for number, claims in enumerate(sets):
        has_reversal = REVERSAL in {segment[2] for segment in claims}
        for place, segment in enumerate(claims):
            if numbers[segment[1]] > 1:
                own = f"{segment[1][:20]} {number}" if has_reversal else f"{segment[1][:20]} {number}-{place}"
                changes.append((segment.offset + 4, len(segment[1]), own.encode()))
    for offset, length, text in sorted(changes, reverse=True):
        data[offset : offset + length] = text
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


def bill(practice: Practice, document: Document, payer: Payer) -> None:
    """Put every claim that a remittance answers on the books; a claim that is answered twice, once."""
    for answer in document.claims:
        if not Claim.objects.filter(number=answer.control_number).exists():
            bill_one(practice, given(answer) if answer.status == REVERSAL else answer, payer)


def bill_one(practice: Practice, answer: DocumentClaim, payer: Payer) -> None:
    patient = practice.patient(answer.patient.last_name or "ROE")
    Coverage.objects.create(patient=patient, payer=payer, rank=1, member_id=f"M{patient.pk}")
    charges = [line.charge_cents for line in answer.lines] or [answer.charge_cents]
    period = answer.service_period
    visit = NewEncounter(
        patient,
        practice.billing,
        period.start if period else patient.birth_date,
        ("J069",),
        tuple(NewLine("99213", cents) for cents in charges),
    )
    encounters = enter_encounters([visit])
    release_encounters(encounters)
    (claim,) = build_claims(encounters)
    claim.number, claim.service_end_date = answer.control_number[:38], period.end if period else None
    claim.save()
    numbers = Counter(line.control_number for line in answer.lines)
    for row, line in zip(claim.lines.order_by("number"), answer.lines, strict=False):
        billed = line.submitted or line.procedure
        row.code, row.modifiers = billed.code, list(billed.modifiers[:4])
        row.control_number = line.control_number if numbers[line.control_number] == 1 else f"OWN{row.number}"
        row.service_date = line.period.start if line.period else row.service_date
        row.save()
    claim.adjudications.update(state=Adjudication.State.IN_PROCESS)
    assert claim.charge_cents == answer.charge_cents


def given(reversal: DocumentClaim) -> DocumentClaim:
    """The result that a reversal takes back."""

    def opposite(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(replace(one, amount_cents=-one.amount_cents) for one in adjustments)

    lines = tuple(
        replace(
            line,
            charge_cents=-line.charge_cents,
            paid_cents=-line.paid_cents,
            quantity=None if line.quantity is None else abs(line.quantity),
            adjustments=opposite(line.adjustments),
        )
        for line in reversal.lines
    )
    return replace(
        reversal,
        status="1",
        charge_cents=-reversal.charge_cents,
        paid_cents=-reversal.paid_cents,
        patient_responsibility_cents=None,
        adjustments=opposite(reversal.adjustments),
        lines=lines,
        amounts=(),
    )


def post_earlier_results(document: Document, payer: Payer) -> None:
    """Post what the reversals of a remittance take back."""
    results = tuple(given(claim) for claim in document.claims if claim.status == REVERSAL)
    if not results:
        return
    earlier = replace(
        document,
        trace_number=f"{document.trace_number}-1"[-30:],
        handling="I",
        method="CHK",
        payment_cents=sum(claim.paid_cents for claim in results),
        claims=results,
        provider_adjustments=(),
    )
    at, marks = clock.now(), Delimiters(component=">")
    envelope = Envelope("ZZ", "PAYER", "ZZ", "US", at, 77, 77, usage="P", delimiters=marks)
    data = write_interchange(envelope, [write_remittance(earlier)])
    (remittance,) = receive_remittances(stored(f"earlier-{payer.pk}.835", data))
    Remittance.objects.filter(pk=remittance.pk).update(payer=payer)
    remittance.refresh_from_db(from_queryset=Remittance.objects.all())
    post_remittance(remittance)
    assert remittance.state in POSTED, findings_of(remittance)


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


def in_ledger(remittance: Remittance, encounter: int) -> Counter[str]:
    """What the remittance did to a claim's receivables, by group and reason (empty: payments)."""
    found: Counter[str] = Counter()
    sides = Posting.objects.filter(
        entry__remittance_id=remittance.pk, encounter_id=encounter, account=Account.RECEIVABLE
    ).values_list("entry__kind", "reference", "cents")
    for kind, code, cents in sides:
        if kind != "transfer":
            found[code] -= cents
    return without_zeros(found)


def told_in_ledger(rows: list[RemittanceClaim]) -> Counter[str]:
    found: Counter[str] = Counter()
    for move in (move for row in rows for move in row.moves if "entry" in move and move["kind"] != "transfer"):
        if move["kind"] != "unapplied":
            found[f"{move['group']}-{move['reason']}" if move.get("reason") else ""] += move["cents"]
    return without_zeros(found)


def transferred(remittance: Remittance) -> int:
    """Cents of receivables that the remittance has moved from one owner to another; taken back: less."""
    entries = JournalEntry.objects.filter(remittance_id=remittance.pk, kind="transfer")
    sides = Posting.objects.filter(entry__in=entries)
    assert sum(sides.values_list("cents", flat=True)) == 0
    return sum(abs(cents) for cents in sides.values_list("cents", flat=True)) // 2


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
        if remittance.state != Remittance.State.DUPLICATE and not has_errors(balance_findings(document)):
            bill(practice, document, payer)
            post_earlier_results(document, payer)
        if posted(remittance):
            check_claims(remittance, document)
            check_provider_adjustments(remittance, document)
            assert ledger_cents(remittance, Account.CASH_DUE) == document.payment_cents
        else:
            assert reasons_of(remittance)
    assert not check_practice(lakeside)


def check_claims(remittance: Remittance, document: Document) -> None:
    """Every CLP: its money, and each of its groups and reasons, in the plan's moves and in the ledger."""
    by_encounter: dict[int, list[RemittanceClaim]] = defaultdict(list)
    asked = {review.position for review in plan_of(remittance).reviews}
    rows = remittance.claims.select_related("claim").order_by("position")
    for row, claim in zip(rows, document.claims, strict=True):
        if claim.status in WITHOUT_POSTING:
            assert not any("entry" in move for move in row.moves)
            continue
        assert row.claim is not None, f"{claim.control_number}: {row.match_reason}"
        cash = sum(move["cents"] for move in row.moves if move["kind"] in ("payment", "unapplied"))
        assert cash == claim.paid_cents
        is_set_aside = row.outcome in ("review", "repeated")
        if is_set_aside:
            assert row.position in asked, "what is not posted has a person, who is told why"
        else:
            assert told_adjusted(row) == adjusted(claim)
        by_encounter[row.claim.encounter_id].append(row)
    for encounter, answered in by_encounter.items():
        assert in_ledger(remittance, encounter) == told_in_ledger(answered)
    moved = [move for answered in by_encounter.values() for row in answered for move in row.moves]
    assert transferred(remittance) == sum(abs(move["cents"]) for move in moved if move["kind"] == "transfer")


def check_provider_adjustments(remittance: Remittance, document: Document) -> None:
    """Every PLB: what it takes from the payment stands in the ledger under its reference."""
    said: Counter[str] = Counter()
    for one in document.provider_adjustments:
        said[one.reference] -= one.amount_cents
    entries = JournalEntry.objects.filter(remittance_id=remittance.pk, encounter_id=None, row__in=(35, 36))
    sides = Posting.objects.filter(entry__in=entries).exclude(account=Account.CASH_DUE)
    found: Counter[str] = Counter()
    for reference, cents in sides.values_list("reference", "cents"):
        found[reference] -= cents
    assert sum(found.values()) == sum(said.values())
    assert without_zeros(found) == without_zeros(said)
