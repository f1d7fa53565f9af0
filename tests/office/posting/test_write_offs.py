"""A write-off needs a reason of the list, a role that may, and something that is owed."""

from __future__ import annotations

import pytest

from claimwright.errors import ConflictError, InputError
from claimwright.office.core.access import NotAllowed
from claimwright.office.core.models import Membership
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry
from claimwright.office.posting.decisions import undo_decision
from claimwright.office.posting.write_offs import write_off
from tests.office.posting.scenes import owed


@pytest.fixture
def claim(practice):
    return practice.bill("A1", [("99213", 300_00)])


@pytest.fixture
def charge_id(claim):
    return claim.encounter.charges.get().pk


def test_a_manager_writes_off_any_amount_with_a_reason(claim, charge_id, people):
    number = write_off(
        claim.encounter, owner="P", cents=300_00, reason="timely_filing", actor=people["bob"], charge_id=charge_id
    )
    assert owed(claim) == {}
    assert account_totals()[Account.WRITE_OFF] == 300_00
    assert JournalEntry.objects.get(pk=number).text == "Sent too late"


def test_it_can_be_undone(claim, charge_id, people):
    number = write_off(
        claim.encounter, owner="P", cents=50_00, reason="courtesy", actor=people["bob"], charge_id=charge_id
    )
    undo_decision(number, reason="asked by mistake")
    assert owed(claim) == {"P": 300_00}


def test_a_biller_stays_below_a_limit(claim, charge_id, people):
    with pytest.raises(NotAllowed, match=r"up to 50\.00"):
        write_off(
            claim.encounter, owner="P", cents=50_01, reason="courtesy", actor=people["alice"], charge_id=charge_id
        )
    write_off(claim.encounter, owner="P", cents=50_00, reason="courtesy", actor=people["alice"], charge_id=charge_id)
    assert owed(claim) == {"P": 250_00}


def test_the_practice_may_set_its_own_limits(lakeside, claim, charge_id, people):
    lakeside.settings = {"write_off_limits_cents": {"biller": 10_00}}
    lakeside.save()
    with pytest.raises(NotAllowed, match=r"up to 10\.00"):
        write_off(
            claim.encounter, owner="P", cents=10_01, reason="courtesy", actor=people["alice"], charge_id=charge_id
        )


@pytest.mark.parametrize("who", ["audrey", "carol", "mallory"])
def test_others_may_not(claim, charge_id, people, who):
    with pytest.raises(NotAllowed):
        write_off(claim.encounter, owner="P", cents=1, reason="courtesy", actor=people[who], charge_id=charge_id)


def test_a_manager_of_another_practice_may_not(claim, charge_id, people, hillcrest):
    Membership.objects.filter(user=people["carol"]).update(role=Membership.Role.MANAGER)
    with pytest.raises(NotAllowed):
        write_off(claim.encounter, owner="P", cents=1, reason="courtesy", actor=people["carol"], charge_id=charge_id)


def test_no_more_than_is_owed(claim, charge_id, people):
    with pytest.raises(ConflictError, match=r"300\.00"):
        write_off(claim.encounter, owner="P", cents=300_01, reason="courtesy", actor=people["bob"], charge_id=charge_id)
    with pytest.raises(ConflictError):
        write_off(
            claim.encounter, owner="PATIENT", cents=1, reason="courtesy", actor=people["bob"], charge_id=charge_id
        )


@pytest.mark.parametrize(("reason", "cents"), [("because", 100), ("courtesy", 0), ("courtesy", -5)])
def test_no_reason_of_ones_own_and_no_amount_below_a_cent(claim, charge_id, people, reason, cents):
    with pytest.raises(InputError):
        write_off(claim.encounter, owner="P", cents=cents, reason=reason, actor=people["bob"], charge_id=charge_id)
