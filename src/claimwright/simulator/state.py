"""What the clearinghouse and its payers remember between two runs, in one SQLite file.

A run of work is one transaction: either everything that arrived was taken in and every due answer stands in `outgoing`,
or nothing happened. Files are moved only after the transaction, from what it says, so that a death in between is
made good by the next run.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from claimwright.documents.claim import Claim
from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.remittance import RemittanceClaim
from claimwright.simulator.adjudicate import Submission, is_denied
from claimwright.simulator.remit import PayeeAccount, Recoupment
from claimwright.simulator.status import ClaimState, Known

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS interchange (sender TEXT, control TEXT, PRIMARY KEY (sender, control)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim (
    id INTEGER PRIMARY KEY,
    partner TEXT NOT NULL,
    payer TEXT NOT NULL,
    number TEXT NOT NULL,
    payer_number TEXT NOT NULL,
    service TEXT NOT NULL,
    received_on TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    is_forwarded INTEGER NOT NULL,
    is_repeatable INTEGER NOT NULL DEFAULT 0,
    due_on TEXT,
    claim TEXT NOT NULL,
    result TEXT,
    decided_on TEXT,
    trace TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS claim_due ON claim (due_on) WHERE due_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS claim_number ON claim (payer, number);
CREATE INDEX IF NOT EXISTS claim_payer_number ON claim (payer, payer_number);
CREATE INDEX IF NOT EXISTS claim_service ON claim (payer, service);
CREATE TABLE IF NOT EXISTS deductible (
    payer TEXT, member TEXT, cents INTEGER NOT NULL, PRIMARY KEY (payer, member)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account (
    payer TEXT, payee TEXT, data TEXT NOT NULL, PRIMARY KEY (payer, payee)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS acknowledgement (
    id INTEGER PRIMARY KEY, due_on TEXT NOT NULL, partner TEXT NOT NULL, data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS outgoing (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken (name TEXT PRIMARY KEY, archived_as TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One claim at one payer. `is_forwarded`: nobody billed it, the primary payer sent it on."""

    id: int
    partner: str
    payer_id: str
    submission: Submission
    state: ClaimState
    service: str
    is_forwarded: bool
    result: RemittanceClaim | None
    was_decided: bool


class _Memory(sqlite3.Connection):
    """A connection that takes any text: bytes of a file that are no UTF-8 stand in texts as lone surrogates, which no
    database stores; they are remembered as question marks."""

    def execute(self, question: str, values: Sequence[object] = ()) -> sqlite3.Cursor:  # type: ignore[override]
        return super().execute(question, tuple(map(_storable, values)))


def _storable(value: object) -> object:
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


class State:
    """The memory of one clearinghouse, in one file."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=_Memory)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is remembered inside, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _one(self, question: str, *values: object) -> sqlite3.Row | None:
        answer: sqlite3.Row | None = self._db.execute(question, values).fetchone()
        return answer

    # Numbers and interchanges.

    def next(self, name: str) -> int:
        """The next number of a series, from 1."""
        row = self._one(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value", name
        )
        return int(row[0]) if row else 0

    def is_new_interchange(self, sender: str, control: str) -> bool:
        """Whether that sender's control number comes for the first time; from now on it does not."""
        added = self._db.execute("INSERT OR IGNORE INTO interchange VALUES (?, ?)", (sender, control))
        return added.rowcount == 1

    # Claims.

    def add_claim(
        self,
        partner: str,
        payer_id: str,
        submission: Submission,
        service: str,
        *,
        due_on: date | None,
        is_forwarded: bool = False,
    ) -> None:
        """Remember a claim: pending until `due_on`, or rejected at the door when there is no such day."""
        claim = submission.claim
        state = ClaimState.REJECTED if due_on is None else ClaimState.PENDING
        self._db.execute(
            "INSERT INTO claim (partner, payer, number, payer_number, service, received_on, attempt, state,"
            " is_forwarded, due_on, claim) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                partner,
                payer_id,
                claim.control_number,
                submission.payer_claim_number,
                service,
                submission.received_on.isoformat(),
                submission.attempt,
                state,
                is_forwarded,
                due_on.isoformat() if due_on else None,
                _text(to_plain(claim)),
            ),
        )

    def attempts(self, payer_id: str, number: str) -> int:
        """How often this payer was sent that control number."""
        row = self._one("SELECT count(*) FROM claim WHERE payer = ? AND number = ?", payer_id, number)
        return int(row[0]) if row else 0

    def due_day(self) -> date | None:
        """The earliest day on which a claim is to be decided or corrected."""
        row = self._one("SELECT min(due_on) FROM claim WHERE due_on IS NOT NULL")
        return date.fromisoformat(row[0]) if row and row[0] else None

    def is_idle(self) -> bool:
        """Whether nothing is to be decided, corrected, acknowledged or laid out any more."""
        row = self._one("SELECT (SELECT count(*) FROM acknowledgement) + (SELECT count(*) FROM outgoing)")
        return self.due_day() is None and (row is None or row[0] == 0)

    def due_claims(self, day: date) -> list[Row]:
        """The claims to decide or to correct on that day, in the order in which they came."""
        found = self._db.execute("SELECT * FROM claim WHERE due_on = ? ORDER BY id", (day.isoformat(),))
        return [_row(values) for values in found.fetchall()]

    def find_claim(self, payer_id: str, *, payer_claim_number: str) -> Row | None:
        """The claim to which that payer gave that number."""
        found = self._one("SELECT * FROM claim WHERE payer = ? AND payer_number = ?", payer_id, payer_claim_number)
        return _row(found) if found else None

    def known(self, payer_id: str, number: str, payer_claim_number: str) -> Known | None:
        """What can be told about a claim: by the payer's number or else the latest of that control number."""
        question = (
            "SELECT state, payer_number, received_on, decided_on, result, trace FROM claim WHERE payer = ? AND {} = ?"
            " ORDER BY id DESC LIMIT 1"
        )
        found = self._one(question.format("payer_number"), payer_id, payer_claim_number) if payer_claim_number else None
        found = found or self._one(question.format("number"), payer_id, number)
        if not found:
            return None
        state, payer_number, received_on, decided_on, result, trace = found
        decided = from_plain(RemittanceClaim, json.loads(result)) if result else None
        return Known(
            ClaimState(state),
            "" if state == ClaimState.REJECTED else payer_number,
            date.fromisoformat(received_on),
            date.fromisoformat(decided_on) if decided_on else None,
            decided.paid_cents if decided else 0,
            is_denied(decided) if decided else False,
            trace,
        )

    def earlier_same(self, row: Row) -> bool | None:
        """Whether the payer has had the same services before: None no, else whether a primary payer sent them on."""
        found = self._one(
            "SELECT is_forwarded FROM claim WHERE payer = ? AND service = ? AND id < ? AND state IN (?, ?)"
            " AND is_repeatable = 0 ORDER BY id DESC LIMIT 1",
            row.payer_id,
            row.service,
            row.id,
            ClaimState.PENDING,
            ClaimState.DECIDED,
        )
        return bool(found[0]) if found else None

    def decide(
        self, row: Row, result: RemittanceClaim | None, day: date, *, is_repeatable: bool, due_on: date | None
    ) -> None:
        """Remember a result, and the day of its correction if there will be one."""
        self._db.execute(
            "UPDATE claim SET state = ?, result = ?, decided_on = ?, is_repeatable = ?, due_on = ? WHERE id = ?",
            (
                ClaimState.DECIDED,
                _text(to_plain(result)) if result else None,
                day.isoformat(),
                is_repeatable,
                due_on.isoformat() if due_on else None,
                row.id,
            ),
        )

    def withdraw(self, row: Row) -> None:
        """The claim counts no more: it was replaced, voided, or taken back before it was decided."""
        self._db.execute(
            "UPDATE claim SET state = ?, result = NULL, due_on = NULL WHERE id = ?", (ClaimState.WITHDRAWN, row.id)
        )

    def set_trace(self, claim_ids: Iterable[int], trace: str) -> None:
        """Under which payment those claims were told."""
        self._db.executemany("UPDATE claim SET trace = ? WHERE id = ?", [(trace, claim_id) for claim_id in claim_ids])

    # Deductibles and accounts.

    def deductibles(self) -> dict[tuple[str, str], int]:
        """What is left of the deductible, by (payer, member), where anything was used."""
        return {(payer, member): cents for payer, member, cents in self._db.execute("SELECT * FROM deductible")}

    def deductible(self, payer_id: str, member_id: str) -> int | None:
        found = self._one("SELECT cents FROM deductible WHERE payer = ? AND member = ?", payer_id, member_id)
        return int(found[0]) if found else None

    def set_deductible(self, payer_id: str, member_id: str, cents: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO deductible VALUES (?, ?, ?)", (payer_id, member_id, cents))

    def account(self, payer_id: str, payee_id: str) -> PayeeAccount:
        """What stands between a payer and a payee."""
        found = self._one("SELECT data FROM account WHERE payer = ? AND payee = ?", payer_id, payee_id)
        if not found:
            return PayeeAccount()
        data = json.loads(found[0])
        recoupments = tuple(Recoupment(ref, cents, date.fromisoformat(day)) for ref, cents, day in data["recoupments"])
        return PayeeAccount(recoupments, tuple(data["forward"]) if data["forward"] else None)

    def set_account(self, payer_id: str, payee_id: str, account: PayeeAccount) -> None:
        recoupments = [(one.reference, one.cents, one.due_on.isoformat()) for one in account.recoupments]
        data = json.dumps({"recoupments": recoupments, "forward": account.forward})
        self._db.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?)", (payer_id, payee_id, data))

    # Answers.

    def add_acknowledgement(self, due_on: date, partner: str, plain: dict[str, Any]) -> None:
        """A 277CA to be sent on that day."""
        values = (due_on.isoformat(), partner, _text(plain))
        self._db.execute("INSERT INTO acknowledgement (due_on, partner, data) VALUES (?, ?, ?)", values)

    def take_acknowledgements(self, today: date) -> list[tuple[str, dict[str, Any]]]:
        """The 277CAs due by today, oldest first; they are handed out once."""
        due = (today.isoformat(),)
        found = self._db.execute(
            "SELECT partner, data FROM acknowledgement WHERE due_on <= ? ORDER BY due_on, id", due
        ).fetchall()
        self._db.execute("DELETE FROM acknowledgement WHERE due_on <= ?", due)
        return [(partner, json.loads(data)) for partner, data in found]

    def send(self, name: str, data: bytes) -> None:
        """A file to lay out when the run is remembered."""
        self._db.execute("INSERT INTO outgoing VALUES (?, ?)", (name, data))

    def outgoing(self) -> list[tuple[str, bytes]]:
        """The files that are not laid out yet."""
        return [(name, data) for name, data in self._db.execute("SELECT name, data FROM outgoing ORDER BY name")]

    def sent(self, name: str) -> None:
        """That file was laid out."""
        self._db.execute("DELETE FROM outgoing WHERE name = ?", (name,))

    def take(self, name: str, archived_as: str) -> None:
        """That arrived file is dealt with and goes to the archive."""
        self._db.execute("INSERT INTO taken VALUES (?, ?)", (name, archived_as))

    def taken(self) -> list[tuple[str, str]]:
        """The files that are dealt with and not archived yet."""
        return [(name, other) for name, other in self._db.execute("SELECT name, archived_as FROM taken ORDER BY name")]

    def archived(self, name: str) -> None:
        """That file was archived."""
        self._db.execute("DELETE FROM taken WHERE name = ?", (name,))


def _row(values: sqlite3.Row) -> Row:
    submission = Submission(
        from_plain(Claim, json.loads(values["claim"])),
        values["payer_number"],
        date.fromisoformat(values["received_on"]),
        values["attempt"],
    )
    return Row(
        id=values["id"],
        partner=values["partner"],
        payer_id=values["payer"],
        submission=submission,
        state=ClaimState(values["state"]),
        service=values["service"],
        is_forwarded=bool(values["is_forwarded"]),
        result=from_plain(RemittanceClaim, json.loads(values["result"])) if values["result"] else None,
        was_decided=values["decided_on"] is not None,
    )


def _text(plain: dict[str, Any]) -> str:
    return json.dumps(plain, separators=(",", ":"))
