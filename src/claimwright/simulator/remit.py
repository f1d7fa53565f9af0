"""From decided claims to remittances: payment, trace, and what moves outside of claims (PLB). Records in, records out.

Every remittance balances: the claims' payments less the provider adjustments are the payment, which is never negative;
what would be is carried forward (FB) under this remittance's trace and comes back in the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from claimwright.documents.parties import Contact, Provider, Reference
from claimwright.documents.remittance import BankAccount, ProviderAdjustment, Remittance, RemittanceClaim
from claimwright.simulator.adjudicate import REVERSAL_STATUS, Decision, interest_of
from claimwright.simulator.policy import Payer, Recovery

INTEREST, RECOVERY, FORWARD_BALANCE = "L6", "WO", "FB"


@dataclass(frozen=True, slots=True)
class Recoupment:
    """Money that a payer has announced to take (WO): how much, under which reference, and from which day on."""

    reference: str
    cents: int
    due_on: date


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """What stands between a payer and a payee outside of claims. `forward` is the trace and the cents of an open FB."""

    recoupments: tuple[Recoupment, ...] = ()
    forward: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Whom a payer pays, when, and under which trace."""

    payer: Payer
    payee: Provider
    paid_on: date
    trace: str
    receiver_id: str = ""
    is_test: bool = False


def remit(payment: Payment, decisions: Sequence[Decision], account: PayeeAccount) -> tuple[Remittance, PayeeAccount]:
    """The remittance of one payer to one payee on one day, and what stands between them afterwards."""
    claims = tuple(result for decision in decisions for result in decision.results)
    announced = _announced(payment, decisions)
    taken = [one for one in account.recoupments if one.due_on <= payment.paid_on]
    moves = [(INTEREST, "", -sum(interest_of(claim) for claim in claims))]
    moves += [(RECOVERY, one.reference, -one.cents) for one in announced]
    moves += [(RECOVERY, one.reference, one.cents) for one in taken]
    if account.forward:
        moves.append((FORWARD_BALANCE, *account.forward))
    total = sum(claim.paid_cents for claim in claims) - sum(cents for _, _, cents in moves)
    if total < 0:
        moves.append((FORWARD_BALANCE, payment.trace, total))
    left = tuple(one for one in (*account.recoupments, *announced) if one not in taken)
    after = PayeeAccount(left, (payment.trace, -total) if total < 0 else None)
    return _remittance(payment, claims, moves, max(total, 0)), after


def _announced(payment: Payment, decisions: Sequence[Decision]) -> list[Recoupment]:
    """What corrections lower, where the payer tells it now and takes it later (pattern 2)."""
    if payment.payer.recovery is not Recovery.NOTIFY:
        return []
    announced = []
    for decision in decisions:
        net = sum(result.paid_cents for result in decision.results)
        if decision.results[0].status == REVERSAL_STATUS and net < 0:
            reference = decision.results[0].payer_claim_number
            announced.append(Recoupment(reference, -net, _after(payment.paid_on, payment.payer.days_to_recover)))
    return announced


def _after(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _remittance(
    payment: Payment, claims: tuple[RemittanceClaim, ...], moves: Sequence[tuple[str, str, int]], cents: int
) -> Remittance:
    payer, payee = payment.payer, payment.payee
    provider_id = payee.npi or payee.tax_id
    year_end = date(payment.paid_on.year, 12, 31)
    remittance = Remittance(
        handling="I" if cents else "H",
        payment_cents=cents,
        credit_or_debit="C",
        method="ACH" if cents else "NON",
        payment_date=payment.paid_on,
        trace_number=payment.trace,
        payer_tax_id=f"1{payer.tax_id}",
        payer=replace(
            payer.party,
            id_qualifier="",
            id="",
            references=(Reference("2U", payer.id),),
            contacts=(Contact(f"{payer.name} EDI", (("TE", payer.phone),), "BL"),),
        ),
        payee=payee,
        claims=claims,
        provider_adjustments=tuple(
            ProviderAdjustment(provider_id, year_end, reason, reference, move)
            for reason, reference, move in moves
            if move
        ),
        production_date=payment.paid_on,
        is_test=payment.is_test,
    )
    return _with_banks(remittance, payer) if cents else remittance


def _with_banks(remittance: Remittance, payer: Payer) -> Remittance:
    return replace(
        remittance,
        payment_format="CCP",
        sender_bank=BankAccount(payer.routing_number, payer.account_number),
        receiver_bank=BankAccount("999999992", "2000002"),
        originator_id=remittance.payer_tax_id,
    )


def payee_of(billing: Provider) -> Provider:
    """The payee of a claim: its billing provider by NPI with the tax number beside it, or by tax number alone."""
    names = (billing.last_name, billing.first_name, billing.middle_name, billing.suffix)
    address = replace(billing.address, country="", subdivision="") if billing.address else None
    qualifier, number = ("XX", billing.npi) if billing.npi else ("FI", billing.tax_id)
    return Provider(
        *names,
        is_person=billing.is_person,
        id_qualifier=qualifier,
        id=number,
        address=address,
        tax_id=billing.tax_id if billing.npi else "",
    )
