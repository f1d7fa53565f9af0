"""Whether something of a posted remittance still waits for a person.

The rooms above know it, since they keep the work items; they say it here when the last one is done, or one comes back.
"""

from __future__ import annotations

from collections.abc import Collection

from claimwright.office.posting.models import Remittance

_State = Remittance.State


def mark_reviewed(remittance_ids: Collection[int]) -> int:
    """Of these nothing waits any more: posted; how many changed."""
    return Remittance.objects.filter(pk__in=remittance_ids, state=_State.REVIEW).update(state=_State.POSTED)


def mark_for_review(remittance_ids: Collection[int]) -> int:
    """Something of these waits (again): posted, with items to review; how many changed."""
    return Remittance.objects.filter(pk__in=remittance_ids, state=_State.POSTED).update(state=_State.REVIEW)
