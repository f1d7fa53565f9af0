"""Real 837I and 837D files, written by nobody here: all become records, and nothing of their money or codes is lost."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from claimwright import x12
from claimwright.documents import read_claims, write_claims
from claimwright.documents.claim import ClaimKind
from tests.documents.examples import ENVELOPE
from tests.documents.test_samples import cents, errors, rewritten

_MARKS = {"X222": ClaimKind.PROFESSIONAL, "X223": ClaimKind.INSTITUTIONAL, "X096": ClaimKind.INSTITUTIONAL,
          "X224": ClaimKind.DENTAL, "X097": ClaimKind.DENTAL}  # fmt: skip
_CHARGE = {ClaimKind.INSTITUTIONAL: ("SV2", 3), ClaimKind.DENTAL: ("SV3", 2)}


def kind_of(transaction_set: x12.TransactionSet) -> ClaimKind | None:
    version = transaction_set.guide.version if transaction_set.guide else transaction_set.version
    return next((kind for mark, kind in _MARKS.items() if mark in version), None)


@pytest.fixture(scope="module")
def batches():
    folder = Path(__file__).parents[3] / "shared" / "x12-samples"
    if not folder.exists():
        pytest.skip("the real X12 samples are not here (../shared/x12-samples)")
    found = []
    with (folder / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["transaction_set"].startswith("837"):
                sets = x12.read((folder / row["path"]).read_bytes()).sets()
                found += [(row["path"], one, *read_claims(one)) for one in sets if kind_of(one) in _CHARGE]
    return found


def test_there_are_some(batches):
    kinds = [kind_of(one) for _, one, _, _ in batches]
    assert kinds.count(ClaimKind.INSTITUTIONAL) >= 15
    assert kinds.count(ClaimKind.DENTAL) >= 1


def test_every_claim_is_there_and_of_its_kind_or_named_by_an_error(batches):
    for name, transaction_set, record, findings in batches:
        numbers = [segment[1] for segment in transaction_set.segments if segment.id == "CLM"]
        named = [found.where.record for found in findings if errors([found])]
        missing = list(numbers)
        for claim in record.claims:
            assert claim.kind is kind_of(transaction_set), name
            missing.remove(claim.control_number)
        assert set(missing) <= set(named), name


def test_charges_and_earlier_payments_are_those_of_the_segments(batches):
    for name, transaction_set, record, findings in batches:
        if errors(findings):
            continue
        segment, element = _CHARGE[kind_of(transaction_set)]
        lines = [line for claim in record.claims for line in claim.lines]
        decisions = [decision for line in lines for decision in line.adjudications]
        assert sum(claim.charge_cents for claim in record.claims) == cents(transaction_set.segments, "CLM", 2), name
        assert sum(line.charge_cents for line in lines) == cents(transaction_set.segments, segment, element), name
        assert sum(one.paid_cents for one in decisions) == cents(transaction_set.segments, "SVD", 2), name


def test_every_code_of_an_institutional_claim_is_in_a_field_or_kept(batches):
    for name, transaction_set, record, findings in batches:
        if kind_of(transaction_set) is not ClaimKind.INSTITUTIONAL or errors(findings):
            continue
        written = write_claims(replace(record)).segments
        told = sorted(code for segment in written if segment[0] == "HI" for code in map(_without_end, segment[1:]))
        there = [segment for segment in transaction_set.segments if segment.id == "HI"]
        wanted = [tuple(one.components(at)) for one in there for at in range(1, len(one) + 1) if one[at]]
        assert [one[:2] for one in told] == sorted(_without_end(one)[:2] for one in wanted), name


def _without_end(parts) -> tuple[str, ...]:
    kept = [parts] if isinstance(parts, str) else list(parts)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def test_an_unchanged_record_writes_the_segments_of_its_file_again(batches):
    for name, transaction_set, record, _ in batches:
        marks = transaction_set.group.interchange.delimiters
        body = [segment for segment in transaction_set.segments[1:] if segment.id != "SE"]
        was = [str(segment).rstrip(marks.element + marks.component) for segment in body]
        assert rewritten(write_claims(record), marks) == was, name


def test_a_record_without_its_segments_is_written_anew_and_says_the_same(batches):
    """Files of the guides' own versions that their guide finds right."""
    judged = 0
    for name, transaction_set, record, _ in batches:
        if transaction_set.guide and not errors(transaction_set.findings):
            (again,) = x12.read(x12.write_interchange(ENVELOPE, [write_claims(replace(record))])).sets()
            back, _ = read_claims(again)
            assert sorted(back.claims, key=repr) == sorted(record.claims, key=repr), name
            judged += 1
    assert judged >= 2
