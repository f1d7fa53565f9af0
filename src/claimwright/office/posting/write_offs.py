"""Write-offs that a person decides: a reason from a closed list, up to what the role may write off."""

from __future__ import annotations

from types import MappingProxyType

from django.db import models, transaction

from claimwright.errors import InputError
from claimwright.office.charges.models import Encounter
from claimwright.office.core import audit
from claimwright.office.core.models import Membership, User
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account
from claimwright.office.posting.closing import close_settled
from claimwright.office.posting.decisions import WRITE_OFF, refuse_if_changed
from claimwright.office.posting.limits import check_limit
from claimwright.office.posting.turns import take_turn


class Reason(models.TextChoices):
    """Why an amount is given up. Denials that were lost, mistakes of ours, and what the practice forgives."""

    TIMELY_FILING = "timely_filing", "Sent too late"
    NO_AUTHORIZATION = "no_authorization", "Authorization was missing"
    NOT_COVERED = "not_covered", "Not covered, and the patient was not told"
    BUNDLED = "bundled", "Part of another service"
    NOT_NECESSARY = "not_necessary", "Found not medically necessary"
    APPEAL_LOST = "appeal_lost", "Appeal lost"
    NOT_ENROLLED = "not_enrolled", "Provider not enrolled with the payer"
    CONTRACT = "contract", "Contract reduction confirmed by a person"
    CHARGE_ERROR = "charge_error", "Charge entered by mistake"
    HARDSHIP = "hardship", "Financial hardship"
    COURTESY = "courtesy", "Courtesy of the practice"
    UNCOLLECTABLE = "uncollectable", "Cannot be collected"
    SMALL_BALANCE = "small_balance", "Small balance"


_Role = Membership.Role

LIMITS_CENTS = MappingProxyType({_Role.BILLER: 5_000, _Role.POSTER: 5_000, _Role.DENIALS: 25_000, _Role.MANAGER: None})
"""The most that a role may write off at once (None: any amount); roles that are not here may not. A practice sets its
own under `Client.settings["write_off_limits_cents"]`."""


def write_off(
    encounter: Encounter,
    *,
    owner: str,
    cents: int,
    reason: str,
    actor: User,
    charge_id: int | None = None,
    note: str = "",
    seen_cents: int | None = None,
) -> int:
    """Give up `cents` of what `owner` (a payer level, or PATIENT) owes on a charge; the journal entry's number.

    `seen_cents` is what the person saw owed there. Undo it with `decisions.undo_decision`. Raises `InputError` for an
    unknown reason or an amount not above zero, `NotAllowed` beyond the limit of the actor's role, `ConflictError` when
    less than that is owed, or not what was seen.
    """
    if reason not in Reason.values:
        raise InputError(f"{reason!r} is not a reason to write off; choose one of {', '.join(Reason.values)}.")
    if cents <= 0:
        raise InputError("A write-off is an amount above zero.")
    check_limit(actor, cents, LIMITS_CENTS, "write_off_limits_cents", "write off")
    with transaction.atomic():
        take_turn()
        refuse_if_changed(encounter, charge_id, owner, cents, seen_cents)
        label = str(Reason(reason).label)
        sides = (
            NewPosting(Account.WRITE_OFF, cents, charge_id=charge_id, owner=owner, reference=reason),
            NewPosting(Account.RECEIVABLE, -cents, charge_id=charge_id, owner=owner),
        )
        text = f"{label}: {note}" if note else label
        (number,) = post_entries(
            [NewEntry(WRITE_OFF, sides, text, patient_id=encounter.patient_id, encounter_id=encounter.pk)]
        )
        close_settled([encounter.pk])
        audit.record("write_off", f"entry {number}", patient_id=encounter.patient_id, cents=cents, reason=reason)
    return number
