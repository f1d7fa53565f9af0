"""The messages of the trade as typed, immutable records, each with its own two-way X12 mapping.

    claim            837P: what a provider asks to be paid for
    remittance       835: what a payer decided and paid
    eligibility      270 and 271: is the person covered, and what is left to pay
    status           276 and 277: where is the claim
    acknowledgement  TA1, 999 and 277CA: was the file, the set, the claim taken in

Promises: amounts are integer cents, days are dates, nothing that was read is lost: a message that was read and not
changed writes the same bytes again. Knows X12 and nothing of databases, payers' habits or posting rules.
"""
