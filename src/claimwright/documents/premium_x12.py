"""The 820 (005010X218) between X12 and premium payments. Loop numbers are the guide's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claimwright.documents.parties import Party, Period
from claimwright.documents.parties_x12 import (
    read_party,
    read_reference,
    write_address,
    write_contact,
    write_n1,
    write_name,
    write_reference,
)
from claimwright.documents.premium import (
    INDIVIDUAL,
    MemberCount,
    PremiumAdjustment,
    PremiumCharge,
    PremiumItem,
    PremiumLine,
    PremiumParty,
    PremiumPayment,
    PremiumRemittance,
)
from claimwright.documents.remittance import BankAccount
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    Unreadable,
    in_order,
    last_segment,
    parse_day,
    remember,
    x12_day,
    x12_number,
    x12_other,
)
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.x12.elements import is_digits
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

VERSION = "005010X218"

_HEAD_ORDER = "BPR TRN CUR REF DTM"
_PARTY_ORDER = "N1 N2 N3 N4 RDM PER"
_ITEM_ORDER = "RMR REF DTM"
_COVERAGE = "582"


# Reading.


def read_premium_payment(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[PremiumPayment | None, tuple[Finding, ...]]:
    """The payment of an 820 set, and what could not be read; `None` when it does not say what was paid."""
    reader = Reader("PRM", sha256)
    reader.what = "the payment"
    pool = Pool(transaction_set.root)
    bpr, trn = pool.take("BPR"), pool.take("TRN")
    if bpr is None:
        reader.say("010", transaction_set.segments[0])
        return None, tuple(reader.findings)
    reader.record = trn[2] if trn else ""
    if not reader.record:
        reader.say("011", bpr)
    try:
        payment = _read_payment(transaction_set, pool, bpr, trn, reader)
    except Unreadable:
        return None, tuple(reader.findings)
    remember(payment, transaction_set)
    return payment, tuple(reader.findings)


def _read_payment(
    transaction_set: TransactionSet, pool: Pool, bpr: Segment, trn: Segment | None, reader: Reader
) -> PremiumPayment:
    root = transaction_set.root
    pool.take("ST"), pool.take("SE")
    currency = pool.take("CUR")
    coverage = pool.take("DTM", _COVERAGE)
    return PremiumPayment(
        trace_number=reader.record,
        payment_cents=reader.cents(bpr, 2),
        receiver=_read_named(root, "1000A", "PE", "premium receiver", reader),
        payer=_read_named(root, "1000B", "PR", "premium payer", reader),
        remittances=tuple(_read_remittances(root, reader)),
        handling=bpr[1],
        credit_or_debit=bpr[3],
        method=bpr[4],
        payment_format=bpr[5],
        sender_bank=_read_bank(bpr, 6),
        receiver_bank=_read_bank(bpr, 12),
        originator_id=bpr[10],
        originator_supplement=bpr[11],
        payment_date=reader.day_or_none(bpr, 16),
        trace_kind=trn[1] if trn else "1",
        trace_origin=trn[3] if trn else "",
        trace_suffix=trn[4] if trn else "",
        currency=currency[2] if currency else "",
        currency_party=currency[1] if currency else "PR",
        references=tuple(map(read_reference, pool.take_all("REF"))),
        dates=tuple(_read_dates(pool, reader)),
        coverage=_read_period(coverage, reader) if coverage else None,
        intermediaries=tuple(_read_party(loop, reader) for loop in root.loops_of("1000C")),
        others=reader.others(pool),
        origin=reader.origin(transaction_set.segments[0], transaction_set.segments[-1]),
    )


def _read_bank(bpr: Segment, at: int) -> BankAccount | None:
    if not any(bpr[element] for element in range(at, at + 4)):
        return None
    return BankAccount(bank_qualifier=bpr[at], bank_id=bpr[at + 1], account_qualifier=bpr[at + 2], account=bpr[at + 3])


def _read_dates(pool: Pool, reader: Reader) -> Iterator[tuple[str, date]]:
    for dtm in pool.take_all("DTM"):
        if day := reader.day_or_none(dtm, 2):
            yield dtm[1], day
        else:
            pool.give_back(dtm)


def _read_period(dtm: Segment, reader: Reader) -> Period | None:
    """The run of days of a DTM (DTM05, DTM06), or its one day (DTM02)."""
    if not dtm[5]:
        day = reader.day_or_none(dtm, 2)
        return Period.day(day) if day else None
    start, _, end = dtm[6].partition("-")
    first, last = parse_day(start), parse_day(end)
    if first is None or last is None:
        reader.say("005", dtm, 6)
        return None
    return Period(first, last)


def _read_named(root: Loop, loop_id: str, role: str, what: str, reader: Reader) -> PremiumParty:
    loop = root.loop(loop_id)
    if loop is None:
        reader.say("012", root.segments[0], what=what)
        return PremiumParty(role)
    return _read_party(loop, reader)


def _read_party(loop: Loop, reader: Reader) -> PremiumParty:
    pool = Pool(loop)
    further = pool.take("N2")
    party = read_party(pool)
    return PremiumParty(loop.segments[0][1], party, further[1] if further else "", reader.others(pool))


def _read_remittances(root: Loop, reader: Reader) -> Iterator[PremiumRemittance]:
    """Every ENT. One whose amounts cannot be read is left out: its finding says so."""
    for letter in "AB":
        for loop in root.loops_of(f"2000{letter}"):
            reader.what = "what is paid for it"
            try:
                yield _read_remittance(loop, letter, reader)
            except Unreadable:
                continue


def _read_remittance(loop: Loop, letter: str, reader: Reader) -> PremiumRemittance:
    pool = Pool(loop)
    ent = loop.segments[0]
    pool.take("ENT")
    return PremiumRemittance(
        number=ent[1],
        role=ent[2],
        id_qualifier=ent[3],
        id=ent[4],
        items=tuple(_read_item(inner, letter, reader) for inner in loop.loops_of(f"2300{letter}")),
        names=tuple(_read_name(inner, reader) for inner in loop.loops_of("2100B")),
        adjustments=_read_adjustments(loop, f"2200{letter}", reader),
        others=reader.others(pool),
        origin=reader.origin(ent, last_segment(loop)),
    )


def _read_name(loop: Loop, reader: Reader) -> tuple[str, Party]:
    pool = Pool(loop)
    party = read_party(pool)
    reader.leave(pool)
    return loop.segments[0][1], party


def _read_adjustments(loop: Loop, loop_id: str, reader: Reader) -> tuple[PremiumAdjustment, ...]:
    return tuple(
        PremiumAdjustment(reader.cents(adx, 1), adx[2], reader.origin(adx))
        for inner in loop.loops_of(loop_id)
        for adx in inner.all("ADX")
    )


def _read_item(loop: Loop, letter: str, reader: Reader) -> PremiumItem:
    pool = Pool(loop)
    rmr = loop.segments[0]
    pool.take("RMR")
    dtm = pool.take("DTM")
    line = loop.loop("2310A")
    return PremiumItem(
        qualifier=rmr[1],
        number=rmr[2],
        paid_cents=reader.cents(rmr, 4),
        billed_cents=reader.cents(rmr, 5) if rmr[5] else None,
        action=rmr[3],
        references=tuple(map(read_reference, pool.take_all("REF"))),
        period=_read_period(dtm, reader) if dtm else None,
        period_qualifier=dtm[1] if dtm else _COVERAGE,
        line=_read_line(line, reader) if line else None,
        adjustments=_read_adjustments(loop, f"2320{letter}", reader),
        others=reader.others(pool),
        origin=reader.origin(rmr, last_segment(loop)),
    )


def _read_line(loop: Loop, reader: Reader) -> PremiumLine:
    charges = [sac for inner in loop.loops_of("2312A") for sac in inner.all("SAC")]
    counts = [sln for inner in loop.loops_of("2315A") for sln in inner.all("SLN")]
    return PremiumLine(
        loop.segments[0][1],
        tuple(PremiumCharge(sac[2], _read_hundredths(sac, reader)) for sac in charges),
        tuple(MemberCount(sln[1], reader.number(sln, 4), sln.component(5, 1)) for sln in counts),
    )


def _read_hundredths(sac: Segment, reader: Reader) -> int:
    """SAC05 has its two decimals implied: the number is the cents."""
    if not is_digits(sac[5].removeprefix("-")) or len(sac[5]) > 16:
        reader.say("001", sac, 5)
        raise Unreadable
    return int(sac[5])


# Writing.


def write_premium_payment(payment: PremiumPayment) -> OutgoingSet:
    """The 820 set of a payment: the one that was read when it is unchanged, else a new one."""
    return payment.raw or OutgoingSet("820", VERSION, tuple(_write_set(payment)))


def _write_set(payment: PremiumPayment) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_head(payment), _HEAD_ORDER)
    for party in (payment.receiver, payment.payer, *payment.intermediaries):
        yield from in_order(_write_party(party), _PARTY_ORDER)
    for is_individual in (False, True):
        for remittance in payment.remittances:
            if remittance.is_individual == is_individual:
                yield from _write_remittance(remittance)


def _write_head(payment: PremiumPayment) -> Iterator[OutgoingSegment]:
    yield (
        "BPR", payment.handling, x12_amount(payment.payment_cents), payment.credit_or_debit, payment.method,
        payment.payment_format, *_write_bank(payment.sender_bank), payment.originator_id,
        payment.originator_supplement, *_write_bank(payment.receiver_bank), x12_day(payment.payment_date),
    )  # fmt: skip
    yield ("TRN", payment.trace_kind, payment.trace_number, payment.trace_origin, payment.trace_suffix)
    if payment.currency:
        yield ("CUR", payment.currency_party, payment.currency)
    yield from map(write_reference, payment.references)
    for qualifier, day in payment.dates:
        yield ("DTM", qualifier, x12_day(day))
    if payment.coverage:
        yield _write_period(_COVERAGE, payment.coverage)
    yield from map(x12_other, payment.others)


def _write_bank(bank: BankAccount | None) -> tuple[str, str, str, str]:
    if bank is None:
        return "", "", "", ""
    return bank.bank_qualifier, bank.bank_id, bank.account_qualifier, bank.account


def _write_period(qualifier: str, period: Period) -> OutgoingSegment:
    if qualifier != _COVERAGE and period.start == period.end:
        return ("DTM", qualifier, x12_day(period.start))
    return ("DTM", qualifier, "", "", "", "RD8", f"{x12_day(period.start)}-{x12_day(period.end)}")


def _write_party(named: PremiumParty) -> Iterator[OutgoingSegment]:
    yield write_n1(named.role, named.party)
    if named.further_name:
        yield ("N2", named.further_name)
    yield from write_address(named.party.address)
    yield from map(write_contact, named.party.contacts)
    yield from map(x12_other, named.others)


def _write_remittance(remittance: PremiumRemittance) -> Iterator[OutgoingSegment]:
    yield ("ENT", remittance.number, remittance.role, remittance.id_qualifier, remittance.id)
    yield from map(x12_other, remittance.others)
    for role, party in remittance.names if remittance.role == INDIVIDUAL else ():
        yield write_name(role, party)
    yield from map(_write_adjustment, remittance.adjustments)
    for item in remittance.items:
        yield from in_order(_write_item(item), _ITEM_ORDER)
        yield from _write_line(item.line) if item.line and not remittance.is_individual else ()
        yield from map(_write_adjustment, item.adjustments)


def _write_adjustment(adjustment: PremiumAdjustment) -> OutgoingSegment:
    return ("ADX", x12_amount(adjustment.amount_cents), adjustment.reason)


def _write_item(item: PremiumItem) -> Iterator[OutgoingSegment]:
    billed = x12_amount(item.billed_cents) if item.billed_cents is not None else ""
    yield ("RMR", item.qualifier, item.number, item.action, x12_amount(item.paid_cents), billed)
    yield from map(write_reference, item.references)
    if item.period:
        yield _write_period(item.period_qualifier, item.period)
    yield from map(x12_other, item.others)


def _write_line(line: PremiumLine) -> Iterator[OutgoingSegment]:
    yield ("IT1", line.number)
    for charge in line.charges:
        yield ("SAC", "C", charge.code, "", "", str(charge.amount_cents))
    for count in line.members:
        yield ("SLN", count.number, "", "O", x12_number(count.quantity), (count.unit,))
