"""What was done: encounters and their charges, entered or taken over from another system.

Promises: a released encounter has a patient, a rendering provider, diagnoses and priced lines, and its charges stand
in the ledger exactly once. Knows patients and the ledger; nothing of claims.
"""
