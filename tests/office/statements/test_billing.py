"""A patient is asked only for what the ledger says is his, when every payer is done; and it changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.posting.cash import confirm_cash
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.patient_payments import NO_ENCOUNTER, take_payment
from claimwright.office.statements.accounts import charge_accounts
from claimwright.office.statements.billing import run_statements
from claimwright.office.statements.gates import Gate
from claimwright.office.statements.models import Statement
from tests.office.posting.scenes import DENIED, PAID, SECOND, owed


@pytest.fixture
def settled(practice, office_clock):
    """A claim whose patient owes 20.00 coinsurance, the payer's money seen."""
    claim = practice.bill("A1", [("99213", 150_00)])
    confirm_cash(practice.post("T1", 80_00, PAID))
    return claim


def gates(run) -> list[Gate]:
    return [held.gate for held in run.held]


def test_a_settled_claim_makes_one_statement_that_says_why(settled):
    run = run_statements()
    (statement,) = run.statements
    assert (statement.amount_cents, run.asked_cents, run.held) == (20_00, 20_00, ())
    assert statement.guarantor == settled.patient
    assert statement.file.data.startswith(b"%PDF")
    account = charge_accounts([settled.encounter_id])[settled.encounter_id]
    (line,) = account.values()
    assert (line.charge_cents, line.insurance_paid_cents, line.adjusted_cents) == (150_00, 80_00, 50_00)
    assert (line.owed_cents, line.why) == (20_00, "coinsurance")


def test_that_it_was_sent_changes_nothing_about_who_owes(settled):
    before, entries = account_totals(), JournalEntry.objects.count()
    run_statements()
    assert account_totals() == before
    assert JournalEntry.objects.count() == entries
    assert owed(settled) == {"PATIENT": 20_00}


def test_what_became_owed_after_the_last_statement_waits_as_new(practice, office_clock):
    patient = practice.patient()
    practice.bill("A", [("99213", 20_00)], (), patient=patient)
    run_statements()
    office_clock.advance(days=1)
    assert [held.is_new for held in run_statements().held] == [False]
    practice.bill("B", [("99213", 60_00)], (), patient=patient)
    (held,) = run_statements().held
    assert (held.gate, held.cents, held.is_new) == (Gate.RECENT, 80_00, True)
    take_payment(patient, cents=20_00, method="check")
    (held,) = run_statements().held
    assert (held.cents, held.is_new) == (60_00, True)
    take_payment(patient, cents=60_00, method="check")
    assert run_statements().held == ()


def test_what_waited_for_the_payers_money_at_the_last_statement_is_new_afterwards(practice, office_clock):
    patient = practice.patient()
    practice.bill("A", [("99213", 20_00)], (), patient=patient)
    practice.bill("A1", [("99213", 150_00)], patient=patient)
    practice.post("T1", 80_00, PAID)
    run_statements()
    office_clock.advance(days=10)
    (held,) = run_statements().held
    assert (held.gate, held.cents, held.is_new) == (Gate.RECENT, 40_00, True)


def test_no_second_statement_within_thirty_days(settled, office_clock):
    run_statements()
    office_clock.advance(days=29)
    assert gates(run_statements()) == [Gate.RECENT]
    office_clock.advance(days=1)
    assert len(run_statements().statements) == 1


def test_not_while_the_payers_money_was_not_seen(practice, office_clock):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    assert gates(run_statements()) == [Gate.CASH_NOT_SEEN]
    confirm_cash(remittance)
    assert len(run_statements().statements) == 1


def test_the_wait_for_the_money_ends_by_itself(practice, office_clock):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID)
    days = (remittance.hold_statements_until - office_clock.today()).days
    office_clock.advance(days=days)
    assert len(run_statements().statements) == 1


def test_not_while_another_payer_has_not_finished(practice, office_clock):
    claim = practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))
    practice.post("T1", 80_00, PAID)
    assert run_statements().statements == ()
    practice.post("T2", 15_00, SECOND, payer="supplement")
    Remittance.objects.update(hold_statements_until=None)
    (statement,) = run_statements().statements
    assert statement.amount_cents == 5_00
    assert owed(claim) == {"PATIENT": 5_00}


def test_not_while_a_line_of_the_visit_is_denied_and_open(practice):
    practice.bill("A1", [("99213", 150_00), ("36415", 30_00)])
    confirm_cash(
        practice.post(
            "T1",
            80_00,
            PAID.replace("*150*80*20*MB", "*180*80*20*MB") + "\nSVC*HC:36415*30*0**0\nCAS*CO*97*30\nREF*6R*A1-2",
        )
    )
    assert gates(run_statements()) == [Gate.PAYER_OWES]


def test_nothing_is_asked_when_the_payer_denied(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    assert run_statements() == run_statements()
    assert not Statement.objects.exists()


def test_not_below_the_smallest_amount(practice, lakeside, settled):
    lakeside.settings = {"statements": {"minimum_cents": 25_00}}
    lakeside.save()
    assert gates(run_statements()) == [Gate.TOO_SMALL]


def test_not_without_an_address(settled):
    settled.patient.line1 = ""
    settled.patient.save()
    assert gates(run_statements()) == [Gate.NO_ADDRESS]


def test_not_for_a_patient_whom_a_rule_protects(practice, settled):
    type(practice.payers["medicare"]).objects.update(protects_patient=True)
    assert gates(run_statements()) == [Gate.PROTECTED]


def test_not_for_a_claim_on_hold(settled):
    type(settled).objects.update(held_reason="asked by the provider")
    assert gates(run_statements()) == [Gate.HELD]


def test_the_patients_credit_lowers_what_is_asked(settled):
    take_payment(settled.patient, cents=8_00, method="card", encounter_id=NO_ENCOUNTER)
    (statement,) = run_statements().statements
    assert statement.amount_cents == 12_00


def test_a_patient_who_has_paid_is_not_asked(settled):
    take_payment(settled.patient, cents=20_00, method="card")
    run = run_statements()
    assert (run.statements, run.held) == ((), ())


def test_a_guarantor_gets_one_statement_for_all_dependents(practice, office_clock):
    parent, child = practice.patient("ROE"), practice.patient("ROE")
    child.guarantor = parent
    child.save()
    practice.bill("A", [("99213", 60_00)], (), patient=child)
    practice.bill("B", [("99213", 40_00)], (), patient=parent)
    (statement,) = run_statements().statements
    assert (statement.guarantor, statement.amount_cents) == (parent, 100_00)


def test_a_run_for_a_past_day_is_dated_so(settled, office_clock):
    day = office_clock.today() + timedelta(days=3)
    (statement,) = run_statements(day).statements
    assert (statement.statement_date, statement.due_date) == (day, day + timedelta(days=21))
