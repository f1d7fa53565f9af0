"""The guides of authorizations, attachments, premium payments and enrollments: 278, 275, 820, 834.

Judges: the maps of pyx12 for 834 and 820 (place by place, element by element, code by code), real files that other
people's programs call clean, and small faults planted one at a time.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from claimwright import x12
from claimwright.x12.guides import find_guide, load_guide
from claimwright.x12.guides.language import ElementRule, LoopNode
from tests.x12.test_guides_of_questions import errors_of, file_of, places_of_errors

SETS = ("278", "275", "820", "834")

# What pyx12 knows.

_MAPS = {"x220": "834.5010.X220.A1.xml", "x218": "820.5010.X218.xml"}
_NO_LOOPS = {"ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "DETAIL", "FOOTER", "LS_LOOP", "TABLE2AREA2", "TABLE2AREA3"}
_ENVELOPE = {"ISA", "GS", "GE", "IEA", "TA1"}
_OUR_LOOP = {"2700": "2710"}
"""The guide calls what LS opens 2700 and what LX opens 2710; pyx12 has no name for the first and 2700 for the other."""

_DIFFERENCES = {
    ("", "ST", "3"),  # We take the number of the guide before its addendum, too.
    ("2000/2100F", "PER", "7"),  # pyx12 leaves FX out of the third number only, and nowhere else.
}


def _codes(node: ElementTree.Element) -> frozenset[str]:
    return frozenset(code.text or "" for code in node.iterfind("valid_codes/code"))


def _of_pyx12(node: ElementTree.Element) -> list[tuple[str, str, frozenset[str]]]:
    """(place, usage, codes) of each element that may be used: `5`, or `5-2` within a composite."""
    found = []
    for number, element in enumerate((child for child in node if child.tag in ("element", "composite")), 1):
        parts = element.findall("element")
        places = [(str(number), element), *((f"{number}-{part}", inner) for part, inner in enumerate(parts, 1))]
        if element.findtext("usage") != "N":
            found += [(place, one.findtext("usage", ""), _codes(one)) for place, one in places]
    return [one for one in found if one[1] != "N"]


def _of_ours(elements: tuple[ElementRule, ...], within: str = "") -> list[tuple[str, str, frozenset[str]]]:
    found = []
    for number, rule in enumerate(elements, 1):
        if rule.usage != "N":
            found += [(f"{within}{number}", rule.usage, rule.codes), *_of_ours(rule.parts, f"{number}-")]
    return found


Places = dict[tuple[str, str], list[tuple[str, str, list[tuple[str, str, frozenset[str]]]]]]


def _pyx12_places(guide: str) -> Places:
    found: Places = {}

    def go(node: ElementTree.Element, path: tuple[str, ...]) -> None:
        for child in node:
            name = child.get("xid", "")
            if child.tag == "segment" and name not in _ENVELOPE:
                place = (child.findtext("usage", ""), child.findtext("max_use", "").replace(">1", ">"))
                found.setdefault(("/".join(path), name), []).append((*place, _of_pyx12(child)))
            elif child.tag == "loop":
                go(child, path if name in _NO_LOOPS else (*path, _OUR_LOOP.get(name, name)))

    go(ElementTree.fromstring(files("pyx12").joinpath("map", _MAPS[guide]).read_text(encoding="utf-8")), ())
    return found


def _our_places(node: LoopNode, found: Places) -> Places:
    for group in node.groups:
        for member in group:
            if isinstance(member, LoopNode):
                _our_places(member, found)
            else:
                repeat = str(member.repeat) if member.repeat < 10**9 else ">"
                place = (member.usage, repeat, _of_ours(member.rule.elements))
                found.setdefault((node.path, member.id), []).append(place)
    return found


def _sorted(places: list[tuple[str, str, list[tuple[str, str, frozenset[str]]]]]) -> list:
    return sorted(places, key=lambda place: [sorted(codes) for _, _, codes in place[2]])


@pytest.mark.parametrize("guide", _MAPS)
def test_every_segment_element_and_code_is_as_pyx12_knows_it(guide):
    ours, theirs = _our_places(load_guide(guide).root, {}), _pyx12_places(guide)
    different = set()
    for (path, segment), places in ours.items():
        for (use, repeat, mine), (their_use, their_repeat, their) in zip(
            _sorted(places), _sorted(theirs[path, segment]), strict=True
        ):
            assert (use, repeat) == (their_use, their_repeat), (path, segment)
            different |= {(path, segment, place) for place, _, _ in set(mine) ^ set(their)}

    assert set(ours) == set(theirs)
    assert different <= _DIFFERENCES


@pytest.mark.parametrize("guide", _MAPS)
def test_every_loop_is_as_pyx12_knows_it(guide):
    def ours(node: LoopNode) -> dict[str, tuple[str, str]]:
        inner = [member for group in node.groups for member in group if isinstance(member, LoopNode)]
        own = {loop.path: (loop.usage, str(loop.repeat) if loop.repeat < 10**9 else ">") for loop in inner}
        return own | {path: use for loop in inner for path, use in ours(loop).items()}

    def theirs(node: ElementTree.Element, path: tuple[str, ...]) -> dict[str, tuple[str, str]]:
        found = {}
        for loop in node.findall("loop"):
            name = loop.get("xid", "")
            here = path if name in _NO_LOOPS else (*path, _OUR_LOOP.get(name, name))
            if here != path:
                found["/".join(here)] = (loop.findtext("usage", ""), loop.findtext("repeat", "").replace(">1", ">"))
            found |= theirs(loop, here)
        return found

    text = files("pyx12").joinpath("map", _MAPS[guide]).read_text(encoding="utf-8")
    assert ours(load_guide(guide).root) == theirs(ElementTree.fromstring(text), ())


# Real files.

_FAULTS = {
    "_278/_5010/Example_3_3_2_Response.txt": {"NM108", "NM109", "TRN03"},
    "src_v005010__820_test.rs.4.x12": {"SE01"},
    "testdata/834_eol_in_element.x12": {"N301"},
    "examples/example834_5010.txt": {"INS06"},
}
"""Real files of our guides' versions that are wrong, each with the places of its faults: an identifier one element too
early and a nine-digit TRN03, a wrong count, a line end within an element, a Medicare plan with blanks after it."""


def _rows(samples):
    with (samples / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t"):
            if row["transaction_set"] in SETS and not row["path"].endswith(".rs"):
                reading = x12.read((samples / row["path"]).read_bytes())
                if all(one.guide for one in reading.sets()):
                    yield row, reading


def test_every_real_file_is_accepted_or_its_faults_are_named(samples):
    judged = {row["path"]: places_of_errors(reading.data) for row, reading in _rows(samples)}
    named = {path: next((faults for end, faults in _FAULTS.items() if path.endswith(end)), set()) for path in judged}
    assert judged == named
    assert len(judged) >= 30


def test_no_file_that_two_others_call_clean_is_refused(samples):
    clean = [(row, reading) for row, reading in _rows(samples) if row["pyx12"] == row["stupidedi"] == "ok"]
    assert [row["path"] for row, reading in clean if not reading.accepted] == []
    assert len(clean) >= 15


# Everything that a guide has, and faults planted in it.

PARTIES = """\
HL*1**20*1
NM1*X3*2*EXAMPLE PLAN*****PI*PLAN1
{umo}HL*2*1*21*1
NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893
REF*ZH*L1
{requester}PRV*PE*PXC*207Q00000X
HL*3*2*22*1
NM1*IL*1*DOE*JANE****MI*MEM0001
REF*6P*G100
N3*12 ELM STREET
N4*SPRINGFIELD*IL*62701
{patient}DMG*D8*19800402*F
INS*Y*18
"""
REQUESTED = PARTIES.format(umo="", requester="N3*1 MAIN STREET\nPER*IC*DESK*TE*5555550100\n", patient="")
ANSWERED = PARTIES.format(umo="PER*IC**TE*5555550101\n", requester="AAA*N**51*C\n", patient="AAA*N**72*C\n")

BODIES = {
    ("278", "HI", "005010X217"): f"""\
BHT*0007*13*REF1*20260302*0930
{REQUESTED}HL*4*3*23*1
NM1*QC*1*DOE*JOHN
REF*SY*000000001
DMG*D8*20150402*M
INS*N*19***************1
HL*5*4*EV*1
TRN*1*Q1*9CLMWRIGHT
UM*AR*I*A4*21:B**03***Y
REF*BB*AUTH0
REF*NT*ADM0
DTP*435*D8*20260310
DTP*AAH*RD8*20260310-20260312
HI*ABK:E119:D8:20260101*ABF:I10
HSD*DY*3
CRC*07*Y*01
CL1*1
CR6*1*20260310*RD8*20260310-20260401**Y*N*I
PWK*B3*EL***AC*ACN1
MSG*CALL FIRST
NM1*71*1*WELBY*MARCUS****XX*1234567893
REF*0B*L2*IL
PER*IC**TE*5555550102
PRV*AT*PXC*207Q00000X
NM1*PW*2*HOME
N3*12 ELM STREET
N4*SPRINGFIELD*IL*62701
HL*6*5*SS*0
TRN*1*Q2*9CLMWRIGHT
UM*HS*I*AD
DTP*472*D8*20260310
SV1*HC:97110*100*UN*2
HSD*VS*3*WK*1*34*4
NM1*SJ*2*LAKESIDE THERAPY
HL*7*5*SS*0
SV2*0360*HC:27447
HL*8*5*SS*0
SV3*AD:D7240
TOO*JP*17*M:O
""",
    ("278", "HI", "005010X217", "answer"): f"""\
BHT*0007*11*REF1*20260302*0930*18
{ANSWERED}HL*4*3*EV*1
TRN*2*Q1*9CLMWRIGHT
TRN*1*A1*9PLANNUMBR
UM*AR*I*A4*21:B
HCR*A4**0U^0V
REF*NT*ADM1
DTP*102*D8*20260303
DTP*007*RD8*20260310-20260410
HI*ABK:E119
PWK*AS*VO
NM1*71*1*WELBY*MARCUS****XX*1234567893
AAA*N**43*C
NM1*X3*2*REVIEWERS
PER*IC**FX*5555550103
HL*5*4*SS*0
HCR*A1*CERT1
DTP*472*D8*20260310
HI*LOI:18657-7
SV1*HC:97110
NM1*SJ*2*LAKESIDE THERAPY
""",
    ("275", "PI", "005010X210"): """\
BGN*11*ATT1*20260302
NM1*PR*2*EXAMPLE PLAN*****PI*PLAN1
NM1*41*2*LAKESIDE CLINIC*****46*SENDER
NM1*1P*2*LAKESIDE CLINIC*****XX*1234567893
PRV*BI*PXC*207Q00000X
REF*TJ*000000009
NM1*QC*1*DOE*JANE****MI*MEM0001
REF*EJ*CLAIM1
REF*1K*ICN1
REF*EA*MRN1
DTP*472*D8*20260115
LX*1
TRN*2*ACN1
STC*R4:18657-7::LOI
REF*FJ*LINE1
DTP*368*D8*20260302
CAT*AE*TX
EFI*05
BIN*11*Hello there
""",
    ("820", "RA", "005010X218"): """\
BPR*I*165*C*ACH*CTX*01*999999992*DA*111*1999999999**01*999999992*DA*222*20260302
TRN*1*CHECK1
REF*38*POLICY1
DTM*582****RD8*20260301-20260331
N1*PE*EXAMPLE PLAN*FI*999999999
RDM*EM**BILLING@EXAMPLE.COM
N1*PR*ACME WORKS*FI*999999998
N3*1 MAIN STREET
PER*IC*PAYROLL*TE*5555550104
ENT*1*2L*FI*999999998
ADX*-5*53
RMR*IK*INV1*PI*120*125
REF*14*G100
DTM*582****RD8*20260301-20260331
IT1*1
SAC*C*A172***500
SLN*1**O*12*10
ADX*-5*20
ENT*2*2J*34*000000001
NM1*IL*1*DOE*JANE****34*000000001
RMR*AZ*MEM0001**50
DTM*582****RD8*20260301-20260331
ADX*5*AX
""",
    ("834", "BE", "005010X220A1"): """\
BGN*00*FILE1*20260302*0930*UT***2
REF*38*POLICY1
DTP*007*D8*20260302
QTY*TO*1
N1*P5*ACME WORKS*FI*999999998
N1*IN*EXAMPLE PLAN*XV*PLAN1
N1*BO*BROKERS*FI*999999997
ACT*ACC1*****ACC2
INS*Y*18*021*28*A*A:0**FT*N*N*D8*20260301
REF*0F*SUB1
REF*1L*G100
REF*17*DEPT1
DTP*336*D8*20200101
NM1*IL*1*DOE*JANE****34*000000001
PER*IP**HP*5555550105*EM*JANE@EXAMPLE.COM
N3*12 ELM STREET
N4*SPRINGFIELD*IL*62701**CY*SANGAMON
DMG*D8*19800402*F*M*7^:RET:2106-3
EC*01
ICM*1*2000*40
AMT*D2*100
HLH*N*65*150
LUI*LE*en**7
NM1*70*1*DOE*JANET
NM1*31*1
N3*PO BOX 1
N4*SPRINGFIELD*IL*62701
NM1*36*2*ACME WORKS
NM1*S3*1*DOE*MARY
NM1*QD*1*DOE*JIM
DSB*2******DX*E119
DTP*360*D8*20260101
HD*021**HLT*GOLD*FAM
DTP*348*D8*20260301
AMT*P3*50
REF*17*CLASS1
REF*QQ*12
IDC*GOLD*H
LX*1
NM1*P3*1*WELBY*MARCUS****XX*1234567893*25
PLA*2*1P*20260301**14
COB*S*OTHER1*1*1^35
REF*60*ACC3
DTP*344*D8*20250101
NM1*IN*2*OTHER PLAN
PER*CN**TE*5555550106
LS*2700
LX*1
N1*75*REGION
REF*17*NORTH
LE*2700
""",
}
IDS = ["-".join(key[::3]) for key in BODIES]
KEYS = dict(zip(IDS, BODIES, strict=True))


@pytest.mark.parametrize("key", BODIES, ids=IDS)
def test_a_set_that_uses_what_the_guide_has_is_accepted(key):
    assert places_of_errors(file_of(key[:3], BODIES[key])) == set()


def test_request_and_answer_are_told_apart_by_their_beginning():
    guide = find_guide("278", "005010X217")
    request, answer = (member for group in guide.root.groups for member in group if isinstance(member, LoopNode))

    assert request.trigger.values == {"01", "13", "36"}
    assert answer.trigger.values == {"11"}


def test_the_choice_of_request_or_answer_is_no_loop_of_the_paths():
    data = file_of(KEYS["278"][:3], BODIES[KEYS["278"]].replace("UM*AR*I", "UM*AR*Q"))

    assert [found.where.loop for found in x12.read(data).findings] == ["2000A/2000B/2000C/2000D/2000E"]


@pytest.mark.parametrize(
    ("kind", "old", "new", "place", "code"),
    [
        ("278", "BHT*0007*13", "BHT*0007*22", "BHT", "X12-SEG-002"),
        ("278", "TRN*1*Q1*9CLMWRIGHT", "TRN*2*Q1*9CLMWRIGHT", "TRN01", "X12-ELM-006"),
        ("278", "UM*AR*I*A4*21:B**03***Y", "UM*XX*I*A4*21:B**03***Y", "UM01", "X12-ELM-006"),
        ("278", "UM*AR*I*A4*21:B**03***Y\n", "", "UM", "X12-SEG-003"),
        ("278", "UM*AR*I*A4*21:B**03***Y", "UM*AR*I*A4*21:B**03***Y\nHCR*A1*CERT1", "HCR", "X12-SEG-002"),
        ("278", "HI*ABK:E119:D8:20260101", "HI*ABK:E119:D8:20260132", "HI01", "X12-ELM-007"),
        ("278", "DTP*435*D8*20260310", "DTP*102*D8*20260310", "DTP", "X12-SEG-002"),
        ("278", "SV1*HC:97110*100*UN*2", "SV1*HC:97110*100*UN", "SV104", "X12-ELM-010"),
        ("278", "TOO*JP*17*M:O", "TOO*JP*17*M:Q", "TOO03", "X12-ELM-006"),
        ("278", "NM1*QC*1*DOE*JOHN", "NM1*QC*2*DOE", "NM102", "X12-ELM-006"),
        ("278-answer", "HCR*A4**0U^0V", "HCR*A5**0U^0V", "HCR01", "X12-ELM-006"),
        ("278-answer", "HCR*A4**0U^0V", "HCR*A4**0U^0V^01^02^03^04", "HCR03", "X12-ELM-013"),
        ("278-answer", "AAA*N**51*C", "AAA*N*X*51*C", "AAA02", "X12-ELM-002"),
        ("278-answer", "DTP*007*RD8*20260310-20260410", "DTP*007*RD8*20260310", "DTP03", "X12-ELM-007"),
        ("275", "BGN*11", "BGN*00", "BGN01", "X12-ELM-006"),
        ("275", "REF*EJ*CLAIM1\n", "", "REF", "X12-SEG-003"),
        ("275", "TRN*2*ACN1\n", "", "TRN", "X12-SEG-003"),
        ("275", "CAT*AE*TX", "CAT*AE*ZZ", "CAT02", "X12-ELM-006"),
        ("275", "BIN*11*Hello there", "BIN*11", "BIN02", "X12-ELM-001"),
        ("275", "EFI*05\nBIN*11*Hello there\n", "", "EFI", "X12-SEG-006"),
        ("820", "BPR*I*165*C", "BPR*I*165*D", "BPR03", "X12-ELM-006"),
        ("820", "ENT*1*2L", "ENT*1*ZZ", "ENT", "X12-SEG-002"),
        ("820", "ADX*5*AX", "ADX*5*52*X", "ADX03", "X12-ELM-002"),
        ("820", "RMR*AZ*MEM0001**50", "RMR*AZ*MEM0001*PI*50", "RMR03", "X12-ELM-002"),
        ("820", "SLN*1**O*12*10", "SLN*1**O*12", "SLN05", "X12-ELM-010"),
        ("820", "SAC*C*A172***500", "SAC*C*A999***500", "SAC02", "X12-ELM-006"),
        ("834", "INS*Y*18*021*28", "INS*Y*18*022*28", "INS03", "X12-ELM-006"),
        ("834", "REF*0F*SUB1\n", "", "REF", "X12-SEG-003"),
        ("834", "N*N*D8*20260301", "N*N*D8", "INS12", "X12-ELM-010"),
        ("834", "7^:RET:2106-3", "7^:RAT:2106-3", "DMG05", "X12-ELM-006"),
        ("834", "HD*021**HLT", "HD*021**QQQ", "HD03", "X12-ELM-006"),
        ("834", "DTP*348*D8*20260301\n", "", "DTP", "X12-SEG-003"),
        ("834", "COB*S*OTHER1*1", "COB*S*OTHER1*2", "COB03", "X12-ELM-006"),
        ("834", "LUI*LE*en**7", "LUI*LE***7", "LUI02", "X12-ELM-010"),
        ("834", "LS*2700", "LS*2310", "LS01", "X12-ELM-006"),
        ("834", "N1*IN*EXAMPLE PLAN*XV*PLAN1\n", "", "N1", "X12-SEG-006"),
    ],
)
def test_a_planted_fault_is_found_at_its_place(kind, old, new, place, code):
    key = KEYS[kind]
    assert old in BODIES[key]
    codes, places = errors_of(file_of(key[:3], BODIES[key].replace(old, new, 1)))
    assert code in codes
    assert place in places


@pytest.mark.parametrize(
    ("set_code", "version", "functional_id"),
    [
        ("278", "005010X217", "HI"),
        ("275", "005010X210", "PI"),
        ("820", "005010X218", "RA"),
        ("834", "005010X220", "BE"),
        ("834", "005010X220A1", "BE"),
    ],
)
def test_each_guide_is_found_by_set_and_version_and_names_its_group(set_code, version, functional_id):
    guide = find_guide(set_code, version)

    assert guide is not None
    assert guide.functional_id == functional_id


def test_exchange_variants_have_no_guide_and_say_so():
    assert find_guide("820", "005010X306") is None
    data = file_of(("820", "RA", "005010X306"), BODIES[KEYS["820"]])
    assert [found.code for found in x12.read(data).findings] == ["X12-ENV-021"]


# The 999 that answers them.

_ANSWERING = x12.Envelope("ZZ", "RECEIVER", "ZZ", "SENDER", datetime(2026, 3, 2, 10, tzinfo=UTC), 9, 9)


def _acknowledged(data: bytes) -> tuple[x12.Reading, list[str]]:
    answer = x12.read(x12.acknowledge(x12.read(data), _ANSWERING))
    return answer, [str(segment) for segment in answer.segments()]


@pytest.mark.parametrize("kind", KEYS)
def test_a_right_set_is_acknowledged_as_accepted(kind):
    answer, segments = _acknowledged(file_of(KEYS[kind][:3], BODIES[KEYS[kind]]))

    assert answer.findings == []
    assert f"AK2*{KEYS[kind][0]}*0001*{KEYS[kind][2]}" in segments
    assert "IK5*A" in segments


@pytest.mark.parametrize(
    ("kind", "old", "new", "loop", "expected"),
    [
        ("278", "UM*AR*I", "UM*XX*I", "2000", ["IK4*1*1525*7"]),
        ("278", "BHT*0007*13", "BHT*0007*99", "", []),
        ("278-answer", "HCR*A4", "HCR*A5", "2000", ["IK4*1*306*7"]),
        ("275", "CAT*AE*TX", "CAT*AE*ZZ", "2100", ["IK4*2*756*7"]),
        ("820", "ENT*1*2L*FI", "ENT*1*2L*XX", "2000", ["IK4*3*66*7"]),
        ("834", "INS*Y*18*021", "INS*Y*18*022", "2000", ["IK4*3*875*7"]),
    ],
)
def test_a_wrong_set_is_acknowledged_as_rejected_with_the_place(kind, old, new, loop, expected):
    body = BODIES[KEYS[kind]]
    position = body[: body.index(old)].count("\n") + 2
    answer, segments = _acknowledged(file_of(KEYS[kind][:3], body.replace(old, new, 1)))

    first = f"IK3*{old.partition('*')[0]}*{position}*{loop}*{'8' if expected else '2'}"
    assert answer.findings == []
    assert [one for one in segments if one.startswith(("IK3", "IK4"))][: len(expected) + 1] == [first, *expected]
    assert any(one.startswith("IK5*R") for one in segments)
