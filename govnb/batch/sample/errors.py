"""The errors put into made-up departments, each with the finding it must give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from govnb.batch.sample.department import WORDS, Tree


@dataclass(frozen=True)
class Error:
    """An error that was put in: what kind, and which finding of which severity it must give."""

    kind: str
    finding: str
    severity: str
    note: str


def wrong_total(tree: Tree, random: Random) -> Error:
    """State a total of special items that is off by more than any rounding."""
    node = tree["收入"]["明细"]["财政拨款"]["明细"]["专项经费"]
    off = Decimal(random.randint(100, 900)) / 100
    node["合计"] -= off
    # The totals above agree with it, so that one finding is all there is.
    tree["收入"]["明细"]["财政拨款"]["合计"] -= off
    tree["收入"]["合计"] -= off
    tree["预算执行"]["年末结余"] -= off
    tree["公布数"]["支出.超支"] += off
    return Error("合计错误", "合计:收入.财政拨款.专项经费", "错误", f"合计少写 {off}")


def wrong_rate(tree: Tree, random: Random) -> Error:
    """Print a rate a tenth of what it is."""
    printed = tree["公布数"]["三公经费.控制率"]
    tree["公布数"]["三公经费.控制率"] = f"{Decimal(printed.rstrip('%')) / 10:.2f}%"
    return Error("率写错", "公布数:三公经费.控制率", "错误", f"{printed} 写成十分之一")


def rounding(tree: Tree, random: Random) -> Error:
    """Round the parts of a total one by one, so that they miss it by a cent."""
    account = tree["支出"]["明细"]["工资福利支出"]
    account["合计"] += Decimal("0.01")
    tree["支出"]["合计"] += Decimal("0.01")
    tree["公布数"]["支出.超支"] += Decimal("0.01")
    tree["预算执行"]["年末结余"] -= Decimal("0.01")
    return Error("尾差", "合计:支出.工资福利支出", "尾差", "分项各自舍入，差 0.01")


def zero_base(tree: Tree, random: Random) -> Error:
    """Print growth of 100 % from nothing."""
    name, unit = random.choice(WORDS["新业务量"])
    tree["业务量"][name] = {"单位": unit, "本年": random.randint(2, 30), "上年": 0}
    tree["公布数"][f"业务量.{name}.增长率"] = "100%"
    return Error("零基增长", f"业务量零基增长:{name}", "错误", "上年为 0，印增长 100%")


def wrong_count(tree: Tree, random: Random) -> Error:
    """Print one office too many."""
    tree["公布数"]["内设机构.条数"] += 1
    return Error("个数不符", "公布数:内设机构.条数", "错误", "公布的内设机构比列出的多一个")


def wrong_document_year(tree: Tree, random: Random) -> Error:
    """Give the document that founded the department a number of some years later."""
    founded = tree["部门"]["设立时间"]
    tree["部门"]["设立文号"] = [f"示编〔{founded + 2}〕{random.randint(1, 60)}号"]
    return Error("文号年份", "设立文号与设立时间", "错误", "文号的年份晚于设立时间")


KINDS: tuple[Callable[[Tree, Random], Error], ...] = (
    wrong_total, wrong_rate, rounding, zero_base, wrong_count, wrong_document_year,
)  # fmt: skip
