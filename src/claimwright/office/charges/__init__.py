"""What was done: encounters and their charges, entered or taken over from another system.

    enter_encounters(news)         encounters with their lines, all or none
    release_encounters(encounters) their charges into the ledger, each exactly once

Promises: a released encounter has diagnoses and priced lines, and its charges stand in the ledger exactly once. Knows
patients and the ledger; nothing of claims.
"""
