"""Money of a posted remittance that waits for its claim: what posting it again would do, which claim may be meant."""

from __future__ import annotations

from django.db.models import Q

from claimwright.documents.plain import from_plain
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.office.claims.models import Claim
from claimwright.office.core import clock
from claimwright.office.posting.known_claims import known_claims
from claimwright.office.posting.models import RemittanceClaim
from claimwright.office.posting.office_books import OfficeBooks
from claimwright.office.posting.receiving import record_of
from claimwright.remittance import plan_claim_again
from claimwright.remittance.plan import Plan

CANDIDATES_MAX = 8


def plan_of_claim(row: RemittanceClaim, *, claim: Claim | None = None) -> Plan:
    """A dry run of `posting.post_claim_again`: what it would do now. Changes nothing."""
    remittance = row.remittance
    named = known_claims([claim.pk])[0] if claim else None
    return plan_claim_again(record_of(remittance), row.position, OfficeBooks(remittance), clock.today(), named)


def claims_that_may_be_meant(row: RemittanceClaim) -> list[Claim]:
    """Claims of that patient's name or of that charge on the days that the payer names, those that agree in both
    first."""
    answer = from_plain(DocumentClaim, row.record)
    who = Q(patient__last_name__iexact=answer.patient.last_name) if answer.patient.last_name else Q(pk=None)
    how_much = Q(charge_cents=row.charge_cents)
    if answer.service_period:
        how_much &= Q(service_date__range=(answer.service_period.start, answer.service_period.end))
    found = list(
        Claim.objects.filter(who | how_much)
        .defer("record")
        .select_related("patient")
        .order_by("-service_date", "pk")[: 10 * CANDIDATES_MAX]
    )
    return sorted(found, key=lambda claim: -_agreement(claim, answer))[:CANDIDATES_MAX]


def _agreement(claim: Claim, answer: DocumentClaim) -> int:
    period = answer.service_period
    return sum(
        (
            claim.patient.last_name.casefold() == answer.patient.last_name.casefold(),
            claim.charge_cents == answer.charge_cents,
            period is not None and claim.service_date is not None and period.start <= claim.service_date <= period.end,
        )
    )
