"""Claims as a stream: the same records and findings as from a whole reading, whatever the window and the engine."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.documents import read_documents, stream_claims
from claimwright.documents.claim import ClaimBatch
from claimwright.documents.remittance import Remittance
from claimwright.x12.engine import engine_maker
from tests.documents.examples import CLAIMS, DENTAL_CLAIMS, INSTITUTIONAL_CLAIMS, REMITTANCE
from tests.documents.test_malformed import damaged, damages

WINDOWS = (64, 300, 1000, 1 << 20)


def has_native() -> bool:
    try:
        engine_maker("native")
    except ValueError:
        return False
    return True


needs_native = pytest.param("native", marks=pytest.mark.skipif(not has_native(), reason="there is no native engine"))
ENGINES = ("python", needs_native)


def streamed(data: bytes, **options):
    """The records as `read_documents` gives them, and all findings, from a stream of the bytes."""
    records, claims, findings = [], [], []
    for part in stream_claims(BytesIO(data), **options):
        findings += part.findings
        if part.claim is not None:
            claims.append(part.claim)
        elif part.head is not None:
            records.append(replace(part.head, claims=tuple(claims)))
            claims = []
    assert claims == []
    return records, findings


def read_whole(data: bytes):
    reading = x12.read(data)
    records, findings = [], list(reading.findings)
    for _, record, found in read_documents(reading):
        findings += found
        if isinstance(record, Remittance | ClaimBatch):
            records.append(record)
    return records, findings


def origins(record: Remittance | ClaimBatch):
    if isinstance(record, Remittance):
        yield record.origin
    for claim in record.claims:
        yield claim.origin
        for line in claim.lines:
            yield line.origin
            yield from (one.origin for one in getattr(line, "adjustments", ()))


def assert_same(data: bytes, **options):
    records, findings = streamed(data, sha256="", **options)
    wanted, expected = read_whole(data)
    assert records == wanted
    for one, other in zip(records, wanted, strict=True):
        places = [(origin.offset, origin.length, origin.index) for origin in origins(one)]
        assert places == [(origin.offset, origin.length, origin.index) for origin in origins(other)]
    assert told(findings) == told(expected)


def told(findings) -> list[str]:
    """What the mapping found."""
    return sorted(str(found) for found in findings if found.code.startswith(("DOC-REM", "DOC-CLM")))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("window", WINDOWS)
def test_a_stream_gives_what_a_reading_gives(engine, window):
    files = (REMITTANCE, CLAIMS, REMITTANCE.replace(b"A1", b"B1"), INSTITUTIONAL_CLAIMS, DENTAL_CLAIMS)
    assert_same(b"".join(files), engine=engine, window=window)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_sample_gives_the_same_records(engine, samples):
    for path in sorted(samples.rglob("*")):
        if path.is_file() and any(mark in (data := path.read_bytes()) for mark in (b"835", b"837")):
            assert_same(data, engine=engine)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from((REMITTANCE, CLAIMS, INSTITUTIONAL_CLAIMS, DENTAL_CLAIMS)),
    damages,
    st.sampled_from(WINDOWS),
    st.sampled_from(("python", "auto")),
)
def test_damage_gives_the_same_too(data, strokes, window, engine):
    assert_same(damaged(data, strokes), window=window, engine=engine)


def test_a_claim_comes_with_what_was_known_of_its_set_and_the_end_with_everything():
    *claims, end = stream_claims(REMITTANCE)
    assert [part.claim.control_number for part in claims] == ["A1", "A2"]
    assert {part.head.trace_number for part in claims} == {"EFT55501"}
    assert end.claim is None
    assert len(end.head.provider_adjustments) == 3


def test_a_claim_that_cannot_be_read_is_among_the_findings():
    parts = list(stream_claims(REMITTANCE.replace(b"SVC*HC:36415*100", b"SVC*HC:36415*1OO")))
    assert [part.claim.control_number for part in parts if part.claim] == ["A2"]
    assert "DOC-REM-001" in [found.code for part in parts for found in part.findings]


def test_a_file_is_streamed_by_its_path(tmp_path):
    path = tmp_path / "remittance.835"
    path.write_bytes(REMITTANCE)
    assert [part.claim.control_number for part in stream_claims(path) if part.claim] == ["A1", "A2"]


def test_what_is_no_x12_is_a_finding():
    (part,) = stream_claims(b"%PDF-1.7")
    assert (part.head, part.claim, part.findings[0].code) == (None, None, "X12-ENV-001")


def test_a_set_that_no_record_is_for_is_named():
    (part,) = stream_claims(REMITTANCE.replace(b"ST*835*", b"ST*864*"))
    assert part.head is None
    assert "DOC-SET-001" in [found.code for found in part.findings]
