"""The claim's life: its record, its submissions, what each payer decided, its findings, its timeline.

    building     encounters to claims, and a claim for the next payer
    importing    claims of other systems, with everyone they name
    scrubbing    the edits over many claims
    mending      a claim corrected, sent again, replaced or voided
    lifecycle    the four machines; every change of state goes through here
    status_word  the one word that a user sees

Promises: four small machines instead of one status (submission, adjudication, work, balance owner); every change of
state is an event with actor, time and origin; the word a user sees is derived, never stored. The record that was
sent is frozen. Knows charges and patients; nothing of files, connections or postings: `exchange` and `posting` tell
it what happened.
"""
