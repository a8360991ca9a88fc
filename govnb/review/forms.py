"""句式: sentences of a usual form, whose numbers state a relation: 回收率 = 收回 ÷ 发放."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import product
from operator import eq, gt, lt
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field, model_validator
from regex import Match

from govnb.review.check import Evidence, ProseCheck, Regex
from govnb.review.finding import Finding
from govnb.review.rounding import room
from govnb.review.sentences import POINTS, scaled
from govnb.review.terms import printed
from govnb.review.texts import DIGIT, Passage
from govnb.review.world import World
from govnb.sheet.expression import FormulaError, NotComputable, filled, parse
from govnb.text.number import TextNumber, number_in_chinese
from govnb.text.patterns import matches
from govnb.text.section import Strict
from govnb.text.values import Text, refuse
from govnb.text.yaml_text import Scalar

_RELATION = re.compile(r"\s*(?P<left>[^=<>]+?)\s*(?P<sign>[=<>])\s*(?P<right>[^=<>]+?)\s*")
# What {名称} and … of a form stand for: a number and what makes it thousands; words, no number.
_NUMBER = rf"(?P<\1>{DIGIT}+|[零〇一二三四五六七八九十百千两]+)\\s*[百千万亿]?"
_WORDS = rf"[^{DIGIT}。；\n]{{0,24}}?"
# Not how often something is repeated: {0,8}.
_VARIABLE = re.compile(r"\{([^\d{},]+)\}")
_RATES = ("%", POINTS)
_HUNDREDTH = Decimal("0.01")
# Decimals with which an amount is printed in full.
_SHOWN = 2


class Relation(NamedTuple):
    """What the numbers of a sentence must satisfy: a number, = < or >, and an expression."""

    left: str
    sign: str
    right: str

    def holds(self, left: Decimal, right: Decimal) -> bool:
        """Tell whether two numbers are so."""
        return bool({"=": eq, "<": lt, ">": gt}[self.sign](left, right))


class Form(Strict):
    """A form of sentence (一种句式), and what its numbers must satisfy."""

    written: Regex = Field(
        alias="写作", description="正则表达式；{名称} 是一个数，… 是不含数的几个字，…… 不论什么字"
    )
    within: list[Text] = Field(
        [], alias="含", description="文字里有这些词之一，才找这一句式：别处不必找；不写就都找"
    )
    holds: list[Text] = Field(
        alias="应", description="数与数的关系，如 回收率 = 收回 / 发放；合一条即可"
    )

    @model_validator(mode="after")
    def _readable(self) -> Form:
        known = set(_VARIABLE.findall(self.written))
        for text in self.holds:
            if (match := _RELATION.fullmatch(text)) is None:
                raise refuse(f"“{text}”不是关系", "写成 回收率 = 收回 / 发放", text.place)
            try:
                names = {*parse(match["left"]).names, *parse(match["right"]).names}
            except FormulaError as error:
                raise refuse(str(error), error.hint, text.place) from None
            if unknown := sorted(names - known):
                hint = f"“写作”里的数有：{'、'.join(sorted(known))}"
                raise refuse(f"“写作”里没有“{{{unknown[0]}}}”", hint, text.place)
            if match["left"] not in known:
                raise refuse(f"“{match['left']}”应是一个数的名称", "算式写在右边", text.place)
        return self

    @cached_property
    def pattern(self) -> Scalar:
        """The form as a regular expression over a passage's shape."""
        text = _VARIABLE.sub(_NUMBER, self.written)
        # What is no digit is no number's either.
        text = re.sub(r"(\[\^[^\]]*?\\d)", rf"\1{DIGIT}", text)
        text = text.replace("……", "[^。\n]*?").replace("…", _WORDS)
        pattern = Scalar(text)
        pattern.place, pattern.body = self.written.place, self.written.body
        return pattern

    @cached_property
    def relations(self) -> list[Relation]:
        """The relations, one of which must hold."""
        return [Relation(**m.groupdict()) for m in map(_RELATION.fullmatch, self.holds) if m]


class FormCheck(ProseCheck):
    """句式: 固定句式里的数与数，如 “发放问卷200份，收回186份，回收率93%”.

    Each of its numbers may be anything that is printed so.
    """

    kind: Literal["句式"] = Field(alias="种类")
    forms: dict[str, Form] = Field(alias="句式", description="编号: {写作: …, 应: […]}")

    nothing: ClassVar[str] = "文字里没有这些句式"

    def look(self, world: World) -> Iterator[Finding]:
        """Hold the numbers of each sentence of a known form against one another."""
        for passage, (name, form) in product(world.prose, self.forms.items()):
            if not form.within or any(word in passage.text for word in form.within):
                for match in matches(form.pattern, passage.shape):
                    numbers = {k: _number(passage, at) for k, at in _starts(match).items()}
                    known = {k: n for k, n in numbers.items() if n}
                    if len(known) == len(numbers):
                        yield from self._judged(name, form, known, match, passage)

    def _judged(
        self, name: str, form: Form, numbers: Mapping[str, TextNumber], match: Match[str],
        passage: Passage,
    ) -> Iterator[Finding]:  # fmt: skip
        amounts = {name: number.amount for name, number in numbers.items()}
        subject, right = f"{passage.path}:{name}", list[str]()
        for relation in form.relations:
            left = numbers[relation.left]
            ends, value = _ends(relation.right, numbers), _value(relation.right, amounts)
            if ends is None or value is None:
                return
            is_exact = relation.sign == "="
            before = re.split(r"[，、：；]|,(?!\d)", passage.masked[match.start() : left.start])[-1]
            written = f"{before}{left.text}{left.unit}"
            evidence = Evidence(
                passage.side(left.start, left.text),
                difference=left.amount - value if is_exact else None,
            )
            # Some cut a number instead of rounding it.
            low, high = ends[0] - 2 * room(left), ends[1] + room(left)
            if low <= left.amount <= high if is_exact else relation.holds(left.amount, value):
                yield self.passed(subject, f"“{written}”相符", evidence)
                return
            told = filled(relation.right, lambda n: n + _printed(numbers[n]), lambda _: ())
            if is_exact and relation.right not in numbers:
                told += f"＝{printed(value / left.scale, left.unit, max(left.decimals, 2))}"
            right.append(told if is_exact else f"{relation.left}{_printed(left)}，{told}")
        if not is_exact:
            written = passage.masked[match.start() : match.end()].rsplit("，", 1)[-1]
        words = {"处": passage.path, "原文": written, "左": written}
        words["右"] = "，或".join(dict.fromkeys(right))
        yield self.failed(subject, words, evidence)


def _starts(match: Match[str]) -> dict[str, int]:
    # A group of the form's own, such as a unit that comes twice, begins with _.
    return {name: match.start(name) for name in match.groupdict() if name[0] != "_"}


def _number(passage: Passage, at: int) -> TextNumber | None:
    """Return the number that stands there, money in 元 and a rate as a fraction."""
    number = passage.numbers.get(at) or number_in_chinese(passage.masked, at)
    if number is None or number.more or number.high or number.around:
        return None
    unit, found = scaled(number)
    if unit in _RATES:
        return TextNumber(
            found.text, found.value, found.decimals, unit, found.start, found.end,
            scale=_HUNDREDTH,
        )  # fmt: skip
    return found


def _printed(number: TextNumber) -> str:
    return f"{number.text}{number.unit}"


def _ends(text: str, numbers: Mapping[str, TextNumber]) -> tuple[Decimal, Decimal] | None:
    """Return the least and the most that an expression comes to; None where it can't be told."""
    names = parse(text).names
    finest = max((number.decimals for number in numbers.values()), default=0)
    sides = []
    for number in map(numbers.__getitem__, names):
        # 24万元 beside 21.84万元 has dropped its zeros.
        is_exact = finest >= _SHOWN and not number.decimals
        half = Decimal(0) if is_exact else room(number)
        sides.append((number.amount - half, number.amount + half))
    values = [_value(text, dict(zip(names, corner, strict=True))) for corner in product(*sides)]
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if len(known) == len(values) else None


def _value(text: str, given: Mapping[str, Decimal]) -> Decimal | None:
    try:
        value = parse(text).evaluate(given.__getitem__, lambda *_: ())
    except NotComputable:
        return None
    return value if isinstance(value, Decimal) else None
