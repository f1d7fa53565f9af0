"""Thousands of rows at once, past Django's objects: inserted as plain values, or given values of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any

from django.db import connection, models

from claimwright.office.core.models import Record
from claimwright.office.core.scope import required_client_id

Row = Sequence[Any]

_FEW = 100
_SET = 5000


def insert_rows(kind: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows of values for these columns; `client_id` is added for records of a client. No key comes back.

    Values are as the database keeps them (JSON as text, instants by `database_instant`); a column that is not named takes
    what the database gives, so name every one that has no default there. The rules of the database hold as ever.
    """
    names, values = list(columns), iter(rows)
    if any(field.column == "client_id" for field in kind._meta.concrete_fields):
        client_id = required_client_id()
        names, values = ["client_id", *names], ((client_id, *row) for row in values)
    insert = _copy if connection.vendor == "postgresql" else _insert
    insert(kind._meta.db_table, [connection.ops.quote_name(name) for name in names], values)


def _copy(table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    """A few rows in one statement; many into a table in memory without any rule first, then over in one statement.

    A statement that a rule could stop keeps a copy of every page it changes, encrypted: one statement a row would pay
    for ten pages each time.
    """
    columns, marks = ", ".join(names), f"({', '.join('?' * len(names))})"
    remaining = iter(rows)
    few = list(islice(remaining, _FEW))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        driver = cursor.connection
        if len(few) < _FEW:
            if few:
                values = ", ".join([marks] * len(few))
                driver.execute(f"INSERT INTO {table} ({columns}) VALUES {values}", list(chain.from_iterable(few)))  # noqa: S608
            return
        driver.execute(f"CREATE TEMP TABLE staged_rows ({columns})")
        driver.executemany(f"INSERT INTO temp.staged_rows VALUES {marks}", chain(few, remaining))  # noqa: S608
        driver.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM temp.staged_rows ORDER BY rowid")  # noqa: S608
        driver.execute("DROP TABLE temp.staged_rows")


def database_instant(at: datetime) -> Any:
    """An instant as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(at)


def write_columns(rows: Sequence[Record], *columns: str) -> None:
    """Write these columns of rows that exist; the rows were read in the scope of their client."""
    if not rows:
        return
    fields = [rows[0]._meta.get_field(column) for column in columns]
    values = (
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk]  # type: ignore[union-attr]
        for row in rows
    )
    write_values(type(rows[0]), [field.column for field in fields], values)  # type: ignore[union-attr]


def write_values(kind: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write values, as the database keeps them, into these columns; each row of values ends with its key."""
    write = _update_sets if connection.vendor == "postgresql" else _update_one_by_one
    write(kind, columns, rows)


def _update_one_by_one(kind: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    table = connection.ops.quote_name(kind._meta.db_table)
    assignments = ", ".join(f"{connection.ops.quote_name(column)} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", rows)  # noqa: S608 - our own names


def _update_sets(kind: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """One statement for thousands of rows: the values go as one array a column."""
    types = {field.column: field.db_type(connection) for field in kind._meta.concrete_fields}
    table = connection.ops.quote_name(kind._meta.db_table)
    assignments = ", ".join(
        f"{connection.ops.quote_name(column)} = new.v{at}::{types[column]}" for at, column in enumerate(columns)
    )
    names = [*(f"v{at}" for at in range(len(columns))), "key"]
    arrays = ", ".join(["%s::text[]"] * len(names))
    statement = (
        f"UPDATE {table} SET {assignments} FROM unnest({arrays}) AS new({', '.join(names)})"  # noqa: S608 - our own names
        f" WHERE {table}.id = new.key::bigint"
    )
    remaining = iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(remaining, _SET)):
            values = [
                [None if value is None else str(value) for value in column] for column in zip(*chunk, strict=True)
            ]
            cursor.execute(statement, values)
