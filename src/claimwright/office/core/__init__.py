"""What every room stands on: practices, users and roles, the client scope, stored files, the audit trail, jobs, the
clock.

Promises: a query without a client scope raises; a stored file never changes; the audit trail is a chain of hashes
that the database itself keeps append-only; a job is done by one worker at a time and survives the death of any of
them; keys are made at first run and readable by their owner only. Knows nothing of billing.
"""
