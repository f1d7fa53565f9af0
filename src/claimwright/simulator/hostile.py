"""Bad remittances, on order: what a careful receiver must stop. For tests; off in a policy unless it asks for them."""

from __future__ import annotations

from dataclasses import replace

from claimwright.documents.parties import Provider
from claimwright.documents.remittance import Remittance

STRANGER = Provider(last_name="SOMEBODY ELSE MEDICAL GROUP", id_qualifier="XX", id="1999999984", tax_id="960000009")
"""A payee who is nobody's practice."""


def unbalanced(remittance: Remittance) -> Remittance:
    """The same remittance, a cent off, under a trace of its own."""
    return replace(remittance, trace_number=f"{remittance.trace_number}U", payment_cents=remittance.payment_cents + 1)


def for_another_payee(remittance: Remittance) -> Remittance:
    """The same remittance for somebody else, under a trace of its own."""
    return replace(remittance, trace_number=f"{remittance.trace_number}P", payee=STRANGER)


def truncated(data: bytes) -> bytes:
    """A file that broke off on its way."""
    return data[: len(data) * 2 // 3]
