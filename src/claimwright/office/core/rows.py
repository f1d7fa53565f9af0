"""Thousands of rows at once, past Django's objects: inserted as plain values, or given values of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from claimwright.office.core.models import Record, ScopedModel
from claimwright.office.core.scope import every_client, required_client_id, scoped_client_id

Row = Sequence[Any]
Found = TypeVar("Found", bound=ScopedModel)

_FEW = 100


def insert_rows(kind: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows of values for these columns; `client_id` is added for records of a client. No key comes back.

    Values are as the database keeps them (JSON as text, instants by `database_instant`). Name every column that has no
    default in the database itself. The rules of the database hold as ever.
    """
    names, values = list(columns), iter(rows)
    if any(field.column == "client_id" for field in kind._meta.concrete_fields):
        client_id = required_client_id()
        names, values = ["client_id", *names], ((client_id, *row) for row in values)
    table = connection.ops.quote_name(kind._meta.db_table)
    quoted = [connection.ops.quote_name(name) for name in names]
    insert = _copy if connection.vendor == "postgresql" else _insert
    with transaction.atomic(savepoint=False), connection.cursor() as cursor, connection.wrap_database_errors:
        insert(cursor.cursor, table, quoted, values)


def among(keys: Iterable[int | str], kind: type[int | str] = int) -> RawSQL:
    """Keys of one kind, as many as there are, for a filter `__in`: one value of a statement, not a place for each."""
    listed = list(keys)
    if connection.vendor == "postgresql":
        statement = "SELECT unnest(%s::bigint[])" if kind is int else "SELECT unnest(%s::text[])"
        return RawSQL(statement, [listed])  # noqa: S611 - one of two texts
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(listed)])


def found_by(kind: type[Found], column: str, keys: Iterable[int]) -> models.QuerySet[Found]:
    """The rows of the scope whose `column` is among these keys, looked for by the keys and by nothing else.

    SQLite keeps no statistics here and takes one client for one among many: left the choice, it looks through all rows
    of the client for those of a few claims. So the client is compared in a way that no index answers.
    """
    client_id = scoped_client_id()
    with every_client("the client is compared below"):
        rows = kind.objects.filter(**{f"{column}__in": among(keys)})
    if client_id is None:
        return rows
    client = models.ExpressionWrapper(models.F("client_id") + 0, output_field=models.BigIntegerField())
    return rows.filter(Exact(client, client_id))


def _copy(driver: Any, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    with driver.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(driver: Any, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    """A few rows in one statement; many by way of a table in memory without any rule, and from there in one statement.

    A statement that a rule could stop keeps a copy of every page that it changes, encrypted: one statement a row would
    pay for ten pages each time.
    """
    columns, marks, remaining = ", ".join(names), f"({', '.join(['%s'] * len(names))})", iter(rows)
    few = list(islice(remaining, _FEW))
    if len(few) == _FEW:
        with _staged(driver, names, [""] * len(names), chain(few, remaining)):
            driver.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM staged ORDER BY rowid")  # noqa: S608
    elif few:
        values = list(chain.from_iterable(few))
        driver.execute(f"INSERT INTO {table} ({columns}) VALUES {', '.join([marks] * len(few))}", values)  # noqa: S608


@contextmanager
def _staged(driver: Any, names: Sequence[str], types: Sequence[str], rows: Iterable[Row]) -> Iterator[None]:
    """The rows in a table `staged` that only this connection sees, with columns of these names and types."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in zip(names, types, strict=True))
    driver.execute(f"CREATE TEMP TABLE staged ({columns})")
    if connection.vendor == "postgresql":
        _copy(driver, "staged", names, rows)
    else:
        marks = ", ".join(["%s"] * len(names))
        driver.executemany(f"INSERT INTO staged VALUES ({marks})", rows)  # noqa: S608 - no name but our own
    yield
    driver.execute("DROP TABLE staged")


def database_instant(at: datetime) -> Any:
    """An instant as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(at)


def write_columns(rows: Sequence[Record], *columns: str) -> None:
    """Write these columns of rows that exist; the rows were read in the scope of their client."""
    if not rows:
        return
    fields: list[Any] = [rows[0]._meta.get_field(column) for column in columns]
    values = (
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk] for row in rows
    )
    write_values(type(rows[0]), [field.column for field in fields], values)


def write_values(kind: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write values, as the database keeps them, into these columns; each row of values ends with its key."""
    table = connection.ops.quote_name(kind._meta.db_table)
    types = {field.column: field.db_type(connection) or "" for field in kind._meta.concrete_fields}
    names, remaining = [connection.ops.quote_name(column) for column in columns], iter(rows)
    few = list(islice(remaining, _FEW))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor, connection.wrap_database_errors:
        driver = cursor.cursor
        if len(few) < _FEW:
            assignments = ", ".join(f"{name} = %s" for name in names)
            driver.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", few)  # noqa: S608 - our own names
            return
        staged_types = [*(types[column] for column in columns), "bigint"]
        with _staged(driver, [*names, "key_"], staged_types, chain(few, remaining)):
            assignments = ", ".join(f"{name} = staged.{name}" for name in names)
            driver.execute(f"UPDATE {table} SET {assignments} FROM staged WHERE {table}.id = staged.key_")  # noqa: S608
