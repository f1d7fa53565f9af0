"""Coverage, status and acknowledgement sets damaged anywhere are still read: records and findings, no crash."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.documents import read_documents
from tests.documents.test_acknowledgement_x12 import ANSWER, REJECTED
from tests.x12.test_guides_of_questions import BODIES, file_of

EVERY = BODIES | {("277", "HN", "005010X214"): ANSWER, ("999", "FA", "005010X231A1"): REJECTED}
LINES = sorted({line for body in EVERY.values() for line in body.splitlines()})
VALUES = ("", "X", "9" * 20, "20261399", "é", "-1", ":", "^", "A:B", "0")

damages = st.lists(
    st.tuples(st.sampled_from(("drop", "double", "put", "spoil")), st.integers(0, 60), st.integers(0, 12)),
    min_size=1,
    max_size=5,
)


def damaged(lines, damage, line, value):
    at = line % len(lines)
    if damage == "drop":
        return lines[:at] + lines[at + 1 :] or lines
    if damage == "double":
        return [*lines[:at], lines[at], *lines[at:]]
    if damage == "put":
        return [*lines[:at], LINES[(line * 13 + value) % len(LINES)], *lines[at:]]
    fields = lines[at].split("*")
    fields[value % len(fields)] = VALUES[(line + value) % len(VALUES)]
    return [*lines[:at], "*".join(fields), *lines[at + 1 :]]


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(list(EVERY)), damages)
@example(("277", "HN", "005010X214"), [("drop", 0, 0)])
def test_a_damaged_set_gives_a_record_and_findings(key, damage):
    lines = EVERY[key].strip().splitlines()
    for one in damage:
        lines = damaged(lines, *one)
    for transaction_set, record, findings in read_documents(x12.read(file_of(key, "\n".join(lines)))):
        assert record is not None or findings
        assert all(str(found) for found in [*findings, *transaction_set.findings])
