"""Telling claims what a remittance has made of them: the state of each payer level, and an event for every CLP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from claimwright.money import format_dollars
from claimwright.office.claims.lifecycle import ADJUDICATION_MOVES, event, move_adjudications, write_events
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.core import clock
from claimwright.office.core.rows import among, found_by, write_columns
from claimwright.office.posting.models import Remittance
from claimwright.origin import Origin
from claimwright.remittance.plan import ClaimOutcome, ClaimState, Plan

State = Adjudication.State

_LEVEL_COLUMNS = ("claim_id", "level", "state", "payer_claim_number", "adjudicated_at")

_STATES = MappingProxyType(
    {
        ClaimState.PAID: State.PAID,
        ClaimState.PARTIAL: State.PARTIAL,
        ClaimState.DENIED: State.DENIED,
        ClaimState.ZERO_PATIENT: State.ZERO_PATIENT,
        ClaimState.PENDED: State.PENDED,
        ClaimState.REVERSED: State.REVERSED,
    }
)
"""What each outcome makes of the payer level; the other outcomes leave it as it is."""

_WORDS = MappingProxyType(
    {
        ClaimState.PAID: "paid",
        ClaimState.PARTIAL: "partly paid, partly denied",
        ClaimState.DENIED: "denied",
        ClaimState.ZERO_PATIENT: "processed, nothing to pay",
        ClaimState.PENDED: "not finished by the payer",
        ClaimState.REVERSED: "taken back",
        ClaimState.FORWARDED: "forwarded to another payer",
        ClaimState.ESTIMATED: "estimated before the service",
        ClaimState.REPEATED: "answered a second time",
        ClaimState.REVIEW: "left to a person",
    }
)


class KeptClaim(NamedTuple):
    """What carrying out a plan must know of the row of a CLP; the amounts in cents, its place in the file in bytes."""

    pk: int
    position: int
    payer_claim_number: str
    charge_cents: int
    paid_cents: int
    offset: int
    length: int
    segment_index: int


@dataclass(frozen=True, slots=True)
class _Told:
    """One CLP that found its claim: what became of it, its row, and the payer level it is about (None: none is)."""

    outcome: ClaimOutcome
    row: KeptClaim
    level: Adjudication | None

    @property
    def claim_id(self) -> int:
        return self.outcome.claim_key or 0

    @property
    def state(self) -> State | None:
        """The state that the level takes; None when it stays, or may not go there (a payer set aside answers)."""
        to = _STATES.get(self.outcome.state)
        if self.level is None or to is None or to == self.level.state:
            return None
        return to if to in ADJUDICATION_MOVES[State(self.level.state)] else None


def state_of(outcome: ClaimState) -> Adjudication.State:
    """What a result makes of its payer level. Raises `KeyError` for an outcome that is no result."""
    return _STATES[outcome]


def tell_claims(remittance: Remittance, plan: Plan, rows: Mapping[int, KeptClaim]) -> None:
    """Move the levels' states and write the timelines' events, in the order of the remittance."""
    outcomes = [outcome for outcome in plan.outcomes if outcome.claim_key is not None]
    keys = {outcome.claim_key or 0 for outcome in outcomes}
    levels = {
        (level.claim_id, level.level): level for level in found_by(Adjudication, "claim", keys).only(*_LEVEL_COLUMNS)
    }
    told = [_Told(one, rows[one.position], levels.get((one.claim_key or 0, one.level))) for one in outcomes]
    for wave in _waves(told):
        _tell(remittance, wave)
    _forward(remittance, told, levels)
    _keep_numbers(told)
    _move_on(outcomes)


def _waves(told: Iterable[_Told]) -> Iterator[list[_Told]]:
    """CLPs in runs that name no level twice: a reversal comes before its correction."""
    wave: list[_Told] = []
    seen: set[tuple[int, str]] = set()
    for one in told:
        key = one.claim_id, one.outcome.level
        if key in seen:
            yield wave
            wave, seen = [], set()
        seen.add(key)
        wave.append(one)
    if wave:
        yield wave


def _tell(remittance: Remittance, wave: Sequence[_Told]) -> None:
    moving: dict[State, dict[int, _Told]] = defaultdict(dict)
    staying = []
    for one in wave:
        state = one.state
        if state is None or one.level is None:
            staying.append(one)
        else:
            moving[state][one.level.pk] = one
    for state, by_level in moving.items():
        move_adjudications(
            [one.level for one in by_level.values() if one.level is not None],
            state,
            lambda level, by_level=by_level: _sentence(remittance, by_level[level.pk]),  # type: ignore[misc]
            origins={key: _origin(remittance, one.row) for key, one in by_level.items()},
            file=remittance.file,
        )
    now = clock.now()
    write_events(
        [
            event(
                one.claim_id,
                "remittance",
                _sentence(remittance, one),
                level=one.outcome.level,
                at=now,
                file=remittance.file,
                origin=_origin(remittance, one.row),
            )
            for one in staying
        ]
    )


def _forward(remittance: Remittance, told: Sequence[_Told], levels: Mapping[tuple[int, str], Adjudication]) -> None:
    """The payer itself has sent these claims on to the next one."""
    found = [levels.get((one.claim_id, one.outcome.forwarded_to)) for one in told if one.outcome.forwarded_to]
    forwarded = [
        level for level in found if level is not None and State.FORWARDED in ADJUDICATION_MOVES[State(level.state)]
    ]
    move_adjudications(forwarded, State.FORWARDED, f"Forwarded by {remittance.payer_name}", file=remittance.file)
    Adjudication.objects.filter(pk__in=[level.pk for level in forwarded]).update(submitted_by_payer=True)


def _keep_numbers(told: Sequence[_Told]) -> None:
    """Keep the newest number that each payer gave the claim, not one it takes back: a replacement must name it."""
    numbered: dict[int, Adjudication] = {}
    for one in told:
        level, number = one.level, one.row.payer_claim_number
        if level is None or one.outcome.state is ClaimState.REVERSED or number in ("", level.payer_claim_number):
            continue
        level.payer_claim_number = number
        numbered[level.pk] = level
    write_columns(list(numbered.values()), "payer_claim_number")


def _origin(remittance: Remittance, row: KeptClaim) -> Origin:
    return Origin(remittance.file.sha256, row.offset, row.length, row.segment_index)


def _sentence(remittance: Remittance, told: _Told) -> str:
    row, outcome = told.row, told.outcome
    amounts = f"{format_dollars(row.paid_cents)} paid of {format_dollars(row.charge_cents)}"
    return f"{remittance.payer_name}: {_WORDS[outcome.state]}, {amounts}, trace {remittance.trace_number}"


def _move_on(outcomes: Sequence[ClaimOutcome]) -> None:
    """Make the next payer's level the current one of claims that went on to it."""
    by_level: dict[str, list[int]] = defaultdict(list)
    for outcome in outcomes:
        level = outcome.bill_next or outcome.forwarded_to
        if level and outcome.claim_key is not None:
            by_level[level].append(outcome.claim_key)
    for level, keys in by_level.items():
        Claim.objects.filter(pk__in=among(keys)).update(current_level=level)
