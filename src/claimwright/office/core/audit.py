"""The audit trail: who did or saw what, of which patient, when; a chain of hashes per client.

    with acting_as(user, source="web"):
        record("claim.view", subject="claim 12", patient_id=7)

Each entry's `body` is a line of JSON with ids only, never a name; its hash is SHA-256(previous hash + body), over the
stored bytes themselves. The database refuses to change or delete entries; `verify` finds an entry that was changed,
put in, taken out or moved all the same. A cut tail is found by comparing `head` with one that was kept elsewhere.
Times are the machine's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from claimwright.clock import SystemClock
from claimwright.findings import Finding, Severity, Where
from claimwright.office.core.models import AuditEntry, Client, User
from claimwright.office.core.numbers import take_number
from claimwright.office.core.scope import required_client_id

_GENESIS = "0" * 64
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user (None: the office itself), and by which door (`web`, `cli`, `job`)."""

    user_id: int | None = None
    source: str = "office"


_OFFICE = Actor()
_actor: ContextVar[Actor] = ContextVar("audit_actor", default=_OFFICE)


@contextmanager
def acting_as(user: User | None, *, source: str) -> Iterator[None]:
    """Let what is recorded inside be this person's doing."""
    token = _actor.set(Actor(user.pk if user else None, source))
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor_id() -> int | None:
    """The user who acts now, None when the office itself does."""
    return _actor.get().user_id


def record(
    action: str, subject: str = "", *, patient_id: int | None = None, **details: str | int | bool | None
) -> None:
    """Add one entry to the chain of the scope's client. `details` are ids, counts and codes, never a person's data."""
    actor, at, client_id = _actor.get(), _CLOCK.now(), required_client_id()
    with transaction.atomic():
        number = take_number("audit entry")
        previous = _previous_hash(client_id, number)
        body = json.dumps(
            {
                "number": number,
                "at": at.isoformat(),
                "actor": actor.user_id,
                "source": actor.source,
                "action": action,
                "subject": subject,
                "patient": patient_id,
                **({"details": details} if details else {}),
            },
            separators=(",", ":"),
            sort_keys=True,
        )
        AuditEntry.objects.create(
            client_id=client_id,
            number=number,
            at=at,
            actor_id=actor.user_id,
            action=action,
            subject=subject,
            patient_id=patient_id,
            body=body,
            previous=previous,
            hash=_link(previous, body),
        )


def head(client: Client) -> tuple[int, str]:
    """The number and hash of the newest entry; keep it elsewhere, and a cut tail shows. (0, 64 zeros) when there is
    none."""
    newest = AuditEntry.objects.filter(client=client).order_by("-number").values_list("number", "hash").first()
    return newest or (0, _GENESIS)


def verify(client: Client, *, kept_head: tuple[int, str] | None = None) -> list[Finding]:
    """What is wrong with the chain of this client: the first entry that does not fit; nothing when it is whole."""
    previous, expected = _GENESIS, 0
    entries = AuditEntry.objects.filter(client=client).order_by("number")
    rows = entries.values_list(
        "number", "previous", "body", "hash", "at", "actor_id", "action", "subject", "patient_id"
    )
    for number, stored_previous, body, stored_hash, *columns in rows.iterator(chunk_size=5_000):
        expected += 1
        if number != expected:
            return [_broken("AUD-001", expected, f"Entry {expected} is missing from the audit trail.")]
        if stored_previous != previous or _link(previous, body) != stored_hash:
            return [_broken("AUD-002", number, f"Entry {number} of the audit trail was changed, put in or moved.")]
        if not _index_agrees(body, columns):
            return [_broken("AUD-003", number, f"The columns of entry {number} do not say what its body says.")]
        previous = stored_hash
    if kept_head and (expected < kept_head[0] or _hash_at(client, kept_head[0]) != kept_head[1]):
        return [_broken("AUD-004", kept_head[0], f"Entry {kept_head[0]}, whose hash was kept, is gone or different.")]
    return []


def _index_agrees(body: str, columns: list[object]) -> bool:
    at, actor, action, subject, patient = columns
    said = json.loads(body)
    is_same_instant = isinstance(at, datetime) and datetime.fromisoformat(said["at"]) == at.astimezone(UTC)
    return is_same_instant and [said["actor"], said["action"], said["subject"], said["patient"]] == [
        actor,
        action,
        subject,
        patient,
    ]


def _link(previous: str, body: str) -> str:
    return hashlib.sha256(previous.encode("ascii") + body.encode("utf-8")).hexdigest()


def _previous_hash(client_id: int, number: int) -> str:
    """The hash to chain to. `take_number` holds the series' row, so that nobody else can be adding an entry
    meanwhile."""
    if number == 1:
        return _GENESIS
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM core_auditentry WHERE client_id = %s AND number = %s", [client_id, number - 1])
        (found,) = cursor.fetchone()
    return str(found)


def _hash_at(client: Client, number: int) -> str | None:
    return AuditEntry.objects.filter(client=client, number=number).values_list("hash", flat=True).first()


def _broken(code: str, number: int, message: str) -> Finding:
    hint = "Compare with a backup and with the kept heads; treat it as a security incident."
    return Finding(code, Severity.ERROR, message, hint, Where(record=f"audit entry {number}"))
