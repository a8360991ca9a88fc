"""The formula book: one line serves every project, item and account of every department."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.sheet.compute import compute
from govnb.sheet.figure import Figure
from govnb.sheet.folder import REGISTERS
from govnb.sheet.read import load
from govnb.text.faults import FaultsError

Department = Callable[..., Path]


@pytest.fixture
def with_rule(department: Department, params_copy: Path) -> Callable[[str, str], dict[str, Figure]]:
    """Compute a department with one more rule at the end of the book."""

    def made(rule: str, body: str) -> dict[str, Figure]:
        book = params_copy / "rules" / "figures.yml"
        book.write_text(book.read_text("utf-8") + rule, encoding="utf-8")
        return dict(compute(load(department(body)))[0])

    return made


def rule(name: str, formula: str, unit: str = "万元", more: str = "") -> str:
    return f'"{name}":\n  公式: {formula}\n  单位: "{unit}"\n  名称: "某数"\n{more}'


PROJECTS = "项目: {大桥: {中标价: 10, 追加: 1}, 公园（一期）: {中标价: 20, 追加: 4}}\n"


def test_a_pattern_gives_one_figure_for_each_match(
    with_rule: Callable[..., dict[str, Figure]],
) -> None:
    made = with_rule(
        rule(
            "项目.{项目}.合同",
            "项目.{项目}.中标价 - 项目.{项目}.追加",
            more="  每个: 项目.{项目}.中标价\n",
        ),
        PROJECTS,
    )
    assert made["项目.大桥.合同"].value == 9
    assert made["项目.公园（一期）.合同"].value == 16
    assert (
        made["项目.公园（一期）.合同"].formula
        == "项目.公园（一期）.中标价 - 项目.公园（一期）.追加"
    )


def test_a_pattern_without_a_match_gives_nothing(
    with_rule: Callable[..., dict[str, Figure]],
) -> None:
    made = with_rule(
        rule("项目.{项目}.合同", "项目.{项目}.中标价 * 2", more="  每个: 项目.{项目}.中标价\n"), ""
    )
    assert not [name for name in made if name.endswith(".合同")]


def test_labels_units_and_notes_are_filled_in(with_rule: Callable[..., dict[str, Figure]]) -> None:
    made = with_rule(
        "业务量.{事项}.翻番:\n  每个: 业务量.{事项}.上年\n  公式: 业务量.{事项}.上年 * 2\n"
        '  单位: 业务量.{事项}.单位\n  名称: "{事项}翻番"\n'
        '  说明: "{事项}的两倍"\n  依据: 某文件\n',
        "业务量: {工单: {单位: 件, 本年: 7, 上年: 5}}\n",
    )
    figure = made["业务量.工单.翻番"]
    assert (figure.value, figure.unit, figure.label) == (Decimal(10), "件", "工单翻番")
    assert figure.note == "工单的两倍；某文件"
    assert figure.decimals == 0


@pytest.mark.parametrize(
    "name", ["会议费/培训费", "A-B", "12345工单", "大 桥", "求和", "1,2", "《公报》（二）", "301"]
)
def test_items_may_have_names_a_formula_could_not_spell(
    with_rule: Callable[..., dict[str, Figure]], name: str
) -> None:
    made = with_rule(
        rule("项目.{项目}.合同", "项目.{项目}.中标价 * 2", more="  每个: 项目.{项目}.中标价\n"),
        f"项目: {{'{name}': {{中标价: 10}}}}\n支出: {{明细: {{'{name}': 3}}}}\n",
    )
    assert made[f"项目.{name}.合同"].value == 20
    assert made[f"支出.{name}.占比"].value == 100


def test_decimals_are_those_of_the_rule_or_of_the_unit(
    with_rule: Callable[..., dict[str, Figure]],
) -> None:
    made = with_rule(
        rule("部门.甲", "年度 / 7", more="  小数位: 4\n") + rule("部门.乙", "年度 / 7", unit="人"),
        "",
    )
    assert (made["部门.甲"].decimals, made["部门.乙"].decimals) == (4, 0)


def test_every_shipped_rule_is_described_used_and_sourced_in_its_own_words(params: Path) -> None:
    inputs = load(params / "2016" / "junshan-zwfw.yml", params)
    labels = [str(rule.label) for rule in inputs.book.values()]
    assert len(set(labels)) == len(labels), "两个指标同名，读者分不清"
    later = Path(__file__).parent.parent / "data" / "later"
    made = {path: compute(load(path, params))[0] for path in params.glob("20*/[!_]*.yml")}
    made |= {path: compute(load(path, params))[0] for path in later.glob("20*/[!_]*.yml")}
    for name, rule in inputs.book.items():
        if rule.each and rule.each.startswith(REGISTERS):
            continue  # a ledger's, which has tests of its own
        if "{" in name:
            tail = name.rpartition("}")[2]
            assert any(n.endswith(tail) for figures in made.values() for n in figures), name
        else:
            assert all(name in figures for figures in made.values()), name
        assert rule.unit != "%" or "/" in rule.formula or "求和" in rule.formula, name


def test_a_department_that_lacks_a_section_gets_unknown_not_a_fault(
    department: Department,
) -> None:
    figures, _ = compute(load(department("支出: 5\n")))
    assert figures["支出.结余"].value is None
    assert figures["人员.编内工资推算"].value is None
    assert "工资福利支出" in figures["人员.编内工资推算"].reason
    assert figures["支出.资本性支出未对应项目资金"].value is None


def test_the_departments_own_formulas_may_not_name_what_it_lacks(department: Department) -> None:
    with pytest.raises(FaultsError, match=r"没有“支出.办公费”"):
        compute(load(department("预算执行: {年初预算: =支出.办公费}\n")))


def test_numbers_of_the_book_keep_full_precision_between_formulas(
    department: Department,
) -> None:
    figures, _ = compute(load(department("收入: 3\n支出: {明细: {甲: 1, 乙: 2}}\n")))
    share = figures["支出.甲.占比"].number
    assert share == Decimal(1) / Decimal(3) * 100 or str(share).startswith("33.3333333333333333333")


def test_a_cycle_through_book_and_file_names_every_place_in_both(department: Department) -> None:
    body = "收入: =预算执行.年初预算\n支出: 5\n预算执行: {年初预算: =支出.超支}\n"
    with pytest.raises(FaultsError) as caught:
        compute(load(department(body)))
    places = [fault.place for fault in caught.value.faults]
    assert [p.file for p in places] == ["params/2016/test.yml"] * 2 + ["params/rules/figures.yml"]
    assert [(p.line, p.column) for p in places[:2]] == [(4, 5), (6, 14)]
    for fault in caught.value.faults:
        for name in ("收入", "预算执行.年初预算", "支出.超支"):
            assert name in fault.message
