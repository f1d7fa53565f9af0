"""People and the plans that cover them: patients, guarantors, providers, payers, coverages, contracts, authorizations.

Promises: a coverage says who pays in which order on a given day. Knows nothing of claims or money owed.
"""
