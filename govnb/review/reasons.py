"""须写明: what has to be said where a figure, or a word of the file, calls for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from govnb.review.check import (
    Evidence,
    ForEach,
    Formula,
    NamePattern,
    Number,
    Percent,
    percent,
    subject_of,
)
from govnb.review.finding import Finding
from govnb.review.terms import Term
from govnb.review.world import World
from govnb.sheet.rules import fill
from govnb.text.values import Text, refuse
from govnb.text.yaml_text import Scalar


class RequiredCheck(ForEach):
    """须写明: 一个数或一个词，到了要说明的地步，却没有写."""

    kind: Literal["须写明"] = Field(alias="种类")
    left: Formula | None = Field(None, alias="左", description="看哪个数或词；默认是“每个”本身")
    below: Percent | None = Field(None, alias="低于", description="低于它的才要写，如 90%")
    above: Percent | None = Field(None, alias="高于", description="高于它的才要写，如 100%")
    unlike: Number | None = Field(None, alias="不等于", description="不等于它的才要写，如 0")
    words: list[Text] = Field([], alias="是", description="是这些词的才要写")
    required: list[NamePattern] = Field(alias="须写", description="要写的各栏；一栏没写就报")
    waived: NamePattern | None = Field(None, alias="不要求", description="有这个数的不要求")
    relates: ClassVar[bool] = True

    @field_validator("required")
    @classmethod
    def _something(cls, required: list[str]) -> list[str]:
        if not required:
            raise refuse("“须写”是空的", "写要说明的那一栏的名称")
        return required

    def one(self, world: World, variables: Mapping[str, str]) -> Iterator[Finding]:
        """Look for what has to be said of one match."""
        subject, about = subject_of(variables), self.left or self.each or Scalar()
        figure = world.figures.get(fill(about, variables))
        word = figure.value if figure is not None and isinstance(figure.value, str) else None
        term = world.term(about, variables)
        if word is not None and figure is not None:
            term = Term(word, "", name=figure.name, label=figure.label, origin=str(figure.place))
        if self.waived and _is_known(world, fill(self.waived, variables)):
            yield self.not_applicable(subject, "年度已经结束，不再要求")
        elif term.value is None:
            yield from self.undecided(subject, term)
        elif not self._calls_for(term):
            yield self.not_applicable(subject, f"{term.label}{term}，不要求说明")
        else:
            names = [fill(name, variables) for name in self.required]
            lacking = [n.rpartition(".")[2] for n in names if not _is_known(world, n)]
            words = {"项": subject, "左名": term.label, "左": str(term), "右": "、".join(lacking)}
            done = self.passed(subject, "需要的说明都写了", Evidence(term.side))
            yield self.failed(subject, words, Evidence(term.side)) if lacking else done

    def _calls_for(self, term: Term) -> bool:
        """Tell whether what is looked at has to be explained."""
        number = term.number
        if number is None:
            return not self.words or str(term.value) in self.words
        return (
            (self.below is None or number < percent(self.below))
            and (self.above is None or number > percent(self.above))
            and (self.unlike is None or number != Decimal(self.unlike))
        )


def _is_known(world: World, name: str) -> bool:
    figure = world.figures.get(name)
    return figure is not None and figure.value is not None
