"""A check: one relation that must hold, as `params/rules/checks.yml` states it.

A rule of that file is data: its kind (种类), the figures or texts it looks at, how severe a
breach is, what to tell the reader, why the rule exists and how to settle a breach. A kind is one
class here: its name, its fields, and :meth:`Check.find`. What a field holds follows from its
type (:data:`Formula`, :data:`NamePattern`, :data:`Each`…): whether names in it must exist, what
may stand for a `{变量}`, what an editor offers. Defining the class is all that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from govnb.review.finding import (
    FAILED,
    NO_DATA,
    NO_EVIDENCE,
    NOBODY,
    NOT_APPLICABLE,
    PASSED,
    RESIDUE,
    SEVERITIES,
    Excuse,
    Finding,
)
from govnb.review.finding import Evidence as Evidence
from govnb.review.rounding import EXACT, Spread
from govnb.review.terms import Gap, Term, blame
from govnb.review.world import World
from govnb.sheet.fields import flat, typed
from govnb.text.number import BadText, parse_number
from govnb.text.patterns import check_pattern
from govnb.text.section import VARIABLE, Strict
from govnb.text.values import Text, TextOf, refuse
from govnb.text.yaml_text import Scalar

T = TypeVar("T", bound="FormulaOf | PatternOf")
BY_ROUNDING = "舍入"
NOTHING_TO_CHECK = "本部门没有要核对的内容"
EVERYWHERE = "全文"
NO_MATTER = "四舍五入造成的尾差，不用改。"
# What a message may hold besides the variables of 每个.
PLACEHOLDERS = frozenset(
    ["项", "左名", "左", "右名", "右", "差额", "容差", "缘由", "处", "原文", "百分比"]
)
# A message's “{项}”, whose marks a name may bring itself.
_QUOTED = re.compile(r"“\{([^{}]+)\}”")


# ── What a field holds ──────────────────────────────────────────


class FormulaOf(TextOf):
    """Text that is an expression over figures, or the word that means all texts."""


class PatternOf(TextOf):
    """Text that is a figure's name, or a pattern of names; `binds` its `{变量}` for others."""

    def __init__(self, what: str, *, binds: bool = False) -> None:
        super().__init__(what)
        self.binds = binds


def _checked(check: Callable[[Scalar], object]) -> AfterValidator:
    def checked(text: Scalar) -> Scalar:
        try:
            check(text)
        except BadText as error:
            raise refuse(str(error), error.hint) from None
        return text

    return AfterValidator(checked)


def _number(text: str) -> None:
    parse_number(text, negative=True)


def _tolerance(text: Scalar) -> None:
    if text == BY_ROUNDING:
        return
    _number(text)
    if text.startswith("-"):
        raise BadText(f"容差“{text}”不能是负数", f"写 {text[1:]}，或写 {BY_ROUNDING}")


def _percent(text: Scalar) -> None:
    if not text.endswith("%"):
        raise BadText(f"“{text}”应是百分数", "写成 80%")
    _number(text[:-1])


def _rule_name(name: str) -> str:
    if ":" in name or "：" in name or not name.strip():
        raise refuse(f"核对的编号“{name}”里不能有冒号", "编号后面的冒号用来接所核对的项")
    return name


RuleName = Annotated[str, AfterValidator(_rule_name)]
Severity = Annotated[Scalar, TextOf("严重性", choices=SEVERITIES)]
Tolerance = Annotated[Scalar, TextOf("容差"), _checked(_tolerance)]
Number = Annotated[Scalar, TextOf("数"), _checked(_number)]
Percent = Annotated[Scalar, TextOf("百分数"), _checked(_percent)]
Regex = Annotated[Scalar, TextOf("正则表达式"), _checked(check_pattern)]
Formula = Annotated[Scalar, FormulaOf("名称或算式")]
NamePattern = Annotated[Scalar, PatternOf("名称")]
Each = Annotated[Scalar, PatternOf("名称", binds=True)]


class Check(Strict):
    """What every check says, whatever its kind, and how it says what it found.

    A kind is a subclass with a field `kind: Literal["…"] = Field(alias="种类")`.
    """

    kinds: ClassVar[dict[str, type[Check]]] = {}

    severity: Severity = Field(alias="严重性", description="错误、尾差或提示")
    tolerance: Tolerance = Field(
        Scalar(BY_ROUNDING),
        alias="容差",
        description="舍入：由各数所印的位数算出；或写一个数，差额不超过它记尾差",
    )
    message: Text = Field(alias="消息", description="不符时的话；{项}{左}{右}{差额}{缘由} 等会填上")
    reason: Text = Field(alias="原因", description="为什么要核对这一项")
    advice: Text = Field(alias="怎样处理", description="不符时请填报人做什么")
    source: Text | None = Field(None, alias="依据", description="哪个文件、哪一条")
    unless: Text | None = Field(
        None, alias="除非", description="另一条核对的编号；它各项都通过时，本条不适用"
    )
    not_where: dict[str, NamePattern] = Field(
        {}, alias="不适用于", description="词: 名称；这一项的文字里有这个词，口径不同，不核对"
    )
    # The rule's identifier in the file, given when the file has been read.
    _name: str = PrivateAttr("")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "kind" in cls.model_fields:
            cls.kinds[get_args(cls.model_fields["kind"].annotation)[0]] = cls

    @model_validator(mode="after")
    def _words_known(self) -> Check:
        allowed = PLACEHOLDERS | self.variables
        for match in VARIABLE.finditer(self.message):
            if match[1] not in allowed:
                message = f"消息里的“{match[0]}”没有可填的内容"
                known = "、".join(f"{{{word}}}" for word in sorted(allowed))
                raise refuse(message, f"可用：{known}", self.message.at(match.start()))
        return self

    def call(self, name: str) -> None:
        """Give the check the identifier it has in the file."""
        self._name = name

    def calls(self) -> Mapping[str, str]:
        """Return what else, by this rule, figures are called, and their names."""
        return {}

    def find(self, world: World) -> Iterator[Finding]:
        """Yield what the check finds about one department's year."""
        raise NotImplementedError

    def inapplicable(self, world: World) -> str:
        """Return the text of the department's that tells of another measure, or nothing."""
        for word, name in self.not_where.items():
            figure = world.figures.get(name)
            said = None if figure is None else figure.value
            if said is not None and word in str(said):
                return f"“{name}”是“{said}”，口径不同，不核对"
        return ""

    def texts(self, kind: type[T]) -> Iterator[tuple[Scalar, T]]:
        """Yield the texts of the fields whose type says that they hold what `kind` says."""
        for name, says in _told(type(self)):
            if isinstance(says, kind):
                yield from ((text, says) for text in _flat(getattr(self, name)))

    @property
    def variables(self) -> frozenset[str]:
        """The `{变量}` that a pattern of the check binds for its other fields."""
        bound = (text for text, told in self.texts(PatternOf) if told.binds)
        return frozenset(word for text in bound for word in VARIABLE.findall(text))

    @property
    def fixed_tolerance(self) -> Decimal | None:
        """The tolerance as a number; None when it follows from rounding."""
        return None if self.tolerance == BY_ROUNDING else Decimal(self.tolerance)

    # ── Findings ────────────────────────────────────────────────

    def identifier(self, subject: str) -> str:
        """Return the id of a finding about `subject`."""
        return f"{self._name}:{subject}" if subject else self._name

    def finding(
        self, subject: str, state: str, message: str, evidence: Evidence = NO_EVIDENCE,
        severity: str | None = None,
    ) -> Finding:  # fmt: skip
        """Return a finding about `subject` with a message of the check's own."""
        advice = NO_MATTER if severity == RESIDUE else str(self.advice)
        return Finding(
            id=self.identifier(subject),
            check=self._name,
            severity=severity or str(self.severity),
            state=state,
            message=message,
            advice=advice if state == FAILED else "",
            **evidence._asdict(),
        )

    def passed(self, subject: str, message: str, evidence: Evidence = NO_EVIDENCE) -> Finding:
        """Return the finding of a check that holds."""
        return self.finding(subject, PASSED, message, evidence)

    def failed(
        self, subject: str, words: Mapping[str, str], evidence: Evidence = NO_EVIDENCE,
        severity: str | None = None,
    ) -> Finding:  # fmt: skip
        """Return a breach of the rule, told in the rule's message with `words` put in."""
        text = _QUOTED.sub(lambda m: quoted(words.get(m[1], m[0][1:-1])), str(self.message))
        text = VARIABLE.sub(lambda m: words.get(m[1], ""), text)
        # An empty placeholder leaves marks behind.
        text = re.sub(r"[，；、：](?=[。；，])", "", text)
        text = re.sub(r"。{2,}", "。", text).strip("，； ")
        return self.finding(subject, FAILED, text, evidence, severity)

    def no_data(
        self, subject: str, missing: Iterable[str], evidence: Evidence = NO_EVIDENCE
    ) -> Finding:
        """Return the finding of a check whose inputs are unknown; it says which."""
        names = tuple(dict.fromkeys(missing))
        message = f"缺少：{'、'.join(names)}，不能核对"
        return replace(self.finding(subject, NO_DATA, message, evidence), missing=names)

    def not_applicable(
        self, subject: str, why: str = NOTHING_TO_CHECK, evidence: Evidence = NO_EVIDENCE
    ) -> Finding:
        """Return the finding of a check that this department gives no occasion for."""
        return self.finding(subject, NOT_APPLICABLE, why, evidence)

    def excused(
        self, subject: str, state: str, told: str, excuse: Excuse, evidence: Evidence
    ) -> Finding:
        """Return the finding of a breach that is another's doing."""
        found = self.finding(subject, state, f"{told}；{excuse.text}", evidence)
        return replace(found, because=excuse.names)

    def undecided(self, subject: str, *terms: Term) -> Iterator[Finding]:
        """Yield the finding that says why terms can't be compared; nothing if they can."""
        # Of two official tables one is not there: that is data lacking, not a matter of none.
        a_table = any(t.value is not None and t.name.startswith("报表.") for t in terms)
        absent = next((t for t in terms if t.absent and t.value is None and not a_table), None)
        unknown = [term for term in terms if term.value is None]
        missing = [name for term in unknown for name in term.missing]
        odd = next((term for term in terms if term.number is None), None)
        if absent:
            yield self.not_applicable(subject, f"本部门没有“{(*absent.names, absent.name)[0]}”")
        elif missing:
            left, right = (*(term.side for term in terms), NOBODY)[:2]
            yield self.no_data(subject, missing, Evidence(left, right))
        elif unknown:
            why = unknown[0].trouble or "没有可核对的数"
            yield self.not_applicable(subject, f"{quoted(unknown[0].label)}算不出：{why}")
        elif odd:
            yield self.not_applicable(subject, f"{quoted(odd.label)}是“{odd}”，不是数，不能核对")

    def subject(self, finding: Finding) -> str:
        """Return what a finding of the check is about."""
        return finding.id.removeprefix(f"{self._name}:")

    # ── Two sides ───────────────────────────────────────────────

    # Whether it holds a total against its parts; holds figures against one another, so that one
    # wrong figure breaks several such checks; and how surely it names that one on the left.
    adds_up: ClassVar[bool] = False
    relates: ClassVar[bool] = False
    root: ClassVar[int] = 0
    # What is said of sides that agree, and of how far they are apart.
    agree: ClassVar[str] = "相符"
    apart: ClassVar[str] = "差"

    def holds(self, difference: Decimal, spread: Spread) -> bool:
        """Tell whether sides that far apart agree, rounding being allowed so much."""
        return spread.holds(difference)

    def excuse(self, world: World, gap: Gap) -> Excuse | None:
        """Return which totals at odds with their parts make sides part."""
        # Of a residue only what brings the sides wholly together is the origin.
        near = self.holds(gap.difference or Decimal(0), gap.spread)

        def agrees(value: Decimal, more: Spread) -> bool:
            return self.holds(value, EXACT if near else gap.spread + more)

        return blame(world.culprits(gap.names, gap.on, agrees))

    def settled(
        self, world: World, subject: str, told: str, gap: Gap, *others: Gap, lenient: bool = False
    ) -> Finding | None:
        """Return the finding of sides that agree, or nearly, or for a known reason don't.

        None of a breach. `told` is both sides in words; `others` are further gaps whose excuse
        would do; where it is `lenient`, what rounding explains is no residue.
        """
        assert gap.difference is not None
        near = self.holds(gap.difference, gap.spread)
        if self.holds(gap.difference, EXACT) or (near and (lenient or gap.is_about)):
            return self.passed(subject, f"{told}，{self.agree}", gap.evidence)
        excuses = filter(None, (self.excuse(world, each) for each in (gap, *others)))
        if excuse := next(excuses, None):
            return self.excused(subject, NOT_APPLICABLE, told, excuse, gap.evidence)
        if near or gap.coarse:
            why = "合计印的位数比明细少" if gap.coarse else "各数分别四舍五入可以造成"
            told = f"{told}，{self.apart}{gap.apart}，是尾差：{why}"
            return self.finding(subject, FAILED, told, gap.evidence, RESIDUE)
        return None


class ForEach(Check):
    """A check that goes over everything a pattern matches, or looks once without one."""

    each: Each | None = Field(None, alias="每个", description="逐个核对的已有名称，含 {变量}")

    def find(self, world: World) -> Iterator[Finding]:
        """Yield what :meth:`one` finds of each match."""
        instances = world.instances(self.each)
        if not instances:
            yield self.not_applicable("")
        for variables in instances:
            yield from self.one(world, variables)

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Yield what the check finds of one match."""
        raise NotImplementedError


class ProseCheck(Check):
    """A check of wording: one finding of each id, an open one rather than one that isn't."""

    relates: ClassVar[bool] = True
    # Said where nothing is found.
    nothing: ClassVar[str] = ""

    def find(self, world: World) -> Iterator[Finding]:
        """Yield what :meth:`look` finds, or that there is nothing to look at."""
        if not world.prose:
            yield self.no_data("", ["叙述"])
            return
        found: dict[str, Finding] = {}
        for finding in self.look(world):
            if finding.id not in found or not found[finding.id].is_open:
                found[finding.id] = finding
        if not found:
            yield self.not_applicable("", self.nothing)
        yield from found.values()

    def look(self, world: World) -> Iterator[Finding]:
        """Yield what the check finds in the narratives."""
        raise NotImplementedError


def checks_model() -> Any:
    """Return the type of `checks.yml`: rules of the kinds there are, by their identifiers."""
    return _of_kinds(tuple(Check.kinds.values()))


@cache
def _of_kinds(kinds: tuple[type[Check], ...]) -> Any:
    one: Any = reduce(or_, kinds)
    return dict[RuleName, Annotated[one, Field(discriminator="kind")]]


def subject_of(variables: Mapping[str, str]) -> str:
    """Return what one instance of a pattern is about."""
    return ".".join(variables.values())


def percent(text: str | None) -> Decimal:
    """Return the number of a percentage that a rule gives, 0 where it gives none."""
    return Decimal((text or "0%").rstrip("%"))


def quoted(label: str) -> str:
    """Return a name in quotation marks, unless it brings its own."""
    return label if label.startswith("“") else f"“{label}”"


@cache
def _told(check: type[Check]) -> list[tuple[str, FormulaOf | PatternOf]]:
    """Return the fields of a kind that hold names, and what their types say of them."""
    fields = check.model_fields.items()
    types = ((name, x) for name, f in fields for x in flat(typed(f)))
    return [(name, says) for name, says in types if isinstance(says, FormulaOf | PatternOf)]


def _flat(value: Any) -> Iterator[Scalar]:
    """Yield the texts of a field: itself, a list's items, a mapping's values."""
    if isinstance(value, Scalar):
        yield value
    elif value is not None:
        yield from value.values() if isinstance(value, Mapping) else value
