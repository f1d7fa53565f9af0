"""Money that payers move outside of claims: opened by one remittance, settled by later ones (billing rules B.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import F, QuerySet

from claimwright.errors import ConflictError
from claimwright.office.core import clock
from claimwright.office.posting.models import PayerItem, Remittance
from claimwright.remittance.plan import ItemChange

UNSETTLED_DAYS = 60
"""After so many days an item that no later remittance settled is shown to a person."""


def change_items(remittance: Remittance, changes: Sequence[ItemChange]) -> None:
    """Open and settle items as the plan says. Raises `ConflictError` when an item has less open than it settles."""
    now = clock.now()
    opened: list[int] = []
    for change in changes:
        if change.cents > 0:
            item = PayerItem.objects.create(
                payer=remittance.payer,
                code=change.code[:3],
                reference=change.reference[:50],
                open_cents=change.cents,
                opened_by=remittance,
                opened_at=now,
            )
            opened.append(item.pk)
            continue
        key = opened[change.opening - 1] if change.item_key is None else change.item_key
        items = PayerItem.objects.filter(pk=key)
        if not items.filter(open_cents__gte=-change.cents).update(open_cents=F("open_cents") + change.cents):
            raise ConflictError("Another remittance settled an item of this payer meanwhile; post this one again.")
        items.filter(open_cents=0).update(closed_by=remittance, closed_at=now)


def open_items(*, before: date | None = None) -> QuerySet[PayerItem]:
    """The items not settled yet, oldest first; with `before`, those opened before that day."""
    items = PayerItem.objects.filter(open_cents__gt=0).select_related("payer", "opened_by").order_by("opened_at", "pk")
    return items.filter(opened_at__date__lt=before) if before else items


def unsettled_items(as_of: date) -> QuerySet[PayerItem]:
    """The items that have waited longer than `UNSETTLED_DAYS`."""
    return open_items(before=as_of - timedelta(days=UNSETTLED_DAYS))
