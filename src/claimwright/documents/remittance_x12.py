"""The 835 (005010X221A1) between X12 and `Remittance`. Loop numbers in the names are the guide's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from claimwright.documents.adjustments import Amount
from claimwright.documents.parties import NOBODY, Party, Period, Provider, Reference
from claimwright.documents.parties_x12 import (
    AnyParty,
    read_adjustments,
    read_amounts,
    read_contact,
    read_name,
    read_party,
    read_procedure,
    read_provider,
    read_reference,
    write_address,
    write_adjustments,
    write_contact,
    write_n1,
    write_name,
    write_procedure,
    write_reference,
)
from claimwright.documents.remittance import (
    BankAccount,
    ProviderAdjustment,
    Quantity,
    Remittance,
    RemittanceClaim,
    RemittanceHeader,
    RemittanceLine,
)
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    Unreadable,
    batched,
    in_order,
    last_segment,
    remember,
    x12_day,
    x12_number,
    x12_other,
)
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.origin import Origin
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

VERSION = "005010X221A1"

_CLAIM_ORDER = "CLP CAS NM1 MIA MOA REF DTM PER AMT QTY"
_LINE_ORDER = "SVC DTM CAS REF AMT QTY LQ"
_HEADER_ORDER = "BPR TRN CUR REF DTM"
_CONTACT_ORDER = ("CX", "BL", "IC")
_RENDERING_REFERENCES = frozenset(("0B", "1A", "1B", "1C", "1D", "1G", "1H", "1J", "D3", "G2", "LU"))
_LINE_PROVIDER_REFERENCES = _RENDERING_REFERENCES - {"LU"} | {"HPI", "SY", "TJ"}
_HOMES = {"CLP": {"2100"}, "SVC": {"2110"}, "CAS": {"2100", "2110"}, "PLB": {"ST"}, "BPR": {"ST"}}


# Reading.


def read_remittance(transaction_set: TransactionSet, sha256: str = "") -> tuple[Remittance, tuple[Finding, ...]]:
    """The remittance of an 835 set, and what could not be read.

    A claim with an unreadable amount is left out with an error that names its place; an unreadable day, number or
    supplemental amount is left out with a warning. `sha256` names the file in the origins.
    """
    reader = Reader("REM", sha256)
    root = transaction_set.root
    pool = Pool(root)
    pool.take("ST"), pool.take("SE")
    headers = list(root.loops_of("2000"))
    payee, delivery = _read_payee(root.loop("1000B"), reader)
    remittance = replace(
        _read_payment(pool, reader, transaction_set),
        payer=_read_payer(root.loop("1000A"), reader),
        payee=payee,
        delivery=delivery,
        claims=tuple(_read_claims(headers, reader)),
        provider_adjustments=tuple(_read_provider_adjustments(pool.take_all("PLB"), reader)),
        headers=tuple(_read_headers(headers, reader)),
        others=reader.others(pool),
    )
    reader.report_strays(root, _HOMES)
    remember(remittance, transaction_set)
    return remittance, tuple(reader.findings)


def _read_payment(pool: Pool, reader: Reader, transaction_set: TransactionSet) -> Remittance:
    """What the head of the set says: BPR, TRN, CUR, REF, DTM."""
    bpr = _must_take(pool, "BPR", transaction_set)
    trn = _must_take(pool, "TRN", transaction_set)
    cur = pool.take("CUR")
    reader.what = "the payment"
    amount = reader.cents_or_none(bpr, 2)
    if amount is None:
        reader.say("010", bpr)
    if not trn[2]:
        reader.say("011", trn)
    produced = pool.take("DTM", "405")
    return Remittance(
        handling=bpr[1],
        payment_cents=amount or 0,
        credit_or_debit=bpr[3],
        method=bpr[4],
        payment_format=bpr[5],
        sender_bank=_read_account(bpr, 6),
        originator_id=bpr[10],
        originator_supplement=bpr[11],
        receiver_bank=_read_account(bpr, 12),
        payment_date=reader.day_or_none(bpr, 16),
        trace_number=trn[2],
        payer_tax_id=trn[3],
        trace_suffix=trn[4],
        payer=NOBODY,
        payee=Provider(),
        claims=(),
        currency=cur[2] if cur else "",
        exchange_rate=reader.number_or_none(cur, 3) if cur else None,
        production_date=reader.day_or_none(produced, 2) if produced else None,
        receiver_id=pool.value("REF", "EV"),
        version_id=pool.value("REF", "F2"),
        is_test=transaction_set.group.interchange.usage == "T",
        origin=Origin(reader.sha256, transaction_set.offset, transaction_set.length, transaction_set.segments[0].index),
    )


def _must_take(pool: Pool, segment_id: str, transaction_set: TransactionSet) -> Segment:
    """The segment, or an empty one that stands where the set begins."""
    start = transaction_set.segments[0]
    return pool.take(segment_id) or Segment([segment_id], start.delimiters, start.index, start.offset, start.length)


def _read_account(bpr: Segment, at: int) -> BankAccount | None:
    if not any(bpr[element] for element in range(at, at + 4)):
        return None
    return BankAccount(bank_qualifier=bpr[at], bank_id=bpr[at + 1], account_qualifier=bpr[at + 2], account=bpr[at + 3])


def _read_payer(loop: Loop | None, reader: Reader) -> Party:
    pool = Pool(loop)
    payer = read_party(pool)
    reader.leave(pool)
    return payer


def _read_payee(loop: Loop | None, reader: Reader) -> tuple[Provider, tuple[str, ...]]:
    """The payee, and how the remittance was delivered (RDM)."""
    pool = Pool(loop)
    delivery = pool.take("RDM")
    payee = read_provider(pool, ("TJ",))
    if payee.id_qualifier == "FI" and not payee.tax_id:
        payee = replace(payee, tax_id=payee.id, tax_id_qualifier="TJ")
    reader.leave(pool)
    return payee, tuple(delivery.fields[1:]) if delivery else ()


def _read_headers(loops: Iterable[Loop], reader: Reader) -> Iterator[RemittanceHeader]:
    """The headers that say more than the number that their claims carry."""
    for loop in loops:
        pool = Pool(loop)
        number = pool.take("LX")
        summary, supplement = pool.take("TS3"), pool.take("TS2")
        reader.leave(pool)
        if summary or supplement or not loop.loop("2100"):
            yield RemittanceHeader(
                number[1] if number else "",
                tuple(summary.fields[1:]) if summary else (),
                tuple(supplement.fields[1:]) if supplement else (),
            )


def _read_claims(headers: Iterable[Loop], reader: Reader) -> Iterator[RemittanceClaim]:
    for header in headers:
        number = header.value("LX", 1)
        for loop in header.loops_of("2100"):
            try:
                yield _read_claim(loop, number, reader)
            except Unreadable:
                continue
            finally:
                reader.record = ""


def _read_claim(loop: Loop, header_number: str, reader: Reader) -> RemittanceClaim:
    """2100. Raises `Unreadable`."""
    pool = Pool(loop)
    clp = loop.segments[0]
    pool.take("CLP")
    reader.record = clp[1]
    reader.what = f"claim {clp[1]}"
    if not clp[1]:
        reader.say("012", clp, 1)
    mia, moa = pool.take("MIA"), pool.take("MOA")
    return RemittanceClaim(
        control_number=clp[1],
        status=clp[2],
        charge_cents=reader.cents(clp, 3),
        paid_cents=reader.cents(clp, 4),
        patient_responsibility_cents=reader.cents_or_none(clp, 5),
        filing_code=clp[6],
        payer_claim_number=clp[7],
        facility_code=clp[8],
        frequency=clp[9],
        patient_status=clp[10],
        drg=clp[11],
        drg_weight=reader.number_or_none(clp, 12),
        discharge_fraction=reader.number_or_none(clp, 13),
        patient=_read_named(Party, "QC", pool) or NOBODY,
        subscriber=_read_named(Party, "IL", pool),
        corrected_insured=_read_named(Party, "74", pool),
        rendering=_read_named(Provider, "82", pool),
        crossover_carrier=_read_named(Party, "TT", pool),
        corrected_payer=_read_named(Party, "PR", pool),
        other_subscriber=_read_named(Party, "GB", pool),
        adjustments=read_adjustments(pool.take_all("CAS"), reader),
        inpatient=tuple(mia.fields[1:]) if mia else (),
        outpatient=tuple(moa.fields[1:]) if moa else (),
        lines=tuple(_read_line(line, reader) for line in loop.loops_of("2110")),
        dates=_read_dates(pool, reader),
        amounts=read_amounts(pool, reader),
        quantities=_read_quantities(pool, reader),
        references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
        contacts=tuple(read_contact(per) for per in pool.take_all("PER")),
        others=reader.others(pool),
        header_number=header_number,
        origin=reader.origin(clp, last_segment(loop)),
    )


def _read_named(kind: type[AnyParty], part: str, pool: Pool) -> AnyParty | None:
    nm1 = pool.take("NM1", part)
    return read_name(kind, nm1) if nm1 else None


def _read_line(loop: Loop, reader: Reader) -> RemittanceLine:
    """2110. Raises `Unreadable`."""
    pool = Pool(loop)
    svc = loop.segments[0]
    pool.take("SVC")
    rendering = pool.value("REF", "HPI")
    remarks, pharmacy_remarks = _read_remarks(pool)
    return RemittanceLine(
        procedure=read_procedure(svc, 1),
        charge_cents=reader.cents(svc, 2),
        paid_cents=reader.cents(svc, 3),
        revenue_code=svc[4],
        quantity=reader.number_or_none(svc, 5),
        submitted=read_procedure(svc, 6) if svc[6] else None,
        original_quantity=reader.number_or_none(svc, 7),
        period=_read_period(pool, reader),
        adjustments=read_adjustments(pool.take_all("CAS"), reader),
        control_number=pool.value("REF", "6R"),
        rendering=Provider(id_qualifier="XX", id=rendering) if rendering else None,
        references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
        amounts=read_amounts(pool, reader),
        quantities=_read_quantities(pool, reader),
        remarks=remarks,
        pharmacy_remarks=pharmacy_remarks,
        others=reader.others(pool),
        origin=reader.origin(svc, last_segment(loop)),
    )


def _read_period(pool: Pool, reader: Reader) -> Period | None:
    """The day of service (DTM 472), or its first and last (150, 151)."""
    days = []
    for qualifier in ("472", "150", "151"):
        dtm = pool.take("DTM", qualifier)
        day = reader.day_or_none(dtm, 2) if dtm else None
        if day:
            days.append(day)
        elif dtm:
            pool.give_back(dtm)
    return Period(days[0], days[-1]) if days else None


def _read_dates(pool: Pool, reader: Reader) -> tuple[tuple[str, date], ...]:
    dates = []
    for dtm in pool.take_all("DTM"):
        if day := reader.day_or_none(dtm, 2):
            dates.append((dtm[1], day))
        else:
            pool.give_back(dtm)
    return tuple(dates)


def _read_quantities(pool: Pool, reader: Reader) -> tuple[Quantity, ...]:
    quantities = []
    for qty in pool.take_all("QTY"):
        if (number := reader.number_or_none(qty, 2)) is not None:
            quantities.append(Quantity(qty[1], number))
        else:
            pool.give_back(qty)
    return tuple(quantities)


def _read_remarks(pool: Pool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The remark codes (LQ HE), and those of NCPDP (LQ RX)."""
    codes: dict[str, list[str]] = {"HE": [], "RX": []}
    for lq in pool.take_all("LQ"):
        if lq[1] in codes and lq[2]:
            codes[lq[1]].append(lq[2])
        else:
            pool.give_back(lq)
    return tuple(codes["HE"]), tuple(codes["RX"])


def _read_provider_adjustments(segments: Iterable[Segment], reader: Reader) -> Iterator[ProviderAdjustment]:
    """The pairs of every PLB; one without a readable amount is left out with an error."""
    reader.what = "the provider adjustment"
    for plb in segments:
        fiscal_date = reader.day_or_none(plb, 2)
        for at in range(3, len(plb) + 1, 2):
            reason, reference = plb.component(at, 1), plb.component(at, 2)
            if not (plb[at] or plb[at + 1]):
                continue
            try:
                cents = reader.cents(plb, at + 1)
            except Unreadable:
                continue
            yield ProviderAdjustment(plb[1], fiscal_date, reason, reference, cents, reader.origin(plb))


# Writing.


def write_remittance(remittance: Remittance) -> OutgoingSet:
    """The 835 set of a remittance: the one that was read when it is unchanged, else a new one."""
    return remittance.raw or OutgoingSet("835", VERSION, tuple(_write_set(remittance)))


def _write_set(remittance: Remittance) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_payment(remittance), _HEADER_ORDER)
    yield from _write_payer(remittance.payer)
    yield from _write_payee(remittance)
    yield from _write_headers(remittance)
    yield from _write_provider_adjustments(remittance.provider_adjustments)


def _write_payment(remittance: Remittance) -> Iterator[OutgoingSegment]:
    yield (
        "BPR", remittance.handling, x12_amount(remittance.payment_cents), remittance.credit_or_debit, remittance.method,
        remittance.payment_format, *_write_account(remittance.sender_bank), remittance.originator_id,
        remittance.originator_supplement, *_write_account(remittance.receiver_bank), x12_day(remittance.payment_date),
    )  # fmt: skip
    yield ("TRN", "1", remittance.trace_number, remittance.payer_tax_id, remittance.trace_suffix)
    if remittance.currency:
        yield ("CUR", "PR", remittance.currency, x12_number(remittance.exchange_rate))
    if remittance.receiver_id:
        yield ("REF", "EV", remittance.receiver_id)
    if remittance.version_id:
        yield ("REF", "F2", remittance.version_id)
    if remittance.production_date:
        yield ("DTM", "405", x12_day(remittance.production_date))
    yield from map(x12_other, remittance.others)


def _write_account(account: BankAccount | None) -> tuple[str, str, str, str]:
    if account is None:
        return "", "", "", ""
    return account.bank_qualifier, account.bank_id, account.account_qualifier, account.account


def _write_payer(payer: Party) -> Iterator[OutgoingSegment]:
    """1000A; the contacts in the guide's order of their functions."""
    yield write_n1("PR", payer)
    yield from write_address(payer.address)
    yield from map(write_reference, payer.references)
    ranks = {function: rank for rank, function in enumerate(_CONTACT_ORDER)}
    contacts = sorted(payer.contacts, key=lambda contact: ranks.get(contact.function, len(ranks)))
    yield from map(write_contact, contacts)


def _write_payee(remittance: Remittance) -> Iterator[OutgoingSegment]:
    """1000B; a payee that is named by its tax number needs no second one."""
    payee = remittance.payee
    yield write_n1("PE", payee)
    yield from write_address(payee.address)
    if payee.tax_id and (payee.id_qualifier, payee.id) != ("FI", payee.tax_id):
        yield ("REF", "TJ", payee.tax_id)
    yield from map(write_reference, payee.references)
    if remittance.delivery:
        yield ("RDM", *remittance.delivery)


def _write_headers(remittance: Remittance) -> Iterator[OutgoingSegment]:
    """2000: each header that says something with its claims, then the claims of all other headers, in their order."""
    claims: dict[str, list[RemittanceClaim]] = {}
    for claim in remittance.claims:
        claims.setdefault(claim.header_number, []).append(claim)
    for header in remittance.headers:
        yield ("LX", header.number)
        if header.provider_summary:
            yield ("TS3", *header.provider_summary)
        if header.supplemental_summary:
            yield ("TS2", *header.supplemental_summary)
        for claim in claims.pop(header.number, ()):
            yield from _write_claim(claim)
    for number, members in claims.items():
        yield ("LX", number)
        for claim in members:
            yield from _write_claim(claim)


def _write_claim(claim: RemittanceClaim) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_claim_itself(claim), _CLAIM_ORDER)
    for line in claim.lines:
        yield from in_order(_write_line(line), _LINE_ORDER)


def _write_claim_itself(claim: RemittanceClaim) -> Iterator[OutgoingSegment]:
    responsibility = claim.patient_responsibility_cents
    yield (
        "CLP", claim.control_number, claim.status, x12_amount(claim.charge_cents), x12_amount(claim.paid_cents),
        x12_amount(responsibility) if responsibility is not None else "", claim.filing_code, claim.payer_claim_number,
        claim.facility_code, claim.frequency, claim.patient_status, claim.drg, x12_number(claim.drg_weight),
        x12_number(claim.discharge_fraction),
    )  # fmt: skip
    yield from write_adjustments(claim.adjustments)
    yield from _write_claim_parties(claim)
    if claim.inpatient:
        yield ("MIA", *claim.inpatient)
    if claim.outpatient:
        yield ("MOA", *claim.outpatient)
    yield from _write_references(claim.references, _RENDERING_REFERENCES)
    for qualifier, day in claim.dates:
        yield ("DTM", qualifier, x12_day(day))
    yield from map(write_contact, claim.contacts)
    yield from _write_amounts(claim.amounts, claim.quantities)
    yield from map(x12_other, claim.others)


def _write_claim_parties(claim: RemittanceClaim) -> Iterator[OutgoingSegment]:
    if claim.patient != NOBODY:
        yield write_name("QC", claim.patient)
    parties = (
        ("IL", claim.subscriber),
        ("74", claim.corrected_insured),
        ("82", claim.rendering),
        ("TT", claim.crossover_carrier),
        ("PR", claim.corrected_payer),
        ("GB", claim.other_subscriber),
    )
    for part, party in parties:
        if party is not None:
            yield write_name(part, party)


def _write_line(line: RemittanceLine) -> Iterator[OutgoingSegment]:
    yield (
        "SVC", write_procedure(line.procedure), x12_amount(line.charge_cents), x12_amount(line.paid_cents),
        line.revenue_code, x12_number(line.quantity), write_procedure(line.submitted) if line.submitted else "",
        x12_number(line.original_quantity),
    )  # fmt: skip
    if line.period and line.period.start == line.period.end:
        yield ("DTM", "472", x12_day(line.period.start))
    elif line.period:
        yield ("DTM", "150", x12_day(line.period.start))
        yield ("DTM", "151", x12_day(line.period.end))
    yield from write_adjustments(line.adjustments)
    if line.control_number:
        yield ("REF", "6R", line.control_number)
    if line.rendering and line.rendering.npi:
        yield ("REF", "HPI", line.rendering.npi)
    yield from _write_references(line.references, _LINE_PROVIDER_REFERENCES)
    yield from _write_amounts(line.amounts, line.quantities)
    for code in line.remarks:
        yield ("LQ", "HE", code)
    for code in line.pharmacy_remarks:
        yield ("LQ", "RX", code)
    yield from map(x12_other, line.others)


def _write_references(references: Iterable[Reference], last: frozenset[str]) -> Iterator[OutgoingSegment]:
    """Those of the claim or line first, those of the provider who gave the care (`last`) after them."""
    yield from map(write_reference, sorted(references, key=lambda reference: reference.qualifier in last))


def _write_amounts(amounts: Iterable[Amount], quantities: Iterable[Quantity]) -> Iterator[OutgoingSegment]:
    for amount in amounts:
        yield ("AMT", amount.qualifier, x12_amount(amount.amount_cents))
    for quantity in quantities:
        yield ("QTY", quantity.qualifier, x12_number(quantity.quantity))


def _write_provider_adjustments(adjustments: Iterable[ProviderAdjustment]) -> Iterator[OutgoingSegment]:
    """Neighbours of one provider and fiscal year share a PLB, six to each."""
    for (provider_id, fiscal_date), members in groupby(adjustments, key=lambda one: (one.provider_id, one.fiscal_date)):
        for run in batched(list(members), 6):
            pairs = [((one.reason, one.reference), x12_amount(one.amount_cents)) for one in run]
            yield ("PLB", provider_id, x12_day(fiscal_date), *(element for pair in pairs for element in pair))
