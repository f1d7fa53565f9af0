"""Segments that a record has no field for, kept so that nothing is lost when the record is written again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OtherSegment:
    """One segment as it was written: its name, and its elements, each a tuple of its components.

    `("CR1", (("LB",), ("140",), ("I",)))` is `CR1*LB*140*I`; an absent element is an empty tuple.
    """

    name: str
    elements: tuple[tuple[str, ...], ...] = ()
