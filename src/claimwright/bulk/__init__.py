"""Files or folders of X12 as tables: Arrow, Parquet, DuckDB, Spark.

    read(sources)                    Arrow tables in memory: read(folder)["claims"]
    batches(sources)                 the same as record batches, in constant memory
    to_parquet(sources, folder)      a folder of Parquet files for each table; stopped, it goes on where it was
    to_duckdb(sources, database)     a DuckDB database; connect_to(tables) asks tables in memory
    spark.register(session)          spark.read.format("x12").option("table", "claims").load(folder)

Promises: no adjustment, remark or provider adjustment is lost, money is whole cents, every row knows its bytes, what
cannot be read is a finding, and one bad file stops nothing. Needs pyarrow (`pip install 'claimwright[bulk]'`). What the
tables hold is data (`tables.columns`). Knows `x12` and no billing.
"""

from claimwright.bulk.duck import connect_to, to_duckdb
from claimwright.bulk.extraction import Batch
from claimwright.bulk.parquet import Written, to_parquet
from claimwright.bulk.schema import schemas
from claimwright.bulk.tables import Progress, Tables, batches, read

__all__ = [
    "Batch",
    "Progress",
    "Tables",
    "Written",
    "batches",
    "connect_to",
    "read",
    "schemas",
    "to_duckdb",
    "to_parquet",
]
