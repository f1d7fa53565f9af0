"""Who the parties of a claim are: the practice's own providers, payers, patients and coverages, found or made.

People are recognised, never guessed: a patient by name, birth date and sex together with a policy or an address in
common; a payer by its id; a provider by NPI and tax number. In doubt a new row is made, which a person can merge.

A payer that comes with claims of another system took them before: the edits of `WARN_ONLY`, which doubt the form of
somebody's identifier, only warn for it. The codes stand in the payer's own rules (`warn_only`), where the practice can
take them out; `Client.settings["imports"] = {"warn_only": [...]}` says which codes new payers get, `[]` for none.
Payers that people enter are as strict as the table of edits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.claim import Subscriber
from claimwright.documents.parties import Party, Person
from claimwright.documents.parties import Provider as ProviderRecord
from claimwright.edits import PayerProfile
from claimwright.office.claims.building import DraftLevel
from claimwright.office.claims.lifecycle import CHUNK, chunks
from claimwright.office.claims.taking_over import decided_state, earlier_payers
from claimwright.office.core.models import Client
from claimwright.office.core.scope import required_client_id
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider
from claimwright.office.patients.records import SELF
from claimwright.office.patients.roster import LEVELS, RELATIONSHIPS, new_account_numbers

Policies = Sequence[tuple[Subscriber, Payer]]

_MEDICARE, _MEDICAID = frozenset(("MA", "MB")), frozenset(("MC",))
_OTHER_KINDS = frozenset(("11", "AM", "LM", "WC", "OF", "VA", "CH", "TV", "FI", "ZZ", ""))
WARN_ONLY = ("EDIT-BIL-003", "EDIT-BIL-008", "EDIT-PRV-002", "EDIT-PRV-004")
"""NPI check digits, the form of the tax number, the form of a taxonomy code: three quarters of the claim files that are
published fail the first of them, and whoever sent them was paid."""
_OTHER_RELATIONSHIP = "G8"
_TAX_QUALIFIERS = {"24": "EI", "34": "SY"}
_MEMBER_ID_MAX = 80


class People:
    """The practice's providers, payers, patients and coverages, found or made for the claims of one set."""

    def __init__(self) -> None:
        self._rules = PayerProfile(warn_only=_softened())
        self._providers = {_provider_key(row): row for row in Provider.objects.order_by("-pk")}
        self._payers = {_key(row.payer_id, row.name): row for row in Payer.objects.order_by("-pk")}
        self._by_payer_id: dict[tuple[str, ...], list[Payer]] = defaultdict(list)
        for payer in self._payers.values():
            self._by_payer_id[_key(payer.payer_id)].append(payer)
        self._patients: dict[tuple[str, ...], list[Patient]] = defaultdict(list)
        self._coverages: dict[tuple[int, int, str], Coverage] = {}
        self._marks: dict[int, set[tuple[int, str]]] = defaultdict(set)
        self._of_claim: dict[str, Patient] = {}

    # Providers and payers are few, each is made when first seen.

    def provider(self, record: ProviderRecord, *, is_billing: bool = False, gives_care: bool = True) -> Provider:
        """The provider with the same NPI, tax number and name."""
        tax_id = record.tax_id or (record.id if record.id_qualifier in _TAX_QUALIFIERS else "")
        qualifier = record.tax_id_qualifier or _TAX_QUALIFIERS.get(record.id_qualifier, "EI")
        made = Provider(
            last_name=record.last_name,
            first_name=record.first_name,
            is_person=record.is_person,
            npi=record.npi,
            tax_id=tax_id,
            tax_id_qualifier=qualifier,
            taxonomy=record.taxonomy,
            is_billing=is_billing,
            is_rendering=gives_care and not is_billing,
            phone=next((number for one in record.contacts for kind, number in one.numbers if kind == "TE"), ""),
        )
        _fitted(_with_address(made, record))
        found = self._providers.get(_provider_key(made))
        if found is None:
            made.save()
            self._providers[_provider_key(made)] = made
            return made
        if (is_billing and not found.is_billing) or (made.is_rendering and not found.is_rendering):
            found.is_billing, found.is_rendering = (
                found.is_billing or is_billing,
                found.is_rendering or made.is_rendering,
            )
            found.save()
        return found

    def payer(self, record: Party, filing_code: str) -> Payer:
        """The payer of that id; of several with one id the one of that name; without an id the one of that name."""
        key = _key(record.id, record.last_name)
        same_id = self._by_payer_id[_key(record.id)] if record.id else []
        if key in self._payers:
            return self._payers[key]
        if len(same_id) == 1:
            return same_id[0]
        made = Payer(
            name=record.last_name,
            payer_id=record.id,
            kind=_kind_of(filing_code),
            filing_code=filing_code[:2],
            rules=self._rules.to_rules(),
        )
        _fitted(_with_address(made, record))
        made.save()
        self._payers[key] = made
        self._by_payer_id[_key(record.id)].append(made)
        return made

    # Patients and their coverages are made in bulk.

    def take_patients(self, records: Sequence[ClaimRecord]) -> None:
        """Find or make the patient and the coverages of every claim."""
        self._load({record.patient_person.last_name for record in records})
        wanted = [(record, list(self._policies(record))) for record in records]
        fresh: list[Patient] = []
        for record, policies in wanted:
            self._of_claim[record.control_number] = self._patient_of(record, policies, fresh)
        for number, patient in zip(new_account_numbers(len(fresh)), fresh, strict=True):
            patient.account_number = number
        Patient.objects.bulk_create(fresh, batch_size=CHUNK)
        self._make_coverages(wanted)

    def patient(self, record: ClaimRecord) -> Patient:
        """The patient of a claim that `take_patients` has seen."""
        return self._of_claim[record.control_number]

    def levels(self, record: ClaimRecord) -> Iterator[DraftLevel]:
        """Every payer of a claim, first payer first, with what was decided elsewhere."""
        patient = self.patient(record)
        earlier = {other.subscriber.payer_level: other for other in earlier_payers(record)}
        for subscriber, payer in sorted(self._policies(record), key=lambda one: LEVELS.index(one[0].payer_level)):
            coverage = self._coverages[patient.pk, payer.pk, _member_id(subscriber)]
            other = earlier.get(subscriber.payer_level)
            if other is None:
                yield DraftLevel(subscriber.payer_level, coverage)
            else:
                state = decided_state(record, other)
                yield DraftLevel(subscriber.payer_level, coverage, state, other.payer_claim_number)

    def _load(self, last_names: Iterable[str]) -> None:
        names = sorted({variant for name in last_names for variant in (name, name.upper(), name.title())})
        for chunk in chunks(names):
            for row in Patient.objects.filter(last_name__in=chunk):
                self._patients[_person_key(row)].append(row)
        rows = {row.pk: row for same in self._patients.values() for row in same}
        for keys in chunks(list(rows)):
            for coverage in Coverage.objects.filter(patient__in=keys):
                self._coverages[coverage.patient_id, coverage.payer_id, coverage.member_id] = coverage
                if coverage.member_id:
                    self._marks[id(rows[coverage.patient_id])].add((coverage.payer_id, coverage.member_id))

    def _policies(self, record: ClaimRecord) -> Iterator[tuple[Subscriber, Payer]]:
        yield record.subscriber, self.payer(record.payer, record.subscriber.filing_code)
        for other in record.other_payers:
            yield other.subscriber, self.payer(other.payer, other.subscriber.filing_code)

    def _patient_of(self, record: ClaimRecord, policies: Policies, fresh: list[Patient]) -> Patient:
        person = record.patient_person
        made: Patient = _fitted(_with_address(_patient(person), person))
        marks = {(payer.pk, _member_id(subscriber)) for subscriber, payer in policies if subscriber.member_id}
        candidates = self._patients[_person_key(made)]
        found = next((row for row in candidates if self._is_same(row, made, marks)), None)
        if found is None:
            found = made
            candidates.append(made)
            fresh.append(made)
        self._marks[id(found)] |= marks
        return found

    def _is_same(self, row: Patient, made: Patient, marks: set[tuple[int, str]]) -> bool:
        """Whether somebody of the same name, birth date and sex has a policy or the address in common too."""
        if self._marks[id(row)] & marks:
            return True
        address = _key(made.line1, made.postal_code[:5])
        return bool(made.birth_date and made.line1) and address == _key(row.line1, row.postal_code[:5])

    def _make_coverages(self, wanted: Sequence[tuple[ClaimRecord, Policies]]) -> None:
        fresh = []
        for record, policies in wanted:
            patient = self.patient(record)
            for subscriber, payer in policies:
                key = (patient.pk, payer.pk, _member_id(subscriber))
                if key not in self._coverages:
                    self._coverages[key] = _fitted(_coverage(patient, payer, subscriber))
                    fresh.append(self._coverages[key])
        Coverage.objects.bulk_create(fresh, batch_size=CHUNK)


def _softened() -> frozenset[str]:
    """The edits that only warn for payers that come with claims of other systems, as the practice has chosen."""
    settings = Client.objects.values_list("settings", flat=True).get(pk=required_client_id())
    return frozenset(settings.get("imports", {}).get("warn_only", WARN_ONLY))


def _member_id(subscriber: Subscriber) -> str:
    return subscriber.member_id[:_MEMBER_ID_MAX]


def _provider_key(row: Provider) -> tuple[str, ...]:
    return _key(row.npi, row.tax_id, "" if row.npi else row.last_name, "" if row.npi else row.first_name)


def _person_key(row: Patient) -> tuple[str, ...]:
    return _key(row.last_name, row.first_name, row.birth_date, row.sex)


def _patient(person: Person) -> Patient:
    return Patient(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        suffix=person.suffix,
        birth_date=person.birth_date,
        sex=person.sex,
    )


def _coverage(patient: Patient, payer: Payer, subscriber: Subscriber) -> Coverage:
    relationship = subscriber.relationship or SELF
    person = subscriber.person
    row = Coverage(
        patient=patient,
        payer=payer,
        rank=LEVELS.index(subscriber.payer_level) + 1,
        member_id=subscriber.member_id,
        relationship=relationship if relationship in RELATIONSHIPS else _OTHER_RELATIONSHIP,
        group_number=subscriber.group_number,
        group_name=subscriber.group_name,
        insurance_type=subscriber.insurance_type,
    )
    if relationship != SELF:
        row.subscriber_last_name, row.subscriber_first_name = person.last_name, person.first_name
        row.subscriber_birth_date, row.subscriber_sex = person.birth_date, person.sex
    return row


def _with_address(row: Any, party: Party) -> Any:
    if address := party.address:
        row.line1, row.line2, row.city = address.line1, address.line2, address.city
        row.state, row.postal_code = address.state, address.postal_code
    return row


def _kind_of(filing_code: str) -> Payer.Kind:
    if filing_code in _MEDICARE:
        return Payer.Kind.MEDICARE
    if filing_code in _MEDICAID:
        return Payer.Kind.MEDICAID
    return Payer.Kind.OTHER if filing_code in _OTHER_KINDS else Payer.Kind.COMMERCIAL


def _fitted(row: Any) -> Any:
    """The row with texts cut to what its columns hold; the whole text stays in the claim's record."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and field.max_length and len(value) > field.max_length:
            setattr(row, field.attname, value[: field.max_length])
    return row


def _key(*texts: object) -> tuple[str, ...]:
    return tuple(str(text or "").strip().casefold() for text in texts)
