"""Every dollar charged is somewhere, proved twice; what is open is aged, each cell with its visits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from claimwright.office.core import clock
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.patient_payments import take_payment, undo_payment
from claimwright.office.posting.write_offs import write_off
from claimwright.office.reports import account_for, age_balances, check_practice
from tests.office.posting.scenes import DENIED, PAID, PAID_A2, REVERSED_AND_CORRECTED, SECOND


@pytest.fixture
def busy(practice, people):
    """A practice to which a little of everything has happened."""
    first = practice.bill("A1", [("99213", 150_00)], payers=("medicare", "supplement"))
    practice.bill("A2", [("99213", 150_00)])
    practice.bill("A3", [("99213", 200_00)], payers=("commercial",))
    cash = practice.bill("C1", [("99213", 90_00)], ())
    practice.post("T1", 161_50, PAID + PAID_A2 + "\nPLB*1999999984*20261231*L6*-1.5")
    practice.post("T2", 15_00, SECOND, payer="supplement")
    practice.post("T3", 80_00, PAID.replace("A1", "OLD"))
    practice.post("T4", 0, DENIED.replace("A1", "A3").replace("150", "200"), payer="commercial")
    payment = take_payment(first.patient, cents=30_00, method="card")
    undo_payment(payment, reason="wrong patient")
    take_payment(cash.patient, cents=100_00, method="cash")
    charge = practice.bill("A4", [("99213", 10_00)]).encounter
    write_off(charge, owner="P", cents=10_00, reason="courtesy", actor=people["bob"], charge_id=charge.charges.get().pk)
    return practice


def test_charges_are_payments_and_adjustments_and_what_is_open(busy, lakeside):
    found = account_for(lakeside)
    assert found.charges_cents == 600_00
    assert found.insurance_payments_cents == 175_00
    assert found.patient_payments_cents == 90_00
    assert found.contractual_cents == 100_00
    assert dict(found.write_offs) == {"write_off": 10_00}
    assert found.charges_cents == found.payments_cents + found.adjustments_cents + found.open_cents
    assert dict(found.payer_accounts) == {"unapplied": 80_00, "interest": 1_50}
    assert found.patient_credit_cents == 10_00
    assert found.unexplained_cents == 0


def test_what_is_open_is_told_by_who_owes_it(busy, lakeside):
    owed = {balance.owner.label: balance.cents for balance in account_for(lakeside).open}
    assert owed == {"COMMERCIAL (primary)": 200_00, "Patients": 25_00}


def test_it_can_be_written_as_json(busy, lakeside):
    data = json.loads(json.dumps(account_for(lakeside).to_plain()))
    assert data["unexplained_cents"] == 0
    assert data["charges_cents"] == data["payments_cents"] + data["adjustments_cents"] + data["open_cents"]
    assert data["remittances"] == {"posted": 3, "review": 1}
    assert data["denials"] == {"new": 1}
    assert sum(data["claims"].values()) == 4
    assert [file["name"] for file in data["files"]] == ["T1.835", "T2.835", "T3.835", "T4.835"]


def test_a_remittance_that_claims_to_be_posted_and_is_not_is_unexplained(busy, lakeside):
    Remittance.objects.filter(trace_number="T2").update(payment_cents=16_00)
    assert account_for(lakeside).unexplained_cents == 1_00
    assert {finding.code for finding in check_practice(lakeside)} == {"CHK-REM-001", "CHK-ACC-001"}


def test_a_charge_that_is_not_in_the_ledger_is_unexplained(busy, lakeside):
    from claimwright.office.charges.models import Charge

    Charge.objects.filter(code="99213", charge_cents=10_00).update(charge_cents=11_00)
    assert account_for(lakeside).unexplained_cents == 1_00


def test_cash_out_of_nowhere_is_unexplained(busy, lakeside):
    sides = (NewPosting(Account.CASH, 5_00), NewPosting(Account.INTEREST, -5_00))
    post_entries([NewEntry("mystery", sides)])
    assert account_for(lakeside).unexplained_cents > 0


def test_two_mistakes_do_not_hide_each_other(busy, lakeside):
    Remittance.objects.filter(trace_number="T1").update(payment_cents=160_50)
    Remittance.objects.filter(trace_number="T2").update(payment_cents=16_00)
    assert {finding.code for finding in check_practice(lakeside)} == {"CHK-REM-001"}


def test_all_is_well_in_a_busy_practice_and_in_an_empty_one(busy, lakeside, hillcrest):
    assert check_practice(lakeside) == []
    assert check_practice(hillcrest) == []
    assert account_for(hillcrest).charges_cents == 0


def test_a_stored_file_that_was_changed_is_found(busy, lakeside):
    StoredFile.objects.create(sha256="0" * 64, name="x", size_bytes=8, content=b"tampered", stored_at=clock.now())
    assert {finding.code for finding in check_practice(lakeside)} == {"CHK-FIL-001"}


def test_balances_are_aged_from_the_day_of_service(busy, office_clock):
    found = age_balances()
    assert found.cents == 225_00
    assert found.totals == {"0-30": 0, "31-60": 225_00, "61-90": 0, "91-120": 0, "over 120": 0}
    patients = found.rows[-1]
    assert patients.owner.is_patient
    assert patients.cells["31-60"].cents == 25_00
    assert sorted(cents for _, cents in patients.cells["31-60"].encounters) == [5_00, 20_00]
    later = age_balances(office_clock.today() + timedelta(days=90))
    assert later.totals["over 120"] == 225_00


def test_a_past_day_is_aged_as_it_stood_then(busy, practice, office_clock):
    day = office_clock.today()
    before = age_balances(day)
    office_clock.advance(days=10)
    practice.post("T5", 20_00, REVERSED_AND_CORRECTED.replace("A1", "A2"))
    assert age_balances(day).to_plain() == before.to_plain()
    assert age_balances().cents == before.cents - 20_00
