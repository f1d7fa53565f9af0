"""Money on its way into the ledger: remittances and patient payments.

    receiving         835 files to remittances that wait; duplicates and the unreadable are set aside, never dropped
    taking            a file from a person's hands: stored, received, posted
    posting           a remittance posted by its plan, whole or not at all; a dry run of it
    next_payers       the claims whose next payer is to be billed, built from what the earlier ones decided
    payer_items       takebacks and balances that one remittance opens and a later one settles
    paper             a paper EOB typed once, written as an 835, posted by the same planner
    patient_payments  money from patients, undone by reversal
    write_offs        what a person gives up, for a reason, within the role's limit
    decisions         whom a person asks for what the rules left open; what unapplied money was
    cash              the deposit or check was seen
    explain           why a balance is what it is, down to the bytes

Rooms above listen to `remittance_posted`, `remittance_set_aside` and `next_claim_refused`, within the transaction.

Promises: a remittance is posted whole or not at all, once; what the rules cannot decide goes to a person with its
reason. The rules are the library's (`claimwright.remittance`); this room tells them what the office knows, and
carries out the plan.
"""
