"""The guides of the institutional and the dental claim (837I, 837D).

Judges: pyx12's map of the 837I element by element, real files, and small faults planted one at a time. No independent
map of the 837D is at hand; its loops and usages follow what published implementations of it agree on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from claimwright import x12
from claimwright.x12.guides import load_guide
from claimwright.x12.guides.language import ElementRule, LoopNode, Position

# pyx12's map of the 837I, element by element.

_MAP = "837Q3.I.5010.X223.A1.xml"
_WRAPPERS = ("ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "DETAIL", "FOOTER")
_ENVELOPE = ("ISA", "GS", "GE", "IEA", "TA1")
_DIFFERENCES = {
    ("", "ST", 3): "we answer to the earlier and later names of the guide as well",
    ("2300", "CRC", 4): "pyx12 lists the referral's conditions for the first of the three places only",
    ("2300", "CRC", 5): "pyx12 lists the referral's conditions for the first of the three places only",
    ("2330B", "REF", 2): "the indicator that a claim was adjusted has one value, which pyx12 does not check",
}
Shape = tuple[str, frozenset[str], tuple["Shape", ...]]


def _theirs(node: ElementTree.Element, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ElementTree.Element]]:
    for child in node:
        name = child.get("xid", "")
        if child.tag == "segment" and name not in _ENVELOPE:
            yield "/".join(path), child
        elif child.tag == "loop":
            yield from _theirs(child, path if name in _WRAPPERS else (*path, name))


def _ours(node: LoopNode) -> Iterator[Position]:
    for member in (member for group in node.groups for member in group):
        if isinstance(member, LoopNode):
            yield from _ours(member)
        else:
            yield member


def _their_shape(element: ElementTree.Element) -> Shape:
    codes = element.find("valid_codes")
    internal = codes is not None and not codes.get("external")
    listed = frozenset(code.text or "" for code in codes) if codes is not None and internal else frozenset()
    return element.findtext("usage", ""), listed, _trimmed([_their_shape(part) for part in element.findall("element")])


def _our_shape(element: ElementRule) -> Shape:
    return element.usage, element.codes, _trimmed([_our_shape(part) for part in element.parts])


def _trimmed(shapes: list[Shape]) -> tuple[Shape, ...]:
    """Without what is not used at the end."""
    while shapes and shapes[-1][0] == "N":
        shapes.pop()
    return tuple(shapes)


def test_every_element_of_the_institutional_guide_has_the_usage_and_codes_that_pyx12_knows():
    tree = ElementTree.fromstring(files("pyx12").joinpath("map", _MAP).read_text(encoding="utf-8"))
    theirs: dict[tuple[str, str], list[tuple[Shape, ...]]] = {}
    for path, segment in _theirs(tree):
        shapes = _trimmed([_their_shape(child) for child in segment if child.tag in ("element", "composite")])
        theirs.setdefault((path, segment.get("xid", "")), []).append(shapes)
    judged, different = 0, set()
    for position in _ours(load_guide("x223").root):
        shape = _trimmed([_our_shape(element) for element in position.rule.elements])
        known = theirs[position.loop.path, position.id]
        judged += len(shape)
        if shape not in known:
            nearest = min(known, key=lambda other: len(_places_apart(shape, other)))
            different |= {
                (position.loop.id.removeprefix("ST"), position.id, at) for at in _places_apart(shape, nearest)
            }
    assert different == set(_DIFFERENCES)
    assert judged > 1_300


def _places_apart(one: tuple[Shape, ...], other: tuple[Shape, ...]) -> list[int]:
    longest = max(len(one), len(other))
    return [at for at in range(1, longest + 1) if one[at - 1 : at] != other[at - 1 : at]]


# Files.

_FAULTS = {
    "837_5010/x223-test.txt": {
        "SE01", "SBR02", "CLM02", "CLM05", "CLM06", "CLM10", "DTP", "DTP01", "DTP02", "NM103", "NM108", "NM109", "REF",
        "SV202",
    },
}  # fmt: skip
"""Files that others believe valid and that are not, each with the places of its faults: a professional claim that says
that it is an institutional one, with half of its segments counted."""


def _places(data: bytes) -> set[str]:
    errors = [found.where for found in x12.read(data).findings if found.severity == "error"]
    return {f"{where.segment}{where.element:02d}" if where.element else str(where.segment) for where in errors}


def test_real_institutional_and_dental_claims_are_accepted_or_their_faults_are_named(samples):
    judged = 0
    with (samples / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t"):
            data = (samples / row["path"]).read_bytes() if row["transaction_set"] in ("837I", "837D") else b""
            if row["believed"].startswith("valid") and (b"005010X223" in data or b"005010X224" in data):
                faults = next((found for end, found in _FAULTS.items() if row["path"].endswith(end)), set())
                assert _places(data) == faults, row["path"]
                judged += 1
    assert judged >= 3


# Claims that use what the guides have, and faults.

_ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261102*0930*^*00501*000000001*0*T*:"
_TOP = """\
BHT*0019*00*BATCH1*20261102*0930*CH
NM1*41*2*CEDAR HILL HOSPITAL*****46*S55501
PER*IC*BILLING DESK*TE*6035550100
NM1*40*2*NORTHWIND HEALTH*****46*NW001
HL*1**20*1
PRV*BI*PXC*282N00000X
NM1*85*2*CEDAR HILL HOSPITAL*****XX*1234567893
N3*20 CEDAR ROAD
N4*SALEM*OR*973010002
REF*EI*900000001
NM1*87*2
N3*PO BOX 5
N4*SALEM*OR*973010005
NM1*PE*2*STATE PLAN*****PI*SP1
N3*1 STATE STREET
N4*SALEM*OR*973010006
REF*EI*900000002
HL*2*1*22*0
SBR*S*18*GROUP7******CI
NM1*IL*1*DOE*JANE****MI*M100
N3*5 ELM STREET
N4*SALEM*OR*97301
DMG*D8*19700102*F
NM1*PR*2*NORTHWIND HEALTH*****PI*NW001
REF*G2*LOCAL8
"""
_OTHER_PAYER = """\
SBR*P*01*GROUP8******CI
CAS*OA*23*0
AMT*D*100
OI***Y***Y
{decision}MOA***MA01
NM1*IL*1*DOE*JOHN****MI*M200
NM1*PR*2*FIRST HEALTH*****PI*FH1
DTP*573*D8*20261020
REF*F8*FIRST-1
"""
_INSTITUTIONAL = (
    _TOP
    + """\
CLM*H1*300***11:A:1**A*Y*Y
DTP*096*TM*1130
DTP*434*RD8*20261001-20261005
DTP*435*DT*202610010815
CL1*1*7*01
PWK*OZ*EL***AC*A77
AMT*F3*25
REF*G1*AUTH1
REF*LX*IDE1
REF*LX*IDE2
REF*G4*PRO1
NTE*DGN*SEEN TWICE
NTE*ADD*TWO DAYS IN ISOLATION
CRC*ZZ*Y*AV*S2
HI*ABK:J189:::::::Y
HI*ABJ:R0602
HI*APR:R0602*APR:R509
HI*ABN:W19XXXA:::::::N*ABN:Y92009
HI*DR:193
HI*ABF:E119:::::::Y*ABF:I10:::::::U
HI*BBR:0BJ08ZZ:D8:20261002
HI*BBQ:0BH17EZ:D8:20261002*BBQ:5A1935Z:D8:20261003
HI*BI:74:RD8:20261003-20261004
HI*BH:11:D8:20260930*BH:05:D8:20260929
HI*BE:80:::4*BE:A1:::125.5
HI*BG:09*BG:C5
HI*TC:A2
HCP*03*250*50
NM1*71*1*GRAY*ANNA****XX*1234567893
PRV*AT*PXC*207R00000X
REF*0B*LIC5
NM1*72*1*GREEN*GUS****XX*1234567893
NM1*ZZ*1*WHITE*WALT****XX*1234567893
NM1*82*1*BLACK*BO****XX*1234567893
NM1*77*2*CEDAR ANNEX*****XX*1234567893
N3*22 CEDAR ROAD
N4*SALEM*OR*973010002
NM1*DN*1*FAMILY*FAY****XX*1234567893
"""
    + _OTHER_PAYER.format(decision="MIA*4**250*****************N1\n")
    + """\
NM1*71*1
REF*G2*LOCAL7
NM1*85*2
REF*G2*LOCAL8
LX*1
SV2*0120**200*DA*4**10
DTP*472*RD8*20261001-20261004
REF*6R*LINE1
AMT*GT*2.5
LX*2
SV2*0250*HC:J0234*100*UN*2
LIN**N4*00002143380
CTP****2.5*ML
REF*XZ*RX5
NM1*72*1*GREEN*GUS****XX*1234567893
SVD*FH1*100*HC:J0234*0250*2
CAS*CO*45*0
DTP*573*D8*20261020
AMT*EAF*0
"""
)
_DENTAL = (
    _TOP
    + """\
CLM*D1*450***11:B:1*Y*A*Y*Y**OA:::OR*02*******PB
DTP*439*D8*20260930
DTP*452*D8*20260915
DTP*472*RD8*20261001-20261002
DN1*24*18
DN2*8*M****JP
DN2*9*E****JP
PWK*RB*EL***AC*XRAY1
AMT*F5*15
REF*G3*PREDETERMINED1
NTE*ADD*SEEN TWICE
HI*ABK:K021*ABF:K029
NM1*DN*1*WHITE*WALT****XX*1234567893
PRV*RF*PXC*1223G0001X
NM1*82*1*GRAY*ANNA****XX*1234567893
PRV*PE*PXC*1223G0001X
NM1*77*2*CEDAR ANNEX*****XX*1234567893
N3*22 CEDAR ROAD
N4*SALEM*OR*973010002
NM1*DD*1*GREEN*GUS****XX*1234567893
PRV*AS*PXC*1223S0112X
NM1*DQ*1*BLACK*BO****XX*1234567893
"""
    + _OTHER_PAYER.format(decision="")
    + """\
REF*G3*PREDETERMINED2
NM1*DD*1
REF*0B*LIC6
LX*1
SV3*AD:D2150*150****1*****1:2
TOO*JP*12*M:O
LX*2
SV3*AD:D5110*300*11*01:10*R*1
TOO*JP*8
DTP*472*D8*20261002
DTP*441*D8*20200105
REF*6R*LINE2
AMT*T*2.5
NM1*82*1*GRAY*ANNA****XX*1234567893
PRV*PE*PXC*1223G0001X
SVD*FH1*300*AD:D5110**1
CAS*CO*45*0
DTP*573*D8*20261020
"""
)
_BODIES = {"005010X223A2": _INSTITUTIONAL, "005010X224A2": _DENTAL}


def _file(version: str, body: str) -> bytes:
    lines = body.strip().splitlines()
    head = [_ISA, f"GS*HC*SENDER*RECEIVER*20261102*0930*1*X*{version}", f"ST*837*0001*{version}"]
    return ("~".join([*head, *lines, f"SE*{len(lines) + 2}*0001", "GE*1*1", "IEA*1*000000001"]) + "~").encode()


@pytest.mark.parametrize("version", _BODIES)
def test_a_claim_that_uses_what_the_guide_has_is_accepted(version):
    assert [str(found) for found in x12.read(_file(version, _BODIES[version]), rules=False).findings] == []


@pytest.mark.parametrize(
    "version", ["005010X223", "005010X223A1", "005010X223A3", "005010X224", "005010X224A1", "005010X224A3"]
)
def test_the_earlier_and_later_names_of_a_guide_are_known(version):
    body = _INSTITUTIONAL if "X223" in version else _DENTAL
    assert [str(found) for found in x12.read(_file(version, body), rules=False).findings] == []


@pytest.mark.parametrize(
    ("version", "old", "new", "place", "code"),
    [
        ("005010X223A2", "11:A:1", "11:B:1", "CLM05", "X12-ELM-006"),
        ("005010X223A2", "11:A:1**A", "11:A:1*Y*A", "CLM06", "X12-ELM-002"),
        ("005010X223A2", "TM*1130", "TM*2430", "DTP03", "X12-ELM-008"),
        ("005010X223A2", "434*RD8*20261001-20261005", "434*D8*20261001", "DTP02", "X12-ELM-006"),
        ("005010X223A2", "DT*202610010815", "DT*202610320815", "DTP03", "X12-ELM-007"),
        ("005010X223A2", "CL1*1*7*01", "CL1*1*7", "CL103", "X12-ELM-001"),
        ("005010X223A2", "HI*ABK:J189:::::::Y", "HI*ABK:J189:::::::X", "HI01", "X12-ELM-006"),
        ("005010X223A2", "HI*ABJ:R0602", "HI*ABJ:R0602:::::::Y", "HI01", "X12-ELM-002"),
        ("005010X223A2", "D8:20261003\nHI*BI", "D8:20261033\nHI*BI", "HI02", "X12-ELM-007"),
        ("005010X223A2", "HI*BE:80:::4", "HI*BE:80", "HI01", "X12-ELM-001"),
        ("005010X223A2", "HI*DR:193\n", "HI*DR:193\nHI*DR:194\n", "HI", "X12-SEG-004"),
        ("005010X223A2", "PRV*AT*", "PRV*PE*", "PRV01", "X12-ELM-006"),
        ("005010X223A2", "SV2*0120**", "SV2***", "SV201", "X12-ELM-001"),
        ("005010X223A2", "*DA*4", "*MJ*4", "SV204", "X12-ELM-006"),
        ("005010X223A2", "SV2*0250*HC:J0234*100*UN*2", "SV2*0250*HC:J0234*100*UN*2*50", "SV206", "X12-ELM-002"),
        ("005010X223A2", "HC:J0234*0250*2", "HC:J0234**2", "SVD04", "X12-ELM-001"),
        ("005010X223A2", "MIA*4", "MIA*", "MIA01", "X12-ELM-001"),
        ("005010X224A2", "*PB\n", "*PD\n", "CLM19", "X12-ELM-006"),
        ("005010X224A2", "DN2*8*M****JP", "DN2*8*M", "DN206", "X12-ELM-001"),
        ("005010X224A2", "DN2*8*M*", "DN2*8*X*", "DN202", "X12-ELM-006"),
        ("005010X224A2", "AD:D2150", "HC:D2150", "SV301", "X12-ELM-006"),
        ("005010X224A2", "01:10*R", "01:10*X", "SV305", "X12-ELM-006"),
        ("005010X224A2", "01:10*R", "77:10*R", "SV304", "X12-ELM-006"),
        ("005010X224A2", "TOO*JP*12*M:O", "TOO*JP*12*M:Q", "TOO03", "X12-ELM-006"),
        ("005010X224A2", "TOO*JP*12*M:O", "TOO*JP**M:O", "TOO02", "X12-ELM-001"),
        ("005010X224A2", "PRV*PE*PXC*1223G0001X\nNM1*77", "NM1*77", "PRV", "X12-SEG-003"),
    ],
)
def test_a_planted_fault_is_found_at_its_place(version, old, new, place, code):
    body = _BODIES[version]
    assert old in body
    found = x12.read(_file(version, body.replace(old, new, 1)), rules=False).findings
    assert code in {one.code for one in found}
    assert {f"{one.where.segment}{one.where.element or 0:02d}".removesuffix("00") for one in found} == {place}


@pytest.mark.parametrize(
    "line", ["DTP*434*RD8*20261001-20261005", "CL1*1*7*01", "HI*ABK:J189:::::::Y", "REF*EI*900000001"]
)
def test_what_an_institutional_claim_must_have_is_missed_when_it_is_gone(line):
    findings = x12.read(_file("005010X223A2", _INSTITUTIONAL.replace(line + "\n", "", 1)), rules=False).findings
    assert [one.code for one in findings if one.severity == "error"] == ["X12-SEG-003"]


@pytest.mark.parametrize(
    ("version", "old", "new", "places"),
    [
        ("005010X223A2", "CLM*H1*300", "CLM*H1*301", {"CLM02"}),
        ("005010X224A2", "CLM*D1*450", "CLM*D1*449", {"CLM02"}),
        ("005010X224A2", "*****1:2", "*****1:3", {"SV311"}),
    ],
)
def test_totals_and_pointers_are_checked_in_these_claims_too(version, old, new, places):
    plain = _without_earlier_payer(_BODIES[version])
    assert _places(_file(version, plain)) == set()
    assert _places(_file(version, plain.replace(old, new, 1))) == places


def _without_earlier_payer(body: str) -> str:
    """The claim as it goes to the first payer: no 2320, no 2430."""
    start, end = body.index("SBR*P*01"), body.index("LX*1")
    decided = body.index("SVD*")
    return (body[:start] + body[end:decided]).replace("SBR*S*18", "SBR*P*18", 1)


def test_a_pointer_may_point_at_a_diagnosis_of_the_dental_nomenclature():
    plain = _without_earlier_payer(_DENTAL).replace("HI*ABK:K021*ABF:K029", "HI*TQ:404*TQ:405")
    assert _places(_file("005010X224A2", plain)) == set()
