"""Encounters to claims: the record, the rows, the first submission.

A claim is made whole: its record, its lines with their charges and expected amounts, an adjudication for every payer of
the day in order of payment, and a submission to the first of them, built and not yet edited.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from claimwright.codesets.library import NOTHING_LOADED
from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.claim import ClaimLine as LineRecord
from claimwright.documents.claim import Diagnosis, OtherPayer
from claimwright.documents.parties import Period, Procedure
from claimwright.documents.plain import from_plain, to_plain
from claimwright.errors import ConflictError
from claimwright.office.charges.entry import THOUSANDTHS
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.lifecycle import CHUNK, REJECTED, UNSENT, chunks, event, write_events
from claimwright.office.claims.models import Adjudication, Claim, ClaimLine, Submission
from claimwright.office.core import audit, clock, codesets
from claimwright.office.core.models import StoredFile
from claimwright.office.core.numbers import take_numbers
from claimwright.office.patients.models import Authorization, Contract, Coverage
from claimwright.office.patients.records import (
    SELF,
    clinician_record,
    patient_record,
    payer_record,
    provider_record,
    subscriber_record,
)
from claimwright.office.patients.roster import LEVELS, coverages_of, is_in_force
from claimwright.origin import NOWHERE, Origin
from claimwright.pricing import Contract as Terms
from claimwright.pricing import Price

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
"""Frequency codes (CLM05-3)."""

ICD10_PRINCIPAL, ICD10_OTHER = "ABK", "ABF"


@dataclass(frozen=True, slots=True)
class DraftLevel:
    """One payer of a claim to store. `decided`: what it made of the claim in the system that the claim came from."""

    level: str
    coverage: Coverage
    decided: Adjudication.State | None = None
    payer_claim_number: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim to store: its record and the rows it stands on. `charges` are those of the lines, in order.

    `file` and `origin` say where a claim of another system was read.
    """

    record: ClaimRecord
    encounter: Encounter
    charges: Sequence[Charge]
    levels: Sequence[DraftLevel]
    file: StoredFile | None = None
    origin: Origin = NOWHERE


def build_claims(encounters: Sequence[Encounter]) -> list[Claim]:
    """The claims of released encounters that have none yet, in one transaction; those of patients without a coverage
    are passed over (the patient owes them).

    Raises `ConflictError` for an encounter that is not released or has a claim already.
    """
    rows = list(encounters)
    if not rows:
        return []
    prefetch_related_objects(rows, "charges", "patient", "billing", "rendering", "referring")
    try:
        with transaction.atomic():
            return _build(rows)
    except IntegrityError as taken:
        raise ConflictError("An encounter was given a claim by somebody else meanwhile; reload the list.") from taken


def _build(rows: Sequence[Encounter]) -> list[Claim]:
    _refuse_unready(rows)
    coverages = coverages_of({row.patient_id for row in rows})
    covered = [(row, found) for row in rows if (found := coverages(row.patient_id, row.service_date))]
    numbers = new_claim_numbers(len(covered))
    line_numbers = new_line_numbers(sum(len(row.charges.all()) for row, _ in covered))
    drafts = [_draft(row, found, number, line_numbers) for (row, found), number in zip(covered, numbers, strict=True)]
    claims = store_claims(drafts, text="Built from the encounter")
    audit.record("claims.build", claims=len(claims), without_coverage=len(rows) - len(covered))
    return claims


def _refuse_unready(rows: Sequence[Encounter]) -> None:
    if any(row.state != Encounter.State.RELEASED for row in rows):
        raise ConflictError("An encounter is not released yet; release it first.")
    for chunk in chunks([row.pk for row in rows]):
        if Claim.objects.filter(encounter__in=chunk).exists():
            raise ConflictError("An encounter has a claim already; reload the list.")


def new_claim_numbers(count: int) -> list[str]:
    """Numbers (CLM01) that no claim of the practice has, short enough for every payer."""
    return _new_numbers(count, "claim", "C{:06d}", Claim, "number")


def new_line_numbers(count: int) -> Iterator[str]:
    """Line numbers (REF 6R) that no line of the practice has."""
    return iter(_new_numbers(count, "claim line", "L{:07d}", ClaimLine, "control_number"))


def _new_numbers(count: int, series: str, form: str, kind: type[Claim] | type[ClaimLine], column: str) -> list[str]:
    """The next numbers of a series that no row has in that column; another system may have used the same form."""
    numbers: list[str] = []
    while len(numbers) < count:
        missing = count - len(numbers)
        first = take_numbers(series, missing)
        names = [form.format(number) for number in range(first, first + missing)]
        used: set[str] = set()
        for chunk in chunks(names):
            used.update(kind.objects.filter(**{f"{column}__in": chunk}).values_list(column, flat=True))
        numbers += [name for name in names if name not in used]
    return numbers


def _draft(row: Encounter, coverages: Sequence[Coverage], number: str, line_numbers: Iterator[str]) -> Draft:
    charges = list(row.charges.all())
    levels = [DraftLevel(level, coverage) for level, coverage in zip(LEVELS, coverages, strict=False)]
    return Draft(claim_record(row, charges, levels, number, line_numbers), row, charges, levels)


def claim_record(
    row: Encounter,
    charges: Sequence[Charge],
    levels: Sequence[DraftLevel],
    number: str,
    line_numbers: Iterator[str],
) -> ClaimRecord:
    """The claim of an encounter to the first of the payers; the others are named in it."""
    first = levels[0].coverage
    is_self = first.relationship == SELF
    rendering = row.rendering if row.rendering and row.rendering_id != row.billing_id else None
    return ClaimRecord(
        control_number=number,
        charge_cents=sum(charge.charge_cents for charge in charges),
        place_of_service=row.place_of_service,
        frequency=ORIGINAL,
        billing=provider_record(row.billing),
        subscriber=subscriber_record(first, levels[0].level),
        payer=payer_record(first.payer),
        patient=None if is_self else patient_record(row.patient),
        diagnoses=tuple(_diagnoses(row.diagnoses)),
        lines=tuple(_line(row, charge, next(line_numbers)) for charge in charges),
        rendering=clinician_record(rendering) if rendering else None,
        referring=replace(clinician_record(row.referring), taxonomy="") if row.referring else None,
        other_payers=tuple(_other_payer(other) for other in levels[1:]),
        prior_authorization=row.authorization_number,
    )


def _diagnoses(codes: Iterable[str]) -> Iterator[Diagnosis]:
    for position, code in enumerate(codes):
        yield Diagnosis(code.replace(".", ""), ICD10_OTHER if position else ICD10_PRINCIPAL)


def _line(row: Encounter, charge: Charge, control_number: str) -> LineRecord:
    return LineRecord(
        number=charge.number,
        procedure=Procedure(charge.code, tuple(charge.modifiers), description=charge.description),
        charge_cents=charge.charge_cents,
        quantity=Decimal(charge.quantity_thousandths) / THOUSANDTHS,
        unit=charge.unit,
        period=Period.day(row.service_date),
        pointers=tuple(charge.pointers),
        control_number=control_number,
    )


def _other_payer(level: DraftLevel) -> OtherPayer:
    """A later payer as the claim to an earlier one names it: by name and number (2330A has no birth date)."""
    coverage = level.coverage
    subscriber = subscriber_record(coverage, level.level)
    person = replace(subscriber.person, birth_date=None, sex="")
    return OtherPayer(replace(subscriber, person=person), replace(payer_record(coverage.payer), address=None))


def store_claims(drafts: Sequence[Draft], *, text: str) -> list[Claim]:
    """Store claims with lines, adjudications, first submission and first event. Call it within a transaction."""
    claims = Claim.objects.bulk_create([_claim(draft) for draft in drafts], batch_size=CHUNK)
    pairs = list(zip(claims, drafts, strict=True))
    terms = _terms_of({level.coverage.payer_id for draft in drafts for level in draft.levels})
    ClaimLine.objects.bulk_create([row for claim, draft in pairs for row in _line_rows(claim, draft, terms)], CHUNK)
    Adjudication.objects.bulk_create([row for claim, draft in pairs for row in _adjudications(claim, draft)], CHUNK)
    Submission.objects.bulk_create([_first_submission(claim) for claim in claims], CHUNK)
    write_events(
        [
            event(
                claim.pk,
                "submission",
                text,
                level=claim.current_level,
                to_state=Submission.State.BUILT,
                at=claim.created_at,
                file=draft.file,
                origin=draft.origin,
            )
            for claim, draft in pairs
        ]
    )
    return claims


def _claim(draft: Draft) -> Claim:
    record, encounter = draft.record, draft.encounter
    start, end = service_days(record)
    return Claim(
        number=record.control_number,
        encounter=encounter,
        patient_id=encounter.patient_id,
        billing_id=encounter.billing_id,
        rendering_id=encounter.rendering_id,
        charge_cents=record.charge_cents,
        service_date=start,
        service_end_date=end,
        record=to_plain(record),
        current_level=record.subscriber.payer_level,
        source_file=draft.file,
        offset=draft.origin.offset if draft.file else None,
        length=draft.origin.length if draft.file else None,
        created_at=clock.now(),
    )


def service_days(record: ClaimRecord) -> tuple[date | None, date | None]:
    """The first and the last day of service; None when no line has one."""
    periods = [line.period for line in record.lines if line.period]
    return min((one.start for one in periods), default=None), max((one.end for one in periods), default=None)


def _line_rows(claim: Claim, draft: Draft, terms: _TermsOf) -> Iterator[ClaimLine]:
    payer_id = next(level.coverage.payer_id for level in draft.levels if level.level == claim.current_level)
    contract = terms(payer_id, claim.service_date)
    expected = _expected(contract, draft.record) if contract else {}
    for line, charge in zip(draft.record.lines, draft.charges, strict=True):
        yield ClaimLine(
            claim=claim,
            charge=charge,
            number=line.number,
            control_number=line.control_number,
            code=line.procedure.code,
            modifiers=list(line.procedure.modifiers),
            description=line.procedure.description[:80],
            quantity_thousandths=charge.quantity_thousandths,
            charge_cents=line.charge_cents,
            service_date=line.period.start if line.period else None,
            expected_cents=expected.get(line.number),
        )


def _expected(contract: Terms, record: ClaimRecord) -> dict[int, int]:
    """What a contract expects, by the line's number; a line without a price has none."""
    library = codesets.library() if contract.needs_medicare else NOTHING_LOADED
    priced = contract.price_lines(record, library)
    return {number: one.cents for number, one in priced.items() if isinstance(one, Price)}


_TermsOf = Callable[[int, date | None], Terms | None]


def _terms_of(payer_ids: Collection[int]) -> _TermsOf:
    """The contract in force by payer and day; of several the one that began last."""
    by_payer: dict[int, list[tuple[Contract, Terms]]] = defaultdict(list)
    for row in Contract.objects.filter(payer__in=payer_ids).order_by("-effective_date", "-id"):
        by_payer[row.payer_id].append((row, Terms.from_terms(row.terms)))

    def in_force(payer_id: int, day: date | None) -> Terms | None:
        return next((terms for row, terms in by_payer[payer_id] if day and is_in_force(row, day)), None)

    return in_force


def _adjudications(claim: Claim, draft: Draft) -> Iterator[Adjudication]:
    for level in draft.levels:
        yield Adjudication(
            claim=claim,
            level=level.level,
            payer_id=level.coverage.payer_id,
            coverage=level.coverage,
            state=level.decided or Adjudication.State.NOT_SUBMITTED,
            decided_elsewhere=level.decided is not None,
            payer_claim_number=level.payer_claim_number[:50],
        )


def _first_submission(claim: Claim) -> Submission:
    return Submission(
        claim=claim,
        level=claim.current_level,
        attempt=1,
        frequency=claim.record["frequency"],
        record=claim.record,
        created_at=claim.created_at,
    )


def record_of(row: Claim | Submission) -> ClaimRecord:
    """The record of a claim as it stands, or as an attempt sends it."""
    return from_plain(ClaimRecord, row.record)


def with_facts_of(level: Adjudication, record: ClaimRecord) -> ClaimRecord:
    """The record with what the office knows of this payer and the claim to another one could not say: the policy's
    holder with birth date and sex (2330A has neither), the patient, and this payer's own authorization.
    """
    coverage = level.coverage
    if coverage is None:
        return record
    subscriber = subscriber_record(coverage, level.level)
    insurance_type = record.subscriber.insurance_type or subscriber.insurance_type
    return replace(
        record,
        subscriber=replace(subscriber, insurance_type=insurance_type),
        patient=None if coverage.relationship == SELF else patient_record(coverage.patient),
        prior_authorization=_authorization_number(level, record),
    )


def _authorization_number(level: Adjudication, record: ClaimRecord) -> str:
    """The payer's authorization for these services, empty when it gave none: one payer's number is not another's."""
    day = level.claim.service_date
    codes = {line.procedure.code for line in record.lines}
    on_file = Authorization.objects.filter(patient=level.claim.patient_id, payer=level.payer_id).order_by("-pk")
    fitting = (
        row.number
        for row in on_file
        if (day is None or is_in_force(row, day)) and (not row.codes or codes.intersection(row.codes))
    )
    return next(fitting, "")


def build_next_claim(claim: Claim, record: ClaimRecord, *, text: str = "") -> Submission:
    """A submission of the claim to a further payer, with the record that `remittance.next_payer_claim` made.

    Its level is the record's SBR01; the claim's current level follows. Raises `ConflictError` when the claim has no
    such payer, or an attempt at that level is under way or came through.
    """
    level = record.subscriber.payer_level
    if not Adjudication.objects.filter(claim=claim, level=level).exists():
        raise ConflictError(f"Claim {claim.number} has no payer at level {level}.")
    with transaction.atomic():
        submission = add_attempt(claim, record, text=text or f"Built for the payer at level {level}")
        audit.record("claims.build_next", f"claim {claim.pk}", patient_id=claim.patient_id, level=level)
    return submission


def add_attempt(claim: Claim, record: ClaimRecord, *, text: str) -> Submission:
    """A further submission, built, of the record; it becomes the claim's own. Call it within a transaction.

    Raises `ConflictError` when the level's last attempt has not left the house yet, or was not rejected and this one
    is an original (frequency 1): a payer that has the claim refuses a second one as a duplicate.
    """
    level = record.subscriber.payer_level
    last = Submission.objects.filter(claim=claim, level=level).order_by("attempt").last()
    is_second = last is not None and record.frequency == ORIGINAL and last.state not in REJECTED
    if last and (is_second or last.state in UNSENT):
        label = Submission.State(last.state).label.lower()
        raise ConflictError(f"Claim {claim.number} is {label} at level {level}: another one would be a duplicate.")
    submission = Submission.objects.create(
        claim=claim,
        level=level,
        attempt=last.attempt + 1 if last else 1,
        frequency=record.frequency,
        record=to_plain(record),
        created_at=clock.now(),
    )
    take_record(claim, record)
    write_events([event(claim.pk, "submission", text, level=level, to_state=Submission.State.BUILT)])
    return submission


def take_record(claim: Claim, record: ClaimRecord) -> None:
    """Make the record the claim's own, a version further.

    Raises `ConflictError` when somebody else changed the claim meanwhile.
    """
    start, end = service_days(record)
    values = {
        "record": to_plain(record),
        "version": claim.version + 1,
        "charge_cents": record.charge_cents,
        "current_level": record.subscriber.payer_level,
        "service_date": start,
        "service_end_date": end,
    }
    if not Claim.objects.filter(pk=claim.pk, version=claim.version).update(**values):
        raise ConflictError(f"Claim {claim.number} was changed by somebody else; reload it.")
    for name, value in values.items():
        setattr(claim, name, value)
