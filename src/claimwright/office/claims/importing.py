"""Claims of other systems: everyone they name, the encounter, the charges, the claim, all or nothing for each claim.

A claim keeps its number (CLM01), its record and its payers' levels. What cannot be taken over is a finding that names
the claim and its place, and nothing of that claim is stored. Who is known already is for `recognizing` to say, what
earlier payers settled for `taking_over`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from claimwright import documents, x12
from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.claim import ClaimBatch, ClaimKind
from claimwright.documents.parties import Party
from claimwright.documents.plain import from_plain, to_plain
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.office.charges.entry import new_encounter_numbers, release_taken_over, thousandths
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.building import ORIGINAL, VOID, Draft, new_line_numbers, service_days, store_claims
from claimwright.office.claims.lifecycle import CHUNK, chunks
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.claims.recognizing import People
from claimwright.office.claims.taking_over import has_decided, opening_entries, paid_cents
from claimwright.office.core import audit, clock
from claimwright.office.core.files import store_file
from claimwright.office.core.models import StoredFile
from claimwright.office.core.storable import storable
from claimwright.office.ledger.journal import post_entries
from claimwright.office.patients.roster import LEVELS
from claimwright.origin import Origin

_NUMBER_MAX = 38
_NAMED_BY_ID = frozenset(("payer", "other payer"))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The claims that were taken over, and everything found: what is wrong with the file, what kept claims out."""

    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]


def import_file(name: str, data: bytes) -> ImportResult:
    """Take over the professional claims of a file, in one transaction.

    A transaction set that is cut short is left out whole, with a finding. Raises `InputError` with findings, and stores
    nothing, when there is no 837P in the file that can be read.
    """
    reading = x12.read(data, name=name)
    batches: list[ClaimBatch] = []
    findings: list[Finding] = [*reading.own_findings, *_envelope_findings(reading)]
    for transaction_set, record, found in documents.read_documents(reading):
        findings += [*transaction_set.findings, *found]
        if isinstance(record, ClaimBatch):
            if record.claim_kind is not ClaimKind.PROFESSIONAL:
                findings.append(_of_set("CLM-IMP-019", transaction_set, name, record.claim_kind))
            elif transaction_set.segments[-1].id == "SE":
                batches.append(record)
            else:
                findings.append(_of_set("CLM-IMP-002", transaction_set, name))
    named = [_in_file(finding, name) for finding in findings]
    if not batches:
        wrong = _finding("CLM-IMP-001", Where(file=name))
        raise InputError(f"{name}: {wrong.message}", [wrong, *named])
    claims: list[Claim] = []
    with transaction.atomic():
        file, _ = store_file(name, data)
        for batch in batches:
            result = import_claims(batch, file)
            claims += result.claims
            named += [_in_file(finding, name) for finding in result.findings]
    return ImportResult(tuple(claims), tuple(named))


def import_claims(batch: ClaimBatch, file: StoredFile) -> ImportResult:
    """Take over the claims of one set of a stored file, in one transaction. See the module.

    Raises `ConflictError` when the same claims are being taken over by somebody else.
    """
    try:
        with transaction.atomic():
            candidates, findings = _Judge(file).judge(batch.claims)
            claims = _take_over(candidates, file) if candidates else []
            refused = len(batch.claims) - len(claims)
            audit.record("claims.import", f"file {file.pk}", claims=len(claims), refused=refused)
    except IntegrityError as taken:
        raise ConflictError("Somebody else imports the same claims; try again when that is done.") from taken
    return ImportResult(tuple(claims), tuple(findings))


# What can be taken over.


KINDS = {
    "CLM-IMP-001": ("There is no professional claim (837P) in this file that can be read.", "Ask for the file again."),
    "CLM-IMP-002": ("The set ends before its SE: the file is cut short, and none of its claims is taken over.",
                    "Ask the sender for the whole file."),
    "CLM-IMP-003": ("This claim was taken over before, from this very place of this file.", "Nothing is to be done."),
    "CLM-IMP-004": ("This claim was taken over before: number, patient and charge are the same.",
                    "Nothing is to be done; when it is another claim, give it a number of its own."),
    "CLM-IMP-005": ("Another claim has this number.", "Give the claim a number of its own, and import it again."),
    "CLM-IMP-006": ("The claim number is longer than 38 characters.", "Give the claim a shorter number."),
    "CLM-IMP-007": ("The claim does not name its {what}.", "Add the loop that names the {what}."),
    "CLM-IMP-008": ("The claim has no line.", "Add what was done."),
    "CLM-IMP-009": ("No line of the claim has a day of service.", "Add DTP*472 to every line."),
    "CLM-IMP-010": ("The charge of the claim is not the sum of its lines, which alone stands in the ledger.",
                    "The edits stop the claim; put its charge right before it is sent."),
    "CLM-IMP-011": ("The earlier payers have paid more than the claim charges.", "Correct AMT*D, or refund first."),
    "CLM-IMP-012": ("The payer level (SBR01) is {what}, which is not P, S, T or A to H.", "Say who pays first."),
    "CLM-IMP-013": ("Two payers of the claim stand at the same level (SBR01), and one of them has decided already.",
                    "Say who pays first."),
    "CLM-IMP-014": ("A charge is negative.", "Void the earlier claim instead."),
    "CLM-IMP-015": ("Bytes that are not UTF-8 were read as Latin-1.", "Compare names with accents."),
    "CLM-IMP-016": ("Two lines have the same number (LX) or control number (REF 6R); the lines were numbered anew.",
                    "Nothing is to be done; the sender should number lines from 1."),
    "CLM-IMP-017": ("Two payers of the claim stand at the same level (SBR01); the one named later was put behind.",
                    "Look who pays first, and correct the coverages when it is otherwise."),
    "CLM-IMP-018": ("The claim takes back or replaces one that is already sent (frequency 7 or 8).",
                    "Find the claim that is here, and replace or void it there."),
    "CLM-IMP-019": ("These are {what} claims, which are read but not taken over.",
                    "Keep them in the system that made them; only professional claims are billed from here."),
}  # fmt: skip
"""The findings of importing: what is wrong, what to do. All but the warnings keep the claim out."""

_WARNINGS = frozenset(("CLM-IMP-010", "CLM-IMP-015", "CLM-IMP-016", "CLM-IMP-017"))


def _finding(code: str, where: Where, what: str = "") -> Finding:
    message, hint = KINDS[code]
    severity = Severity.WARNING if code in _WARNINGS else Severity.ERROR
    return Finding(code, severity, message.format(what=what), hint.format(what=what), where)


def _of_set(code: str, transaction_set: x12.TransactionSet, name: str, what: str = "") -> Finding:
    start = transaction_set.segments[0]
    return _finding(code, Where(file=name, segment="ST", index=start.index, offset=start.offset), what)


def _in_file(finding: Finding, name: str) -> Finding:
    return dataclasses.replace(finding, where=dataclasses.replace(finding.where, file=name))


def _envelope_findings(reading: x12.Reading) -> Iterator[Finding]:
    for interchange in reading.interchanges:
        yield from interchange.findings
        for group in interchange.groups:
            yield from group.findings


class _Judge:
    """Says of each claim whether it can be taken over."""

    def __init__(self, file: StoredFile) -> None:
        self._file = file
        self._findings: list[Finding] = []

    def judge(self, records: Sequence[ClaimRecord]) -> tuple[list[ClaimRecord], list[Finding]]:
        """The claims that can, as they are to be stored, and the findings about all."""
        known = _known_claims(records)
        replaced = _replaced_claims(records)
        here = set(Claim.objects.filter(source_file=self._file).values_list("offset", flat=True))
        seen: dict[str, ClaimRecord] = {}
        candidates = []
        for record in records:
            if record.origin.offset in here:
                self._say("CLM-IMP-003", record, "control_number")
                continue
            readable = self._readable(record)
            if not self._is_complete(readable) or not self._is_new(readable, known, seen):
                continue
            if readable.frequency != ORIGINAL and not self._can_follow_up(readable, replaced):
                continue
            seen[readable.control_number] = readable
            candidates.append(self._numbered(self._ordered(readable)))
        return candidates, self._findings

    def _say(self, code: str, record: ClaimRecord, field: str, what: str = "") -> None:
        where = Where(
            file=self._file.name,
            segment="CLM",
            index=record.origin.index,
            offset=record.origin.offset,
            record=record.control_number,
            field=field,
        )
        self._findings.append(_finding(code, where, what))

    def _readable(self, record: ClaimRecord) -> ClaimRecord:
        """The record as text that a database takes."""
        plain = to_plain(record)
        clean = storable(plain)
        if clean == plain:
            return record
        self._say("CLM-IMP-015", record, "control_number")
        return dataclasses.replace(from_plain(ClaimRecord, clean), origin=record.origin)

    def _is_complete(self, record: ClaimRecord) -> bool:
        wrong = next(_shortcomings(record), None)
        if wrong:
            self._say(wrong[0], record, wrong[1], wrong[2])
        elif record.charge_cents != record.lines_cents:
            self._say("CLM-IMP-010", record, "charge_cents")
        return wrong is None

    def _is_new(self, record: ClaimRecord, known: dict[str, Claim], seen: dict[str, ClaimRecord]) -> bool:
        earlier, above = known.get(record.control_number), seen.get(record.control_number)
        if earlier is None and above is None:
            return True
        is_same = _is_same_claim(record, earlier) if earlier else above is not None and _is_repeated(record, above)
        self._say("CLM-IMP-004" if is_same else "CLM-IMP-005", record, "control_number")
        return False

    def _can_follow_up(self, record: ClaimRecord, replaced: set[str]) -> bool:
        """A replacement of a claim that is here would double its charges; a void has nothing here to take back."""
        if record.frequency == VOID or record.original_reference in replaced:
            self._say("CLM-IMP-018", record, "frequency")
            return False
        return True

    def _ordered(self, record: ClaimRecord) -> ClaimRecord:
        """The record whose payers stand at levels of their own: who shares one comes behind all others."""
        taken = {record.subscriber.payer_level}
        free = iter([level for level in LEVELS if level not in _levels(record)])
        others = []
        for other in record.other_payers:
            level = other.subscriber.payer_level
            level = next(free, level) if level in taken else level
            taken.add(level)
            subscriber = dataclasses.replace(other.subscriber, payer_level=level)
            others.append(dataclasses.replace(other, subscriber=subscriber))
        if tuple(others) == record.other_payers:
            return record
        self._say("CLM-IMP-017", record, "other_payers")
        return dataclasses.replace(record, other_payers=tuple(others))

    def _numbered(self, record: ClaimRecord) -> ClaimRecord:
        """The record whose lines have numbers of their own."""
        numbers = [line.number for line in record.lines]
        controls = [line.control_number for line in record.lines if line.control_number]
        if len(set(numbers)) == len(numbers) and len(set(controls)) == len(controls):
            return record
        self._say("CLM-IMP-016", record, "lines")
        lines = [
            dataclasses.replace(line, number=number, control_number="") for number, line in enumerate(record.lines, 1)
        ]
        return dataclasses.replace(record, lines=tuple(lines))


def _known_claims(records: Sequence[ClaimRecord]) -> dict[str, Claim]:
    numbers = [record.control_number for record in records]
    rows = [
        row for chunk in chunks(numbers) for row in Claim.objects.filter(number__in=chunk).select_related("patient")
    ]
    return {row.number: row for row in rows}


def _replaced_claims(records: Sequence[ClaimRecord]) -> set[str]:
    """The payers' numbers, of those that replacements name, under which claims are here."""
    named = [record.original_reference for record in records if record.frequency != ORIGINAL]
    rows = Adjudication.objects.exclude(payer_claim_number="")
    found = [
        rows.filter(payer_claim_number__in=chunk).values_list("payer_claim_number", flat=True)
        for chunk in chunks(named)
    ]
    return {number for numbers in found for number in numbers}


def _is_repeated(record: ClaimRecord, above: ClaimRecord) -> bool:
    same_person = record.patient_person == above.patient_person
    return same_person and record.charge_cents == above.charge_cents


def _is_same_claim(record: ClaimRecord, row: Claim) -> bool:
    person = record.patient_person
    names = (person.last_name.casefold(), person.first_name.casefold(), person.birth_date)
    patient = row.patient
    same_person = names == (patient.last_name.casefold(), patient.first_name.casefold(), patient.birth_date)
    return same_person and record.charge_cents == row.charge_cents


def _shortcomings(record: ClaimRecord) -> Iterator[tuple[str, str, str]]:
    """Why a claim cannot be taken over: code, field, and a word for the message."""
    if len(record.control_number) > _NUMBER_MAX:
        yield "CLM-IMP-006", "control_number", ""
    for what, field, party in _parties(record):
        if not party.last_name.strip() and not (party.id and what in _NAMED_BY_ID):
            yield "CLM-IMP-007", field, what
    levels = _levels(record)
    for level in levels:
        if len(level) != 1 or level not in LEVELS:
            yield "CLM-IMP-012", "subscriber.payer_level", level or "missing"
            return
    shared = {level for level in levels if levels.count(level) > 1}
    if any(other.subscriber.payer_level in shared and has_decided(record, other) for other in record.other_payers):
        yield "CLM-IMP-013", "other_payers", ""
    if len(levels) > len(LEVELS):
        yield "CLM-IMP-013", "other_payers", ""
    yield from _wrong_money(record)


def _levels(record: ClaimRecord) -> list[str]:
    return [record.subscriber.payer_level, *(other.subscriber.payer_level for other in record.other_payers)]


def _wrong_money(record: ClaimRecord) -> Iterator[tuple[str, str, str]]:
    if not record.lines:
        yield "CLM-IMP-008", "lines", ""
        return
    if service_days(record)[0] is None:
        yield "CLM-IMP-009", "lines", ""
    if any(line.charge_cents < 0 for line in record.lines) or (record.patient_paid_cents or 0) < 0:
        yield "CLM-IMP-014", "charge_cents", ""
    if paid_cents(record) > record.lines_cents:
        yield "CLM-IMP-011", "other_payers", ""


def _parties(record: ClaimRecord) -> Iterator[tuple[str, str, Party]]:
    yield "billing provider", "billing", record.billing
    yield "subscriber", "subscriber.person", record.subscriber.person
    yield "payer", "payer", record.payer
    yield "patient", "patient", record.patient_person
    for number, other in enumerate(record.other_payers, 1):
        yield "other payer", f"other_payers.{number}.payer", other.payer


# Taking over.


def _take_over(records: Sequence[ClaimRecord], file: StoredFile) -> list[Claim]:
    people = People()
    people.take_patients(records)
    origins = [dataclasses.replace(record.origin, sha256=file.sha256) for record in records]
    encounters = Encounter.objects.bulk_create(_encounters(records, people), batch_size=CHUNK)
    rows = [row for record, encounter in zip(records, encounters, strict=True) for row in _charges(record, encounter)]
    by_encounter: dict[int, list[Charge]] = defaultdict(list)
    for charge in Charge.objects.bulk_create(rows, batch_size=CHUNK):
        by_encounter[charge.encounter_id].append(charge)
    release_taken_over(encounters, origins)
    line_numbers = new_line_numbers(sum(not line.control_number for record in records for line in record.lines))
    drafts = [
        _draft(record, encounter, by_encounter[encounter.pk], people, line_numbers, file, origin)
        for record, encounter, origin in zip(records, encounters, origins, strict=True)
    ]
    claims = store_claims(drafts, text=f"Taken over from {file.name}")
    post_entries(
        [
            entry
            for draft in drafts
            for entry in opening_entries(draft.record, draft.encounter, draft.charges, draft.origin)
        ]
    )
    return claims


def _draft(
    record: ClaimRecord,
    encounter: Encounter,
    charges: list[Charge],
    people: People,
    line_numbers: Iterator[str],
    file: StoredFile,
    origin: Origin,
) -> Draft:
    lines = tuple(
        line if line.control_number else dataclasses.replace(line, control_number=next(line_numbers))
        for line in record.lines
    )
    record = dataclasses.replace(record, lines=lines)
    return Draft(record, encounter, charges, list(people.levels(record)), file, origin)


def _encounters(records: Sequence[ClaimRecord], people: People) -> Iterator[Encounter]:
    now = clock.now()
    for number, record in zip(new_encounter_numbers(len(records)), records, strict=True):
        start, _ = service_days(record)
        if start is None:
            raise ValueError(f"claim {record.control_number} has no day of service")
        yield Encounter(
            number=number,
            patient=people.patient(record),
            billing=people.provider(record.billing, is_billing=True),
            rendering=people.provider(record.rendering) if record.rendering else None,
            referring=people.provider(record.referring, gives_care=False) if record.referring else None,
            service_date=start,
            place_of_service=record.place_of_service[:2],
            diagnoses=[diagnosis.code for diagnosis in record.diagnoses],
            authorization_number=record.prior_authorization[:50],
            entered_at=now,
        )


def _charges(record: ClaimRecord, encounter: Encounter) -> Iterator[Charge]:
    for line in record.lines:
        yield Charge(
            encounter=encounter,
            number=line.number,
            code=line.procedure.code[:48],
            modifiers=list(line.procedure.modifiers),
            description=line.procedure.description[:80],
            quantity_thousandths=thousandths(line.quantity),
            unit=line.unit[:2],
            charge_cents=line.charge_cents,
            pointers=list(line.pointers),
        )
