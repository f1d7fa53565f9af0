"""The database wrapper. The key goes in `OPTIONS["key"]` as 64 hexadecimal digits.

SQLCipher 4 bundles its own SQLite, which also has the fix of the write-ahead log that the one of older Pythons lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3._functions import register as register_functions
from django.db.backends.sqlite3.features import DatabaseFeatures as SQLiteFeatures
from django.utils.dateparse import parse_datetime, parse_time
from sqlcipher3 import dbapi2

dbapi2.register_converter("bool", b"1".__eq__)
dbapi2.register_converter("date", lambda value: date.fromisoformat(value.decode()))
dbapi2.register_converter("time", lambda value: parse_time(value.decode()))
dbapi2.register_converter("datetime", lambda value: parse_datetime(value.decode()))
dbapi2.register_converter("timestamp", lambda value: parse_datetime(value.decode()))
dbapi2.register_adapter(Decimal, str)
dbapi2.register_adapter(date, date.isoformat)
dbapi2.register_adapter(datetime, lambda value: value.isoformat(" "))
dbapi2.register_adapter(time, time.isoformat)

_PRAGMAS = (
    "foreign_keys = ON",
    "legacy_alter_table = OFF",
    "journal_mode = WAL",
    # FULL: a posting that was acknowledged survives a loss of power.
    "synchronous = FULL",
    "temp_store = MEMORY",
    "cache_size = -65536",
)


class Cursor(dbapi2.Cursor):  # type: ignore[misc]
    """Understands Django's `%s` placeholders, as Django's own SQLite cursor does."""

    _convert = base.SQLiteCursorWrapper.convert_query

    def execute(self, query: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Any:
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, Mapping) else None
        return super().execute(self._convert(query, param_names=names), params)

    def executemany(self, query: str, param_list: Iterable[Sequence[Any]]) -> Any:
        return super().executemany(self._convert(query), param_list)


class DatabaseFeatures(SQLiteFeatures):
    """What SQLCipher can do."""

    max_query_params = 32766


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is opened with a key."""

    Database = dbapi2
    features_class = DatabaseFeatures
    _key = ""

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        self._key = params.pop("key", "")
        if len(self._key) != 64 or not all(digit in "0123456789abcdef" for digit in self._key):
            raise ImproperlyConfigured("The embedded database needs a key of 64 hexadecimal digits in OPTIONS.")
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = self.Database.connect(**conn_params)
        connection.execute(f"PRAGMA key = \"x'{self._key}'\"")
        register_functions(connection)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)
