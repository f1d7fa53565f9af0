"""Each edit with a claim that triggers it and one that nearly does, read from `cases/<AREA>.toml`.

    [EDIT-FIL-001]
    triggers = { today = "2026-05-18" }
    field = "lines.1.period"                what the finding must name
    near = { today = "2026-05-17" }
    why = "the ninetieth day is in time"    what the near miss teaches, where it is not plain

Both begin as the clean claim (`claim = "second"`: the one that goes on to the second payer) of a payer (`payer =
"medicare"`, `"medicaid"`), judged by the small code sets. A change is a dotted path: a field of the claim as findings
name it, with positions from 1 (one beyond the last adds to the list), or `profile.` and `known.` with theirs. `today`
is the day of the edit, `day` that of all services, `line_1_times` repeats line 1; "(nothing)" is None. The claim's
charge follows its lines where no change says otherwise.
"""

from __future__ import annotations

import tomllib
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.edits.clean import CLAIM, KNOWN, PROFILE, SECOND_CLAIM, TODAY
from tests.edits.code_sets import LIBRARY

from claimwright.codesets.library import CodeLibrary
from claimwright.documents.claim import Claim
from claimwright.documents.plain import from_plain, to_plain
from claimwright.edits import (
    AuthorizationOnFile,
    ClaimContext,
    Coverage,
    CoverageState,
    EarlierClaim,
    EarlierLine,
    PayerProfile,
    edit_claim,
)
from claimwright.findings import Finding

FOLDER = Path(__file__).parent / "cases"
_CLAIMS = {"first": CLAIM, "second": SECOND_CLAIM}
_PAYERS = {
    "commercial": PROFILE,
    "medicare": replace(PROFILE, kind="medicare", filing_code="MB", filing_limit_days=None, member_id_pattern=""),
    "medicaid": replace(PROFILE, kind="medicaid", filing_code="MC", member_id_pattern=""),
}
_SWITCHES = frozenset(("today", "day", "line_1_times"))
_NOTHING = "(nothing)"

Changes = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """What an edit is run on."""

    claim: Claim
    profile: PayerProfile
    known: ClaimContext
    today: date

    def findings(self, library: CodeLibrary = LIBRARY) -> tuple[Finding, ...]:
        return edit_claim(self.claim, self.profile, self.known, self.today, library)


@dataclass(frozen=True)
class EditCase:
    """An edit's two claims, and the field that the finding names."""

    code: str
    field: str
    triggering: Scene
    near: Scene


@cache
def edit_cases() -> dict[str, EditCase]:
    """Every case by the code of its edit. Raises for a key that means nothing."""
    found: dict[str, EditCase] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for code, given in tomllib.loads(path.read_text("utf-8")).items():
            assert code.startswith(f"EDIT-{path.stem}-"), f"{code} is in {path.name}"
            assert given.keys() <= {"claim", "payer", "field", "triggers", "near", "why"}, code
            assert given["near"], f"{code} has no near miss"
            assert given["near"] != given["triggers"], code
            scenes = [_scene(given, given[name]) for name in ("triggers", "near")]
            found[code] = EditCase(code, given["field"], *scenes)
    return found


def _scene(given: dict[str, Any], changes: Changes) -> Scene:
    claim = to_plain(_CLAIMS[given.get("claim", "first")])
    profile = _PAYERS[given.get("payer", "commercial")].to_rules()
    known = _known_plain()
    for path, value in changes.items():
        if path not in _SWITCHES:
            root, _, rest = path.partition(".")
            target = {"profile": profile, "known": known}.get(root, claim)
            _change(target, (path if target is claim else rest).split("."), value)
    _repeat_line_1(claim, changes.get("line_1_times", 0))
    _move_services(claim, changes.get("day", ""))
    if "charge_cents" not in changes:
        claim["charge_cents"] = sum(line["charge_cents"] for line in claim["lines"])
    today = date.fromisoformat(changes["today"]) if "today" in changes else TODAY
    return Scene(from_plain(Claim, claim), PayerProfile.from_rules(profile), _known(known), today)


def _change(target: Any, path: list[str], value: Any) -> None:
    last = path[-1]
    for step, following in pairwise(path):
        empty: Any = [] if following.isdigit() else {}
        target = target[int(step) - 1] if isinstance(target, list) else target.setdefault(step, empty)
    changed = None if value == _NOTHING else deepcopy(value)
    if not isinstance(target, list):
        target[last] = changed
    elif int(last) == len(target) + 1:
        target.append(changed)
    else:
        target[int(last) - 1] = changed


def _repeat_line_1(claim: Changes, times: int) -> None:
    if times:
        line = {name: value for name, value in claim["lines"][0].items() if name != "control_number"}
        claim["lines"] = [{**line, "number": number} for number in range(1, times + 1)]


def _move_services(claim: Changes, day: str) -> None:
    for line in claim["lines"] if day else ():
        line["period"] = {"start": day, "end": day}


def _known_plain() -> Changes:
    return {
        "coverage": {"state": "active", **_days(KNOWN.coverage), "member_id": "ZZT000111"},
        "authorizations": [
            {"number": one.number, "codes": sorted(one.codes), **_days(one)} for one in KNOWN.authorizations or ()
        ],
    }


def _days(record: Any) -> Changes:
    return {name: getattr(record, name).isoformat() for name in ("effective_date", "end_date")}


def _known(plain: Changes) -> ClaimContext:
    fields = dict(plain)
    if coverage := fields.get("coverage"):
        fields["coverage"] = Coverage(**{**_read_days(coverage), "state": CoverageState(coverage["state"])})
    fields["authorizations"] = tuple(_authorization(one) for one in fields["authorizations"])
    fields["earlier_claims"] = tuple(_earlier(one) for one in fields.get("earlier_claims", ()))
    fields["expected_cents"] = tuple(tuple(one) for one in fields.get("expected_cents", ()))
    return ClaimContext(**_read_days(fields))


def _read_days(plain: Changes) -> Changes:
    return {
        name: date.fromisoformat(value) if name.endswith("_date") and isinstance(value, str) else value
        for name, value in plain.items()
    }


def _authorization(plain: Changes) -> AuthorizationOnFile:
    left = plain.get("units_left")
    return AuthorizationOnFile(
        **{
            **_read_days(plain),
            "codes": frozenset(plain.get("codes", ())),
            "units_left": None if left is None else Decimal(left),
        }
    )


def _earlier(plain: Changes) -> EarlierClaim:
    """An earlier claim; of the clean claim's provider where none is given. A line is code, day and modifiers."""
    lines = tuple(
        EarlierLine(
            date.fromisoformat(line["day"]),
            line["code"],
            tuple(line.get("modifiers", ())),
            Decimal(line.get("quantity", 1)),
            line.get("charge_cents", 10_000),
        )
        for line in plain["lines"]
    )
    return EarlierClaim(plain.get("number", "CW-0900"), plain.get("provider_npi", "1245319599"), lines)
