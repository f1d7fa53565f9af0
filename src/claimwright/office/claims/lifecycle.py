"""The four machines of a claim. A change that they do not allow raises; every change is an event of the timeline.

Submission, one for each attempt to send (`move_submissions`):

    built ──▶ scrub_failed ◀──▶ ready ──▶ batched ──▶ sent ──▶ ta1_rejected ──▶ ready
      └─────────────────────────▶┘                     ├────▶ f999_rejected
                                                       ├────▶ f999_accepted ─┐
                                                       └─────────────────────┴▶ ch_accepted ──▶ payer_accepted
                                                                             ├▶ ch_rejected         │
                                                                             └▶ payer_rejected ◀────┘

    Answers overtake each other: a later one may come first, and one that is behind what is known changes nothing.
    A rejected attempt stays as it is; the claim is sent again by a new one (`mending`).

Adjudication, one for each payer of the claim (`move_adjudication`):

    not_submitted ──▶ in_process ◀──▶ pended | info_requested | no_response ──▶ decided
          ├─────────▶ forwarded (an earlier payer sent it on) ────────────────▶ decided
          └─────────▶ void (not to be billed)
    decided = paid | partial | zero_patient | denied; ──▶ reversed ──▶ decided; ──▶ in_process (replaced or appealed)

Work (`hold_claim`, `release_claim`, `close_claim`, `reopen_claim`); what a person has to do is the room `followup`:

    open ◀──▶ held          open ──▶ closed ──▶ open

Balance owner, of each line: P ──▶ S ──▶ T ──▶ PATIENT ──▶ nobody. It is not stored: it is who owes in the ledger
(`balance_owners`), moved by postings alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from django.db import transaction
from django.dispatch import Signal

from claimwright.errors import ConflictError
from claimwright.office.claims.models import Adjudication, Claim, ClaimEvent, Submission
from claimwright.office.core import audit, clock
from claimwright.office.core.models import StoredFile
from claimwright.office.core.rows import among, database_instant, insert_rows
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.origin import NOWHERE, Origin

Item = TypeVar("Item")

S: TypeAlias = Submission.State
A: TypeAlias = Adjudication.State

_ANSWERS = frozenset(
    (S.TA1_REJECTED, S.F999_REJECTED, S.F999_ACCEPTED, S.CH_REJECTED, S.CH_ACCEPTED, S.PAYER_REJECTED, S.PAYER_ACCEPTED)
)

SUBMISSION_MOVES: Mapping[S, frozenset[S]] = MappingProxyType(
    {
        S.BUILT: frozenset((S.SCRUB_FAILED, S.READY)),
        S.SCRUB_FAILED: frozenset((S.READY,)),
        S.READY: frozenset((S.SCRUB_FAILED, S.BATCHED)),
        S.BATCHED: frozenset((S.SENT,)),
        S.SENT: _ANSWERS,
        S.TA1_REJECTED: frozenset((S.READY,)),
        S.F999_REJECTED: frozenset(),
        S.F999_ACCEPTED: frozenset((S.CH_REJECTED, S.CH_ACCEPTED, S.PAYER_REJECTED, S.PAYER_ACCEPTED)),
        S.CH_REJECTED: frozenset(),
        S.CH_ACCEPTED: frozenset((S.CH_REJECTED, S.PAYER_REJECTED, S.PAYER_ACCEPTED)),
        S.PAYER_REJECTED: frozenset(),
        S.PAYER_ACCEPTED: frozenset((S.PAYER_REJECTED,)),
    }
)
"""Where a submission may go from each state."""

REJECTED = frozenset((S.TA1_REJECTED, S.F999_REJECTED, S.CH_REJECTED, S.PAYER_REJECTED))
"""The attempt failed before any payer looked at it; it is corrected and sent again under frequency 1."""

UNSENT = frozenset((S.BUILT, S.SCRUB_FAILED, S.READY))
"""Nothing has left the house: the record may still be changed."""

DECIDED = frozenset((A.PAID, A.PARTIAL, A.ZERO_PATIENT, A.DENIED))
WAITING = frozenset((A.IN_PROCESS, A.PENDED, A.INFO_REQUESTED, A.NO_RESPONSE))
"""The payer has the claim, or should have it, and has not decided."""

_AFTER_WAITING = DECIDED | WAITING | {A.NOT_SUBMITTED, A.FORWARDED, A.VOID, A.REVERSED}
_AFTER_DECISION = DECIDED | {A.REVERSED, A.IN_PROCESS, A.VOID}

ADJUDICATION_MOVES: Mapping[A, frozenset[A]] = MappingProxyType(
    {
        A.NOT_SUBMITTED: frozenset((A.IN_PROCESS, A.FORWARDED, A.VOID)) | DECIDED,
        **dict.fromkeys(WAITING, _AFTER_WAITING),
        **dict.fromkeys(DECIDED, _AFTER_DECISION),
        A.FORWARDED: DECIDED | WAITING | {A.NOT_SUBMITTED, A.VOID, A.REVERSED},
        A.REVERSED: DECIDED | WAITING | {A.VOID},
        A.VOID: frozenset((A.NOT_SUBMITTED,)),
    }
)
"""Where an adjudication may go from each state. A payer may decide what we never sent (forwarded by another)."""

submissions_moved = Signal()
"""Sent within the transaction: `submissions` went to `to`; `file` is the answer that moved them, None for our own."""

CHUNK = 1000


def move_submissions(
    submissions: Sequence[Submission],
    to: S,
    text: str | Callable[[Submission], str],
    *,
    origins: Mapping[int, Origin] | None = None,
    file: StoredFile | None = None,
) -> None:
    """Move submissions to a state, all or none, each with an event.

    `text` says why, for all or for each; `origins` are places in `file` by submission. The rows given are changed too.
    Raises `ConflictError` when one of them may not go there, or was moved by somebody else meanwhile.
    """
    for row in submissions:
        if to not in SUBMISSION_MOVES[S(row.state)]:
            raise ConflictError(f"A submission that is {S(row.state).label.lower()} cannot become {to.label.lower()}.")
    with transaction.atomic():
        _update_states(Submission, submissions, to)
        now = clock.now()
        write_events(
            [
                event(
                    row.claim_id,
                    "submission",
                    text if isinstance(text, str) else text(row),
                    level=row.level,
                    from_state=row.state,
                    to_state=to,
                    at=now,
                    file=file,
                    origin=(origins or {}).get(row.pk, NOWHERE),
                )
                for row in submissions
            ]
        )
        for row in submissions:
            row.state = to
        if submissions:
            submissions_moved.send(Submission, submissions=submissions, to=to, file=file)


def can_move(submission: Submission, to: S) -> bool:
    """Whether the machine lets it go there; an answer that is behind what is known does not."""
    return to in SUBMISSION_MOVES[S(submission.state)]


def _update_states(
    kind: type[Submission] | type[Adjudication],
    rows: Sequence[Submission] | Sequence[Adjudication],
    to: str,
    **also: Any,
) -> None:
    """Each row from the state it was read in; one that another worker moved meanwhile is a conflict."""
    by_state: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row.pk)
    for state, keys in by_state.items():
        if kind.objects.filter(pk__in=among(keys), state=state).update(state=to, **also) != len(keys):
            raise ConflictError(f"A {kind.__name__.lower()} was moved by somebody else meanwhile; reload the list.")


def move_adjudication(
    adjudication: Adjudication,
    to: A,
    text: str,
    *,
    payer_claim_number: str = "",
    file: StoredFile | None = None,
    origin: Origin = NOWHERE,
) -> None:
    """Move what one payer makes of a claim to a state; `move_adjudications` for one."""
    if payer_claim_number:
        Adjudication.objects.filter(pk=adjudication.pk).update(payer_claim_number=payer_claim_number)
        adjudication.payer_claim_number = payer_claim_number
    move_adjudications([adjudication], to, text, file=file, origins={adjudication.pk: origin})


def move_adjudications(
    adjudications: Sequence[Adjudication],
    to: A,
    text: str | Callable[[Adjudication], str],
    *,
    origins: Mapping[int, Origin] | None = None,
    file: StoredFile | None = None,
) -> None:
    """Move adjudications to a state, all or none, each with an event; one that is there already stays silently.

    Raises `ConflictError` when one of them may not go there. `adjudicated_at` follows the first decision.
    """
    moving = [row for row in adjudications if row.state != to]
    for row in moving:
        if to not in ADJUDICATION_MOVES[A(row.state)]:
            raise ConflictError(f"A claim that is {A(row.state).label.lower()} cannot become {to.label.lower()}.")
    now = clock.now()
    with transaction.atomic():
        _update_states(Adjudication, moving, to, **({"adjudicated_at": now} if to in DECIDED else {}))
        write_events(
            [
                event(
                    row.claim_id,
                    "adjudication",
                    text if isinstance(text, str) else text(row),
                    level=row.level,
                    from_state=row.state,
                    to_state=to,
                    at=now,
                    file=file,
                    origin=(origins or {}).get(row.pk, NOWHERE),
                )
                for row in moving
            ]
        )
        for row in moving:
            row.state = to
            row.adjudicated_at = now if to in DECIDED else row.adjudicated_at


def hold_claim(claim: Claim, reason: str) -> None:
    """Keep an open claim from being sent until `release_claim`. Raises `ConflictError` when it is held or closed."""
    _work(claim, {"held_reason": "", "closed_at": None}, {"held_reason": reason[:200]}, "held", f"Held: {reason}")


def release_claim(claim: Claim) -> None:
    """End a hold. Raises `ConflictError` when there is none."""
    if not claim.held_reason:
        raise ConflictError(f"Claim {claim.number} is not held; reload it.")
    _work(claim, {"held_reason": claim.held_reason}, {"held_reason": ""}, "open", "No longer held")


def close_claim(claim: Claim, text: str) -> None:
    """Nothing is left to do. Raises `ConflictError` when it is held or closed already."""
    _work(claim, {"held_reason": "", "closed_at": None}, {"closed_at": clock.now()}, "closed", text)


def reopen_claim(claim: Claim, text: str) -> None:
    """Something came after all. Raises `ConflictError` when it is open."""
    if claim.closed_at is None:
        raise ConflictError(f"Claim {claim.number} is open; reload it.")
    _work(claim, {"closed_at": claim.closed_at}, {"closed_at": None}, "open", text)


def _work(
    claim: Claim,
    before: Mapping[str, str | datetime | None],
    after: Mapping[str, str | datetime | None],
    state: str,
    text: str,
) -> None:
    was = "closed" if claim.closed_at else "held" if claim.held_reason else "open"
    with transaction.atomic():
        if not Claim.objects.filter(pk=claim.pk, **before).update(**after):
            raise ConflictError(f"Claim {claim.number} was changed by somebody else; reload it.")
        write_events([event(claim.pk, "work", text, from_state=was, to_state=state)])
        audit.record(f"claims.{state}", f"claim {claim.pk}", patient_id=claim.patient_id)
    for name, value in after.items():
        setattr(claim, name, value)


def balance_owners(claims: Iterable[Claim]) -> dict[int, dict[str, int]]:
    """Who owes what on each claim now, in cents by owner (a payer level or PATIENT), from the ledger."""
    encounters = {claim.encounter_id: claim.pk for claim in claims if claim.encounter_id is not None}
    owners: dict[int, dict[str, int]] = {key: {} for key in encounters.values()}
    for encounter_id, by_charge in owed_on_encounters(list(encounters)).items():
        totals: dict[str, int] = defaultdict(int)
        for owed in by_charge.values():
            for owner, cents in owed.items():
                totals[owner] += cents
        owners[encounters[encounter_id]] = {owner: cents for owner, cents in totals.items() if cents}
    return owners


class NewEvent(NamedTuple):
    """An event that is not written yet: the columns of `ClaimEvent`."""

    claim_id: int
    at: Any
    actor_id: int | None
    kind: str
    level: str
    from_state: str
    to_state: str
    text: str
    file_id: int | None
    offset: int | None
    length: int | None
    segment_index: int | None


def event(
    claim_id: int,
    kind: str,
    text: str,
    *,
    level: str = "",
    from_state: str = "",
    to_state: str = "",
    at: datetime | None = None,
    file: StoredFile | None = None,
    origin: Origin = NOWHERE,
) -> NewEvent:
    """An event of the timeline, to be written with `write_events`. The actor is who acts now (`core.audit`)."""
    is_placed = origin is not NOWHERE and origin != NOWHERE
    return NewEvent(
        claim_id,
        database_instant(at or clock.now()),
        audit.current_actor_id(),
        kind,
        level,
        str(from_state),
        str(to_state),
        text[:400],
        file.pk if file else None,
        origin.offset if is_placed else None,
        origin.length if is_placed else None,
        origin.index if is_placed else None,
    )


def write_events(events: Iterable[NewEvent]) -> None:
    """Add events to their claims' timelines."""
    insert_rows(ClaimEvent, NewEvent._fields, events)


def chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """The items in runs of `CHUNK`, so that no statement has more values than a database takes."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def latest_submissions(claim_ids: Collection[int]) -> dict[int, Submission]:
    """The newest submission of each claim, whatever its level."""
    newest: dict[int, Submission] = {}
    for chunk in chunks(list(claim_ids)):
        for row in Submission.objects.filter(claim__in=chunk).defer("record").order_by("pk"):
            newest[row.claim_id] = row
    return newest
