"""The rules beyond structure: balances, pointers, check digits (SNIP 3 to 5), each a pure function over a set's tree.

A rule takes a transaction set and yields findings. `RULES` says which rules hold for which set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from claimwright.findings import Finding
from claimwright.x12.rules import claims, hierarchy, identifiers, payments

if TYPE_CHECKING:
    from claimwright.x12.reading import TransactionSet

Rule = Callable[["TransactionSet"], Iterator[Finding]]

RULES: dict[str, tuple[Rule, ...]] = {
    "837": (hierarchy.check_levels, claims.check_claims, identifiers.check_npis),
    "835": (payments.check_claims, payments.check_transaction, identifiers.check_npis),
    "270": (hierarchy.check_levels, identifiers.check_npis),
    "271": (hierarchy.check_levels, identifiers.check_npis),
    "276": (hierarchy.check_levels, identifiers.check_npis),
    "277": (hierarchy.check_levels, identifiers.check_npis),
}  # fmt: skip


def apply_rules(set_code: str, transaction_set: TransactionSet) -> list[Finding]:
    """What the rules of that kind of set find."""
    return [found for rule in RULES.get(set_code, ()) for found in rule(transaction_set)]
