"""The sample practice written into an empty office, through the same verbs that people use."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from claimwright.documents.parties import Address
from claimwright.edits import PayerProfile
from claimwright.errors import ConflictError
from claimwright.office.core.home import Home
from claimwright.office.core.models import Client, Membership, User
from claimwright.office.core.scope import client_scope
from claimwright.office.patients import roster
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider
from claimwright.office.trial.sample import SamplePatient, SamplePayer, SamplePractice
from claimwright.simulator.policy import Policy

SIGN_IN_NAME = "alice"
SIGN_IN_FILE = "trial-sign-in"


@dataclass(frozen=True, slots=True)
class OpenedPractice:
    """The rows of the sample: by provider key, payer id and account number."""

    client: Client
    billing: Provider
    providers: Mapping[str, Provider]
    payers: Mapping[str, Payer]
    patients: Mapping[str, Patient]
    cards: Mapping[int, str]
    """The member ID that the card shows, by key of a coverage."""


def open_practice(sample: SamplePractice, policy: Policy, *, since: date) -> OpenedPractice:
    """Write the sample into the office. Raises `ConflictError` when the office has a practice already."""
    if Client.objects.exists():
        raise ConflictError("This home has a practice already: give the demonstration a home of its own with --home.")
    with transaction.atomic():
        settings = {"statements": {"minimum_cents": sample.statement_minimum_cents}}
        client = Client.objects.create(name=sample.name, code=sample.code, settings=settings)
        with client_scope(client):
            billing = roster.add_provider(
                sample.organization,
                npi=sample.npi,
                tax_id=sample.tax_id,
                taxonomy=sample.taxonomy,
                is_billing=True,
                **_address(sample.address, sample.phone),
            )
            providers = {
                one.key: roster.add_provider(
                    one.last_name,
                    first_name=one.first_name,
                    is_person=True,
                    npi=one.npi,
                    taxonomy=one.taxonomy,
                    is_rendering=True,
                )
                for one in sample.providers
            }
            payers = {one.id: _add_payer(one, policy, since) for one in sample.payers}
            patients = {one.account: _add_patient(one) for one in sample.patients}
            cards = _add_coverages(sample, patients, payers)
    return OpenedPractice(client, billing, providers, payers, patients, cards)


def add_sign_in(client: Client, home: Home) -> tuple[str, str]:
    """Somebody who may look at the trial: the name and a password made now, kept in `HOME/keys` for `serve` to tell."""
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(SIGN_IN_NAME, password=password, first_name="Alice")
    Membership.objects.create(user=user, client=client, role=Membership.Role.MANAGER)
    note = home.path / "keys" / SIGN_IN_FILE
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(f"{SIGN_IN_NAME} {password}\n")
    return SIGN_IN_NAME, password


def _add_payer(one: SamplePayer, policy: Policy, since: date) -> Payer:
    simulated = policy.payers[one.id]
    profile = PayerProfile(
        requires_authorization_for=one.authorization_codes,
        # A supplement asks for nothing of its own: the payer before it has looked already.
        member_id_pattern=simulated.member_id_pattern,
    )
    payer = roster.add_payer(
        one.name,
        one.id,
        kind=one.kind,
        tax_id=one.tax_id,
        filing_code=one.filing_code,
        filing_limit_days=one.filing_limit_days,
        appeal_days=one.appeal_days,
        response_days=one.response_days,
        forwards_claims=one.forwards_claims,
        protects_patient=one.protects_patient,
        rules=profile.to_rules(),
        **_address(simulated.address, simulated.phone),
    )
    if one.has_contract:
        fees = dict(simulated.fees)
        terms = {
            "lesser_of_charge": True,
            "tables_cents": {"schedule": fees},
            "rates": [
                {"codes": sorted(fees), "table": "schedule", "percent": 100},
                {"percent_of_charge": str(simulated.percent_of_charge)},
            ],
        }
        roster.add_contract(payer, name=f"{one.name} {since.year}", effective_date=date(since.year, 1, 1), terms=terms)
    return payer


def _add_patient(one: SamplePatient) -> Patient:
    return roster.add_patient(
        one.last_name,
        one.first_name,
        account_number=one.account,
        birth_date=one.birth_date,
        sex=one.sex,
        **_address(one.address, one.phone),
    )


def _add_coverages(
    sample: SamplePractice, patients: Mapping[str, Patient], payers: Mapping[str, Payer]
) -> dict[int, str]:
    cards: dict[int, str] = {}
    for one in sample.patients:
        for rank, card in enumerate(one.coverages, 1):
            coverage: Coverage = roster.add_coverage(
                patients[one.account], payers[card.payer_id], member_id=card.typed_member_id, rank=rank
            )
            cards[coverage.pk] = card.member_id
    return cards


def _address(address: Address, phone: str) -> dict[str, Any]:
    return {
        "line1": address.line1,
        "line2": address.line2,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "phone": phone,
    }
