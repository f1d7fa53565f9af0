"""The 835 read segment by segment: which step is taken in which loop, and how claims and the set's head are finished.

Loop numbers in the names are the guide's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from claimwright.documents.drafts import Drafts
from claimwright.documents.parties import NOBODY, Party, Provider
from claimwright.documents.parties_x12 import (
    make_amount,
    make_party,
    make_period,
    make_provider,
    name_of,
    read_contact,
    read_party,
    read_provider,
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
from claimwright.documents.rows_x12 import IN_ROOT, LoopSteps, Row, RowReader, kept
from claimwright.documents.values_x12 import Pool, Reader, Unreadable
from claimwright.origin import Origin
from claimwright.x12.tree import Delimiters, Loop, Segment

_SERVICE_DAYS = ("472", "150", "151")
_CLAIM_PARTIES = {
    "QC": "patient", "IL": "subscriber", "74": "corrected_insured", "TT": "crossover_carrier", "PR": "corrected_payer",
    "GB": "other_subscriber",
}  # fmt: skip
_BLANKS = [""] * 14
_HOMES = {"CLP": {"2100"}, "SVC": {"2110"}, "CAS": {"2100", "2110"}, "PLB": {"ST"}, "BPR": {"ST"}}


class RemittanceReader(RowReader):
    """Reads the rows of one 835: `claims` are those that are whole, `head` is everything else."""

    homes = _HOMES

    def __init__(self, sha256: str, delimiters: Delimiters) -> None:
        super().__init__("REM", sha256, delimiters)
        self.claims: list[RemittanceClaim] = []
        self.claim: Any = None
        self.claim_start = (0, 0)
        self.line: Any = None
        self.line_start = (0, 0)
        self.days: dict[str, date] = {}
        self.header_number = ""

    def close(self) -> None:
        """Finish the claim that is open; one of whose amounts one could not be read is not among the claims."""
        claim = self.claim
        if claim is None:
            return
        if self.line is not None:
            self.close_line()
        claim.origin = self.since(self.claim_start)
        _claims.seal(claim)
        if not self.is_lost:
            self.claims.append(claim)
        self.claim, self.is_lost, self.record = None, False, ""

    def close_line(self) -> None:
        """Finish the line that is open."""
        line, days = self.line, self.days
        line.origin = self.since(self.line_start)
        if days:
            known = [days[qualifier] for qualifier in _SERVICE_DAYS if qualifier in days]
            line.period = _period(known[0], known[-1])
            self.days = {}
        _lines.seal(line)
        self.line = None

    def head(self, opening: Segment, length: int, *, is_test: bool) -> Remittance:
        """What the set says but its claims: the payment, payer and payee, headers and provider adjustments.

        The set begins with `opening` and has `length` bytes.
        """
        root = self.root
        pool = Pool(root)
        pool.take("ST"), pool.take("SE")
        payee, delivery = _read_payee(root.loop("1000B"), self)
        head = replace(
            _read_payment(pool, self, opening, is_test=is_test),
            payer=_read_payer(root.loop("1000A"), self),
            payee=payee,
            delivery=delivery,
            provider_adjustments=tuple(_read_provider_adjustments(pool.take_all("PLB"), self)),
            headers=tuple(_read_headers(root.loops_of("2000"), self)),
            others=self.others(pool),
            origin=Origin(self.sha256, opening.offset, length, opening.index),
        )
        self.report_strays(root, _HOMES)
        return head


def _open_header(reader: RemittanceReader, row: Row) -> None:
    _HEADER.opens(reader, row)
    reader.header_number = row[1] if len(row) > 1 else ""


# 2100.


def _open_claim(reader: RemittanceReader, row: Row) -> None:
    reader.close()
    header = reader.kept["2000"]
    header.loops = header.loops or [Loop("2100")]
    clp = row + _BLANKS[len(row) :]
    reader.claim = claim = _claims.begin()
    number = claim.control_number = clp[1]
    reader.record = number
    reader.what = f"claim {number}"
    claim.status = clp[2]
    claim.charge_cents = reader.must_cents(clp, 3)
    claim.paid_cents = reader.must_cents(clp, 4)
    if clp[5]:
        claim.patient_responsibility_cents = reader.may_cents(clp, 5)
    claim.filing_code, claim.payer_claim_number, claim.facility_code, claim.frequency = clp[6:10]
    claim.patient_status, claim.drg = clp[10:12]
    if clp[12]:
        claim.drg_weight = reader.may_number(clp, 12)
    if clp[13]:
        claim.discharge_fraction = reader.may_number(clp, 13)
    claim.header_number = reader.header_number
    reader.claim_start = reader.start()
    if not number:
        reader.say_here("012", row, 1)


def _claim_adjustments(reader: RemittanceReader, row: Row) -> None:
    reader.adjustments(row, reader.claim.adjustments)


def _claim_party(reader: RemittanceReader, row: Row) -> None:
    """NM1: each part has a field of its own, for one."""
    claim = reader.claim
    part = row[1] if len(row) > 1 else ""
    if part == "82" and claim.rendering is None:
        claim.rendering = make_provider(*name_of(row))
        return
    field = _CLAIM_PARTIES.get(part)
    if field is None or getattr(claim, field) not in (None, NOBODY):
        _claim_other(reader, row)
    else:
        setattr(claim, field, make_party(*name_of(row)))


def _inpatient(reader: RemittanceReader, row: Row) -> None:
    if reader.claim.inpatient:
        _claim_other(reader, row)
    else:
        reader.claim.inpatient = tuple(row[1:])


def _outpatient(reader: RemittanceReader, row: Row) -> None:
    if reader.claim.outpatient:
        _claim_other(reader, row)
    else:
        reader.claim.outpatient = tuple(row[1:])


def _claim_reference(reader: RemittanceReader, row: Row) -> None:
    reader.claim.references.append(reader.reference(row))


def _claim_day(reader: RemittanceReader, row: Row) -> None:
    if day := reader.may_day(row, 2):
        reader.claim.dates.append((row[1], day))
    else:
        _claim_other(reader, row)


def _claim_contact(reader: RemittanceReader, row: Row) -> None:
    reader.claim.contacts.append(read_contact(reader.segment(row)))


def _claim_amount(reader: RemittanceReader, row: Row) -> None:
    cents = reader.may_cents(row, 2)
    if cents is None:
        _claim_other(reader, row)
    else:
        reader.claim.amounts.append(make_amount(row[1], cents))


def _claim_quantity(reader: RemittanceReader, row: Row) -> None:
    number = reader.may_number(row, 2)
    if number is None:
        _claim_other(reader, row)
    else:
        reader.claim.quantities.append(Quantity(row[1], number))


def _claim_other(reader: RemittanceReader, row: Row) -> None:
    reader.other(row, reader.claim.others, "2100")


# 2110.


def _open_line(reader: RemittanceReader, row: Row) -> None:
    if reader.line is not None:
        reader.close_line()
    svc = row + _BLANKS[len(row) :]
    reader.line = line = _lines.begin()
    reader.claim.lines.append(line)
    line.procedure = reader.procedures[svc[1]]
    line.charge_cents = reader.must_cents(svc, 2)
    line.paid_cents = reader.must_cents(svc, 3)
    line.revenue_code = svc[4]
    if svc[5]:
        line.quantity = reader.may_number(svc, 5)
    if svc[6]:
        line.submitted = reader.procedures[svc[6]]
    if svc[7]:
        line.original_quantity = reader.may_number(svc, 7)
    reader.line_start = reader.start()


def _line_day(reader: RemittanceReader, row: Row) -> None:
    """The day of service (DTM 472), or its first and last (150, 151)."""
    qualifier = row[1] if len(row) > 1 else ""
    is_one = qualifier in _SERVICE_DAYS and qualifier not in reader.days
    if is_one and (day := reader.may_day(row, 2)):
        reader.days[qualifier] = day
    else:
        _line_other(reader, row)


def _line_adjustments(reader: RemittanceReader, row: Row) -> None:
    reader.adjustments(row, reader.line.adjustments)


def _line_reference(reader: RemittanceReader, row: Row) -> None:
    line = reader.line
    qualifier, value = row[1:3] if len(row) > 2 else ("", "")
    if qualifier == "6R" and not line.control_number:
        line.control_number = value
    elif qualifier == "HPI" and value and line.rendering is None:
        line.rendering = make_provider(id_qualifier="XX", id=value)
    else:
        line.references.append(reader.reference(row))


def _line_amount(reader: RemittanceReader, row: Row) -> None:
    cents = reader.may_cents(row, 2)
    if cents is None:
        _line_other(reader, row)
    else:
        reader.line.amounts.append(make_amount(row[1], cents))


def _line_quantity(reader: RemittanceReader, row: Row) -> None:
    number = reader.may_number(row, 2)
    if number is None:
        _line_other(reader, row)
    else:
        reader.line.quantities.append(Quantity(row[1], number))


def _line_remark(reader: RemittanceReader, row: Row) -> None:
    """The remark codes (LQ HE), and those of NCPDP (LQ RX)."""
    qualifier, code = row[1:3] if len(row) > 2 else ("", "")
    if qualifier == "HE" and code:
        reader.line.remarks.append(code)
    elif qualifier == "RX" and code:
        reader.line.pharmacy_remarks.append(code)
    else:
        _line_other(reader, row)


def _line_other(reader: RemittanceReader, row: Row) -> None:
    reader.other(row, reader.line.others, "2110")


_period = lru_cache(maxsize=4096)(make_period)
_claims = Drafts(RemittanceClaim)
_lines = Drafts(RemittanceLine)
_HEADER = kept("2000")

STEPS = {
    "ST": IN_ROOT,
    "1000A": kept("1000A"),
    "1000B": kept("1000B"),
    "2000": replace(_HEADER, opens=_open_header),
    "2100": LoopSteps(
        _open_claim,
        {
            "CAS": _claim_adjustments,
            "NM1": _claim_party,
            "MIA": _inpatient,
            "MOA": _outpatient,
            "REF": _claim_reference,
            "DTM": _claim_day,
            "PER": _claim_contact,
            "AMT": _claim_amount,
            "QTY": _claim_quantity,
        },
        _claim_other,
    ),
    "2110": LoopSteps(
        _open_line,
        {
            "DTM": _line_day,
            "CAS": _line_adjustments,
            "REF": _line_reference,
            "AMT": _line_amount,
            "QTY": _line_quantity,
            "LQ": _line_remark,
        },
        _line_other,
    ),
}
"""What is done with each segment of an 835, by the loop in which it stands."""


# The head.


def _read_payment(pool: Pool, reader: Reader, opening: Segment, *, is_test: bool) -> Remittance:
    """What the head of the set says: BPR, TRN, CUR, REF, DTM."""
    bpr = _must_take(pool, "BPR", opening)
    trn = _must_take(pool, "TRN", opening)
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
        is_test=is_test,
    )


def _must_take(pool: Pool, segment_id: str, start: Segment) -> Segment:
    """The segment, or an empty one that stands where the set begins."""
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
