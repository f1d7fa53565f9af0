"""A data source for Spark: the same reader, a partition for each file (small files together).

    from claimwright.bulk import spark as x12_spark
    x12_spark.register(session)
    session.read.format("x12").option("table", "claims").load(folder)

The folder is listed where the driver runs; every executor must see the files under the same path, and have claimwright
installed. `table` is one of `bulk.schemas()`, `claims` unless said. The numbers of files are those of the sorted
listing: tables of the same folder can be joined by `file` as long as no file is added or removed between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.bulk.extraction import Batch
from claimwright.bulk.scanning import scan
from claimwright.bulk.schema import schemas, table_names
from claimwright.bulk.sources import Source, find_sources, in_groups
from claimwright.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PARTITION_BYTES = 4 << 20
_PARTITION_FILES = 1_000

_TYPES: dict[pa.DataType, DataType] = {
    pa.int32(): IntegerType(),
    pa.int64(): LongType(),
    pa.string(): StringType(),
    pa.date32(): DateType(),
    pa.bool_(): BooleanType(),
}


def register(session: SparkSession) -> None:
    """Make `session.read.format("x12")` known."""
    session.dataSource.register(X12DataSource)


class X12DataSource(DataSource):
    """X12 files as the table that the option `table` names."""

    @classmethod
    def name(cls) -> str:
        return "x12"

    @property
    def table(self) -> str:
        """The table asked for."""
        (name,) = table_names([self.options.get("table", "claims")])
        return name

    def schema(self) -> StructType:
        return StructType([StructField(field.name, _TYPES[field.type]) for field in schemas()[self.table]])

    def reader(self, schema: StructType) -> DataSourceReader:
        return _Reader(self.table, self.options.get("path", ""))


@dataclass(frozen=True, slots=True)
class _Files(InputPartition):
    sources: tuple[Source, ...]


class _Reader(DataSourceReader):
    def __init__(self, table: str, path: str) -> None:
        if not path:
            raise InputError("Name a file or a folder: .load(folder).")
        self.table = table
        self.path = path

    def partitions(self) -> Sequence[InputPartition]:
        return list(map(_Files, in_groups(find_sources(self.path), _PARTITION_BYTES, _PARTITION_FILES)))

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        if isinstance(partition, _Files):
            for source in partition.sources:
                for step in scan(source, (self.table,)):
                    if isinstance(step, Batch):
                        yield step.rows
