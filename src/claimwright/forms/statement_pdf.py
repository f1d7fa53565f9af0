"""The patient statement on letter paper: a first page with address window, amount due and payment slip, and as many
further pages as the visits need.

The visits are laid out as blocks with a height; blocks fill pages from the top, a visit's heading stays with its first
line, and a visit that goes on says so. All positions in points from the lower left corner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from itertools import groupby

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from claimwright.forms import wording
from claimwright.forms.statement import Statement, StatementLine, Visit
from claimwright.forms.typography import ACCENT, BOLD, INK, ITALIC, MUTED, REGULAR, RULE, TINT, Pen, wrap
from claimwright.money import format_dollars

PAGE_WIDTH, PAGE_HEIGHT = float(letter[0]), float(letter[1])
MARGIN = 48.0
WIDTH = PAGE_WIDTH - 2 * MARGIN
RIGHT = PAGE_WIDTH - MARGIN

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_COLUMNS = ("Charge", "Insurance paid", "Adjusted", "You paid", "You owe")
_COLUMN_WIDTH = 61.0
_DESCRIPTION_WIDTH = WIDTH - len(_COLUMNS) * _COLUMN_WIDTH - 8
_FIRST_TOP = 534.0
"""Where the visits begin on the first page: under the address and the amount due."""
_NEXT_TOP = PAGE_HEIGHT - 66
_SLIP_TOP = 196.0
_FIRST_BOTTOM = _SLIP_TOP + 14
_NEXT_BOTTOM = 56.0
_HEAD_HEIGHT = 24.0


@dataclass(frozen=True)
class _Block:
    """Something of a height that is drawn from its top. `visit` is the visit it belongs to, for `continued`."""

    height: float
    draw: Callable[[Pen, float], None]
    keeps_with_next: bool = False
    visit: Visit | None = None


def statement_pdf(statement: Statement) -> bytes:
    """The statement as a PDF of one or more letter pages; the same statement gives the same bytes.

    Raises `InputError` for a statement that does not add up or asks for nothing.
    """
    statement.check()
    pages = _paginate(list(_blocks(statement)))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=letter, invariant=1, pageCompression=1, lang="en-US")
    canvas.setTitle(f"Statement {statement.number}")
    canvas.setAuthor(statement.practice.name)
    canvas.setCreator("claimwright")
    for number, blocks in enumerate(pages, 1):
        pen = Pen(canvas)
        if number == 1:
            _draw_first_page(pen, statement)
        else:
            _draw_next_page(pen, statement)
        top = _FIRST_TOP if number == 1 else _NEXT_TOP
        for block in blocks:
            block.draw(pen, top)
            top -= block.height
        _draw_foot(pen, statement, number, len(pages))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _paginate(blocks: list[_Block]) -> list[list[_Block]]:
    """The blocks page by page: the first page is shorter, each page of visits has the column heads."""
    pages: list[list[_Block]] = [[]]
    room = _FIRST_TOP - _FIRST_BOTTOM
    for position, block in enumerate(blocks):
        needed = block.height
        following = position
        while blocks[following].keeps_with_next and following + 1 < len(blocks):
            following += 1
            needed += blocks[following].height
        if needed > room and pages[-1]:
            pages.append([])
            room = _NEXT_TOP - _NEXT_BOTTOM
            for repeated in _repeated(block):
                pages[-1].append(repeated)
                room -= repeated.height
        pages[-1].append(block)
        room -= block.height
    return pages


def _repeated(block: _Block) -> Iterator[_Block]:
    """What comes again at the top of a further page: column heads, and the visit that goes on."""
    if block.visit is None:
        return
    yield _column_heads()
    if not block.keeps_with_next:
        yield _visit_head(block.visit, " (continued)")


def _blocks(statement: Statement) -> Iterator[_Block]:
    yield _column_heads()
    for visit in statement.visits:
        yield _visit_head(visit)
        for line in visit.lines:
            yield _line(line, visit)
    yield _totals(statement)
    if statement.ageing:
        yield _ageing(statement)
    yield _help(statement)
    for notice in statement.notices:
        yield _notice(notice)


def _column_right(position: int) -> float:
    return RIGHT - (len(_COLUMNS) - 1 - position) * _COLUMN_WIDTH


def _column_heads() -> _Block:
    def draw(pen: Pen, top: float) -> None:
        pen.text(MARGIN, top - 12, "Date and service", width=_DESCRIPTION_WIDTH, font=BOLD, size=7.5, color=MUTED)
        for position, head in enumerate(_COLUMNS):
            x = _column_right(position)
            pen.text_right(x, top - 12, head, width=_COLUMN_WIDTH - 4, font=BOLD, size=7.5, color=MUTED)
        pen.rule(MARGIN, top - 18, WIDTH, color=ACCENT, weight=1)

    return _Block(_HEAD_HEIGHT, draw, keeps_with_next=True)


def _visit_head(visit: Visit, suffix: str = "") -> _Block:
    parts = [visit.patient_name, f"with {visit.provider_name}" if visit.provider_name else "", visit.reference]
    about = ", ".join(part for part in parts if part) + suffix

    def draw(pen: Pen, top: float) -> None:
        pen.box(MARGIN, top - 20, WIDTH, 17, fill=TINT)
        pen.text(MARGIN + 6, top - 15, _long_date(visit.service_date), width=104, font=BOLD)
        pen.text(MARGIN + 114, top - 15, about, width=WIDTH - 120, color=MUTED)

    return _Block(24, draw, keeps_with_next=True, visit=visit)


def _line(line: StatementLine, visit: Visit) -> _Block:
    described = wrap(line.description, REGULAR, 9, _DESCRIPTION_WIDTH - 6, lines_max=3)
    because = wrap(f"You owe this as: {line.why}", ITALIC, 8, _DESCRIPTION_WIDTH - 6, lines_max=3) if line.why else []
    height = 12.0 * len(described) + 10.5 * len(because) + 6

    def draw(pen: Pen, top: float) -> None:
        y = top - 10
        amounts = (
            line.charge_cents,
            -line.insurance_paid_cents,
            -line.adjusted_cents,
            -line.patient_paid_cents,
            line.owed_cents,
        )
        for position, cents in enumerate(amounts):
            is_owed = position == len(amounts) - 1
            pen.text_right(
                _column_right(position),
                y,
                format_dollars(cents),
                width=_COLUMN_WIDTH - 4,
                font=BOLD if is_owed else REGULAR,
            )
        for text in described:
            pen.text(MARGIN + 6, y, text, width=_DESCRIPTION_WIDTH - 6)
            y -= 12
        for text in because:
            pen.text(MARGIN + 6, y, text, width=_DESCRIPTION_WIDTH - 6, font=ITALIC, size=8, color=MUTED)
            y -= 10.5

    return _Block(height, draw, visit=visit)


def _totals(statement: Statement) -> _Block:
    lines = statement.lines
    sums = (
        sum(line.charge_cents for line in lines),
        -sum(line.insurance_paid_cents for line in lines),
        -sum(line.adjusted_cents for line in lines),
        -sum(line.patient_paid_cents for line in lines),
        sum(line.owed_cents for line in lines),
    )
    has_credit = statement.credit_cents != 0

    def draw(pen: Pen, top: float) -> None:
        pen.rule(MARGIN, top - 2, WIDTH, color=ACCENT, weight=1)
        pen.text(MARGIN + 6, top - 15, "Total", width=_DESCRIPTION_WIDTH, font=BOLD)
        for position, cents in enumerate(sums):
            x = _column_right(position)
            pen.text_right(x, top - 15, format_dollars(cents), width=_COLUMN_WIDTH - 4, font=BOLD)
        if has_credit:
            pen.text(MARGIN + 6, top - 29, "Money on your account, taken off", width=_DESCRIPTION_WIDTH + 120)
            credit = format_dollars(-statement.credit_cents)
            pen.text_right(RIGHT, top - 29, credit, width=_COLUMN_WIDTH - 4)
            pen.text(MARGIN + 6, top - 43, "Amount due", width=_DESCRIPTION_WIDTH, font=BOLD)
            due = format_dollars(statement.amount_due_cents)
            pen.text_right(RIGHT, top - 43, due, width=_COLUMN_WIDTH - 4, font=BOLD)

    return _Block(54 if has_credit else 26, draw)


def _ageing(statement: Statement) -> _Block:
    width = WIDTH / len(statement.ageing)

    def draw(pen: Pen, top: float) -> None:
        pen.box(MARGIN, top - 34, WIDTH, 30, stroke=RULE)
        for position, bucket in enumerate(statement.ageing):
            right = MARGIN + (position + 1) * width - 8
            pen.text_right(right, top - 15, bucket.label, width=width - 12, size=7.5, color=MUTED)
            pen.text_right(right, top - 28, format_dollars(bucket.cents), width=width - 12, font=BOLD)

    return _Block(44, draw)


def _help(statement: Statement) -> _Block:
    """Ways to pay on the left, help on the right."""
    column = (WIDTH - 24) / 2
    left = (wording.WAYS_TO_PAY, _ways_to_pay(statement))
    right = (wording.HELP, _help_texts(statement))
    size, leading = 8.0, 10.0
    heights = [
        14 + sum(leading * len(wrap(text, REGULAR, size, column)) + 3 for text in texts) for _, texts in (left, right)
    ]

    def draw(pen: Pen, top: float) -> None:
        for x, (title, texts) in ((MARGIN, left), (MARGIN + column + 24, right)):
            pen.text(x, top - 11, title, width=column, font=BOLD, color=ACCENT)
            y = top - 24
            for text in texts:
                y = pen.paragraph(x, y, text, width=column, size=size, leading=leading) - 3

    return _Block(max(heights) + 14, draw)


def _ways_to_pay(statement: Statement) -> tuple[str, ...]:
    practice = statement.practice
    hours = f" ({practice.hours})" if practice.hours else ""
    online = (wording.PAY_ONLINE.format(url=practice.pay_url),) if practice.pay_url else ()
    return (
        *online,
        wording.PAY_BY_PHONE.format(phone=practice.phone, hours=hours),
        wording.PAY_BY_MAIL.format(practice=practice.name, account=statement.account_number),
        wording.LANGUAGE.format(phone=practice.phone),
    )


def _help_texts(statement: Statement) -> tuple[str, ...]:
    estimate = () if _has_insurance(statement) else (wording.GOOD_FAITH_ESTIMATE,)
    return (wording.ASSISTANCE, wording.DISPUTE, *estimate)


def _has_insurance(statement: Statement) -> bool:
    """Whether an insurer decided on any line."""
    return any(line.insurance_paid_cents or line.adjusted_cents or line.why for line in statement.lines)


def _notice(text: str) -> _Block:
    lines = wrap(text, REGULAR, 8, WIDTH)

    def draw(pen: Pen, top: float) -> None:
        y = top - 10
        for line in lines:
            pen.text(MARGIN, y, line, width=WIDTH, size=8, color=MUTED)
            y -= 10

    return _Block(10.0 * len(lines) + 6, draw)


def _draw_first_page(pen: Pen, statement: Statement) -> None:
    _draw_letterhead(pen, statement)
    _draw_address(pen, statement)
    _draw_amount_due(pen, statement)
    text = wording.INTRODUCTION if _has_insurance(statement) else wording.INTRODUCTION_WITHOUT_INSURANCE
    pen.paragraph(MARGIN, 560, text, width=WIDTH, size=8.5, leading=11, color=MUTED)
    _draw_slip(pen, statement)


def _draw_letterhead(pen: Pen, statement: Statement) -> None:
    practice = statement.practice
    names = wrap(practice.name, BOLD, 15, 310)
    size = 15 if len(names) == 1 else 11
    y = pen.paragraph(MARGIN, 738, practice.name, width=310, font=BOLD, size=size, color=ACCENT, lines_max=2) - 2
    reached = f"{practice.phone}, {practice.hours}" if practice.hours else practice.phone
    for text in (", ".join(practice.address), f"Billing questions: {reached}"):
        pen.text(MARGIN, y - 1, text, width=310, size=8.5, color=MUTED)
        y -= 11
    pen.text_right(RIGHT, 736, "Statement", width=170, size=20)
    facts = (
        ("Number", statement.number),
        ("Date", _long_date(statement.statement_date)),
        ("Account", statement.account_number),
    )
    y = 719.0
    for name, value in facts:
        pen.text(392, y, name, width=36, size=8, color=MUTED)
        pen.text_right(RIGHT, y, value, width=RIGHT - 430, size=8.5)
        y -= 11
    pen.rule(MARGIN, 686, WIDTH, color=ACCENT, weight=1.4)


def _draw_address(pen: Pen, statement: Statement) -> None:
    """Where a number 10 window envelope shows it; closer and smaller when there are many lines."""
    lines: list[str] = []
    for text in (statement.guarantor.name, *statement.guarantor.address):
        lines += wrap(text, REGULAR, 10.5, 270, lines_max=2)
    leading = min(13.0, 72 / max(len(lines) - 1, 1))
    y = 658.0
    for line in lines:
        pen.text(MARGIN + 14, y, line, width=270, size=min(10.5, leading * 0.85))
        y -= leading


def _draw_amount_due(pen: Pen, statement: Statement) -> None:
    left, width = 378.0, RIGHT - 378
    pen.box(left, 584, width, 86, fill=TINT)
    pen.text(left + 12, 652, "Amount due", width=width - 24, size=9, color=MUTED)
    due = f"${format_dollars(statement.amount_due_cents)}"
    pen.text(left + 12, 624, due, width=width - 24, font=BOLD, size=26, color=ACCENT)
    pen.text(left + 12, 598, f"Please pay by {_long_date(statement.due_date)}", width=width - 24, font=BOLD, size=9.5)


def _draw_slip(pen: Pen, statement: Statement) -> None:
    """The part to send back."""
    canvas = pen.canvas
    canvas.saveState()
    canvas.setDash(3, 3)
    pen.rule(MARGIN, _SLIP_TOP, WIDTH, color=MUTED, weight=0.5)
    canvas.restoreState()
    pen.text(MARGIN, _SLIP_TOP - 11, wording.DETACH, width=WIDTH, size=7, color=MUTED)
    _draw_slip_addresses(pen, statement)
    facts = (
        ("Account", statement.account_number),
        ("Statement number", statement.number),
        ("Please pay by", _long_date(statement.due_date)),
        ("Amount due", f"${format_dollars(statement.amount_due_cents)}"),
    )
    y = _SLIP_TOP - 34
    for name, value in facts:
        pen.text(330, y, name, width=84, size=8.5, color=MUTED)
        pen.text_right(RIGHT, y, value, width=140, font=BOLD, size=9.5)
        y -= 16
    pen.text(330, y - 12, "Amount enclosed", width=84, size=8.5, color=MUTED)
    pen.box(RIGHT - 110, y - 22, 110, 26, stroke=INK)
    pen.text(RIGHT - 104, y - 13, "$", width=12, size=10)


def _draw_slip_addresses(pen: Pen, statement: Statement) -> None:
    practice = statement.practice
    width = 180.0 if practice.pay_url else 262.0
    pen.text(MARGIN, _SLIP_TOP - 34, wording.PAYABLE_TO, width=width, size=7.5, color=MUTED)
    y = _SLIP_TOP - 47
    for line in wrap(practice.name, BOLD, 9.5, width, lines_max=3):
        pen.text(MARGIN, y, line, width=width, font=BOLD, size=9.5)
        y -= 12
    for line in (practice.remit_address or practice.address)[:3]:
        pen.text(MARGIN, y, line, width=width, size=9)
        y -= 12
    pen.text(MARGIN, _SLIP_TOP - 124, "From", width=width, size=7.5, color=MUTED)
    pen.text(MARGIN, _SLIP_TOP - 136, statement.guarantor.name, width=RIGHT - 110 - MARGIN - 12, size=9)
    if practice.pay_url:
        _draw_code(pen, practice.pay_url, 240, _SLIP_TOP - 104, 74)
        pen.text(240, _SLIP_TOP - 112, "Scan to pay online", width=74, size=7, color=MUTED)


def _draw_code(pen: Pen, url: str, x: float, y: float, side: float) -> None:
    """A QR code as one path of dark runs."""
    rows = _code_rows(url)
    module = side / len(rows)
    path = pen.canvas.beginPath()
    for row, runs in enumerate(rows):
        for start, length in runs:
            path.rect(x + start * module, y + side - (row + 1) * module, length * module, module)
    pen.canvas.setFillColor(INK)
    pen.canvas.drawPath(path, stroke=0, fill=1)


@lru_cache(maxsize=16)
def _code_rows(url: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Row by row, where dark modules begin and how many there are."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(url)
    code.make()
    rows = []
    for cells in code.modules:
        runs, position = [], 0
        for is_dark, group in groupby(cells):
            length = len(list(group))
            if is_dark:
                runs.append((position, length))
            position += length
        rows.append(tuple(runs))
    return tuple(rows)


def _draw_next_page(pen: Pen, statement: Statement) -> None:
    pen.text(MARGIN, 744, statement.practice.name, width=260, font=BOLD, size=10, color=ACCENT)
    about = f"Statement {statement.number}, account {statement.account_number}"
    pen.text_right(RIGHT, 744, about, width=240, size=8.5, color=MUTED)
    pen.rule(MARGIN, 734, WIDTH, color=ACCENT, weight=1)


def _draw_foot(pen: Pen, statement: Statement, number: int, count: int) -> None:
    pen.text(MARGIN, 32, f"{statement.practice.name}, {statement.practice.phone}", width=360, size=7, color=MUTED)
    pen.text_right(RIGHT, 32, f"Page {number} of {count}", width=100, size=7, color=MUTED)


def _long_date(day: date) -> str:
    """`March 2, 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
