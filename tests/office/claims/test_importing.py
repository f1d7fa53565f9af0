"""Claims of other systems: everything that can be taken over, a finding for everything else, and nothing half done."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claimwright import documents, x12
from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.claim import ClaimBatch, LineAdjudication, OtherPayer, Subscriber
from claimwright.documents.claim_x12 import write_claims
from claimwright.documents.parties import Party, Person
from claimwright.errors import InputError
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.building import record_of
from claimwright.office.claims.importing import import_file
from claimwright.office.claims.models import Adjudication, Claim, ClaimEvent, ClaimLine, Submission
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.balances import account_totals, owed_on_encounters
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider
from tests.documents.examples import DENTAL_CLAIMS, INSTITUTIONAL_CLAIMS
from tests.simulator import cast

OAK = Party(last_name="OAKLEAF SUPPLEMENT", id_qualifier="PI", id="CWOAK")
TABLES = (Patient, Coverage, Payer, Provider, Encounter, Charge, Claim, ClaimLine, Submission, JournalEntry, StoredFile)


def file_of(*claims: ClaimRecord) -> bytes:
    envelope = x12.Envelope("ZZ", "OTHER", "ZZ", "OFFICE", cast.MORNING, 1, 1)
    return x12.write_interchange(envelope, [write_claims(cast.batch(*claims))])


def codes_of(result) -> list[str]:
    return [finding.code for finding in result.findings if finding.code.startswith("CLM-IMP")]


def row_counts() -> list[int]:
    return [table.objects.count() for table in TABLES]


def with_other(record: ClaimRecord, level: str = "S", payer: Party = OAK, **fields) -> ClaimRecord:
    person = Person(last_name="ABARA", first_name="ADA", is_person=True, id_qualifier="MI", id="OAK1")
    other = OtherPayer(Subscriber(level, person, filing_code="CI"), payer, **fields)
    return replace(record, other_payers=(*record.other_payers, other))


def test_a_claim_brings_everyone_it_names(lakeside):
    record = with_other(cast.claim(cast.line(), cast.line(2, "93000", 4_000)))
    result = import_file("a.837", file_of(record))
    (claim,) = result.claims
    assert (claim.number, claim.charge_cents, claim.current_level) == ("A1001", 19_000, "P")
    assert (claim.patient.last_name, claim.patient.birth_date) == ("ABARA", date(1980, 5, 6))
    assert [(row.level, row.payer.payer_id) for row in claim.adjudications.order_by("pk")] == [
        ("P", "CWBLU"),
        ("S", "CWOAK"),
    ]
    assert claim.billing.npi == cast.PRACTICE.id
    assert [line.charge.code for line in claim.lines.all()] == ["99213", "93000"]
    assert record_of(claim) == record


def test_its_charges_are_owed_by_the_payer_it_is_for(lakeside):
    (claim,) = import_file("a.837", file_of(cast.claim())).claims
    assert account_totals() == {"receivable": 15_000, "charges": -15_000}
    charge = claim.lines.get().charge_id
    assert owed_on_encounters([claim.encounter_id]) == {claim.encounter_id: {charge: {"P": 15_000}}}


def test_it_says_from_which_bytes_it_came(lakeside):
    data = file_of(cast.claim(), cast.claim(number="A1002"))
    _, claim = import_file("a.837", data).claims
    assert claim.source_file.data == data
    assert data[claim.offset :].startswith(b"CLM*A1002*")
    assert ClaimEvent.objects.get(claim=claim).offset == claim.offset
    assert JournalEntry.objects.last().offset == claim.offset


def test_an_imported_claim_can_be_edited_like_any_other(lakeside):
    import_file("a.837", file_of(cast.claim()))
    result = scrub_claims()
    assert len(result.ready) + len(result.stopped) == 1


def test_the_same_people_are_recognised(lakeside):
    import_file("a.837", file_of(cast.claim(), cast.claim(number="A1002")))
    import_file("b.837", file_of(cast.claim(number="A1003")))
    assert [table.objects.count() for table in (Patient, Coverage, Payer, Provider)] == [1, 1, 1, 1]


def test_a_namesake_with_another_policy_and_address_is_another_patient(lakeside):
    first = cast.claim()
    person = replace(first.subscriber.person, id="BLU555000777", address=replace(cast.HOME, line1="9 Far Street"))
    second = replace(first, control_number="A1002", subscriber=replace(first.subscriber, person=person))
    import_file("a.837", file_of(first, second))
    assert Patient.objects.count() == 2


def test_the_same_file_twice_changes_nothing(lakeside):
    data = file_of(cast.claim(), cast.claim(number="A1002"))
    import_file("a.837", data)
    before = row_counts()
    again = import_file("copy.837", data)
    assert (again.claims, codes_of(again)) == ((), ["CLM-IMP-003"] * 2)
    assert row_counts() == before


def test_the_same_claim_in_another_file_is_refused(lakeside):
    import_file("a.837", file_of(cast.claim()))
    again = import_file("b.837", file_of(cast.claim(), cast.claim(number="A1002")))
    assert [claim.number for claim in again.claims] == ["A1002"]
    (finding,) = [one for one in again.findings if one.code == "CLM-IMP-004"]
    assert (finding.where.file, finding.where.record) == ("b.837", "A1001")
    assert finding.where.offset is not None
    assert finding.hint


def test_another_claim_of_the_same_number_is_refused(lakeside):
    import_file("a.837", file_of(cast.claim()))
    again = import_file("b.837", file_of(cast.claim(cast.line(cents=100))))
    assert codes_of(again) == ["CLM-IMP-005"]


def test_the_same_claim_twice_in_a_file_is_taken_once(lakeside):
    result = import_file("a.837", file_of(cast.claim(), cast.claim()))
    assert (len(result.claims), codes_of(result)) == (1, ["CLM-IMP-004"])


def _without(record: ClaimRecord, what: str) -> ClaimRecord:
    nobody = {"last_name": "", "id": "", "id_qualifier": ""}
    if what == "subscriber":
        person = replace(record.subscriber.person, last_name="")
        return replace(record, subscriber=replace(record.subscriber, person=person))
    return replace(record, **{what: replace(getattr(record, what), **nobody)})


@pytest.mark.parametrize("what", ["billing", "subscriber", "payer"])
def test_a_claim_without_a_party_is_left_out_and_the_others_are_taken(lakeside, what):
    result = import_file("a.837", file_of(_without(cast.claim(), what), cast.claim(number="A1002")))
    assert [claim.number for claim in result.claims] == ["A1002"]
    (finding,) = [one for one in result.findings if one.code == "CLM-IMP-007"]
    assert finding.where.record == "A1001"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (cast.claim(cast.line(period=None)), "CLM-IMP-009"),
        (cast.claim(cast.line(cents=-5)), "CLM-IMP-014"),
        (replace(cast.claim(), subscriber=replace(cast.claim().subscriber, payer_level="U")), "CLM-IMP-012"),
        (cast.claim(number="N" * 39), "CLM-IMP-006"),
        (cast.secondary(cast.claim(), cast.SUPPLEMENT, 15_001), "CLM-IMP-011"),
        (with_other(cast.claim(), "P", paid_cents=100), "CLM-IMP-013"),
        (replace(cast.claim(), frequency="8", original_reference="PCN1"), "CLM-IMP-018"),
    ],
)
def test_what_cannot_be_taken_over_is_a_finding_and_nothing_is_stored(lakeside, record, code):
    result = import_file("a.837", file_of(record))
    assert (result.claims, codes_of(result)) == ((), [code])
    assert row_counts() == [*[0] * (len(TABLES) - 1), 1]


def test_a_replacement_of_a_claim_that_is_here_is_refused(lakeside):
    (claim,) = import_file("a.837", file_of(cast.claim())).claims
    Adjudication.objects.filter(claim=claim).update(payer_claim_number="PCN1")
    replacement = replace(cast.claim(number="A1002"), frequency="7", original_reference="PCN1")
    assert codes_of(import_file("b.837", file_of(replacement))) == ["CLM-IMP-018"]
    elsewhere = replace(cast.claim(number="A1003"), frequency="7", original_reference="PCN2")
    assert len(import_file("c.837", file_of(elsewhere)).claims) == 1


def test_payers_at_one_level_are_put_in_a_row(lakeside):
    record = with_other(with_other(cast.claim()), "S", replace(OAK, id="CWELM", last_name="ELM"))
    result = import_file("a.837", file_of(record))
    assert codes_of(result) == ["CLM-IMP-017"]
    levels = Adjudication.objects.order_by("pk").values_list("level", flat=True)
    assert list(levels) == ["P", "S", "T"]


def test_a_charge_that_is_not_the_sum_of_its_lines_is_told_and_stopped_by_the_edits(lakeside):
    record = replace(cast.claim(), charge_cents=99_900)
    result = import_file("a.837", file_of(record))
    assert codes_of(result) == ["CLM-IMP-010"]
    assert account_totals()["charges"] == -15_000
    assert len(scrub_claims().stopped) == 1


def test_lines_that_share_numbers_are_numbered_anew(lakeside):
    record = cast.claim(cast.line(1, control_number="X"), cast.line(1, control_number="X"))
    (claim,) = import_file("a.837", file_of(record)).claims
    assert [line.number for line in claim.lines.all()] == [1, 2]
    assert len(set(claim.lines.values_list("control_number", flat=True))) == 2


def test_names_in_latin_1_are_read_as_such(lakeside):
    data = file_of(cast.claim()).replace(b"ABARA", "MUÑOZ".encode("latin-1"))
    result = import_file("a.837", data)
    assert codes_of(result) == ["CLM-IMP-015"]
    assert Patient.objects.get().last_name == "MUÑOZ"


# Claims that come to their second payer.


def secondary(paid: int, *adjustments: Adjustment) -> ClaimRecord:
    return cast.secondary(cast.claim(), cast.SUPPLEMENT, paid, *adjustments)


def owed(claim: Claim) -> dict[str, int]:
    totals: dict[str, int] = {}
    for by_owner in owed_on_encounters([claim.encounter_id]).get(claim.encounter_id, {}).values():
        for owner, cents in by_owner.items():
            totals[owner] = totals.get(owner, 0) + cents
    return totals


@pytest.mark.parametrize(
    ("record", "prior", "contractual", "left", "state"),
    [
        (secondary(8_000, Adjustment("CO", "45", 5_000), Adjustment("PR", "2", 2_000)), 8_000, 5_000, 2_000, "paid"),
        (secondary(0, Adjustment("CO", "45", 5_000), Adjustment("PR", "1", 10_000)), 0, 5_000, 10_000, "zero_patient"),
        (secondary(0, Adjustment("CO", "29", 15_000)), 0, 0, 15_000, "denied"),
        (secondary(15_000), 15_000, 0, 0, "paid"),
    ],
)
def test_what_the_first_payer_settled_opens_the_account(lakeside, record, prior, contractual, left, state):
    (claim,) = import_file("a.837", file_of(record)).claims
    totals = account_totals()
    assert (totals.get("prior_payment", 0), totals.get("contractual", 0)) == (prior, contractual)
    assert owed(claim) == ({"S": left} if left else {})
    assert sum(totals.values()) == 0
    assert totals["charges"] == -15_000
    first = claim.adjudications.get(level="P")
    assert (first.state, first.decided_elsewhere) == (state, True)
    assert claim.adjudications.get(level="S").state == "not_submitted"
    assert Submission.objects.get(claim=claim).level == "S"


def test_amounts_of_the_whole_claim_are_spread_to_the_cent(lakeside):
    record = cast.claim(cast.line(1, cents=3_333), cast.line(2, cents=3_333), cast.line(3, cents=3_334))
    record = with_other(
        replace(record, subscriber=replace(record.subscriber, payer_level="S")),
        "P",
        paid_cents=7_001,
        adjustments=(Adjustment("PR", "3", 1_000), Adjustment("CO", "45", 1_999)),
    )
    (claim,) = import_file("a.837", file_of(record)).claims
    totals = account_totals()
    assert (totals["prior_payment"], totals["contractual"], totals["receivable"]) == (7_001, 1_999, 1_000)
    assert owed(claim) == {"S": 1_000}


def test_a_payer_that_was_not_asked_leaves_everything(lakeside):
    record = cast.claim()
    record = with_other(replace(record, subscriber=replace(record.subscriber, payer_level="S")), "P")
    (claim,) = import_file("a.837", file_of(record)).claims
    assert owed(claim) == {"S": 15_000}
    assert claim.adjudications.get(level="P").state == "void"


def test_two_payers_before_leave_what_the_second_left(lakeside):
    record = secondary(8_000, Adjustment("CO", "45", 5_000), Adjustment("PR", "2", 2_000))
    (line,) = record.lines
    second = LineAdjudication(
        "CWELM", 1_500, line.procedure, Decimal(1), (Adjustment("OA", "23", 13_000), Adjustment("PR", "3", 500))
    )
    record = replace(
        record,
        subscriber=replace(record.subscriber, payer_level="T"),
        lines=(replace(line, adjudications=(*line.adjudications, second)),),
    )
    record = with_other(record, "S", replace(OAK, id="CWELM", last_name="ELM"), paid_cents=1_500)
    (claim,) = import_file("a.837", file_of(record)).claims
    assert owed(claim) == {"T": 500}
    assert account_totals()["prior_payment"] == 9_500


def test_what_the_patient_paid_is_taken_from_what_the_patient_will_owe(lakeside):
    (claim,) = import_file("a.837", file_of(replace(cast.claim(), patient_paid_cents=2_500))).claims
    assert owed(claim) == {"P": 15_000, "PATIENT": -2_500}
    assert sum(account_totals().values()) == 0


# Bad files.


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\xff" * 500, b"hello, dear colleague", b"ISA*00*", file_of(cast.claim())[:60]],
    ids=["empty", "binary", "prose", "stump", "head"],
)
def test_a_file_that_is_none_changes_nothing(lakeside, data):
    with pytest.raises(InputError) as refused:
        import_file("bad.837", data)
    assert refused.value.findings[0].code == "CLM-IMP-001"
    assert all(finding.where.file == "bad.837" for finding in refused.value.findings)
    assert row_counts() == [0] * len(TABLES)


def test_a_file_that_is_cut_short_changes_nothing(lakeside):
    data = file_of(cast.claim(), cast.claim(number="A1002"))
    for end in range(data.index(b"CLM*A1001"), data.index(b"SE*"), 37):
        with pytest.raises(InputError) as refused:
            import_file("short.837", data[:end])
        assert "CLM-IMP-002" in {finding.code for finding in refused.value.findings}
    assert row_counts() == [0] * len(TABLES)


@pytest.mark.parametrize("data", [INSTITUTIONAL_CLAIMS, DENTAL_CLAIMS])
def test_institutional_and_dental_claims_are_named_and_not_taken_over(lakeside, data):
    with pytest.raises(InputError) as refused:
        import_file("h.837", data)
    assert [found.code for found in refused.value.findings if found.code.startswith("CLM-IMP")] == [
        "CLM-IMP-001",
        "CLM-IMP-019",
    ]
    assert row_counts()[TABLES.index(Claim)] == 0


def test_a_byte_order_mark_and_other_delimiters_do_no_harm(lakeside):
    data = file_of(cast.claim()).replace(b"*", b"|").replace(b"~", b"\n")
    result = import_file("bom.837", b"\xef\xbb\xbf" + data)
    assert [claim.number for claim in result.claims] == ["A1001"]


def test_a_message_of_another_kind_is_refused(lakeside):
    envelope = x12.Envelope("ZZ", "OTHER", "ZZ", "OFFICE", cast.MORNING, 1, 1)
    acknowledgement = x12.acknowledge(x12.read(file_of(cast.claim())), envelope)
    with pytest.raises(InputError):
        import_file("a.999", acknowledgement)


# Real files.


def _samples(samples):
    with (samples / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = [row for row in csv.DictReader(manifest, delimiter="\t") if row["transaction_set"] == "837P"]
    return [(row, (samples / row["path"]).read_bytes()) for row in rows]


def _records(data: bytes) -> list[object]:
    return [record for _, record, _ in documents.read_documents(x12.read(data))]


def test_every_claim_of_the_real_files_is_taken_over_or_explained(lakeside, samples):
    for row, data in _samples(samples):
        if not row["believed"].startswith("valid"):
            continue
        if all(isinstance(record, ClaimBatch) and record.claim_kind != "professional" for record in _records(data)):
            continue  # Institutional claims whose group says that they are professional ones.
        result = import_file(row["path"], data)
        numbers = {segment[1] for one in x12.read(data).sets() for segment in one.segments if segment.id == "CLM"}
        taken = {claim.number for claim in result.claims}
        told = {finding.where.record for finding in result.findings if finding.code.startswith(("CLM-IMP", "DOC-CLM"))}
        assert numbers, row["path"]
        assert numbers <= taken | told, row["path"]
        assert all(finding.where.file == row["path"] for finding in result.findings)
    assert sum(account_totals().values()) == 0


def test_bad_real_files_raise_nothing_but_input_errors(lakeside, samples):
    for row, data in _samples(samples):
        if row["believed"].startswith("valid"):
            continue
        with suppress(InputError):
            import_file(row["path"], data)
    assert sum(account_totals().values()) == 0
