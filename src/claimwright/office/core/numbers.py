"""Numbers that are given out once: control numbers, claim numbers, journal entries.

A number taken in a transaction that fails is given out again, so a series has no gaps; takers of one series wait for
each other.
"""

from __future__ import annotations

from django.db import connection

from claimwright.office.core.models import Sequence
from claimwright.office.core.scope import required_client_id


def take_number(name: str) -> int:
    """The next number, from 1, of a series of the scope's client."""
    return take_numbers(name, 1)


def take_numbers(name: str, count: int) -> int:
    """The first of the next `count` numbers of a series of the scope's client."""
    return _take(required_client_id(), name, count)


def take_installation_numbers(name: str, count: int) -> int:
    """The first of the next `count` numbers of a series that all clients share."""
    return _take(None, name, count)


def _take(client_id: int | None, name: str, count: int) -> int:
    last = _raise_last(client_id, name, count)
    if last is None:
        Sequence.objects.bulk_create([Sequence(client_id=client_id, name=name)], ignore_conflicts=True)
        last = _raise_last(client_id, name, count)
    if last is None:
        raise RuntimeError(f"the series {name} cannot be made")
    return last - count + 1


def _raise_last(client_id: int | None, name: str, count: int) -> int | None:
    which = "client_id IS NULL" if client_id is None else "client_id = %s"
    parameters: list[int | str] = [count, name] if client_id is None else [count, name, client_id]
    with connection.cursor() as cursor:
        # One statement: it takes the row's lock and reads back what it wrote.
        cursor.execute(
            f"UPDATE core_sequence SET last = last + %s WHERE name = %s AND {which} RETURNING last",  # noqa: S608 - one of two texts
            parameters,
        )
        row = cursor.fetchone()
    return row[0] if row else None
