"""Double entry in cents: accounts, journal, balances. The only room that holds money, and the one door to it.

    post_entries(entries)       balanced entries, all of them or none
    reverse_entries(ids, text)  new entries that undo old ones; nothing is ever changed or deleted
    owed(encounter_ids)         what each owner owes on each charge
    account_totals(...)         sums by account, at any past date

Promises: an entry balances or does not exist, and is never edited: the database itself sees to both, on SQLite and on
PostgreSQL. Every entry says why (text, row of the decision table) and where it came from (file and bytes). Knows
patients, encounters and charges as numbers only.
"""
