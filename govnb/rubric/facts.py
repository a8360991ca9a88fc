"""What a department states about one indicator: its own facts, and where names lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from govnb.sheet.evidence import Evidence
from govnb.sheet.figure import Figure, Figures, Lack
from govnb.sheet.overrides import TRIAL
from govnb.sheet.references import REFERENCE, Reference, printed
from govnb.text.measure import PERCENT
from govnb.text.narrative import unmarked
from govnb.text.place import Fault
from govnb.text.values import MONEY_UNIT, PartialDate
from govnb.text.yaml_text import Scalar

DATA = "数据"
OWN_NAMES = frozenset({"指标值", "年度指标值", "实际完成值"})


@dataclass(frozen=True)
class Facts:
    """One indicator of one department: the facts stated for it, by their short names."""

    # All facts and figures.
    figures: Figures
    # Where its own facts are: `评分依据.NAME` or `绩效指标.NAME`.
    base: str
    # The prose of its facts: proofs, reasons, notes.
    evidence: Evidence | None
    weight: Decimal
    year: int
    faults: list[Fault]
    # The unit of the indicator's value.
    unit: str = PERCENT
    # Whether the rubric asks for 佐证.
    asks_proof: bool = False
    # What the department's amounts without a unit are in.
    money_unit: str = MONEY_UNIT

    def name(self, *path: str) -> str:
        """Return the full name of one of its own facts."""
        return ".".join((self.base, *path))

    def figure(self, *path: str) -> Figure | None:
        """Return one of its own facts."""
        return self.figures.get(self.name(*path))

    def number(self, *path: str) -> Decimal | None:
        """Return one of its own numbers, a percentage as its fraction."""
        figure = self.figure(*path)
        value = figure.ratio if figure else None
        return value if isinstance(value, Decimal) else None

    def word(self, *path: str) -> str | None:
        """Return one of its own words, None for 未公布 too."""
        figure = self.figure(*path)
        value = figure.value if figure else None
        return value if isinstance(value, str) else None

    def day(self, *path: str) -> PartialDate | str | None:
        """Return one of its own dates, or the word that stands for one."""
        figure = self.figure(*path)
        value = figure.value if figure else None
        return value if isinstance(value, PartialDate) else self.word(*path)

    def on_trial(self, *path: str) -> bool:
        """Tell whether a fact was put in to try it out: then no proof is asked for."""
        figure = self.figure(*path)
        return figure is not None and figure.place == TRIAL

    def is_withheld(self, *path: str) -> bool:
        """Tell whether a fact is stated, but as 未公布 or by a formula without a value."""
        figure = self.figure(*path)
        is_open = figure is not None and figure.value is None
        return figure is not None and is_open and figure.lack is not Lack.LEFT_OUT

    def refuse(self, message: str, hint: str, *path: str) -> None:
        """Note a fault of one of its own facts, once."""
        figure = self.figure(*path)
        fault = Fault(figure.place if figure else TRIAL, message, hint)
        if fault not in self.faults:
            self.faults.append(fault)

    def prose(self, text: Scalar | None) -> str:
        """Return a proof or a note with its `{{ 名称 }}` put in, for a table's cell: not bold."""

        def put_in(match: Any) -> str:
            reference = Reference.of(match)
            figure = self.figures.get(reference.name)
            return str(match[0]) if figure is None else printed(figure, reference.filter)

        return REFERENCE.sub(put_in, unmarked(text)).strip() if text is not None else ""

    @property
    def proof(self) -> str:
        """The evidence for the indicator as a whole."""
        return self.prose(self.evidence.proof) if self.evidence else ""

    def is_proven(self, *paths: list[str]) -> bool:
        """Tell whether facts of its own may earn points: proven, tried out, or needing none."""
        if not self.asks_proof or self.proof:
            return True
        return all(self.on_trial(*path) for path in paths)

    def locate(self, name: str) -> str:
        """Return the figure, or the pattern, a name stands for: its own facts come first."""
        if name in OWN_NAMES or name.split(".")[0] == DATA:
            return self.name(name)
        return self.figures.sheet.resolve(name)

    def expand(self, pattern: str) -> Sequence[str]:
        """Return the figures a wildcard stands for."""
        return self.figures.sheet.expand(self.locate(pattern))
