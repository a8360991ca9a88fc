"""“同比增长5%”: what a narrative says a figure did since last year, right behind the figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from govnb.review.mentions import NUMBER, Mention
from govnb.review.texts import clause

# 去年 and the year itself say 上年; all of these may stand before a word of direction.
_SINCE = (
    r"(?:同比|(?:相比于|相较于|相比|相较|比|较|与|和)(?:上年|去年|上一年|{last}年)度?(?:同期)?"
    r"(?:相比|比较)?)[，,]?"
)
_HOW = r"(?:均|都|也|又|略有?|有所|大幅度?|明显|小幅|稳步|显著|实现|呈现?|总体|继续|逐步|仍|共)*"
_PAST_NAME = r"(?:支出|总额|规模|总数|数量|数)?(?:[（(][^（）()\n]{0,20}[）)])?[，,]?"
# Behind the word: an amount, the end of the clause, or nothing but how the change is called.
_STOP = r"(?=[，,。；;、！）)\n]|$)"
# 120%以上 is no amount of a figure's own.
_LIMIT = r"\s*(?:个百分点|[%％])?\s*(?:以[上下内外]|左右|上下|余|多)"
_BY = r"(?:了|约|近|幅度?|率|额|为|达到?)*\s*"


@dataclass(frozen=True, slots=True)
class Compared:
    """A change since last year, as told: the word, by how much, and where it stands."""

    mention: Mention
    word: str
    is_negated: bool
    start: int
    end: int
    number: str = ""
    unit: str = ""
    number_at: int = 0


def compared(
    mention: Mention, text: str, words: Sequence[str], last_year: int
) -> Iterator[Compared]:
    """Yield what a text says right behind a mention that the amount did since last year.

    Parameters
    ----------
    mention
        The figure named.
    text
        The passage, its references blanked out.
    words
        The words of direction.
    last_year
        The year compared with.
    """
    first_of, more_of, shared_of, any_of = _patterns(tuple(map(str, words)), last_year)
    first = first_of.match(text, mention.end)
    if first:
        yield _compared(mention, first)
        # 增加8.74万元，增长29.3%
        more = more_of.match(text, first.end())
        if first["number"] and more:
            yield _compared(mention, more)
        return
    # 同比分别下降11%和18.6%: one word for all that was named before it.
    shared = shared_of.match(text, mention.end)
    if shared:
        _, stop = clause(text, mention.start, shared.end())
        if not any_of.search(text, shared.end(), stop):
            yield Compared(
                mention, shared["word"], bool(shared["minus"]), shared.start("word"), shared.end()
            )


@lru_cache(maxsize=8)
def _patterns(words: tuple[str, ...], last_year: int) -> tuple[re.Pattern[str], ...]:
    """Return what may stand behind a mention; what adds to it; what is shared; any word."""
    one_of = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    said = rf"(?P<minus>负)?(?P<word>{one_of})"
    unit = r"(?P<unit>个百分点|[%％]|[^\d\s，。；、（）()]{1,3})"
    by = rf"{_BY}(?P<number>{NUMBER})(?!{_LIMIT})\s*{unit}"
    since = _SINCE.replace("{last}", str(last_year))
    told = rf"(?:{by}|{_BY}(?:的?(?:趋势|态势))?{_STOP})"
    return (
        re.compile(rf"{_PAST_NAME}{since}{_HOW}{said}{told}"),
        re.compile(rf"[，,、（(]?(?:同比|增幅|即)?{said}{by}"),
        re.compile(rf"{_PAST_NAME}{since}{_HOW}分别{_HOW}{said}"),
        re.compile(one_of),
    )


def _compared(mention: Mention, match: re.Match[str]) -> Compared:
    start = match.start("minus") if match["minus"] else match.start("word")
    return Compared(
        mention,
        match["word"],
        bool(match["minus"]),
        start,
        match.end("word"),
        match["number"] or "",
        match["unit"] or "",
        max(match.start("number"), 0),
    )
