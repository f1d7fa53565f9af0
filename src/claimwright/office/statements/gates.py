"""May this balance be asked of the patient now? The gates of billing rules G.2, each with its words.

That a statement was sent is not among what is looked at: it never changes who owes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

from claimwright.office.claims.lifecycle import DECIDED
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.patients.models import Patient
from claimwright.office.posting.models import RemittanceClaim
from claimwright.office.statements.accounts import Accounts, ChargeAccount


class Gate(StrEnum):
    """Why a balance is not asked for yet."""

    PAYER_OWES = "a payer still owes on it"
    PAYER_UNDECIDED = "a payer has not finished"
    PROTECTED = "by rule nothing may be asked of this patient"
    HELD = "the claim is held"
    CASH_NOT_SEEN = "the payer's money was not seen yet"
    NO_ADDRESS = "the guarantor's address is not complete"
    TOO_SMALL = "below the smallest amount that is asked for"
    RECENT = "the last statement is too recent"
    CREDIT = "the patient's credit covers it"


_DONE = (*DECIDED, Adjudication.State.VOID)


def closed_gates(encounter_ids: Collection[int], accounts: Accounts, as_of: date) -> dict[int, Gate]:
    """The first closed gate of each encounter that has one."""
    gates: dict[int, Gate] = {}
    for encounter_id, gate in (
        *((key, Gate.PAYER_OWES) for key in encounter_ids if _payers_owe(accounts.get(key, {}))),
        *((key, Gate.PAYER_UNDECIDED) for key in _undecided(encounter_ids)),
        *((key, Gate.PROTECTED) for key in _protected(encounter_ids)),
        *((key, Gate.HELD) for key in _held(encounter_ids)),
        *((key, Gate.CASH_NOT_SEEN) for key in _cash_not_seen(encounter_ids, as_of)),
    ):
        if encounter_id is not None:
            gates.setdefault(encounter_id, gate)
    return gates


def has_address(guarantor: Patient) -> bool:
    """Whether a letter would arrive."""
    return all((guarantor.line1, guarantor.city, guarantor.state, guarantor.postal_code))


def _payers_owe(charges: Mapping[int | None, ChargeAccount]) -> bool:
    return any(account.payers_owe_cents for account in charges.values())


def _undecided(encounter_ids: Collection[int]) -> Collection[int | None]:
    levels = Adjudication.objects.filter(claim__encounter__in=encounter_ids, decided_elsewhere=False)
    return levels.exclude(state__in=_DONE).values_list("claim__encounter_id", flat=True)


def _protected(encounter_ids: Collection[int]) -> Collection[int | None]:
    levels = Adjudication.objects.filter(claim__encounter__in=encounter_ids, payer__protects_patient=True)
    return levels.values_list("claim__encounter_id", flat=True)


def _held(encounter_ids: Collection[int]) -> Collection[int | None]:
    claims = Claim.objects.filter(encounter__in=encounter_ids).exclude(held_reason="")
    return claims.values_list("encounter_id", flat=True)


def _cash_not_seen(encounter_ids: Collection[int], as_of: date) -> Collection[int | None]:
    results = RemittanceClaim.objects.filter(
        claim__encounter__in=encounter_ids,
        reversed_by=None,
        remittance__cash_seen_at=None,
        remittance__hold_statements_until__gt=as_of,
    )
    return results.values_list("claim__encounter_id", flat=True)
