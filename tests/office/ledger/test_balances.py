"""What is owed, by whom, asked of the journal: now, of one owner, and on a past day."""

from __future__ import annotations

from datetime import date

from claimwright.office.core.scope import client_scope
from claimwright.office.ledger.balances import account_totals, newest_entry, owed_by_patients, owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account


def charge(patient: int, cents: int, owner: str = "P", *, encounter: int = 1, on: date | None = None) -> None:
    sides = (NewPosting(Account.RECEIVABLE, cents, 7, owner), NewPosting(Account.CHARGES, -cents))
    post_entries([NewEntry("charge", sides, entry_date=on, patient_id=patient, encounter_id=encounter)])


def test_what_a_patient_s_account_owes_is_the_sum_over_its_owners(lakeside) -> None:
    charge(1, 100_00)
    charge(1, 20_00, "PATIENT")
    charge(2, 30_00, "PATIENT")
    assert owed_by_patients() == {1: 120_00, 2: 30_00}
    assert owed_by_patients([2, 3]) == {2: 30_00}
    assert owed_by_patients(owner="PATIENT") == {1: 20_00, 2: 30_00}
    assert owed_by_patients([1], owner="S") == {}


def test_who_owes_nothing_any_more_is_left_out(lakeside) -> None:
    charge(1, 100_00)
    charge(1, -100_00)
    charge(1, 5_00, "PATIENT", encounter=2)
    assert owed_by_patients() == {1: 5_00}
    assert owed_on_encounters([1, 2]) == {2: {7: {"PATIENT": 5_00}}}


def test_an_account_stands_on_a_past_day_as_it_stood_then(lakeside) -> None:
    charge(1, 100_00, on=date(2026, 1, 1))
    charge(1, 50_00, on=date(2026, 1, 3))
    assert account_totals() == {"receivable": 150_00, "charges": -150_00}
    assert account_totals(at=date(2026, 1, 2)) == {"receivable": 100_00, "charges": -100_00}
    assert account_totals(at=date(2026, 1, 3)) == account_totals()
    assert account_totals(at=date(2025, 12, 31)) == {}


def test_what_was_owed_at_the_end_of_a_day_is_asked_by_owner_and_charge_too(lakeside) -> None:
    charge(1, 100_00, on=date(2026, 1, 1))
    charge(1, 20_00, "PATIENT", on=date(2026, 1, 3))
    assert owed_on_encounters([1], at=date(2026, 1, 2)) == {1: {7: {"P": 100_00}}}
    assert owed_by_patients(at=date(2026, 1, 2)) == {1: 100_00}
    assert owed_by_patients(owner="PATIENT", at=date(2026, 1, 2)) == {}
    assert owed_by_patients(owner="PATIENT", at=date(2026, 1, 3)) == {1: 20_00}


def test_what_stands_on_an_encounter_as_a_whole_has_no_charge(lakeside) -> None:
    sides = (NewPosting(Account.RECEIVABLE, 5_00, owner="P"), NewPosting(Account.CHARGES, -5_00))
    post_entries([NewEntry("charge", sides, patient_id=1, encounter_id=4)])
    assert owed_on_encounters([4]) == {4: {None: {"P": 5_00}}}


def test_the_newest_entry_is_that_of_the_practice(lakeside, hillcrest) -> None:
    assert newest_entry() == 0
    charge(1, 100_00)
    newest = newest_entry()
    with client_scope(hillcrest):
        assert newest_entry() == 0
        charge(1, 100_00)
        assert newest_entry() == newest + 1
    assert newest_entry() == newest


def test_an_account_of_nobody_is_nobody_s_and_a_credit_is_owed_to_the_patient(lakeside) -> None:
    sides = (NewPosting(Account.RECEIVABLE, 9_00), NewPosting(Account.CHARGES, -9_00))
    post_entries([NewEntry("charge", sides)])
    charge(1, -5_00, "PATIENT")
    charge(2, 1)
    assert owed_by_patients() == {1: -5_00, 2: 1}
    assert owed_by_patients([]) == {}


def test_the_newest_entry_is_the_practice_s_own_and_none_is_zero(lakeside) -> None:
    assert newest_entry() == 0
    charge(1, 1)
    first = newest_entry()
    charge(1, 1)
    assert newest_entry() == first + 1
