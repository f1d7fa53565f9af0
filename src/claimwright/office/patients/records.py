"""Rows of this room as the records that messages are made of."""

from __future__ import annotations

from claimwright.documents.claim import Subscriber
from claimwright.documents.parties import Address, Contact, Party, Person
from claimwright.documents.parties import Provider as ProviderRecord
from claimwright.edits import PayerProfile
from claimwright.office.patients.models import Coverage, Patient, Payer, PostalAddress, Provider

SELF = "18"
"""The relationship of a patient who is the subscriber."""


def address_record(row: PostalAddress) -> Address | None:
    """The address of anybody who has one; None when nothing of it is known."""
    address = Address(row.line1, row.line2, row.city, row.state, row.postal_code)
    return address if address != Address() else None


def payer_record(payer: Payer) -> Party:
    """The payer as a claim names it (2010BB)."""
    return Party(last_name=payer.name, id_qualifier="PI", id=payer.payer_id, address=address_record(payer))


def payer_profile(payer: Payer) -> PayerProfile:
    """What the payer wants to see on a claim: its columns, and its further `rules`.

    Raises `InputError` for rules that `edits` does not know; `roster` refuses to store such.
    """
    columns = {
        "name": payer.name,
        "payer_id": payer.payer_id,
        "kind": str(payer.kind),
        "filing_code": payer.filing_code,
        "filing_limit_days": payer.filing_limit_days,
        "appeal_days": payer.appeal_days,
        "supports_replacement": payer.supports_replacement,
    }
    return PayerProfile.from_rules({**payer.rules, **columns})


def provider_record(provider: Provider) -> ProviderRecord:
    """The provider with NPI, tax number, specialty, address and telephone."""
    contacts = (Contact(provider.last_name, (("TE", provider.phone),)),) if provider.phone else ()
    return ProviderRecord(
        last_name=provider.last_name,
        first_name=provider.first_name,
        is_person=provider.is_person,
        id_qualifier="XX" if provider.npi else "",
        id=provider.npi,
        address=address_record(provider),
        contacts=contacts,
        taxonomy=provider.taxonomy,
        tax_id=provider.tax_id,
        tax_id_qualifier=provider.tax_id_qualifier if provider.tax_id else "",
    )


def clinician_record(provider: Provider) -> ProviderRecord:
    """The provider as somebody who gave or ordered care: name, NPI, specialty, and nothing of his money."""
    return ProviderRecord(
        last_name=provider.last_name,
        first_name=provider.first_name,
        is_person=provider.is_person,
        id_qualifier="XX" if provider.npi else "",
        id=provider.npi,
        taxonomy=provider.taxonomy,
    )


def patient_record(patient: Patient, member_id: str = "") -> Person:
    """The patient; with a member ID when he is the subscriber."""
    return Person(
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        suffix=patient.suffix,
        is_person=True,
        id_qualifier="MI" if member_id else "",
        id=member_id,
        address=address_record(patient),
        birth_date=patient.birth_date,
        sex=patient.sex,
    )


def subscriber_person(coverage: Coverage) -> Person:
    """Who holds the policy: the patient, or whom the coverage names. A message gets the patient's address only."""
    if coverage.relationship == SELF:
        return patient_record(coverage.patient, coverage.member_id)
    return Person(
        last_name=coverage.subscriber_last_name,
        first_name=coverage.subscriber_first_name,
        is_person=True,
        id_qualifier="MI" if coverage.member_id else "",
        id=coverage.member_id,
        birth_date=coverage.subscriber_birth_date,
        sex=coverage.subscriber_sex,
    )


def subscriber_record(coverage: Coverage, level: str) -> Subscriber:
    """The policy as a claim at that payer level (SBR01) tells it."""
    return Subscriber(
        payer_level=level,
        person=subscriber_person(coverage),
        relationship=coverage.relationship,
        group_number=coverage.group_number,
        group_name="" if coverage.group_number else coverage.group_name,
        insurance_type=coverage.insurance_type,
        filing_code=coverage.payer.filing_code,
    )
