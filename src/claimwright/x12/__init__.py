"""X12: syntax, envelopes, implementation guides as data, validation, acknowledgements.

Promises: any bytes give a reading, findings, or both, and never another exception; nothing is dropped, so that what was
read can be written again byte for byte; every finding says what, where and what to do. Needs nothing but Python.
Knows no billing: what a claim means is for `documents`.

    read(data)                       a tree of interchanges, groups, sets, loops and segments, with findings
    write_interchange(envelope, ..)  bytes with right counts and control numbers
    acknowledge(reading, envelope)   the TA1 and the 999 that answer a reading
"""

from claimwright.x12.acknowledging import acknowledge, functional_acknowledgements, interchange_acknowledgements
from claimwright.x12.guides import Guide, find_guide
from claimwright.x12.reading import Group, Interchange, Reading, TransactionSet, read
from claimwright.x12.tree import Delimiters, Loop, Segment
from claimwright.x12.writing import Envelope, OutgoingSegment, OutgoingSet, write_interchange

__all__ = [
    "Delimiters",
    "Envelope",
    "Group",
    "Guide",
    "Interchange",
    "Loop",
    "OutgoingSegment",
    "OutgoingSet",
    "Reading",
    "Segment",
    "TransactionSet",
    "acknowledge",
    "find_guide",
    "functional_acknowledgements",
    "interchange_acknowledgements",
    "read",
    "write_interchange",
]
