"""Authorizations, attachments, premiums and enrollments damaged anywhere are still read: records or findings."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.documents import read_documents
from tests.documents.test_damaged_questions import damaged, damages
from tests.x12.test_guides_of_other_sets import BODIES
from tests.x12.test_guides_of_questions import file_of


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(list(BODIES)), damages)
def test_a_damaged_set_gives_a_record_and_findings(key, damage):
    lines = BODIES[key].strip().splitlines()
    for one in damage:
        lines = damaged(lines, *one)
    for transaction_set, record, findings in read_documents(x12.read(file_of(key[:3], "\n".join(lines)))):
        assert record is not None or findings
        assert all(str(found) for found in [*findings, *transaction_set.findings])
