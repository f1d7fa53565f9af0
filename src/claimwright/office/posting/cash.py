"""Seeing the money itself: the deposit or check that a remittance announced."""

from __future__ import annotations

from claimwright.errors import ConflictError
from claimwright.office.core import audit, clock
from claimwright.office.posting.models import Remittance


def confirm_cash(remittance: Remittance) -> None:
    """The deposit or check was seen at the bank: statements need not wait for it any longer.

    Raises `ConflictError` when it was seen before.
    """
    unseen = Remittance.objects.filter(pk=remittance.pk, cash_seen_at=None)
    if not unseen.update(cash_seen_at=clock.now()):
        raise ConflictError("The money of this remittance was seen before; nothing was changed.")
    remittance.refresh_from_db(from_queryset=Remittance.objects.all())
    audit.record("remittance.cash", f"remittance {remittance.pk}", cents=remittance.payment_cents)
