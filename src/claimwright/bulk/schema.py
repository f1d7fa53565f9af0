"""The tables as Arrow knows them, and record batches from rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from claimwright.bulk.arrow import pyarrow as pa
from claimwright.errors import InputError
from claimwright.x12.columns import Columns, PlannedTable, Type, parse_columns
from claimwright.x12.extracting import Rows, valid_text
from claimwright.x12.native.columns import ArrowRows

_INT32, _INT64, _TEXT, _DAY, _TRUTH = pa.int32(), pa.int64(), pa.string(), pa.date32(), pa.bool_()

_LEAST_REPEATED_BITS = 12

_ARROW_TYPES: dict[Type, pa.DataType] = {
    "text": _TEXT, "cents": _INT64, "thousandths": _INT64, "date": _DAY, "last": _DAY, "offset": _INT64,
    "row": _INT64, "loop": _TEXT, "segment": _TEXT, "element": _INT32,
}  # fmt: skip

_OWN_TABLES: dict[str, dict[str, pa.DataType]] = {
    "files": {
        "file": _INT32, "name": _TEXT, "bytes": _INT64, "readable": _TRUTH, "accepted": _TRUTH, "why": _TEXT,
        "sets": _INT32, "errors": _INT64, "findings": _INT64, "engine": _TEXT,
    },
    "sets": {
        "file": _INT32, "kind": _TEXT, "set_offset": _INT64, "st01": _TEXT, "version": _TEXT, "guide": _TEXT,
        "control": _TEXT, "group_control": _TEXT, "interchange_control": _TEXT, "sender_qualifier": _TEXT,
        "sender": _TEXT, "receiver_qualifier": _TEXT, "receiver": _TEXT, "application_sender": _TEXT,
        "application_receiver": _TEXT, "group_date": _DAY, "usage": _TEXT, "accepted": _TRUTH,
    },
    "findings": {
        "file": _INT32, "set_offset": _INT64, "code": _TEXT, "severity": _TEXT, "snip": _INT32, "loop": _TEXT,
        "segment": _TEXT, "segment_number": _INT64, "element": _INT32, "component": _INT32, "segment_offset": _INT64,
        "message": _TEXT, "hint": _TEXT, "ack": _TEXT,
    },
}  # fmt: skip


@cache
def columns() -> Columns:
    """What is taken from the sets: `tables.columns`."""
    return parse_columns(files(__package__).joinpath("tables.columns").read_text(encoding="utf-8"))


@cache
def schemas() -> dict[str, pa.Schema]:
    """Every table by name: those about files, sets and findings, then those of `tables.columns` in its order."""
    found = {name: pa.schema(list(fields.items())) for name, fields in _OWN_TABLES.items()}
    for table in columns().tables:
        own = [(column.name, _ARROW_TYPES[column.type]) for column in table.columns]
        found[table.name] = pa.schema([("file", _INT32), ("kind", _TEXT), ("set_offset", _INT64), *own])
    return found


def table_names(wanted: Iterable[str] | None) -> tuple[str, ...]:
    """The tables asked for, in the order of `schemas`; `None` asks for all. Raises `InputError` for unknown names."""
    names = set(schemas() if wanted is None else wanted)
    if unknown := names - set(schemas()):
        raise InputError(f"There is no table {sorted(unknown)[0]!r}; there are {', '.join(schemas())}.")
    return tuple(name for name in schemas() if name in names)


def batch_of_rows(table: PlannedTable, file: int, kind: str, rows: Rows | ArrowRows) -> pa.RecordBatch:
    """A batch from an extractor's rows, with every column of the table: what a kind of set does not have is null."""
    schema = schemas()[table.name]
    if isinstance(rows, ArrowRows):
        taken = pa.record_batch(rows)
        arrays, count = dict(zip(taken.schema.names, taken.columns, strict=True)), taken.num_rows
    else:
        names = ["set_offset", *(column.name for column in table.columns)]
        made = (pa.array(values, schema.field(name).type) for name, values in zip(names, rows, strict=True))
        arrays, count = dict(zip(names, made, strict=True)), len(rows[0])
    arrays["file"] = _repeated(file, _INT32, count)
    arrays["kind"] = _repeated(kind, _TEXT, count)
    every = (arrays.get(field.name) for field in schema)
    full = [
        _repeated(None, field.type, count) if one is None else one for one, field in zip(every, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(full, schema=schema)


def _repeated(value: str | int | None, type_: pa.DataType, count: int) -> pa.Array:
    """So many times the same: the beginning of an array that is made once."""
    return _many(value, type_, 1 << max(_LEAST_REPEATED_BITS, (count - 1).bit_length())).slice(0, count)


@lru_cache(maxsize=256)
def _many(value: str | int | None, type_: pa.DataType, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, type_), count)


def batch_of_records(name: str, records: Sequence[dict[str, object]]) -> pa.RecordBatch:
    """A batch of one of the tables about files, sets and findings."""
    schema = schemas()[name]
    columns_of = ([_valid(record.get(field.name)) for record in records] for field in schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns_of, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _valid(value: object) -> object:
    return valid_text(value) if isinstance(value, str) else value
