"""编号: numbered paragraphs without gaps or repeats, at every level of official writing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from govnb.review.check import Evidence, ProseCheck
from govnb.review.finding import Finding, Side
from govnb.review.texts import Mark, Passage
from govnb.review.world import World


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
                evidence = Evidence(Side(path, mark.text, str(passage.at(mark.start))))
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
