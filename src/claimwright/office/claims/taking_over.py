"""What earlier payers and the patient paid in the system that a claim came from, as the ledger's opening.

A claim that arrives for its second payer has been decided by the first one elsewhere. Those payments are facts of
another system: nobody deposits them here, and no remittance for them will come. So the charge is entered in full, and
one opening entry for each charge takes from it what was settled there:

    debit   PRIOR_PAYMENT     what the earlier payers paid on the charge
    debit   CONTRACTUAL       what they reduced it by
    debit   RECEIVABLE        what is left, owed by the payer that the claim is for (its SBR01 level)
    credit  RECEIVABLE (P)    the charge

What is left is, in this order: the provider's own view (AMT EAF); the earlier payer's patient responsibility (group
PR); everything not paid, when no earlier payer paid or left anything to the patient (a denial, or a payer that was not
asked). It is never more than the charge less what was paid. Amounts told for the claim as a whole (2320) are spread
over its charges in proportion. What the patient paid (AMT F5) is a payment by the patient on the encounter as a whole.

So always: charges = prior payments + contractual + open, and nothing unexplained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.claim import ClaimLine as LineRecord
from claimwright.documents.claim import LineAdjudication, OtherPayer
from claimwright.office.charges.entry import PATIENT
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.lifecycle import A
from claimwright.office.ledger.journal import NewEntry, NewPosting
from claimwright.office.ledger.models import Account
from claimwright.office.patients.roster import LEVELS
from claimwright.origin import Origin

_PATIENT_RESPONSIBILITY = "PR"


def earlier_payers(record: ClaimRecord) -> list[OtherPayer]:
    """The payers before the one that the claim is for, first payer first."""
    before = LEVELS.index(record.subscriber.payer_level)
    earlier = [other for other in record.other_payers if LEVELS.find(other.subscriber.payer_level) in range(before)]
    return sorted(earlier, key=lambda other: LEVELS.index(other.subscriber.payer_level))


def paid_cents(record: ClaimRecord) -> int:
    """What the earlier payers paid on the whole claim."""
    return sum(sum(_paid(record, other)) for other in earlier_payers(record))


def decided_state(record: ClaimRecord, other: OtherPayer) -> A:
    """What an earlier payer made of the claim, as far as the claim tells; VOID when it tells nothing."""
    if not has_decided(record, other):
        return A.VOID
    if sum(_paid(record, other)) > 0:
        return A.PAID
    return A.ZERO_PATIENT if any(_shares(record, other)) else A.DENIED


def opening_entries(
    record: ClaimRecord, encounter: Encounter, charges: Sequence[Charge], origin: Origin
) -> Iterator[NewEntry]:
    """The opening entries of a claim; none when nothing was settled before it came. See the module."""
    level = record.subscriber.payer_level
    if level != LEVELS[0]:
        paid, left = _settled(record)
        for charge, paid_here, left_here in zip(charges, paid, left, strict=True):
            reduced = charge.charge_cents - paid_here - left_here
            sides = (
                NewPosting(Account.PRIOR_PAYMENT, paid_here, charge_id=charge.pk),
                NewPosting(Account.CONTRACTUAL, reduced, charge_id=charge.pk),
                NewPosting(Account.RECEIVABLE, left_here, charge_id=charge.pk, owner=level),
                NewPosting(Account.RECEIVABLE, -charge.charge_cents, charge_id=charge.pk, owner=LEVELS[0]),
            )
            yield from _entry(encounter, sides, "Settled by earlier payers before the claim came here", origin)
    if record.patient_paid_cents:
        both = (
            NewPosting(Account.PRIOR_PAYMENT, record.patient_paid_cents),
            NewPosting(Account.RECEIVABLE, -record.patient_paid_cents, owner=PATIENT),
        )
        yield from _entry(encounter, both, "Paid by the patient before the claim came here", origin)


def _entry(encounter: Encounter, sides: Iterable[NewPosting], text: str, origin: Origin) -> Iterator[NewEntry]:
    postings = tuple(side for side in sides if side.cents)
    if postings:
        yield NewEntry(
            "opening", postings, text, patient_id=encounter.patient_id, encounter_id=encounter.pk, origin=origin
        )


def _settled(record: ClaimRecord) -> tuple[list[int], list[int]]:
    """What was paid on each line, and what is left of it."""
    deciders = [other for other in earlier_payers(record) if has_decided(record, other)]
    by_payer = [_paid(record, other) for other in deciders]
    paid = [sum(amounts) for amounts in zip(*by_payer, strict=True)] if by_payer else [0] * len(record.lines)
    unpaid = [line.charge_cents - amount for line, amount in zip(record.lines, paid, strict=True)]
    shares = _shares(record, deciders[-1]) if deciders else []
    if not any(shares) and not any(paid):
        return paid, unpaid
    return paid, [min(share, rest) if rest > 0 else rest for share, rest in zip(shares, unpaid, strict=True)]


def has_decided(record: ClaimRecord, other: OtherPayer) -> bool:
    """Whether the claim tells what that payer paid or why it did not."""
    told = other.paid_cents is not None or other.adjustments or other.remaining_cents is not None
    return bool(told) or any(_decisions(line, record, other) for line in record.lines)


def _decisions(line: LineRecord, record: ClaimRecord, other: OtherPayer) -> list[LineAdjudication]:
    """What that payer decided about a line. With one other payer all decisions are its, whatever id they name."""
    if len(record.other_payers) == 1:
        return list(line.adjudications)
    return [decision for decision in line.adjudications if decision.payer_id == other.payer.id]


def _paid(record: ClaimRecord, other: OtherPayer) -> list[int]:
    """What the payer paid on each line; what it paid on the claim beyond its lines is spread."""
    told = [sum(decision.paid_cents for decision in _decisions(line, record, other)) for line in record.lines]
    whole = 0 if other.paid_cents is None else other.paid_cents - sum(told)
    return [line + part for line, part in zip(told, _spread(whole, record), strict=True)]


def _shares(record: ClaimRecord, other: OtherPayer) -> list[int]:
    """What the payer left open on each line."""
    decisions = [_decisions(line, record, other) for line in record.lines]
    told = [sum(_left_by(decision) for decision in of_line) for of_line in decisions]
    if other.remaining_cents is not None:
        whole = other.remaining_cents - sum(told)
    else:
        whole = _patient_responsibility(other.adjustments)
    return [line + part for line, part in zip(told, _spread(whole, record), strict=True)]


def _left_by(decision: LineAdjudication) -> int:
    if decision.remaining_cents is not None:
        return decision.remaining_cents
    return _patient_responsibility(decision.adjustments)


def _patient_responsibility(adjustments: Iterable[Adjustment]) -> int:
    return sum(one.amount_cents for one in adjustments if one.group == _PATIENT_RESPONSIBILITY)


def _spread(cents: int, record: ClaimRecord) -> list[int]:
    """An amount over the lines in proportion to their charges, to the cent; the last cents go to the first lines."""
    weights = [line.charge_cents for line in record.lines]
    if not any(weights):
        weights[0] = 1
    total, sign = sum(weights), -1 if cents < 0 else 1
    parts = [abs(cents) * weight // total for weight in weights]
    for position in range(abs(cents) - sum(parts)):
        parts[position] += 1
    return [sign * part for part in parts]
