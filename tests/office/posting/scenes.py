"""Scenes for posting: a practice with claims on its books, and remittances written as the segments that matter.

    practice = Practice()                              payers medicare, supplement, commercial; one billing provider
    claim = practice.bill("A1", [("99213", 150_00)], payers=("medicare",))
    remittance = practice.post("T1", 80_00, '''
        CLP*A1*1*150*80*20*MB*ICN1
        SVC*HC:99213*150*80**1
        CAS*CO*45*50
        CAS*PR*2*20
    ''')

Everything goes through the real reader: a scene's remittance is a whole 835 file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from claimwright.money import x12_amount
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.claims.models import Adjudication, Claim, ClaimLine
from claimwright.office.core import clock
from claimwright.office.core.files import store_file
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
from claimwright.office.ledger.models import Account
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import receive_remittances
from claimwright.remittance.plan import PATIENT

NPI = "1999999984"
SERVICE_DATE = date(2025, 12, 1)
LEVELS = "PSTA"


PAID = """
    CLP*A1*1*150*80*20*MB*ICN1
    SVC*HC:99213*150*80**1
    CAS*CO*45*50
    CAS*PR*2*20
    REF*6R*A1-1
"""
"""150.00 charged: 80.00 paid, 50.00 by contract, 20.00 coinsurance."""

PAID_A2, PAID_A3 = PAID.replace("A1", "A2"), PAID.replace("A1", "A3")

TAKEN_BACK = """
    CLP*A1*22*-150*-80*-20*MB*ICN1
    SVC*HC:99213*-150*-80**-1
    CAS*CO*45*-50
    CAS*PR*2*-20
    REF*6R*A1-1
"""
"""The reversal of `PAID`."""

IN_FULL = """
    CLP*A1*1*150*100**MB*ICN2
    SVC*HC:99213*150*100**1
    CAS*CO*45*50
    REF*6R*A1-1
"""
"""150.00 charged: 100.00 paid, 50.00 by contract."""

TAKEN_BACK_IN_FULL = """
    CLP*A1*22*-150*-100**MB*ICN2
    SVC*HC:99213*-150*-100**-1
    CAS*CO*45*-50
    REF*6R*A1-1
"""

REVERSED_AND_CORRECTED = TAKEN_BACK + IN_FULL.strip("\n")

SECOND = """
    CLP*A1*2*150*15**CI*ICN3
    SVC*HC:99213*150*15**1
    CAS*OA*23*130
    CAS*PR*3*5
    REF*6R*A1-1
"""
"""The second payer after `PAID`: 15.00 paid, 5.00 copay."""

DENIED = """
    CLP*A1*1*150*0**MB*ICN1
    MOA***MA01
    SVC*HC:99213*150*0**0
    CAS*CO*50*150
    REF*6R*A1-1
"""
"""Not medically necessary, an appeal is allowed."""


def owed(claim: Claim) -> dict[str, int]:
    """What each owner owes on the claim, lines and whole together."""
    totals: dict[str, int] = {}
    for owners in owed_on_encounters([claim.encounter_id]).get(claim.encounter_id, {}).values():
        for owner, cents in owners.items():
            totals[owner] = totals.get(owner, 0) + cents
    return {owner: cents for owner, cents in totals.items() if cents}


@dataclass
class Practice:
    """A practice with payers and a billing provider; everything it bills goes into the ledger."""

    payers: dict[str, Payer] = field(default_factory=dict)
    billing: Provider = field(init=False)

    def __post_init__(self) -> None:
        self.billing = Provider.objects.create(
            last_name="LAKESIDE FAMILY PRACTICE", npi=NPI, tax_id="123456789", is_billing=True
        )
        for name, kind, tax_id in (
            ("medicare", Payer.Kind.MEDICARE, "111111111"),
            ("supplement", Payer.Kind.SUPPLEMENT, "222222222"),
            ("commercial", Payer.Kind.COMMERCIAL, "333333333"),
        ):
            self.payers[name] = Payer.objects.create(
                name=name.upper(), payer_id=f"ID{tax_id[:5]}", tax_id=tax_id, kind=kind, appeal_days=120
            )

    def patient(self, name: str = "ROE") -> Patient:
        number = f"{name}-{Patient.objects.count() + 1}"
        return Patient.objects.create(account_number=number, last_name=name, first_name="JANE")

    def bill(
        self,
        number: str,
        services: list[tuple[str, int]],
        payers: tuple[str, ...] = ("medicare",),
        *,
        patient: Patient | None = None,
        expected: dict[str, int] | None = None,
        service_date: date = SERVICE_DATE,
    ) -> Claim:
        """A claim that was sent, its charges in the ledger, owed by the first payer (the patient without one)."""
        patient = patient or self.patient()
        now = clock.now()
        encounter = Encounter.objects.create(
            number=f"E-{number}", patient=patient, billing=self.billing, service_date=service_date,
            state=Encounter.State.RELEASED, entered_at=now,
        )  # fmt: skip
        total = sum(cents for _, cents in services)
        claim = Claim.objects.create(
            number=number, encounter=encounter, patient=patient, billing=self.billing, charge_cents=total,
            service_date=service_date, record={}, created_at=now,
        )  # fmt: skip
        owner = "P" if payers else PATIENT
        entries = []
        for place, (code, cents) in enumerate(services, 1):
            charge = Charge.objects.create(encounter=encounter, number=place, code=code, charge_cents=cents)
            ClaimLine.objects.create(
                claim=claim, charge=charge, number=place, control_number=f"{number}-{place}", code=code,
                charge_cents=cents, service_date=service_date, expected_cents=(expected or {}).get(code),
            )  # fmt: skip
            sides = (
                NewPosting(Account.RECEIVABLE, cents, charge_id=charge.pk, owner=owner),
                NewPosting(Account.CHARGES, -cents, charge_id=charge.pk),
            )
            entries.append(NewEntry("charge", sides, f"{code}", patient_id=patient.pk, encounter_id=encounter.pk))
        post_entries(entries)
        for level, payer in zip(LEVELS, payers, strict=False):
            coverage = Coverage.objects.create(
                patient=patient, payer=self.payers[payer], rank=LEVELS.index(level) + 1, member_id=f"M{number}{level}"
            )
            Adjudication.objects.create(
                claim=claim, level=level, payer=self.payers[payer], coverage=coverage,
                state=Adjudication.State.IN_PROCESS if level == "P" else Adjudication.State.NOT_SUBMITTED,
            )  # fmt: skip
        return claim

    def file(
        self, trace: str, cents: int, body: str, *, payer: str = "medicare", name: str = "", usage: str = "P"
    ) -> bytes:
        """The bytes of a whole 835 file with one set."""
        return interchange([self.set(trace, cents, body, payer=payer)], usage=usage)

    def set(self, trace: str, cents: int, body: str, *, payer: str = "medicare", npi: str = NPI) -> list[str]:
        """The segments of one 835 between ST and SE."""
        sender = self.payers[payer]
        day = f"{clock.today():%Y%m%d}"
        method = "ACH" if cents else "NON"
        return [
            f"BPR*I*{x12_amount(cents)}*C*{method}************{day}",
            f"TRN*1*{trace}*1{sender.tax_id}",
            f"DTM*405*{day}",
            f"N1*PR*{sender.name}",
            "N3*1 MAIN STREET",
            "N4*SPRINGFIELD*IL*627010001",
            f"REF*2U*{sender.payer_id}",
            "PER*BL*EDI*TE*5555550100",
            f"N1*PE*LAKESIDE FAMILY PRACTICE*XX*{npi}",
            "LX*1",
            *(_completed(line.strip()) for line in body.strip().splitlines()),
        ]

    def receive(self, *args: object, **kwargs: object) -> Remittance:
        """The one remittance of a file, received. See `file`."""
        file, _ = store_file(str(kwargs.pop("name", "") or f"{args[0]}.835"), self.file(*args, **kwargs))
        (remittance,) = receive_remittances(file)
        return remittance

    def post(self, *args: object, **kwargs: object) -> Remittance:
        """The same, posted."""
        remittance = self.receive(*args, **kwargs)
        post_remittance(remittance)
        return remittance


def _completed(line: str) -> str:
    """A CLP with the elements that are always the same, and its patient."""
    if not line.startswith("CLP*"):
        return line
    return f"{line}~NM1*QC*1*ROE*JANE"


def interchange(sets: list[list[str]], *, usage: str = "P", control: int = 1, at: datetime | None = None) -> bytes:
    """A file of 835 sets with its envelope and right counts."""
    at = at or clock.now()
    day, time = f"{at:%y%m%d}", f"{at:%H%M}"
    parties = f"ZZ*{'PAYER':15}*ZZ*{'LAKESIDE':15}"
    out = [
        f"ISA*00*{' ':10}*00*{' ':10}*{parties}*{day}*{time}*^*00501*{control:09d}*0*{usage}*:",
        f"GS*HP*PAYER*LAKESIDE*20{day}*{time}*{control}*X*005010X221A1",
    ]
    for number, segments in enumerate(sets, 1):
        body = "~".join(segments).split("~")
        out += [f"ST*835*{number:04d}", *body, f"SE*{len(body) + 2}*{number:04d}"]
    out += [f"GE*{len(sets)}*{control}", f"IEA*1*{control:09d}"]
    return ("~".join(out) + "~").encode()


def stored(name: str, data: bytes) -> StoredFile:
    return store_file(name, data)[0]
