"""Where a narrative names a figure, by reference or in words, and what it says of it.

A writer says 公务接待费5.31万元 or 接待来访412批次 and means one figure; 局机关公务接待费,
1—6月 and 2014年 mean another. Only what nothing around it makes doubtful is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from govnb.evaluate.figure import Figure, Figures
from govnb.inputs.check_rules import TypedValueRule
from govnb.review.texts import MASK, Passage, clause
from govnb.review.world import World

NUMBER = r"(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
# This year's amount, and the same amount last year.
_YEARS = (("本年", "上年"), ("支出", "上年支出"), ("预算", "上年预算"), ("实际", "上年实际"))
_LABEL_LENGTH, _STAFF_LENGTH = 5, 4
_KIND = r"(?:实际)?(?:支出|开支|总数|总额|数量|人数|人次|件数|户数)?"
_FILLER = _KIND + r"(?:了|为|是|达到|达|约|共计|共|：|:)?\s*"
# 来访批次 is told as 来访412批次.
_TAILS = ("批次", "人次", "件数", "户数", "人数", "次数", "总数", "数量")
_OURS = re.compile(
    r"20\d\d年(?:度|末|底)?|[本全当该]?年(?:度|末|底|内)?|(?:我|本|全|该)(?:局|院|委|办|镇|乡|中心|馆|站"
    r"|大队|支队|单位|部门|校|所|处|厅|室|司|署|县|区|市)|其中|同时|实际|决算数?|财政拨款|现有|共有|实有|全部|目前"
    r"|总计|合计|共计|[的共现已约由\s￼*_]"
)
_DOING = re.compile(
    r"受理|接待|办理|办结|完成|开展|组织|举办|新增|发放|培训|建成|检查|查处|立案|审结|救助|服务|接到|处理"
    r"|实现|落实|争取|群众|各类|各项|[了共]"
)
_OTHERS = re.compile(
    r"机关|本级|二级|下属|直属|下辖|系统|乡镇|街道|各[^项类]|半年|季度|月|截至|截止|累计|以来|至今"
    r"|计划|目标|力争|预计|下年|明年|次年|来年|原定|往年|历年|同期|要求|不得|评分|得分|满分|标准|平均|高于|低于"
)
# That a department has 3个二级机构 doesn't make what follows theirs.
_COUNTED = re.compile(r"(?:下[辖设属])?\d+[个家](?:二级|下属|直属|事业)+(?:机构|单位)")
_LAST_YEAR = re.compile(r"(?<![比较与和于])(?:上年|去年|上一年)度?")
_BUDGET = re.compile("预算|计划|安排")
_LIMIT = re.compile(
    r"\s*(?:[（(]含[^）)]*[）)])?\s*(?:[/／每]|以[上下内外]|之[内间]|左右|上下|余|多|至|到|[—\-~～]|得|计"
    r"|的?(?:目标|要求|标准|任务|指标|比例)|为(?:满分|优))"
)
_SCORING = re.compile(r"得满分|[得计扣]\d|不得分|目标值|评分")


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure named in a narrative.

    Attributes
    ----------
    label : str
        What the narrative calls it; empty for a reference.
    figure, last : Figure
        This year's amount, and last year's where there is one.
    start, end : int
        From the name to the amount behind it.
    is_ours : bool
        Whether the words around leave no doubt that it is this department's whole year.
    is_last : bool
        Whether they say that it is last year's.
    number : str
        The amount typed behind it; empty where there is none.
    number_at : int
        Where that amount stands.
    others : tuple of Figure
        Figures that go by the same name.
    """

    label: str
    figure: Figure
    last: Figure | None
    start: int
    end: int
    is_ours: bool = True
    is_last: bool = False
    number: str = ""
    number_at: int = 0
    others: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    """What a sentence calls a figure."""

    words: str
    figure: Figure
    last: Figure | None
    tail: str = ""
    is_volume: bool = False
    others: tuple[Figure, ...] = ()


class Names:
    """Finds the figures a department's narratives name in words."""

    def __init__(self, world: World) -> None:
        self._year = world.year
        self._own = str(world.inputs.department.identity.name)
        found: dict[str, list[_Name]] = {}
        for name in (*_names(world.figures), *_called_so(world)):
            found.setdefault(name.words + MASK + name.tail, []).append(name)
        # What means two figures means none.
        self._by_words = {
            key: names[-1]
            for key, names in found.items()
            if len({name.figure.name for name in names}) == 1
        }
        words = {name.words for name in self._by_words.values()}
        one_of = "|".join(_spelled(w) for w in sorted(words, key=lambda w: (-len(w), w)))
        self._pattern = re.compile(f"({one_of})") if words else None

    def in_(self, passage: Passage) -> Iterator[Mention]:
        """Yield the figures a passage names in words."""
        if self._pattern is None:
            return
        text = passage.masked
        for match in self._pattern.finditer(text):
            words = re.sub("[“”]", "", match[1])
            for name in self._called(words):
                found = self._mention(name, match, text)
                if found is not None:
                    yield found
                    yield from self._beside(name, found, text)

    def _called(self, words: str) -> Iterable[_Name]:
        return (
            self._by_words[key]
            for tail in ("", *_TAILS)
            if (key := words + MASK + tail) in self._by_words
        )

    def _mention(self, name: _Name, match: re.Match[str], text: str) -> Mention | None:
        filler = "" if name.tail else _FILLER
        behind = re.compile(rf"{filler}({NUMBER})\s*").match(text, match.end())
        typed = behind and re.compile(_unit(name)).match(text, behind.end())
        if name.tail and not typed:
            return None
        scope = self._scope(name, match, text)
        if scope is None:
            return None
        is_ours, is_last = scope
        found = Mention(
            match[1], name.figure, name.last, match.start(), match.end(), is_ours, is_last,
            others=name.others,
        )  # fmt: skip
        if not behind or not typed:
            return found
        end = typed.end()
        _, stop = clause(text, match.start(), end)
        if _LIMIT.match(text, end) or _SCORING.search(text, end, stop):
            return None
        return replace(found, end=end, number=behind[1], number_at=behind.start(1))

    def _beside(self, name: _Name, before: Mention, text: str) -> Iterator[Mention]:
        """Yield what is told with the same words: 来访412批次、2106人次."""
        tail = "|".join(t for t in _TAILS if name.words + MASK + t in self._by_words)
        behind = re.compile(rf"[、和及，]({NUMBER})\s*({tail})").match(text, before.end)
        if name.tail and behind:
            other = self._by_words[name.words + MASK + behind[2]]
            yield replace(
                before, label=f"{before.label}{behind[2]}", figure=other.figure, last=other.last,
                end=behind.end(), number=behind[1], number_at=behind.start(1),
            )  # fmt: skip

    def _scope(self, name: _Name, match: re.Match[str], text: str) -> tuple[bool, bool] | None:
        """Tell whether nothing qualifies the name, and whether it is of last year.

        None where the words before speak of another year, period, scope or of a rule.
        """
        start, _ = clause(text, *match.span())
        before = _COUNTED.sub("", text[start : match.start()].replace(self._own, ""))
        local = re.split(r"[，,：:（(、]", before)[-1]
        told = [int(year) for year in re.findall(r"(20\d\d)年", before)]
        year = told[-1] if told else self._year
        says_last = _LAST_YEAR.search(before) is not None
        is_last = year == self._year - 1 or bool(_LAST_YEAR.search(local))
        is_last = is_last or (says_last and local.startswith("其中"))
        rest = _OURS.sub("", _LAST_YEAR.sub("", local))
        rest = _DOING.sub("", rest) if name.is_volume else rest
        known_year = year in (self._year, self._year - 1)
        is_sure = known_year and is_last >= says_last and not _OTHERS.search(before)
        # A name that says neither 支出 nor 预算 may be the budget's.
        is_sure = is_sure and not (name.others and _BUDGET.search(before))
        return (not rest, is_last) if is_sure else None


def referred(passage: Passage, figures: Figures) -> Iterator[Mention]:
    """Yield this year's figures that a passage refers to and last year's are known of."""
    for reference in passage.references:
        pair = years(reference.name, figures) if reference.name in figures else None
        if pair is not None:
            unit = re.compile(r"[^\ufffc，。；、：\d\s比较同与和（(]{0,3}").match(
                passage.masked, reference.end
            )
            end = unit.end() if unit else reference.end
            yield Mention("", *pair, reference.start, end)


def years(name: str, figures: Figures) -> tuple[Figure, Figure] | None:
    """Return this year's and last year's figure, if the name is this year's and both are known."""
    for this, before in _YEARS:
        head, dot, rest = name.partition(f".{this}")
        if not dot or (rest and not rest.startswith(".")):
            continue
        last = figures.get(f"{head}.{before}{rest}")
        if last is not None and last.number is not None and figures[name].number is not None:
            return figures[name], last
    return None


def decimals(number: str) -> int:
    """Return the places a typed number shows."""
    return len(number.partition(".")[2])


def value(number: str) -> Decimal:
    """Return a typed number."""
    return Decimal(re.sub("[,，]", "", number))


def _names(figures: Figures) -> Iterator[_Name]:
    """Yield what each figure is called, where that is long enough to mean one only."""
    for key, figure in figures.items():
        if figure.number is None or not figure.unit or figure.approximate:
            continue
        pair = years(key, figures)
        last = pair[1] if pair else None
        # A stated amount is called by the end of its path: 公务接待费·支出, 公务接待费支出.
        label = re.sub("[·“”]", "", figure.label)
        segments = key.split(".")
        if len(label) >= _LABEL_LENGTH:
            yield _Name(label, figure, last)
        if segments[0] == "三公经费" and segments[-1] == "支出":
            stem = key.removesuffix(".支出")
            kin = (figures.get(f"{stem}.{word}") for word in ("预算", "上年预算", "上年支出"))
            yield _Name(segments[-2], figure, last, others=tuple(filter(None, kin)))
        if segments[0] == "人员" and len(segments) == 2 and len(segments[1]) >= _STAFF_LENGTH:
            yield _Name(segments[1], figure, None)
        if segments[0] == "业务量" and segments[2:] == ["本年"]:
            yield from _volumes(segments[1], figure, last)


def _called_so(world: World) -> Iterator[_Name]:
    """Yield what the rules say that figures are called besides."""
    for rule in world.inputs.checks.values():
        if isinstance(rule, TypedValueRule):
            for words, name in rule.names.items():
                figure = world.figures.get(str(name))
                if figure is not None and figure.number is not None and not figure.approximate:
                    pair = years(figure.name, world.figures)
                    yield _Name(words, figure, pair[1] if pair else None)


def _volumes(item: str, figure: Figure, last: Figure | None) -> Iterator[_Name]:
    """Yield what a volume is called: 来访批次, and 来访 where 批次 stands behind the number."""
    if len(item) > 1:
        yield _Name(item, figure, last, is_volume=True)
    for tail in _TAILS:
        stem = item.removesuffix(tail)
        if stem != item and len(stem) > 1:
            yield _Name(stem, figure, last, tail, is_volume=True)


def _spelled(words: str) -> str:
    """Return a pattern of a name: 三公 with or without its quotation marks."""
    return re.escape(words).replace("三公", "“?三公”?")


def _unit(name: _Name) -> str:
    """Return a pattern of what may stand behind a number of a figure's."""
    unit = name.figure.unit
    if name.tail in ("批次", "人次"):
        return name.tail
    if unit in ("人", "名"):
        return "[人名](?!次)"
    return "[%％]" if unit == "%" else re.escape(unit)
