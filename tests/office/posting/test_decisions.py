"""What the rules leave alone a person decides, with a reason, within what is owed."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.decisions import (
    ask_next,
    explain_unapplied,
    explanations_of,
    unapplied_cents,
    undo_decision,
    waiting_money,
)
from claimwright.office.posting.write_offs import write_off
from claimwright.office.reports import check_practice
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import PAID_A2, owed

NOT_COVERED = """
    CLP*A1*1*150*0*150*MB*ICN1
    SVC*HC:99213*150*0**0
    CAS*PR*204*150
    REF*6R*A1-1
"""


@pytest.fixture
def denied_to_patient(practice):
    claim = practice.bill("A1", [("99213", 150_00)], ("medicare", "supplement"))
    practice.post("T1", 0, NOT_COVERED)
    return claim


def test_what_is_not_covered_is_asked_of_the_patient_only_when_a_person_says_so(denied_to_patient):
    claim, charge = denied_to_patient, denied_to_patient.encounter.charges.get()
    assert owed(claim) == {"P": 150_00}
    ask_next(claim.encounter, owner="P", to=PATIENT, cents=150_00, reason="notice_signed", charge_id=charge.pk)
    assert owed(claim) == {PATIENT: 150_00}


def test_it_may_be_asked_of_the_next_payer(denied_to_patient):
    claim, charge = denied_to_patient, denied_to_patient.encounter.charges.get()
    ask_next(claim.encounter, owner="P", to="S", cents=100_00, reason="other_coverage", charge_id=charge.pk)
    assert owed(claim) == {"P": 50_00, "S": 100_00}


def test_a_protected_patient_is_never_asked(practice, denied_to_patient):
    type(practice.payers["supplement"]).objects.update(protects_patient=True)
    charge = denied_to_patient.encounter.charges.get()
    with pytest.raises(InputError, match="By rule"):
        ask_next(denied_to_patient.encounter, owner="P", to=PATIENT, cents=1, reason="agreed", charge_id=charge.pk)


@pytest.mark.parametrize(
    ("to", "cents", "reason", "error"),
    [
        ("T", 1, "agreed", InputError),
        ("P", 1, "agreed", InputError),
        (PATIENT, 0, "agreed", InputError),
        (PATIENT, 1, "", InputError),
        (PATIENT, 1, "because I say so", InputError),
        (PATIENT, 150_01, "agreed", ConflictError),
    ],
)
def test_nobody_else_no_more_than_is_owed_and_not_without_a_reason(denied_to_patient, to, cents, reason, error):
    charge = denied_to_patient.encounter.charges.get()
    with pytest.raises(error):
        ask_next(denied_to_patient.encounter, owner="P", to=to, cents=cents, reason=reason, charge_id=charge.pk)
    assert owed(denied_to_patient) == {"P": 150_00}


def test_unapplied_money_is_explained_by_a_person(practice, lakeside):
    remittance = practice.post("T1", 25_00, "PLB*1999999984*20261231*CS:BONUS*-25")
    assert unapplied_cents(remittance.pk, "BONUS") == 25_00
    with pytest.raises(ConflictError):
        explain_unapplied(remittance.pk, reference="BONUS", cents=25_01, as_what="interest", reason="too much")
    explain_unapplied(remittance.pk, reference="BONUS", cents=25_00, as_what="provider_adjustment", reason="Bonus 2025")
    assert account_totals()[Account.UNAPPLIED] == 0
    assert account_totals()[Account.PROVIDER_ADJUSTMENT] == -25_00
    assert check_practice(lakeside) == []


def test_a_decision_is_taken_back_once(denied_to_patient, people, lakeside):
    claim, charge = denied_to_patient, denied_to_patient.encounter.charges.get()
    told = {"cents": 150_00, "charge_id": charge.pk}
    asked = ask_next(claim.encounter, owner="P", to=PATIENT, reason="notice_signed", **told)
    given_up = write_off(claim.encounter, owner=PATIENT, reason="hardship", actor=people["bob"], **told)
    with pytest.raises(ConflictError, match="paid or moved since"):
        undo_decision(asked, reason="the notice was not signed")
    undo_decision(given_up, reason="not a hardship")
    assert owed(claim) == {PATIENT: 150_00}
    undo_decision(asked, reason="the notice was not signed")
    assert owed(claim) == {"P": 150_00}
    for number in (given_up, asked):
        with pytest.raises(ConflictError, match="undone already"):
            undo_decision(number, reason="once more")
    assert check_practice(lakeside) == []


def test_what_a_remittance_posted_is_no_decision_to_take_back(denied_to_patient, practice):
    practice.bill("A2", [("99213", 150_00)])
    practice.post("T2", 80_00, PAID_A2)
    for entry in JournalEntry.objects.all():
        with pytest.raises(InputError, match="no decision"):
            undo_decision(entry.pk, reason="wrong")
    with pytest.raises(InputError, match="Say why"):
        undo_decision(1, reason=" ")


def test_an_explanation_that_is_taken_back_waits_again(practice, lakeside):
    remittance = practice.post("T1", 25_00, "PLB*1999999984*20261231*CS:BONUS*-25")
    number = explain_unapplied(
        remittance.pk, reference="BONUS", cents=25_00, as_what="interest", reason="said so", seen_cents=25_00
    )
    assert [entry.pk for entry in explanations_of(remittance.pk)] == [number]
    undo_decision(number, reason="it was not")
    assert waiting_money(remittance.pk) == {"BONUS": 25_00}
    assert explanations_of(remittance.pk) == []
    assert check_practice(lakeside) == []


def test_who_saw_another_balance_is_told_and_changes_nothing(denied_to_patient, practice, people):
    claim, charge = denied_to_patient, denied_to_patient.encounter.charges.get()
    seen = {"charge_id": charge.pk, "seen_cents": 150_00}
    write_off(claim.encounter, owner="P", cents=10_00, reason="courtesy", actor=people["bob"], **seen)
    with pytest.raises(ConflictError, match=r"140\.00 is owed there now"):
        write_off(claim.encounter, owner="P", cents=10_00, reason="courtesy", actor=people["bob"], **seen)
    with pytest.raises(ConflictError, match=r"140\.00 is owed there now"):
        ask_next(claim.encounter, owner="P", to=PATIENT, cents=10_00, reason="agreed", **seen)
    assert owed(claim) == {"P": 140_00}
    remittance = practice.post("T3", 25_00, "PLB*1999999984*20261231*CS:BONUS*-25")
    told = {"reference": "BONUS", "cents": 5_00, "as_what": "interest", "reason": "said so", "seen_cents": 25_00}
    explain_unapplied(remittance.pk, **told)
    with pytest.raises(ConflictError, match=r"20\.00 waits there now"):
        explain_unapplied(remittance.pk, **told)
