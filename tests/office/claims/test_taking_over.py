"""Whatever an earlier payer is said to have paid, the opening is explained to the cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import LineAdjudication, OtherPayer, Subscriber
from claimwright.documents.parties import Party, Person
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.taking_over import opening_entries, paid_cents
from claimwright.office.ledger.models import Account
from claimwright.origin import NOWHERE
from tests.simulator import cast

CENTS = st.integers(0, 50_000)
ADJUSTMENTS = st.lists(st.builds(Adjustment, st.sampled_from(["CO", "PR", "OA"]), st.just("45"), CENTS), max_size=3)
LEVELS = "PST"


@st.composite
def claims(draw):
    """A claim to a second or third payer, with anything its earlier payers may have said, sense or not."""
    level = draw(st.sampled_from(LEVELS))
    ids = [f"PAYER{letter}" for letter in LEVELS if letter != level]
    lines = [
        cast.line(number, cents=draw(CENTS), adjudications=tuple(draw(st.lists(decisions(ids), max_size=2))))
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    others = [
        OtherPayer(
            Subscriber(letter, Person(last_name="ABARA", is_person=True)),
            Party(last_name="PAYER", id=f"PAYER{letter}"),
            paid_cents=draw(st.none() | CENTS),
            remaining_cents=draw(st.none() | CENTS),
            adjustments=tuple(draw(ADJUSTMENTS)),
        )
        for letter in LEVELS
        if letter != level and draw(st.booleans())
    ]
    record = cast.claim(*lines)
    subscriber = replace(record.subscriber, payer_level=level)
    patient_paid = draw(st.none() | CENTS)
    return replace(record, subscriber=subscriber, other_payers=tuple(others), patient_paid_cents=patient_paid)


def decisions(ids):
    return st.builds(
        LineAdjudication,
        payer_id=st.sampled_from(ids),
        paid_cents=CENTS,
        procedure=st.just(cast.line().procedure),
        quantity=st.just(Decimal(1)),
        adjustments=ADJUSTMENTS.map(tuple),
        remaining_cents=st.none() | CENTS,
    )


@given(claims())
def test_the_opening_balances_and_leaves_nothing_unexplained(record):
    encounter = Encounter(pk=1, patient_id=1)
    charges = [Charge(pk=line.number, charge_cents=line.charge_cents) for line in record.lines]
    entries = list(opening_entries(record, encounter, charges, NOWHERE))
    totals: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        assert sum(side.cents for side in entry.postings) == 0
        assert all(side.cents for side in entry.postings)
        assert len(entry.postings) >= 2
        for side in entry.postings:
            totals[side.account, side.owner] += side.cents
    level = record.subscriber.payer_level
    paid, patient_paid = paid_cents(record), record.patient_paid_cents or 0
    assert totals[Account.PRIOR_PAYMENT, ""] == paid + patient_paid
    assert totals[Account.RECEIVABLE, "PATIENT"] == -patient_paid
    if level != "P":
        assert totals[Account.RECEIVABLE, "P"] == -record.lines_cents
        still_open = totals[Account.RECEIVABLE, level]
        assert still_open + totals[Account.CONTRACTUAL, ""] == record.lines_cents - paid
        assert totals[Account.CONTRACTUAL, ""] >= 0
