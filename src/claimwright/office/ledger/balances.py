"""Balances: sums over the journal, now or at the end of any day.

What is told of a day in a closed month never changes again: no entry can be dated there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Max, QuerySet, Sum

from claimwright.office.core.rows import among
from claimwright.office.ledger.models import Account, JournalEntry, Posting

Owed = dict[int | None, dict[str, int]]
"""Cents by charge (None: the encounter as a whole) and owner; owners who owe nothing are left out."""


def owed_on_encounters(encounter_ids: Collection[int], *, at: date | None = None) -> Mapping[int, Owed]:
    """What each owner owes on each charge of these encounters, in cents; at the end of the day `at` if given."""
    rows = (
        _postings(at)
        .filter(account=Account.RECEIVABLE, encounter_id__in=among(encounter_ids))
        .values_list("encounter_id", "charge_id", "owner")
        .annotate(total=Sum("cents"))
        .exclude(total=0)
        .order_by()
    )
    owed: dict[int, Owed] = defaultdict(lambda: defaultdict(dict))
    for encounter_id, charge_id, owner, total in rows:
        owed[encounter_id or 0][charge_id][owner] = total
    return owed


def owed_by_patients(
    patient_ids: Collection[int] | None = None, *, owner: str | None = None, at: date | None = None
) -> dict[int, int]:
    """What is owed on the accounts of these patients (all when None), by patient, in cents; by one owner, and at the
    end of the day `at`, if given."""
    postings = _postings(at).filter(account=Account.RECEIVABLE)
    if patient_ids is not None:
        postings = postings.filter(patient_id__in=patient_ids)
    if owner is not None:
        postings = postings.filter(owner=owner)
    rows = postings.values_list("patient_id").annotate(total=Sum("cents")).order_by()
    return {patient_id: total for patient_id, total in rows if total and patient_id is not None}


def account_totals(*, at: date | None = None) -> dict[str, int]:
    """The balance of every account in cents (debit positive), over entries up to and including the day `at`."""
    rows = _postings(at).values_list("account").annotate(total=Sum("cents")).order_by()
    return dict(rows)


def newest_entry() -> int:
    """The number of the newest entry of the scope's practice, 0 when there is none: what sums take in by now."""
    return JournalEntry.objects.aggregate(newest=Max("id"))["newest"] or 0


def _postings(at: date | None) -> QuerySet[Posting]:
    """The postings of all entries, or of those dated up to and including a day."""
    return Posting.objects.all() if at is None else Posting.objects.filter(entry__entry_date__lte=at)
