"""A department's file as people write it: every number typed, in the text as well.

The shipped files refer to figures (`{{ 三公经费.支出 }}`); most reports are typed. Here what a
reference prints stands in its place, and standard sentences of final accounts are added, so
that the file states the same things in several places and all of them agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from govnb.sheet.figure import Figures
from govnb.sheet.references import REFERENCE, Reference, printed

# Where the standard sentences go: before the narrative's own first words.
SLOT = "  绩效概述:"


@dataclass(frozen=True)
class Told:
    """What was typed for a reference, and where it stands in the file."""

    start: int
    text: str
    name: str
    filter: str | None
    following: str

    def still(self, figures: Figures) -> bool:
        """Tell whether figures would have the same printed here."""
        figure = figures.get(self.name)
        return figure is not None and self.text == printed(figure, self.filter, self.following)


def typed(text: str, figures: Figures) -> tuple[str, tuple[Told, ...]]:
    """Return a file with all figures its text refers to typed out, and where they stand."""
    pieces: list[str] = []
    told: list[Told] = []
    at = length = 0
    for match in REFERENCE.finditer(text):
        reference = Reference.of(match)
        comment = text.rfind("#", text.rfind("\n", 0, match.start()) + 1, match.start()) >= 0
        if reference.name not in figures or comment:
            continue
        following = text[match.end() :].split("\n", 1)[0]
        said = printed(figures[reference.name], reference.filter, following)
        pieces += [text[at : match.start()], said]
        length += match.start() - at
        told.append(Told(length, said, reference.name, reference.filter, following))
        length += len(said)
        at = match.end()
    return "".join([*pieces, text[at:]]), tuple(told)


def with_sentences(text: str, figures: Figures) -> str:
    """Return a file whose 绩效概述 begins with standard sentences, as references."""
    head, slot, rest = text.partition(f"\n{SLOT}")
    first, _, others = rest.partition("\n")
    said = "".join(f"    {sentence}\n\n" for sentence in sentences(figures))
    own = first.strip().strip("'\"|>-").strip()
    return f"{head}{slot} |\n{said}{f'    {own}{chr(10)}' if own else ''}{others}"


def sentences(figures: Figures) -> Iterator[str]:
    """Yield the standard sentences that a department's figures can fill."""

    def known(*names: str) -> bool:
        found = (figures.get(name) for name in names)
        return all(f is not None and f.number is not None for f in found)

    def when(sentence: str) -> Iterator[str]:
        if known(*(Reference.of(m).name for m in REFERENCE.finditer(sentence))):
            yield sentence

    yield from when("{{ 年度 | 数字 }}年收入{{ 收入 }}，支出{{ 支出 }}，{{ 支出.超支 | 盈亏 }}。")
    yield from when("核定编制{{ 人员.编制数 }}，实有在职人员{{ 人员.在职人员 }}。")
    yield from when("内设机构{{ 内设机构.条数 | 数字 }}个。")
    yield from when(
        "“三公”经费预算{{ 三公经费.预算 }}，支出{{ 三公经费.支出 }}，"
        "完成预算的{{ 三公经费.控制率 }}，{{ 三公经费.结余 | 盈亏 }}。"
    )
    for item in ("公务接待费", "公务用车运行维护费"):
        name = f"三公经费.{item}"
        yield from when(
            f"{item}预算{{{{ {name}.预算 }}}}，支出{{{{ {name}.支出 }}}}，"
            f"完成预算的{{{{ {name}.控制率 }}}}。"
        )
        yield from when(f"{item}支出{{{{ {name}.支出 }}}}，比上年{{{{ {name}.增长率 | 增减 }}}}。")
    for volume in dict.fromkeys(n.split(".")[1] for n in figures if n.startswith("业务量.")):
        name = f"业务量.{volume}"
        growth = f"{{{{ {name}.增长率 | 增减 }}}}"
        yield from when(f"{volume}{{{{ {name}.本年 }}}}，上年{{{{ {name}.上年 }}}}，{growth}。")
    for project in dict.fromkeys(n.split(".")[1] for n in figures if n.startswith("项目.")):
        name = f"项目.{project}"
        yield from when(
            f"{project}财政评审金额{{{{ {name}.评审金额 }}}}，中标价{{{{ {name}.中标价 }}}}，"
            f"{{{{ {name}.节约额 | 节约 }}}}。"
        )
