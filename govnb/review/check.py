"""A check: one relation that must hold, as `params/rules/checks.yml` states it.

A rule of that file is data: its kind (种类), the figures or texts it looks at, how severe a
breach is, what to tell the reader, why the rule exists and how to settle a breach. A kind is one
class here: its name, its fields, and :meth:`Check.find`. What a field holds follows from its
type (:data:`Formula`, :data:`NamePattern`, :data:`Each`…): whether names in it must exist, what
may stand for a `{变量}`, what an editor offers. Defining the class is all that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from govnb.review.finding import (
    FAILED,
    NO_DATA,
    NOBODY,
    NOT_APPLICABLE,
    PASSED,
    SEVERITIES,
    Finding,
    Side,
)
from govnb.review.terms import Term
from govnb.review.world import World
from govnb.text.number import BadText, parse_number
from govnb.text.patterns import check_pattern
from govnb.text.section import VARIABLE, Strict
from govnb.text.values import Text, TextOf, refuse
from govnb.text.yaml_text import Scalar

BY_ROUNDING = "舍入"
NOTHING_TO_CHECK = "本部门没有要核对的内容"
EVERYWHERE = "全文"
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


def _number(text: Scalar, *, negative: bool = True) -> Scalar:
    try:
        parse_number(text, negative=negative)
    except BadText as error:
        raise refuse(str(error), error.hint) from None
    return text


def _tolerance(text: Scalar) -> Scalar:
    if text != BY_ROUNDING and _number(text).startswith("-"):
        raise refuse(f"容差“{text}”不能是负数", f"写 {text[1:]}，或写 {BY_ROUNDING}")
    return text


def _percent(text: Scalar) -> Scalar:
    if not text.endswith("%"):
        raise refuse(f"“{text}”应是百分数", "写成 80%")
    _number(Scalar(text[:-1]))
    return text


def _regex(text: Scalar) -> Scalar:
    try:
        check_pattern(text)
    except BadText as error:
        raise refuse(str(error), error.hint) from None
    return text


def _rule_name(name: str) -> str:
    if ":" in name or "：" in name or not name.strip():
        raise refuse(f"核对的编号“{name}”里不能有冒号", "编号后面的冒号用来接所核对的项")
    return name


RuleName = Annotated[str, AfterValidator(_rule_name)]
Severity = Annotated[Scalar, TextOf("严重性", choices=SEVERITIES)]
Tolerance = Annotated[Scalar, TextOf("容差"), AfterValidator(_tolerance)]
Number = Annotated[Scalar, TextOf("数"), AfterValidator(_number)]
Percent = Annotated[Scalar, TextOf("百分数"), AfterValidator(_percent)]
Regex = Annotated[Scalar, TextOf("正则表达式"), AfterValidator(_regex)]
Formula = Annotated[Scalar, FormulaOf("名称或算式")]
NamePattern = Annotated[Scalar, PatternOf("名称")]
Each = Annotated[Scalar, PatternOf("名称", binds=True)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding rests on: both sides, left minus right, and what was allowed."""

    left: Side = NOBODY
    right: Side = NOBODY
    difference: Decimal | None = None
    tolerance: Decimal | None = None


NO_EVIDENCE = Evidence()


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

    def find(self, world: World) -> Iterator[Finding]:
        """Yield what the check finds about one department's year."""
        raise NotImplementedError

    def texts(self, kind: type[TextOf]) -> Iterator[tuple[Scalar, TextOf]]:
        """Yield the texts of the fields whose type says that they hold what `kind` says."""
        for name, told in _told(type(self)):
            value = getattr(self, name)
            if isinstance(told, kind) and value is not None:
                yield from ((text, told) for text in _flat(value))

    @property
    def variables(self) -> frozenset[str]:
        """The `{变量}` that a pattern of the check binds for its other fields."""
        bound = (text for text, told in self.texts(PatternOf) if getattr(told, "binds", False))
        return frozenset(word for text in bound for word in VARIABLE.findall(text))

    @property
    def fixed_tolerance(self) -> Decimal | None:
        """The tolerance as a number; None when it follows from rounding."""
        return None if self.tolerance == BY_ROUNDING else Decimal(self.tolerance)

    # ── Findings ────────────────────────────────────────────────

    def finding(
        self, subject: str, state: str, message: str, evidence: Evidence = NO_EVIDENCE,
        severity: str | None = None,
    ) -> Finding:  # fmt: skip
        """Return a finding about `subject` with a message of the check's own."""
        return Finding(
            id=identifier(self._name, subject),
            check=self._name,
            severity=severity or str(self.severity),
            state=state,
            message=message,
            left=evidence.left,
            right=evidence.right,
            difference=evidence.difference,
            tolerance=evidence.tolerance,
            advice=str(self.advice) if state == FAILED else "",
        )

    def passed(self, subject: str, message: str, evidence: Evidence = NO_EVIDENCE) -> Finding:
        """Return the finding of a check that holds."""
        return self.finding(subject, PASSED, message, evidence)

    def failed(
        self, subject: str, words: Mapping[str, str], evidence: Evidence = NO_EVIDENCE,
        severity: str | None = None,
    ) -> Finding:  # fmt: skip
        """Return a breach of the rule, told in the rule's message with `words` put in."""
        text = _QUOTED.sub(lambda m: _in_quotes(m, words), str(self.message))
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

    def excused(self, subject: str, told: str, excuse: str, evidence: Evidence) -> Finding:
        """Return the finding of a breach that a total at odds with its parts brings about."""
        return self.not_applicable(subject, f"{told}；{excuse}", evidence)

    def undecided(self, subject: str, *terms: Term) -> Iterator[Finding]:
        """Yield the finding that says why terms can't be compared; nothing if they can."""
        left, right = (*(term.side for term in terms), NOBODY)[:2]
        absent = [term for term in terms if term.is_absent and term.value is None]
        unknown = [term for term in terms if term.value is None]
        if absent:
            what = absent[0].names[0] if absent[0].names else absent[0].name
            yield self.not_applicable(subject, f"本部门没有“{what}”")
        elif any(term.missing for term in unknown):
            missing = (name for term in unknown for name in term.missing)
            yield self.no_data(subject, missing, Evidence(left, right))
        elif unknown:
            why = unknown[0].trouble or "没有可核对的数"
            yield self.not_applicable(subject, f"{quoted(unknown[0].label)}算不出：{why}")
        else:
            odd = next(term for term in terms if term.number is None)
            yield self.not_applicable(subject, f"{quoted(odd.label)}是“{odd}”，不是数，不能核对")


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
    one: Any = reduce(or_, Check.kinds.values())
    return dict[RuleName, Annotated[one, Field(discriminator="kind")]]


def subject_of(variables: Mapping[str, str]) -> str:
    """Return what one instance of a pattern is about."""
    return ".".join(variables.values())


def identifier(rule: str, subject: str) -> str:
    """Return a finding's id."""
    return f"{rule}:{subject}" if subject else rule


def quoted(label: str) -> str:
    """Return a name in quotation marks, unless it brings its own."""
    return label if label.startswith("“") else f"“{label}”"


def _in_quotes(match: re.Match[str], words: Mapping[str, str]) -> str:
    word = words.get(match[1], "")
    return quoted(word) if word else match[0]


@cache
def _told(check: type[Check]) -> list[tuple[str, TextOf]]:
    """Return the fields of a kind that hold names, and what their types say of them."""
    fields = check.model_fields.items()
    told = ((n, next(_types([*f.metadata, f.annotation]), None)) for n, f in fields)
    return [(name, says) for name, says in told if says is not None]


def _types(annotations: Iterable[Any]) -> Iterator[TextOf]:
    """Yield what the annotations say of the names in the text they hold, at any depth."""
    for annotation in annotations:
        if isinstance(annotation, FormulaOf | PatternOf):
            yield annotation
        yield from _types(getattr(annotation, "__metadata__", ()))
        yield from _types(get_args(annotation))


def _flat(value: Any) -> Iterator[Scalar]:
    """Yield the texts of a field: itself, a list's items, a mapping's values."""
    if isinstance(value, Scalar):
        yield value
    else:
        yield from value.values() if isinstance(value, Mapping) else value
