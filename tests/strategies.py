"""Claims and remittances for property tests: all that the guides allow, balanced to the cent, of nobody.

`claim_batches()` and `remittances()` are what most tests want; the smaller ones are there to be built upon.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from claimwright.documents.adjustments import Adjustment, Amount
from claimwright.documents.claim import (
    NO_PROCEDURE,
    Claim,
    ClaimBatch,
    ClaimLine,
    Diagnosis,
    Drug,
    LineAdjudication,
    OtherPayer,
    Subscriber,
)
from claimwright.documents.dental import DentalLine, DentalPart, Tooth, ToothStatus
from claimwright.documents.institutional import (
    DatedProcedure,
    InstitutionalPart,
    Occurrence,
    OccurrenceSpan,
    RevenueLine,
    ValueAmount,
)
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Address, Contact, Party, Period, Person, Procedure, Provider, Reference
from claimwright.documents.remittance import (
    BankAccount,
    ProviderAdjustment,
    Quantity,
    Remittance,
    RemittanceClaim,
    RemittanceHeader,
    RemittanceLine,
)
from claimwright.money import x12_amount

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _npi(nine: str) -> str:
    """Nine digits and the check digit that makes them an NPI (Luhn, prefix 80840)."""
    total = 0
    for position, digit in enumerate(reversed("80840" + nine), 1):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return nine + str(-total % 10)


def _tuples(elements, max_size, **options):
    return st.lists(elements, max_size=max_size, **options).map(tuple)


def _maybe(value):
    return st.sampled_from(("", value)) if isinstance(value, str) else st.just("") | value


# Values.

names = st.text(_LETTERS + " '-.", min_size=1, max_size=20).filter(lambda text: text == text.strip())
identifiers = st.text(_LETTERS + "0123456789", min_size=2, max_size=15)
npis = st.integers(100_000_000, 299_999_999).map(lambda number: _npi(str(number)))
days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair))) | days.map(Period.day)
charges = st.integers(0, 5_000_000)
moved_cents = st.integers(-500_000, 5_000_000).filter(bool)
instants = st.integers(0, 10**9).map(lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
small_numbers = st.decimals("0.1", "999", places=1)
phones = st.integers(0, 99).map(lambda number: ("TE", f"60355501{number:02d}"))
states = st.sampled_from(("OR", "NY", "TX", "CA", "FL"))
addresses = st.builds(
    Address,
    line1=names,
    line2=_maybe(names),
    city=names.filter(lambda name: len(name) > 1),
    state=states,
    postal_code=st.integers(100_000_000, 999_999_999).map(str),
)
contacts = st.builds(Contact, name=names, numbers=st.tuples(phones))
codes = st.integers(10_000, 99_999).map(str)
procedures = st.builds(
    Procedure,
    code=codes,
    modifiers=_tuples(st.sampled_from(("25", "59", "GT", "LT", "RT", "TC", "XE")), 4),
    description=_maybe(names),
)
groups = st.sampled_from(("CO", "PR", "OA", "PI"))
carcs = st.sampled_from(("1", "2", "3", "16", "18", "29", "45", "50", "97", "197", "253"))
adjustments = st.builds(
    Adjustment, group=groups, reason=carcs, amount_cents=moved_cents, quantity=st.none() | small_numbers
)
remark_codes = st.sampled_from(("MA01", "MA18", "M51", "N130", "N30", "N522"))
control_numbers = st.integers(1, 10**9).map(lambda number: f"CW{number}")

# Parties.


def organisations(**fields):
    return st.builds(Party, last_name=names, **fields)


def persons(kind=Party, **fields):
    return st.builds(
        kind,
        last_name=names,
        first_name=names,
        middle_name=_maybe(names),
        suffix=st.sampled_from(("", "JR", "III")),
        is_person=st.just(True),
        **fields,
    )


def _references(qualifiers, max_size=2):
    references = st.builds(Reference, qualifier=st.sampled_from(qualifiers), value=identifiers)
    return _tuples(references, max_size, unique_by=lambda reference: reference.qualifier)


_NPI = {"id_qualifier": st.just("XX"), "id": npis}
_taxonomies = st.sampled_from(("", "207Q00000X", "363L00000X", "208600000X"))
_provider_references = _references(("0B", "1G", "G2"))

people = persons(
    Person,
    id_qualifier=st.just("MI"),
    id=identifiers,
    address=addresses,
    references=_references(("SY",)).map(
        lambda references: tuple(Reference(one.qualifier, "000000001") for one in references)
    ),
    birth_date=days,
    sex=st.sampled_from("FMU"),
)
patients = persons(
    Person,
    address=addresses,
    birth_date=days,
    sex=st.sampled_from("FMU"),
    death_date=st.none() | days,
    weight_pounds=st.none() | small_numbers,
    is_pregnant=st.booleans(),
)
billing_providers = st.builds(
    Provider,
    last_name=names,
    **_NPI,
    address=addresses,
    contacts=_tuples(contacts, 2),
    references=_references(("0B", "1G")),
    taxonomy=_taxonomies,
    tax_id=st.integers(100_000_000, 999_999_999).map(str),
    tax_id_qualifier=st.just("EI"),
)
rendering_providers = persons(Provider, **_NPI, references=_provider_references, taxonomy=_taxonomies)
other_providers = persons(Provider, **_NPI, references=_provider_references)
facilities = st.builds(
    Provider,
    last_name=names,
    **_NPI,
    address=addresses,
    references=_references(("0B", "G2", "LU")),
    contacts=_tuples(contacts, 1),
)
payers = organisations(
    id_qualifier=st.just("PI"),
    id=identifiers,
    address=st.none() | addresses,
    references=_references(("2U", "FY", "NF", "G2")),
)
_first_payers = organisations(
    id_qualifier=st.just("PI"),
    id=identifiers,
    address=st.none() | addresses,
    references=_references(("2U", "EI", "NF")),
)

# Claims (837P).

filing_codes = st.sampled_from(("MB", "MC", "CI", "BL", "16", "WC"))
diagnoses = st.lists(
    st.sampled_from(("J069", "E119", "I10", "M545", "Z0000", "R519")), min_size=1, max_size=6, unique=True
).map(lambda found: tuple(Diagnosis(code, "ABF" if at else "ABK") for at, code in enumerate(found)))
drugs = st.builds(
    Drug,
    ndc=st.integers(10**10, 10**11 - 1).map(str),
    quantity=small_numbers,
    unit=st.sampled_from(("UN", "ML", "GR", "F2", "ME")),
    prescription=_maybe(identifiers),
)
_claim_dates = _tuples(
    st.tuples(st.sampled_from(("431", "454", "439", "435", "096", "050")), days.map(Period.day)),
    3,
    unique_by=lambda one: one[0],
)
_line_dates = _tuples(
    st.tuples(st.sampled_from(("471", "463", "304", "455")), days.map(Period.day)), 2, unique_by=lambda one: one[0]
)
_claim_others = st.sampled_from(
    (
        (),
        (OtherSegment("PWK", (("OZ",), ("EL",), (), (), ("AC",), ("A77",))),),
        (OtherSegment("K3", (("FILE INFORMATION",),)), OtherSegment("HI", (("BG", "A1"), ("BG", "B2")))),
        (OtherSegment("CRC", (("75",), ("Y",), ("IH",))), OtherSegment("HCP", (("02",), ("100",), ("20",)))),
    )
)
_line_others = st.sampled_from(
    (
        (),
        (OtherSegment("MEA", (("TR",), ("R1",), ("11.3",))),),
        (OtherSegment("CR3", (("I",), ("MO",), ("12",))), OtherSegment("PS1", (("PURCHASED",), ("40",)))),
        (OtherSegment("LQ", (("UT",), ("04.04",))), OtherSegment("FRM", (("1A",), (), ("J0234",)))),
    )
)


def subscribers(person=people, relationship="18"):
    return st.builds(
        Subscriber,
        payer_level=st.sampled_from("PST"),
        person=person,
        relationship=st.just(relationship) if isinstance(relationship, str) else relationship,
        group_number=_maybe(identifiers),
        group_name=_maybe(names),
        filing_code=filing_codes,
    )


@st.composite
def claim_lines(draw, number=1, diagnoses=1, other_payers=()):
    """A service line; what every one of `other_payers` decided explains its whole charge."""
    charge, unit = draw(charges), draw(st.sampled_from(("UN", "MJ")))
    procedure = draw(procedures)
    return ClaimLine(
        number=number,
        procedure=procedure,
        charge_cents=charge,
        quantity=Decimal(draw(st.integers(1, 400))),
        unit=unit,
        period=draw(periods),
        pointers=tuple(draw(st.lists(st.integers(1, diagnoses), min_size=1, max_size=4, unique=True))),
        place_of_service=draw(st.sampled_from(("", "11", "22"))),
        emergency=draw(st.booleans()),
        epsdt=draw(st.booleans()),
        family_planning=draw(st.booleans()),
        copay_exempt=draw(st.booleans()),
        control_number=draw(identifiers),
        prior_authorization=draw(_maybe(identifiers)),
        referral=draw(_maybe(identifiers)),
        note=draw(_maybe(names)),
        note_kind="ADD",
        drug=draw(st.none() | drugs),
        rendering=draw(st.none() | rendering_providers),
        providers=draw(st.sampled_from(((), ("DQ",), ("DK", "DN"))).flatmap(_named_providers)),
        dates=draw(_line_dates),
        amounts=draw(
            _tuples(st.builds(Amount, st.sampled_from(("T", "F4")), charges), 2, unique_by=lambda a: a.qualifier)
        ),
        references=draw(_references(("X4", "F4", "BT"))),
        adjudications=tuple(draw(_line_adjudications(payer.id, charge, procedure)) for payer in other_payers),
        others=draw(_line_others),
    )


def _named_providers(parts):
    return st.tuples(*(st.tuples(st.just(part), other_providers) for part in parts))


@st.composite
def _line_adjudications(draw, payer_id, charge, procedure):
    paid = draw(st.integers(0, charge))
    rest = charge - paid
    return LineAdjudication(
        payer_id=payer_id,
        paid_cents=paid,
        procedure=procedure,
        quantity=Decimal(1),
        adjustments=draw(_explained(rest)),
        adjudication_date=draw(days),
        remaining_cents=draw(st.none() | charges),
        bundled_into=draw(st.none() | st.integers(1, 50)),
    )


@st.composite
def _explained(draw, cents):
    """Adjustments that come to so many cents, those of one group together as an 837 has them."""
    drawn = draw(st.lists(adjustments, max_size=8))
    rest = cents - sum(one.amount_cents for one in drawn)
    drawn += [Adjustment("CO", "45", rest)] if rest else []
    return tuple(sorted(drawn, key=lambda adjustment: adjustment.group))


@st.composite
def other_payers(draw, payer, total_paid):
    """Another payer of a claim, who paid that much in all, every reduction being said at the lines."""
    return OtherPayer(
        subscriber=draw(
            subscribers(persons(Person, id_qualifier=st.just("MI"), id=identifiers, address=st.none() | addresses))
        ),
        payer=payer,
        paid_cents=total_paid,
        noncovered_cents=None,
        remaining_cents=draw(st.none() | charges),
        benefits_assigned=draw(st.sampled_from("NYW")),
        release_of_information=draw(st.sampled_from("IY")),
        patient_signature=draw(st.sampled_from(("", "P"))),
        payer_claim_number=draw(_maybe(identifiers)),
        remarks=draw(_tuples(remark_codes, 5)),
        providers=draw(
            st.sampled_from(
                ((), (("82", Provider(is_person=True, references=(Reference("G2", "A55"),))),)),
            )
        ),
    )


@st.composite
def claims(draw, billing=billing_providers, insured=None):
    """A claim whose lines make its total, and whose earlier payers explain all of it."""
    found = draw(diagnoses)
    first_payers = draw(_tuples(_first_payers, 2, unique_by=lambda payer: payer.id))
    count = draw(st.integers(1, 3))
    lines = tuple(draw(claim_lines(number, len(found), first_payers)) for number in range(1, count + 1))
    subscriber, payer, patient = draw(insured if insured is not None else insurances())
    others = tuple(
        draw(
            other_payers(
                payer, sum(one.paid_cents for line in lines for one in line.adjudications if one.payer_id == payer.id)
            )
        )
        for payer in first_payers
    )
    accident = draw(st.booleans())
    return Claim(
        control_number=draw(control_numbers),
        charge_cents=sum(line.charge_cents for line in lines),
        place_of_service=draw(st.sampled_from(("11", "21", "22", "02"))),
        frequency=draw(st.sampled_from("178")),
        billing=draw(billing),
        subscriber=subscriber,
        payer=payer,
        patient=patient,
        diagnoses=found,
        lines=lines,
        rendering=draw(st.none() | rendering_providers),
        referring=draw(st.none() | other_providers),
        supervising=draw(st.none() | other_providers),
        facility=draw(st.none() | facilities),
        other_payers=others,
        provider_signature=draw(st.sampled_from("NY")),
        assignment=draw(st.sampled_from("ABC")),
        patient_signature=draw(st.sampled_from(("", "P"))),
        related_causes=("AA",) if accident else (),
        accident_state=draw(states) if accident else "",
        special_program=draw(st.sampled_from(("", "02"))),
        delay_reason=draw(st.sampled_from(("", "7", "11"))),
        patient_paid_cents=draw(st.none() | charges),
        prior_authorization=draw(_maybe(identifiers)),
        referral=draw(_maybe(identifiers)),
        original_reference=draw(_maybe(identifiers)),
        clearinghouse_number=draw(_maybe(identifiers)),
        medical_record=draw(_maybe(identifiers)),
        note=draw(_maybe(names)),
        dates=draw(_claim_dates),
        references=draw(_references(("X4", "P4", "EW"))),
        others=draw(_claim_others),
    )


@st.composite
def insurances(draw):
    """(subscriber, payer, patient): the subscriber is the patient when there is none."""
    payer = draw(payers)
    if draw(st.booleans()):
        return draw(subscribers()), payer, None
    return draw(subscribers(relationship=st.sampled_from(("01", "19", "G8")))), payer, draw(patients)


@st.composite
def claim_batches(draw, max_claims=4):
    """A batch whose claims share some billing providers and subscribers, as those of a practice do."""
    billing = st.sampled_from(draw(st.lists(billing_providers, min_size=1, max_size=2)))
    insured = st.sampled_from(draw(st.lists(insurances(), min_size=1, max_size=3)))
    found = st.lists(
        claims(billing, insured), min_size=1, max_size=max_claims, unique_by=lambda claim: claim.control_number
    )
    return ClaimBatch(
        reference=draw(identifiers),
        created_at=draw(instants),
        submitter=draw(organisations(id_qualifier=st.just("46"), id=identifiers, contacts=st.tuples(contacts))),
        receiver=draw(organisations(id_qualifier=st.just("46"), id=identifiers)),
        claims=tuple(draw(found)),
        kind=draw(st.sampled_from(("CH", "RP"))),
        purpose=draw(st.sampled_from(("00", "18"))),
    )


# Institutional (837I) and dental claims (837D): professional ones with what they cannot say replaced by their own.

hours = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda time: f"{time[0]:02d}{time[1]:02d}")
_physicians = persons(Provider, **_NPI, references=_provider_references)
_attending = persons(Provider, **_NPI, references=_provider_references, taxonomy=_taxonomies)
_specialists = persons(
    Provider, **_NPI, references=_provider_references, taxonomy=st.sampled_from(("1223G0001X", "1223S0112X"))
)
_inpatient_codes = st.sampled_from(("J189", "E119", "I10", "N179", "R0602", "W19XXXA"))
_present = st.sampled_from(("", "Y", "N", "U", "W"))
_nubc_codes = st.sampled_from(("01", "09", "11", "24", "70", "A1", "C5"))


def _diagnoses_of(qualifier, most, present=_present):
    return _tuples(st.builds(Diagnosis, _inpatient_codes, st.just(qualifier), present), most)


def _procedures_of(qualifier):
    return st.builds(DatedProcedure, st.sampled_from(("0BJ08ZZ", "5A1935Z", "30233N1")), days, st.just(qualifier))


institutional_parts = st.builds(
    InstitutionalPart,
    facility_type=st.sampled_from(("11", "13", "21", "85")),
    statement=periods,
    admission_date=days,
    admission_time=_maybe(hours),
    discharge_time=_maybe(hours),
    admission_type=st.sampled_from(("1", "2", "3", "9")),
    admission_source=st.sampled_from(("", "1", "7")),
    patient_status=st.sampled_from(("01", "03", "20", "30")),
    admitting_diagnosis=st.none() | st.builds(Diagnosis, _inpatient_codes, st.just("ABJ")),
    reasons_for_visit=_diagnoses_of("APR", 3, st.just("")),
    external_causes=_diagnoses_of("ABN", 12),
    drg=st.sampled_from(("", "193", "871")),
    principal_procedure=st.none() | _procedures_of("BBR"),
    procedures=_tuples(_procedures_of("BBQ"), 15),
    occurrences=_tuples(st.builds(Occurrence, _nubc_codes, days), 15),
    occurrence_spans=_tuples(st.builds(OccurrenceSpan, _nubc_codes, periods), 3),
    values=_tuples(st.builds(ValueAmount, _nubc_codes, small_numbers), 15),
    conditions=_tuples(_nubc_codes, 15),
    treatments=_tuples(_nubc_codes, 2),
    patient_due_cents=st.none() | charges,
    attending=st.none() | _attending,
    operating=st.none() | _physicians,
    other_operating=st.none() | _physicians,
)
dental_parts = st.builds(
    DentalPart,
    treatment_months=st.none() | st.integers(1, 60).map(Decimal),
    months_remaining=st.none() | st.integers(1, 60).map(Decimal),
    teeth=_tuples(st.builds(ToothStatus, st.integers(1, 32).map(str), st.sampled_from("ME")), 3),
    predetermination=st.booleans(),
    predetermination_number=_maybe(identifiers),
    assistant_surgeon=st.none() | _specialists,
)
dental_lines = st.builds(
    DentalLine,
    oral_cavity=_tuples(st.sampled_from(("00", "01", "10", "40")), 5),
    prosthesis=st.sampled_from(("", "I", "R")),
    teeth=_tuples(
        st.builds(Tooth, st.integers(1, 32).map(str), st.lists(st.sampled_from("MODBLIF"), max_size=5).map(tuple)), 3
    ),
)


@st.composite
def institutional_batches(draw):
    """A batch of institutional claims."""
    batch = draw(claim_batches())
    return replace(batch, claims=tuple(draw(_institutional(claim)) for claim in batch.claims))


@st.composite
def _institutional(draw, claim):
    others = draw(st.lists(st.builds(Diagnosis, _inpatient_codes, st.just("ABF"), _present), max_size=20))
    return replace(
        claim,
        place_of_service="",
        billing=replace(claim.billing, references=()),
        diagnoses=(draw(st.builds(Diagnosis, _inpatient_codes, st.just("ABK"), _present)), *others),
        institutional=draw(institutional_parts),
        lines=tuple(draw(_revenue_line(line)) for line in claim.lines),
        patient=claim.patient and replace(claim.patient, death_date=None, weight_pounds=None, is_pregnant=False),
        rendering=draw(st.none() | _physicians),
        supervising=None,
        facility=claim.facility and replace(claim.facility, contacts=()),
        other_payers=tuple(replace(other, patient_signature="") for other in claim.other_payers),
        provider_signature="",
        patient_signature="",
        related_causes=(),
        accident_state="",
        special_program="",
        patient_paid_cents=None,
        dates=(),
        references=draw(_references(("LU", "P4", "G4"))),
        others=draw(st.sampled_from(((), (OtherSegment("CRC", (("ZZ",), ("Y",), ("AV",))),)))),
    )


@st.composite
def _revenue_line(draw, line):
    code = draw(st.integers(1, 999).map(lambda number: f"{number:04d}"))
    procedure = draw(st.just(NO_PROCEDURE) | procedures)
    return replace(
        line,
        procedure=procedure,
        unit=draw(st.sampled_from(("UN", "DA"))),
        revenue=RevenueLine(code, draw(st.none() | charges)),
        adjudications=tuple(replace(one, procedure=procedure, revenue_code=code) for one in line.adjudications),
        amounts=draw(_tuples(st.builds(Amount, st.just("GT"), charges), 1)),
        rendering=draw(st.none() | _physicians),
        providers=draw(st.sampled_from(((), ("72",), ("72", "ZZ", "DN"))).flatmap(_named_providers)),
        **_PLAIN_LINE,
        note="",
        prior_authorization="",
        referral="",
    )


_PLAIN_LINE = {
    "pointers": (), "place_of_service": "", "emergency": False, "epsdt": False, "family_planning": False,
    "copay_exempt": False, "dates": (), "references": (), "others": (),
}  # fmt: skip


@st.composite
def dental_batches(draw):
    """A batch of dental claims."""
    batch = draw(claim_batches())
    return replace(batch, claims=tuple(draw(_dental(claim)) for claim in batch.claims))


@st.composite
def _dental(draw, claim):
    diagnoses = claim.diagnoses[:4]
    return replace(
        claim,
        assignment=draw(st.sampled_from("AC")),
        diagnoses=diagnoses,
        dental=draw(dental_parts),
        lines=tuple(draw(_dental_line(line, len(diagnoses))) for line in claim.lines),
        patient=claim.patient and replace(claim.patient, death_date=None, weight_pounds=None, is_pregnant=False),
        rendering=draw(st.none() | _specialists),
        referring=draw(st.none() | _specialists),
        facility=claim.facility and replace(claim.facility, contacts=()),
        other_payers=tuple(replace(other, patient_signature="", providers=()) for other in claim.other_payers),
        patient_signature="",
        medical_record="",
        dates=draw(st.sampled_from(((), (("452", Period.day(date(2026, 1, 5))),)))),
        references=draw(_references(("9A", "9C"))),
        others=(),
    )


@st.composite
def _dental_line(draw, line, diagnoses):
    procedure = Procedure(f"D{draw(st.integers(100, 9999)):04d}", qualifier="AD")
    plain = _PLAIN_LINE | {"pointers": draw(st.sampled_from(((), (1,), tuple(range(1, diagnoses + 1)))))}
    return replace(
        line,
        procedure=procedure,
        unit="UN",
        dental=draw(dental_lines),
        adjudications=tuple(replace(one, procedure=procedure) for one in line.adjudications),
        amounts=draw(_tuples(st.builds(Amount, st.just("T"), charges), 1)),
        rendering=draw(st.none() | _specialists),
        providers=draw(st.sampled_from(((), ("DD", "DQ"))).flatmap(_dental_providers)),
        **plain | {"place_of_service": line.place_of_service},
        note="",
        drug=None,
    )


def _dental_providers(parts):
    kinds = {"DD": _specialists, "DQ": other_providers}
    return st.tuples(*(st.tuples(st.just(part), kinds[part]) for part in parts))


# Remittances (835).

_named_persons = persons(id_qualifier=st.just("MI"), id=identifiers)
_named_organisations = organisations(id_qualifier=st.just("PI"), id=identifiers)
_amount_codes = ("AU", "I", "T", "ZK")


@st.composite
def remittance_lines(draw):
    """A line that balances."""
    charge, found = draw(charges), draw(_tuples(adjustments, 8))
    return RemittanceLine(
        procedure=replace(draw(procedures), description=""),
        charge_cents=charge,
        paid_cents=charge - sum(one.amount_cents for one in found),
        adjustments=found,
        submitted=draw(st.none() | procedures),
        revenue_code=draw(st.sampled_from(("", "0450"))),
        quantity=draw(st.none() | small_numbers),
        original_quantity=draw(st.none() | small_numbers),
        period=draw(st.none() | periods),
        control_number=draw(_maybe(identifiers)),
        remarks=draw(_tuples(remark_codes, 3)),
        pharmacy_remarks=draw(_tuples(st.sampled_from(("75", "88")), 2)),
        amounts=draw(_tuples(st.builds(Amount, st.sampled_from(("B6", "T", "ZK")), moved_cents), 2)),
        quantities=draw(_tuples(st.builds(Quantity, st.sampled_from(("ZK", "ZL")), small_numbers), 2)),
        references=draw(_references(("APC", "G1", "BB"))) + draw(_references(("0B", "1C", "G2"))),
        rendering=draw(st.none() | npis.map(lambda npi: Provider(id_qualifier="XX", id=npi))),
    )


_adjudications = st.sampled_from(
    (
        {},
        {"inpatient": ("0", "", "", "", "MA01", "12.5")},
        {"outpatient": ("0.8", "", "MA18", "", "N30")},
        {"outpatient": ("", "55.1")},
    )
)


@st.composite
def remittance_claims(draw, header_number="1"):
    """A claim that balances, with its lines or without."""
    lines, found = draw(_tuples(remittance_lines(), 3)), draw(_tuples(adjustments, 7))
    charge = sum(line.charge_cents for line in lines) if lines else draw(charges)
    everything = found + tuple(one for line in lines for one in line.adjustments)
    owed = sum(one.amount_cents for one in everything if one.group == "PR")
    return RemittanceClaim(
        control_number=draw(control_numbers),
        status=draw(st.sampled_from(("1", "2", "3", "4", "19", "22"))),
        charge_cents=charge,
        paid_cents=charge - sum(one.amount_cents for one in everything),
        patient_responsibility_cents=draw(st.sampled_from((None, owed))),
        filing_code=draw(st.sampled_from(("MB", "MC", "HM", "12"))),
        payer_claim_number=draw(identifiers),
        facility_code=draw(st.sampled_from(("", "11", "22"))),
        frequency=draw(st.sampled_from(("", "1", "7"))),
        drg=draw(st.sampled_from(("", "470"))),
        drg_weight=draw(st.none() | small_numbers),
        discharge_fraction=draw(st.none() | st.just(Decimal("0.5"))),
        patient=draw(_named_persons),
        subscriber=draw(st.none() | _named_persons),
        corrected_insured=draw(st.none() | persons(id_qualifier=st.just("C"), id=identifiers)),
        rendering=draw(st.none() | persons(Provider, **_NPI)),
        crossover_carrier=draw(st.none() | _named_organisations),
        corrected_payer=draw(st.none() | _named_organisations),
        other_subscriber=draw(st.none() | _named_persons),
        adjustments=found,
        **draw(_adjudications),
        lines=lines,
        dates=draw(
            _tuples(st.tuples(st.sampled_from(("232", "233", "036", "050")), days), 4, unique_by=lambda one: one[0])
        ),
        amounts=draw(_tuples(st.builds(Amount, st.sampled_from(_amount_codes), moved_cents), 3)),
        quantities=draw(_tuples(st.builds(Quantity, st.sampled_from(("CA", "ZK")), small_numbers), 2)),
        references=draw(_references(("1L", "CE", "EA", "F8"))) + draw(_references(("0B", "1C", "G2"))),
        contacts=draw(_tuples(st.builds(Contact, name=names, numbers=st.tuples(phones), function=st.just("CX")), 2)),
        header_number=header_number,
    )


provider_adjustments = st.builds(
    ProviderAdjustment,
    provider_id=st.sampled_from(("1000000004", "1000000012")),
    fiscal_date=st.sampled_from((date(2026, 12, 31), date(2027, 12, 31))),
    reason=st.sampled_from(("WO", "L6", "FB", "72", "CS")),
    reference=_maybe(identifiers),
    amount_cents=moved_cents,
)
remittance_payers = organisations(
    id_qualifier=st.just("XV"),
    id=identifiers,
    address=addresses,
    references=_references(("2U", "EO", "HI", "NF")),
    contacts=st.tuples(
        st.builds(Contact, name=names, numbers=st.tuples(phones), function=st.just("CX")),
        st.builds(Contact, name=names, numbers=st.tuples(phones), function=st.just("BL")),
        st.just(Contact("", (("UR", "WWW.PAYER.EXAMPLE"),), "IC")),
    ),
)
payees = st.builds(
    Provider,
    last_name=names,
    **_NPI,
    address=st.none() | addresses,
    references=_references(("0B", "PQ", "D3")),
    tax_id=st.integers(100_000_000, 999_999_999).map(str),
    tax_id_qualifier=st.just("TJ"),
)
bank_accounts = st.builds(
    BankAccount, bank_id=st.just("123456780"), account=identifiers, account_qualifier=st.just("DA")
)
_headers = st.sampled_from(
    (
        (),
        (RemittanceHeader("1", ("6543210903", "11", "20261231", "1", "130957")),),
        (RemittanceHeader("2", ("6543210909", "11", "20261231", "2", "100"), ("59786", "55375.77")),),
    )
)


@st.composite
def remittances(draw, max_claims=4):
    """A remittance that balances in all three ways; a payer who is owed carries the balance forward (PLB FB)."""
    headers = draw(_headers)
    numbers = [header.number for header in headers] or ["1"]
    found = tuple(
        draw(remittance_claims(number)) for number in numbers for _ in range(draw(st.integers(1, max_claims)))
    )
    moved = draw(_tuples(provider_adjustments, 8))
    payment = sum(claim.paid_cents for claim in found) - sum(one.amount_cents for one in moved)
    if payment < 0:
        moved += (ProviderAdjustment("1000000004", date(2026, 12, 31), "FB", "T1", payment),)
        payment = 0
    return Remittance(
        handling=draw(st.sampled_from("IHDP")),
        payment_cents=payment,
        credit_or_debit="C",
        method=draw(st.sampled_from(("ACH", "CHK", "FWT"))) if payment else "NON",
        payment_date=draw(days),
        trace_number=draw(identifiers),
        payer_tax_id="1999999999",
        payer=draw(remittance_payers),
        payee=draw(payees),
        claims=found,
        provider_adjustments=moved,
        trace_suffix=draw(_maybe(identifiers)),
        payment_format=draw(st.sampled_from(("", "CCP"))),
        sender_bank=draw(st.none() | bank_accounts) if payment else None,
        receiver_bank=draw(st.none() | bank_accounts) if payment else None,
        originator_id=draw(_maybe("1999999999")),
        currency=draw(_maybe("CAD")),
        production_date=draw(st.none() | days),
        receiver_id=draw(_maybe(identifiers)),
        version_id=draw(_maybe(identifiers)),
        headers=tuple(_summed(header, found) for header in headers),
        is_test=True,
    )


def _summed(header: RemittanceHeader, claims: tuple[RemittanceClaim, ...]) -> RemittanceHeader:
    """The header with the number and the charge of its claims in its summary (TS304, TS305)."""
    own = [claim.charge_cents for claim in claims if claim.header_number == header.number]
    summary = (*header.provider_summary[:3], str(len(own)), x12_amount(sum(own)))
    return replace(header, provider_summary=summary if header.provider_summary else ())
