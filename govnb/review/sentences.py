"""Sentences about amounts: which figure a narrative names, and what it says of it.

A writer says 公务接待费5.31万元 or 接待来访412批次 and means one figure; 局机关公务接待费,
1—6月 and 2014年 mean another. Only what nothing around it makes doubtful is taken
(:class:`Sentences`). Whatever the figures are, each amount of a sentence has a role, which the
words right before it tell: 5.31万元，比上年减少0.57万元，下降9.7%，占预算的91.6%
(:class:`Statements`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto

from govnb.review.slips import slips
from govnb.review.texts import DIGIT, MASK, NUMBER, Passage
from govnb.review.words import Words, one_of
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.published import in_unit
from govnb.text.number import TextNumber, number_in_chinese
from govnb.text.values import MONEY_UNITS

# This year's amount, and the same amount last year.
_YEARS = (("本年", "上年"), ("支出", "上年支出"), ("预算", "上年预算"), ("实际", "上年实际"))
_LABEL_LENGTH, _STAFF_LENGTH = 5, 4
# More characters than these, a point among them, are hardly another's amount.
_TELLING = 3
_LEFT = ("预算执行.上年结转", "预算执行.年末结余")

# Between a name and its amount; 达到 and the like between a word of direction and how much.
_FILLER = re.compile(
    r"(?:实际)?(?:支出|开支|总数|总额|数量|人数|人次|件数|户数)?"
    r"(?:了|为|是|达到|达|约|共计|共|：|:)?\s*"
)
_BY = r"(?:了|约|近|幅度?|率|额|为|达到?)*\s*"
_UNIT = rf"(?P<unit>个百分点|%|[^{DIGIT}\d\s，。；、（）()]{{1,3}})"
_PAST_NAME = r"(?:支出|总额|规模|总数|数量|数)?(?:[（(][^（）()\n]{0,20}[）)])?[，,]?"
_STOP = r"(?=[，,。；;、！）)\n]|$)"
# 120%以上 and 90%得满分 are no amounts of a figure's own.
_MORE_OR_LESS = r"\s*(?:个百分点|%)?\s*(?:以[上下内外]|左右|上下|余|多)"
_LIMIT = re.compile(
    r"\s*(?:[（(]含[^）)]*[）)])?\s*(?:[/／每]|以[上下内外]|之[内间]|左右|上下|余|多|至|到|[—\-~～]|得|计"
    r"|的?(?:目标|要求|标准|任务|指标|比例)|为(?:满分|优))"
)
_SCORING = re.compile(r"得满分|[得扣]\d|(?<![合共总累])计\d|不得分|目标值|评分")
# That a department has 3个二级机构 doesn't make what follows theirs.
_COUNTED = re.compile(r"(?:下[辖设属])?\d+[个家](?:二级|下属|直属|事业)+(?:机构|单位)|上年结[转余]")
_BEHIND_REFERENCE = re.compile(r"[^\ufffc，。；、：\d\s比较同与和（(]{0,3}")


@dataclass(frozen=True, slots=True)
class Name:
    """What a narrative calls a figure, and last year's where there is one."""

    words: str
    figure: Figure
    last: Figure | None = None
    # 批次 of 来访批次, where it stands behind the number.
    tail: str = ""
    is_volume: bool = False
    # Whether a rule calls it so (叫法): such words may mean something else as well.
    is_called: bool = False
    # A part of the whole, by its own name alone: only a slip of its amount is its amount.
    is_part: bool = False
    # Figures that go by the same name.
    others: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure named in a narrative, or referred to (`{{ 名称 }}`, without a label)."""

    label: str
    name: Name
    # From the name to the amount behind it.
    start: int
    end: int
    # Whether the words around leave no doubt that it is this department's whole year; whether
    # they say that it is last year's.
    is_ours: bool = True
    is_last: bool = False
    # The amount typed behind it.
    number: TextNumber | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a narrative says that a figure did since last year, or that its sign is."""

    now: Figure
    last: Figure | None
    # What the narrative calls the figure.
    label: str
    word: str
    is_up: bool
    start: int
    # By how much.
    number: TextNumber | None = None
    unit: str = ""

    @property
    def difference(self) -> Decimal | None:
        """The change itself, where it is known."""
        now, last = self.now.number, self.last.number if self.last else Decimal(0)
        return None if now is None or last is None else now - last


class Sentences:
    """Reads what a department's narratives say of its figures.

    `called` maps further words to the names of figures; `own` is what the department is called.
    """

    def __init__(
        self, figures: Figures, called: Mapping[str, str], words: Words, year: int, own: str
    ) -> None:
        self._figures, self._words, self._year, self._own = figures, words, year, own
        self._known: dict[Passage, tuple[Mention, ...]] = {}
        meant: dict[tuple[str, str], list[Name]] = defaultdict(list)
        for name in self._names(called):
            meant[name.words, name.tail].append(name)
        # By words and tail; what means two figures means none.
        self._called: dict[str, dict[str, Name]] = defaultdict(dict)
        for (spelled, tail), names in meant.items():
            if len({name.figure.name for name in names}) == 1:
                self._called[spelled][tail] = names[-1]
        self._compile()

    def _compile(self) -> None:
        words, last = self._words, one_of(self._words.last_year)
        # 三公 with or without its quotation marks.
        self._named = re.compile(f"({one_of(self._called).replace('三公', '“?三公”?')})")
        self._last_year = re.compile(rf"(?<![比较与和于])(?:{last})度?")
        self._doing = re.compile(one_of(words.doing))
        self._others = re.compile(rf"{one_of(words.others)}|各[^项类]")
        self._budget = re.compile(one_of(words.budget))
        all_ours = (
            r"20\d\d年(?:度|末|底)?|[本全当该]?年(?:度|末|底|内)?"
            rf"|(?:{one_of(words.self_words)})(?:{one_of(words.office_words)})|[\s{MASK}*_]"
        )
        self._ours = re.compile(rf"{all_ours}|{one_of(words.neutral)}")
        # What may stand before 支出 for it to be all that was spent.
        self._all_ours = re.compile(
            rf"{all_ours}|[核定实际共现有总，：]"
            r"|(?:收入|支出|编制)(?:合计|总额|决算)?数?(?:为|是|共)?[\d.,]+(?:[万亿]?元|[人名])"
        )
        said = rf"(?P<word>负?(?:{one_of(words.directions)}))"
        by = rf"{_BY}(?P<number>{NUMBER})(?!{_MORE_OR_LESS})\s*{_UNIT}"
        since = (
            rf"(?:同比|(?:相比于|相较于|相比|相较|比|较|与|和)(?:(?:{last}|{self._year - 1}年)度?)?"
            r"(?:同期)?(?:相比|比较)?)[，,]?"
        )
        how = rf"(?:{one_of(words.degree)})*"
        told = rf"(?:{by}|{_BY}(?:的?(?:趋势|态势))?{_STOP})"
        # 同比下降9.7%; 增加8.74万元，增长29.3%; 同比分别下降11%和18.6%; 由29.87万元增加到31万元.
        self._changed = re.compile(rf"{_PAST_NAME}{since}{how}{said}{told}")
        self._further = re.compile(
            rf"[，,、（(]?(?:同比|增幅|即)?(?P<word>负?(?:{one_of([*words.up, *words.down])})){by}"
        )
        self._shared = re.compile(rf"{_PAST_NAME}{since}{how}分别{how}{said}")
        reached = rf"{said}(?:到|至)?(?<=[到至])(?:了|约)?"
        self._reached = re.compile(rf"(?:支出)?(?:[由从][^，。；\n]{{1,12}})?{reached}{NUMBER}")
        self._reaching = re.compile(rf"{reached}$")
        self._direction = re.compile(one_of(words.directions))

    def figure(self, words: str) -> Figure | None:
        """Return the figure that goes by these words."""
        name = self._called.get(words, {}).get("")
        return name.figure if name else None

    def named(self, passage: Passage) -> tuple[Mention, ...]:
        """Return the figures that a passage names in words."""
        if passage not in self._known:
            self._known[passage] = tuple(self._mentions(passage))
        return self._known[passage]

    def _mentions(self, passage: Passage) -> Iterator[Mention]:
        for match in self._named.finditer(passage.masked):
            names = self._called.get(re.sub("[“”]", "", match[1]), {})
            for name in names.values():
                found = self._mention(name, match, passage)
                if found is None:
                    continue
                yield found
                tails = one_of(filter(None, names))
                more = re.compile(rf"[、和及，]({NUMBER})\s*({tails})")
                if name.tail and (behind := more.match(passage.shape, found.end)):
                    # 来访412批次、2106人次
                    number = passage.numbers[behind.start(1)]
                    yield replace(
                        found, label=f"{found.label}{behind[2]}", name=names[behind[2]],
                        end=behind.end(), number=number,
                    )  # fmt: skip

    def _mention(self, name: Name, match: re.Match[str], passage: Passage) -> Mention | None:
        text, at = passage.masked, match.end()
        filler = None if name.tail else _FILLER.match(text, at)
        at = filler.end() if filler else at
        number = passage.numbers.get(at) or number_in_chinese(text, at)
        unit = name.tail if name.tail in ("批次", "人次") else name.figure.unit
        number = in_unit(number, unit) if number else None
        if name.is_part:
            meant = name.figure.number or Decimal(0)
            near = number and (number.prints(meant) or any(slips(number.amount, meant)))
            number = number if near else None
        scope = self._scope(name, match, passage)
        if scope is None or (name.tail and not number):
            return None
        found = Mention(match[1], name, *match.span(), *scope)
        if not number:
            return found
        end = text.index(number.unit, number.end) + len(number.unit)
        _, stop = passage.clause(match.start(), end)
        is_limit = _LIMIT.match(text, end) or _SCORING.search(text, end, stop)
        vague = is_limit or number.more or number.high
        return None if vague else replace(found, end=end, number=number)

    def _scope(
        self, name: Name, match: re.Match[str], passage: Passage
    ) -> tuple[bool, bool] | None:
        """Tell whether nothing qualifies the name, and whether it is of last year.

        None where the words before speak of another year, period, scope or of a rule.
        """
        # 收入 or 支出 is all that the department took in or spent.
        is_total = "." not in name.figure.name
        is_bare = name.is_called and match[1] in self._words.bare
        is_bare = is_bare and not self._stands_beside(name.figure, match, passage)
        start, _ = (0, 0) if is_bare else passage.clause(*match.span())
        before = _COUNTED.sub("", passage.masked[start : match.start()].replace(self._own, ""))
        local = re.split(r"[，,：:（(、]", before)[-1]
        year = int(next(reversed(re.findall(r"(20\d\d)年", before)), self._year))
        says_last = self._last_year.search(before) is not None
        is_last = year == self._year - 1 or bool(self._last_year.search(local))
        is_last = is_last or (says_last and local.startswith("其中"))
        rest = self._ours.sub("", self._last_year.sub("", local))
        rest = self._doing.sub("", rest) if name.is_volume else rest
        if is_bare or is_total:
            told = before if is_bare or "其中" in before else local
            rest = self._all_ours.sub("", told if is_total else told.replace("其中", ""))
            rest += "三公" * (is_bare and "三公" in passage.path)
        # A name that says neither 支出 nor 预算 may be the budget's.
        doubtful = self._others.search(before) or (name.others and self._budget.search(before))
        is_sure = year in (self._year, self._year - 1) and is_last >= says_last and not doubtful
        return (not rest, is_last) if is_sure else None

    def _stands_beside(self, figure: Figure, match: re.Match[str], passage: Passage) -> bool:
        """Tell whether the sentence gives the other total as it is: 收入…，支出573.16万元."""
        other = self._figures.get({"收入": "支出", "支出": "收入"}.get(figure.name, ""))
        if other is None or other.number is None:
            return False
        start, stop = passage.clause(*match.span())
        inside = (n for at, n in passage.numbers.items() if start <= at < stop)
        read = (in_unit(n, other.unit) for n in inside if n.decimals and len(n.text) > _TELLING)
        return any(n is not None and n.prints(other.number) for n in read)

    def judged(self, passage: Passage) -> dict[int, bool]:
        """Return which numbers are held against figures, by their places, and if they agree."""
        found = {c.number.start: True for c in self.changes(passage) if c.number}
        for mention in self.named(passage):
            figure = mention.name.last if mention.is_last else mention.name.figure
            if mention.number and mention.is_ours and figure and figure.number is not None:
                found[mention.number.start] = mention.number.prints(figure.number)
        return found

    def changes(self, passage: Passage) -> Iterator[Change]:
        """Yield what a passage says that this year's figures did since last year."""
        named = (m for m in self.named(passage) if m.is_ours and not m.is_last)
        for mention in (*self._referred(passage), *named):
            now, last = mention.name.figure, mention.name.last
            if now.number is None or last is None or last.number is None:
                continue
            for match in self._matches(mention, passage):
                told, word = match.groupdict(), match["word"]
                is_up = (word.removeprefix("负") in self._words.rising) != word.startswith("负")
                number = passage.numbers[match.start("number")] if told.get("number") else None
                yield Change(
                    now, last, mention.label, word, is_up, match.start("word"), number,
                    told.get("unit") or "",
                )  # fmt: skip

    def _matches(self, mention: Mention, passage: Passage) -> Iterator[re.Match[str]]:
        text = passage.shape
        before = self._reaching.search(text, max(0, mention.start - 16), mention.start)
        if before and not mention.label:
            yield before
        first = self._changed.match(text, mention.end)
        shared = self._shared.match(text, mention.end)
        reached = self._reached.match(text, mention.end)
        if first:
            yield first
            if first["number"] and (more := self._further.match(text, first.end())):
                yield more
        elif shared:
            _, stop = passage.clause(mention.start, shared.end())
            if not self._direction.search(text, shared.end(), stop):
                yield shared
        elif reached and mention.label and not mention.number:
            yield reached

    def _referred(self, passage: Passage) -> Iterator[Mention]:
        for reference in passage.references:
            figure, last = self._figures.get(reference.name), self._last(reference.name)
            if figure is not None and last is not None:
                unit = _BEHIND_REFERENCE.match(passage.masked, reference.end)
                end = unit.end() if unit else reference.end
                yield Mention("", Name("", figure, last), reference.start, end)

    def _last(self, name: str) -> Figure | None:
        if name in ("收入", "支出"):
            return self._figures.get(f"上年{name}")
        for this, before in _YEARS:
            head, dot, rest = name.partition(f".{this}")
            last = self._figures.get(f"{head}.{before}{rest}")
            if dot and rest[:1] in ("", ".") and last is not None and last.number is not None:
                return last
        return None

    def _names(self, called: Mapping[str, str]) -> Iterator[Name]:
        """Yield what each figure is called, where that is long enough to mean one only."""
        told = [(words, name, self._figures.get(name)) for words, name in called.items()]
        everything = [("", name, figure) for name, figure in self._figures.items() if figure.unit]
        for words, key, figure in (*everything, *told):
            if figure is None or figure.number is None or figure.approximate:
                continue
            last = self._last(key)
            # A stated amount is called by the end of its path: 公务接待费·支出, 公务接待费支出.
            label = words or re.sub("[·“”]", "", figure.label)
            section, *path = key.split(".")
            if words or len(label) >= _LABEL_LENGTH:
                yield Name(label, figure, last, is_called=bool(words))
            if words:
                continue
            is_part = section in ("收入", "支出") and figure.unit in MONEY_UNITS
            is_part = key in _LEFT or (is_part and not figure.derived)
            if is_part and path and len(path[-1]) >= _STAFF_LENGTH:
                budget = self._figures.get(f"预算安排.{'.'.join(path)}")
                others = tuple(filter(None, [budget]))
                yield Name(path[-1], figure, is_called=True, is_part=True, others=others)
            if section == "三公经费" and path[-1:] == ["支出"]:
                stem = key.removesuffix(".支出")
                kin = (self._figures.get(f"{stem}.{w}") for w in ("预算", "上年预算", "上年支出"))
                yield Name(key.split(".")[-2], figure, last, others=tuple(filter(None, kin)))
            if section == "人员" and len(path) == 1 and len(path[0]) >= _STAFF_LENGTH:
                yield Name(path[0], figure)
            if section == "业务量" and path[1:] == ["本年"]:
                # 来访批次, and 来访 where 批次 stands behind the number.
                tails = [tail for tail in self._words.tails if path[0].endswith(tail)]
                for tail in ("", *tails):
                    if len(stem := path[0].removesuffix(tail)) > 1:
                        yield Name(stem, figure, last, tail, is_volume=True)


# ── What each amount of a sentence is ───────────────────────────

# What an amount of money is compared in.
MONEY, POINTS = "万元", "个百分点"
_MONEY_UNITS = sorted([*MONEY_UNITS, "万", "亿"], key=len, reverse=True)
_BRACKET = re.compile(r"[（(][^（）()\n]*[）)]")
_END_OF_UNIT = re.compile("[比较同与和增减下上占完为其结超]")
# “，主要原因是厉行节约，” says nothing of another amount.
_GAP = r"(?:[，,][^，。；]{0,16}原因[^。；]*?(?=[，,]))?[\s，,、；：:]*"
_MOVED = re.compile("[比较].*[增减降升超]|(?:[增减超]|[多少][用花]?)[支收出]*$")
_HOW_MUCH = r"(?:了|约|额|率|幅度?|数|资金|金额|预算|为|达到?|：)*\s*"
# 比2014年8.2万元; 受理投诉较2017年的402件
_OF_ANOTHER = re.compile("^[比较]|^[与和].|[比较与和]20\\d\\d年[^，。]{0,6}$")
# 两者分别占总额200万元, of which the share comes next.
SHARED = re.compile("(?:[^，。；、占]{0,6}分别)?占(?P<whole>.*)")
_OF_THIS = re.compile(r"的(?:比重|比例)?(?:为|约)?\s*")
_ADDED = re.compile(
    r"[，,](?:[两二三四五六七八九]项|以上|上述|各项)*(?:合计|共计|总计)(?:为|是|达)?\s*"
)
_FOR_EACH = re.compile("每|均|单价|标准")
_OF_YEAR = r"(?:年初|年度|全年|本年度?|当年|调整后?|变更|追加后|财政|部门|批复|总|的)*"


class Role(Enum):
    """What an amount is in its sentence."""

    VALUE = auto()
    BUDGET = auto()
    LAST = auto()
    # A change from LAST or BUDGET, as an amount or a rate.
    CHANGE = auto()
    # A share of the budget that was carried out, or of a whole.
    DONE = auto()
    SHARE = auto()
    # What the amounts before it come to.
    SUM = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Told:
    """An amount with its role; its number's `scale` is in units of `unit`."""

    number: TextNumber
    unit: str
    role: Role
    # What the words right before it call it.
    label: str
    # Of a change or share: what it is of (LAST, BUDGET); whether up or down, and its word.
    base: Role | None = None
    sign: int = 0
    word: str = ""
    # Of last year's amount, what it is of where that is named: 去年办公费.
    noun: str = ""
    # In which line of the text, and whether it is followed by its parts (其中).
    line: int = 0
    is_whole: bool = False

    @property
    def compared(self) -> str:
        """What two amounts differ in: rates differ in points."""
        return "%" if self.unit == POINTS else self.unit


# What says something of the amounts before it.
SAID_OF_OTHERS = (Role.CHANGE, Role.DONE, Role.SHARE)


class Statements:
    """Reads the amounts of sentences with their roles."""

    def __init__(self, words: Words, year: int) -> None:
        last = rf"(?:(?:{one_of(words.last_year)})(?:度|末)?|{year - 1}年(?:度|末)?)(?:同期)?"
        budget = rf"{_OF_YEAR}预算(?:数|总额|金额|安排|指标|收入|支出|批复)*"
        of = r"(?:决算|实际|支出|完成|执行|总|数|额|的)*"
        since = (
            rf"(?:同比|(?:相比于|相较于|相比|相较|比|较|与|和)(?:(?P<last>{last}{of})"
            rf"|(?P<budget>{budget})|(?P<other>{last}{budget}))(?:相比|比较)?)[，,]?"
        )
        how = rf"(?:{one_of(words.degree)})*"
        self._rising, self._spared = words.rising, (*words.over, *words.under)
        self._change = re.compile(
            rf"{_GAP}即?(?:(?P<since>{since}(?:[^，。；：]{{0,14}}各)?)?{how}(?P<word>{one_of(words.directions)})"
            rf"|(?P<beyond>超[过出支]?{budget})){_HOW_MUCH}"
        )
        self._level = re.compile(
            rf"与(?:{last}{of}|(?P<budget>{budget}))(?:相比)?[，,]?(?:持平|无(?:增减)?变化|没有变化)"
        )
        self._changed = re.compile(rf"(?:{one_of(words.directions)}){_HOW_MUCH}$")
        self._done = re.compile(
            rf"{_GAP}(?:(?:完成|占|为|是|达到)了?{budget}的?(?:比例|比重)?(?:为|达到?)?"
            rf"|{_OF_YEAR}(?:预算(?:执行|完成)|执行)率(?:为|达到?)?)\s*"
        )
        self._share = re.compile(
            rf"{_GAP}(?:约|[^，。；、占]{{0,6}}分别)?占(?:比|(?P<whole>[^，。；、：{MASK}]{{0,16}}?)的?(?:比重|比例)?)(?:为|达到?)?\s*"
        )
        self._is_budget = re.compile(
            r"预算(?:数|总额|金额|安排|指标|收入|支出|批复|为|是|了|约|共|：|:)*\s*$"
        )
        self._is_last = re.compile(rf"(?:{last}{of}|[由从]|由{last}{of})(?:为|是|：|:)?\s*$")
        self._last_of = re.compile(
            rf"(?:{last}|{year - 1}年)的?(?P<noun>[^比较与和同占结]{{1,12}}?){of}(?:为|是)?"
        )
        self._last = re.compile(rf"{one_of(words.last_year)}|{year - 1}年")
        self._reached = re.compile(rf"(?:{one_of(words.directions)})(?:到|至)?(?<=[到至])了?\s*$")

    def of(self, passage: Passage) -> Iterator[list[Told]]:
        """Yield the amounts of each sentence of a passage that tells some."""
        text = _BRACKET.sub(lambda m: " " * len(m[0]), passage.shape)
        found: list[Told] = []
        end = 0
        level = {match.start(): match for match in self._level.finditer(text)}
        numbers = {at: n for at, n in passage.numbers.items() if text.startswith(DIGIT, at)}
        for start in sorted([*numbers, *level]):
            between = text[end:start]
            if match := level.get(start):
                # 与上年持平: a change of 0 %.
                base, end = Role.BUDGET if match["budget"] else Role.LAST, match.end()
                nothing = TextNumber("", Decimal(0), 0, "", start, end)
                found.append(Told(nothing, "%", Role.CHANGE, match[0], base))
                continue
            if found and re.match(r"[，。；,\s]*(?:其中|(?:主要)?包括|主要用于)", between):
                last = max((i for i, t in enumerate(found) if t.role is Role.VALUE), default=-1)
                # What one of several costs has no parts: 每公里70万元，其中….
                is_whole = not _FOR_EACH.search(found[last].label)
                found[last] = replace(found[last], is_whole=is_whole)
            *ended, head = re.split(r"[。；;！？\n]", between)
            unit, number = scaled(numbers[start])
            end = number.end + len(number.unit)
            told = replace(self._role(number, unit, head, found), line=text.count("\n", 0, start))
            # “5.31万元；比上年下降9.7%” goes on with what was said before.
            goes_on = len(ended) < 2 and "\n" not in between and told.role in SAID_OF_OTHERS
            if ended and found and not goes_on:
                yield found
                found = []
            found.append(told)
        if found:
            yield found

    def _role(self, number: TextNumber, unit: str, head: str, before: list[Told]) -> Told:
        label = re.split(r"[，,；：:、]", head.rstrip("：: "))[-1].strip()
        told = Told(number, unit, Role.VALUE, label)
        change = self._change.fullmatch(head)
        if number.more or number.high or number.around or not unit:
            return replace(told, role=Role.OTHER)
        if unit == "%" and self._done.fullmatch(head):
            return replace(told, role=Role.DONE, base=Role.BUDGET)
        if unit == "%" and before and _OF_THIS.fullmatch(head):
            # 占总额200万元的15%
            if before[-1].role is Role.BUDGET:
                return replace(told, role=Role.DONE, base=Role.BUDGET)
            if whole := SHARED.match(before[-1].label):
                return replace(told, role=Role.SHARE, label=whole["whole"])
        if unit == "%" and before and before[-1].role is Role.SHARE and head in ("、", "和"):
            # 分别占支出的39.94%和60.06%
            return replace(told, role=Role.SHARE, label=before[-1].label)
        if _ADDED.fullmatch(head):
            return replace(told, role=Role.SUM)
        if unit == "%" and (share := self._share.fullmatch(head)):
            return replace(told, role=Role.SHARE, label=share["whole"] or "")
        is_reached = self._reached.search(head)
        if change and not is_reached:
            word = change["word"] or "超"
            base = Role.BUDGET if change["beyond"] or word in self._spared else Role.LAST
            if change["since"]:
                base = Role.BUDGET if change["budget"] else Role.LAST
            elif before and before[-1].role is not Role.DONE and not change["beyond"]:
                base = before[-1].base or base
                # 去年预算500万元，今年预算550万元，增加50万元
                if any("预算" in t.label and self._last.search(t.label) for t in before):
                    base = Role.OTHER
            sign = 1 if change["beyond"] or word in self._rising else -1
            base = Role.OTHER if change["other"] else base
            return replace(told, role=Role.CHANGE, base=base, sign=sign, word=word)
        # 较上年净增、增支, in whatever words.
        if (self._changed.search(head) or _MOVED.search(label)) and not is_reached:
            return replace(told, role=Role.OTHER)
        role = Role.VALUE
        if self._is_budget.search(head):
            role = Role.OTHER if self._last.search(label) else Role.BUDGET
        elif self._is_last.search(head):
            role = Role.LAST
        elif of_last := self._last_of.fullmatch(label):
            return replace(told, role=Role.LAST, base=Role.LAST, noun=of_last["noun"])
        elif _OF_ANOTHER.search(label):
            role = Role.OTHER
        return replace(told, role=role, base=None if role is Role.VALUE else role)


def scaled(number: TextNumber) -> tuple[str, TextNumber]:
    """Return what a number is compared in, and the number with just its unit."""
    for unit in _MONEY_UNITS:
        if number.unit.startswith(unit) and not number.unit.startswith((f"{unit}人", f"{unit}/")):
            size = MONEY_UNITS.get(unit) or MONEY_UNITS[f"{unit}元"]
            return MONEY, replace(number, unit=unit, scale=size)
    unit = POINTS if number.unit.startswith("个百") else _END_OF_UNIT.split(number.unit)[0]
    return unit, replace(number, unit=unit)
