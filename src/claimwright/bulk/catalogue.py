"""The findings that only tables give: values that cannot be put into a column, files that cannot be opened."""

from __future__ import annotations

from claimwright.findings import Finding, Severity, Where
from claimwright.x12.columns import Type
from claimwright.x12.extracting import BadValue

_SHOWN_MAX = 40

_KINDS: dict[Type, tuple[str, Severity, str]] = {
    "cents": ("BULK-VAL-001", Severity.ERROR, "is not an amount of whole cents"),
    "thousandths": ("BULK-VAL-002", Severity.WARNING, "is not a number of whole thousandths"),
    "date": ("BULK-VAL-003", Severity.WARNING, "is not a day or a period of days"),
    "last": ("BULK-VAL-003", Severity.WARNING, "is not a day or a period of days"),
}


def bad_value_finding(bad: BadValue) -> Finding:
    """What is wrong with a value that left its cell empty."""
    code, severity, what = _KINDS[bad.column.type]
    segment = bad.segment
    place = f"{segment.id}{bad.element:02d}" + (f"-{bad.component}" if bad.component else "")
    value = bad.value if len(bad.value) <= _SHOWN_MAX else bad.value[:_SHOWN_MAX] + " ..."
    where = Where(
        loop=bad.loop,
        segment=segment.id,
        index=segment.index,
        element=bad.element,
        component=bad.component or None,
        offset=segment.offset,
    )
    message = f"{place} {value!r} {what}, so {bad.column.name} of {bad.table} is empty here."
    return Finding(code, severity, message, "Look at the file; ask the sender for a corrected one.", where)


def unreadable_file_finding(name: str, why: str) -> Finding:
    """A file that could not be opened or read to its end."""
    hint = "Check that the file is there and may be read, and read it again."
    return Finding("BULK-FIL-001", Severity.ERROR, f"The file cannot be read: {why}.", hint, Where(file=name))
