"""The official texts of adjustment reasons and remarks, where somebody loaded their own copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class AdjustmentCode(NamedTuple):
    """One code. `kind` is carc, rarc or group; `usage` says when it may be used."""

    kind: str
    code: str
    text: str
    usage: str
    notes: str
    started: date | None
    modified: date | None
    ended: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether payers may use it on a day."""
        return (self.started is None or self.started <= day) and (self.ended is None or day < self.ended)


@dataclass(frozen=True)
class AdjustmentCodes:
    """The newest list."""

    release: Release
    codes: Mapping[tuple[str, str], AdjustmentCode]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> AdjustmentCodes | None:
        """None when nothing is loaded."""
        release = store.release_on("adjustment-codes", day)
        if release is None:
            return None
        found = (_code(row) for row in store.rows(release, "adjustment_codes"))
        return cls(release, {(one.kind, one.code): one for one in found})

    def reason(self, code: str) -> AdjustmentCode | None:
        """The adjustment reason (CARC) with that code."""
        return self.codes.get(("carc", code))

    def remark(self, code: str) -> AdjustmentCode | None:
        """The remark (RARC) with that code."""
        return self.codes.get(("rarc", code))


def _code(row: tuple[str, ...]) -> AdjustmentCode:
    *texts, started, modified, ended = row
    days = [date.fromisoformat(one) if one else None for one in (started, modified, ended)]
    return AdjustmentCode(*texts, *days)  # type: ignore[arg-type]
