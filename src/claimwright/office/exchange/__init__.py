"""What is sent and what comes back: connections, transmissions, acknowledgements, coverage and status traffic.

Promises: an inbound file is kept whole, by hash, before anyone reads it; a file is sent once, and a crash anywhere
loses nothing and does nothing twice (outbox and leased jobs). Knows claims; hands an 835 to `posting` unread.
"""
