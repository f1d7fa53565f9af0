"""From decisions to remittances: the money outside of claims, and the balance that always holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from claimwright.simulator.adjudicate import Decision, Standing, adjudicate, correct, interest_of
from claimwright.simulator.policy import Outcome, Recovery
from claimwright.simulator.remit import PayeeAccount, Payment, Recoupment, payee_of, remit
from tests.simulator.cast import PLAN, PRACTICE, claim, line, submitted

NOTHING_OPEN = PayeeAccount()
NOTIFYING = replace(PLAN, recovery=Recovery.NOTIFY, days_to_recover=7)


def payment(payer=PLAN, day=date(2026, 3, 16), trace="EFT1"):
    return Payment(payer, payee_of(PRACTICE), day, trace)


def paid(payer=PLAN, number="A1001", cents=15000):
    one = submitted(claim(line(cents=cents), number=number))
    return adjudicate(one, payer, Standing(), 1)


def corrected(payer=PLAN):
    return correct(submitted(claim()), payer, Standing(original=paid(payer).result))


def moves(remittance):
    return [(one.reason, one.reference, one.amount_cents) for one in remittance.provider_adjustments]


def assert_balanced(remittance):
    """Counted in another way: charges less every adjustment less what moves outside of claims."""
    charges = sum(one.charge_cents for result in remittance.claims for one in result.lines)
    taken_off = sum(a.amount_cents for result in remittance.claims for one in result.lines for a in one.adjustments)
    assert (
        charges - taken_off - sum(one.amount_cents for one in remittance.provider_adjustments)
        == remittance.payment_cents
    )
    assert remittance.payment_cents >= 0


def test_it_pays_the_sum_of_the_claims_by_transfer():
    remittance, after = remit(payment(), [paid(), paid(number="A1002")], NOTHING_OPEN)
    assert (remittance.payment_cents, remittance.handling, remittance.method) == (15000, "I", "ACH")
    assert (remittance.trace_number, remittance.payer_tax_id) == ("EFT1", "1970000003")
    assert (moves(remittance), after) == ([], NOTHING_OPEN)


def test_nothing_to_pay_is_a_notice_without_a_payment():
    denied = paid(replace(PLAN, chances={Outcome.LATE: 1000}))
    remittance, _ = remit(payment(), [denied], NOTHING_OPEN)
    assert (remittance.payment_cents, remittance.handling, remittance.method) == (0, "H", "NON")
    assert remittance.sender_bank is None


def test_interest_raises_the_payment_and_equals_what_the_claims_tell():
    late = paid(replace(PLAN, chances={Outcome.PAID_LATE: 1000}))
    remittance, _ = remit(payment(), [late], NOTHING_OPEN)
    assert moves(remittance) == [("L6", "", -interest_of(late.result))]
    assert remittance.payment_cents == 7500 + 72
    assert_balanced(remittance)


def test_an_immediate_recovery_nets_the_correction_in_the_claims_alone():
    decision = corrected()
    net = sum(result.paid_cents for result in decision.results)
    remittance, after = remit(payment(), [paid(number="A1002"), decision], NOTHING_OPEN)
    assert (moves(remittance), remittance.payment_cents, after) == ([], 7500 + net, NOTHING_OPEN)


def test_a_total_below_zero_is_carried_forward_and_taken_from_the_next_payment():
    decision = corrected()
    net = sum(result.paid_cents for result in decision.results)
    first, after = remit(payment(trace="EFT1"), [decision], NOTHING_OPEN)
    assert (moves(first), first.payment_cents, first.method) == ([("FB", "EFT1", net)], 0, "NON")
    second, after = remit(payment(trace="EFT2"), [paid(number="A1002")], after)
    assert (moves(second), second.payment_cents) == ([("FB", "EFT1", -net)], 7500 + net)
    assert after == NOTHING_OPEN


def test_a_balance_that_is_still_below_zero_is_carried_on_under_the_new_trace():
    opening = PayeeAccount(forward=("EFT0", 20000))
    remittance, after = remit(payment(trace="EFT1"), [paid()], opening)
    assert moves(remittance) == [("FB", "EFT0", 20000), ("FB", "EFT1", -12500)]
    assert (remittance.payment_cents, after.forward) == (0, ("EFT1", 12500))


def test_a_notified_recovery_leaves_this_payment_alone_and_takes_a_later_one():
    decision = corrected(NOTIFYING)
    net = -sum(result.paid_cents for result in decision.results)
    reference = decision.result.payer_claim_number
    first, after = remit(payment(NOTIFYING), [paid(number="A1002"), decision], NOTHING_OPEN)
    assert (moves(first), first.payment_cents) == ([("WO", reference, -net)], 7500)
    assert after.recoupments == (Recoupment(reference, net, date(2026, 3, 23)),)
    too_early, after = remit(payment(NOTIFYING, date(2026, 3, 20), "EFT2"), [paid(number="A1003")], after)
    assert (moves(too_early), too_early.payment_cents) == ([], 7500)
    later, after = remit(payment(NOTIFYING, date(2026, 3, 23), "EFT3"), [paid(number="A1004")], after)
    assert (moves(later), later.payment_cents) == ([("WO", reference, net)], 7500 - net)
    assert after == NOTHING_OPEN


def test_the_payee_is_the_billing_provider_by_npi_or_else_by_tax_number():
    assert payee_of(PRACTICE).npi == "1234567893"
    assert payee_of(PRACTICE).tax_id == "960000001"
    without = payee_of(replace(PRACTICE, id="", id_qualifier=""))
    assert (without.id_qualifier, without.id) == ("FI", "960000001")


DECISIONS = st.lists(
    st.builds(
        lambda cents, is_corrected, payer: corrected(payer) if is_corrected else paid(payer, cents=cents),
        st.integers(1, 100_000),
        st.booleans(),
        st.sampled_from([PLAN, NOTIFYING, replace(PLAN, chances={Outcome.PAID_LATE: 1000})]),
    ),
    min_size=1,
    max_size=8,
)


@given(
    runs=st.lists(DECISIONS, min_size=1, max_size=6),
    payer=st.sampled_from([PLAN, NOTIFYING]),
)
def test_over_many_payments_the_payer_pays_what_it_decided_less_what_it_still_has_to_take(
    runs: list[list[Decision]], payer
):
    account, decided, received = NOTHING_OPEN, 0, 0
    for number, decisions in enumerate(runs):
        day = date.fromordinal(date(2026, 3, 2).toordinal() + 5 * number)
        remittance, account = remit(payment(payer, day, f"EFT{number}"), decisions, account)
        assert_balanced(remittance)
        decided += sum(result.paid_cents + interest_of(result) for one in decisions for result in one.results)
        received += remittance.payment_cents
    still_to_take = sum(one.cents for one in account.recoupments) + (account.forward[1] if account.forward else 0)
    assert received == decided + still_to_take
