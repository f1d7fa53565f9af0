"""What the posting rules ask, answered from the office's database: `remittance.Books` for one remittance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.office.claims.lifecycle import chunks
from claimwright.office.claims.models import Adjudication, Claim
from claimwright.office.core.models import Client
from claimwright.office.core.rows import among
from claimwright.office.core.scope import required_client_id
from claimwright.office.patients.models import Provider
from claimwright.office.posting.known_claims import known_claims
from claimwright.office.posting.models import PayerItem, Remittance, RemittanceClaim
from claimwright.office.posting.receiving import earlier, name_of
from claimwright.remittance.books import AutoClose, KnownClaim, PostingPolicy, ProviderRule
from claimwright.remittance.books import PayerItem as KnownItem


class OfficeBooks:
    """The books as they stand, for one remittance: what it names is loaded once, in a handful of queries."""

    def __init__(self, remittance: Remittance) -> None:
        self._remittance = remittance
        self.policy = practice_policy()
        self._by_number: dict[str, list[KnownClaim]] = defaultdict(list)
        self._by_payer_number: dict[str, list[KnownClaim]] = defaultdict(list)
        self._by_service: dict[tuple[str, date, int], list[KnownClaim]] = defaultdict(list)
        self._payees = list(Provider.objects.filter(is_billing=True).values_list("npi", "tax_id"))

    def prepare(self, remittance: Document) -> None:
        for known in known_claims(_named_claims(remittance.claims)):
            self._by_number[known.control_number].append(known)
            for number in known.payer_claim_numbers:
                self._by_payer_number[number].append(known)
            if known.period:
                for member_id in {level.member_id for level in known.levels} - {""}:
                    self._by_service[member_id, known.period.start, known.charge_cents].append(known)

    def earlier_remittance(self, remittance: Document) -> str | None:
        before = earlier(self._remittance.identity, self._remittance.content, before=self._remittance.pk)
        return name_of(before) if before else None

    def is_our_payee(self, npi: str, tax_id: str) -> bool:
        ours = tax_id.replace("-", "")
        return any((npi and npi == own) or (ours and ours == tax.replace("-", "")) for own, tax in self._payees)

    def is_cash_seen(self, remittance: Document) -> bool:
        return self._remittance.cash_seen_at is not None

    def payer_key(self, remittance: Document) -> int | None:
        return self._remittance.payer_id

    def claims_by_control_number(self, control_number: str) -> Sequence[KnownClaim]:
        return self._by_number.get(control_number, ())

    def claims_by_payer_claim_number(self, payer_claim_number: str) -> Sequence[KnownClaim]:
        return self._by_payer_number.get(payer_claim_number, ())

    def claims_by_service(self, member_id: str, start: date, charge_cents: int, npi: str) -> Sequence[KnownClaim]:
        found = self._by_service.get((member_id, start, charge_cents), ())
        return [known for known in found if not npi or known.billing_npi == npi]

    def open_payer_items(self, remittance: Document) -> Sequence[KnownItem]:
        items = PayerItem.objects.filter(payer=self._remittance.payer, open_cents__gt=0).order_by("pk")
        return [KnownItem(item.pk, item.code, item.reference, item.open_cents) for item in items]


def practice_policy() -> PostingPolicy:
    """The practice's choices: `Client.settings["posting"]`, by the names of `PostingPolicy`."""
    settings = Client.objects.values_list("settings", flat=True).get(pk=required_client_id())
    chosen: dict[str, Any] = dict(settings.get("posting", {}))
    if "auto_close" in chosen:
        chosen["auto_close"] = tuple(_auto_close(rule) for rule in chosen["auto_close"])
    if "patient_reasons" in chosen:
        chosen["patient_reasons"] = frozenset(chosen["patient_reasons"])
    if "provider_adjustments" in chosen:
        chosen["provider_adjustments"] = tuple(ProviderRule(**rule) for rule in chosen["provider_adjustments"])
    return PostingPolicy(**chosen)


def _auto_close(rule: Mapping[str, Any]) -> AutoClose:
    return AutoClose(**{**rule, "codes": frozenset(rule.get("codes", ()))})


def _named_claims(claims: Sequence[DocumentClaim]) -> set[int]:
    """The keys of the claims that any CLP may be about: by our number, the payer's, or who and when."""
    numbers = list({claim.control_number for claim in claims})
    by_number: dict[str, int] = {}
    for chunk in chunks(numbers):
        by_number.update(Claim.objects.filter(number__in=among(chunk, str)).values_list("number", "pk"))
    found = set(by_number.values())
    for payer_numbers in chunks(list({claim.payer_claim_number for claim in claims} - {""})):
        found |= _keys(
            Adjudication.objects.filter(payer_claim_number__in=among(payer_numbers, str)).values_list("claim_id")
        )
        found |= _keys(
            RemittanceClaim.objects.filter(payer_claim_number__in=among(payer_numbers, str)).values_list("claim_id")
        )
    strangers = [claim for claim in claims if claim.control_number not in by_number]
    return found | _by_service(strangers)


def _by_service(claims: Sequence[DocumentClaim]) -> set[int]:
    members, days = set(), set()
    for claim in claims:
        period = claim.service_period
        if period:
            days.add(period.start)
            parties = (claim.patient, claim.subscriber, claim.corrected_insured)
            members |= {party.id for party in parties if party is not None and party.id}
    found: set[int] = set()
    for chunk in chunks(list(members)):
        who = Q(adjudications__coverage__member_id__in=chunk)
        found |= _keys(Claim.objects.filter(who, service_date__in=days).values_list("pk"))
    return found


def _keys(rows: Iterable[tuple[int | None]]) -> set[int]:
    return {key for (key,) in rows if key is not None}
