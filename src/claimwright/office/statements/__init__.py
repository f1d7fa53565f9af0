"""What patients are asked to pay: statements.

    billing    the statements that are due, one for each guarantor, as PDF
    following  a statement is paid, or superseded when what it billed has changed
    gates      why an amount is not asked for yet
    accounts   what the ledger says about each charge: charged, paid, adjusted, owed, and why

Promises: a statement asks only for what the ledger says the patient owes, after every payer is done; no two open
statements ask for the same; that one was sent never changes who owes. Knows the ledger and patients.
"""
