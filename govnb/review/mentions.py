"""Where a narrative names a figure, by reference or in words, and what it says of it.

A writer says 公务接待费5.31万元 or 接待来访412批次 and means one figure; 局机关公务接待费,
1—6月 and 2014年 mean another. Only what nothing around it makes doubtful is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from govnb.review.texts import MASK, NUMBER, Passage
from govnb.review.words import Words, one_of
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.published import in_unit
from govnb.text.number import TextNumber, number_in_chinese

# This year's amount, and the same amount last year.
_YEARS = (("本年", "上年"), ("支出", "上年支出"), ("预算", "上年预算"), ("实际", "上年实际"))
_LABEL_LENGTH, _STAFF_LENGTH = 5, 4
_FILLER = re.compile(
    r"(?:实际)?(?:支出|开支|总数|总额|数量|人数|人次|件数|户数)?"
    r"(?:了|为|是|达到|达|约|共计|共|：|:)?\s*"
)
# That a department has 3个二级机构 doesn't make what follows theirs.
_COUNTED = re.compile(r"(?:下[辖设属])?\d+[个家](?:二级|下属|直属|事业)+(?:机构|单位)")
_LIMIT = re.compile(
    r"\s*(?:[（(]含[^）)]*[）)])?\s*(?:[/／每]|以[上下内外]|之[内间]|左右|上下|余|多|至|到|[—\-~～]|得|计"
    r"|的?(?:目标|要求|标准|任务|指标|比例)|为(?:满分|优))"
)
_SCORING = re.compile(r"得满分|[得计扣]\d|不得分|目标值|评分")


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure named in a narrative."""

    # What the narrative calls it; empty for a reference.
    label: str
    # This year's amount, and last year's where there is one.
    figure: Figure
    last: Figure | None
    # From the name to the amount behind it.
    start: int
    end: int
    # Whether the words around leave no doubt that it is this department's whole year; whether
    # they say that it is last year's.
    is_ours: bool = True
    is_last: bool = False
    # The amount typed behind it.
    number: TextNumber | None = None
    # Figures that go by the same name.
    others: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    """What a sentence calls a figure."""

    words: str
    figure: Figure
    last: Figure | None
    # 批次 of 来访批次, where it stands behind the number.
    tail: str = ""
    is_volume: bool = False
    others: tuple[Figure, ...] = ()

    def counted(self, number: TextNumber) -> TextNumber | None:
        """Return a number with its unit, if that is one the figure can be told in."""
        unit = self.tail if self.tail in ("批次", "人次") else self.figure.unit
        return in_unit(number, unit)


class Names:
    """Finds the figures a department's narratives name in words.

    Parameters
    ----------
    figures
        The department's figures.
    called
        Other words for figures, and the figures' names.
    words
        The words by which sentences are read.
    year, own
        The year evaluated, and what the department is called.
    """

    def __init__(
        self, figures: Figures, called: Mapping[str, str], words: Words, year: int, own: str
    ) -> None:
        self._year, self._own, self._tails = year, own, words.tails
        found: dict[str, list[_Name]] = {}
        for name in _names(figures, called, words.tails):
            found.setdefault(name.words + MASK + name.tail, []).append(name)
        # What means two figures means none.
        self._by_words = {
            key: names[-1]
            for key, names in found.items()
            if len({name.figure.name for name in names}) == 1
        }
        spelled = {name.words for name in self._by_words.values()}
        # 三公 with or without its quotation marks.
        self._pattern = re.compile(f"({one_of(spelled).replace('三公', '“?三公”?')})")
        self._last_year = re.compile(rf"(?<![比较与和于])(?:{one_of(words.last_year)})度?")
        self._doing = re.compile(one_of(words.doing))
        self._others = re.compile(rf"{one_of(words.others)}|各[^项类]")
        self._budget = re.compile(one_of(words.budget))
        self._ours = re.compile(
            r"20\d\d年(?:度|末|底)?|[本全当该]?年(?:度|末|底|内)?"
            rf"|(?:{one_of(words.self_words)})(?:{one_of(words.office_words)})"
            rf"|{one_of(words.neutral)}|[\s{MASK}*_]"
        )

    def in_(self, passage: Passage) -> Iterator[Mention]:
        """Yield the figures a passage names in words."""
        for match in self._pattern.finditer(passage.masked):
            words = re.sub("[“”]", "", match[1])
            for name in self._called(words):
                found = self._mention(name, match, passage)
                if found is not None:
                    yield found
                    yield from self._beside(name, found, passage)

    def _called(self, words: str) -> Iterable[_Name]:
        keys = (words + MASK + tail for tail in ("", *self._tails))
        return (self._by_words[key] for key in keys if key in self._by_words)

    def _mention(self, name: _Name, match: re.Match[str], passage: Passage) -> Mention | None:
        text, behind = passage.masked, match.end()
        filler = None if name.tail else _FILLER.match(text, behind)
        number = _number_at(passage, filler.end() if filler else behind)
        number = name.counted(number) if number else None
        if name.tail and not number:
            return None
        scope = self._scope(name, match, passage)
        if scope is None:
            return None
        found = Mention(
            match[1], name.figure, name.last, match.start(), match.end(), *scope,
            others=name.others,
        )  # fmt: skip
        if not number:
            return found
        end = text.index(number.unit, number.end) + len(number.unit)
        _, stop = passage.clause(match.start(), end)
        is_limit = _LIMIT.match(text, end) or _SCORING.search(text, end, stop)
        if is_limit or number.more or number.high:
            return None
        return replace(found, end=end, number=number)

    def _beside(self, name: _Name, before: Mention, passage: Passage) -> Iterator[Mention]:
        """Yield what is told with the same words: 来访412批次、2106人次."""
        tail = "|".join(t for t in self._tails if name.words + MASK + t in self._by_words)
        behind = re.compile(rf"[、和及，]({NUMBER})\s*({tail})").match(passage.shape, before.end)
        if name.tail and behind:
            other = self._by_words[name.words + MASK + behind[2]]
            yield replace(
                before, label=f"{before.label}{behind[2]}", figure=other.figure, last=other.last,
                end=behind.end(), number=passage.numbers[behind.start(1)],
            )  # fmt: skip

    def _scope(
        self, name: _Name, match: re.Match[str], passage: Passage
    ) -> tuple[bool, bool] | None:
        """Tell whether nothing qualifies the name, and whether it is of last year.

        None where the words before speak of another year, period, scope or of a rule.
        """
        start, _ = passage.clause(*match.span())
        before = _COUNTED.sub("", passage.masked[start : match.start()].replace(self._own, ""))
        local = re.split(r"[，,：:（(、]", before)[-1]
        told = [int(year) for year in re.findall(r"(20\d\d)年", before)]
        year = told[-1] if told else self._year
        says_last = self._last_year.search(before) is not None
        is_last = year == self._year - 1 or bool(self._last_year.search(local))
        is_last = is_last or (says_last and local.startswith("其中"))
        rest = self._ours.sub("", self._last_year.sub("", local))
        rest = self._doing.sub("", rest) if name.is_volume else rest
        known_year = year in (self._year, self._year - 1)
        is_sure = known_year and is_last >= says_last and not self._others.search(before)
        # A name that says neither 支出 nor 预算 may be the budget's.
        is_sure = is_sure and not (name.others and self._budget.search(before))
        return (not rest, is_last) if is_sure else None


def _number_at(passage: Passage, at: int) -> TextNumber | None:
    """Return the number that begins at a place, in Arabic or Chinese digits."""
    if at in passage.numbers:
        return passage.numbers[at]
    return number_in_chinese(passage.masked, at)


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


def _names(figures: Figures, called: Mapping[str, str], tails: Iterable[str]) -> Iterator[_Name]:
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
            yield from _volumes(segments[1], figure, last, tails)
    for words, name in called.items():
        figure_ = figures.get(name)
        if figure_ is not None and figure_.number is not None and not figure_.approximate:
            pair = years(name, figures)
            yield _Name(words, figure_, pair[1] if pair else None)


def _volumes(
    item: str, figure: Figure, last: Figure | None, tails: Iterable[str]
) -> Iterator[_Name]:
    """Yield what a volume is called: 来访批次, and 来访 where 批次 stands behind the number."""
    if len(item) > 1:
        yield _Name(item, figure, last, is_volume=True)
    for tail in tails:
        stem = item.removesuffix(tail)
        if stem != item and len(stem) > 1:
            yield _Name(stem, figure, last, tail, is_volume=True)
