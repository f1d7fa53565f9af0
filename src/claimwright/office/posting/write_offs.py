"""Write-offs that a person decides: a reason from a closed list, up to what the role may write off."""

from __future__ import annotations

from types import MappingProxyType

from django.db import models, transaction

from claimwright.errors import ConflictError, InputError
from claimwright.money import format_dollars
from claimwright.office.charges.models import Encounter
from claimwright.office.core import audit
from claimwright.office.core.access import NotAllowed, role_in
from claimwright.office.core.models import Client, Membership, User
from claimwright.office.core.scope import required_client_id
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account
from claimwright.office.posting.closing import close_settled
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
) -> int:
    """Give up `cents` of what `owner` (a payer level, or PATIENT) owes on a charge; the journal entry's number.

    Undo it with `ledger.journal.reverse_entries`. Raises `InputError` for an unknown reason or an amount not above
    zero, `NotAllowed` beyond the limit of the actor's role, `ConflictError` when less than that is owed.
    """
    if reason not in Reason.values:
        raise InputError(f"{reason!r} is not a reason to write off; choose one of {', '.join(Reason.values)}.")
    if cents <= 0:
        raise InputError("A write-off is an amount above zero.")
    _check_limit(actor, cents)
    with transaction.atomic():
        take_turn()
        owed = owed_on_encounters([encounter.pk]).get(encounter.pk, {}).get(charge_id, {}).get(owner, 0)
        if cents > owed:
            raise ConflictError(f"Only {format_dollars(owed)} is owed there now; reload and look again.")
        label = str(Reason(reason).label)
        sides = (
            NewPosting(Account.WRITE_OFF, cents, charge_id=charge_id, owner=owner, reference=reason),
            NewPosting(Account.RECEIVABLE, -cents, charge_id=charge_id, owner=owner),
        )
        text = f"{label}: {note}" if note else label
        (number,) = post_entries(
            [NewEntry("write_off", sides, text, patient_id=encounter.patient_id, encounter_id=encounter.pk)]
        )
        close_settled([encounter.pk])
        audit.record("write_off", f"entry {number}", patient_id=encounter.patient_id, cents=cents, reason=reason)
    return number


def _check_limit(actor: User, cents: int) -> None:
    client = Client.objects.get(pk=required_client_id())
    role = role_in(actor, client)
    limits = {**LIMITS_CENTS, **client.settings.get("write_off_limits_cents", {})}
    if role not in limits:
        raise NotAllowed("Your role does not write off balances; ask a manager.")
    limit = limits[role]
    if limit is not None and cents > limit:
        raise NotAllowed(f"Your role may write off up to {format_dollars(limit)}; ask a manager.")
