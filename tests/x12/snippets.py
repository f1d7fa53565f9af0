"""One example for each finding: the smallest spoiling of a right file that triggers it.

A test asks that every code of the catalogue is here and that each example triggers it; the texts are for reading.
"""

from __future__ import annotations

from tests.x12.files import CLAIM, ISA, PAYMENT, file_of, spoil, spoil_bytes

_CLAIMS = file_of("837", CLAIM)
_PAYMENTS = file_of("835", PAYMENT)


def _claim(old: str, new: str) -> bytes:
    return file_of("837", spoil(CLAIM, old, new))


def _payment(old: str, new: str) -> bytes:
    return file_of("835", spoil(PAYMENT, old, new))


def _envelope(old: str, new: str) -> bytes:
    return spoil_bytes(_CLAIMS, old, new)


_SECOND_GROUP = "GS*HC*SENDER*RECEIVER*20260302*0930*1*X*005010X222A1~\nGE*0*1~\nIEA*2*"

EXAMPLES: dict[str, bytes] = {
    # Envelopes.
    "X12-ENV-001": b"%PDF-1.7",
    "X12-ENV-002": b"Please find attached:\n" + _CLAIMS,
    "X12-ENV-003": b"\xef\xbb\xbf" + _CLAIMS,
    "X12-ENV-004": ISA[:60].encode(),
    "X12-ENV-005": _envelope("*SENDER         *", "*SENDER*"),
    "X12-ENV-006": _CLAIMS[: _CLAIMS.index(b"IEA*")],
    "X12-ENV-007": _envelope("IEA*1*000000001", "IEA*1*000000002"),
    "X12-ENV-008": _envelope("IEA*1*", "IEA*2*"),
    "X12-ENV-009": _envelope("ST*837*", "N3*1 MAIN STREET~\nST*837*"),
    "X12-ENV-010": _envelope("GE*1*1~\n", ""),
    "X12-ENV-011": _envelope("GE*1*1~", "GE*1*2~"),
    "X12-ENV-012": _envelope("GE*1*1~", "GE*2*1~"),
    "X12-ENV-013": _envelope("SE*43*0001~\n", ""),
    "X12-ENV-014": _envelope("SE*43*0001~", "SE*43*0002~"),
    "X12-ENV-015": _envelope("SE*43*0001~", "SE*44*0001~"),
    "X12-ENV-016": file_of("837", CLAIM, CLAIM).replace(b"*0002", b"*0001"),
    "X12-ENV-017": _envelope("IEA*1*", _SECOND_GROUP),
    "X12-ENV-018": _envelope("*260302*0930*^*", "*261302*0930*^*"),
    "X12-ENV-019": _CLAIMS.rstrip()[:-1],
    "X12-ENV-020": _envelope("GS*HC*", "GS*HP*"),
    "X12-ENV-021": _CLAIMS.replace(b"005010X222A1", b"004010X098A1"),
    "X12-ENV-022": _CLAIMS + b"CLM*CLAIM2*100",
    # Segments and loops.
    "X12-SEG-001": _claim("HI*ABK", "Nd4*X\nHI*ABK"),
    "X12-SEG-002": _claim("HI*ABK", "N4*SPRINGFIELD*IL*627010001\nHI*ABK"),
    "X12-SEG-003": _claim("DTP*472*D8*20260115\n", ""),
    "X12-SEG-004": _claim("REF*EA*MRN1", "REF*EA*MRN1\nREF*EA*MRN2"),
    "X12-SEG-005": _claim("NM1*40*2*EXAMPLE HOUSE*****46*RECEIVER\n", "NM1*40*2*EXAMPLE HOUSE*****46*RECEIVER\n" * 2),
    "X12-SEG-006": _claim("NM1*PR*2*FIRST PLAN*****PI*PLAN1\n", ""),
    "X12-SEG-008": _claim("HI*ABK", "\nHI*ABK"),
    # Elements.
    "X12-ELM-001": _claim("REF*EA*MRN1", "REF*EA"),
    "X12-ELM-002": _claim("REF*EA*MRN1", "REF*EA*MRN1*2"),
    "X12-ELM-003": _claim("PI*PLAN2", "PI*P"),
    "X12-ELM-004": _claim("CLM*CLAIM1*", "CLM*" + "1" * 39 + "*"),
    "X12-ELM-005": _claim("*50*UN*1*", "*50*UN*one*"),
    "X12-ELM-006": _claim("DMG*D8*19800402*F", "DMG*D8*19800402*W"),
    "X12-ELM-007": _claim("DMG*D8*19800402*F", "DMG*D8*19800230*F"),
    "X12-ELM-008": _claim("20260302*0930*CH", "20260302*9930*CH"),
    "X12-ELM-009": _claim("LX*1", "LX*1*2"),
    "X12-ELM-010": _payment("CAS*CO*45*20", "CAS*CO*45*20**97"),
    "X12-ELM-011": _claim("N4*SPRINGFIELD*IL*627010001", "N4*SPRINGFIELD*IL*627010001*US***ON"),
    "X12-ELM-012": _claim("REF*EA*MRN1", "REF*EA*MRN1*"),
    "X12-ELM-013": _claim("REF*EA*MRN1", "REF*EA*MRN1^MRN2"),
    "X12-ELM-014": _claim("NM1*IL*1*DOE*", "NM1*IL*1* DOE*"),
    "X12-ELM-015": _claim("REF*EA*MRN1", "REF*EA*MRN\t1"),
    "X12-ELM-016": _claim("REF*EA*MRN1", "REF*EA*MRN:1"),
    "X12-ELM-017": file_of("275", "BGN*11*ATT1*20260302\nLX*1\nBIN*12*Hello there"),
    # Rules beyond structure.
    "X12-HL-001": _claim("HL*2*1*22*0", "HL*3*1*22*0"),
    "X12-HL-002": _claim("HL*2*1*22*0", "HL*2*2*22*0"),
    "X12-CLM-001": _claim("25*100*UN", "25*101*UN"),
    "X12-CLM-002": _claim("UN*1***1:2", "UN*1***1:3"),
    "X12-CLM-003": file_of("837", CLAIM + CLAIM[CLAIM.index("CLM*") :]),
    "X12-CLM-004": _claim("AMT*D*80", "AMT*D*81"),
    "X12-CLM-005": _claim("CAS*CO*45*20", "CAS*CO*45*19"),
    "X12-CLM-006": _claim("LX*2", "LX*3"),
    "X12-PAY-001": _payment("CAS*CO*45*20", "CAS*CO*45*21"),
    "X12-PAY-002": _payment("150*118.75*11.25", "150*118.76*11.25"),
    "X12-PAY-003": _payment("CLP*CLAIM1*1*150*", "CLP*CLAIM1*1*151*"),
    "X12-PAY-004": _payment("BPR*I*118.75*", "BPR*I*118.74*"),
    "X12-IDN-001": _claim("XX*1234567893\nN3", "XX*1234567890\nN3"),
}  # fmt: skip

TOLD_ELSEWHERE = {"X12-WRT-001", "X12-WRT-002", "X12-ACK-001", "X12-CUT-001", "X12-OVL-001"} | {
    "X12-COD-014", "X12-COD-018", "X12-IDN-008", "X12-SEG-009", "X12-ENV-024",
    "X12-LIM-001", "X12-LIM-002",
}  # fmt: skip
"""What no file alone triggers: what writing, answering, cutting and overlays refuse (test_writing, test_acknowledging,
test_splitting, test_overlays), look-ups in lists that are to be loaded (test_outside_codes), limits (test_limits)."""
