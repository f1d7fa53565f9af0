"""What a payer answers when it is asked where a claim is: 276 in, 277 out, as records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from claimwright.documents.parties import Party
from claimwright.documents.status import (
    ClaimStatus,
    StatusCode,
    StatusInformation,
    StatusInquiry,
    StatusInquiryBatch,
    StatusResponseBatch,
)


class ClaimState(StrEnum):
    """Where a claim stands at its payer."""

    REJECTED = "rejected"
    PENDING = "pending"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Known:
    """What a payer tells about one claim. `is_denied` and the payment say what became of a decided one."""

    state: ClaimState
    payer_claim_number: str
    received_on: date
    decided_on: date | None = None
    paid_cents: int = 0
    is_denied: bool = False
    check_number: str = ""


Find = Callable[[StatusInquiry], Known | None]
"""How the answering side looks a claim up."""


def answer(
    batch: StatusInquiryBatch, find: Find, payer_name: Callable[[Party], Party], now: datetime
) -> StatusResponseBatch:
    """One status for each inquiry, matched by its trace; payer by payer, as a 277 is built."""
    claims = []
    for inquiry in sorted(batch.inquiries, key=lambda inquiry: inquiry.payer.id):
        known = find(inquiry)
        claims.append(
            ClaimStatus(
                trace=inquiry.trace,
                statuses=(_information(inquiry, known, now.date()),),
                payer=payer_name(inquiry.payer),
                provider=inquiry.provider,
                patient=inquiry.patient or inquiry.subscriber,
                control_number=inquiry.control_number,
                payer_claim_number=known.payer_claim_number if known else "",
                period=inquiry.period,
                subscriber=inquiry.subscriber if inquiry.patient else None,
                receiver=replace(inquiry.receiver, id_qualifier="46"),
            )
        )
    return StatusResponseBatch(batch.reference or f"{now:%Y%m%d%H%M}", now, tuple(claims))


def _information(inquiry: StatusInquiry, known: Known | None, today: date) -> StatusInformation:
    code = status_code(known)
    is_final = known is not None and known.state is ClaimState.DECIDED
    return StatusInformation(
        codes=(code,),
        effective_date=(known.decided_on if known else None) or today,
        charge_cents=inquiry.charge_cents,
        paid_cents=known.paid_cents if known else 0,
        payment_date=known.decided_on if known and is_final and known.paid_cents else None,
        check_number=known.check_number if known and is_final and known.paid_cents else "",
    )


def status_code(known: Known | None) -> StatusCode:
    """The STC composite: not found, in process, paid, denied, nothing due, withdrawn, or rejected at the door."""
    if known is None:
        return StatusCode("A4", "35")
    if known.state is ClaimState.PENDING:
        return StatusCode("P1", "20")
    if known.state is ClaimState.REJECTED:
        return StatusCode("A3", "21")
    if known.state is ClaimState.WITHDRAWN:
        return StatusCode("F4", "101")
    if known.is_denied:
        return StatusCode("F2", "585")
    return StatusCode("F1", "65") if known.paid_cents else StatusCode("F4", "107")
