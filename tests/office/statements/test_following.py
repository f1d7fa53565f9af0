"""A statement is paid, or superseded when what it billed has changed; nothing is asked for twice."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from claimwright.office.claims.models import Claim
from claimwright.office.core import clock
from claimwright.office.core.models import AuditEntry
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.patient_payments import release_overpaid, take_payment, undo_payment
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.undoing import undo_claim, undo_line, undo_remittance
from claimwright.office.posting.write_offs import write_off
from claimwright.office.statements.billing import run_statements
from claimwright.office.statements.models import Statement
from tests.office.posting.scenes import PAID, PAID_A2, REVERSED_AND_CORRECTED, TAKEN_BACK, owed

State = Statement.State
MORE_COINSURANCE = """
    CLP*A1*1*150*70*30*MB*ICN2
    SVC*HC:99213*150*70**1
    CAS*CO*45*50
    CAS*PR*2*30
    REF*6R*A1-1
"""
"""The correction of `PAID`: ten more are the patient's."""


@pytest.fixture
def claim(practice) -> Claim:
    return practice.bill("A1", [("99213", 150_00)])


@pytest.fixture
def remittance(practice, claim) -> Remittance:
    """The payer left 20.00 to the patient, and its money was seen."""
    return post_seen(practice, "T1", 80_00, PAID)


@pytest.fixture
def statement(remittance) -> Statement:
    (made,) = run_statements().statements
    return made


def post_seen(practice, trace: str, cents: int, body: str) -> Remittance:
    posted = practice.post(trace, cents, body)
    Remittance.objects.filter(pk=posted.pk).update(cash_seen_at=clock.now())
    return posted


def now(statement: Statement) -> Statement:
    return Statement.objects.get(pk=statement.pk)


def asked_cents() -> int:
    """What all open statements ask for."""
    return sum(Statement.objects.filter(state=State.OPEN).values_list("amount_cents", flat=True))


def test_a_statement_says_which_visits_it_billed(statement, claim):
    assert statement.state == State.OPEN
    assert [(visit.encounter_id, visit.owed_cents) for visit in statement.visits.all()] == [(claim.encounter_id, 20_00)]


def test_a_payment_in_full_makes_it_paid_and_its_undoing_opens_it_again(statement, claim):
    take_payment(claim.patient, cents=5_00, method="card")
    assert now(statement).state == State.OPEN
    rest = take_payment(claim.patient, cents=15_00, method="card")
    assert now(statement).state == State.PAID
    undo_payment(rest, reason="the card was refused")
    assert (now(statement).state, now(statement).state_reason) == (State.OPEN, "A payment was undone")


def test_credit_of_the_guarantor_that_covers_it_makes_it_paid(practice, claim, remittance):
    elsewhere = practice.bill("A2", [("99213", 150_00)])
    claim.patient.dependents.add(elsewhere.patient)
    (statement,) = run_statements().statements
    take_payment(claim.patient, cents=20_00, method="check", encounter_id=elsewhere.encounter_id)
    assert owed(claim) == {"PATIENT": 20_00}, "the money waits as credit"
    assert now(statement).state == State.PAID


def test_undoing_the_remittance_supersedes_the_statement_with_the_reason(statement, remittance, claim):
    undo_remittance(remittance, reason="posted to the wrong practice")
    wrong = now(statement)
    assert wrong.state == State.SUPERSEDED
    assert wrong.state_reason == "What it billed has changed by -20.00: Undone: posted to the wrong practice"
    assert wrong.awaits_correction
    entry = AuditEntry.objects.get(action="statement.supersede")
    assert (entry.subject, entry.patient_id) == (f"statement {statement.number}", claim.patient_id)


def test_nothing_is_asked_while_the_corrected_result_is_not_there(statement, remittance):
    undo_remittance(remittance, reason="wrong practice")
    assert run_statements().statements == ()
    assert asked_cents() == 0


def test_posted_again_a_corrected_statement_is_made_at_once_and_names_the_wrong_one(statement, remittance):
    undo_remittance(remittance, reason="wrong practice")
    post_remittance(remittance)
    (corrected,) = run_statements().statements
    wrong = now(statement)
    assert (wrong.superseded_by, wrong.awaits_correction) == (corrected, False)
    assert asked_cents() == corrected.amount_cents == 20_00
    assert run_statements().statements == (), "the corrected one is recent"


def test_the_corrected_statement_says_so_on_paper(statement, remittance, monkeypatch):
    from claimwright.office.statements import billing

    printed = []

    def keep(form):
        printed.append(form)
        return b"%PDF-1.7 corrected"

    monkeypatch.setattr(billing.forms, "statement_pdf", keep)
    undo_remittance(remittance, reason="wrong practice")
    post_remittance(remittance)
    run_statements()
    assert printed[0].notices[0].startswith(f"This corrects statement {statement.number} of January 5, 2026.")


def test_undoing_one_claim_or_one_line_supersedes_it_too(practice, remittance, claim, statement):
    (row,) = remittance.claims.all()
    undo_line(row, claim.lines.get().charge_id, reason="the wrong line")
    assert now(statement).state_reason.endswith("Undone: the wrong line")
    assert now(statement).state == State.SUPERSEDED


def test_undoing_one_claim_leaves_the_statements_of_others(practice, claim):
    practice.bill("A2", [("99213", 150_00)])
    remittance = post_seen(practice, "T1", 160_00, PAID + PAID_A2)
    one, other = run_statements().statements
    undo_claim(remittance.claims.get(claim=claim), reason="the wrong claim")
    assert (now(one).state, now(other).state) == (State.SUPERSEDED, State.OPEN)


def test_a_reversal_by_the_payer_supersedes_it(practice, statement):
    practice.post("T2", 0, TAKEN_BACK + "\nPLB*1999999984*20261231*FB:T2*-80")
    assert now(statement).state == State.SUPERSEDED
    assert now(statement).state_reason.startswith("What it billed has changed by -20.00: PR-2")


def test_a_correction_to_nothing_owed_supersedes_it_and_asks_for_nothing(practice, statement, claim):
    post_seen(practice, "T2", 20_00, REVERSED_AND_CORRECTED)
    assert owed(claim) == {}
    assert now(statement).awaits_correction
    assert run_statements().statements == ()
    assert asked_cents() == 0


def test_a_correction_to_more_is_asked_for_once(practice, statement, claim):
    post_seen(practice, "T2", 0, TAKEN_BACK + MORE_COINSURANCE.strip("\n") + "\nPLB*1999999984*20261231*FB:T2*-10")
    (corrected,) = run_statements().statements
    assert corrected.amount_cents == 30_00
    assert asked_cents() == 30_00 == owed(claim)["PATIENT"]
    assert now(statement).superseded_by == corrected


def test_a_correction_that_leaves_the_patients_part_as_it_was_changes_no_statement(practice, statement):
    same = PAID.replace("ICN1", "ICN2")
    post_seen(practice, "T2", 0, TAKEN_BACK + same.strip("\n"))
    assert now(statement).state == State.OPEN


def test_a_write_off_supersedes_it(practice, statement, claim, people):
    charge_id = claim.lines.get().charge_id
    write_off(
        claim.encounter, owner="PATIENT", cents=20_00, reason="courtesy", actor=people["bob"], charge_id=charge_id
    )
    assert now(statement).state == State.SUPERSEDED
    assert run_statements().statements == ()


def test_a_statement_that_was_paid_stays_paid_when_the_payer_corrects_afterwards(practice, statement, claim):
    take_payment(claim.patient, cents=20_00, method="card")
    post_seen(practice, "T2", 20_00, REVERSED_AND_CORRECTED)
    release_overpaid(claim.patient)
    assert now(statement).state == State.PAID


def test_a_patient_who_pays_the_wrong_statement_all_the_same_has_paid_it(practice, statement, claim):
    less = (
        PAID.replace("*80*20*MB*ICN1", "*90*10*MB*ICN2")
        .replace("*150*80**1", "*150*90**1")
        .replace("PR*2*20", "PR*2*10")
    )
    post_seen(practice, "T2", 10_00, TAKEN_BACK + less.strip("\n"))
    assert now(statement).awaits_correction
    take_payment(claim.patient, cents=20_00, method="check")
    paid = now(statement)
    assert (paid.state, paid.awaits_correction) == (State.PAID, False)
    assert paid.state_reason.startswith("What it billed has changed by -10.00")
    assert run_statements().statements == ()


def test_the_next_statement_asks_instead_of_the_last_one(statement, claim, office_clock):
    office_clock.advance(days=30)
    (later,) = run_statements().statements
    earlier = now(statement)
    assert (earlier.state, earlier.superseded_by) == (State.SUPERSEDED, later)
    assert earlier.state_reason == f"Statement {later.number} asks for what is still owed"
    assert asked_cents() == later.amount_cents == 20_00


def test_a_new_visit_and_an_old_one_are_asked_for_once_each(practice, statement, claim, office_clock):
    practice.bill("B", [("99213", 60_00)], (), patient=practice.patient("DOE", guarantor=claim.patient))
    office_clock.advance(days=30)
    (later,) = run_statements().statements
    assert later.visits.count() == 2
    assert asked_cents() == later.amount_cents == 80_00


def test_a_paid_statement_that_another_followed_is_not_opened_again(practice, statement, claim, office_clock):
    paid = take_payment(claim.patient, cents=20_00, method="card")
    practice.bill("B", [("99213", 60_00)], (), patient=practice.patient("DOE", guarantor=claim.patient))
    office_clock.advance(days=30)
    (later,) = run_statements().statements
    undo_payment(paid, reason="the card was refused")
    assert now(statement).state == State.PAID
    assert now(later).state == State.OPEN


def test_the_database_keeps_a_guarantor_from_having_two_open_statements(statement):
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(
            number="S999999",
            guarantor=statement.guarantor,
            statement_date=statement.statement_date,
            due_date=statement.due_date,
            amount_cents=1,
            file=statement.file,
            created_at=clock.now(),
            last_entry=0,
        )


def test_what_changed_between_the_look_and_the_printing_is_seen_at_once(practice, remittance, monkeypatch):
    """A posting that comes while a run is under way makes the statement superseded as soon as it is there."""
    from claimwright.office.statements import billing

    look = billing.closed_gates

    def undone_meanwhile(*args):
        gates = look(*args)
        undo_remittance(remittance, reason="wrong practice")
        return gates

    monkeypatch.setattr(billing, "closed_gates", undone_meanwhile)
    (made,) = run_statements().statements
    assert now(made).state == State.SUPERSEDED
    assert asked_cents() == 0
