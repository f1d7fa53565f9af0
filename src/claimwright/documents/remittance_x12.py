"""The 835 (005010X221A1) between X12 and `Remittance`. Loop numbers in the names are the guide's.

This module writes it; `remittance_reading_x12` says how it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from claimwright.documents.adjustments import Amount
from claimwright.documents.parties import NOBODY, Party, Reference
from claimwright.documents.parties_x12 import (
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
    RemittanceLine,
)
from claimwright.documents.remittance_reading_x12 import STEPS, RemittanceReader
from claimwright.documents.rows_x12 import collector_paused, feed_set
from claimwright.documents.values_x12 import batched, in_order, remember, x12_day, x12_number, x12_other
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.x12.reading import TransactionSet
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

VERSION = "005010X221A1"

_CLAIM_ORDER = "CLP CAS NM1 MIA MOA REF DTM PER AMT QTY"
_LINE_ORDER = "SVC DTM CAS REF AMT QTY LQ"
_HEADER_ORDER = "BPR TRN CUR REF DTM"
_CONTACT_ORDER = ("CX", "BL", "IC")
_RENDERING_REFERENCES = frozenset(("0B", "1A", "1B", "1C", "1D", "1G", "1H", "1J", "D3", "G2", "LU"))
_LINE_PROVIDER_REFERENCES = _RENDERING_REFERENCES - {"LU"} | {"HPI", "SY", "TJ"}


# Reading.


def read_remittance(transaction_set: TransactionSet, sha256: str = "") -> tuple[Remittance, tuple[Finding, ...]]:
    """The remittance of an 835 set, and what could not be read.

    A claim with an unreadable amount is left out with an error that names its place; an unreadable day, number or
    supplemental amount is left out with a warning. `sha256` names the file in the origins.
    """
    reader = RemittanceReader(sha256, transaction_set.group.interchange.delimiters)
    feed_set(reader, STEPS, transaction_set)
    usage = transaction_set.group.interchange.usage
    head = reader.head(transaction_set.opening, transaction_set.length, is_test=usage == "T")
    remittance = replace(head, claims=tuple(reader.claims))
    remember(remittance, transaction_set)
    return remittance, tuple(reader.findings)


# Writing.


def write_remittance(remittance: Remittance) -> OutgoingSet:
    """The 835 set of a remittance: the one that was read when it is unchanged, else a new one."""
    with collector_paused():
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
    own = _write_claim_itself(claim)
    yield from in_order(own, _CLAIM_ORDER) if claim.others else own
    for line in claim.lines:
        own = _write_line(line)
        yield from in_order(own, _LINE_ORDER) if line.others else own


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
