"""Damaged files: whatever the bytes, there is a record or a finding, and no claim is lost in silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.documents import read_documents
from claimwright.findings import Severity, has_errors
from tests.documents.examples import CLAIMS, DENTAL_CLAIMS, INSTITUTIONAL_CLAIMS, REMITTANCE

_OPENING = {"835": "CLP", "837": "CLM"}
_OPENING_OF_A_CLAIM = (b"\nCLM*", b"\nCLP*")

damages = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(
            (b"", b"~", b"*", b":", b"^", b"0", b"9", b"-", b".", b"X", b"\x00", b"\xff", b"\n", b"CLP*", b"LX*1~")
        ),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=6,
)


def damaged(data: bytes, strokes) -> bytes:
    """The bytes with some of them struck out and others written in, behind the ISA."""
    for where, written, removed in strokes:
        at = 106 + int(where * (len(data) - 106))
        data = data[:at] + written + data[at + removed :]
    return data


def unaccounted(transaction_set, record, findings) -> list[str]:
    """The claims of a set that are neither in the record nor named by an error within their segments."""
    openings = [segment for segment in transaction_set.segments if segment.id == _OPENING[transaction_set.st01]]
    read = {claim.origin.index for claim in record.claims}
    accused = [found.where.index for found in findings if found.severity is Severity.ERROR]
    if not openings:
        return []
    ends = [segment.index for segment in openings[1:]] + [transaction_set.segments[-1].index + 1]
    return [
        str(segment)
        for segment, end in zip(openings, ends, strict=True)
        if segment.index not in read and not any(segment.index <= index < end for index in accused)
    ]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from((REMITTANCE, CLAIMS, INSTITUTIONAL_CLAIMS, DENTAL_CLAIMS)), damages)
def test_any_damage_gives_records_and_findings_and_loses_no_claim_in_silence(data, strokes):
    reading = x12.read(damaged(data, strokes))
    claims, found = 0, list(reading.findings)
    for transaction_set, record, findings in read_documents(reading):
        found += findings
        if record is not None:
            assert unaccounted(transaction_set, record, findings) == []
            claims += len(record.claims)
    assert claims >= data.count(_OPENING_OF_A_CLAIM[b"ST*835" in data]) or found


@pytest.mark.parametrize("data", [REMITTANCE, CLAIMS])
def test_a_file_cut_anywhere_is_never_taken_for_a_whole_one(data):
    body = data.rstrip()
    for end in range(110, len(body) - 2, 23):
        reading = x12.read(body[:end])
        documents = list(read_documents(reading))
        assert has_errors(reading.findings) or any(has_errors(findings) for _, _, findings in documents), end
