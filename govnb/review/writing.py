"""写法: text written in a way that a rule's pattern describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from govnb.review.check import Check, Evidence, NamePattern, Regex
from govnb.review.finding import Finding, Side
from govnb.review.texts import Passage
from govnb.review.world import World
from govnb.text.patterns import matches


class WritingCheck(Check):
    """写法: 不规范的写法.

    Text that a pattern finds is written in a non-standard way.

    Most of the shipped patterns follow GB/T 9704-2012: 7.2.5 puts the year of a document's
    number in 〔〕, 7.3.5.4 the date of a document in Arabic digits.
    """

    kind: Literal["写法"] = Field(alias="种类")
    pattern: Regex = Field(alias="查找", description="正则表达式，找到的就是不规范的")
    within: list[NamePattern] = Field(
        [], alias="范围", description="只看这些名称开头的文字；不写为全部文字"
    )

    def find(self, world: World) -> Iterator[Finding]:
        """Find what the pattern matches; one spelling is one finding, however often."""
        found: dict[str, Finding] = {}
        looked = [passage for passage in world.passages if self._is_within(passage)]
        for passage in looked:
            for match in matches(self.pattern, passage.masked):
                snippet = match[0].strip()
                words = {"处": passage.path, "原文": snippet, "左": snippet, "项": passage.path}
                evidence = Evidence(Side(passage.path, snippet, str(passage.at(match.start()))))
                found.setdefault(snippet, self.failed(snippet, words, evidence))
        yield from found.values()
        if not found and not looked:
            yield self.no_data("", self.within)
        elif not found and not (self.within or world.prose):
            yield self.not_applicable("", "没有叙述文字")
        elif not found:
            yield self.passed("", f"查了{len(looked)}段文字，没有发现")

    def _is_within(self, passage: Passage) -> bool:
        names = self.within
        return not names or any(f"{passage.path}.".startswith(f"{name}.") for name in names)
