"""How a publisher's file is known and read. Each layout is one module of `codesets.layouts`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from claimwright.codesets.releases.sources import Source
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds. `rows` gives each table's rows, in the order of its columns, read as they are asked for.

    `edition` is what the file calls itself; `effective_date` the day from which it holds, None when the file does not
    say, so that whoever loads it has to.
    """

    edition: str
    effective_date: date | None
    rows: Mapping[str, Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout of one code set's files.

    `recognise` looks at the beginning of a source and nothing else; `read` raises `InputError`, with findings, for a
    column it does not know, a value that cannot be, a file that is cut off.
    """

    name: str
    code_set: str
    recognise: Callable[[Source], bool]
    read: Callable[[Source], Content]


def refuse(source: Source, code: str, message: str, hint: str, **place: Any) -> InputError:
    """The error that refuses a file for one reason."""
    finding = Finding(code, Severity.ERROR, message, hint, Where(file=source.name, **place))
    return InputError(f"{source.name}: {message} {hint}", [finding])


def places_of_columns(source: Source, header: Sequence[str], known: Sequence[str]) -> dict[str, int]:
    """Where each known column stands in a header. Raises `InputError` that names unknown and missing columns."""
    unknown = [name for name in header if name and name not in known]
    missing = [name for name in known if name not in header]
    if unknown or missing:
        said = [f"does not know the column{'s' * (len(unknown) > 1)} {_listed(unknown)}"] if unknown else []
        said += [f"misses {_listed(missing)}"] if missing else []
        hint = "The publisher may have changed the layout: nothing was loaded; the release in force stays."
        raise refuse(source, "LOAD-COLUMNS", f"The layout {' and '.join(said)}.", hint, field=(unknown or missing)[0])
    return {name: header.index(name) for name in known}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
