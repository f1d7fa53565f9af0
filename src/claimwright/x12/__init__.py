"""X12: syntax, envelopes, implementation guides as data, validation, acknowledgements.

Promises: any bytes give a reading, findings, or both, and never another exception; nothing is dropped, so that what was
read can be written again byte for byte; every finding says what, where and what to do. Needs nothing but Python.
Knows no billing: what a claim means is for `documents`.

    read(data)                       a tree of interchanges, groups, sets, loops and segments, with findings
    check(source)                    the same findings without the tree: a stream of any length in constant memory
    write_interchange(envelope, ..)  bytes with right counts and control numbers
    acknowledge(reading, envelope)   the TA1 and the 999 that answer a reading
"""

from __future__ import annotations

TYPE_CHECKING = False  # As `typing` has it, without the time that it takes to import that.

if TYPE_CHECKING:
    from claimwright.x12.acknowledging import acknowledge, functional_acknowledgements, interchange_acknowledgements
    from claimwright.x12.checking import SetVerdict, Verdict, check
    from claimwright.x12.guides import Guide, find_guide
    from claimwright.x12.reading import Group, Interchange, Reading, TransactionSet, read
    from claimwright.x12.settings import Limits, Settings
    from claimwright.x12.tree import Delimiters, Loop, Segment
    from claimwright.x12.writing import Envelope, OutgoingSegment, OutgoingSet, write_interchange

__all__ = [
    "Delimiters",
    "Envelope",
    "Group",
    "Guide",
    "Interchange",
    "Limits",
    "Loop",
    "OutgoingSegment",
    "OutgoingSet",
    "Reading",
    "Segment",
    "SetVerdict",
    "Settings",
    "TransactionSet",
    "Verdict",
    "acknowledge",
    "check",
    "find_guide",
    "functional_acknowledgements",
    "interchange_acknowledgements",
    "read",
    "write_interchange",
]

_HOMES = {
    "acknowledging": ("acknowledge", "functional_acknowledgements", "interchange_acknowledgements"),
    "checking": ("SetVerdict", "Verdict", "check"),
    "guides": ("Guide", "find_guide"),
    "reading": ("Group", "Interchange", "Reading", "TransactionSet", "read"),
    "settings": ("Limits", "Settings"),
    "tree": ("Delimiters", "Loop", "Segment"),
    "writing": ("Envelope", "OutgoingSegment", "OutgoingSet", "write_interchange"),
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for, so that `import claimwright.x12` costs next to nothing."""
    for module, names in _HOMES.items():
        if name in names:
            __import__(f"{__name__}.{module}")
            value: object = getattr(globals()[module], name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
