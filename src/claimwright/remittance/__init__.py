"""Remittance and books in, posting plan out: what to do with every cent of an 835, and why.

    plan_remittance(remittance, books, today)  the whole decision, as a `Plan`
    plan_claim_again(...)                      one CLP whose money waited unapplied, decided once more
    balance_findings(remittance)               the three equations of an 835, to the cent
    next_payer_claim(claim, level, results)    the secondary or tertiary claim, built from what earlier payers decided
    memory.ClaimsInMemory                      books kept in memory, to try sequences of remittances

Promises: pure functions, the same input gives the same plan; the cash moves of an accepted plan sum to BPR02 exactly;
every move names the row of the decision table that made it and the bytes it came from; what no row decides goes to a
person and never to a guess; nothing of group CO ever reaches a patient; a denial is never written off by itself. A plan
proves this of itself (`proof`) before it says `accepted`.

One module per stage of the table (`table`): files (rows 1 to 4), claims with matching (5 to 11, 32), accounts with
lines (12, 13), adjustments with treatments (14 to 31), reversals (9), provider (35, 36), sums (33, 34), proof (37).

Knows remittances, claims, code sets, and what `Books` tells. Must not know a database, a ledger or a user.
"""

from claimwright.remittance.balance import balance_findings
from claimwright.remittance.books import (
    Books,
    KnownClaim,
    KnownLevel,
    KnownLine,
    PayerItem,
    PostedResult,
    PostingPolicy,
    ProviderRule,
)
from claimwright.remittance.cob import PriorResult, cob_findings, next_payer_claim
from claimwright.remittance.plan import Move, MoveKind, Plan
from claimwright.remittance.planner import plan_claim_again, plan_remittance

__all__ = [
    "Books",
    "KnownClaim",
    "KnownLevel",
    "KnownLine",
    "Move",
    "MoveKind",
    "PayerItem",
    "Plan",
    "PostedResult",
    "PostingPolicy",
    "PriorResult",
    "ProviderRule",
    "balance_findings",
    "cob_findings",
    "next_payer_claim",
    "plan_claim_again",
    "plan_remittance",
]
