"""The billing office: the half that knows a database, users and the web.

Rooms, lowest first: `core` (clients, users, scope, files, audit, jobs), `ledger` (the only room that holds money),
`patients`, `charges`, `claims`, `exchange` and `posting`, `followup` and `statements`, `reports`, `routine` (the
order of the day), `web`. A room may use the rooms below it and the whole library; never a room above it.
"""
