"""Why is this balance what it is? Every cent of it is answered, down to the bytes."""

from __future__ import annotations

from claimwright.office.posting.explain import explain
from claimwright.office.posting.patient_payments import take_payment
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import DENIED, PAID, REVERSED_AND_CORRECTED


def test_the_entries_add_up_to_the_balance_and_show_the_payers_own_words(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    take_payment(claim.patient, cents=5_00, method="card")
    explanation = explain(claim.encounter)
    assert explanation.owed_cents == {PATIENT: 15_00}
    assert sum(entry.change_cents for entry in explanation.entries) == explanation.balance_cents
    assert explanation.entries[-1].owed_cents[PATIENT] == 15_00
    told = {entry.kind: entry for entry in explanation.entries}
    assert told["contractual"].place.segment == "CAS*CO*45*50"
    assert told["contractual"].place.file_name == "T1.835"
    assert told["transfer"].words == "Moved to another payer or the patient"
    assert told["transfer"].owed_change_cents == {"P": -20_00, PATIENT: 20_00}
    assert "deductible, coinsurance or copay" in told["transfer"].rule
    assert told["patient_payment"].place.segment == ""


def test_what_a_denial_leaves_open_is_said_though_it_made_no_entry(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 0, DENIED)
    explanation = explain(claim.encounter)
    assert explanation.owed_cents == {"P": 150_00}
    (left,) = explanation.left_open
    assert (left.cents, left.level, left.row) == (150_00, "P", 25)
    assert left.place.segment == "CAS*CO*50*150"


def test_a_reversed_entry_names_what_reversed_it(practice):
    claim = practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    practice.post("T2", 20_00, REVERSED_AND_CORRECTED)
    entries = {entry.number: entry for entry in explain(claim.encounter).entries}
    undone = [entry for entry in entries.values() if entry.reversed_by]
    assert len(undone) == 3
    for entry in undone:
        assert entries[entry.reversed_by].reverses == entry.number
        assert entries[entry.reversed_by].change_cents == -entry.change_cents


def test_one_charge_is_explained_without_the_others(practice):
    claim = practice.bill("A1", [("99213", 150_00), ("36415", 30_00)])
    first, second = claim.encounter.charges.all()
    assert explain(claim.encounter, charge_id=second.pk).owed_cents == {"P": 30_00}
    assert explain(claim.encounter, charge_id=first.pk).owed_cents == {"P": 150_00}
