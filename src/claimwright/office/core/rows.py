"""Writing values of their own into thousands of rows, without a statement of thousands of cases."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from claimwright.office.core.models import Record


def write_columns(rows: Sequence[Record], *columns: str) -> None:
    """Write these columns of rows that exist; the rows were read in the scope of their client."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [meta.get_field(column) for column in columns]
    assignments = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)  # type: ignore[union-attr, arg-type]
    table = connection.ops.quote_name(meta.db_table)
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk]  # type: ignore[union-attr]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {assignments} WHERE id = %s", values)  # noqa: S608 - names of our own columns
