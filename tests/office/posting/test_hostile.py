"""Files that no honest payer writes: amounts finer than a cent, another currency, a line with endless adjustments."""

from __future__ import annotations

import pytest

from claimwright.office.ledger.models import Account, Posting
from claimwright.office.posting.models import Remittance
from tests.office.posting.scenes import PAID, owed


@pytest.mark.parametrize("place", ["SVC*HC:99213*150*80", "CAS*CO*45*50", "CLP*A1*1*150*80"])
def test_an_amount_finer_than_a_cent_posts_nothing(practice, place) -> None:
    claim = practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID.replace(place, f"{place}.12345", 1))
    assert remittance.state == Remittance.State.REFUSED
    assert owed(claim) == {"P": 150_00}
    assert not Posting.objects.filter(account=Account.CASH_DUE).exists()


def test_a_thousand_segments_of_adjustments_on_a_line_are_posted_to_the_cent(practice) -> None:
    claim = practice.bill("A1", [("99213", 150_00)])
    reductions = "\n".join(["CAS*CO*45*.01**45*.01**45*.01**45*.01**45*.01"] * 1000)
    practice.post("T1", 80_00, PAID.replace("CAS*CO*45*50", reductions))
    assert owed(claim) == {"PATIENT": 20_00}
    sides = Posting.objects.filter(account=Account.CONTRACTUAL)
    assert (len(sides), sum(side.cents for side in sides)) == (5000, 50_00)
