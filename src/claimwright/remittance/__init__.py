"""Remittance and books in, posting plan out: what to do with every cent of an 835, and why.

    plan_remittance(remittance, books, today)  the whole decision, as a `Plan`
    balance_findings(remittance)               the three equations of an 835, to the cent
    next_payer_claim(...)                      the secondary or tertiary claim, built from what earlier payers decided

Promises: pure functions, the same input gives the same plan; the cash moves of an accepted plan sum to BPR02 exactly;
every move names the row of the decision table that made it and the bytes it came from; what no row decides goes to a
person and never to a guess; nothing of group CO ever reaches a patient; a denial is never written off by itself.

Knows remittances, claims, code sets, and what `Books` tells. Must not know a database, a ledger or a user.
"""
