"""The three shapes of the report's charts: bars, pairs of bars, and a bridge.

Each takes rows that already hold their words and gives a :class:`Sheet`. Names stand in a
column on the left, wrapped; bars grow from a common zero; what a bar is worth is written
at its end, so there are no axes to read and no legend to match colours with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from govnb.present.charts_canvas import INK, LEADING, MUTED, WIDTH, Box, Line, Sheet, measure, wrap

# Blue and orange stay apart in the common kinds of colour blindness; budget overrun and
# underspend differ in fill as well, and in words.
Style = tuple[str, str, bool]
MAIN: Style = ("#2f6690", "#2f6690", False)
PALE = ("#dbe6ef", "#7d9db5", False)
OVER = ("#c2571a", "#c2571a", False)
UNDER = ("#ffffff", "#2f6690", True)
TOTAL = ("#5b6770", "#5b6770", False)
REST = ("#ffffff", "#8a949d", False)

BAR, ROW_GAP, EDGE = 13.0, 9.0, 6.0
TEXT_GAP = 5.0
_NAME_SHARE, _NARROW_NAME_SHARE = 0.38, 0.27
_LEAST_BARS = 70.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its value (None draws none) and the words at its end."""

    value: Decimal | None
    text: str
    style: Style = MAIN


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its bar or bars."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a bridge: where its bar starts and ends."""

    name: str
    start: Decimal
    end: Decimal
    text: str
    style: Style


def bars(rows: Sequence[Row], notes: Sequence[str] = (), *, own_scale: bool = False) -> Sheet:
    """Return horizontal bars, one row a name.

    Parameters
    ----------
    rows
        From top to bottom.
    notes
        Sentences below the bars.
    own_scale
        Let each row fill the width, for rows whose units have nothing in common.
    """
    every = [bar for row in rows for bar in row.bars]
    names = _Names([row.name for row in rows], max(measure(bar.text) for bar in every))
    common = _Scale.of([_span(bar) for bar in every], names.room)
    sheet, y = Sheet(), EDGE
    for row, lines in zip(rows, names.lines, strict=True):
        scale = _Scale.of([_span(bar) for bar in row.bars], names.room) if own_scale else common
        height = max(len(lines) * LEADING, len(row.bars) * (BAR + 3) - 3)
        names.write(sheet, lines, y + height / 2)
        top = y + (height - len(row.bars) * (BAR + 3) + 3) / 2
        zero = names.right + scale.at(Decimal(0))
        for i, bar in enumerate(row.bars):
            _draw_bar(sheet, bar, names.right, scale, top + i * (BAR + 3))
        sheet.line((zero, y - ROW_GAP / 2), (zero, y + height + ROW_GAP / 2))
        y += height + ROW_GAP
    return _finished(sheet, notes, y)


def bridge(steps: Sequence[Step], notes: Sequence[str] = ()) -> Sheet:
    """Return a bridge: the first and last steps are totals, those between lead across.

    Where the steps are small beside the totals the scale doesn't begin at zero, the totals
    are drawn torn, and a note says so.
    """
    names = _Names([step.name for step in steps], max(measure(step.text) for step in steps))
    floor = _floor(steps)
    spans = [
        (max(min(s.start, s.end), floor), max(s.start, s.end, floor), measure(s.text))
        for s in steps
    ]
    scale = _Scale.of(spans, names.room, start=floor)
    sheet, y = Sheet(), EDGE
    middles: list[float] = []
    for step, lines in zip(steps, names.lines, strict=True):
        height = max(len(lines) * LEADING, BAR)
        names.write(sheet, lines, y + height / 2)
        middles.append(y + height / 2)
        torn = floor > 0 and step in (steps[0], steps[-1])
        _draw_step(sheet, step, names.right, scale, middles[-1] - BAR / 2, torn=torn)
        y += height + ROW_GAP
    for (before, after), step in zip(pairwise(middles), steps, strict=False):
        x = names.right + scale.at(step.end)
        sheet.line((x, before + BAR / 2), (x, after - BAR / 2), dotted=True)
    broken = "为看清差异，横轴不从0开始，上下两条合计只画出右端。" if floor > 0 else ""
    return _finished(sheet, [*notes, broken], y)


class _Names:
    """The column of names: its lines and what it leaves for bars and their words."""

    def __init__(self, names: Sequence[str], widest_text: float) -> None:
        share = _NAME_SHARE
        if WIDTH * (1 - share) - widest_text < _LEAST_BARS:
            share = _NARROW_NAME_SHARE
        self.lines = [wrap(name, WIDTH * share) for name in names]
        widest = max(measure(line) for lines in self.lines for line in lines)
        self.right = EDGE + widest + TEXT_GAP + 2
        self.room = WIDTH - EDGE - self.right

    def write(self, sheet: Sheet, lines: Sequence[str], middle: float) -> None:
        top = middle - (len(lines) - 1) * LEADING / 2
        for i, line in enumerate(lines):
            x = self.right - TEXT_GAP - 2
            sheet.words(x, top + i * LEADING, line, INK, "right")


@dataclass(frozen=True, slots=True)
class _Scale:
    """Amounts to points. Shares are taken in decimal, so that no amount is too large."""

    low: Decimal
    spread: Decimal
    length: float

    @classmethod
    def of(
        cls,
        spans: Sequence[tuple[Decimal, Decimal, float]],
        room: float,
        start: Decimal = Decimal(0),
    ) -> _Scale:
        """Return the largest scale at which each bar and the words at its end have room.

        A span is a bar's lower and upper end and the width of its words.
        """
        low = min([start, *(span[0] for span in spans)])
        high = max([start, *(span[1] for span in spans)])
        spread = high - low
        length = room
        for _, end, words in spans:
            left = max(room - words - TEXT_GAP, 0.0)
            if end > low:
                length = min(length, left / float((end - low) / spread))
        return cls(low, spread, length)

    def at(self, value: Decimal) -> float:
        return float((value - self.low) / self.spread) * self.length if self.spread else 0.0


def _span(bar: Bar) -> tuple[Decimal, Decimal, float]:
    value = bar.value or Decimal(0)
    return min(value, Decimal(0)), max(value, Decimal(0)), measure(bar.text)


def _draw_bar(sheet: Sheet, bar: Bar, left: float, scale: _Scale, top: float) -> None:
    zero = left + scale.at(Decimal(0))
    low, high, _ = _span(bar)
    x0, x1 = left + scale.at(low), left + scale.at(high)
    if bar.value:
        sheet.items.append(_box(x0, x1, top, bar.style))
    colour = INK if bar.value is not None else MUTED
    sheet.words(max(x1, zero) + TEXT_GAP, top + BAR / 2, bar.text, colour)


def _draw_step(
    sheet: Sheet, step: Step, left: float, scale: _Scale, top: float, *, torn: bool
) -> None:
    low, high = sorted((step.start, step.end))
    x0, x1 = left + scale.at(max(low, scale.low)), left + scale.at(max(high, scale.low))
    sheet.items.append(_box(x0, x1, top, step.style))
    if torn:
        _tear(sheet, x0 + 7, top)
    sheet.words(x1 + TEXT_GAP, top + BAR / 2, step.text)


def _box(x0: float, x1: float, top: float, style: Style) -> Box:
    fill, edge, striped = style
    return Box(x0, top, x1 - x0, BAR, fill, edge, striped)


def _tear(sheet: Sheet, x: float, top: float) -> None:
    """Draw the white cut that says a bar goes on to the left."""
    for shift in (0.0, 4.0):
        ends = ((x + shift + 2, top - 2), (x + shift - 2, top + BAR + 2))
        sheet.items.append(Line(ends, "white", 1.6))


def _floor(steps: Sequence[Step]) -> Decimal:
    """Return where a bridge's scale begins: zero, unless that would hide the steps."""
    levels = [step.end for step in steps]
    low, high = min(levels), max(levels)
    if low <= 0 or high == low or (high - low) * 2 > high:
        return Decimal(0)
    return low - (high - low) * Decimal("0.4")


def _finished(sheet: Sheet, notes: Sequence[str], y: float) -> Sheet:
    for note in filter(None, notes):
        for line in wrap(note, WIDTH - 2 * EDGE, most_lines=4):
            sheet.words(EDGE, y + LEADING / 2, line, MUTED)
            y += LEADING
        y += 2
    sheet.height = y + EDGE - 2
    return sheet
