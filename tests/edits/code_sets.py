"""Small releases of the code sets in their publishers' forms: made-up rows, HCPCS II and ICD-10-CM codes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.codesets.test_mpfs import GPCI, HEADER, TITLE

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore, Source, load

_FIRST_DAY = date(2025, 10, 1)


def _diagnosis(code: str, description: str, inside: str = "") -> str:
    return f"<diag><name>{code}</name><desc>{description}</desc>{inside}</diag>"


def _note(kind: str, text: str) -> str:
    return f"<{kind}><note>{text}</note></{kind}>"


_SEVENTH = '<sevenChrDef><extension char="A">first</extension><extension char="D">later</extension></sevenChrDef>'
ICD10CM = (
    "<ICD10CM.tabular><version>2026</version><chapter><name>4</name><desc>Endocrine (E00-E89)</desc>"
    '<sectionIndex><sectionRef first="E08" last="E13" id="E08-E13">Diabetes</sectionRef></sectionIndex>'
    '<section id="E08-E13"><desc>Diabetes (E08-E13)</desc>'
    + _diagnosis("E10", "Type 1", _diagnosis("E10.9", "Type 1, plain"))
    + _diagnosis("E11", "Type 2", _note("excludes1", "type 1 (E10.-)") + _diagnosis("E11.9", "Type 2, plain"))
    + "</section></chapter><chapter><name>18</name><desc>Other (A00-T88)</desc>"
    '<sectionIndex><sectionRef first="A00" last="T88" id="A00-T88">Other</sectionRef></sectionIndex>'
    '<section id="A00-T88"><desc>Other (A00-T88)</desc>'
    + _diagnosis("G63", "Polyneuropathy in diseases classified elsewhere", _note("codeFirst", "the disease"))
    + _diagnosis("L97", "Ulcer", _note("codeFirst", "any underlying condition"))
    + _diagnosis(
        "M17",
        "Knee",
        _diagnosis("M17.11", "Arthrosis, right knee")
        + _diagnosis("M17.12", "left knee")
        + _diagnosis("M17.10", "Arthrosis, unspecified knee"),
    )
    + _diagnosis("R30.9", "Painful micturition")
    + _diagnosis("T36", "Poisoning", _SEVENTH + _diagnosis("T36.0X1", "By penicillins"))
    + "</section></chapter></ICD10CM.tabular>"
)
HCPCS = (
    "hcpcs,type,long_description,short_description,price,mult_pi,cim,mcm,statute,labcert,xref,cov,asc_grp,asc_dt,"
    "procnote,betos,tos,date_added,date_action,date_ended,action\n"
    "G0101,code,A screening,Screening,11,A,,,,,,D,,,,M1A,1,1998-01-01,1998-01-01,,N\n"
    "G0901,code,An operation,Operation,11,A,,,,,,D,,,,M1A,1,1998-01-01,1998-01-01,,N\n"
    "KX,modifier,A modifier,Modifier,,,,,,,,,,,,,,1998-01-01,1998-01-01,,N\n"
    "ZY,modifier,An older one,Older,,,,,,,,,,,,,,1998-01-01,2020-01-01,2019-12-31,D\n"
    "G0102,code,An older screening,Older,11,A,,,,,,D,,,,M1A,1,1998-01-01,2020-01-01,2019-12-31,D\n"
)
PAIRS = (
    "Column 1,Column 2,*=in existence prior to 1996,Effective Date,Deletion Date *=no data,"
    "Modifier 0=not allowed 1=allowed 9=not applicable,PTP Edit Rationale\n"
    "99213,81002,,20200101,*,1,Misuse of Column Two code with Column One code\n"
    "99214,81002,,20200101,*,0,More extensive procedure\n"
)
UNITS = (
    "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"
    "81002,2,1 Line Edit,CMS Policy\n81003,2,2 Date of Service Edit: Policy,CMS Policy\n"
    "81001,2,3 Date of Service Edit: Clinical,Clinical: Data\n"
)
ADD_ONS = (
    "Primary_Code,Add_On_Code,AOC_Edit_Type,Special_Instruction_Notes,AOC_Del_Dt_Julian,Primary_Code_Del_Dt_Julian,"
    "AOC_Edit_Eff_Dt_Julian,AOC_Edit_Del_Dt_Julian\n99215,G2211,1,,,,2024001,\nCCCCC,G0316,2,,,,2023001,\n"
)

_MPFS = """
G0901 A 0 090 1 2 2 2 - -
G0902 A 0 010 0 1 0 0 - -
G0903 A 0 000 2 0 1 0 - -
G0904 I 9 XXX 9 9 9 9 - -
G0905 N 9 XXX 9 9 9 9 - -
G0906 B 0 XXX 9 9 9 9 - -
G0907 A 1 XXX 0 0 0 0 - -
G0908 A 3 XXX 0 0 0 0 - -
G0909 A 0 000 0 0 0 0 NA -
"""
"""Made-up codes: status, PC/TC, global days, bilateral, assistant, co-surgeon, team, NA elsewhere and in facilities."""


def _mpfs_row(line: str) -> str:
    code, status, pctc, days, bilateral, assistant, co_surgeon, team, elsewhere, facility = line.replace("-", "").split(
        " "
    )
    amounts = f"{code},,x,{status},,1.00,1.00,{elsewhere},1.00,{facility},0.05,2.05,2.05,{pctc},{days},0.10,0.80,0.10"
    return f"{amounts},2,{bilateral},{assistant},{co_surgeon},{team},,32.3465,09,0,99,0.00,0.00,0.00\n"


RELATIVE_VALUES = TITLE + HEADER + "".join(_mpfs_row(line) for line in _MPFS.strip().splitlines())
TAXONOMY = (
    "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n"
    "207Q00000X,Physicians,Family Medicine,,,,Family Medicine,Individual\n"
)
EXCLUSIONS = (
    "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,"
    "REINDATE,WAIVERDATE,WVRSTATE\n"
    "MADEUP,CARL,,,IND- LIC HC SERV PRO,GENERAL PRACTICE,,1679576722,19600101,1 X ST,SPRINGFIELD,IL,62701,1128a1,"
    "20200101,00000000,00000000,\n"
    "RETURNED,EVE,,,IND- LIC HC SERV PRO,GENERAL PRACTICE,,1003000126,19600101,1 X ST,SPRINGFIELD,IL,62701,1128b4,"
    "20100101,20150101,00000000,\n"
    "NAMESAKE,DORA,,,IND- LIC HC SERV PRO,GENERAL PRACTICE,,0000000000,19600101,1 X ST,SPRINGFIELD,IL,62701,1128a1,"
    "20200101,00000000,00000000,\n"
)


def _library() -> CodeLibrary:
    store = CodeStore(":memory:")
    clock = MovedClock(datetime(2026, 1, 1, tzinfo=UTC))
    for text, code_set in (
        (ICD10CM, ""),
        (HCPCS, ""),
        (PAIRS, "ptp-practitioner"),
        (UNITS, ""),
        (ADD_ONS, ""),
        (RELATIVE_VALUES, ""),
        (GPCI, ""),
        (TAXONOMY, ""),
        (EXCLUSIONS, ""),
    ):
        sources = [Source.of("made up", text.encode())]
        load(store, sources, clock=clock, layouts=LAYOUTS, code_set=code_set, effective_date=_FIRST_DAY)
    return CodeLibrary(store)


LIBRARY = _library()
"""Loaded for services from 1 October 2025."""
