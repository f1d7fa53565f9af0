"""The claim's life: its record, its submissions, what each payer decided, its findings, its timeline.

Promises: four small machines instead of one status (submission, adjudication, work, balance owner); every change of
state is an event with actor, time and origin; the word a user sees is derived, never stored. The record that was
sent is frozen. Knows charges and patients; nothing of files, connections or postings: `exchange` and `posting` tell
it what happened.
"""
