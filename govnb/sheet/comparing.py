"""What may be compared: breaks between the years, and which departments are of one kind."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from govnb.sheet.fields import key
from govnb.text.section import Name, Strict
from govnb.text.validation import district_rules
from govnb.text.values import Count, Quantity, Text, Year

EVERY = "全部"


class Break(Strict):
    """断点: from when on a figure counts something else than it did a year before."""

    since: Year | None = key("自", "从这一年起与上年不可比")
    differs: Text | None = key("看", "这个指标两年写得不同，就不可比，如 部门.预算单位数")
    figures: tuple[Text, ...] = key("指标", "哪些指标；* 代表任意文字，全部 代表所有", ...)
    note: Text = key("说明", "印在图表下面", ...)
    source: Text | None = key("来源", "哪个文件")

    def concerns(self, name: str) -> bool:
        """Tell whether a figure is one of those it breaks."""
        return any(matches(str(pattern), name) for pattern in self.figures)


class Peers(Strict):
    """同类: which departments are compared with one another, and what is far off."""

    natures: dict[Name, tuple[Text, ...]] = key(
        "性质", "类别: “部门.性质”里有其中一个词的；先写的先认", ...
    )
    sizes: tuple[Count, ...] = key("编制", "各档编制数的上限，从小到大", ...)
    least: Count = key("至少", "同类少于这么多个部门（含本部门）不比", ...)
    limit: Quantity = key(
        "离群",
        "与中位数相差超过 1.4826×MAD 的这么多倍，列为待解释；MAD 是各数与中位数之差的中位数",
        ...,
    )

    def group(self, nature: str, posts: int) -> str:
        """Return the kind a department is of, such as 事业，编制20人以下."""
        kinds = (k for k, words in self.natures.items() if any(str(w) in nature for w in words))
        if not (kind := next(kinds, "")):
            return ""
        below = 0
        for limit in (int(size.value or 0) for size in self.sizes):
            if posts <= limit:
                return f"{kind}，编制{below + 1}—{limit}人"
            below = limit
        return f"{kind}，编制{below}人以上"


class ComparingRules(Strict):
    """`rules/trend.yml`: breaks between years, and peers."""

    breaks: dict[Name, Break] = key("断点", default={})
    peers: Peers = key("同类", default=...)


def matches(pattern: str, name: str) -> bool:
    """Tell whether a pattern of a break means a figure; 支出 also means its parts."""
    return pattern == EVERY or fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")


def comparing_rules(params_dir: Path) -> ComparingRules:
    """Return the rules of comparing; raise what is wrong in their file."""
    return district_rules(params_dir, "trend.yml", ComparingRules)
