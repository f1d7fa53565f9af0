"""Money that payers move outside of claims: opened by one remittance, settled by later ones (billing rules B.3).

Files come in any order: what a payer takes before the remittance came that announces it waits unapplied, and settles
the item when that one is posted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import F, QuerySet, Sum

from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.remittance import ProviderAdjustment
from claimwright.errors import ConflictError
from claimwright.office.core import clock
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.posting.decisions import money_explained
from claimwright.office.posting.entries import CASH_COUNTERPARTS
from claimwright.office.posting.models import PayerItem, Remittance
from claimwright.remittance.plan import ItemChange
from claimwright.remittance.provider import OPENING_KINDS, same_reference

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
            _settle_with_what_came_before(item)
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


def _settle_with_what_came_before(item: PayerItem) -> None:
    """Settle an item just opened with what its payer took under the same code and reference before, and what waits
    unapplied since; the remittance that took it keeps the settlement as if its own plan had made it."""
    for remittance, adjustment, taken_cents in _taken_before(item):
        cents = min(item.open_cents, taken_cents)
        if not cents:
            return
        kind = OPENING_KINDS[item.code]
        words = f"PLB {item.code} settles {item.reference}, announced by trace {item.opened_by.trace_number}"
        sides = (
            NewPosting(Account.UNAPPLIED, -cents, payer_id=item.payer_id, reference=adjustment.reference[:50]),
            NewPosting(CASH_COUNTERPARTS[kind], cents, payer_id=item.payer_id, reference=adjustment.reference[:50]),
        )
        origin = replace(adjustment.origin, sha256=remittance.file.sha256)
        post_entries([NewEntry(kind.value, sides, words, remittance_id=remittance.pk, row=35, origin=origin)])
        item.open_cents -= cents
        if not item.open_cents:
            item.closed_by, item.closed_at = remittance, clock.now()
        item.save(update_fields=["open_cents", "closed_by", "closed_at"])
        change = ItemChange(item.code, item.reference, -cents, item.pk, origin=adjustment.origin)
        plan = remittance.plan or {}
        remittance.plan = {**plan, "item_changes": [*plan.get("item_changes", []), to_plain(change)]}
        remittance.save(update_fields=["plan"])
        told = {"reference": adjustment.reference[:50], "cents": -cents, "words": words}
        money_explained.send(Remittance, remittance=remittance, **told)


def _taken_before(item: PayerItem) -> Iterator[tuple[Remittance, ProviderAdjustment, int]]:
    """The payer's adjustments of other remittances that name the item, oldest first, each with its cents that wait."""
    unapplied = Posting.objects.filter(account=Account.UNAPPLIED, payer_id=item.payer_id)
    taken = unapplied.exclude(entry__remittance_id=None)
    sums = taken.values_list("entry__remittance_id", "reference").annotate(total=Sum("cents")).order_by()
    waiting = {
        (key, reference): cents
        for key, reference, cents in sums.filter(total__gt=0)
        if same_reference(reference, item.reference)
    }
    keys = {key for key, _ in waiting} - {item.opened_by_id}
    for remittance in Remittance.objects.filter(pk__in=keys).select_related("file").order_by("pk"):
        for data in remittance.record.get("provider_adjustments", []):
            adjustment = from_plain(ProviderAdjustment, data)
            place = (remittance.pk, adjustment.reference[:50])
            cents = min(adjustment.amount_cents, waiting.get(place, 0)) if adjustment.reason == item.code else 0
            if cents > 0:
                waiting[place] -= cents
                yield remittance, adjustment, cents
