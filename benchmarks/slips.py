"""Single slips of the pen in a department's file: what people mistype, one at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from random import Random

from benchmarks.typed import Told

AMOUNT, RATE, COUNT = "金额", "率", "个数"
DIRECTION, DATE, NAME, POINTS = "方向", "日期", "名称", "得分"
KINDS = (AMOUNT, RATE, COUNT, DIRECTION, DATE, NAME, POINTS)
FIGURES, PUBLISHED, PROSE = "数据", "公布数", "文字"

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_KEY = r"(?P<key>[^\s#:'\"，。-][^:，。\n]*)"
_LINE = re.compile(rf"^(?P<indent> *){_KEY}:(?: +(?P<value>\S.*))?$", re.MULTILINE)
_VALUE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>%|分|万元|多|余)?$")
_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d))?(?:-(?P<day>\d\d))?$")
_DATE_IN_TEXT = re.compile(r"(?P<year>\d{4})年(?:(?P<month>\d+)月)?(?:(?P<day>\d+)日)?")
_DIRECTIONS = {
    "增长": "下降", "下降": "增长", "增加": "减少", "减少": "增加", "结余": "超支", "超支": "结余",
    "节约": "超出", "超出": "节约", "上升": "下降",
}  # fmt: skip
_COUNTED = ("人员", "业务量", "清单")
_MONEY = ("收入", "支出", "预算安排", "预算执行", "项目", "项目支出", "三公经费", "公用经费",
          "政府采购", "运行费用", "超支原因")  # fmt: skip
_KEPT = ("名称", "单位", "合计", "明细", "说明", "日期", "文号")


@dataclass(frozen=True)
class Slip:
    """One slip: what stands from `start` to `end` becomes `wrong`."""

    kind: str
    where: str
    how: str
    start: int
    end: int
    wrong: str
    # The figure that the place states or prints.
    name: str = ""

    def into(self, text: str) -> str:
        """Return the file with the slip in it."""
        return text[: self.start] + self.wrong + text[self.end :]


def slips(text: str, told: Sequence[Told], department: str, random: Random) -> list[Slip]:
    """Return one slip for every place of a file where one can be made, each of a random way."""
    makers: Sequence[Iterator[Slip]] = (
        _in_lines(text, random), _in_prose(told, random), _in_names(text, told, department, random)
    )  # fmt: skip
    return [slip for maker in makers for slip in maker]


def _in_lines(text: str, random: Random) -> Iterator[Slip]:
    """Yield slips in values that stand by themselves: `办公费: 10.70`."""
    path: list[tuple[int, str]] = []
    for line in _LINE.finditer(text):
        indent = len(line["indent"])
        path = [(at, key) for at, key in path if at < indent] + [(indent, line["key"])]
        top = path[0][1]
        name = ".".join(key for _, key in path if key not in ("明细", "合计", "公布数"))
        value, start = line["value"] or "", line.start("value")
        if top in ("叙述", "年度") or not value:
            continue
        if line["key"] in ("日期", "设立时间") and (date := _DATE.match(value)):
            yield from _dates(date, start, FIGURES, name, random)
        elif (match := _VALUE.match(value)) and (kind := _kind(top, line["key"], match)):
            where = PUBLISHED if top == "公布数" else FIGURES
            for how, wrong in _numbers(match["number"], kind, random):
                end = start + match.end("number")
                yield Slip(kind, where, how, start, end, wrong, name)


def _kind(top: str, key: str, match: re.Match[str]) -> str:
    """Return what kind of number a line holds; empty for none that is meant here."""
    if match["unit"] == "分" or key in ("公布得分", "评价得分"):
        return POINTS
    if match["unit"] == "%" or key.endswith("率"):
        return RATE
    if key == "分值":
        return ""
    if top in _COUNTED or (top == "公布数" and key.startswith(("人员", "部门", "业务量"))):
        return COUNT
    if key.endswith((".条数", ".项数")) or key == "预算单位数":
        return COUNT
    return AMOUNT if top in _MONEY or top == "公布数" else ""


def _in_prose(told: Sequence[Told], random: Random) -> Iterator[Slip]:
    """Yield slips in what was typed for a reference."""
    for piece in told:
        if date := _DATE_IN_TEXT.match(piece.text):
            yield from _dates(date, piece.start, PROSE, piece.name, random)
            continue
        for word, other in _DIRECTIONS.items():
            if piece.text.startswith(word):
                end = piece.start + len(word)
                yield Slip(DIRECTION, PROSE, f"{word}→{other}", piece.start, end, other, piece.name)
        number = _NUMBER.search(piece.text)
        if number is None or "〕" in piece.text:
            continue
        unit = piece.text[number.end() :] or piece.following[:2]
        start, end = (piece.start + at for at in number.span())
        kind = RATE if unit.startswith("%") else AMOUNT if unit.startswith("万元") else COUNT
        kind = DATE if piece.name == "年度" else kind
        for how, wrong in _numbers(number[0], kind, random):
            yield Slip(kind, PROSE, how, start, end, wrong, piece.name)
        if piece.text[number.end() :].startswith("万元"):
            yield Slip(AMOUNT, PROSE, "万元→元", end, end + 2, "元", piece.name)


def _numbers(text: str, kind: str, random: Random) -> Iterator[tuple[str, str]]:
    """Yield one slip in a number, and how it was made; none for nothing."""
    if not Decimal(text):
        return
    ways: list[tuple[str, Callable[[str, Random], str]]]
    ways = [("错一位", _digit), ("两位颠倒", _transposed)]
    if kind != DATE:
        ways.append(("差十倍", lambda t, _: _times(t, 10)))
    if kind == AMOUNT:
        ways.append(("差一万倍", lambda t, _: _times(t, 10_000)))
    for how, way in random.sample(ways, len(ways)):
        wrong = way(text, random)
        # One in the last place may be how it was rounded.
        places = Decimal(1).scaleb(-len(text.partition(".")[2]))
        if abs(Decimal(wrong) - Decimal(text)) > (places if "." in text else 0):
            yield how, wrong
            return


def _digit(text: str, random: Random) -> str:
    at = random.choice([i for i, c in enumerate(text) if c.isdigit()])
    first = at == 0 and len(text) > 1 and text[1] != "."
    digits = [d for d in "0123456789" if d != text[at] and not (first and d == "0")]
    return text[:at] + random.choice(digits) + text[at + 1 :]


def _transposed(text: str, random: Random) -> str:
    places = [i for i, c in enumerate(text) if c.isdigit()]
    pairs = [(a, b) for a, b in pairwise(places) if text[a] != text[b]]
    pairs = [(a, b) for a, b in pairs if not (a == 0 and text[b] == "0")]
    if not pairs:
        return text
    a, b = random.choice(pairs)
    swapped = list(text)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return "".join(swapped)


def _times(text: str, factor: int) -> str:
    return f"{Decimal(text) * factor:f}"


def _dates(
    date: re.Match[str], start: int, where: str, name: str, random: Random
) -> Iterator[Slip]:
    part = random.choice([name for name in ("year", "month", "day") if date[name]])
    typed = date[part]
    if part == "year":
        wrong = str(int(typed) + random.choice((-10, -1, 1, 10)))
    elif part == "month":
        wrong = f"{random.choice([m for m in range(1, 14) if m != int(typed)]):0{len(typed)}d}"
    else:
        wrong = f"{random.choice([d for d in range(1, 33) if d != int(typed)]):0{len(typed)}d}"
    how = {"year": "年份", "month": "月份", "day": "日"}[part]
    yield Slip(DATE, where, how, start + date.start(part), start + date.end(part), wrong, name)


def _in_names(text: str, told: Sequence[Told], department: str, random: Random) -> Iterator[Slip]:
    """Yield names with a character wrong, missing or in its neighbour's place."""
    for line in _LINE.finditer(text):
        key = line["key"]
        if len(key) > 2 and key not in _KEPT and not key.isascii():
            start = line.start("key")
            where = PUBLISHED if "." in key else FIGURES
            yield Slip(NAME, where, *_misspelt(key, start, random))
    for piece in told:
        if piece.name == "部门.名称" or piece.text == department:
            yield Slip(NAME, PROSE, *_misspelt(piece.text, piece.start, random))


def _misspelt(name: str, start: int, random: Random) -> tuple[str, int, int, str]:
    letters = [i for i, c in enumerate(name) if "\u4e00" <= c <= "\u9fff"]
    at = random.choice(letters[1:] or letters)
    how, wrong = random.choice((("漏字", ""), ("错字", random.choice("的项目费业务局办"))))
    if wrong == name[at]:
        how, wrong = "漏字", ""
    return how, start, start + len(name), name[:at] + wrong + name[at + 1 :]
