"""Money on its way into the ledger: remittances and patient payments.

Promises: a remittance is posted whole or not at all, once; what the rules cannot decide goes to a person with its
reason. The rules are the library's (`claimwright.remittance`); this room tells them what the office knows, and
carries out the plan.
"""
