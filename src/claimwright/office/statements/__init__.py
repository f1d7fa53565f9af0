"""What patients are asked to pay: statements.

Promises: a statement asks only for what the ledger says the patient owes, after every payer is done; that it was
sent never changes who owes. Knows the ledger and patients.
"""
