"""What must hold, worked out from the payers' own books: nothing here asks the planner.

A claim is settled with a payer when none of that payer's answers to it waits; then our books must hold the payer's last
word and nothing else. Where answers wait, a person has been told, and the money is still accounted for to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping

from claimwright.remittance.plan import PATIENT
from tests.simulation.payers import BilledClaim, Decision, Payer


def owed_by_answers(
    billed: BilledClaim, first: Decision | None, second: Decision | None, *, patient_is_asked: bool
) -> dict[str, int]:
    """Who owes what on a claim when these are the last words of its payers."""
    owed = {"P": billed.cents, "S": 0, PATIENT: 0}
    share_owner = "S" if "S" in billed.levels else PATIENT
    for decision, level, to in ((first, "P", share_owner), (second, "S", PATIENT)):
        if decision is None:
            continue
        left = sum(decision.left)
        owed[level] -= left + sum(effect.paid + effect.written_off for effect in decision.effects)
        owed[to] += left
    if not patient_is_asked:
        owed[PATIENT] = 0
    return {owner: cents for owner, cents in owed.items() if cents}


def most_a_patient_may_owe(decisions: Mapping[str, Decision]) -> int:
    """The amounts in group PR of the answers that stand: nothing else is ever asked of a patient."""
    return sum(decision.patient_cents for decision in decisions.values())


def is_consistent(first: Decision | None, second: Decision | None) -> bool:
    """Whether the second payer has decided on what the first has now left."""
    if second is None:
        return True
    return first is not None and second.basis == first.left


def last_words(payers: tuple[Payer, ...], number: str) -> dict[str, Decision]:
    """The last word of each payer on a claim."""
    return {payer.level: payer.standing[number] for payer in payers if number in payer.standing}
