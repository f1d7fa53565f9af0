"""Texts from outside as a database takes them.

What was read keeps its bytes in the stored file; a column or a JSON value must be Unicode without NUL.
"""

from __future__ import annotations

from typing import Any


def storable(value: Any) -> Any:
    """Plain data (texts, lists, dictionaries) whose texts any database takes: bytes that were not UTF-8 become the
    letters that they are in Latin-1, a NUL becomes the replacement character."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else "".join(map(_letter, value))
    if isinstance(value, dict):
        return {name: storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def _letter(mark: str) -> str:
    code = ord(mark)
    if 0xDC80 <= code <= 0xDCFF:
        return chr(code - 0xDC00)
    return "\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF else mark
