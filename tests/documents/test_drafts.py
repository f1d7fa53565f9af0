"""Records that are made by way of drafts are records like any other."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.drafts import Drafts, maker
from claimwright.documents.parties import Procedure, Provider
from claimwright.documents.remittance import Remittance, RemittanceClaim, RemittanceLine
from claimwright.origin import Origin

KINDS = (Adjustment, Origin, Procedure, Provider, RemittanceClaim, RemittanceLine)


def a_line() -> RemittanceLine:
    drafts = Drafts(RemittanceLine)
    draft = drafts.begin()
    draft.procedure, draft.charge_cents, draft.paid_cents = Procedure("99213"), 12_500, 8_000
    draft.remarks.append("N130")
    return drafts.seal(draft)


def test_a_sealed_draft_is_the_record_that_its_class_would_have_made():
    line = a_line()
    assert type(line) is RemittanceLine
    assert line == RemittanceLine(Procedure("99213"), 12_500, 8_000, remarks=("N130",))
    assert hash(line) == hash(RemittanceLine(Procedure("99213"), 12_500, 8_000, remarks=("N130",)))
    assert repr(line) == repr(RemittanceLine(Procedure("99213"), 12_500, 8_000, remarks=("N130",)))
    assert replace(line, paid_cents=1).paid_cents == 1


@pytest.mark.parametrize("record", [a_line(), maker(RemittanceLine)(Procedure("99213"), 12_500, 8_000)])
def test_a_sealed_draft_can_no_more_be_changed(record):
    with pytest.raises(FrozenInstanceError):
        record.paid_cents = 9_000
    with pytest.raises(FrozenInstanceError):
        del record.paid_cents
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        record.colour = "red"
    assert record.paid_cents == 8_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_maker_takes_what_the_class_takes_and_makes_the_same(kind):
    values = {field.name: field.name for field in fields(kind) if field.default != ()}
    assert maker(kind)(**values) == kind(**values)
    assert all(
        type(getattr(maker(kind)(**values), field.name)) is tuple for field in fields(kind) if field.default == ()
    )


def test_a_maker_leaves_out_what_the_constructor_leaves_out():
    with pytest.raises(TypeError, match="raw"):
        maker(Remittance)(raw=None)


def test_what_a_class_demands_of_its_records_is_demanded_of_drafts_too():
    drafts = Drafts(RemittanceClaim)
    draft = drafts.begin()
    draft.control_number, draft.status, draft.charge_cents, draft.paid_cents = "A1", "1", 0, 0
    draft.outpatient, draft.remarks = ("", "", "MA18"), ("MA01",)
    with pytest.raises(ValueError, match="MA01"):
        drafts.seal(draft)


def test_drafts_share_no_lists():
    drafts = Drafts(RemittanceLine)
    drafts.begin().remarks.append("N130")
    assert drafts.begin().remarks == []
