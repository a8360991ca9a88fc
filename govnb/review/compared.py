"""“同比增长5%”: what a narrative says a figure did since last year, right behind the figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from govnb.review.mentions import Mention
from govnb.review.texts import DIGIT, NUMBER, Passage
from govnb.review.words import Words, one_of
from govnb.text.number import TextNumber

_PAST_NAME = r"(?:支出|总额|规模|总数|数量|数)?(?:[（(][^（）()\n]{0,20}[）)])?[，,]?"
# Behind the word: an amount, the end of the clause, or nothing but how the change is called.
_STOP = r"(?=[，,。；;、！）)\n]|$)"
# 120%以上 is no amount of a figure's own.
_LIMIT = r"\s*(?:个百分点|%)?\s*(?:以[上下内外]|左右|上下|余|多)"
_BY = r"(?:了|约|近|幅度?|率|额|为|达到?)*\s*"
_UNIT = rf"(?P<unit>个百分点|%|[^{DIGIT}\d\s，。；、（）()]{{1,3}})"


@dataclass(frozen=True, slots=True)
class Compared:
    """A change since last year, as told: the word, by how much, and where it stands."""

    mention: Mention
    word: str
    is_negated: bool
    start: int
    end: int
    number: TextNumber | None = None
    unit: str = ""


def compared(
    mention: Mention, passage: Passage, directions: Sequence[str], words: Words, last_year: int
) -> Iterator[Compared]:
    """Yield what a passage says right behind a mention that the amount did since last year.

    Parameters
    ----------
    mention
        The figure named.
    passage
        Where.
    directions
        The words of direction.
    words
        The words by which sentences are read.
    last_year
        The year compared with.
    """
    patterns = _patterns(tuple(directions), tuple(words.last_year), tuple(words.degree), last_year)
    first_of, more_of, shared_of, any_of = patterns
    text = passage.shape
    first = first_of.match(text, mention.end)
    if first:
        yield _compared(mention, first, passage)
        # 增加8.74万元，增长29.3%
        more = more_of.match(text, first.end())
        if first["number"] and more:
            yield _compared(mention, more, passage)
        return
    # 同比分别下降11%和18.6%: one word for all that was named before it.
    shared = shared_of.match(text, mention.end)
    if shared:
        _, stop = passage.clause(mention.start, shared.end())
        if not any_of.search(text, shared.end(), stop):
            yield Compared(
                mention, shared["word"], bool(shared["minus"]), shared.start("word"), shared.end()
            )


@lru_cache(maxsize=8)
def _patterns(
    directions: tuple[str, ...], last: tuple[str, ...], degree: tuple[str, ...], last_year: int
) -> tuple[re.Pattern[str], ...]:
    """Return what may stand behind a mention; what adds to it; what is shared; any word."""
    said = rf"(?P<minus>负)?(?P<word>{one_of(directions)})"
    by = rf"{_BY}(?P<number>{NUMBER})(?!{_LIMIT})\s*{_UNIT}"
    since = (
        rf"(?:同比|(?:相比于|相较于|相比|相较|比|较|与|和)(?:(?:{one_of(last)}|{last_year}年)度?)?"
        r"(?:同期)?(?:相比|比较)?)[，,]?"
    )
    how = rf"(?:{one_of(degree)})*"
    told = rf"(?:{by}|{_BY}(?:的?(?:趋势|态势))?{_STOP})"
    return (
        re.compile(rf"{_PAST_NAME}{since}{how}{said}{told}"),
        re.compile(rf"[，,、（(]?(?:同比|增幅|即)?{said}{by}"),
        re.compile(rf"{_PAST_NAME}{since}{how}分别{how}{said}"),
        re.compile(one_of(directions)),
    )


def _compared(mention: Mention, match: re.Match[str], passage: Passage) -> Compared:
    start = match.start("minus") if match["minus"] else match.start("word")
    number = passage.numbers[match.start("number")] if match["number"] else None
    unit = match["unit"] or ""
    return Compared(
        mention, match["word"], bool(match["minus"]), start, match.end("word"), number, unit
    )
