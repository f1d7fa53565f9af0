"""Records survive the way to JSON and back."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.eligibility import Benefit
from claimwright.documents.parties import Party, Period, Procedure, Provider, Reference
from claimwright.documents.plain import from_plain, to_plain
from claimwright.documents.remittance import Remittance, RemittanceClaim, RemittanceLine
from claimwright.documents.status import StatusInquiryBatch
from claimwright.origin import Origin
from tests.strategies import claim_batches, remittances


def a_remittance() -> Remittance:
    line = RemittanceLine(
        Procedure("99213", ("25",)),
        12_500,
        8_000,
        (Adjustment("CO", "45", 4_500, Decimal("1.5"), Origin("ab", 7, 20, 3)),),
        period=Period.day(date(2026, 11, 2)),
    )
    claim = RemittanceClaim("A1", "1", 12_500, 8_000, lines=(line,), dates=(("232", date(2026, 11, 2)),))
    payee = Provider(last_name="CEDAR HILL", id_qualifier="XX", id="1", references=(Reference("TJ", "9"),))
    return Remittance(
        "I", 8_000, "C", "ACH", None, "T1", "1999999999", Party(last_name="PAYER"), payee, (claim,), is_test=True
    )


def through_json(record):
    return from_plain(type(record), json.loads(json.dumps(to_plain(record))))


@pytest.mark.parametrize(
    "record",
    [
        a_remittance(),
        Benefit("C", percent=Decimal("0.20"), dates=(("291", Period(date(2026, 1, 1), date(2026, 12, 31))),)),
        StatusInquiryBatch("R", datetime(2026, 11, 2, 9, tzinfo=UTC), ()),
    ],
)
def test_a_record_that_went_through_json_is_the_same_record(record):
    assert through_json(record) == record


def test_the_origin_of_a_fact_survives_though_it_does_not_count_in_comparisons():
    assert through_json(a_remittance()).claims[0].lines[0].adjustments[0].origin == Origin("ab", 7, 20, 3)


def test_what_has_its_default_is_left_out():
    assert to_plain(Procedure("99213")) == {"code": "99213"}


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(TypeError, match="colour"):
        from_plain(Procedure, {"code": "99213", "colour": "red"})


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim_batches() | remittances())
def test_any_claim_batch_and_any_remittance_survive_the_way_through_json(record):
    assert through_json(record) == record
