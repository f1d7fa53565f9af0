"""What patients are asked to pay: statements.

    billing    the statements that are due, one for each guarantor, as PDF
    gates      why an amount is not asked for yet
    accounts   what the ledger says about each charge: charged, paid, adjusted, owed, and why

Promises: a statement asks only for what the ledger says the patient owes, after every payer is done; that it was
sent never changes who owes. Knows the ledger and patients.
"""
