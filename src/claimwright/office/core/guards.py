"""Rules that the database itself keeps, whoever writes to it: triggers, in the words of each engine.

For migrations. `append_only` refuses every change and deletion of a table's rows; `before_insert` and `before_update`
refuse a row while a query finds something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

_APPEND_ONLY = "{} is append-only: correct it with a new row"


def append_only(connection: BaseDatabaseWrapper, table: str) -> None:
    """Nothing in the table can be changed or deleted from now on."""
    _trigger(connection, table, "UPDATE", f"{table}_no_update", "", _APPEND_ONLY.format(table))
    never_delete(connection, table)


def never_delete(connection: BaseDatabaseWrapper, table: str) -> None:
    """Nothing in the table can be deleted from now on."""
    _trigger(connection, table, "DELETE", f"{table}_no_delete", "", _APPEND_ONLY.format(table))


def before_insert(
    connection: BaseDatabaseWrapper, table: str, name: str, *, refuse_if: str, message: str, found_among: str = ""
) -> None:
    """Refuse a new row of `table` when the SQL condition `refuse_if` holds; `NEW` is the row.

    `found_among` is the same rule for the table `added` of all rows of a statement: a query that finds something when
    one of them must be refused. PostgreSQL then asks once a statement instead of once a row, when the rows are there.
    """
    if found_among and connection.vendor == "postgresql":
        _after_statement(connection, table, name, found_among, message)
    else:
        _trigger(connection, table, "INSERT", name, refuse_if, message)


def before_update(connection: BaseDatabaseWrapper, table: str, name: str, *, refuse_if: str, message: str) -> None:
    """Refuse a change of a row when the SQL condition `refuse_if` holds; `OLD` is the row before, `NEW` after it."""
    _trigger(connection, table, "UPDATE", name, refuse_if, message)


def drop_guards(connection: BaseDatabaseWrapper, table: str, names: Iterable[str]) -> None:
    """Take the triggers of that table away again (to undo a migration, and to empty a test database)."""
    for name in [f"{table}_no_update", f"{table}_no_delete", *names]:
        if connection.vendor == "postgresql":
            _execute(connection, f"DROP FUNCTION IF EXISTS {name}() CASCADE")
        else:
            _execute(connection, f"DROP TRIGGER IF EXISTS {name}")


def _trigger(connection: BaseDatabaseWrapper, table: str, action: str, name: str, condition: str, message: str) -> None:
    write = _postgresql if connection.vendor == "postgresql" else _sqlite
    for statement in write(table, action, name, condition, message):
        _execute(connection, statement)


def _after_statement(connection: BaseDatabaseWrapper, table: str, name: str, query: str, message: str) -> None:
    """The query is planned anew for each statement (EXECUTE): one row and a hundred thousand need different plans."""
    refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
    ask = f"EXECUTE $query$ SELECT EXISTS ({query}) $query$ INTO is_found;"
    body = f"DECLARE is_found boolean; BEGIN {ask} IF is_found THEN {refuse} END IF; RETURN NULL; END"
    _execute(connection, f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$")
    when = f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
    _execute(connection, f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _sqlite(table: str, action: str, name: str, condition: str, message: str) -> Iterator[str]:
    when = f"WHEN {condition} " if condition else ""
    yield f"CREATE TRIGGER {name} BEFORE {action} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{message}'); END"


def _postgresql(table: str, action: str, name: str, condition: str, message: str) -> Iterator[str]:
    refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
    body = f"IF {condition} THEN {refuse} END IF; RETURN NEW;" if condition else refuse
    yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    yield f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
