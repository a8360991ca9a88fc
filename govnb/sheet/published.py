"""公布数: what a published report printed, kept with the precision it printed.

`15%` says less than `14.98%`; a comparison must know that, so the number of printed
decimals travels with the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from govnb.text.number import BadText, TextNumber, parse_number, split_typed
from govnb.text.place import Place
from govnb.text.values import Reads


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A printed number: exact text, value in the printed unit, printed decimals.

    `approximate` is 1200余, which is no less than it says; `around` is 约1200.
    """

    text: str
    value: Decimal
    decimals: int
    unit: str
    approximate: bool
    place: Place
    around: bool = False

    def printed(self, scale: Decimal) -> TextNumber:
        """Return it as a number of a text; one of its units is `scale` of those compared in."""
        return TextNumber(
            self.text, self.value, self.decimals, self.unit, 0, len(self.text), self.around,
            self.approximate, scale=scale,
        )  # fmt: skip


def parse_published(text: str, place: Place) -> PublishedFigure:
    """Read a printed number such as `20.25`, `1.1%`, `97分`, `1200余件`, `约118%`, `-7.24万元`.

    Raises
    ------
    BadText
        If it doesn't begin with a plain number.
    """
    match = split_typed(text)
    if match is None or re.search(r"\d", match["unit"]):
        bare = text.strip()
        hint = "照原文写数和单位，如 1.1% 或 20.25；没有公布就删去这一行"
        raise BadText(f"“{bare}”不是公布的数" if bare else "值是空的", hint)
    value = parse_number(match["number"], negative=True)
    decimals = len(match["number"].partition(".")[2])
    return PublishedFigure(
        text=text,
        value=value,
        decimals=decimals,
        unit=match["unit"].strip(),
        approximate=bool(match["more"]),
        place=place,
        around=bool(match["around"]),
    )


Published = Annotated[
    PublishedFigure,
    Reads(
        lambda text: parse_published(text, text.place),
        "一个公布的数",
        "只写一个数，如 1.1% 或 20.25",
        {"type": ["number", "string"], "description": "照原文写，如 1.1%、97分、1200余"},
    ),
]
