"""CARC and RARC: the reason and remark codes of a remittance, from `data/carc.tsv` and `data/rarc.tsv`.

`data/carc_ended.tsv` has every reason code that X12 has ended, by its last day.

The meanings are in our own words. The lists hold the codes that matter in daily work, checked against the published
lists of `AS_OF`; a code that is not among them may be valid all the same, so `None` means "not known here".
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

AS_OF = date(2026, 8, 17)
"""The publication of the X12 lists against which both tables were checked."""

SOURCE = "X12 claim adjustment reason codes and CMS remittance advice remark codes, meanings in our own words"


@dataclass(frozen=True, slots=True)
class Carc:
    """A claim adjustment reason code.

    `category` groups causes (AUTH, CODING, ELIGIBILITY ...); `posting` is the default treatment (WRITE_OFF_IF_EXPECTED,
    DENIAL_AUTH, TO_NEXT_PAYER_ELSE_PATIENT ...); `appealable` is yes, sometimes, rarely or no; `tier` 1 very common,
    2 common, 3 regular.
    """

    code: str
    tier: int
    meaning: str
    category: str
    typical_group: str
    preventable: str
    appealable: str
    appeal_note: str
    next_action: str
    prevention: str
    posting: str
    core_scenario: str

    @property
    def is_denial(self) -> bool:
        """Whether the default treatment is to work it as a denial."""
        return self.posting.startswith("DENIAL")


@dataclass(frozen=True, slots=True)
class Rarc:
    """A remittance advice remark code; `kind` is supplemental or alert; `often_with` the CARCs it explains."""

    code: str
    tier: int
    kind: str
    meaning: str
    often_with: tuple[str, ...]
    category: str
    next_action: str
    effect: str

    @property
    def is_alert(self) -> bool:
        """An alert informs and never explains an adjustment."""
        return self.kind == "alert"


def carc(code: str) -> Carc | None:
    """What is known of a claim adjustment reason code."""
    return carcs().get(code)


def carc_last_day(code: str) -> date | None:
    """The last day on which a claim adjustment reason code was valid; None for one that has not ended."""
    return _carc_last_days().get(code)


def rarc(code: str) -> Rarc | None:
    """What is known of a remittance advice remark code."""
    return rarcs().get(code)


@cache
def carcs() -> MappingProxyType[str, Carc]:
    """Every known CARC by code."""
    return MappingProxyType(
        {
            row["code"]: Carc(
                code=row["code"],
                tier=int(row["freq_tier"]),
                meaning=row["plain_meaning"],
                category=row["category"],
                typical_group=row["typical_group"],
                preventable=row["preventable"],
                appealable=row["appealable"],
                appeal_note=row["appeal_note"],
                next_action=row["next_action"],
                prevention=row["front_end_rule"],
                posting=row["posting_default"],
                core_scenario=row["core360_scenario"],
            )
            for row in _rows("carc.tsv")
        }
    )


@cache
def rarcs() -> MappingProxyType[str, Rarc]:
    """Every known RARC by code."""
    return MappingProxyType(
        {
            row["code"]: Rarc(
                code=row["code"],
                tier=int(row["freq_tier"]),
                kind=row["kind"],
                meaning=row["plain_meaning"],
                often_with=tuple(code.strip() for code in row["often_with_carc"].split(",")),
                category=row["category"],
                next_action=row["next_action"],
                effect=row["software_effect"],
            )
            for row in _rows("rarc.tsv")
        }
    )


@cache
def _carc_last_days() -> MappingProxyType[str, date]:
    return MappingProxyType({row["code"]: date.fromisoformat(row["last_day"]) for row in _rows("carc_ended.tsv")})


def _rows(name: str) -> list[dict[str, str]]:
    text = files("claimwright.codesets").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
