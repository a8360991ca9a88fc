"""Ledgers beside a department's file: what an accountant exports fills its sections."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from govnb.report.assessment import Assessment
from govnb.sheet.fields import keys_of
from govnb.sheet.folder import departments, unread_files
from govnb.sheet.in_year import Adjustment
from govnb.sheet.read import load
from govnb.text.faults import FaultsError
from tests.ledgers import Office, real_with_ledgers

Beside = Callable[..., Assessment]
MONTHS = ",".join(f"{n}月" for n in range(1, 13))


@pytest.fixture
def office(tmp_path: Path, params: Path) -> Office:
    return Office(tmp_path, params, 2026)


@pytest.fixture
def beside(office: Office) -> Beside:
    """Return a department with ledgers beside its file, `beside(月度="…")`, assessed."""
    return lambda text="", **ledgers: Assessment(load(office.write(text, **ledgers), office.params))


def cumulated(made: Assessment, project: str = "甲") -> list[Decimal | None]:
    names = (f"月度.{project}.累计支出.{n}月" for n in range(1, 13))
    return [made.figures[name].number if name in made.figures else None for name in names]


def refused(beside: Beside, text: str = "", **ledgers: str) -> str:
    with pytest.raises(FaultsError) as caught:
        beside(text, **ledgers)
    return str(caught.value)


def found(made: Assessment, rule: str) -> list[str]:
    return [f.message for f in made.review.findings if f.is_open and f.id.startswith(rule)]


def test_twelve_months_give_the_same_whether_typed_as_当月_or_as_累计(beside: Beside) -> None:
    """B.5 item 1."""
    each = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    to_date = [sum(each[: n + 1]) for n in range(12)]
    rows = {"当月": each, "累计": to_date}
    made = []
    for measure, values in rows.items():
        line = f"甲,{measure},{','.join(map(str, values))}"
        made.append(cumulated(beside(月度=f"项目,口径,{MONTHS}\n{line}\n")))
    assert made[0] == made[1] == [Decimal(n) for n in to_date]


@pytest.mark.parametrize("month", ["十一月", "11月份", "2026-11-30", "11", "202611"])
def test_a_month_is_read_as_people_write_it(beside: Beside, month: str) -> None:
    made = beside(月度=f"项目,月份,当月支出\n甲,{month},5\n甲,一月,3\n")
    assert cumulated(made)[:11] == [Decimal(3)] * 10 + [Decimal(8)]


def test_a_month_in_the_head_may_be_written_in_words_or_to_date(beside: Beside) -> None:
    for heads in ("一月,二月,三月", "1月,1-2月,1—3月", "1月累计,1至2月累计,1~3月累计"):
        made = beside(月度=f"项目,口径,{heads}\n甲,累计,1,2,3\n")
        assert cumulated(made)[:3] == [Decimal(n) for n in (1, 2, 3)], heads


def test_a_header_of_two_rows_is_read_as_one(beside: Beside) -> None:
    """As a finance system prints it: 支出 stands over 当月 and 累计, in a merged cell."""
    head = "表\n项目,类别,支出,,预算,\n,,月份,累计,合计,年初预算\n"
    made = beside(月度=f"{head}甲,项目支出,1,5,9,100\n甲,项目支出,2,11,9,100\n")
    assert cumulated(made)[:2] == [Decimal(5), Decimal(11)]
    assert made.figures["月度.甲.年初预算"].number == 100


def test_sums_and_heads_that_come_again_are_no_projects(beside: Beside) -> None:
    rows = "栏次,1,2\n甲,1,5\n其中：财政拨款,1,3\n其中: 其他,1,2\n基本支出小计,1,5\n"
    rows += "项目,月份,当月支出\n项目支出合 计：,1,5\n总计,1,5\n"
    made = beside(月度=f"项目,月份,当月支出\n{rows}")
    assert list(made.inputs.department.monthly) == ["甲"]
    assert made.figures["月度合计.累计支出.1月"].number == 5


def test_a_month_of_another_measure_is_named(beside: Beside) -> None:
    """B.5 item 1."""
    said = refused(beside, 月度=f"项目,口径,{MONTHS}\n甲,累计,5,11,7,26,,,,,,,,\n")
    assert "bumen.月度.csv:2:5" in said
    assert "“甲”3月累计7，比2月的11少" in said
    both = "项目,月份,当月支出,累计支出\n甲,1,5,5\n甲,2,6,6\n"
    assert "“甲”2月的累计支出是6，而 1—2月的当月支出相加是11" in refused(beside, 月度=both)


def test_a_refund_that_is_told_may_lower_what_was_spent(beside: Beside) -> None:
    made = beside(月度="项目,月份,累计支出,备注\n甲,1,5,\n甲,2,4,退回多付款\n")
    assert cumulated(made)[:3] == [5, 4, None]


def test_one_months_figures_are_enough_and_the_months_before_stay_unknown(beside: Beside) -> None:
    made = beside(月度="项目,月份,累计支出\n甲,6,5\n乙,6,7\n")
    assert cumulated(made)[4:7] == [None, 5, None]
    said = refused(beside, 月度="项目,月份,累计支出\n甲,5,4\n甲,6,5\n乙,6,7\n")
    assert "bumen.月度.csv:4:3: “乙”没有5月的累计数" in said


def test_a_project_without_any_amount_is_not_lost_silently(beside: Beside) -> None:
    said = refused(beside, 月度=f"项目,口径,年初预算,{MONTHS}\n甲,累计,100,5\n乙,累计,50,,,\n")
    assert "bumen.月度.csv:3:1: “乙”各月的支出都是空的（没有支出的写 0" in said


def test_a_ledger_whose_title_says_示例_is_never_taken_for_real(beside: Beside) -> None:
    rows = "某局预算执行（示例）\n项目,月份,累计支出\n甲,1,5\n"
    for text in ("", "监控: {序时进度: 日}\n", "监控: {示例: 否}\n"):
        made = beside(text, 月度=rows)
        assert made.result_data["sample"] is True
        assert str(made.inputs.department.monitoring.pace or "月") in ("日", "月")
    assert beside(月度=rows.partition("\n")[2]).result_data["sample"] is False


def test_without_a_measure_the_months_are_not_guessed(beside: Beside) -> None:
    assert "没有说明各月是当月数还是累计数" in refused(beside, 月度=f"项目,{MONTHS}\n甲,5\n")


def test_payments_in_yuan_are_added_up_by_project_and_month(beside: Beside) -> None:
    rows = """某系统导出
支付日期,项目名称,支付金额（元）,摘要
2026-01-05,甲,"12,000.50",租金
2026-01-20,甲,"7,999.50",租金
2026-03-02,甲,10000,租金
2026-03-09,乙,5000,资料
合计,,35000,
"""
    made = beside(月度=rows.replace("合计,,", ",合计,"))
    assert cumulated(made)[:4] == [2, 2, 3, None]
    assert cumulated(made, "乙")[:4] == [0, 0, Decimal("0.5"), None]
    assert str(made.figures["月度.甲.累计支出.1月"].place).endswith("bumen.月度.csv:3:3")


def test_a_payment_taken_back_stands_in_brackets_or_below_zero(beside: Beside) -> None:
    rows = '项目,月份,当月支出\n甲,1,"1,200.50"\n甲,2,"(1,000.00)"\n甲,3,（0.5）\n甲,3,-1\n'
    assert cumulated(beside(月度=rows))[:3] == [Decimal("1200.5"), Decimal("200.5"), 199]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_cells_are_set_off_by_what_the_header_has(beside: Beside, mark: str) -> None:
    rows = "某局支出表\n单位：万元\n项目,月份,累计支出\n甲,1,0.1\n"
    assert cumulated(beside(月度=rows.replace(",", mark)))[0] == Decimal("0.1")


def test_every_fault_of_a_ledger_is_told_at_once_with_row_and_column(beside: Beside) -> None:
    rows = "项目,月份,当月支出\n甲,13,5\n甲,2,１２\n,3,5\n甲,2025-04,5\n"
    said = refused(beside, 月度=rows)
    for told in (
        "月度.csv:2:2: “13”不是月份",
        "月度.csv:3:3: “当月支出”：“１２”含全角字符",
        "月度.csv:4:1: “项目”是空的",
        "月度.csv:5:2: “2025-04”不是 2026 年的",
    ):
        assert told in said


def test_a_ledger_in_gbk_or_a_workbook_reads_the_same(beside: Beside, tmp_path: Path) -> None:
    import pandas as pd

    rows = "项目,月份,累计支出\n甲,1,0.1\n甲,2,0.3\n"
    beside(月度=rows)
    file = tmp_path / "params 副本" / "2026" / "bumen.月度.csv"
    file.write_bytes(rows.encode("gb18030"))
    assert cumulated(beside())[:2] == [Decimal("0.1"), Decimal("0.3")]
    file.unlink()
    frame = pd.DataFrame({"项目": ["甲", "甲"], "月份": [1, 2], "累计支出": [0.1, 0.1 + 0.2]})
    frame.to_excel(file.with_suffix(".xlsx"), index=False)
    assert cumulated(beside())[:2] == [Decimal("0.1"), Decimal("0.3")]


def test_adjustments_close_and_those_in_procedure_stand_apart(beside: Beside) -> None:
    """B.5 item 7."""
    made = beside(
        月度="项目,月份,年初预算,累计支出\n甲,1,216.24,5\n",
        预算调整="项目,编号,金额,状态\n甲,1,50,已批复\n甲,2,30,办理中\n",
    )
    assert made.figures["月度.甲.调整后预算"].number == Decimal("266.24")
    assert made.figures["预算调整合计.未完成程序"].number == 30


def test_what_was_added_is_what_the_ledger_adds_up_to(beside: Beside) -> None:
    """B.5 item 8."""
    text = "预算执行: {年初预算: 216.24, 本年追加: 295.16}\n"
    ledger = "项目,金额,状态\n外网建设,295.16,已批复\n"
    made = beside(text, 预算调整=ledger)
    assert found(made, "预算调整合计") == []
    share = made.figures["预算调整合计.预算控制率"]
    assert share.number is not None
    assert round(share.number, 2) == Decimal("136.50")
    (told,) = found(beside(text, 预算调整=ledger.replace("295.16", "280")), "预算调整合计")
    assert "280万元" in told
    assert "295.16万元" in told


def test_the_adjusted_budget_is_the_first_with_what_was_approved(beside: Beside) -> None:
    """B.2: the ledger closes."""
    rows = "项目,月份,年初预算,调整后预算,累计支出\n甲,1,100,{},5\n乙,1,50,{},5\n"
    ledger = "项目,金额,状态\n甲,50,已批复\n甲,20,办理中\n"

    def told(*adjusted: int) -> list[str]:
        return found(beside(月度=rows.format(*adjusted), 预算调整=ledger), "月度调整")

    assert told(150, 50) == []
    own, whole = told(170, 50)
    assert own == "“甲”的调整后预算170万元，年初预算加台账里已批复的调整是150万元，差20万元。"
    assert "合计220万元，年初预算合计加已批复的调整是200万元" in whole
    (whole,) = told(150, 90)
    assert "合计240万元" in whole


def test_the_carry_over_that_differs_needs_a_reason(beside: Beside) -> None:
    """B.5 item 11."""
    head = "项目,单位账面,财政指标,差额原因\n"
    (told,) = found(beside(结转结余对账=f"{head}甲,12.50,12.05,\n"), "结转结余对账差额")
    assert "0.45万元" in told
    assert found(beside(结转结余对账=f"{head}甲,12.50,12.05,在途\n"), "结转结余对账差额") == []


def test_this_years_opening_is_last_years_closing(
    office: Office, tmp_path: Path, params: Path
) -> None:
    """B.5 item 11."""
    before = Office(tmp_path / "上年", params, 2025)
    before.write(结转结余对账="项目,单位账面,财政指标\n甲,8,8\n")
    shutil.move(before.folder, office.params)
    path = office.write(结转结余对账="项目,年初数,单位账面,财政指标\n甲,7,3,3\n")
    made = Assessment(load(path, office.params))
    (finding,) = [f for f in made.review.findings if f.is_open and "年初数" in f.id]
    assert "params 副本/2026/bumen.结转结余对账.csv:2:2" in str(finding.left.origin)
    assert "params 副本/2025/bumen.结转结余对账.csv:2:2" in str(finding.right.origin)


def test_december_is_the_annual_accounts(beside: Beside) -> None:
    """B.5 item 15."""
    rows = "项目,月份,当月支出\n甲,1,5\n甲,12,7\n"
    assert found(beside("支出: 12\n", 月度=rows), "月度年末") == []
    (told,) = found(beside("支出: 12.5\n", 月度=rows), "月度年末")
    assert "12月累计支出12万元，决算支出是12.5万元" in told


def test_an_impossible_target_needs_a_reason_and_a_measure(beside: Beside) -> None:
    """B.5 item 6."""
    head = "项目,月份,指标,年度指标值,完成目标可能性,原因说明,措施\n"
    (told,) = found(beside(绩效监控=f"{head}甲,6,巡查,≥12次,完全不可能,,\n"), "绩效监控可能性")
    assert "没有写原因说明、措施" in told
    full = beside(绩效监控=f"{head}甲,6,巡查,≥12次,完全不可能,人员不足,增派\n")
    assert found(full, "绩效监控可能性") == []


def test_a_forecast_left_blank_in_june_is_asked_for(beside: Beside) -> None:
    """B.5 item 5."""
    rows = "项目,月份,年初预算,累计支出,全年预计\n"
    months = "".join(
        f"申遗经费,{n},220,{v},\n" for n, v in enumerate((10, 20, 30, 40, 50, 87.57), 1)
    )
    (told,) = found(beside(月度=rows + months), "月度全年预计")
    assert "87.57万元，全年预计未填" in told
    assert found(beside(月度=rows + months[:-1] + "200\n"), "月度全年预计") == []


FORM = """项目支出绩效自评（单位：元）
项目,指标,一级指标,年初预算数,全年预算数,全年执行数,年度指标值,实际完成值,分值,得分,总分,偏差原因
饮水,预算执行率,,"8,800,000",9000000,8550000,100%,95%,10,9.5,97.5,
饮水,新建工程,产出指标,,,,≥12处,12处,70,70,,
饮水,满意度,满意度指标,,,,≥90%,85%,20,18,97.5,"下雨，路滑"
道路,里程,产出指标,100000,100000,100000,≥5公里,5公里,90,90,,
"""


def test_自评表_may_stand_in_a_ledger_an_indicator_a_row(beside: Beside) -> None:
    made = beside("项目: {饮水: {资金: 5}}\n", 项目自评=FORM)
    form = made.inputs.department.projects["饮水"].form
    assert form is not None and form.points is not None and form.total is not None
    assert (form.points.value, form.total.value) == (Decimal("9.5"), Decimal("97.5"))
    assert made.figures["项目.饮水.自评表.资金.年度资金总额.执行率"].number == 95
    assert made.figures["项目.饮水.自评表.资金.年度资金总额.年初预算数"].number == 880
    assert list(form.targets) == ["新建工程", "满意度"]
    target = form.targets["满意度"]
    assert (target.goal, target.came, target.shortfall) == ("≥90%", "85%", "下雨，路滑")
    assert str(target.place).endswith("bumen.项目自评.csv:5:9")
    assert list(made.project_scores) == ["饮水", "道路"]
    assert made.project_scores["饮水"].points == Decimal("97.5")


def test_a_ledger_of_自评表_tells_what_is_twice_or_has_no_indicator(beside: Beside) -> None:
    twice = FORM + "饮水,新建工程,产出指标,,,,≥12处,12处,70,70,96,\n道路,,产出指标,,,,,,,,,\n"
    said = refused(beside, 项目自评=twice)
    assert "bumen.项目自评.csv:7:3: “饮水·新建工程”的一级指标在第4行已经写了产出指标" in said
    assert "bumen.项目自评.csv:7:11: “饮水”的总分在第3行已经写了97.5" in said
    assert "bumen.项目自评.csv:8:3: 写了“一级指标”，没有写指标" in said
    own = "项目: {饮水: {自评表: {总分: 5}}}\n"
    assert "“饮水”的自评表写在这里，又有台账文件" in refused(beside, own, 项目自评=FORM)


def test_every_field_of_a_section_may_be_a_column_of_its_ledger(beside: Beside) -> None:
    fields = keys_of(Adjustment)
    cells = ["5" if name == "金额" else f"{name}一" for name in fields]
    rows = f"项目,状态,{','.join(fields)}\n甲,已批复,{','.join(cells)}\n"
    (told,) = beside(预算调整=rows).inputs.department.adjustments["甲"].approved.values()
    stated = {name: getattr(told, key.name) for name, key in fields.items()}
    assert stated.pop("金额").value == 5
    assert stated == {name: f"{name}一" for name in stated}


def test_a_column_that_a_section_has_no_field_for_is_passed_over(beside: Beside) -> None:
    made = beside(三公台账="项目,月份,金额,备注\n公务接待费,1,0.5,接待\n公务接待费,1,0.25,\n")
    assert made.figures["三公台账.公务接待费.1月.金额"].number == Decimal("0.75")


def test_names_that_differ_by_a_blank_are_no_two_projects(beside: Beside) -> None:
    rows = "项目,月份,累计支出\n道路养护,1,5\n道路　养护,2,6\n"
    told = "月度.csv:3:1: 项目“道路　养护”与 params 副本/2026/bumen.月度.csv:2 的“道路养护”只差空格"
    assert told in refused(beside, 月度=rows)
    ledgers = {"月度": "项目,月份,累计支出\n（一）维护,1,5\n",
               "预算调整": "项目,金额,状态\n(一)维护,5,已批复\n"}  # fmt: skip
    assert "都写 （一）维护" in refused(beside, **ledgers)


def test_a_section_is_written_in_one_place(beside: Beside) -> None:
    text = "月度: {甲: {累计支出: {1月: 5}}}\n"
    assert cumulated(beside(text))[0] == 5
    assert "只留一处" in refused(beside, text, 月度="项目,月份,累计支出\n甲,1,5\n")


def test_ledgers_are_no_departments_and_stray_ones_are_named(
    beside: Beside, tmp_path: Path
) -> None:
    beside(月度="项目,月份,累计支出\n甲,1,5\n")
    params = tmp_path / "params 副本"
    (params / "2026" / "bieju.月度.csv").write_text("", "utf-8")
    (params / "2026" / "bumen.月度表.csv").write_text("", "utf-8")
    assert departments(2026, params) == ["bumen"]
    stray, unknown = unread_files(2026, params)
    assert "没有部门文件 bieju.yml" in stray.reason
    assert "部门.月度.csv" in unknown.hint


def test_the_sample_ledgers_of_the_real_department_read_whole(tmp_path: Path, params: Path) -> None:
    path = real_with_ledgers(params, tmp_path)
    made = Assessment(load(path, path.parents[1]))
    assert made.figures["月度合计.年初预算"].number == made.figures["预算执行.年初预算"].number
    assert made.figures["预算调整合计.已批复"].number == made.figures["预算执行.本年追加"].number
