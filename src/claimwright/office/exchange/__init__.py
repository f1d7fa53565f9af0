"""What is sent and what comes back: connections, transmissions, acknowledgements, coverage and status traffic.

    batching          ready claims to one interchange per receiver
    eligibility       270: is this person covered? 271: the answer
    status            276: where is this claim? 277: the answer
    sending           files to the other side, from the outbox
    collecting        files from the other side, stored whole before anyone reads them
    intake            what a received file says, to whom it concerns
    acknowledgements  TA1, 999, 277CA: what became of what was sent
    silence           what got no answer in time

Promises: an inbound file is kept whole, by hash, before anyone reads it; a file is sent once, and a crash anywhere
loses nothing and does nothing twice (outbox and leased jobs). Knows claims; hands an 835 to `posting` unread.
"""
