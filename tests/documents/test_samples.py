"""Real 837P and 835 files, written by nobody here: all of them become records, and nothing of their money is lost."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from claimwright import x12
from claimwright.documents import read_claims, read_remittance, write_claims, write_remittance
from claimwright.errors import InputError
from claimwright.findings import Severity
from claimwright.money import parse_cents
from tests.documents.examples import ENVELOPE

BELIEVED = ("valid", "valid?", "valid-syntax")
CLAIM_VERSIONS = ("X222", "X098")


def sets_of(samples: Path, st01: str, believed: Iterable[str] = BELIEVED) -> Iterator[tuple[str, x12.TransactionSet]]:
    """Every such set of the files that are believed to be so, with the name of its file."""
    with (samples / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if row["believed"] in believed and row["transaction_set"] in ("835", "837P"):
            for transaction_set in x12.read((samples / row["path"]).read_bytes()).sets():
                is_professional = st01 == "835" or any(mark in transaction_set.version for mark in CLAIM_VERSIONS)
                if transaction_set.st01 == st01 and is_professional:
                    yield row["path"], transaction_set


def cents(segments: Iterable[x12.Segment], segment_id: str, *elements: int, qualifier: str = "") -> int:
    """The sum of those elements, straight from the segments."""
    return sum(
        parse_cents(segment[element])
        for segment in segments
        if segment.id == segment_id and qualifier in ("", segment[1])
        for element in elements
        if segment[element]
    )


def errors(findings) -> list[str]:
    return [str(found) for found in findings if found.severity is Severity.ERROR]


def rewritten(outgoing: x12.OutgoingSet, delimiters: x12.Delimiters) -> list[str]:
    marks = delimiters if delimiters.repetition else replace(delimiters, repetition="\x1d")
    data = x12.write_interchange(replace(ENVELOPE, delimiters=marks), [outgoing])
    (found,) = x12.read(data).sets()
    return [str(segment) for segment in found.segments[1:-1]]


@pytest.fixture(scope="module")
def module_samples():
    folder = Path(__file__).parents[3] / "shared" / "x12-samples"
    if not folder.exists():
        pytest.skip("the real X12 samples are not here (../shared/x12-samples)")
    return folder


@pytest.fixture(scope="module")
def remittances(module_samples):
    found = [(name, one, *read_remittance(one)) for name, one in sets_of(module_samples, "835")]
    assert len(found) > 150
    return found


@pytest.fixture(scope="module")
def batches(module_samples):
    found = [(name, one, *read_claims(one)) for name, one in sets_of(module_samples, "837")]
    assert len(found) > 300
    return found


def test_every_claim_of_every_remittance_is_there(remittances):
    for name, transaction_set, record, findings in remittances:
        clps = [segment[1] for segment in transaction_set.segments if segment.id == "CLP"]
        assert [claim.control_number for claim in record.claims] == clps, name
        assert errors(findings) == [], name


def test_charges_payments_and_adjustments_of_a_remittance_are_those_of_its_segments(remittances):
    for name, transaction_set, record, _ in remittances:
        segments = transaction_set.segments
        lines = [line for claim in record.claims for line in claim.lines]
        adjusted = sum(one.amount_cents for claim in record.claims for one in claim.all_adjustments)
        moved = sum(one.amount_cents for one in record.provider_adjustments)
        assert record.payment_cents == cents(segments, "BPR", 2), name
        assert sum(claim.charge_cents for claim in record.claims) == cents(segments, "CLP", 3), name
        assert sum(claim.paid_cents for claim in record.claims) == cents(segments, "CLP", 4), name
        assert sum(line.charge_cents for line in lines) == cents(segments, "SVC", 2), name
        assert sum(line.paid_cents for line in lines) == cents(segments, "SVC", 3), name
        assert adjusted == cents(segments, "CAS", 3, 6, 9, 12, 15, 18), name
        assert moved == cents(segments, "PLB", 4, 6, 8, 10, 12, 14), name


def test_supplements_and_remarks_of_a_remittance_are_as_many_as_its_segments(remittances):
    for name, transaction_set, record, _ in remittances:
        lines = [line for claim in record.claims for line in claim.lines]
        everyone = [*record.claims, *lines]
        others = [segment.name for one in everyone for segment in one.others]
        counts = {
            "AMT": sum(len(one.amounts) for one in everyone),
            "QTY": sum(len(one.quantities) for one in everyone),
            "LQ": sum(len(line.remarks) + len(line.pharmacy_remarks) for line in lines),
        }
        for segment_id, count in counts.items():
            there = sum(segment.id == segment_id for segment in transaction_set.segments)
            assert count + others.count(segment_id) == there, (name, segment_id)


def test_every_claim_of_every_batch_is_there_or_named_by_an_error(batches):
    for name, transaction_set, record, findings in batches:
        clms = [segment[1] for segment in transaction_set.segments if segment.id == "CLM"]
        named = [found.where.record for found in findings if found.severity is Severity.ERROR]
        missing = list(clms)
        for claim in record.claims:
            missing.remove(claim.control_number)
        assert set(missing) <= set(named), name


def test_charges_and_earlier_payments_of_a_batch_are_those_of_its_segments(batches):
    for name, transaction_set, record, _ in batches:
        segments, claims = transaction_set.segments, record.claims
        lines = [line for claim in claims for line in claim.lines]
        decisions = [decision for line in lines for decision in line.adjudications]
        others = [other for claim in claims for other in claim.other_payers]
        adjusted = [one.amount_cents for decided in (*decisions, *others) for one in decided.adjustments]
        assert sum(claim.charge_cents for claim in claims) == cents(segments, "CLM", 2), name
        assert sum(line.charge_cents for line in lines) == cents(segments, "SV1", 2), name
        assert sum(decision.paid_cents for decision in decisions) == cents(segments, "SVD", 2), name
        assert sum(other.paid_cents or 0 for other in others) == cents(segments, "AMT", 2, qualifier="D"), name
        assert sum(adjusted) == cents(segments, "CAS", 3, 6, 9, 12, 15, 18), name


def test_an_unchanged_record_writes_the_segments_of_its_file_again(remittances, batches):
    written = 0
    records = [(one, write_remittance(record)) for _, one, record, _ in remittances]
    records += [(one, write_claims(record)) for _, one, record, _ in batches]
    for transaction_set, outgoing in records:
        marks = transaction_set.group.interchange.delimiters
        was = [str(segment).rstrip(marks.element + marks.component) for segment in transaction_set.segments[1:-1]]
        try:
            again = rewritten(outgoing, marks)
        except InputError:
            continue  # A control character in a value, which is never written.
        assert again == was
        written += 1
    assert written > 400


def test_a_record_without_its_segments_is_written_anew_and_says_the_same(remittances, batches):
    """Files of the guide's own version; of older ones some things have no place in the new guide."""
    for name, transaction_set, record, _ in remittances:
        if transaction_set.guide:
            (again,) = x12.read(x12.write_interchange(ENVELOPE, [write_remittance(replace(record))])).sets()
            assert replace(read_remittance(again)[0], is_test=record.is_test) == record, name
    for name, transaction_set, record, _ in batches:
        if transaction_set.guide and not has_a_named_pay_to(record):
            (again,) = x12.read(x12.write_interchange(ENVELOPE, [write_claims(replace(record))])).sets()
            back, _ = read_claims(again)
            assert replace(back, claims=()) == replace(record, claims=()), name
            assert sorted(back.claims, key=repr) == sorted(record.claims, key=repr), name


def has_a_named_pay_to(record) -> bool:
    """A pay-to address has no name in this guide; two files give it one."""
    return any(claim.pay_to and claim.pay_to.name for claim in record.claims)


def test_files_that_are_known_to_be_wrong_give_records_or_errors_and_no_exception(module_samples):
    for name, transaction_set in sets_of(module_samples, "837", ("invalid", "invalid?", "unknown")):
        record, findings = read_claims(transaction_set)
        clms = sum(segment.id == "CLM" for segment in transaction_set.segments)
        assert len(record.claims) == clms or errors(findings), name
