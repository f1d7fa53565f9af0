"""Authorizations, attachments, premiums, enrollments for property tests: any that the guides allow, of nobody real."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import assume
from hypothesis import strategies as st

from claimwright.documents.adjustments import Amount
from claimwright.documents.attachment import Attachment, AttachmentSubmission, InformationRequest
from claimwright.documents.authorization import (
    AuthorizationRequest,
    AuthorizationResponse,
    Decision,
    Delivery,
    OtherReviewer,
    Paperwork,
    PatientEvent,
    Review,
    ReviewDiagnosis,
    ReviewedService,
    ReviewParty,
)
from claimwright.documents.enrollment import (
    Broker,
    Coverage,
    CoverageProvider,
    Demographics,
    Disability,
    Enrollment,
    IdentificationCard,
    Member,
    OtherCoverage,
    RelatedParty,
    ReportingCategory,
)
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Contact, Party, Period, Person, Provider, Reference
from claimwright.documents.premium import (
    MemberCount,
    PremiumAdjustment,
    PremiumCharge,
    PremiumItem,
    PremiumLine,
    PremiumParty,
    PremiumPayment,
    PremiumRemittance,
)
from claimwright.documents.remittance import BankAccount
from tests.question_strategies import (
    dependents,
    further_traces,
    instants,
    insured,
    maybe_charges,
    members,
    payers,
    procedures,
    references,
    references_of,
    rejections,
    trace_origins,
    tuples,
)
from tests.strategies import (
    addresses,
    charges,
    contacts,
    days,
    identifiers,
    moved_cents,
    names,
    npis,
    organisations,
    periods,
    persons,
    small_numbers,
)

_maybe_names = st.just("") | names
_maybe_ids = st.just("") | identifiers
_taxonomies = st.sampled_from(("", "207Q00000X"))


def dated(*qualifiers):
    """Days by qualifier, each qualifier at most once."""
    one = st.tuples(st.sampled_from(qualifiers), days.map(Period.day))
    return st.lists(one, max_size=3, unique_by=lambda named: named[0]).map(tuple)


# 278.

reviews = st.builds(
    Review,
    category=st.sampled_from(("HS", "SC")),
    certification=st.sampled_from(("I", "R", "S", "3")),
    service_type=st.sampled_from(("", "1", "2", "A4", "MH")),
)
event_reviews = st.builds(
    Review,
    category=st.sampled_from(("AR", "HS", "SC", "IN")),
    certification=st.sampled_from(("I", "R", "S", "3")),
    service_type=st.sampled_from(("", "1", "2", "A4", "MH")),
    level_of_service=st.sampled_from(("", "03", "U")),
)
decisions = st.builds(
    Decision,
    action=st.sampled_from(("A1", "A2", "A3", "A4", "A6", "CT", "NA")),
    certification_number=_maybe_ids,
    reasons=tuples(st.sampled_from(("0U", "0V", "01", "1H")), 5),
    second_opinion=st.sampled_from(("", "Y", "N")),
)
deliveries = st.builds(
    Delivery,
    unit=st.just("VS"),
    quantity=small_numbers,
    frequency_unit=st.sampled_from(("DA", "WK", "MO")),
    frequency=st.none() | small_numbers,
    period_unit=st.just("35"),
    periods=st.integers(1, 99).map(str),
)
paperworks = st.builds(
    Paperwork,
    report_type=st.sampled_from(("03", "B3", "M1", "RR")),
    transmission=st.sampled_from(("AA", "EL", "FX")),
    control_number=_maybe_ids,
    description=_maybe_names,
)


def review_parties(roles, *, rejected=""):
    return st.builds(
        ReviewParty,
        role=st.sampled_from(roles),
        party=st.builds(
            Provider,
            last_name=names,
            id_qualifier=st.just("XX"),
            id=npis,
            address=st.none() | addresses,
            contacts=tuples(contacts, 1),
            references=references_of("0B", "ZH"),
            taxonomy=_taxonomies,
        ),
        rejections=tuples(rejections(rejected, "43", "51"), 1) if rejected else st.just(()),
    )


def _plain_parties(roles):
    party = st.builds(Provider, last_name=names, address=st.none() | addresses)
    return st.builds(ReviewParty, role=st.sampled_from(roles), party=party)


information_contacts = st.builds(
    ReviewParty,
    role=st.sampled_from(("X3", "PR")),
    party=st.builds(Provider, last_name=names, address=st.none() | addresses, contacts=tuples(contacts, 3)),
)
_common = {
    "trace": identifiers,
    "trace_origin": trace_origins,
    "earlier_authorization": _maybe_ids,
    "administrative_number": _maybe_ids,
    "delivery": st.none() | deliveries,
    "paperwork": tuples(paperworks, 2),
    "message": _maybe_names,
}
_services = {
    **_common,
    "review": st.none() | reviews,
    "procedure": procedures,
    "kind": st.just("SV1"),
    "charge_cents": maybe_charges,
    "unit": st.just("UN"),
    "quantity": small_numbers,
    "details": st.sampled_from(((), ((), (), ("1", "2")))),
}
asked_services = st.builds(
    ReviewedService, **_services, dates=dated("472"), providers=tuples(review_parties(("SJ", "71", "FA")), 2)
)
answered_services = st.builds(
    ReviewedService,
    **_services,
    decision=st.none() | decisions,
    dates=dated("472", "007"),
    information_requested=tuples(st.sampled_from(("18657-7", "11506-3")), 2),
    providers=tuples(review_parties(("SJ", "71"), rejected="2010FA"), 2),
    contact=st.none() | information_contacts,
    rejections=tuples(rejections("2000F", "33", "57"), 1),
    further_traces=further_traces,
)
review_diagnoses = st.builds(
    ReviewDiagnosis,
    code=st.sampled_from(("E119", "I10", "M545")),
    qualifier=st.sampled_from(("ABK", "ABF", "ABJ")),
    known_on=st.none() | days,
)
_events = {**_common, "review": event_reviews, "diagnoses": tuples(review_diagnoses, 5)}
asked_events = st.builds(
    PatientEvent,
    **_events,
    dates=dated("AAH", "431", "439", "484"),
    providers=tuples(review_parties(("71", "SJ", "FA", "DK")), 2),
    transport=tuples(_plain_parties(("PW", "45")), 2),
    other_reviewers=tuples(
        st.builds(
            OtherReviewer,
            role=st.sampled_from(("00", "PRP")),
            name=names,
            reason=_maybe_ids,
            denied_on=st.none() | days,
        ),
        2,
    ),
    services=tuples(asked_services, 2),
    others=st.sampled_from(
        ((), (OtherSegment("CRC", (("07",), ("Y",), ("01",))), OtherSegment("CL1", (("1",),)))),
    ),
)
answered_events = st.builds(
    PatientEvent,
    **_events,
    decision=st.none() | decisions,
    dates=dated("AAH", "431", "007"),
    information_requested=tuples(st.sampled_from(("18657-7", "11506-3")), 2),
    providers=tuples(review_parties(("71", "SJ"), rejected="2010EA"), 2),
    contact=st.none() | information_contacts,
    transport=tuples(_plain_parties(("PW", "45")), 1),
    services=tuples(answered_services, 2),
    rejections=tuples(rejections("2000E", "33", "57"), 1),
    further_traces=further_traces,
)
requesters = st.builds(
    Provider,
    last_name=names,
    id_qualifier=st.just("XX"),
    id=npis,
    references=references_of("ZH", "N5"),
    taxonomy=_taxonomies,
)


@st.composite
def authorization_requests(draw):
    has_patient = draw(st.booleans())
    requester = replace(draw(requesters), address=draw(st.none() | addresses), contacts=draw(tuples(contacts, 1)))
    return AuthorizationRequest(
        reference=draw(references),
        created_at=draw(instants),
        reviewer=draw(payers),
        requester=requester,
        subscriber=draw(insured(members, "6P", "EJ").map(_with_whole_birth)),
        event=draw(asked_events),
        patient=draw(insured(dependents, "A6", "EJ").map(_with_whole_birth)) if has_patient else None,
        relationship=draw(st.sampled_from(("01", "19", "G8"))) if has_patient else "18",
        purpose=draw(st.sampled_from(("13", "01"))),
        requester_role=draw(st.sampled_from(("1P", "FA"))),
    )


def _with_whole_birth(person: Person) -> Person:
    """A 278 tells the sex only with the birth date."""
    return person if person.birth_date else replace(person, sex="")


@st.composite
def authorization_responses(draw):
    has_patient = draw(st.booleans())
    own = ["2000A", "2010A", "2010B", "2010C", *(["2010D"] if has_patient else [])]
    told = [one for level in own for one in draw(tuples(rejections(level, "42", "79"), 1))]
    return AuthorizationResponse(
        reference=draw(references),
        created_at=draw(instants),
        reviewer=draw(payers.flatmap(lambda payer: tuples(contacts, 1).map(lambda one: replace(payer, contacts=one)))),
        requester=draw(requesters),
        subscriber=draw(insured(members, "6P", "EJ").map(_with_whole_birth)),
        patient=draw(insured(dependents, "A6", "EJ").map(_with_whole_birth)) if has_patient else None,
        relationship=draw(st.sampled_from(("01", "19", "G8"))) if has_patient else "18",
        events=draw(tuples(answered_events, 2)),
        rejections=tuple(told),
        kind=draw(st.sampled_from(("18", "19", "AT"))),
    )


# 275.

attachments = st.builds(
    Attachment,
    control_number=identifiers,
    content=st.binary(min_size=1, max_size=300),
    form=st.sampled_from(("TX", "HL", "IA", "MB")),
    form_version=_maybe_ids,
    submitted_on=days,
    requested=st.none()
    | st.builds(
        InformationRequest,
        code=st.sampled_from(("18657-7", "11506-3")),
        modifiers=tuples(st.sampled_from(("18803-7",)), 2),
    ),
    line_control_number=_maybe_ids,
    service_period=st.none() | periods,
    references=references_of("RB", "MO"),
    contact=st.none() | organisations(contacts=tuples(contacts, 1)),
)
attachment_submissions = st.builds(
    AttachmentSubmission,
    reference=references,
    created_on=days,
    payer=payers,
    submitter=organisations(id_qualifier=st.just("46"), id=identifiers),
    provider=st.builds(
        Provider,
        last_name=names,
        id_qualifier=st.just("XX"),
        id=npis,
        references=references_of("G2", "0B"),
        taxonomy=_taxonomies,
    ),
    patient=persons(Person, id_qualifier=st.just("MI"), id=identifiers),
    claim_number=identifiers,
    attachments=st.lists(attachments, min_size=1, max_size=3).map(tuple),
    is_requested=st.booleans(),
    payer_claim_number=_maybe_ids,
    bill_type=st.sampled_from(("", "111")),
    medical_record_number=_maybe_ids,
    clearinghouse_number=_maybe_ids,
    service_period=periods,
)

# 820.

premium_adjustments = st.builds(
    PremiumAdjustment, amount_cents=moved_cents, reason=st.sampled_from(("52", "53", "H1", "H6"))
)
_lines = st.builds(
    PremiumLine,
    number=st.integers(1, 99).map(str),
    charges=tuples(st.builds(PremiumCharge, st.sampled_from(("A172", "B680")), charges), 2),
    members=tuples(
        st.builds(MemberCount, st.integers(1, 9).map(str), small_numbers, st.sampled_from(("10", "IE", "PR"))), 2
    ),
)


@st.composite
def premium_items(draw, qualifier, line):
    adjusted = draw(tuples(premium_adjustments, 2))
    billed = draw(maybe_charges)
    paid = draw(charges) if billed is None else billed + sum(one.amount_cents for one in adjusted)
    return PremiumItem(
        qualifier=qualifier,
        number=draw(identifiers),
        paid_cents=paid,
        billed_cents=billed,
        references=draw(references_of("14", "LU")),
        period=draw(st.none() | periods),
        line=draw(line),
        adjustments=adjusted,
    )


@st.composite
def premium_remittances(draw, number, *, is_individual):
    line = st.none() if is_individual else st.none() | _lines
    item = premium_items("AZ" if is_individual else "IK", line)
    name = st.tuples(st.just("IL"), persons(Party, id_qualifier=st.just("34"), id=identifiers))
    return PremiumRemittance(
        number=str(number),
        role="2J" if is_individual else "2L",
        id_qualifier="EI" if is_individual else "FI",
        id=draw(identifiers),
        items=draw(st.lists(item, min_size=1, max_size=3).map(tuple)),
        names=draw(tuples(name, 2)) if is_individual else (),
        adjustments=draw(tuples(premium_adjustments, 2)),
    )


def _premium_parties(role, most_contacts=2, qualifier="FI"):
    party = organisations(
        id_qualifier=st.just(qualifier),
        id=identifiers,
        address=st.none() | addresses,
        contacts=tuples(contacts, most_contacts),
    )
    return st.builds(PremiumParty, role=st.just(role), party=party, further_name=_maybe_names)


_banks = st.builds(BankAccount, bank_id=st.just("111000025"), account=identifiers)


@st.composite
def premium_payments(draw):
    kinds = sorted(draw(st.lists(st.booleans(), min_size=1, max_size=3)))
    kinds = [kind for place, kind in enumerate(kinds) if kind or place == 0]
    remittances = tuple(draw(premium_remittances(number, is_individual=kind)) for number, kind in enumerate(kinds, 1))
    assume(sum(one.paid_cents for one in remittances) >= 0)
    return PremiumPayment(
        trace_number=draw(identifiers),
        payment_cents=sum(one.paid_cents for one in remittances),
        receiver=draw(_premium_parties("PE", 0)),
        payer=draw(_premium_parties("PR")),
        remittances=remittances,
        method=draw(st.sampled_from(("ACH", "CHK"))),
        payment_format=draw(st.sampled_from(("", "CTX"))),
        sender_bank=draw(_banks),
        receiver_bank=draw(_banks),
        originator_id=draw(trace_origins),
        payment_date=draw(days),
        trace_origin=draw(trace_origins),
        currency=draw(st.sampled_from(("", "CAD"))),
        references=draw(references_of("38", "14")),
        dates=draw(tuples(st.tuples(st.just("009"), days), 1)),
        coverage=draw(st.none() | periods),
        intermediaries=draw(tuples(_premium_parties("ZB", qualifier="94"), 1)),
    )


# 834.

_amounts = tuples(st.builds(Amount, st.sampled_from(("D2", "P3", "C1")), charges), 2)
demographics = st.builds(
    Demographics,
    marital_status=st.sampled_from(("M", "S", "W")),
    origins=tuples(st.sampled_from((("7",), ("", "RET", "2106-3"))), 2),
    citizenship=st.sampled_from(("", "1")),
)
_numbers = tuples(
    st.builds(Contact, name=st.just(""), function=st.just("IP"), numbers=st.tuples(st.just(("HP", "5555550105")))), 1
)
_related = st.one_of(
    *(
        st.builds(RelatedParty, st.just(role), party)
        for role, party in (
            ("36", organisations(address=st.none() | addresses)),
            ("QD", persons(address=st.none() | addresses)),
        )
    )
).map(lambda one: replace(one, party=one.party))
providers = st.builds(
    CoverageProvider,
    number=st.integers(1, 9).map(str),
    role=st.sampled_from(("P3", "FA")),
    party=organisations(id_qualifier=st.just("XX"), id=npis, address=st.none() | addresses),
    relationship=st.sampled_from(("25", "26", "72")),
) | st.builds(
    CoverageProvider,
    number=st.integers(1, 9).map(str),
    role=st.just("P3"),
    party=organisations(),
    relationship=st.just("25"),
    changed_on=days,
    change_reason=st.sampled_from(("14", "AA")),
)
other_coverages = st.builds(
    OtherCoverage,
    level=st.sampled_from(("P", "S", "T", "U")),
    policy_number=_maybe_ids,
    status=st.sampled_from(("1", "5", "6")),
    service_types=tuples(st.sampled_from(("1", "35", "48", "AL")), 3),
    references=references_of("60", "6P"),
    dates=dated("344"),
    parties=tuples(st.builds(RelatedParty, st.sampled_from(("IN", "GW")), organisations()), 2),
)
coverages = st.builds(
    Coverage,
    maintenance=st.sampled_from(("021", "024", "001")),
    line=st.sampled_from(("HLT", "DEN", "VIS")),
    plan=_maybe_names,
    level=st.sampled_from(("", "FAM", "IND")),
    is_late=st.none() | st.booleans(),
    dates=dated("348", "303", "300").filter(bool),
    amounts=_amounts,
    references=references_of("17", "1L"),
    prior_months=st.sampled_from(("", "12")),
    cards=tuples(
        st.builds(IdentificationCard, plan=names, kind=st.sampled_from("HDP"), count=st.none() | small_numbers), 2
    ),
    providers=tuples(providers, 2),
    other_coverages=tuples(other_coverages, 2),
)
categories = st.builds(
    ReportingCategory,
    number=st.integers(1, 99).map(str),
    name=names,
    reference=st.none() | st.builds(Reference, st.sampled_from(("17", "ZZ")), identifiers),
    period=st.none() | periods,
)
_people = st.builds(
    Person,
    last_name=names,
    first_name=_maybe_names,
    is_person=st.just(True),
    id_qualifier=st.just("34"),
    id=identifiers,
    birth_date=days,
    sex=st.sampled_from("FMU"),
)


@st.composite
def enrolled_members(draw):
    is_subscriber = draw(st.booleans())
    has_former = draw(st.booleans())
    address = draw(st.none() | addresses)
    related = draw(tuples(_related, 3))
    return Member(
        person=replace(draw(_people), address=address, contacts=draw(_numbers)),
        subscriber_number=draw(identifiers),
        is_subscriber=is_subscriber,
        relationship="18" if is_subscriber else draw(st.sampled_from(("01", "19"))),
        maintenance=draw(st.sampled_from(("021", "001", "024", "030"))),
        reason=draw(st.sampled_from(("", "28", "XN"))),
        medicare=draw(st.sampled_from(((), ("A",), ("C", "0")))),
        employment_status=draw(st.sampled_from(("", "FT"))),
        is_handicapped=draw(st.none() | st.booleans()),
        death_date=draw(st.none() | days),
        birth_sequence=draw(st.sampled_from(("", "1"))),
        policy_number=draw(_maybe_ids),
        references=draw(references_of("17", "3H", "DX")),
        dates=draw(dated("336", "356", "303")),
        corrects=has_former,
        county=draw(st.sampled_from((("", ""), ("CY", "SANGAMON")))) if address else ("", ""),
        demographics=draw(st.none() | demographics),
        former=draw(_people) if has_former else None,
        amounts=draw(_amounts),
        related=tuple(sorted(related, key=lambda one: one.role)),
        disabilities=draw(
            tuples(st.builds(Disability, st.sampled_from("123"), st.just("E119"), st.just("DX"), dated("360")), 1)
        ),
        coverages=draw(tuples(coverages, 2)),
        categories=draw(tuples(categories, 2)),
        others=draw(st.sampled_from(((), (OtherSegment("HLH", (("N",), ("65",))),)))),
    )


@st.composite
def enrollments(draw):
    found = draw(st.lists(enrolled_members(), min_size=1, max_size=3).map(tuple))
    return Enrollment(
        reference=draw(references),
        created_at=draw(instants),
        sponsor=draw(organisations(id_qualifier=st.just("FI"), id=identifiers)),
        insurer=draw(organisations(id_qualifier=st.just("FI"), id=identifiers)),
        members=found,
        purpose=draw(st.sampled_from(("00", "15", "22"))),
        action=draw(st.sampled_from(("2", "4", "RX"))),
        time_zone=draw(st.sampled_from(("", "UT"))),
        policy_number=draw(_maybe_ids),
        dates=draw(dated("007", "303")),
        totals=draw(st.sampled_from(((), (("TO", Decimal(len(found))),)))),
        brokers=draw(
            tuples(
                st.builds(
                    Broker,
                    role=st.sampled_from(("BO", "TV")),
                    party=organisations(id_qualifier=st.just("FI"), id=identifiers),
                    accounts=st.sampled_from(((), ("ACC1",), ("ACC1", "ACC2"))),
                ),
                2,
            )
        ),
    )
