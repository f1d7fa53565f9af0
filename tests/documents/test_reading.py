"""From a file to records, whatever it holds, and what that costs to import."""

import subprocess
import sys

import pytest

from claimwright import documents, x12
from claimwright.origin import sha256_of
from tests.documents.examples import CLAIMS, DENTAL_CLAIMS, INSTITUTIONAL_CLAIMS, REMITTANCE


def test_each_set_comes_with_its_record():
    (claims,) = documents.read_documents(x12.read(CLAIMS))
    (remittance,) = documents.read_documents(x12.read(REMITTANCE))
    assert isinstance(claims[1], documents.ClaimBatch)
    assert isinstance(remittance[1], documents.Remittance)


def test_records_name_the_file_that_they_came_from():
    (_, record, _) = next(documents.read_documents(x12.read(REMITTANCE)))
    assert record.origin.sha256 == sha256_of(REMITTANCE)
    assert record.claims[0].lines[0].origin.sha256 == sha256_of(REMITTANCE)


def test_several_interchanges_in_one_file_are_all_read():
    records = [record for _, record, _ in documents.read_documents(x12.read(REMITTANCE + CLAIMS + REMITTANCE))]
    assert [type(record).__name__ for record in records] == ["Remittance", "ClaimBatch", "Remittance"]


@pytest.mark.parametrize("data", [INSTITUTIONAL_CLAIMS, DENTAL_CLAIMS])
def test_institutional_and_dental_claims_are_read_too(data):
    ((_, record, findings),) = documents.read_documents(x12.read(data))
    assert isinstance(record, documents.ClaimBatch)
    assert len(record.claims) == 1
    assert findings == ()


def test_a_set_that_no_record_is_for_is_named():
    ((_, record, findings),) = documents.read_documents(x12.read(CLAIMS.replace(b"ST*837", b"ST*850")))
    assert record is None
    assert [found.code for found in findings] == ["DOC-SET-001"]
    assert "850" in findings[0].message


def test_a_file_that_is_no_x12_has_no_documents():
    assert list(documents.read_documents(x12.read(b"%PDF-1.7"))) == []


def test_the_library_is_there_without_django_and_imports_only_what_is_asked_for():
    program = (
        "import sys; from claimwright import x12, documents\n"
        "assert not any(name.startswith('claimwright.documents.') for name in sys.modules)\n"
        "documents.read_documents(x12.read(b''))\n"
        "assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="read_poetry"):
        documents.read_poetry  # noqa: B018


def test_every_name_that_the_package_promises_is_there():
    for name in documents.__all__:
        assert getattr(documents, name) is not None
