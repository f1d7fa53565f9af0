"""Parties, services and adjustments between segments and records: NM1, N1, N3, N4, PER, REF, PRV, DMG, CAS."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import TypeVar

from claimwright.documents.adjustments import Adjustment, Amount
from claimwright.documents.drafts import maker
from claimwright.documents.parties import Address, Contact, Party, Period, Person, Procedure, Provider, Reference
from claimwright.documents.values_x12 import DAYS, Memo, Pool, Reader, batched, x12_day, x12_number
from claimwright.money import x12_amount
from claimwright.x12.composing import Composer
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment

AnyParty = TypeVar("AnyParty", bound=Party)

make_address = maker(Address)
make_adjustment = maker(Adjustment)
make_amount = maker(Amount)
make_party = maker(Party)
make_person = maker(Person)
make_provider = maker(Provider)
make_reference = maker(Reference)

make_period = maker(Period)

_PLAIN_PERSON = ["NM1", "N3", "N4", "DMG"]
_NAME = [""] * 10
_NAMELESS = ("", "", "", "", False, "", "")


def read_name(kind: type[AnyParty], segment: Segment) -> AnyParty:
    """The party (of that kind) that one NM1 names."""
    return kind(*name_of(segment.fields))


def name_of(row: list[str]) -> tuple[str, str, str, str, bool, str, str]:
    """The first fields of a `Party` from an NM1: names, suffix, whether it is a person, identifier."""
    nm1 = row + _NAME[len(row) :]
    return nm1[3], nm1[4], nm1[5], nm1[7], nm1[2] == "1", nm1[8], nm1[9]


def read_party(pool: Pool) -> Party:
    """The party of a loop that NM1 or N1 opens."""
    return make_party(*_common(pool))


def read_provider(pool: Pool, tax_qualifiers: tuple[str, ...] = ()) -> Provider:
    """The provider of a loop that NM1 or N1 opens; a REF of `tax_qualifiers` is its tax number, PRV its specialty."""
    specialty = pool.take("PRV")
    tax = pool.take("REF", *tax_qualifiers) if tax_qualifiers else None
    taxonomy = specialty[3] if specialty else ""
    return make_provider(*_common(pool), taxonomy, *((tax[2], tax[1]) if tax else ()))


def read_person(pool: Pool, pat: Segment | None, reader: Reader) -> Person:
    """The person of a loop that NM1 opens; PAT (of the level above) tells the rest."""
    dmg = pool.take("DMG")
    born, sex = (reader.day_or_none(dmg, 2), dmg[3]) if dmg else (None, "")
    if pat is None:
        return make_person(*_common(pool), born, sex)
    more = reader.day_or_none(pat, 6), reader.number_or_none(pat, 8), pat[9] == "Y"
    return make_person(*_common(pool), born, sex, *more)


def read_plain_person(loop: Loop | None) -> Person | None:
    """The person of a loop of NM1 alone, or of NM1, N3, N4 and DMG, as nearly all are; `None` for any other."""
    if loop is None:
        return None
    segments = loop.segments
    names = [segment.fields[0] for segment in segments]
    if names == ["NM1"]:
        return make_person(*name_of(segments[0].fields))
    if names != _PLAIN_PERSON:
        return None
    nm1, n3, n4, dmg = segments
    try:
        born = DAYS[dmg[2]] if dmg[2] else None
    except ValueError:
        return None
    return make_person(*name_of(nm1.fields), read_address(n3, n4), (), (), born, dmg[3])


def _common(
    pool: Pool,
) -> tuple[str, str, str, str, bool, str, str, Address | None, tuple[Contact, ...], tuple[Reference, ...]]:
    """The fields of every `Party`, in order."""
    nm1, n1 = pool.take("NM1"), pool.take("N1")
    names = name_of(nm1.fields) if nm1 else _NAMELESS
    if n1:
        names = (n1[2], "", "", "", False, n1[3], n1[4])
    if pool.is_empty:
        return (*names, None, (), ())
    address = read_address(pool.take("N3"), pool.take("N4"))
    contacts = tuple([read_contact(per) for per in pool.take_all("PER")])
    return (*names, address, contacts, tuple([read_reference(ref) for ref in pool.take_all("REF")]))


def read_address(n3: Segment | None, n4: Segment | None) -> Address | None:
    """The address of N3 and N4; `None` when neither says anything."""
    street = (n3[1], n3[2]) if n3 else ("", "")
    place = (n4[1], n4[2], n4[3], n4[4], n4[7]) if n4 else ("",) * 5
    return make_address(*street, *place) if any(street) or any(place) else None


def read_contact(per: Segment) -> Contact:
    """A PER: its function, name and numbers."""
    numbers = tuple((per[kind], per[kind + 1]) for kind in (3, 5, 7) if per[kind] or per[kind + 1])
    return Contact(per[2], numbers, per[1])


def read_reference(ref: Segment) -> Reference:
    """A REF; REF04 names the payer whose identifier it is."""
    fields = ref.fields
    if len(fields) == 3:
        return make_reference(fields[1], fields[2])
    return make_reference(ref[1], ref[2], ref.component(4, 2) if ref.component(4, 1) == "2U" else "", ref[3])


def read_numbers(
    pool: Pool, qualifiers: Container[str], own: Container[str] = ()
) -> tuple[dict[str, str], tuple[Reference, ...]]:
    """The value of the first REF of each of these qualifiers, and every other REF.

    Of the qualifiers in `own`, one that names another payer (REF04) does not count.
    """
    numbers: dict[str, str] = {}
    references = []
    for ref in pool.take_all("REF"):
        qualifier = ref[1]
        if qualifier in qualifiers and qualifier not in numbers and not (qualifier in own and ref[4]):
            numbers[qualifier] = ref[2]
        else:
            references.append(read_reference(ref))
    return numbers, tuple(references)


def read_procedure(segment: Segment, element: int) -> Procedure:
    """The service that a composite names: qualifier, code, four modifiers, description, end of a range of codes."""
    return procedures(segment.delimiters.component)[segment[element]]


@lru_cache(maxsize=8)
def procedures(component: str) -> Memo[Procedure]:
    """The services that composites name, by their texts."""
    return Memo(lambda text: procedure_of(text.split(component) if text else []))


def procedure_of(parts: list[str]) -> Procedure:
    """The service that these components name."""
    parts += [""] * (8 - len(parts))
    modifiers = tuple(parts[2:6])
    while modifiers and not modifiers[-1]:
        modifiers = modifiers[:-1]
    return Procedure(parts[1], modifiers, parts[0], parts[6], parts[7])


def read_adjustments(segments: Iterable[Segment], reader: Reader) -> tuple[Adjustment, ...]:
    """Every triplet of every CAS. Raises `Unreadable` for one whose amount is none."""
    return tuple(_triplets(segments, reader))


def _triplets(segments: Iterable[Segment], reader: Reader) -> Iterator[Adjustment]:
    for cas in segments:
        origin = reader.origin(cas)
        for at in range(2, len(cas) + 1, 3):
            if cas[at] or cas[at + 1]:
                quantity = reader.number_or_none(cas, at + 2)
                yield make_adjustment(cas[1], cas[at], reader.cents(cas, at + 1), quantity, origin)


def read_amounts(pool: Pool, reader: Reader) -> tuple[Amount, ...]:
    """The AMTs that are left; one that cannot be read stays in the pool."""
    amounts = []
    for amt in pool.take_all("AMT"):
        if (cents := reader.cents_or_none(amt, 2)) is not None:
            amounts.append(make_amount(amt[1], cents))
        else:
            pool.give_back(amt)
    return tuple(amounts)


def write_adjustments(adjustments: Iterable[Adjustment]) -> Iterator[OutgoingSegment]:
    """Neighbours of one group share a CAS, six to each."""
    for group, members in groupby(adjustments, key=lambda adjustment: adjustment.group):
        for run in batched(list(members), 6):
            triplets = [(one.reason, x12_amount(one.amount_cents), x12_number(one.quantity)) for one in run]
            yield ("CAS", group, *(element for triplet in triplets for element in triplet))


def write_adjustments_by_group(adjustments: Iterable[Adjustment]) -> Iterator[OutgoingSegment]:
    """As `write_adjustments`, all of a group together: an 837 has room for five CAS, and payers mix their groups."""
    by_group: dict[str, list[Adjustment]] = {}
    for adjustment in adjustments:
        by_group.setdefault(adjustment.group, []).append(adjustment)
    return write_adjustments(adjustment for members in by_group.values() for adjustment in members)


def write_procedure(procedure: Procedure) -> tuple[str, ...]:
    """The composite of a service."""
    modifiers = (*procedure.modifiers, "", "", "", "")[:4]
    return (procedure.qualifier, procedure.code, *modifiers, procedure.description, procedure.code_to)


def write_name(part: str, party: Party) -> OutgoingSegment:
    """An NM1. An identifier goes with its qualifier or not at all."""
    kind = "1" if party.is_person else "2"
    name = (party.last_name, party.first_name, party.middle_name, "", party.suffix)
    return ("NM1", part, kind, *name, *((party.id_qualifier, party.id) if party.id else ()))


def write_n1(part: str, party: Party) -> OutgoingSegment:
    """An N1, as the 835 names payer and payee."""
    return ("N1", part, party.last_name, *((party.id_qualifier, party.id) if party.id else ()))


def write_address(address: Address | None) -> Iterator[OutgoingSegment]:
    """N3 and N4; a hyphen in the ZIP code is left out, as X12 wants it."""
    if address is None:
        return
    if address.line1 or address.line2:
        yield ("N3", address.line1, address.line2)
    postal_code = address.postal_code if address.country not in ("", "US") else address.postal_code.replace("-", "")
    place = (address.city, address.state, postal_code, address.country, "", "", address.subdivision)
    if any(place):
        yield ("N4", *place)


def write_contact(contact: Contact) -> OutgoingSegment:
    """A PER."""
    return ("PER", contact.function, contact.name, *(text for number in contact.numbers[:3] for text in number))


def write_reference(reference: Reference) -> OutgoingSegment:
    """A REF."""
    if reference.payer_id:
        return ("REF", reference.qualifier, reference.value, reference.description, ("2U", reference.payer_id))
    return ("REF", reference.qualifier, reference.value, reference.description)


def write_numbers(numbers: Iterable[tuple[str, str]]) -> Iterator[OutgoingSegment]:
    """A REF for each (qualifier, value) that has a value."""
    for qualifier, value in numbers:
        if value:
            yield ("REF", qualifier, value)


def write_specialty(part: str, taxonomy: str) -> Iterator[OutgoingSegment]:
    """The PRV of a provider who tells the specialty: BI for the biller, PE for who gave the care."""
    if taxonomy:
        yield ("PRV", part, "PXC", taxonomy)


def write_tax_id(provider: Provider) -> Iterator[OutgoingSegment]:
    """The REF of the tax number."""
    if provider.tax_id:
        yield ("REF", provider.tax_id_qualifier or "EI", provider.tax_id)


def write_party(part: str, party: Party, said_of: Mapping[str, str]) -> Iterator[OutgoingSegment]:
    """The loop of a party in a claim, with what the guide lets be said of one in that part (NM101).

    `said_of` names it by part, in words: NAME or ID, PRV=code of the specialty, N3, N4, TAX, REF, PER.
    """
    may = said_of.get(part, "NAME N3 N4 REF PER").split()
    yield _write_name_within(may, part, party)
    specialty = next((word for word in may if word.startswith("PRV=")), "")
    if specialty and isinstance(party, Provider):
        yield from write_specialty(specialty.removeprefix("PRV="), party.taxonomy)
    if "N3" in may:
        yield from write_address(party.address)
    if "TAX" in may and isinstance(party, Provider):
        yield from write_tax_id(party)
    if "REF" in may:
        yield from map(write_reference, party.references)
    if "PER" in may:
        yield from map(write_contact, party.contacts)


def _write_name_within(may: list[str], part: str, party: Party) -> OutgoingSegment:
    if "NAME" in may:
        return write_name(part, party)
    kind = "1" if party.is_person else "2"
    if "ID" in may and party.id:
        return ("NM1", part, kind, "", "", "", "", "", party.id_qualifier, party.id)
    return ("NM1", part, kind)


def write_person(out: Composer, part: str, person: Person, *, contacts: bool = True) -> None:
    """NM1, address, DMG, references, and contacts where they have a place."""
    out.add(*write_name(part, person))
    if person.address:
        out.add_all(write_address(person.address))
    if person.birth_date or person.sex:
        out.add("DMG", "D8", x12_day(person.birth_date), person.sex)
    if person.references:
        out.add_all(map(write_reference, person.references))
    if contacts and person.contacts:
        out.add_all(map(write_contact, person.contacts))
