"""Claims as the posting rules see them: what was billed, who pays, what is owed now, what was posted before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from claimwright.documents.parties import Period
from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.office.claims.lifecycle import chunks
from claimwright.office.claims.models import Adjudication, Claim, ClaimLine
from claimwright.office.core.rows import among, found_by
from claimwright.office.ledger.balances import Owed, owed_on_encounters
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.patients.models import Payer
from claimwright.office.posting.models import RemittanceClaim
from claimwright.remittance.books import NOTHING_OWED, KnownClaim, KnownLevel, KnownLine, PostedResult
from claimwright.remittance.plan import RESULT_STATES, ClaimState, Move

Values = Sequence[Any]

_CLAIM = (
    "pk",
    "number",
    "charge_cents",
    "service_date",
    "service_end_date",
    "patient__last_name",
    "patient__first_name",
    "billing__npi",
    "encounter",
)
_LINE = (
    "charge",
    "number",
    "control_number",
    "code",
    "modifiers",
    "charge_cents",
    "service_date",
    "expected_cents",
)
_LEVEL = (
    "level",
    "payer",
    "coverage__member_id",
    "decided_elsewhere",
    "state",
    "payer_claim_number",
    "payer__kind",
    "payer__protects_patient",
)

_LEVEL_ORDER = "PSTABCDEFGH"
_GOVERNMENT = (Payer.Kind.MEDICARE, Payer.Kind.MEDICAID)


def known_claims(claim_ids: Collection[int]) -> list[KnownClaim]:
    """These claims with everything the planner asks about, in a handful of queries for thousands of them."""
    keys = sorted(set(claim_ids))
    return [known for chunk in chunks(keys) for known in _known_chunk(chunk)]


def _known_chunk(keys: Sequence[int]) -> Iterator[KnownClaim]:
    claims = list(Claim.objects.filter(pk__in=among(keys)).order_by("pk").values_list(*_CLAIM))
    encounter_ids = [row[-1] for row in claims if row[-1] is not None]
    owed = owed_on_encounters(encounter_ids)
    lines, levels = _by_claim(ClaimLine, _LINE, keys, "number"), _by_claim(Adjudication, _LEVEL, keys, "pk")
    histories = _histories(keys, encounter_ids)
    for claim in claims:
        yield _known(claim, lines[claim[0]], levels[claim[0]], owed.get(claim[-1] or 0, {}), histories[claim[0]])


def _by_claim(
    kind: type[ClaimLine] | type[Adjudication], columns: Sequence[str], keys: Sequence[int], order: str
) -> dict[int, list[Values]]:
    """The rows of these claims as values without the claim's key."""
    found: dict[int, list[Values]] = defaultdict(list)
    for key, *values in found_by(kind, "claim", keys).order_by("claim", order).values_list("claim", *columns):
        found[key].append(values)
    return found


@dataclass(slots=True)
class _History:
    """What remittances have made of a claim so far."""

    results: list[PostedResult] = field(default_factory=list)
    payer_numbers: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)


def _known(claim: Values, lines: list[Values], levels: list[Values], owed: Owed, history: _History) -> KnownClaim:
    key, number, charge_cents, start, end, last_name, first_name, npi, _ = claim
    levels.sort(key=lambda level: _LEVEL_ORDER.find(level[0]))
    payer_numbers = history.payer_numbers.union([level[5] for level in levels if level[5]])
    return KnownClaim(
        key=key,
        control_number=number,
        charge_cents=charge_cents,
        levels=tuple([_level(level, history.settled) for level in levels]),
        lines=tuple([_line(line, owed) for line in lines]),
        patient_last_name=last_name,
        patient_first_name=first_name,
        period=Period(start, end or start) if start else None,
        billing_npi=npi,
        payer_claim_numbers=tuple(sorted(payer_numbers)),
        owed_cents=owed.get(None, NOTHING_OWED),
        results=tuple(history.results),
        is_patient_protected=any(level[7] for level in levels),
    )


def _level(values: Values, settled: set[str]) -> KnownLevel:
    level, payer_key, member_id, decided_elsewhere, state, _, kind, _ = values
    is_set_aside = decided_elsewhere or state == Adjudication.State.VOID
    return KnownLevel(level, payer_key, member_id or "", is_set_aside or level in settled, kind in _GOVERNMENT)


def _line(values: Values, owed: Owed) -> KnownLine:
    key, number, control_number, code, modifiers, charge_cents, day, expected_cents = values
    owed_cents = owed.get(key, NOTHING_OWED)
    return KnownLine(key, number, control_number, code, tuple(modifiers), charge_cents, day, owed_cents, expected_cents)


def _histories(claim_ids: Collection[int], encounter_ids: Collection[int]) -> dict[int, _History]:
    undone = set(
        JournalEntry.objects.filter(encounter_id__in=among(encounter_ids), reverses__isnull=False).values_list(
            "reverses_id", flat=True
        )
    )
    histories: dict[int, _History] = defaultdict(_History)
    for row in found_by(RemittanceClaim, "claim", claim_ids).exclude(outcome="").order_by("pk"):
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
