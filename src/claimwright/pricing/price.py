"""What pricing answers: an amount with its steps, or the reason why there is none."""

from __future__ import annotations

from typing import NamedTuple


class Price(NamedTuple):
    """What is expected for a line, and how it came about, step by step."""

    cents: int
    steps: tuple[str, ...]


class Unpriced(NamedTuple):
    """No price, and why: a contractor, a report or another schedule decides, or a table is not loaded.

    `is_unlisted`: the table that the terms name is there and has no fee for the code, so that a default rate may apply.
    """

    because: str
    is_unlisted: bool = False
