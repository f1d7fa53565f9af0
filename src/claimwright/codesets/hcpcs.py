"""HCPCS level II: codes and modifiers with the days from which and until which they may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class HcpcsCode(NamedTuple):
    """A code or a modifier (`is_modifier`). `coverage` is CMS's indicator; `ended` the last day, None while in use."""

    code: str
    is_modifier: bool
    pricing: str
    coverage: str
    betos: str
    service_types: str
    added: date | None
    acted: date | None
    ended: date | None
    action: str
    short: str
    long: str

    def is_valid(self, day: date) -> bool:
        """Whether it may be used for services of that day."""
        return (self.added or day) <= day <= (self.ended or day)


@dataclass(frozen=True)
class Hcpcs:
    """The newest release; its rows carry their own days."""

    release: Release
    codes: Mapping[str, HcpcsCode]

    @cached_property
    def has_modifiers(self) -> bool:
        """Whether the release came with its modifiers; not all of CMS's files do."""
        return any(code.is_modifier for code in self.codes.values())

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> Hcpcs | None:
        """None when nothing is loaded."""
        release = store.release_on("hcpcs", day)
        if release is None:
            return None
        texts = {(code, kind): text for code, kind, text in store.rows(release, "hcpcs_descriptions")}
        found = {}
        for row in store.rows(release, "hcpcs_codes"):
            code, is_modifier, pricing, coverage, betos, service_types, *days, action = row
            added, acted, ended = (date.fromisoformat(text) if text else None for text in days)
            found[code] = HcpcsCode(
                code,
                bool(is_modifier),
                pricing,
                coverage,
                betos,
                service_types,
                added,
                acted,
                ended,
                action,
                texts.get((code, "short"), ""),
                texts.get((code, "long"), ""),
            )
        return cls(release, found)
