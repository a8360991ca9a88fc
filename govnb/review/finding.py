"""A finding: what one check found about one thing, with the evidence on both sides.

A finding never says only that something is wrong: it holds both values, where each comes
from, the tolerance used, and what to do. Missing data is a state of its own and never a pass.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import NamedTuple

from govnb.sheet.department import Acknowledgement
from govnb.sheet.figure import Figure, exact
from govnb.text.faults import Place

ERROR, RESIDUE, HINT = "错误", "尾差", "提示"
SEVERITIES = (ERROR, RESIDUE, HINT)
PASSED, FAILED = "通过", "未通过"
NOT_APPLICABLE, NO_DATA, EXPLAINED = "不适用", "缺数据", "已说明"
# Of a department about which too little is known for any verdict.
TOO_LITTLE = "资料不足"
# One of which must be known: what was spent, or is to be, or what a form says of it.
SPENDING = ("支出", "预算安排", "自评表.资金.年度资金总额.全年执行数")
STATES = (FAILED, EXPLAINED, NO_DATA, NOT_APPLICABLE, PASSED)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: the figure or formula, its exact value, where it stands."""

    figure: str | None = None
    value: str | None = None
    origin: str | None = None

    @classmethod
    def of(cls, figure: Figure) -> Side:
        """Return a figure's side, at full precision."""
        value = None if figure.value is None else exact(figure.value)
        return cls(figure.name, value, str(figure.place))

    @classmethod
    def text(cls, value: str, place: Place, figure: str | None = None) -> Side:
        """Return the side of a text found in a file."""
        return cls(figure, value, str(place))

    def as_dict(self) -> dict[str, str | None]:
        """Return the shape of the JSON contract."""
        return asdict(self)


NOBODY = Side()


class Evidence(NamedTuple):
    """What a finding rests on: both sides, left minus right, and what was allowed.

    The last two are in the unit of the left side.
    """

    left: Side = NOBODY
    right: Side = NOBODY
    difference: Decimal | None = None
    tolerance: Decimal | None = None


NO_EVIDENCE = Evidence()


class Excuse(NamedTuple):
    """Why a breach is another's doing, in words, and the items of the findings to blame."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found about one thing."""

    # `核对编号:所核对的项`, the same in every run and whatever else changes, since a department
    # acknowledges a finding by it.
    id: str
    # The rule's identifier in `checks.yml`.
    check: str
    severity: str
    state: str
    message: str
    # The parts of :class:`Evidence`.
    left: Side = NOBODY
    right: Side = NOBODY
    difference: Decimal | None = None
    tolerance: Decimal | None = None
    # How to settle it (怎样处理); empty when there is nothing to settle.
    advice: str = ""
    # The department's explanation, for 已说明.
    acknowledgement: Acknowledgement | None = None
    # The items of the findings that it is a consequence of; and the ids of its own consequences.
    because: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    # For 缺数据: the figures or sections to fill in.
    missing: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody to mend or explain it."""
        return self.state == FAILED

    def as_dict(self) -> dict[str, object]:
        """Return the shape of the JSON contract: numbers as exact text, null if unknown."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        said: Acknowledgement | None = told.pop("acknowledgement")
        del told["because"], told["missing"]
        for key in ("difference", "tolerance"):
            told[key] = None if told[key] is None else exact(told[key])
        return told | {
            "follows": list(self.follows),
            "left": self.left.as_dict(),
            "right": self.right.as_dict(),
            "explanation": said
            and {"text": str(said.explanation), "by": str(said.by), "date": str(said.date)},
        }


@dataclass(frozen=True, slots=True)
class Review:
    """All findings about one department's year, in reading order."""

    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each state, and how many open ones of each severity."""
        open_ones = [f.severity for f in self.findings if f.is_open]
        states = [f.state for f in self.findings]
        return {s: open_ones.count(s) for s in SEVERITIES} | {s: states.count(s) for s in STATES}

    @property
    def open_errors(self) -> tuple[Finding, ...]:
        """The errors nobody has mended or explained."""
        return self.open_of(ERROR)

    def open_of(self, *severities: str) -> tuple[Finding, ...]:
        """Return the open findings of the given severities."""
        return tuple(f for f in self.findings if f.is_open and f.severity in severities)

    def as_dict(self) -> dict[str, object]:
        """Return the shape of the JSON contract."""
        return {"findings": [f.as_dict() for f in self.findings], "counts": self.counts}
