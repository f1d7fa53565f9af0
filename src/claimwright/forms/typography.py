"""Setting text on a page: fonts, what they can write, fitting and wrapping. Sizes and positions in points."""

from __future__ import annotations

import unicodedata
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

REGULAR, BOLD, ITALIC = "Helvetica", "Helvetica-Bold", "Helvetica-Oblique"
SIZE_MIN = 5.0
"""Smaller than this nobody reads; what does not fit at this size is cut with an ellipsis."""

INK = HexColor("#1c2430")
MUTED = HexColor("#5b6675")
ACCENT = HexColor("#0b5563")
TINT = HexColor("#eef4f5")
RULE = HexColor("#c9d3d8")
_ELLIPSIS = "..."
_WITHOUT_ACCENT = str.maketrans("ŁłĐđĦħıŦŧ", "LlDdHhiTt")
"""Letters that Unicode does not take apart into a letter and a mark."""


def printable(text: str) -> str:
    """The text in characters that the standard fonts have.

    Accents that they lack are dropped (`Nguyễn` becomes `Nguyen`), other characters become a question mark; line breaks
    and runs of blanks become one blank.
    """
    plain = " ".join(text.split())
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(_in_font(character) for character in unicodedata.normalize("NFC", plain.translate(_WITHOUT_ACCENT)))


def _in_font(character: str) -> str:
    if _is_in_font(character):
        return character
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return base if base and all(_is_in_font(part) for part in base) else "?"


def _is_in_font(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return character.isprintable()


def fitting_size(text: str, font: str, size: float, width: float) -> float:
    """The largest size, up to `size`, at which the text is no wider than `width`; never below `SIZE_MIN`."""
    natural = stringWidth(text, font, size)
    return size if natural <= width else max(SIZE_MIN, size * width / natural)


def cut(text: str, font: str, size: float, width: float) -> str:
    """The text, or as much of it with an ellipsis as fits."""
    if stringWidth(text, font, size) <= width:
        return text
    while text and stringWidth(text + _ELLIPSIS, font, size) > width:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def wrap(text: str, font: str, size: float, width: float, lines_max: int | None = None) -> list[str]:
    """The text in lines no wider than `width`; a word that is too long is broken, what is over `lines_max` is cut."""
    lines: list[str] = []
    line = ""
    for word in _breakable(printable(text), font, size, width):
        longer = f"{line} {word}" if line else word
        if stringWidth(longer, font, size) <= width:
            line = longer
        else:
            lines.append(line)
            line = word
    if line:
        lines.append(line)
    if lines_max is not None and len(lines) > lines_max:
        rest = " ".join(lines[lines_max - 1 :])
        lines = [*lines[: lines_max - 1], cut(rest, font, size, width)]
    return lines


def _breakable(text: str, font: str, size: float, width: float) -> list[str]:
    """The words, the too long ones in pieces that fit."""
    pieces = []
    for word in text.split():
        piece = ""
        for character in word:
            if piece and stringWidth(piece + character, font, size) > width:
                pieces.append(piece)
                piece = ""
            piece += character
        pieces.append(piece)
    return pieces


class Pen:
    """A canvas with the few ways of writing that a form needs. Positions are of the baseline."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas

    def text(
        self, x: float, y: float, text: str, *, width: float, font: str = REGULAR, size: float = 9, color: Color = INK
    ) -> None:
        """Write to the right of `x`, smaller or cut when wider than `width`."""
        self._write(x, y, text, width, font, size, color, "drawString")

    def text_right(
        self, x: float, y: float, text: str, *, width: float, font: str = REGULAR, size: float = 9, color: Color = INK
    ) -> None:
        """Write so that the text ends at `x`."""
        self._write(x, y, text, width, font, size, color, "drawRightString")

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        *,
        width: float,
        font: str = REGULAR,
        size: float = 9,
        leading: float = 12,
        color: Color = INK,
        lines_max: int | None = None,
    ) -> float:
        """Write wrapped text from the baseline `y` down; the baseline of the line after it."""
        for line in wrap(text, font, size, width, lines_max):
            self.text(x, y, line, width=width, font=font, size=size, color=color)
            y -= leading
        return y

    def rule(self, x: float, y: float, width: float, *, color: Color = RULE, weight: float = 0.6) -> None:
        """A horizontal line."""
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(weight)
        self.canvas.line(x, y, x + width, y)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: Color | None = None, stroke: Color | None = None
    ) -> None:
        """A rectangle with slightly round corners; `y` is its lower edge."""
        if fill is not None:
            self.canvas.setFillColor(fill)
        if stroke is not None:
            self.canvas.setStrokeColor(stroke)
            self.canvas.setLineWidth(0.8)
        self.canvas.roundRect(x, y, width, height, 3, fill=int(fill is not None), stroke=int(stroke is not None))

    def _write(
        self, x: float, y: float, text: str, width: float, font: str, size: float, color: Color, method: str
    ) -> None:
        text = printable(text)
        size = fitting_size(text, font, size, width)
        self.canvas.setFillColor(color)
        self.canvas.setFont(font, size)
        getattr(self.canvas, method)(x, y, cut(text, font, size, width))
