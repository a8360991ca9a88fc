"""写法 and 编号: text written in a way that a rule's pattern describes, and its numbering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from govnb.review.check import Check, Evidence, NamePattern, ProseCheck, Regex
from govnb.review.finding import Finding
from govnb.review.slips import is_misspelt
from govnb.review.texts import Mark, Passage
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
        within = tuple(f"{name}." for name in self.within) or ("",)
        looked = [p for p in world.passages if f"{p.path}.".startswith(within)]
        found: dict[str, Finding] = {}
        for passage in looked:
            for match in matches(self.pattern, passage.masked):
                snippet = match[0].strip()
                words = {"处": passage.path, "原文": snippet, "左": snippet, "项": passage.path}
                evidence = Evidence(passage.side(match.start(), snippet, passage.path))
                found.setdefault(snippet, self.failed(snippet, words, evidence))
        yield from found.values()
        if not found and not looked:
            yield self.no_data("", self.within)
        elif not found and not (self.within or world.prose):
            yield self.not_applicable("", "没有叙述文字")
        elif not found:
            yield self.passed("", f"查了{len(looked)}段文字，没有发现")


class OwnNameCheck(ProseCheck):
    """单位名称: 文字开头“某局为……单位”的名称与部门名称只差一个字."""

    kind: Literal["单位名称"] = Field(alias="种类")
    opening: Regex = Field(alias="查找", description="正则表达式，第一组是一段开头的单位名称")

    nothing: ClassVar[str] = "文字没有以单位名称开头"

    def look(self, world: World) -> Iterator[Finding]:
        """Compare the unit that a narrative opens with and the department's own names."""
        identity = world.inputs.department.identity
        own = [n for n in (identity.name, identity.full_name, identity.short_name) if n]
        for passage in world.prose:
            for match in matches(self.opening, passage.masked):
                name, side = match[1], passage.side(match.start(1), match[1])
                if near := next((n for n in own if is_misspelt(name, n)), None):
                    words = {"处": passage.path, "左": name, "右": near}
                    yield self.failed(passage.path, words, Evidence(side))
                elif name in own:
                    yield self.passed(passage.path, f"“{name}”就是部门名称", Evidence(side))


class NumberingCheck(ProseCheck):
    """编号: 跳号、重号.

    Numbered paragraphs without gaps or repeats.
    """

    kind: Literal["编号"] = Field(alias="种类")

    def look(self, world: World) -> Iterator[Finding]:
        """Find gaps and repeats; a field's passages are numbered together."""
        fields: dict[str, list[Passage]] = {}
        for passage in world.prose:
            fields.setdefault(passage.path, []).append(passage)
        numbered = wrongs = 0
        for path, items in fields.items():
            entries = [(item, mark) for item in items for mark in item.marks]
            numbered += bool(entries)
            for passage, mark, wrong in _disorder(entries):
                wrongs += 1
                words = {"处": path, "原文": mark.text, "左": mark.text, "缘由": wrong}
                evidence = Evidence(passage.side(mark.start, mark.text, path))
                yield self.failed(f"{path}:{mark.text}", words, evidence)
        if not numbered:
            yield self.not_applicable("", "文字里没有编号")
        elif not wrongs:
            yield self.passed("", f"{numbered}段文字的编号都连续")


def _disorder(entries: list[tuple[Passage, Mark]]) -> Iterator[tuple[Passage, Mark, str]]:
    """Yield the numbers that don't follow the one before them, and what is wrong.

    The lists open at a place are known by the order in which their styles appeared.
    """
    open_lists: dict[int, int] = {}
    closed: dict[str, int] = {}
    for passage, mark in entries:
        before = open_lists.get(mark.style)
        if before is not None:
            while next(reversed(open_lists)) != mark.style:
                open_lists.popitem()
        open_lists[mark.style] = mark.number
        goes_on = before is None and closed.get(mark.family) == mark.number - 1
        closed[mark.family] = mark.number
        wrong = "" if goes_on else _wrong(before, mark.number)
        if wrong:
            yield passage, mark, wrong


def _wrong(before: int | None, number: int) -> str:
    """Return why a number may not follow another, or nothing; 1 opens a new list."""
    if before is None:
        return "" if number == 1 else f"从{number}编起，前面没有1"
    if number == before:
        return f"编号{number}重复"
    if number in (1, before + 1):
        return ""
    return f"{before}之后是{number}，{'跳号' if number > before else '次序颠倒'}"
