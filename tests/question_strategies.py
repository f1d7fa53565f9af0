"""Coverage checks, claim status and acknowledgements for property tests: any that the guides allow, of nobody real."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from claimwright.documents.acknowledgement import (
    ClaimAcknowledgement,
    ElementError,
    FunctionalAcknowledgement,
    ProviderAcknowledgement,
    SegmentError,
    SetAcknowledgement,
    Totals,
)
from claimwright.documents.eligibility import (
    Benefit,
    BenefitEntity,
    EligibilityInquiry,
    EligibilityInquiryBatch,
    EligibilityResponse,
    EligibilityResponseBatch,
    Rejection,
    Trace,
)
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Person, Procedure, Provider, Reference
from claimwright.documents.status import (
    ClaimStatus,
    LineInquiry,
    LineStatus,
    StatusCode,
    StatusInformation,
    StatusInquiry,
    StatusInquiryBatch,
    StatusRefusal,
    StatusResponseBatch,
)
from tests.strategies import (
    addresses,
    charges,
    codes,
    contacts,
    control_numbers,
    days,
    identifiers,
    names,
    npis,
    organisations,
    periods,
    persons,
    small_numbers,
)

_FIRST_INSTANT = datetime(2020, 1, 1, tzinfo=UTC)
instants = st.integers(0, 10 * 365 * 86_400).map(lambda seconds: _FIRST_INSTANT + timedelta(seconds=seconds))
references = st.integers(1, 10**9).map(lambda number: f"REF{number}")
maybe_charges = st.none() | charges
trace_origins = st.integers(10**8, 10**9 - 1).map(lambda number: f"9{number}")
service_types = st.sampled_from(("30", "98", "1", "33", "35", "47", "88", "AL", "MH", "UC"))
procedures = st.builds(
    Procedure, code=codes, modifiers=st.lists(st.sampled_from(("25", "59", "RT")), max_size=4).map(tuple)
)


def tuples(elements, max_size, **options):
    return st.lists(elements, max_size=max_size, **options).map(tuple)


def _or_none(value, *, given=False):
    return value if given else st.none() | value


def references_of(*qualifiers, described=False):
    built = st.builds(
        Reference,
        qualifier=st.sampled_from(qualifiers),
        value=identifiers,
        description=st.just("") | names if described else st.just(""),
    )
    return tuples(built, 2, unique_by=lambda reference: reference.qualifier)


payers = organisations(id_qualifier=st.just("PI"), id=identifiers)
receivers = organisations(id_qualifier=st.just("46"), id=identifiers)
askers = st.builds(
    Provider,
    last_name=names,
    id_qualifier=st.just("XX"),
    id=npis,
    address=st.none() | addresses,
    references=references_of("0B", "EO", "N5"),
    taxonomy=st.sampled_from(("", "207Q00000X")),
    tax_id=st.sampled_from(("", "123456789")),
).map(lambda provider: replace(provider, tax_id_qualifier="TJ" if provider.tax_id else ""))
providers = st.builds(Provider, last_name=names, id_qualifier=st.just("XX"), id=npis)
members = persons(Person, id_qualifier=st.just("MI"), id=identifiers)
dependents = persons(Person)


def insured(person, *qualifiers, described=False, sexes=("", "F", "M", "U")):
    """A person with an address, a birth date and further identifiers."""
    fields = st.tuples(
        person,
        st.none() | addresses,
        st.none() | days,
        st.sampled_from(sexes),
        references_of(*qualifiers, described=described),
    )
    return fields.map(
        lambda drawn: replace(drawn[0], address=drawn[1], birth_date=drawn[2], sex=drawn[3], references=drawn[4])
    )


# 270 and 271.

further_traces = tuples(st.builds(Trace, kind=st.just("1"), number=identifiers, origin=trace_origins), 1)
_inquiry_others = st.sampled_from(
    (
        (),
        (OtherSegment("PRV", (("PC",), ("PXC",), ("207Q00000X",))), OtherSegment("III", (("ZZ",), ("11",)))),
        (
            OtherSegment("HI", (("ABK", "J069"),)),
            OtherSegment("AMT", (("R",), ("50",))),
            OtherSegment("REF", (("G1",), ("A1",))),
        ),
    )
)


@st.composite
def eligibility_inquiries(draw, payer=payers, provider=askers):
    has_patient = draw(st.booleans())
    start = draw(days)
    return EligibilityInquiry(
        trace=draw(identifiers),
        payer=draw(payer),
        provider=draw(provider),
        subscriber=draw(insured(members, "SY", "EJ", "18")),
        service_date=start,
        service_types=draw(st.lists(service_types, min_size=1, max_size=4, unique=True).map(tuple)),
        patient=draw(insured(dependents, "SY", "EJ")) if has_patient else None,
        relationship=draw(st.sampled_from(("01", "19", "34"))) if has_patient else "18",
        group_number=draw(st.just("") | identifiers),
        service_end_date=start + timedelta(draw(st.integers(1, 400))) if draw(st.booleans()) else None,
        procedure=draw(st.none() | procedures),
        coverage_level=draw(st.sampled_from(("", "FAM"))),
        trace_origin=draw(trace_origins),
        trace_suffix=draw(st.just("") | identifiers),
        further_traces=draw(further_traces),
        others=draw(_inquiry_others),
    )


@st.composite
def eligibility_inquiry_batches(draw):
    payer = st.sampled_from(draw(st.lists(payers, min_size=1, max_size=2)))
    provider = st.sampled_from(draw(st.lists(askers, min_size=1, max_size=2)))
    found = st.lists(eligibility_inquiries(payer, provider), min_size=1, max_size=5).map(tuple)
    return EligibilityInquiryBatch(draw(references), draw(instants), draw(found))


def rejections(level, *reasons):
    return st.builds(
        Rejection,
        reason=st.sampled_from(reasons),
        follow_up=st.sampled_from("CNRY"),
        level=st.just(level),
        is_request_valid=st.booleans(),
    )


_entities = st.builds(
    BenefitEntity,
    role=st.sampled_from(("PR", "PRP", "SEP", "P3", "1P")),
    party=st.builds(
        Provider,
        last_name=names,
        id_qualifier=st.just("PI"),
        id=identifiers,
        address=st.none() | addresses,
        contacts=tuples(contacts, 2),
        taxonomy=st.sampled_from(("", "207Q00000X")),
    ),
)
_benefit_dates = tuples(st.tuples(st.sampled_from(("291", "292", "348", "349", "472")), periods), 3)


def benefits(level):
    return st.builds(
        Benefit,
        information=st.sampled_from(("1", "5", "6", "A", "B", "C", "F", "G", "I", "R", "V", "MC")),
        level=st.sampled_from(("", "IND", "FAM")),
        service_types=tuples(service_types, 4, unique=True),
        insurance_type=st.sampled_from(("", "HM", "MB", "PR")),
        plan=st.just("") | names,
        period=st.sampled_from(("", "23", "29", "27")),
        amount_cents=maybe_charges,
        percent=st.none() | st.decimals("0", "1", places=2),
        authorization_required=st.sampled_from(("", "Y", "N")),
        in_network=st.sampled_from(("", "Y", "N", "W")),
        procedure=st.none() | procedures,
        pointers=st.sampled_from(((), (1,), (1, 2))),
        dates=_benefit_dates,
        messages=tuples(names, 3),
        entities=tuples(_entities, 2),
        references=references_of("18", "6P", "G1", described=True),
        rejections=tuples(rejections(level, "15", "52", "62"), 2),
        others=st.sampled_from(
            ((), (OtherSegment("III", (("ZZ",), ("11",))),), (OtherSegment("HSD", (("VS",), ("12",))),))
        ),
    ) | st.builds(
        Benefit, information=st.just("F"), quantity_qualifier=st.sampled_from(("VS", "P6")), quantity=small_numbers
    ).map(lambda benefit: replace(benefit, quantity_qualifier="P6"))


@st.composite
def eligibility_responses(draw, payer=payers, provider=askers):
    has_patient = draw(st.booleans())
    own, level = ("2100D", "2110D") if has_patient else ("2100C", "2110C")
    found = draw(tuples(rejections("2100C", "72", "75", "71"), 2)) if has_patient else ()
    described = draw(st.booleans())
    return EligibilityResponse(
        trace=draw(identifiers),
        payer=draw(payer),
        provider=draw(provider),
        subscriber=draw(insured(members, "18", "SY", "N6", described=True)),
        patient=draw(insured(dependents, "SY", "EA", described=True)) if has_patient else None,
        group_number=draw(identifiers) if described else "",
        group_name=draw(st.just("") | names) if described else "",
        plan_dates=draw(tuples(st.tuples(st.sampled_from(("291", "346", "356", "307")), periods), 4)),
        benefits=draw(tuples(benefits(level), 2)),
        rejections=found + draw(tuples(rejections(own, "15", "52", "58"), 2)),
        relationship=draw(st.sampled_from(("01", "19", "G8"))) if has_patient else "18",
        is_corrected=draw(st.booleans()),
        trace_origin=draw(trace_origins),
        further_traces=draw(further_traces),
    )


@st.composite
def eligibility_response_batches(draw):
    """Answers of several payers, one of them answering nothing."""
    found_payers = draw(st.lists(payers, min_size=1, max_size=2, unique=True))
    provider = st.sampled_from(draw(st.lists(askers, min_size=1, max_size=2)))
    responses = draw(tuples(eligibility_responses(st.sampled_from(found_payers), provider), 3))
    silent = draw(payers.filter(lambda payer: payer not in found_payers))
    own = draw(st.tuples(rejections("2000A", "42", "79")) if not responses else st.just(())) + draw(
        tuples(rejections("2100A", "42", "80"), 2)
    )
    refused = draw(tuples(rejections("2100B", "50", "51"), 2))
    asker = draw(provider)
    return EligibilityResponseBatch(
        draw(references),
        draw(instants),
        responses,
        tuple(replace(one, payer=silent) for one in own)
        + tuple(replace(one, payer=silent, provider=asker) for one in refused),
    )


# 276 and 277.

born = st.tuples(days, st.sampled_from(("F", "M")))


def with_birth(person):
    return st.tuples(person, born).map(lambda drawn: replace(drawn[0], birth_date=drawn[1][0], sex=drawn[1][1]))


line_inquiries = st.builds(
    LineInquiry,
    procedure=procedures,
    charge_cents=charges,
    period=periods,
    control_number=st.just("") | identifiers,
    revenue_code=st.sampled_from(("", "0450")),
    quantity=st.none() | small_numbers,
)


@st.composite
def status_inquiries(draw, payer=payers, receiver=receivers, provider=providers):
    return StatusInquiry(
        trace=draw(identifiers),
        payer=draw(payer),
        receiver=draw(receiver),
        provider=draw(provider),
        subscriber=draw(with_birth(members) | members),
        control_number=draw(st.just("") | control_numbers),
        charge_cents=draw(maybe_charges),
        period=draw(st.none() | periods),
        patient=draw(st.none() | with_birth(dependents)),
        payer_claim_number=draw(st.just("") | identifiers),
        references=draw(references_of("BLT", "6P", "D9", "XZ")),
        lines=draw(tuples(line_inquiries, 2)),
    )


@st.composite
def status_inquiry_batches(draw):
    shared = [st.sampled_from(draw(st.lists(kind, min_size=1, max_size=2))) for kind in (payers, receivers, providers)]
    return StatusInquiryBatch(
        draw(references), draw(instants), tuple(draw(st.lists(status_inquiries(*shared), min_size=1, max_size=4)))
    )


def status_codes(*entities, code_list=False):
    return st.builds(
        StatusCode,
        category=st.sampled_from(("A1", "A2", "A3", "A7", "P1", "P3", "F1", "F2", "R4")),
        code=st.sampled_from(("20", "21", "33", "65", "88", "562")),
        entity=st.sampled_from(("", *entities)),
        code_list=st.sampled_from(("", "RX")) if code_list else st.just(""),
    )


def statuses(*entities, min_size=1, code_list=False, **fields):
    found = st.builds(
        StatusInformation,
        codes=st.lists(status_codes(*entities, code_list=code_list), min_size=1, max_size=3).map(tuple),
        **{"effective_date": days, **fields},
    )
    return st.lists(found, min_size=min_size, max_size=2).map(tuple)


_claim_fields = {
    "charge_cents": maybe_charges,
    "paid_cents": maybe_charges,
    "finalized_date": st.none() | days,
    "payment_date": st.none() | days,
    "check_number": st.just("") | identifiers,
}
line_statuses = st.builds(
    LineStatus,
    procedure=procedures,
    charge_cents=charges,
    statuses=statuses("QC", "IL", code_list=True),
    control_number=st.just("") | identifiers,
    period=periods,
    paid_cents=charges,
    revenue_code=st.sampled_from(("", "0450")),
    quantity=st.none() | small_numbers,
)


@st.composite
def claim_statuses(draw, payer=payers, receiver=receivers, provider=providers):
    is_dependent = draw(st.booleans())
    return ClaimStatus(
        trace=draw(identifiers),
        statuses=draw(statuses("QC", "IL", "PR", "85", code_list=True, **_claim_fields)),
        payer=draw(payer),
        provider=draw(provider),
        patient=draw(dependents if is_dependent else members),
        control_number=draw(st.just("") | control_numbers),
        payer_claim_number=draw(st.just("") | identifiers),
        clearinghouse_number=draw(st.just("") | identifiers),
        period=draw(st.none() | periods),
        lines=draw(tuples(line_statuses, 2)),
        subscriber=draw(members) if is_dependent else None,
        receiver=draw(receiver),
        references=draw(references_of("BLT", "XZ", "VV")),
    )


@st.composite
def status_response_batches(draw):
    shared = [st.sampled_from(draw(st.lists(kind, min_size=1, max_size=2))) for kind in (payers, receivers, providers)]
    payer, receiver, provider = (draw(one) for one in shared)
    refusals = st.builds(
        StatusRefusal, identifiers, statuses("PR", "41"), st.just(payer), st.just(receiver), st.none()
    ) | st.builds(StatusRefusal, identifiers, statuses("1P"), st.just(payer), st.just(receiver), st.just(provider))
    return StatusResponseBatch(
        draw(references),
        draw(instants),
        draw(tuples(claim_statuses(*shared), 3)),
        draw(st.lists(refusals, min_size=1, max_size=2).map(tuple)),
    )


# 999 and 277CA.

triggers = st.sampled_from(("SITUATIONAL TRIGGER*CLM*12", "SITUATIONAL TRIGGER*SV1*9*2400*1:2"))
units = st.sampled_from(("CLM01:A1", "TRN02:77"))
element_errors = st.builds(
    ElementError,
    element=st.integers(1, 16),
    code=st.sampled_from(("1", "5", "7", "I10")),
    component=st.none() | st.integers(1, 9),
    reference=st.sampled_from(("", "67", "1028")),
    value=st.just("") | names,
    context=tuples(triggers, 2),
)
segment_errors = st.builds(
    SegmentError,
    segment=st.sampled_from(("NM1", "CLM", "SV1", "HI")),
    position=st.integers(3, 9000),
    loop=st.sampled_from(("", "2010", "2300")),
    code=st.sampled_from(("3", "8", "I4")),
    elements=tuples(element_errors, 2),
    context=st.tuples(tuples(triggers, 2), tuples(units, 1)).map(lambda both: both[0] + both[1]),
)
set_acknowledgements = st.builds(
    SetAcknowledgement,
    st01=st.just("837"),
    control_number=st.integers(1, 9999).map(lambda number: f"{number:04d}"),
    version=st.just("005010X222A1"),
    code=st.sampled_from("AER"),
    errors=tuples(st.sampled_from(("5", "I5", "4")), 3),
    segments=tuples(segment_errors, 3),
)


@st.composite
def functional_acknowledgements(draw):
    sets = draw(st.lists(set_acknowledgements, min_size=1, max_size=3).map(tuple))
    return FunctionalAcknowledgement(
        functional_id="HC",
        group_control_number=str(draw(st.integers(1, 10**8))),
        version="005010X222A1",
        code=draw(st.sampled_from("AEPR")),
        sets_included=len(sets),
        sets_received=len(sets),
        sets_accepted=draw(st.integers(0, len(sets))),
        sets=sets,
        errors=draw(tuples(st.sampled_from(("1", "5")), 2, unique=True)),
    )


totals = st.builds(
    Totals,
    accepted_count=st.none() | st.integers(0, 999),
    rejected_count=st.none() | st.integers(0, 999),
    accepted_cents=maybe_charges,
    rejected_cents=maybe_charges,
)
_acted = {"action": st.sampled_from(("U", "WQ")), "charge_cents": charges}
acknowledged_lines = st.builds(
    LineStatus,
    procedure=procedures,
    charge_cents=charges,
    statuses=statuses("82", "QC", action=st.just("U"), effective_date=st.none() | days),
    control_number=st.just("") | identifiers,
    period=st.none() | periods,
    quantity=st.none() | small_numbers,
    prescription=st.just("") | identifiers,
)


@st.composite
def acknowledged_claims(draw, source, provider):
    number = draw(control_numbers)
    return ClaimStatus(
        trace=number,
        statuses=draw(statuses("85", "QC", "IL", message=st.just("") | names, **_acted)),
        payer=source,
        provider=provider,
        patient=draw(members),
        control_number=number,
        payer_claim_number=draw(st.just("") | identifiers),
        clearinghouse_number=draw(st.just("") | identifiers),
        period=draw(periods),
        lines=draw(tuples(acknowledged_lines, 2)),
        references=draw(references_of("BLT")),
    )


@st.composite
def claim_acknowledgements(draw):
    """A 277CA of up to three providers, each with an answer of its own, one of them perhaps without claims."""
    source = draw(payers)
    found = draw(st.lists(providers, min_size=1, max_size=3, unique=True))
    claims = tuple(
        claim for one in found[: len(found) - draw(st.integers(0, 1))] for claim in draw(_some_claims(source, one))
    )
    whole = draw(totals)
    answers = st.builds(
        ProviderAcknowledgement,
        provider=st.just(found[0]),
        trace=identifiers,
        statuses=statuses("85", "87", effective_date=st.none(), **_acted),
        totals=totals,
        references=references_of("0B", "G2"),
    )
    return ClaimAcknowledgement(
        reference=draw(references),
        created_at=draw(instants),
        source=source,
        receiver=draw(receivers),
        batch_reference=draw(references),
        statuses=draw(statuses("41", "PR", **_acted)),
        accepted_count=whole.accepted_count,
        rejected_count=whole.rejected_count,
        accepted_cents=whole.accepted_cents,
        rejected_cents=whole.rejected_cents,
        claims=claims,
        providers=tuple(replace(draw(answers), provider=one) for one in found),
        source_role=draw(st.sampled_from(("PR", "AY"))),
        receipt=draw(identifiers),
        received_date=draw(days),
        processed_date=draw(days),
    )


def _some_claims(source, provider):
    return st.lists(acknowledged_claims(source, provider), min_size=1, max_size=3)
