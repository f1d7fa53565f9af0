"""Who acts next, and by when: worklists and denials.

Promises: one open item per subject and queue; every item has a reason, money at stake and a next date. Knows claims and
their balances; decides nothing about money.
"""
