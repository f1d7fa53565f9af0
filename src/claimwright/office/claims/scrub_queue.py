"""What the edits stopped or warned about before it was sent: by edit, by claim, in the order in which it is worked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import F, QuerySet

from claimwright.edits import EDITS, Edit
from claimwright.findings import Severity
from claimwright.office.claims.lifecycle import UNSENT, S
from claimwright.office.claims.models import Adjudication, Claim, ClaimFinding, Submission
from claimwright.office.claims.scrubbing import EDIT

BY_CODE: MappingProxyType[str, Edit] = MappingProxyType({edit.code: edit for edit in EDITS})
"""The edits that come with claimwright; a finding of another code is of a rule of the practice's own."""

_WEIGHTS = {weight.value: place for place, weight in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class EditGroup:
    """One edit and the claims in which it found something. `example` is the newest finding of it."""

    code: str
    severity: str
    claims: int
    charge_cents: int
    example: ClaimFinding

    @property
    def edit(self) -> Edit | None:
        return BY_CODE.get(self.code)


@dataclass(frozen=True, slots=True)
class WaitingClaim:
    """A claim with what was found in it, the heaviest first."""

    claim: Claim
    payer_name: str
    state: str
    findings: tuple[ClaimFinding, ...]

    @property
    def kinds(self) -> tuple[tuple[ClaimFinding, int], ...]:
        """The findings, those of one edit with the same words once, with how often they are there."""
        counted = Counter((one.code, one.severity, one.message) for one in self.findings)
        first = {(one.code, one.severity, one.message): one for one in reversed(self.findings)}
        return tuple((first[kind], times) for kind, times in counted.items())


def waiting_findings(*, code: str = "", severity: str = "") -> QuerySet[ClaimFinding]:
    """The open findings of edits about claims that have not left the house."""
    found = ClaimFinding.objects.filter(
        source=EDIT, resolved_at=None, submission__state__in=UNSENT, claim__closed_at=None
    )
    found = found.filter(code=code) if code else found
    return found.filter(severity=severity) if severity else found


def by_edit(*, severity: str = "") -> list[EditGroup]:
    """The edits that found something: errors first, then by the money that waits."""
    rows = waiting_findings(severity=severity).order_by("pk")
    money: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    newest: dict[tuple[str, str], int] = {}
    for key, code, weight, claim_id, cents in rows.values_list(
        "pk", "code", "severity", "claim_id", "claim__charge_cents"
    ):
        money[code, weight][claim_id] = cents
        newest[code, weight] = key
    examples = ClaimFinding.objects.in_bulk(list(newest.values()))
    groups = [
        EditGroup(code, weight, len(claims), sum(claims.values()), examples[newest[code, weight]])
        for (code, weight), claims in money.items()
    ]
    return sorted(groups, key=lambda group: (_WEIGHTS.get(group.severity, 9), -group.charge_cents, group.code))


def waiting_claims(*, code: str = "", severity: str = "") -> list[int]:
    """The keys of the claims with such findings, the oldest service first: its time to file runs out first."""
    rows = waiting_findings(code=code, severity=severity)
    keys = rows.order_by(F("claim__service_date").asc(nulls_last=True), "claim_id").values_list("claim_id", flat=True)
    return list(dict.fromkeys(keys))


def describe_claims(keys: Sequence[int]) -> list[WaitingClaim]:
    """These claims, in this order, with their open findings."""
    claims = Claim.objects.filter(pk__in=keys).select_related("patient").defer("record").in_bulk()
    findings: dict[int, list[ClaimFinding]] = defaultdict(list)
    for finding in waiting_findings().filter(claim__in=keys).order_by("pk"):
        findings[finding.claim_id].append(finding)
    payers = {
        (row.claim_id, row.level): row.payer.name
        for row in Adjudication.objects.filter(claim__in=keys).select_related("payer")
    }
    states = dict(Submission.objects.filter(claim__in=keys).order_by("pk").values_list("claim_id", "state"))
    return [
        WaitingClaim(
            claims[key],
            payers.get((key, claims[key].current_level), ""),
            states.get(key, ""),
            tuple(sorted(findings[key], key=lambda finding: _WEIGHTS.get(finding.severity, 9))),
        )
        for key in keys
        if key in claims
    ]


def ready_to_send() -> tuple[int, int]:
    """How many claims may leave the house now, and what they charge."""
    rows = Submission.objects.filter(state=S.READY, claim__held_reason="", claim__closed_at=None)
    charges = dict(rows.order_by().values_list("claim_id", "claim__charge_cents"))
    return len(charges), sum(charges.values())
