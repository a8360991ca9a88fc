"""The three shapes of the report's charts: bars, pairs of bars, and a bridge.

Each takes rows that already hold their words and gives a :class:`Sheet`. Names stand in a
column on the left, wrapped; bars grow from a common zero; what a bar is worth is written
at its end, so there are no axes to read and no legend to match colours with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from govnb.present.charts_canvas import (
    INK,
    LEADING,
    MUTED,
    WIDTH,
    Align,
    Box,
    Line,
    Sheet,
    measure,
    wrap,
)

# Blue and orange stay apart in the common kinds of colour blindness; budget overrun and
# underspend differ in fill as well, and in words.
Style = tuple[str, str, bool]
MAIN: Style = ("#2f6690", "#2f6690", False)
PALE = ("#dbe6ef", "#7d9db5", False)
OVER = ("#c2571a", "#c2571a", False)
UNDER = ("#ffffff", "#2f6690", True)
TOTAL = ("#5b6770", "#5b6770", False)
REST = ("#ffffff", "#8a949d", False)

BAR, BAR_GAP, ROW_GAP, EDGE = 13.0, 3.0, 9.0, 6.0
TEXT_GAP = 5.0
_NAME_SHARE, _NARROW_NAME_SHARE = 0.38, 0.27
_LEAST_BARS = 70.0
_HAIRLINE = 0.5


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
    plan = _Columns([row.name for row in rows], [bar.text for bar in every])
    common = _Scale.of([plan.span(bar) for bar in every], plan.room)
    sheet, y = Sheet(), EDGE
    for row in rows:
        scale = _Scale.of([plan.span(bar) for bar in row.bars], plan.room) if own_scale else common
        heights = [plan.text_height(bar.text) for bar in row.bars]
        height = max(plan.name_height(row.name), sum(heights) + BAR_GAP * (len(heights) - 1))
        plan.write_name(sheet, row.name, y + height / 2)
        middle = y + (height - sum(heights) - BAR_GAP * (len(heights) - 1)) / 2
        for bar, tall in zip(row.bars, heights, strict=True):
            _draw_bar(sheet, bar, plan, scale, middle + tall / 2)
            middle += tall + BAR_GAP
        zero = plan.left + scale.at(Decimal(0))
        sheet.items.append(Line((zero, y - ROW_GAP / 2), (zero, y + height + ROW_GAP / 2)))
        y += height + ROW_GAP
    return _finished(sheet, notes, y)


def bridge(steps: Sequence[Step], notes: Sequence[str] = ()) -> Sheet:
    """Return a bridge: the first and last steps are totals, those between lead across.

    Where the steps are small beside the totals the scale doesn't begin at zero, the totals
    are drawn torn, and a note says so.
    """
    plan = _Columns([step.name for step in steps], [step.text for step in steps])
    floor = _floor(steps)
    spans = []
    for step in steps:
        low, high = sorted((step.start, step.end))
        # Only the totals reach below a raised floor.
        spans.append((max(low, floor) if floor else low, high, plan.text_width(step.text)))
    scale = _Scale.of(spans, plan.room, start=floor)
    sheet, y = Sheet(), EDGE
    before: tuple[float, float] | None = None
    for step, (low, high, _) in zip(steps, spans, strict=True):
        height = max(plan.name_height(step.name), plan.text_height(step.text))
        middle = y + height / 2
        plan.write_name(sheet, step.name, middle)
        x0, x1 = plan.left + scale.at(low), plan.left + scale.at(high)
        if before:
            sheet.items.append(Line(before, (before[0], middle - BAR / 2), dotted=True))
        sheet.items.append(_box(x0, x1, middle, step.style))
        if floor > 0 and step in (steps[0], steps[-1]):
            _tear(sheet, x0 + 7, middle)
        plan.write_text(sheet, step.text, x1, middle)
        before = plan.left + scale.at(step.end), middle + BAR / 2
        y += height + ROW_GAP
    broken = "为看清差异，横轴不从0开始，上下两条合计只画出右端。" if floor > 0 else ""
    return _finished(sheet, [*notes, broken], y)


class _Columns:
    """Names on the left, bars and their words on the right: what each may take."""

    def __init__(self, names: Sequence[str], texts: Sequence[str]) -> None:
        wide = max(map(measure, texts))
        roomy = WIDTH * (1 - _NAME_SHARE) - wide >= _LEAST_BARS
        share = _NAME_SHARE if roomy else _NARROW_NAME_SHARE
        self.names = {name: wrap(name, WIDTH * share) for name in names}
        widest = max(measure(line) for lines in self.names.values() for line in lines)
        self.left = EDGE + widest + TEXT_GAP + 2
        self.room = WIDTH - EDGE - self.left
        most = self.room - _LEAST_BARS - TEXT_GAP
        self.texts = {text: wrap(text, most, most_lines=4) for text in texts}

    def name_height(self, name: str) -> float:
        return len(self.names[name]) * LEADING

    def text_height(self, text: str) -> float:
        return max(BAR, len(self.texts[text]) * LEADING - (LEADING - BAR))

    def text_width(self, text: str) -> float:
        return max(map(measure, self.texts[text]))

    def span(self, bar: Bar) -> tuple[Decimal, Decimal, float]:
        value = bar.value or Decimal(0)
        return min(value, Decimal(0)), max(value, Decimal(0)), self.text_width(bar.text)

    def write_name(self, sheet: Sheet, name: str, middle: float) -> None:
        _write(sheet, self.left - TEXT_GAP - 2, middle, self.names[name], INK, "right")

    def write_text(
        self, sheet: Sheet, text: str, end: float, middle: float, colour: str = INK
    ) -> None:
        _write(sheet, end + TEXT_GAP, middle, self.texts[text], colour, "left")


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


def _draw_bar(sheet: Sheet, bar: Bar, plan: _Columns, scale: _Scale, middle: float) -> None:
    low, high, _ = plan.span(bar)
    x0, x1 = plan.left + scale.at(low), plan.left + scale.at(high)
    if bar.value:
        sheet.items.append(_box(x0, x1, middle, bar.style))
    plan.write_text(sheet, bar.text, x1, middle, MUTED if bar.value is None else INK)


def _box(x0: float, x1: float, middle: float, style: Style) -> Box:
    """Return a bar; the smallest still shows as a hairline, for 0.01 isn't nothing."""
    fill, edge, striped = style
    return Box(x0, middle - BAR / 2, max(x1 - x0, _HAIRLINE), BAR, fill, edge, striped)


def _tear(sheet: Sheet, x: float, middle: float) -> None:
    """Draw the white cut that says a bar goes on to the left."""
    half = BAR / 2 + 2
    for cut in (x, x + 4):
        sheet.items.append(Line((cut + 2, middle - half), (cut - 2, middle + half), "#fff", 1.6))


def _write(
    sheet: Sheet, x: float, middle: float, lines: Sequence[str], colour: str, align: Align
) -> None:
    top = middle - (len(lines) - 1) * LEADING / 2
    for i, line in enumerate(lines):
        sheet.write(x, top + i * LEADING, line, colour, align)


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
            sheet.write(EDGE, y + LEADING / 2, line, MUTED)
            y += LEADING
        y += 2
    sheet.height = y + EDGE - 2
    return sheet
