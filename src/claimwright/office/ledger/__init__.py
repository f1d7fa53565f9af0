"""Double entry in cents: accounts, journal, balances. The only room that holds money, and the one door to it.

    post_entries(entries)       balanced entries, all of them or none
    reverse_entries(ids, text)  new entries that undo old ones; nothing is ever changed or deleted
    owed_on_encounters(keys)    what each owner owes on each charge
    account_totals(...)         sums by account, at any past date
    close_period(period)        no entry is dated in that month any more

Promises: an entry balances or does not exist, is never edited, and never comes into a closed month: the database itself
sees to all three, on SQLite and on PostgreSQL. Every entry says why (text, row of the decision table) and where it came
from (file and bytes). Knows patients, encounters and charges as numbers only.
"""
