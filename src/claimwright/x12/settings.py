"""What may be set about reading and checking: severities, and the limits that keep any input bounded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Protocol

from claimwright.findings import Finding, Severity
from claimwright.x12.guides import with_lists

if TYPE_CHECKING:
    from claimwright.x12.guides import Guide

OFF = "off"
MOST_VALUES = 1 << 23
"""More values of one loop are never remembered."""


def check_severity(word: str) -> None:
    """Raises `ValueError` for what is neither a severity nor `off`."""
    if word != OFF:
        Severity(word)


class Overlay(Protocol):
    """What a payer's companion guide tightens or relaxes; its `severities` hold for every set."""

    @property
    def severities(self) -> Mapping[str, str]: ...

    def applied_to(self, guide: Guide) -> Guide:
        """The guide as the payer wants it; the same one where the overlay says nothing about it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is more than this is said in a finding and counted, not kept or looked at."""

    segment_bytes: int = 8 << 20
    """The longest segment that is looked at."""
    binary_bytes: int = 64 << 20
    """The longest binary data (BIN, BDS) that are kept together; longer ones are read as if they were text."""
    findings: int = 10_000
    """How many findings a verdict keeps; the others are counted."""
    sets: int = 100_000
    """How many sets a verdict lists; the others are counted."""
    values: int = 200_000
    """Of how many values in one loop a rule remembers that they came, to find what comes twice; to `MOST_VALUES`."""
    control_numbers: int = 200_000
    """The same for control numbers of groups and sets."""
    look_segments: int = 50_000
    """The longest loop that a rule of balances looks at as a whole."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for a limit that is none."""
        for limit in fields(self):
            if getattr(self, limit.name) < 0:
                raise ValueError(f"the limit {limit.name} is {getattr(self, limit.name)}, less than 0")
        if self.values > MOST_VALUES:
            raise ValueError(f"the limit values is {self.values}, more than {MOST_VALUES}")


@dataclass(frozen=True, slots=True)
class Settings:
    """`severities` are by the code of a finding: a severity, or `off`; `overlays` are applied to guides in order.

    Overlays may give severities, too: a later one's go before an earlier one's, and those said here before all.

    `lists` are codes by the name of their list (`guides/outside.txt` has the names), in place of those that come along:
    newer ones, or those that are too large to come along (taxonomies, diagnoses, procedures).

    >>> strict = Settings(severities={"X12-IDN-001": "error"}, lists={"diagnoses": {"E119", "I10"}})
    """

    severities: Mapping[str, str] = field(default_factory=dict)
    overlays: tuple[Overlay, ...] = ()
    lists: Mapping[str, Collection[str]] = field(default_factory=dict)
    limits: Limits = Limits()
    weights: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """The severities that hold: those of the overlays and, before them, those said here."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for what is no severity."""
        weights: dict[str, str] = {}
        for severities in (*(overlay.severities for overlay in self.overlays), self.severities):
            weights |= severities
        for severity in weights.values():
            check_severity(severity)
        object.__setattr__(self, "weights", weights)
        frozen = {name: frozenset(codes) for name, codes in self.lists.items()}
        object.__setattr__(self, "lists", frozen)

    def applied(self, found: Finding) -> Finding | None:
        """The finding with the severity that it is given here; `None` when it is switched off."""
        severity = self.weights.get(found.code)
        if severity is None:
            return found
        return None if severity == OFF else replace(found, severity=Severity(severity))

    def guide(self, guide: Guide) -> Guide:
        """The guide with every overlay applied, and the code lists. Raises `ValueError` for no list's name."""
        for overlay in self.overlays:
            guide = overlay.applied_to(guide)
        if self.lists:
            return with_lists(guide, tuple((name, frozenset(codes)) for name, codes in self.lists.items()))
        return guide


DEFAULTS = Settings()
