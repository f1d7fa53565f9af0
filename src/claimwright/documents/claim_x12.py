"""The 837P (005010X222A1) between X12 and `ClaimBatch`. Loop numbers in the names are the guide's.

Reading goes by what a segment says of itself (NM101, qualifiers) and not by the letter of its loop, so files of the
older guide (004010X098A1) are read too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count

from claimwright.documents.claim import (
    Claim,
    ClaimBatch,
    ClaimLine,
    Diagnosis,
    Drug,
    LineAdjudication,
    OtherPayer,
    Subscriber,
)
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import NOBODY, Party, Period, Person, Provider
from claimwright.documents.parties_x12 import (
    read_adjustments,
    read_amounts,
    read_party,
    read_person,
    read_procedure,
    read_provider,
    read_reference,
    write_address,
    write_adjustments_by_group,
    write_name,
    write_party,
    write_person,
    write_procedure,
    write_reference,
    write_specialty,
)
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    Unreadable,
    batched,
    in_order,
    last_segment,
    parse_instant,
    remember,
    x12_day,
    x12_number,
    x12_other,
    x12_period,
    x12_time,
)
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

VERSION = "005010X222A1"

DIAGNOSES = frozenset(("ABK", "ABF", "BK", "BF"))
_DIAGNOSES_MAX = 12
_TAX_QUALIFIERS = ("EI", "SY")
_NO_SUBSCRIBER = Subscriber("", Person())
_UNKNOWN_AT = datetime(1970, 1, 1, tzinfo=UTC)
_CLAIM_ORDER = "CLM DTP PWK CN1 AMT REF K3 NTE CR1 CR2 CRC HI HCP"
_LINE_ORDER = "LX SV1 SV5 PWK CR1 CR3 CRC DTP QTY MEA CN1 REF AMT K3 NTE PS1 HCP"
_CLAIM_PARTS = "DN P3 82 77 DQ PW 45"
_LINE_PARTS = "82 QB 77 DQ DK DN P3 PW 45"
_PROVIDER_AT_PAYER = frozenset(("G2", "LU"))
"""Numbers of the billing provider: they stand with the payer of the claim (2010BB), not with another payer (2330B)."""
_FORMS = ("LQ", "FRM")
_OTHER_PAYER_ORDER = "SBR CAS AMT DMG OI MIA MOA"
_HOMES = {
    "CLM": {"2300"}, "SV1": {"2400"}, "LX": {"2400"}, "CAS": {"2320", "2430"}, "SVD": {"2430"},
    "HI": {"2300"}, "SBR": {"2000B", "2320"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    """What the levels above a claim say that is the same for all claims below: 2000A, 2000B, 2000C."""

    billing: Provider
    pay_to: Party | None
    pay_to_plan: Party | None
    currency: str
    subscriber: Subscriber = _NO_SUBSCRIBER
    payer: Party = NOBODY
    patient: Person | None = None


# Reading.


def read_claims(transaction_set: TransactionSet, sha256: str = "") -> tuple[ClaimBatch, tuple[Finding, ...]]:
    """The claims of an 837P set, and what could not be read.

    A claim without a number, with an unreadable amount or a line that is not a professional service is left out with an
    error that names its place; an unreadable day or supplemental value is left out with a warning. `sha256` names the
    file in the origins.
    """
    reader = Reader("CLM", sha256)
    root = transaction_set.root
    bht = root.first("BHT") or transaction_set.segments[0]
    batch = ClaimBatch(
        reference=bht[3],
        created_at=_read_instant(bht, transaction_set, reader),
        submitter=_read_party(root.loop("1000A"), "submitter", root, reader),
        receiver=_read_party(root.loop("1000B"), "receiver", root, reader),
        claims=tuple(_read_levels(root, reader)),
        kind=bht[6],
        purpose=bht[2],
    )
    reader.report_strays(root, _HOMES)
    remember(batch, transaction_set)
    return batch, tuple(reader.findings)


def _read_instant(bht: Segment, transaction_set: TransactionSet, reader: Reader) -> datetime:
    at = parse_instant(bht[4], bht[5])
    if at:
        return at
    reader.say("014", bht, 4)
    gs = transaction_set.group.gs
    return parse_instant(gs[4], gs[5]) or _UNKNOWN_AT


def _read_party(loop: Loop | None, what: str, above: Loop, reader: Reader) -> Party:
    pool = _named_pool(loop, what, above, reader)
    party = read_party(pool)
    reader.leave(pool)
    return party


def _named_pool(loop: Loop | None, what: str, above: Loop, reader: Reader) -> Pool:
    """The segments of a party's loop; an error when there is none or it has no name."""
    if loop is None or loop.first("NM1") is None:
        start = above.segments[0]
        reader.say("012", start, loop=above.id, what=what)
    return Pool(loop)


def _read_levels(root: Loop, reader: Reader) -> Iterator[Claim]:
    """2000A, 2000B and 2000C, and the claims below them, in the order of the file."""
    for billing_loop in root.loops_of("2000A"):
        billing = _read_billing(billing_loop, reader)
        for subscriber_loop in billing_loop.loops_of("2000B"):
            level = _read_subscriber(subscriber_loop, billing, reader)
            yield from _read_claims_below(subscriber_loop, level, reader)
            for patient_loop in subscriber_loop.loops_of("2000C"):
                yield from _read_claims_below(patient_loop, _read_patient(patient_loop, level, reader), reader)


def _read_billing(loop: Loop, reader: Reader) -> _Level:
    """2000A with 2010AA, 2010AB, 2010AC."""
    own = Pool(loop)
    own.take("HL")
    specialty, currency = own.take("PRV"), own.take("CUR")
    pool = _named_pool(loop.loop("2010AA"), "billing provider", loop, reader)
    billing = read_provider(pool, _TAX_QUALIFIERS)
    pay_to, plan = loop.loop("2010AB"), loop.loop("2010AC")
    reader.leave(own)
    reader.leave(pool)
    return _Level(
        billing=replace(billing, taxonomy=specialty[3]) if specialty else billing,
        pay_to=_read_party(pay_to, "pay-to address", loop, reader) if pay_to else None,
        pay_to_plan=_read_party(plan, "pay-to plan", loop, reader) if plan else None,
        currency=currency[2] if currency else "",
    )


def _read_subscriber(loop: Loop, level: _Level, reader: Reader) -> _Level:
    """2000B with 2010BA, 2010BB."""
    own = Pool(loop)
    own.take("HL")
    sbr, pat = own.take("SBR"), own.take("PAT")
    pool = _named_pool(loop.loop("2010BA"), "subscriber", loop, reader)
    person = read_person(pool, pat, reader)
    reader.leave(own)
    reader.leave(pool)
    payer = _read_party(loop.loop("2010BB"), "payer", loop, reader)
    return replace(level, subscriber=_subscriber(sbr, person), payer=payer)


def _subscriber(sbr: Segment | None, person: Person) -> Subscriber:
    if sbr is None:
        return Subscriber("", person, "")
    return Subscriber(sbr[1], person, sbr[2], sbr[3], sbr[4], sbr[5], sbr[9])


def _read_patient(loop: Loop, level: _Level, reader: Reader) -> _Level:
    """2000C with 2010CA; PAT01 is the patient's relationship to the subscriber."""
    own = Pool(loop)
    own.take("HL")
    pat = own.take("PAT")
    pool = _named_pool(loop.loop("2010CA"), "patient", loop, reader)
    patient = read_person(pool, pat, reader)
    reader.leave(own)
    reader.leave(pool)
    subscriber = replace(level.subscriber, relationship=pat[1] if pat else "")
    return replace(level, patient=patient, subscriber=subscriber)


def _read_claims_below(above: Loop, level: _Level, reader: Reader) -> Iterator[Claim]:
    for loop in above.loops_of("2300"):
        try:
            yield _read_claim(loop, level, reader)
        except Unreadable:
            continue
        finally:
            reader.record = ""


def _read_claim(loop: Loop, level: _Level, reader: Reader) -> Claim:
    """2300. Raises `Unreadable`."""
    pool = Pool(loop)
    clm = loop.segments[0]
    pool.take("CLM")
    reader.record = clm[1]
    reader.what = f"claim {clm[1]}"
    if not clm[1]:
        reader.say("010", clm, 1)
        raise Unreadable
    note, paid = pool.take("NTE"), pool.take("AMT", "F5")
    providers = _Providers(loop, reader)
    return Claim(
        control_number=clm[1],
        charge_cents=reader.cents(clm, 2),
        place_of_service=clm.component(5, 1),
        frequency=clm.component(5, 3),
        billing=level.billing,
        pay_to=level.pay_to,
        pay_to_plan=level.pay_to_plan,
        currency=level.currency,
        subscriber=level.subscriber,
        payer=level.payer,
        patient=level.patient,
        provider_signature=clm[6],
        assignment=clm[7],
        benefits_assigned=clm[8],
        release_of_information=clm[9],
        patient_signature=clm[10],
        related_causes=tuple(code for code in clm.components(11)[:3] if code),
        accident_state=clm.component(11, 4),
        accident_country=clm.component(11, 5),
        special_program=clm[12],
        delay_reason=clm[20],
        patient_paid_cents=reader.cents_or_none(paid, 2) if paid else None,
        prior_authorization=pool.value("REF", "G1"),
        referral=pool.value("REF", "9F"),
        original_reference=pool.value("REF", "F8"),
        clearinghouse_number=pool.value("REF", "D9"),
        medical_record=pool.value("REF", "EA"),
        note=note[2] if note else "",
        note_kind=note[1] if note else "ADD",
        diagnoses=_read_diagnoses(pool),
        dates=_read_dates(pool, reader),
        references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
        rendering=providers.take("82"),
        referring=providers.take("DN"),
        supervising=providers.take("DQ"),
        facility=providers.take("77"),
        providers=providers.rest(),
        other_payers=tuple(_read_other_payer(other, reader) for other in loop.loops_of("2320")),
        lines=tuple(_read_line(line, at, reader) for at, line in enumerate(loop.loops_of("2400"), 1)),
        others=reader.others(pool),
        origin=reader.origin(clm, last_segment(loop)),
    )


class _Providers:
    """The loops of a claim, a line or another payer that name a provider, to be taken by part (NM101)."""

    def __init__(self, above: Loop, reader: Reader) -> None:
        self.named: list[tuple[str, Provider]] = []
        for loop in above.loops:
            if loop.id[:4] in ("2310", "2420") or loop.id in _OTHER_PAYER_PROVIDERS:
                pool = Pool(loop)
                part = loop.value("NM1", 1)
                self.named.append((part, read_provider(pool)))
                reader.leave(pool)

    def take(self, wanted: str) -> Provider | None:
        """The first provider of that part."""
        for position, (part, _) in enumerate(self.named):
            if part == wanted:
                return self.named.pop(position)[1]
        return None

    def rest(self) -> tuple[tuple[str, Provider], ...]:
        """Those whom nobody took."""
        return tuple(self.named)


_OTHER_PAYER_PROVIDERS = frozenset(f"2330{letter}" for letter in "CDEFGHI")


def _read_diagnoses(pool: Pool) -> tuple[Diagnosis, ...]:
    """The diagnoses of every HI that holds them; other HIs (conditions, procedures) stay in the pool."""
    diagnoses = []
    for hi in pool.take_all("HI"):
        if hi.component(1, 1) not in DIAGNOSES:
            pool.give_back(hi)
            continue
        elements = [element for element in range(1, len(hi) + 1) if hi[element]]
        diagnoses += [Diagnosis(hi.component(element, 2), hi.component(element, 1)) for element in elements]
    return tuple(diagnoses)


def _read_dates(pool: Pool, reader: Reader) -> tuple[tuple[str, Period], ...]:
    dates = []
    for dtp in pool.take_all("DTP"):
        if period := reader.period_or_none(dtp):
            dates.append((dtp[1], period))
        else:
            pool.give_back(dtp)
    return tuple(dates)


def _read_other_payer(loop: Loop, reader: Reader) -> OtherPayer:
    """2320 with 2330A to G. Raises `Unreadable`."""
    own = Pool(loop)
    sbr, oi, moa = own.take("SBR"), own.take("OI"), own.take("MOA")
    amounts = {qualifier: own.take("AMT", qualifier) for qualifier in ("D", "EAF", "A8")}
    cents = {name: reader.cents(amt, 2) if amt else None for name, amt in amounts.items()}
    subscriber = _named_pool(loop.loop("2330A"), "subscriber of another payer", loop, reader)
    payer = _named_pool(loop.loop("2330B"), "other payer", loop, reader)
    decided = payer.take("DTP", "573")
    other = OtherPayer(
        subscriber=_subscriber(sbr, read_person(subscriber, None, reader)),
        payer_claim_number=payer.value("REF", "F8"),
        payer=read_party(payer),
        paid_cents=cents["D"],
        remaining_cents=cents["EAF"],
        noncovered_cents=cents["A8"],
        adjustments=read_adjustments(own.take_all("CAS"), reader),
        adjudication_date=_decision_day(decided, reader),
        benefits_assigned=oi[3] if oi else "",
        patient_signature=oi[4] if oi else "",
        release_of_information=oi[6] if oi else "",
        outpatient=tuple(moa.fields[1:]) if moa else (),
        providers=_Providers(loop, reader).rest(),
        others=reader.others(own),
    )
    reader.leave(subscriber)
    reader.leave(payer)
    return other


def _decision_day(dtp: Segment | None, reader: Reader) -> date | None:
    return reader.day_or_none(dtp, 3) if dtp else None


def _read_line(loop: Loop, position: int, reader: Reader) -> ClaimLine:
    """2400. Raises `Unreadable`."""
    pool = Pool(loop)
    lx, sv1 = loop.segments[0], pool.take("SV1")
    pool.take("LX")
    if sv1 is None:
        reader.say("011", lx, 1)
        raise Unreadable
    note = pool.take("NTE")
    dates = _read_dates(pool, reader)
    providers = _Providers(loop, reader)
    return ClaimLine(
        number=_read_line_number(lx, position, reader),
        procedure=read_procedure(sv1, 1),
        charge_cents=reader.cents(sv1, 2),
        unit=sv1[3],
        quantity=reader.number(sv1, 4),
        place_of_service=sv1[5],
        pointers=_read_pointers(sv1, reader),
        emergency=sv1[9] == "Y",
        epsdt=sv1[11] == "Y",
        family_planning=sv1[12] == "Y",
        copay_exempt=sv1[15] == "0",
        period=dict(dates).get("472"),
        dates=tuple(named for named in dates if named[0] != "472"),
        control_number=pool.value("REF", "6R"),
        prior_authorization=pool.own_value("REF", "G1"),
        referral=pool.own_value("REF", "9F"),
        references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
        note=note[2] if note else "",
        note_kind=note[1] if note else "ADD",
        amounts=read_amounts(pool, reader),
        drug=_read_drug(loop.loop("2410"), reader),
        rendering=providers.take("82"),
        providers=providers.rest(),
        adjudications=tuple(_read_adjudication(decision, reader) for decision in loop.loops_of("2430")),
        others=reader.others(pool) + _read_forms(loop, reader),
        origin=reader.origin(lx, last_segment(loop)),
    )


def _read_line_number(lx: Segment, position: int, reader: Reader) -> int:
    if lx[1].isascii() and lx[1].isdigit() and len(lx[1]) <= 6:
        return int(lx[1])
    reader.say("015", lx, 1)
    return position


def _read_pointers(sv1: Segment, reader: Reader) -> tuple[int, ...]:
    pointers = []
    for text in sv1.components(7):
        if text.isascii() and text.isdigit() and len(text) <= 2:
            pointers.append(int(text))
        elif text:
            reader.say("013", sv1, 7)
    return tuple(pointers)


def _read_drug(loop: Loop | None, reader: Reader) -> Drug | None:
    """2410."""
    if loop is None:
        return None
    pool = Pool(loop)
    lin, ctp = pool.take("LIN"), pool.take("CTP")
    drug = Drug(
        qualifier=lin[2] if lin else "",
        ndc=lin[3] if lin else "",
        quantity=reader.number_or_none(ctp, 4) if ctp else None,
        unit=ctp.component(5, 1) if ctp else "",
        prescription=pool.value("REF", "XZ"),
        link_number=pool.value("REF", "VY"),
    )
    reader.leave(pool)
    return drug


def _read_adjudication(loop: Loop, reader: Reader) -> LineAdjudication:
    """2430. Raises `Unreadable`."""
    pool = Pool(loop)
    svd = loop.segments[0]
    pool.take("SVD")
    remaining = pool.take("AMT", "EAF")
    bundled_into = reader.number_or_none(svd, 6)
    decision = LineAdjudication(
        payer_id=svd[1],
        paid_cents=reader.cents(svd, 2),
        procedure=read_procedure(svd, 3),
        quantity=reader.number_or_none(svd, 5),
        bundled_into=int(bundled_into) if bundled_into is not None else None,
        adjustments=read_adjustments(pool.take_all("CAS"), reader),
        adjudication_date=_decision_day(pool.take("DTP", "573"), reader),
        remaining_cents=reader.cents(remaining, 2) if remaining else None,
    )
    reader.leave(pool)
    return decision


def _read_forms(loop: Loop, reader: Reader) -> tuple[OtherSegment, ...]:
    """2440, as written."""
    return tuple(segment for form in loop.loops_of("2440") for segment in reader.others(Pool(form)))


# Writing.


def write_claims(batch: ClaimBatch) -> OutgoingSet:
    """The 837P set of a batch: the one that was read when it is unchanged, else a new one.

    Claims of the same billing provider stand together, and within them those of the same subscriber, payer and patient,
    in the order in which each first comes.
    """
    return batch.raw or OutgoingSet("837", VERSION, tuple(_write_set(batch)))


def _write_set(batch: ClaimBatch) -> Iterator[OutgoingSegment]:
    at = batch.created_at
    yield ("BHT", "0019", batch.purpose, batch.reference, x12_day(at.date()), x12_time(at), batch.kind)
    yield from write_party("41", batch.submitter)
    yield from write_party("40", batch.receiver)
    yield from _write_levels(batch.claims)


def _group(claims: Iterable[Claim]) -> dict[_Level, dict[_Level, dict[_Level, list[Claim]]]]:
    """The claims by billing provider, by subscriber and payer, by patient (for a subscriber's own: the same again)."""
    tree: dict[_Level, dict[_Level, dict[_Level, list[Claim]]]] = {}
    for claim in claims:
        billing = _Level(claim.billing, claim.pay_to, claim.pay_to_plan, claim.currency)
        patient = replace(billing, subscriber=claim.subscriber, payer=claim.payer, patient=claim.patient)
        subscriber = patient
        if claim.patient:
            subscriber = replace(patient, patient=None, subscriber=replace(claim.subscriber, relationship=""))
        tree.setdefault(billing, {}).setdefault(subscriber, {}).setdefault(patient, []).append(claim)
    return tree


def _write_levels(claims: Iterable[Claim]) -> Iterator[OutgoingSegment]:
    """2000A, 2000B, 2000C, numbered 1, 2, 3 ... through the set."""
    number = count(1)
    for billing, subscribers in _group(claims).items():
        billing_number = str(next(number))
        yield ("HL", billing_number, "", "20", "1")
        yield from _write_billing(billing)
        for subscriber, patients in subscribers.items():
            subscriber_number = str(next(number))
            has_patients = next(iter(patients)).patient is not None
            yield ("HL", subscriber_number, billing_number, "22", "1" if has_patients else "0")
            yield from _write_subscriber(subscriber, has_patients=has_patients)
            for level, members in patients.items():
                if level.patient:
                    yield ("HL", str(next(number)), subscriber_number, "23", "0")
                    yield _write_pat(level.patient, level.subscriber.relationship)
                    yield from write_person("QC", level.patient)
                for claim in members:
                    yield from _write_claim(claim)


def _write_billing(level: _Level) -> Iterator[OutgoingSegment]:
    yield from write_specialty("BI", level.billing.taxonomy)
    if level.currency:
        yield ("CUR", "85", level.currency)
    yield from write_party("85", level.billing)
    if level.pay_to:
        yield from write_party("87", level.pay_to)
    if level.pay_to_plan:
        yield from write_party("PE", level.pay_to_plan)


def _write_subscriber(level: _Level, *, has_patients: bool) -> Iterator[OutgoingSegment]:
    yield _write_sbr(level.subscriber)
    person = level.subscriber.person
    if not has_patients and (person.death_date or person.weight_pounds is not None or person.is_pregnant):
        yield _write_pat(person, "")
    yield from write_person("IL", person)
    yield from write_party("PR", level.payer)


def _write_sbr(subscriber: Subscriber) -> OutgoingSegment:
    return (
        "SBR", subscriber.payer_level, subscriber.relationship, subscriber.group_number, subscriber.group_name,
        subscriber.insurance_type, "", "", "", subscriber.filing_code,
    )  # fmt: skip


def _write_pat(person: Person, relationship: str) -> OutgoingSegment:
    died = ("D8", x12_day(person.death_date)) if person.death_date else ("", "")
    weighs = ("01", x12_number(person.weight_pounds)) if person.weight_pounds is not None else ("", "")
    return ("PAT", relationship, "", "", "", *died, *weighs, "Y" if person.is_pregnant else "")


def _write_claim(claim: Claim) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_claim_itself(claim), _CLAIM_ORDER)
    named = (("DN", claim.referring), ("82", claim.rendering), ("77", claim.facility), ("DQ", claim.supervising))
    yield from _write_providers(named, claim.providers, _CLAIM_PARTS)
    for other in claim.other_payers:
        yield from _write_other_payer(other)
    for line in claim.lines:
        yield from _write_line(line)


def _write_claim_itself(claim: Claim) -> Iterator[OutgoingSegment]:
    yield _write_clm(claim)
    for qualifier, period in claim.dates:
        yield x12_period(qualifier, period)
    if claim.patient_paid_cents is not None:
        yield ("AMT", "F5", x12_amount(claim.patient_paid_cents))
    numbers = (
        ("9F", claim.referral),
        ("G1", claim.prior_authorization),
        ("F8", claim.original_reference),
        ("D9", claim.clearinghouse_number),
        ("EA", claim.medical_record),
    )
    yield from _write_numbers(numbers)
    yield from map(write_reference, claim.references)
    if claim.note:
        yield ("NTE", claim.note_kind, claim.note)
    for run in batched(claim.diagnoses, _DIAGNOSES_MAX):
        yield ("HI", *((diagnosis.qualifier, diagnosis.code) for diagnosis in run))
    yield from map(x12_other, claim.others)


def _write_clm(claim: Claim) -> OutgoingSegment:
    causes: tuple[str, ...] = ()
    if claim.related_causes:
        codes = (*claim.related_causes, "", "", "")[:3]
        causes = (*codes, claim.accident_state, claim.accident_country)
    return (
        "CLM", claim.control_number, x12_amount(claim.charge_cents), "", "",
        (claim.place_of_service, "B", claim.frequency), claim.provider_signature, claim.assignment,
        claim.benefits_assigned, claim.release_of_information, claim.patient_signature, causes or "",
        claim.special_program, *[""] * 7, claim.delay_reason,
    )  # fmt: skip


def _write_numbers(numbers: Iterable[tuple[str, str]]) -> Iterator[OutgoingSegment]:
    for qualifier, value in numbers:
        if value:
            yield ("REF", qualifier, value)


def _write_providers(
    named: Iterable[tuple[str, Provider | None]], further: Iterable[tuple[str, Provider]], order: str
) -> Iterator[OutgoingSegment]:
    """The providers' loops in the guide's order of their parts."""
    everyone = [(part, provider) for part, provider in named if provider] + list(further)
    ranks = {part: rank for rank, part in enumerate(order.split())}
    for part, provider in sorted(everyone, key=lambda one: ranks.get(one[0], len(ranks))):
        yield from write_party(part, provider)


def _write_other_payer(other: OtherPayer) -> Iterator[OutgoingSegment]:
    """2320 with 2330A to G."""
    yield from in_order(_write_other_payer_itself(other), _OTHER_PAYER_ORDER)
    person, payer = other.subscriber.person, other.payer
    yield write_name("IL", person)
    yield from write_address(person.address)
    yield from map(write_reference, person.references)
    yield write_name("PR", payer)
    yield from write_address(payer.address)
    if other.adjudication_date:
        yield ("DTP", "573", "D8", x12_day(other.adjudication_date))
    yield from (write_reference(one) for one in payer.references if one.qualifier not in _PROVIDER_AT_PAYER)
    yield from _write_numbers([("F8", other.payer_claim_number)])
    for part, provider in other.providers:
        yield ("NM1", part, "1" if provider.is_person else "2")
        yield from map(write_reference, provider.references)


def _write_other_payer_itself(other: OtherPayer) -> Iterator[OutgoingSegment]:
    yield _write_sbr(other.subscriber)
    yield from write_adjustments_by_group(other.adjustments)
    for qualifier, cents in (("D", other.paid_cents), ("A8", other.noncovered_cents), ("EAF", other.remaining_cents)):
        if cents is not None:
            yield ("AMT", qualifier, x12_amount(cents))
    yield ("OI", "", "", other.benefits_assigned, other.patient_signature, "", other.release_of_information)
    if other.outpatient:
        yield ("MOA", *other.outpatient)
    yield from map(x12_other, other.others)


def _write_line(line: ClaimLine) -> Iterator[OutgoingSegment]:
    """2400 and the loops in it."""
    forms = [x12_other(segment) for segment in line.others if segment.name in _FORMS]
    yield from in_order(_write_line_itself(line), _LINE_ORDER)
    if line.drug:
        yield from _write_drug(line.drug)
    yield from _write_providers([("82", line.rendering)], line.providers, _LINE_PARTS)
    for decision in line.adjudications:
        yield from _write_adjudication(decision)
    yield from forms


def _write_line_itself(line: ClaimLine) -> Iterator[OutgoingSegment]:
    yield ("LX", str(line.number))
    yield (
        "SV1", write_procedure(line.procedure), x12_amount(line.charge_cents), line.unit, x12_number(line.quantity),
        line.place_of_service, "", tuple(map(str, line.pointers)), "", "Y" if line.emergency else "", "",
        "Y" if line.epsdt else "", "Y" if line.family_planning else "", "", "", "0" if line.copay_exempt else "",
    )  # fmt: skip
    if line.period:
        yield x12_period("472", line.period)
    for qualifier, period in line.dates:
        yield x12_period(qualifier, period)
    yield from _write_numbers((("G1", line.prior_authorization), ("6R", line.control_number), ("9F", line.referral)))
    yield from map(write_reference, line.references)
    for amount in line.amounts:
        yield ("AMT", amount.qualifier, x12_amount(amount.amount_cents))
    if line.note:
        yield ("NTE", line.note_kind, line.note)
    yield from (x12_other(segment) for segment in line.others if segment.name not in _FORMS)


def _write_drug(drug: Drug) -> Iterator[OutgoingSegment]:
    """2410."""
    yield ("LIN", "", drug.qualifier, drug.ndc)
    if drug.quantity is not None:
        yield ("CTP", "", "", "", x12_number(drug.quantity), drug.unit)
    yield from _write_numbers((("XZ", drug.prescription), ("VY", drug.link_number)))


def _write_adjudication(decision: LineAdjudication) -> Iterator[OutgoingSegment]:
    """2430."""
    bundled_into = "" if decision.bundled_into is None else str(decision.bundled_into)
    yield (
        "SVD", decision.payer_id, x12_amount(decision.paid_cents), write_procedure(decision.procedure), "",
        x12_number(decision.quantity), bundled_into,
    )  # fmt: skip
    yield from write_adjustments_by_group(decision.adjustments)
    if decision.adjudication_date:
        yield ("DTP", "573", "D8", x12_day(decision.adjudication_date))
    if decision.remaining_cents is not None:
        yield ("AMT", "EAF", x12_amount(decision.remaining_cents))
