"""Records as plain JSON data and back: for databases, APIs and tests.

Every record of `documents` is a frozen dataclass of texts, integers, booleans, `Decimal`, days, instants, tuples and
other records. `to_plain` leaves out what has its default value, so stored records stay short and survive new fields.
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

Record = TypeVar("Record")
Plain = dict[str, Any]


def to_plain(record: object) -> Plain:
    """A record as JSON data: days and instants as ISO texts, `Decimal` as text, bytes as base64, tuples as lists."""
    plain: Plain = {}
    for name, default in _defaults(cast("Any", type(record))):
        value = getattr(record, name)
        if value != default:
            plain[name] = _plain_value(value)
    return plain


def from_plain(kind: type[Record], data: Plain) -> Record:
    """The record of that kind which `to_plain` turned into `data`.

    Raises `TypeError` when `data` has a field that the record does not know, or lacks one that it needs.
    """
    readers = _readers(cast("Any", kind))
    unknown = data.keys() - readers.keys()
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    return kind(**{name: readers[name](value) for name, value in data.items()})


def _plain_value(value: object) -> object:
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
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
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind) if field.init}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _reader(next(argument for argument in arguments if argument is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_reader(arguments)
    if hint is Decimal:
        return Decimal
    if hint is bytes:
        return b64decode
    if hint is datetime or hint is date:
        return cast("Callable[[Any], Any]", hint.fromisoformat)
    if dataclasses.is_dataclass(hint):
        return lambda value: from_plain(cast("type[Any]", hint), value)
    return lambda value: value


def _tuple_reader(arguments: tuple[Any, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _reader(arguments[0])
        return lambda values: tuple(item(value) for value in values)
    items = [_reader(argument) for argument in arguments]
    return lambda values: tuple(read(value) for read, value in zip(items, values, strict=True))
