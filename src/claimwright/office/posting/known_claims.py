"""Claims as the posting rules see them: what was billed, who pays, what is owed now, what was posted before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from claimwright.documents.parties import Period
from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.office.claims.models import Adjudication, Claim, ClaimLine
from claimwright.office.ledger.balances import Owed, owed_on_encounters
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.patients.models import Payer
from claimwright.office.posting.models import RemittanceClaim
from claimwright.remittance.books import NOTHING_OWED, KnownClaim, KnownLevel, KnownLine, PostedResult
from claimwright.remittance.plan import RESULT_STATES, ClaimState, Move

_LEVEL_ORDER = "PSTABCDEFGH"
_GOVERNMENT = (Payer.Kind.MEDICARE, Payer.Kind.MEDICAID)


def known_claims(claim_ids: Collection[int]) -> list[KnownClaim]:
    """These claims with everything the planner asks about, in a handful of queries."""
    claims = list(Claim.objects.filter(pk__in=claim_ids).select_related("patient", "billing").order_by("pk"))
    encounter_ids = [claim.encounter_id for claim in claims if claim.encounter_id is not None]
    owed = owed_on_encounters(encounter_ids)
    lines = _by_claim(ClaimLine.objects.filter(claim__in=claim_ids).order_by("claim", "number"))
    adjudications = _by_claim(
        Adjudication.objects.filter(claim__in=claim_ids).select_related("payer", "coverage").order_by("pk")
    )
    histories = _histories(claim_ids, encounter_ids)
    return [
        _known(
            claim,
            [_line(line, owed.get(claim.encounter_id or 0, {})) for line in lines[claim.pk]],
            adjudications[claim.pk],
            owed.get(claim.encounter_id or 0, {}).get(None, NOTHING_OWED),
            histories[claim.pk],
        )
        for claim in claims
    ]


@dataclass(slots=True)
class _History:
    """What remittances have made of a claim so far."""

    results: list[PostedResult] = field(default_factory=list)
    payer_numbers: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)


def _known(
    claim: Claim,
    lines: list[KnownLine],
    adjudications: list[Adjudication],
    owed_cents: Mapping[str, int],
    history: _History,
) -> KnownClaim:
    levels = sorted(adjudications, key=lambda adjudication: _LEVEL_ORDER.find(adjudication.level))
    payer_numbers = history.payer_numbers | {adjudication.payer_claim_number for adjudication in levels} - {""}
    start = claim.service_date
    return KnownClaim(
        key=claim.pk,
        control_number=claim.number,
        charge_cents=claim.charge_cents,
        levels=tuple(_level(adjudication, history.settled) for adjudication in levels),
        lines=tuple(lines),
        patient_last_name=claim.patient.last_name,
        patient_first_name=claim.patient.first_name,
        period=Period(start, claim.service_end_date or start) if start else None,
        billing_npi=claim.billing.npi,
        payer_claim_numbers=tuple(sorted(payer_numbers)),
        owed_cents=owed_cents,
        results=tuple(history.results),
        is_patient_protected=any(adjudication.payer.protects_patient for adjudication in levels),
    )


def _level(adjudication: Adjudication, settled: set[str]) -> KnownLevel:
    is_set_aside = adjudication.decided_elsewhere or adjudication.state == Adjudication.State.VOID
    return KnownLevel(
        level=adjudication.level,
        payer_key=adjudication.payer_id,
        member_id=adjudication.coverage.member_id if adjudication.coverage else "",
        is_settled=is_set_aside or adjudication.level in settled,
        is_government=adjudication.payer.kind in _GOVERNMENT,
    )


def _line(line: ClaimLine, owed: Owed) -> KnownLine:
    return KnownLine(
        key=line.charge_id,
        number=line.number,
        control_number=line.control_number,
        code=line.code,
        modifiers=tuple(line.modifiers),
        charge_cents=line.charge_cents,
        service_date=line.service_date,
        owed_cents=owed.get(line.charge_id, NOTHING_OWED),
        expected_cents=line.expected_cents,
    )


def _histories(claim_ids: Collection[int], encounter_ids: Collection[int]) -> dict[int, _History]:
    undone = set(
        JournalEntry.objects.filter(encounter_id__in=encounter_ids, reverses__isnull=False).values_list(
            "reverses_id", flat=True
        )
    )
    histories: dict[int, _History] = defaultdict(_History)
    for row in RemittanceClaim.objects.filter(claim__in=claim_ids).exclude(outcome="").order_by("pk"):
        if row.claim_id is None:
            continue
        history = histories[row.claim_id]
        if row.payer_claim_number:
            history.payer_numbers.add(row.payer_claim_number)
        if row.outcome in RESULT_STATES and row.reversed_by_id is None:
            history.results.append(_result(row, undone))
            if row.outcome != ClaimState.PENDED:
                history.settled.add(row.level)
    return histories


def _result(row: RemittanceClaim, undone: set[int]) -> PostedResult:
    return PostedResult(
        key=row.pk,
        level=row.level,
        result=from_plain(DocumentClaim, row.record),
        moves=tuple(move_from_plain(data) for data in row.moves),
        by_hand=any(data.get("entry") in undone for data in row.moves if "entry" in data),
    )


def move_from_plain(data: dict[str, Any]) -> Move:
    """The move kept in `RemittanceClaim.moves`; its origin is a place in the remittance's file."""
    return Move.from_plain({name: value for name, value in data.items() if name != "entry"})


def _by_claim(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.claim_id].append(row)
    return found
