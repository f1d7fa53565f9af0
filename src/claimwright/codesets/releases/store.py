"""The releases on this machine, in one SQLite file of their own: public tables, nothing about any patient.

A release is written in one transaction. Withdrawing keeps its rows, so that it can be restored. SQLite is used for
what it is good at, and only here: the rest of the library knows no database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from claimwright.codesets.releases.layouts import Row
from claimwright.codesets.releases.pairs import PackedPairs, Pair, changed_pairs
from claimwright.codesets.releases.tables import CODE_SETS, CodeSet, Dating, Kind, Table
from claimwright.errors import ConflictError, InputError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS release (
    id INTEGER PRIMARY KEY,
    code_set TEXT NOT NULL,
    edition TEXT NOT NULL,
    effective_date TEXT NOT NULL,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    loaded_at TEXT NOT NULL,
    is_withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS packed (
    release INTEGER NOT NULL,
    name TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (release, name)
) STRICT;
"""
_SQL_TYPES = {Kind.TEXT: "TEXT NOT NULL", Kind.INTEGER: "INTEGER", Kind.DATE: "TEXT", Kind.DECIMAL: "TEXT"}


@dataclass(frozen=True, slots=True)
class Release:
    """One release: `sha256` is that of its files, one after another; `source` their names, to be shown."""

    id: int
    code_set: str
    edition: str
    effective_date: date
    source: str
    sha256: str
    row_count: int
    loaded_at: datetime
    is_withdrawn: bool


class CodeStore:
    """The releases in one file. One thread at a time; readers in other processes see whole releases only.

    Threads that share a store take turns (`CodeLibrary` does).
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file, made with its folder when it is not there. Raises `InputError` when it is something else."""
        self.path = Path(path)
        if str(path) != ":memory:":
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise InputError(f"{path} is no store of code sets: {error}") from error
        for code_set in CODE_SETS.values():
            for table in code_set.tables:
                self._make(table)

    def _make(self, table: Table) -> None:
        if table.is_packed:
            return
        self._connection.execute(_table_sql(table))
        for column in table.searched:
            index = f'CREATE INDEX IF NOT EXISTS "{table.name}_{column}" ON "{table.name}" ("{column}")'
            self._connection.execute(index)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> CodeStore:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def version(self) -> int:
        """A number that changes when a release is added, withdrawn or restored, by whichever process."""
        sql = "SELECT coalesce(max(id), 0) * 1000 + coalesce(sum(is_withdrawn), 0) FROM release"
        return int(self._connection.execute(sql).fetchone()[0])

    def releases(self, code_set: str | None = None) -> tuple[Release, ...]:
        """Every release, of one code set or of all, the newest day first."""
        where, values = ("WHERE code_set = ?", [code_set]) if code_set else ("", [])
        order = "ORDER BY code_set, effective_date DESC, id DESC"
        found = self._connection.execute(
            "SELECT id, code_set, edition, effective_date, source, sha256, row_count, loaded_at, is_withdrawn"
            f" FROM release {where} {order}",
            values,
        )
        return tuple(_release(row) for row in found)

    def release_on(self, code_set: str, day: date) -> Release | None:
        """The release that answers for a day; None when none does.

        Of editions the one with the latest effective date up to that day; where rows carry their own days, the newest.
        A release loaded later for the same effective date replaces the earlier one.
        """
        is_dated_by_rows = CODE_SETS[code_set].dating is Dating.ROWS
        active = (release for release in self.releases(code_set) if not release.is_withdrawn)
        return next((one for one in active if is_dated_by_rows or one.effective_date <= day), None)

    def rows(self, release: Release, table: str, **equal: Any) -> Iterator[Row]:
        """The rows of a table in a release, those with equal columns where any are given, in the order of its key."""
        declared = _declared(CODE_SETS[release.code_set], table)
        asked = "".join(f' AND "{_known(declared, name)}" = ?' for name in equal)
        names, key = _quoted(declared.names), _quoted(declared.key)
        sql = f'SELECT {names} FROM "{table}" WHERE release = ?{asked} ORDER BY {key}'
        return iter(self._connection.execute(sql, [release.id, *equal.values()]))

    def pairs(self, release: Release, table: str) -> PackedPairs:
        """A packed table of a release."""
        sql = "SELECT data FROM packed WHERE release = ? AND name = ?"
        return PackedPairs.from_bytes(self._connection.execute(sql, [release.id, table]).fetchone()[0])

    def withdraw(self, release: Release) -> None:
        """Take a release out of force; the one before it answers again."""
        self._connection.execute("UPDATE release SET is_withdrawn = 1 WHERE id = ?", [release.id])

    def restore(self, release: Release) -> None:
        """Put a withdrawn release in force again."""
        self._connection.execute("UPDATE release SET is_withdrawn = 0 WHERE id = ?", [release.id])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing: what is added inside is there after it, or nothing is."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def add_release(
        self, code_set: str, *, edition: str, effective_date: date, source: str, sha256: str, loaded_at: datetime
    ) -> Release:
        """A new release without rows. Raises `ConflictError` when those files are in force already for that day."""
        for one in self.releases(code_set):
            if (one.sha256, one.effective_date) == (sha256, effective_date):
                state = "withdrawn: restore it" if one.is_withdrawn else "loaded already"
                raise ConflictError(
                    f"{source} is {state} ({code_set} of {one.effective_date}, {one.row_count:,} rows)."
                )
        cursor = self._connection.execute(
            "INSERT INTO release (code_set, edition, effective_date, source, sha256, row_count, loaded_at)"
            " VALUES (?, ?, ?, ?, ?, 0, ?)",
            [code_set, edition, effective_date.isoformat(), source, sha256, loaded_at.isoformat()],
        )
        return next(one for one in self.releases(code_set) if one.id == cursor.lastrowid)

    def add_rows(self, release: Release, table: str, rows: Iterable[Row]) -> None:
        """Add rows to a release. Raises `InputError` for two rows with one key."""
        declared = _declared(CODE_SETS[release.code_set], table)
        if declared.is_packed:
            self._add_packed(release, table, rows)
            return
        places = ", ".join("?" * (len(declared.columns) + 1))
        try:
            self._connection.executemany(
                f'INSERT INTO "{table}" VALUES ({places})', ((release.id, *_stored(row)) for row in rows)
            )
        except sqlite3.IntegrityError as error:
            key = ", ".join(declared.key)
            raise InputError(f"{release.source}: two rows have the same {key}, or one lacks it ({error}).") from error

    def _add_packed(self, release: Release, table: str, rows: Iterable[Row]) -> None:
        """Pack a table's rows; a file that comes in parts gives them all at once (see `loading`)."""
        packed = PackedPairs.of(Pair(*row) for row in rows)
        values = [release.id, table, len(packed), packed.to_bytes()]
        self._connection.execute("INSERT INTO packed VALUES (?, ?, ?, ?)", values)

    def count_rows(self, release: Release) -> int:
        """Count a release's rows, and remember the count."""
        tables = [one for one in CODE_SETS[release.code_set].tables if not one.is_packed]
        packed = "SELECT coalesce(sum(row_count), 0) FROM packed WHERE release = ?"
        count = self._connection.execute(packed, [release.id]).fetchone()[0] + sum(
            self._connection.execute(f'SELECT count(*) FROM "{one.name}" WHERE release = ?', [release.id]).fetchone()[0]
            for one in tables
        )
        self._connection.execute("UPDATE release SET row_count = ? WHERE id = ?", [count, release.id])
        return int(count)

    def changes(self, table: Table, before: Release, after: Release) -> tuple[Sequence[Row], ...]:
        """The keys that were added, dropped, and changed from one release to another."""
        if table.is_packed:
            return changed_pairs(self.pairs(before, table.name), self.pairs(after, table.name))
        key, names = _quoted(table.key), _quoted(table.names)
        of = f'FROM "{table.name}" WHERE release = ?'
        new, old = [after.id, before.id], [before.id, after.id]
        added = self._all(f"SELECT {key} {of} EXCEPT SELECT {key} {of} ORDER BY {key}", new)
        dropped = self._all(f"SELECT {key} {of} EXCEPT SELECT {key} {of} ORDER BY {key}", old)
        differs = f"SELECT {key} FROM (SELECT {names} {of} EXCEPT SELECT {names} {of})"
        changed = self._all(f"{differs} INTERSECT SELECT {key} {of} ORDER BY {key}", [*new, before.id])
        return added, dropped, changed

    def _all(self, sql: str, values: Sequence[Any]) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()


def _table_sql(table: Table) -> str:
    named = ", ".join(f'"{column.name}" {_SQL_TYPES[column.kind]}' for column in table.columns)
    return (
        f'CREATE TABLE IF NOT EXISTS "{table.name}" (release INTEGER NOT NULL, {named},'
        f" PRIMARY KEY (release, {_quoted(table.key)})) WITHOUT ROWID"
    )


def _release(row: Sequence[Any]) -> Release:
    number, code_set, edition, effective, source, sha256, count, loaded_at, is_withdrawn = row
    day, instant = date.fromisoformat(effective), datetime.fromisoformat(loaded_at)
    return Release(number, code_set, edition, day, source, sha256, count, instant, bool(is_withdrawn))


def _stored(row: Row) -> Iterator[Any]:
    """A row as SQLite takes it: days as ISO 8601."""
    return (value.isoformat() if isinstance(value, date) else value for value in row)


def _declared(code_set: CodeSet, table: str) -> Table:
    return next(one for one in code_set.tables if one.name == table)


def _known(table: Table, column: str) -> str:
    if column not in table.names:
        raise InputError(f"{table.name} has no column {column!r}; it has {', '.join(table.names)}")
    return column


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
