"""Who acts next, and by when: worklists and denials.

    worklists     items: opened, taken, finished, counted for the list of today
    denials       denials with advice, deadlines and money at stake; corrected, appealed, overturned or upheld
    review_items  what the posting rules leave to a person
    crossovers    claims that a payer sent on and nobody answered; filing them ourselves
    filing_limits claims that no payer has confirmed, 30, 15 and 7 days before their last day
    from_posting  opens and closes all of these in the transaction of the posting itself

Promises: one open item per subject and queue; every item has a reason, money at stake and a next date. Knows claims and
their balances; decides nothing about money.
"""
