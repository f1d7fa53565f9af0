"""The levels above claims (2000A, 2000B, 2000C) and the parties they name, read from their loops."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from claimwright.documents.claim_body_x12 import Level, make_level
from claimwright.documents.claim_kinds_x12 import ClaimReader
from claimwright.documents.claim_payers_x12 import read_subscriber, with_relationship
from claimwright.documents.parties import Party
from claimwright.documents.parties_x12 import (
    make_party,
    name_of,
    read_party,
    read_person,
    read_plain_person,
    read_provider,
)
from claimwright.documents.values_x12 import Pool
from claimwright.x12.tree import Loop, Segment

_TAX_QUALIFIERS = ("EI", "SY")
_REMEMBERED_LENGTH_MAX = 200


def read_named_party(loop: Loop | None, what: str, above: Loop, reader: ClaimReader) -> Party:
    """The party of a loop; an error when there is none or it has no name."""
    is_short = loop is not None and len(loop.segments) == 1 and loop.segments[0].length <= _REMEMBERED_LENGTH_MAX
    if loop is not None and is_short:
        return _party_by_name(tuple(loop.segments[0].fields))
    pool = reader.named_pool(loop, what, above)
    party = read_party(pool)
    reader.leave(pool)
    return party


@lru_cache(maxsize=256)
def _party_by_name(nm1: tuple[str, ...]) -> Party:
    """The party that an NM1 alone names: mostly a payer, and mostly the one of the claim before."""
    return make_party(*name_of(list(nm1)))


def read_billing(loop: Loop, _: Level, reader: ClaimReader) -> Level:
    """2000A with 2010AA, 2010AB, 2010AC."""
    own = Pool(loop)
    own.take("HL")
    specialty, currency = own.take("PRV"), own.take("CUR")
    pool = reader.named_pool(loop.loop("2010AA"), "billing provider", loop)
    billing = read_provider(pool, _TAX_QUALIFIERS)
    pay_to, plan = loop.loop("2010AB"), loop.loop("2010AC")
    reader.leave(own)
    reader.leave(pool)
    return Level(
        billing=replace(billing, taxonomy=specialty[3]) if specialty else billing,
        pay_to=read_named_party(pay_to, "pay-to address", loop, reader) if pay_to else None,
        pay_to_plan=read_named_party(plan, "pay-to plan", loop, reader) if plan else None,
        currency=currency[2] if currency else "",
    )


def read_subscriber_level(loop: Loop, level: Level, reader: ClaimReader) -> Level:
    """2000B with 2010BA, 2010BB."""
    named = loop.loop("2010BA")
    person = read_plain_person(named)
    sbr: Segment | None
    if person and _names(loop) == ["HL", "SBR"]:
        sbr = loop.segments[1]
    else:
        own = Pool(loop)
        own.take("HL")
        sbr, pat = own.take("SBR"), own.take("PAT")
        pool = reader.named_pool(named, "subscriber", loop)
        person = read_person(pool, pat, reader)
        reader.leave(own)
        reader.leave(pool)
    payer = read_named_party(loop.loop("2010BB"), "payer", loop, reader)
    subscriber = read_subscriber(sbr, person)
    return make_level(level.billing, level.pay_to, level.pay_to_plan, level.currency, subscriber, payer)


def read_patient(loop: Loop, level: Level, reader: ClaimReader) -> Level:
    """2000C with 2010CA; PAT01 is the patient's relationship to the subscriber."""
    named = loop.loop("2010CA")
    patient = read_plain_person(named)
    pat: Segment | None
    if patient and _names(loop) == ["HL", "PAT"] and len(loop.segments[1]) == 1:
        pat = loop.segments[1]
    else:
        own = Pool(loop)
        own.take("HL")
        pat = own.take("PAT")
        pool = reader.named_pool(named, "patient", loop)
        patient = read_person(pool, pat, reader)
        reader.leave(own)
        reader.leave(pool)
    subscriber = with_relationship(level.subscriber, pat[1] if pat else "")
    return make_level(level.billing, level.pay_to, level.pay_to_plan, level.currency, subscriber, level.payer, patient)


def _names(loop: Loop) -> list[str]:
    return [segment.fields[0] for segment in loop.segments]
