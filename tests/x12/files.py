"""Small X12 files that are right in every respect, written by hand, and ways to spoil them one thing at a time.

Bodies are lines as people read them, one segment a line, from the segment after ST to the one before SE. `file_of` adds
the envelope, so counts are right until a test changes them.
"""

from __future__ import annotations

from claimwright import x12
from claimwright.findings import Finding

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0930*^*00501*000000001*0*T*:"

CLAIM = """\
BHT*0019*00*BATCH1*20260302*0930*CH
NM1*41*2*LAKESIDE CLINIC*****46*SENDER
PER*IC*EDI DESK*TE*5555550100
NM1*40*2*EXAMPLE HOUSE*****46*RECEIVER
HL*1**20*1
PRV*BI*PXC*207Q00000X
NM1*85*2*LAKESIDE CLINIC*****XX*1234567893
N3*1 MAIN STREET
N4*SPRINGFIELD*IL*627010001
REF*EI*123456789
HL*2*1*22*0
SBR*S*18*******CI
NM1*IL*1*DOE*JANE****MI*MEM0001
N3*12 ELM STREET
N4*SPRINGFIELD*IL*627010001
DMG*D8*19800402*F
NM1*PR*2*SECOND PLAN*****PI*PLAN2
CLM*CLAIM1*150***11:B:1*Y*A*Y*Y
REF*EA*MRN1
HI*ABK:E119*ABF:I10
NM1*82*1*WELBY*MARCUS****XX*1234567893
PRV*PE*PXC*207Q00000X
SBR*P*18*******16
AMT*D*80
OI***Y***Y
NM1*IL*1*DOE*JANE****MI*MEM9001
NM1*PR*2*FIRST PLAN*****PI*PLAN1
LX*1
SV1*HC:99213:25*100*UN*1***1:2
DTP*472*D8*20260115
REF*6R*LINE1
SVD*PLAN1*80*HC:99213:25**1
CAS*CO*45*20
DTP*573*D8*20260210
LX*2
SV1*HC:36415*50*UN*1***1
DTP*472*RD8*20260115-20260116
REF*6R*LINE2
SVD*PLAN1*0*HC:36415**1
CAS*PR*1*50
DTP*573*D8*20260210
"""

DEPENDENT = CLAIM.replace("HL*2*1*22*0\nSBR*S*18*******CI", "HL*2*1*22*1\nSBR*S********CI").replace(
    "CLM*CLAIM1",
    """\
HL*3*2*23*0
PAT*19
NM1*QC*1*DOE*JOHN
N3*12 ELM STREET
N4*SPRINGFIELD*IL*627010001
DMG*D8*20150402*M
CLM*CLAIM1""",
)

PAYMENT = """\
BPR*I*118.75*C*ACH*CCP*01*111000025*DA*123456*1512345678**01*222000024*DA*654321*20260302
TRN*1*EFT0001*1512345678
DTM*405*20260302
N1*PR*EXAMPLE HEALTH PLAN
N3*1 PLAN STREET
N4*SPRINGFIELD*IL*627010001
PER*BL*EDI DESK*TE*5555550100
N1*PE*LAKESIDE CLINIC*XX*1234567893
LX*1
CLP*CLAIM1*1*150*118.75*11.25*12*ICN1*11*1
NM1*QC*1*DOE*JANE****MI*MEM0001
DTM*232*20260115
SVC*HC:99213:25*100*80**1
DTM*472*20260115
CAS*CO*45*20
REF*6R*LINE1
SVC*HC:36415*50*38.75**1
DTM*472*20260115
CAS*PR*1*11.25
"""

ACKNOWLEDGEMENT = """\
AK1*HC*1*005010X222A1
AK2*837*0001*005010X222A1
IK5*A
AK9*A*1*1*1
"""

_KINDS = {
    "275": ("PI", "005010X210"),
    "835": ("HP", "005010X221A1"),
    "837": ("HC", "005010X222A1"),
    "999": ("FA", "005010X231A1"),
}


def set_of(kind: str, body: str, control: str = "0001") -> str:
    """A transaction set, ST to SE, from the lines between them."""
    version = "" if kind == "835" else f"*{_KINDS[kind][1]}"
    lines = body.strip().splitlines()
    return "\n".join([f"ST*{kind}*{control}{version}", *lines, f"SE*{len(lines) + 2}*{control}"]) + "\n"


def file_of(kind: str, *bodies: str, isa: str = ISA) -> bytes:
    """An interchange with one group that holds a set for each body; segments end with `~` and a line feed."""
    functional_id, version = _KINDS[kind]
    sets = "".join(set_of(kind, body, f"{number:04d}") for number, body in enumerate(bodies, 1))
    text = (
        f"{isa}\nGS*{functional_id}*SENDER*RECEIVER*20260302*0930*1*X*{version}\n{sets}"
        f"GE*{len(bodies)}*1\nIEA*1*000000001\n"
    )
    return text.replace("\n", "~\n").encode()


def spoil(text: str, old: str, new: str) -> str:
    """`text` with its first `old` replaced; fails when there is none, so that no test spoils nothing."""
    assert old in text, old
    return text.replace(old, new, 1)


def spoil_bytes(data: bytes, old: str, new: str) -> bytes:
    """The same for a whole file."""
    return spoil(data.decode("latin-1"), old, new).encode("latin-1")


def with_delimiters(data: bytes, element: str, component: str, repetition: str, terminator: str) -> bytes:
    """The file written with other delimiters."""
    return data.decode().translate(str.maketrans("*:^~", element + component + repetition + terminator)).encode()


def codes(data: bytes) -> list[str]:
    """The codes of everything that is found in a file."""
    return [found.code for found in x12.read(data).findings]


def errors(data: bytes) -> list[Finding]:
    """What is found in a file and is an error."""
    return [found for found in x12.read(data).findings if found.severity == "error"]


def only_error(data: bytes) -> Finding:
    """The one error of a file; fails when there is none, or a second one."""
    (found,) = errors(data)
    return found
