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

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from claimwright.documents.plain import to_plain
from claimwright.money import x12_amount
from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters, release_encounters
from claimwright.office.claims.building import build_claims, record_of
from claimwright.office.claims.models import Adjudication, Claim, Submission
from claimwright.office.core import clock
from claimwright.office.core.files import store_file
from claimwright.office.core.models import StoredFile
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import receive_remittances

NPI = "1999999984"
SERVICE_DATE = date(2025, 12, 1)
LEVELS = "PSTA"
ADDRESS = {"line1": "1 Pier Road", "city": "Madison", "state": "WI", "postal_code": "537035555"}


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
    """What each owner owes on the claim (or on the encounter that stands for one), lines and whole together."""
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
            last_name="LAKESIDE FAMILY PRACTICE",
            npi=NPI,
            tax_id="123456789",
            is_billing=True,
            phone="6085550100",
            **ADDRESS,
        )
        for name, kind, tax_id in (
            ("medicare", Payer.Kind.MEDICARE, "111111111"),
            ("supplement", Payer.Kind.SUPPLEMENT, "222222222"),
            ("commercial", Payer.Kind.COMMERCIAL, "333333333"),
        ):
            self.payers[name] = Payer.objects.create(
                name=name.upper(), payer_id=f"ID{tax_id[:5]}", tax_id=tax_id, kind=kind, appeal_days=120
            )

    def patient(self, name: str = "ROE", **columns: object) -> Patient:
        number = f"{name}-{Patient.objects.count() + 1}"
        values = {"first_name": "JANE", "birth_date": date(1980, 5, 17), "sex": "F", **ADDRESS, **columns}
        return Patient.objects.create(account_number=number, last_name=name, **values)

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
        """A claim that was sent, its charges in the ledger, owed by the first payer.

        Without payers there is only the encounter, owed by the patient; a claim of no payer stands for it.
        """
        patient = patient or self.patient()
        for rank, payer in enumerate(payers, 1):
            Coverage.objects.create(
                patient=patient, payer=self.payers[payer], rank=rank, member_id=f"M{number}{LEVELS[rank - 1]}"
            )
        lines = tuple(NewLine(code, cents) for code, cents in services)
        new = NewEncounter(patient, self.billing, service_date, ("J069",), lines, number=f"E-{number}")
        encounters = enter_encounters([new])
        release_encounters(encounters)
        if not payers:
            total = sum(cents for _, cents in services)
            return Claim(encounter=encounters[0], patient=patient, number=number, charge_cents=total)
        (claim,) = build_claims(encounters)
        return self._sent(claim, number, expected or {})

    def _sent(self, claim: Claim, number: str, expected: dict[str, int]) -> Claim:
        """Give the claim the number and line numbers that a scene's remittances use, and send it."""
        record = record_of(claim)
        lines = tuple(replace(line, control_number=f"{number}-{line.number}") for line in record.lines)
        claim.number, claim.record = number, to_plain(replace(record, control_number=number, lines=lines))
        claim.save()
        for line in claim.lines.all():
            line.control_number, line.expected_cents = f"{number}-{line.number}", expected.get(line.code)
            line.save()
        claim.adjudications.filter(level="P").update(state=Adjudication.State.IN_PROCESS)
        claim.submissions.update(state=Submission.State.SENT)
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
            f"BPR*I*{x12_amount(cents)}*C*{_means(method, sender.tax_id)}*{day}",
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
    """A CLP with its patient, an SVC with the day of the service."""
    if line.startswith("SVC*"):
        return f"{line}~DTM*472*{SERVICE_DATE:%Y%m%d}"
    return f"{line}~NM1*QC*1*ROE*JANE" if line.startswith("CLP*") else line


def _means(method: str, tax_id: str) -> str:
    """BPR04 to BPR15: the banks and accounts of a transfer."""
    if method != "ACH":
        return f"{method}{'*' * 11}"
    return f"ACH*CCP*01*111000025*DA*123456*1{tax_id}**01*222000024*DA*654321"


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
