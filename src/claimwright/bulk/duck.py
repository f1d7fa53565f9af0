"""A DuckDB database of the tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.schema import schemas, table_names
from claimwright.bulk.sources import Sources
from claimwright.bulk.tables import OnProgress, batches
from claimwright.errors import ConflictError
from claimwright.x12.engine import EngineName

if TYPE_CHECKING:
    import duckdb


def connect(database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A connection to that database, made when it is not there."""
    try:
        import duckdb
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "This needs duckdb, which is not installed: pip install 'claimwright[bulk]'", name="duckdb"
        ) from missing
    return duckdb.connect(database)


def connect_to(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory that sees these tables under their names, without copying them."""
    connection = connect()
    for name, table in tables.items():
        connection.register(name, table)
    return connection


def to_duckdb(
    sources: Sources,
    database: str | os.PathLike[str],
    *,
    tables: Iterable[str] | None = None,
    workers: int | None = None,
    progress: OnProgress | None = None,
    engine: EngineName = "auto",
) -> None:
    """Make a DuckDB database of everything in the files of `sources`; it is there when it is whole, or not at all.

    Raises `ConflictError` when there is such a file already, and what `read` raises.
    """
    path, wanted = Path(database), table_names(tables)
    if path.exists():
        raise ConflictError(f"{path} is there already. Name another, or remove it.")
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with connect(str(unfinished)) as connection:
        for name in wanted:
            connection.from_arrow(schemas()[name].empty_table()).create(name)
        for batch in batches(sources, tables=wanted, workers=workers, progress=progress, engine=engine):
            connection.from_arrow(pa.Table.from_batches([batch.rows])).insert_into(batch.table)
    unfinished.rename(path)
