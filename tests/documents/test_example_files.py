"""The example claims that come with the source: right by every judge at hand, and read whole."""

import pytest

from claimwright import documents, x12
from claimwright.documents.claim import ClaimKind
from tests.conftest import ROOT
from tests.judges import pyx12_errors

FILES = {"institutional.837": ClaimKind.INSTITUTIONAL, "dental.837": ClaimKind.DENTAL}


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_an_example_claim_file_is_read_without_a_finding(name, kind):
    reading = x12.read((ROOT / "examples" / "files" / name).read_bytes())
    assert [str(found) for found in reading.findings] == []
    ((_, record, findings),) = documents.read_documents(reading)
    assert isinstance(record, documents.ClaimBatch)
    assert (record.claim_kind, len(record.claims), findings) == (kind, 2, ())


def test_another_judge_accepts_the_institutional_example():
    """It has no map of dental claims."""
    assert pyx12_errors((ROOT / "examples" / "files" / "institutional.837").read_bytes()) == []
