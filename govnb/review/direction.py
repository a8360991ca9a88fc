"""方向词: “增长”“超支” and their like against the sign of the figure they stand beside.

Three ways a narrative says a direction are read: a word right before a signed figure
(`超支{{ 支出.超支 }}`), a word that leads to this year's amount (`增加至{{ ….本年 }}`), and a
comparison with last year behind an amount, referred to or named (`公务接待费5.31万元，同比下降`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Evidence, ProseCheck
from govnb.review.compared import compared
from govnb.review.finding import Finding, Side
from govnb.review.mentions import Mention, referred, years
from govnb.review.terms import printed
from govnb.review.texts import NUMBER, Passage
from govnb.review.words import one_of
from govnb.review.world import World
from govnb.sheet.figure import Figure, rounded, shown
from govnb.sheet.references import DIRECTIONS, LEFT_OVER, OVERSPENT, Reference
from govnb.text.values import Text

# Figures whose sign is a direction, by the last word of their name.
_CHANGES = ("增量", "增长率", "变动率", "差异", "差异率", "差异合计")
_FILLER = r"(?:了|额|率|幅度|金额|约|为|共|达|：|:|(?:年初|年度)?预算|计划)*"


@dataclass(frozen=True, slots=True)
class _Said:
    """A direction a narrative states: the word, up or down, and the change it is about."""

    word: str
    is_up: bool
    change: Decimal | None
    figure: Figure
    start: int
    # Last year's figure, where the change is the difference from it.
    against: Figure | None = None


class DirectionCheck(ProseCheck):
    """方向词: “增长”“超支”“同比”与数的正负.

    A word of direction against the sign of the figure it stands beside.
    """

    kind: Literal["方向词"] = Field(alias="种类")
    up: list[Text] = Field(alias="增", description="说数变大的词")
    down: list[Text] = Field(alias="减", description="说数变小的词")
    over: list[Text] = Field(alias="超", description="说花多了的词")
    under: list[Text] = Field(alias="省", description="说花少了的词")

    nothing: ClassVar[str] = "文字里没有与数连用的方向词"

    def look(self, world: World) -> Iterator[Finding]:
        """Compare each word of direction in the narratives with the figures."""
        for passage in world.prose:
            for said in self._said(passage, world):
                yield self._judged(said, passage, world)

    def _judged(self, said: _Said, passage: Passage, world: World) -> Finding:
        figure = said.figure
        subject = f"{passage.path}:{said.word}{figure.name}"
        side = Side(None, said.word, str(passage.at(said.start)))
        if said.change is None:
            missing = figure.missing or [figure.name]
            return self.no_data(subject, missing, Evidence(side, Side.of(figure)))
        evidence = Evidence(side, Side.of(figure), None if said.against else said.change)
        # A change too small to print shows neither direction.
        if rounded(said.change, figure.decimals) == 0 or (said.change > 0) == said.is_up:
            change = printed(said.change, figure.unit, figure.decimals)
            return self.passed(subject, f"“{said.word}”与{figure.label}{change}相符", evidence)
        words = {"处": passage.path, "原文": said.word, "左": said.word, "项": figure.label}
        now = shown(figure)
        words["右"] = f"由{shown(said.against)}变为{now}" if said.against else now
        return self.failed(subject, words, evidence)

    def _said(self, passage: Passage, world: World) -> Iterator[_Said]:
        """Yield the directions a passage states."""
        words = [*self.up, *self.down, *self.over, *self.under]
        any_word = one_of(words)
        for reference in passage.references:
            if reference.name in world.figures:
                yield from self._before(passage, reference, world, any_word)
        named = [m for m in world.named(passage) if m.is_ours and not m.is_last and m.last]
        for mention in [*referred(passage, world.figures), *named]:
            for told in compared(mention, passage, words, world.words, world.year - 1):
                yield self._pair(told.word, mention, told.start, told.is_negated)
            if mention.label:
                yield from self._reached(passage, mention, any_word)

    def _reached(self, passage: Passage, mention: Mention, any_word: str) -> Iterator[_Said]:
        """Yield the direction of “公务接待费（由29.87万元）增加到31万元”."""
        found = re.compile(
            rf"(?:支出)?(?:[由从][^，。；\n]{{1,12}})?(?P<word>{any_word})(?:到|至)?(?<=[到至])"
            rf"(?:了|约)?{NUMBER}"
        ).match(passage.shape, mention.end)
        if found and not mention.number:
            yield self._pair(found["word"], mention, found.start("word"))

    def _before(
        self, passage: Passage, reference: Reference, world: World, any_word: str
    ) -> Iterator[_Said]:
        """Yield the direction that the word right before a reference states."""
        head = passage.masked[max(0, reference.start - 16) : reference.start]
        figure, from_ = world.figures[reference.name], reference.start - len(head)
        leading = re.search(rf"({any_word})(?:到|至)?(?<=[到至])(?:了|约)?$", head)
        if leading and (pair := years(reference.name, world.figures)):
            start = from_ + leading.start()
            yield self._pair(leading[1], Mention("", *pair, start, reference.end), start)
            return
        word = re.search(rf"(负?)({any_word}){_FILLER}$", head)
        if word is None or word[2].endswith("至") or reference.filter in DIRECTIONS:
            return
        denied = one_of(world.words.denied)
        if re.search(rf"(?:{denied})(?:再|有|了|出现|发生|明显|大幅)*$", head[: word.start()]):
            return
        sign = self._sign(word[2], reference.name.rpartition(".")[2])
        if sign is not None:
            is_up, start = sign != bool(word[1]), from_ + word.start()
            yield _Said(word[1] + word[2], is_up, figure.number, figure, start)

    def _sign(self, word: str, last: str) -> bool | None:
        """Tell whether a word calls for a positive figure; None if the figure has no direction."""
        if last in _CHANGES:
            return word in (*self.up, *self.over)
        if word not in (*self.over, *self.under):
            return None
        if last in OVERSPENT:
            return word in self.over
        return word in self.under if last in LEFT_OVER else None

    def _pair(self, word: str, mention: Mention, start: int, minus: bool = False) -> _Said:
        now, last = mention.figure, mention.last
        assert now.number is not None and last is not None and last.number is not None
        change = now.number - last.number
        is_up = (word in (*self.up, *self.over)) != minus
        return _Said(f"负{word}" if minus else word, is_up, change, now, start, last)
