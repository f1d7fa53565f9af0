"""Records as plain JSON data and back: for databases, APIs and tests.

Every record of `documents` is a frozen dataclass of texts, integers, booleans, `Decimal`, days, instants, tuples and
other records. `to_plain` leaves out what has its default value, so stored records stay short and survive new fields.
A large remittance is a million of them, so how each kind is written and read is worked out once, from its fields.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, cast

from claimwright.documents.drafts import maker

Record = TypeVar("Record")
Plain = dict[str, Any]
_Convert = Callable[[Any], Any]

_AS_IT_IS = frozenset((str, int, bool, type(None)))
"""The types whose values are JSON data already."""


def to_plain(record: object) -> Plain:
    """A record as JSON data: days and instants as ISO texts, `Decimal` as text, bytes as base64, tuples as lists."""
    plain: Plain = {}
    for name, default in _defaults(cast("Any", type(record))):
        value = getattr(record, name)
        if value is not default and value != default:
            plain[name] = value if type(value) in _AS_IT_IS else _plain_value(value)
    return plain


def from_plain(kind: type[Record], data: Plain) -> Record:
    """The record of that kind which `to_plain` turned into `data`.

    Raises `TypeError` when `data` has a field that the record does not know, or lacks one that it needs.
    """
    read: Callable[[Plain], Record] = _reader_of_records(cast("Any", kind))
    return read(data)


def _plain_value(value: object) -> object:
    if isinstance(value, tuple):
        return [item if type(item) in _AS_IT_IS else _plain_value(item) for item in value]
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return to_plain(value)


@cache
def _defaults(kind: Any) -> tuple[tuple[str, object], ...]:
    """The fields that make the record, each with its default (`MISSING` where it has none)."""
    return tuple((field.name, field.default) for field in dataclasses.fields(kind) if field.init)


@cache
def _reader_of_records(kind: Any) -> Callable[[Plain], Any]:
    """How to read a kind of record; only what is not JSON data already is converted."""
    hints = typing.get_type_hints(kind)
    names = frozenset(field.name for field in dataclasses.fields(kind) if field.init)
    readers = {name: _reader(hints[name]) for name in names}
    conversions = [(name, reader) for name, reader in readers.items() if reader is not _same]
    make = maker(kind) if _has_plain_slots(kind) else kind

    def read(data: Plain) -> Any:
        if not data.keys() <= names:
            raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(data.keys() - names))}")
        fields = data.copy()
        for name, convert in conversions:
            if name in fields:
                fields[name] = convert(fields[name])
        return make(**fields)

    return read


def _has_plain_slots(kind: Any) -> bool:
    """Whether records of the kind can be made as drafts."""
    return "__slots__" in vars(kind) and all(
        field.default_factory is dataclasses.MISSING for field in dataclasses.fields(kind)
    )


def _same(value: Any) -> Any:
    return value


@cache
def _reader(hint: Any) -> _Convert:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _reader(next(argument for argument in arguments if argument is not type(None)))
        return inner if inner is _same else lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_reader(arguments)
    if hint is Decimal:
        return Decimal
    if hint is bytes:
        return b64decode
    if hint is datetime or hint is date:
        return cast("_Convert", hint.fromisoformat)
    if dataclasses.is_dataclass(hint):
        return _reader_of_records(cast("Any", hint))
    return _same


def _tuple_reader(arguments: tuple[Any, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _reader(arguments[0])
        return tuple if item is _same else lambda values: tuple([item(value) for value in values])
    items = [_reader(argument) for argument in arguments]
    return lambda values: tuple([read(value) for read, value in zip(items, values, strict=True)])
