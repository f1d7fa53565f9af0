"""A clearinghouse and payers that really answer, from a policy and a seed: for demonstrations, tests and training.

    policy         what the payers know and pay, from two TOML files
    eligibility    270 to 271
    intake         837 to 277CA, after TA1 and 999
    adjudicate     a claim to what is paid and why not
    remit          decided claims to balanced 835s, with interest, recoupment and balances carried forward
    status         276 to 277
    clearinghouse  all of it over folders of files
    sftp           these folders over a real SFTP server

Promises: the same policy, seed, files and instants give the same bytes; whatever file arrives is answered or reported,
never fatal; an answer is neither lost nor given twice when the process dies. Knows the documents and the rules of the
trade, but nothing of the office: it sees only what a payer would see. Must not ask the time.
"""
