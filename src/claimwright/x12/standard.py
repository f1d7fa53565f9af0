"""The standard layer of X12 005010: data elements and segments, before any implementation guide narrows them.

Two tables, written once. An element line is `number type min max name`; a segment line is its name, then its elements
in order: `number`, `*n` after it when the element repeats n times, `number!` when the standard makes it mandatory, or
the name of a composite. After `|` stand the syntax notes as X12 writes them (P0304: both or neither; R: at least one;
E: at most one; C: if the first, then all others; L: if the first, then at least one other); a line that ends with `\\`
goes on in the next. Names are ours.

Source of the facts: ASC X12 005010 segment and element directories, as published guides and companion guides show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

ELEMENTS = """
2 N0 1 6 number of sets included
19 AN 2 30 city
22 ID 1 1 source of currency
26 ID 2 3 country
28 N0 1 9 group control number
36 ID 1 1 handling of separators
56 ID 1 2 type of service
61 AN 1 30 free text
64 AN 1 60 free text
65 R 1 8 height
66 ID 1 2 identification qualifier
67 AN 2 80 identification
68 AN 1 80 identifier
69 AN 1 512 description
76 AN 1 20 account description
81 R 1 10 weight
91 N0 1 2 shipment method
93 AN 1 60 name
96 N0 1 10 number of segments
97 N0 1 6 number of sets
98 ID 2 3 entity
100 ID 3 3 currency
107 ID 1 2 payment method type
116 ID 3 15 postal code
118 R 1 9 rate
123 N0 1 6 number of sets received
124 AN 2 15 code
127 AN 1 50 reference
128 ID 2 3 reference qualifier
142 AN 2 15 application sender
143 ID 3 3 transaction set
145 AN 2 15 application receiver
156 ID 2 2 state
166 AN 1 55 address
212 R 1 17 unit price
234 AN 1 48 product or service
235 ID 2 2 product or service qualifier
236 ID 3 3 price identifier
248 ID 1 1 allowance or charge
280 R 4 10 exchange rate
289 ID 1 2 multiple price quantity
305 ID 1 2 transaction handling
306 ID 1 2 action
309 ID 1 2 location qualifier
310 AN 1 30 location
329 AN 4 9 set control number
330 AN 1 30 description
331 ID 2 2 allowance or charge handling
332 R 1 6 percent
333 ID 1 3 terms basis
334 ID 2 2 supporting code
335 AN 1 10 time period code
336 ID 2 2 number of periods
337 TM 4 8 time
338 R 1 6 terms percent
344 ID 2 2 period unit
349 ID 1 1 item description type
350 AN 1 20 assigned identification
352 AN 1 80 description
353 ID 2 2 purpose
355 ID 2 2 unit
358 R 1 15 quantity invoiced
363 ID 3 3 note reference
364 AN 1 256 communication number
365 ID 2 2 communication number qualifier
366 ID 2 2 contact function
373 DT 8 8 date
374 ID 3 3 date or time qualifier
378 ID 1 1 allowance or charge percent qualifier
380 R 1 15 quantity
386 N0 1 2 length
387 AN 1 35 routing
402 R 1 10 weight value
426 ID 2 2 adjustment reason, provider level
429 AN 1 16 check number
443 AN 1 20 contact inquiry
447 AN 1 4 loop identifier
449 AN 1 80 fixed format
455 ID 1 2 responsible agency
478 ID 1 1 credit or debit
479 ID 2 2 functional identifier
480 AN 1 12 version and release
481 ID 1 2 trace type
482 ID 2 2 payment action
499 AN 1 80 condition value
501 ID 2 2 customs
506 ID 2 2 account number qualifier of a bank
507 AN 3 12 bank identification
508 AN 1 35 account number
509 AN 10 10 originating company identifier
510 AN 9 9 originating company supplement
513 ID 1 2 yes, no
514 ID 2 2 hierarchical parent
522 ID 1 3 amount qualifier
540 ID 2 2 status
554 N0 1 6 assigned number
559 ID 2 2 agency
569 ID 1 3 account number qualifier
584 ID 2 2 employment status
591 ID 3 3 payment method
594 ID 1 1 frequency
609 N0 1 9 count
610 N0 1 15 amount in hundredths
615 ID 1 2 time period qualifier
616 N0 1 3 number of periods
618 ID 1 3 implementation acknowledgement
620 ID 1 3 implementation error
621 ID 1 3 set error
623 ID 2 2 time code
628 AN 1 12 hierarchical identifier
629 TM 4 8 time
639 ID 2 2 basis of unit price
640 ID 2 2 transaction type
641 ID 1 3 status
647 ID 1 3 application error
648 ID 3 3 price multiplier
649 R 1 10 multiplier
659 ID 1 2 basis of verification
662 ID 1 1 relationship
669 ID 3 3 currency market
673 ID 2 2 quantity qualifier
677 ID 2 2 market area
678 ID 1 2 delivery pattern
679 ID 1 1 delivery time
687 ID 2 2 class of trade
704 ID 3 3 paperwork action
706 ID 2 2 entity relationship
715 ID 1 1 group acknowledgement
716 ID 1 3 group error
717 ID 1 1 set acknowledgement
718 ID 1 3 set syntax error
719 N0 1 10 segment position
720 ID 1 3 segment syntax error
721 ID 2 3 segment name
722 N0 1 2 element position
723 ID 1 3 element syntax error
724 AN 1 99 copy of bad data
725 N0 1 4 data element reference
734 AN 1 12 hierarchical parent
735 ID 1 2 hierarchical level
736 ID 1 1 hierarchical child
737 ID 2 2 measurement reference
738 ID 1 3 measurement qualifier
739 R 1 20 measurement
740 R 1 20 range minimum
741 R 1 20 range maximum
742 R 1 10 exponent
749 ID 2 2 event
752 ID 2 2 layer
754 ID 1 2 product process
755 ID 2 2 report type
756 ID 1 2 report transmission
757 N0 1 2 report copies
761 N0 1 9 equal value
770 AN 1 20 option number
771 ID 2 2 status category list qualifier
782 R 1 18 monetary amount
784 N0 1 15 length of binary data
785 B 1 999999999 binary data
786 ID 2 2 security level
789 ID 1 1 compression technique
791 AN 1 80 entity purpose
799 AN 1 30 version identifier
800 AN 1 8 interchange format
802 AN 1 30 program identifier
812 ID 1 10 payment format
819 ID 2 3 language
861 ID 2 2 name component
875 ID 3 3 maintenance
889 ID 1 1 follow-up action
901 ID 2 2 reject reason
923 ID 1 1 prognosis
933 AN 1 264 free-form message
934 ID 2 2 printer carriage control
935 ID 2 2 measurement significance
936 ID 2 2 measurement attribute
954 R 1 10 percentage as a decimal
963 ID 3 3 tax identification type
1005 ID 4 4 hierarchical structure
1018 R 1 15 exponent
1022 AN 1 50 plan network
1023 ID 1 1 date qualifier
1027 ID 1 2 bed type
1028 AN 1 38 claim submitter's identifier
1029 ID 1 2 claim status
1030 ID 1 2 monetary amount modifier
1032 ID 1 2 claim filing indicator
1033 ID 1 2 claim adjustment group
1034 ID 1 5 claim adjustment reason
1035 AN 1 60 last name or organization
1036 AN 1 35 first name
1037 AN 1 25 middle name
1038 AN 1 10 name prefix
1039 AN 1 10 name suffix
1048 ID 1 3 business function
1065 ID 1 1 entity type
1066 ID 1 2 citizenship
1067 ID 1 1 marital status
1068 ID 1 1 sex
1069 ID 2 2 individual relationship
1070 ID 2 2 body part
1071 AN 1 35 line identifier
1073 ID 1 1 yes, no condition
1075 AN 1 15 license
1096 ID 1 3 county
1109 ID 1 1 race or ethnicity
1119 AN 4 9 free form
1136 ID 2 2 condition category
1137 AN 1 15 medical code value
1138 ID 1 1 payer responsibility
1143 ID 1 1 coordination of benefits
1146 ID 1 1 disability type
1149 ID 4 6 occupation
1154 ID 1 1 work intensity
1161 ID 1 1 accident related
1167 R 1 6 sampling rate
1165 ID 1 1 confidentiality
1166 ID 2 2 contract type
1176 ID 2 3 employment class
1192 ID 1 1 nursing home status
1193 N0 1 2 visits
1195 ID 1 1 ambulance transport type
1196 ID 1 1 subluxation
1201 ID 1 1 application
1203 ID 2 3 maintenance
1204 AN 1 50 plan coverage description
1205 ID 2 3 line item status
1207 ID 3 3 coverage level
1209 N0 1 2 facility value
1211 ID 2 3 drug house
1212 ID 1 1 health related
1213 ID 1 1 patient location
1214 AN 1 5 salary grade
1215 ID 1 1 identification card type
1216 ID 1 1 benefit status
1218 ID 1 1 Medicare plan
1219 ID 1 2 continued coverage event
1220 ID 1 1 student status
1221 ID 1 3 provider code
1222 AN 1 3 provider specialty
1223 ID 3 3 provider organization
1230 ID 1 1 gross weight
1250 ID 2 3 date format
1251 AN 1 35 date period
1270 ID 1 3 code list qualifier
1271 AN 1 30 industry code
1300 ID 4 4 service, promotion, allowance or charge
1301 AN 1 10 agency service, promotion, allowance or charge
1303 ID 1 2 use of language
1314 ID 1 1 admission source
1315 ID 1 1 admission type
1316 ID 1 1 ambulance transport reason
1317 ID 1 1 ambulance transport
1321 ID 2 3 condition indicator
1322 ID 1 1 certification type
1325 ID 1 1 claim frequency
1327 ID 1 1 copay status
1328 N0 1 2 diagnosis pointer
1331 AN 1 2 facility code
1332 ID 1 2 facility code qualifier
1333 AN 1 50 record format
1334 ID 1 1 multiple procedure
1335 ID 1 1 insulin dependence
1336 ID 1 3 insurance type
1337 ID 1 1 level of care
1338 ID 1 3 level of service
1339 AN 2 2 procedure modifier
1340 ID 1 2 multiple procedure
1341 AN 1 2 national or local assigned review value
1342 ID 1 1 nature of condition
1343 ID 1 2 non-institutional claim type
1345 ID 1 1 nursing home residential status
1348 ID 1 1 oxygen equipment type
1349 ID 1 1 oxygen test condition
1350 ID 1 1 oxygen test finding
1351 ID 1 1 patient signature source
1352 ID 1 2 patient status
1354 ID 1 4 diagnosis related group
1358 ID 1 1 prosthesis, crown or inlay
1359 ID 1 1 provider accept assignment
1360 ID 1 1 provider agreement
1361 ID 1 3 oral cavity designation
1362 ID 2 3 related causes
1363 ID 1 1 release of information
1364 ID 1 2 review code
1365 ID 1 2 service type
1366 ID 2 3 special program
1367 ID 2 3 subluxation level
1368 ID 1 2 tooth status
1369 ID 1 2 tooth surface
1371 R 1 10 unit rate
1373 ID 2 4 measurement method
1382 ID 1 1 oxygen delivery system
1383 ID 2 2 claim submission reason
1384 ID 1 1 patient discharge
1390 ID 1 2 eligibility or benefit information
1470 N0 1 9 number
1473 ID 2 2 pricing methodology
1476 ID 1 1 language proficiency
1514 ID 1 2 delay reason
1525 ID 1 2 request category
1526 ID 1 2 policy compliance
1527 ID 1 2 exception
1528 N0 1 2 component position
1570 ID 3 3 filter
1595 ID 1 1 armed service
1596 ID 2 2 rank
1669 AN 1 35 implementation convention
1686 N0 1 4 repeating position
1705 AN 1 35 implementation convention
1701 ID 1 1 eligibility reason
1715 ID 1 3 country subdivision
9998 AN 1 35 context name
9999 AN 1 35 context reference
I01 ID 2 2 authorization qualifier
I02 AN 10 10 authorization
I03 ID 2 2 security qualifier
I04 AN 10 10 security
I05 ID 2 2 interchange party qualifier
I06 AN 15 15 interchange sender
I07 AN 15 15 interchange receiver
I08 DT 6 6 interchange date
I09 TM 4 4 interchange time
I11 ID 5 5 interchange version
I12 N0 9 9 interchange control number
I13 ID 1 1 acknowledgement requested
I14 ID 1 1 usage
I15 AN 1 1 component separator
I16 N0 1 5 number of groups
I17 ID 1 1 interchange acknowledgement code
I18 ID 3 3 interchange note code
I65 AN 1 1 repetition separator
"""

COMPOSITES = """
C001 355! 1018 649 355 1018 649 355 1018 649 355 1018 649 355 1018 649
C002 704! 704 704 704 704
C003 235! 234! 1339 1339 1339 1339 352 234
C004 1328! 1328 1328 1328
C005 1369 1369 1369 1369 1369
C006 1361! 1361 1361 1361 1361
C022 1270! 1271! 1250 1251 782 380 799 1271 1073
C023 1331! 1332 1325
C024 1362! 1362 1362 156 26
C030 722! 1528 1686
C035 1222 559 1073
C040 128! 127! 128 127 128 127
C042 426! 127
C043 1271! 1271! 98 1270
C052 1218! 1701 1701 1701
C056 1109 1270 1271
C998 9998! 9999
C999 725! 725
"""

SEGMENTS = """
ISA I01! I02! I03! I04! I05! I06! I05! I07! I08! I09! I65! I11! I12! I13! I14! I15!
IEA I16! I12!
TA1 I12! I08! I09! I17! I18!
GS 479! 142! 145! 373! 337! 28! 455! 480!
GE 97! 28!
ST 143! 329! 1705
SE 96! 329!
AAA 1073! 559 901 889
ACT 508! 93 66 67 569 508 352 107 1216 | P0304 C0506 C0705
ADX 782! 426! 128 127 | P0304
AK1 479! 28! 480
AK2 143! 329! 1705
AK3 721! 719! 447 720 720 720 720 720
AK4 C030! 725 723! 724
AK5 717! 718 718 718 718 718
AK9 715! 2! 123! 2! 716 716 716 716 716
AMT 522! 782! 478
BDS 1570! 784! 785!
BGN 353! 127! 373! 337 623 127 640 306 786 | C0504
BHT 1005! 353! 127 373 337 640
BIN 784! 785!
BPR 305! 782! 478! 591! 812 506 507 569 508 509 510 506 507 569 508 373 1048 506 507 569 508 \\
    | P0607 C0809 P1213 C1415 P1819 C2021
CAS 1033! 1034! 782! 380 1034 782 380 1034 782 380 1034 782 380 1034 782 380 1034 782 380 | L050607 C0605 C0705 \\
    L080910 C0908 C1008 L111213 C1211 C1311 L141516 C1514 C1614 L171819 C1817 C1917
CAT 755 756 799
CL1 1315 1314 1352 1345
CLM 1028! 782 1032 1343 C023 1073 1359 1073 1363 1351 C024 1366 1073 1338 1073 1360 1029 1073 1383 1514
CLP 1028! 1029! 782! 782! 782 1032 127 1331 1325 1352 1354 380 954 1073
CN1 1166! 782 332 127 338 799
COB 1138 127 1143 1365*99
CR1 355 81 1316 1317 355 380 166 166 352 352 | P0102 P0506
CR2 609 380 1367 1367 355 380 380 1342 1073 352 352 1073 | P0102 C0403 P0506
CR3 1322 355 380 1335 352 | P0203
CR5 1322 380 1348 1348 352 380 380 380 352 380 380 1349 1350 1350 1350 380 1382 1348
CR6 923! 373! 1250 1251 373 1073! 1073! 1322! 373 235 234 373 373 373 1250 1251 1384 373 373 373 373 \
    | P0304 P091011 P1516
CRC 1136! 1073! 1321! 1321 1321 1321 1321
CTP 687 236 212 380 C001 648 649 782 639 499 289 | P0405 C0607 C0902 C1002 C1103
CTX C998!*10 721 719 447 C030 C999
CUR 98! 100! 280 98 100 669 374 373 337 374 373 337 374 373 337 374 373 337 374 373 337 | C0807 C0907 L101112 C1110 \\
    C1210 L131415 C1413 C1513 L161718 C1716 C1816 L192021 C2019 C2119
DMG 1250 1251 1068 1067 C056*10 1066 26 659 380 1270 1271 | P0102 P1011 C1105
DN1 380 380 1073 352
DN2 127! 1368! 380 1250 1251 1270 | P0405
DSB 1146! 380 1149 1154 1161 782 235 1137 | P0708
DTM 374! 373 337 623 1250 1251 | R020305 C0403 P0506
DTP 374! 1250! 1251!
EB 1390! 1207 1365*99 1336 1204 615 782 954 673 380 1073 1073 C003 C004 | P0910
EC 1176 1176 1176 954 1201 1149
EFI 786! 933 791 799 802 799 800 799 789
ENT 554 98 66 67 98 66 67 128 127 | P020304 P050607 P0809
EQ 1365*99 C003 1207 1336 C004 | R0102
FRM 350! 1073 127 373 332 | R02030405
HCP 1473 782 782 127 118 127 782 234 235 234 355 380 901 1526 1527 | R0113 P0910 P1112
HCR 306! 127 1271*5 1073
HD 875! 1203 1205 1204 1207 609 609 1209 1073 1211 1073
HI C022! C022 C022 C022 C022 C022 C022 C022 C022 C022 C022 C022
HL 628! 734 735! 736
HLH 1212 65 81 81 352 1213 352
HSD 673 380 355 1167 615 616 678 679 | P0102 C0605
ICM 594! 782! 380 310 1214 100
IDC 1204! 1215! 380 306
III 1270 1271 1136 933 380 C001 752 752 752 | P0102 L030405
IK3 721! 719! 447 620
IK4 C030! 725 621! 724
IK5 717! 618 618 618 618 618
INS 1073! 1069! 875 1203 1216 C052 1219 584 1220 1073 1250 1251 1165 19 156 26 1470 | P1112
IT1 350 358 355 212 639 235 234 235 234 235 234 235 234 235 234 235 234 235 234 235 234 235 234 235 234 | P020304 \
    P0607 P0809 P1011 P1213 P1415 P1617 P1819 P2021 P2223 P2425
K3 449! 1333 C001
LE 447!
LIN 350 235! 234! 235 234 | P0405
LQ 1270 1271 | C0102
LS 447!
LUI 66 67 352 1303 1476 | P0102 L040203
LX 554!
MEA 737 738 739 C001 740 741 935 936 752 1373 | R03050608 C0504 C0604 L07030506 E0803
MIA 380! 380 380 782 127 782 782 782 782 782 782 782 782 782 380 782 782 782 782 127 127 127 127 782
MOA 954 782 127 127 127 127 127 782 782
MPI 1201! 584! 1595! 352 1596 1250 1251 | P0607
MSG 933! 934 1470 | C0302
N1 98! 93 66 67 706 98 | R0203 P0304
N2 93! 93
N3 166! 166
N4 19 156 116 26 309 310 1715 | E0207 C0605 C0704
NM1 98! 1065! 1035 1036 1037 1038 1039 66 67 706 98 1035 | P0809 C1110 C1203
NTE 363 352!
OI 1032 1383 1073 1351 1360 1363
OOI 350! 128! 127!
PAT 1069 1384 584 1220 1250 1251 355 81 1073 | P0506 P0708
PER 366! 93 365 364 365 364 365 364 443 | P0304 P0506 P0708
PLA 306! 98! 373! 337 1203
PLB 127! 373! C042! 782! C042 782 C042 782 C042 782 C042 782 C042 782 | P0506 P0708 P0910 P1112 P1314
PRV 1221! 128 127 156 C035 1223 | P0203
PS1 127! 782! 156
PWK 755! 756 757 98 66 67 352 C002 1525 | P0506
RDM 756! 93 364 C040 C040
QTY 673! 380 C001 61 | R0204 E0204
REF 128! 127 352 C040 | R0203
RMR 128 127 482 782 782 782 426 782 | P0102 P0708
SAC 248! 1300 559 1301 610 378 332 118 355 380 380 331 127 770 352 819 | R0203 P0304 P0607 P0910 C1110 C1413 C1615
SBR 1138! 1069 127 93 1336 1143 1073 584 1032
SLN 350! 350 662! 380 C001 212 639 662 235 234 235 234 235 234 235 234 235 234 235 234 235 234 235 234 235 234 235 \
    234 | P0405 C0706 C0806 P0910 P1112 P1314 P1516 P1718 P1920 P2122 P2324 P2526 P2728
STC C043! 373 306 782 782 373 591 373 429 C043 C043 933
SV1 C003! 782 355 380 1331 1365 C004 782 1073 1340 1073 1073 1364 1341 1327 1334 127 116 782 1337 1360 | P0304
SV2 234 C003 782 355 380 1371 782 1073 1345 1337 | R0102 P0405
SV3 C003! 782 1331 C006 1358 380 352 1327 1360 1073 C004
SV5 C003! 355! 380! 782 782 594 923 | R0405 C0604
SVC C003! 782! 782 234 380 C003 380
SVD 67! 782! C003 234 380 554
TOO 1270 1271 C005 | P0102
TRN 481! 127! 509 127
TS2 782 782 782 782 782 782 782 782 782 380 782 380 380 380 380 380 782 782 782
TS3 127! 1331! 373! 380! 782! 782 782 782 782 782 782 782 782 782 782 782 782 782 782 782 782 380 782 380
UM 1525! 1322 1365 C023 C024 1338 1213 923 1363 1514
"""


@dataclass(frozen=True, slots=True)
class Element:
    """A simple data element: `kind` is AN, ID, N0, R, DT, TM or B (any bytes); lengths in characters."""

    number: str
    kind: str
    min: int
    max: int
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a segment or composite: a simple element, or a composite of several."""

    element: Element | None
    parts: tuple[Place, ...] = ()
    repeat: int = 1
    mandatory: bool = False

    @property
    def name(self) -> str:
        return self.element.name if self.element else " / ".join(part.name for part in self.parts[:2])


@dataclass(frozen=True, slots=True)
class Note:
    """A syntax note: its kind (P, R, E, C, L) and the element positions it is about.

    A segment with fewer than `first` elements cannot break it.
    """

    kind: str
    positions: tuple[int, ...]
    first: int

    def __str__(self) -> str:
        return self.kind + "".join(f"{position:02d}" for position in self.positions)


@dataclass(frozen=True, slots=True)
class StandardSegment:
    """A segment of the standard: its places in order and its syntax notes."""

    id: str
    places: tuple[Place, ...]
    notes: tuple[Note, ...] = ()


@cache
def elements() -> dict[str, Element]:
    """Every data element by number."""
    table = {}
    for line in ELEMENTS.strip().splitlines():
        number, kind, low, high, name = line.split(maxsplit=4)
        table[number] = Element(number, kind, int(low), int(high), name)
    return table


@cache
def segments() -> dict[str, StandardSegment]:
    """Every segment by name."""
    composites = {line.split()[0]: line.split()[1:] for line in COMPOSITES.strip().splitlines()}
    table = {}
    for line in SEGMENTS.strip().replace("\\\n", "").splitlines():
        body, _, notes = line.partition("|")
        name, *places = body.split()
        table[name] = StandardSegment(
            name,
            tuple(_place(text, composites) for text in places),
            tuple(_note(text) for text in notes.split()),
        )
    return table


def _place(text: str, composites: dict[str, list[str]]) -> Place:
    number, _, repeat = text.partition("*")
    mandatory = number.endswith("!")
    number = number.rstrip("!")
    times = int(repeat) if repeat else 1
    if number in composites:
        parts = tuple(_place(part, composites) for part in composites[number])
        return Place(None, parts, times, mandatory)
    return Place(elements()[number], (), times, mandatory)


def _note(text: str) -> Note:
    kind, digits = text[0], text[1:]
    positions = tuple(int(digits[start : start + 2]) for start in range(0, len(digits), 2))
    return Note(kind, positions, 0 if kind == "R" else min(positions))
