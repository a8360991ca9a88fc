"""What the annual report says of the year's months: warnings, adjustments, carry-over, targets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govnb import Workbook
from govnb.sheet.read import load
from tests.ledgers import Office, real_with_ledgers
from tests.report.markup import Page
from tests.report.test_editions import REVIEWERS

Said = Callable[..., str]


@pytest.fixture
def said(tmp_path: Path, params: Path, shown: Any) -> Said:
    """Return the words of a department's report, from its file and its ledgers."""
    office = Office(tmp_path, params, 2016)

    def make(text: str = "", edition: str = "publish", **ledgers: str) -> str:
        inputs = load(office.write(text, **ledgers), office.params)
        bundles = shown(Workbook(inputs, edition=edition))
        return "".join(Page(bundle["text/html"]).text for _, bundle in bundles)

    return make


def test_without_ledgers_nothing_is_said_of_the_year(said: Said) -> None:
    text = said()
    for words in ("各项目执行", "预警", "预算调整", "财政对账", "绩效监控"):
        assert words not in text


def test_projects_with_a_warning_stand_among_the_problems(said: Said) -> None:
    text = said(月度="项目,月份,年初预算,累计支出\n甲_乙_,12,100,80\n乙,12,50,50\n丙,12,5,9\n")
    assert (
        "到12月底，执行有预警的项目2个：甲_乙_累计支出80万元、调整后预算100万元，"
        "低于序时进度10个百分点以上（红）；丙累计支出9万元、调整后预算5万元，超出全年预算（红）。"
    ) in text
    assert text.index("存在的主要问题") < text.index("到12月底") < text.index("改进措施和建议")


def test_a_year_that_went_well_has_no_problem_to_tell(said: Said) -> None:
    text = said(月度="项目,月份,年初预算,累计支出\n甲,12,100,100\n")
    assert "1—12月各项目执行情况" in text
    assert "预警的项目" not in text


def test_adjustments_and_their_rate_come_from_the_ledger(said: Said) -> None:
    head = "项目,编号,金额,状态\n"
    text = said("预算执行: {年初预算: 200}\n", 预算调整=f"{head}甲,1,50,已批复\n乙,2,-10,已批复\n")
    assert ("本年已批复的预算调整比年初多40万元（甲50万元、乙-10万元），预算控制率20.00%。") in text
    pending = said("预算执行: {年初预算: 200}\n", 预算调整=f"{head}甲,1,30,办理中\n")
    assert "本年有30万元的调整没有完成程序，没有计入。" in pending


def test_the_budget_control_rate_that_is_scored_comes_from_the_ledger(
    tmp_path: Path, params: Path
) -> None:
    office = Office(tmp_path, params, 2016)
    path = office.write(
        "预算执行: {年初预算: 216.24}\n", 预算调整="项目,金额,状态\n外网,295.16,已批复\n"
    )
    figures = Workbook(load(path, office.params)).figures
    assert str(figures["预算执行.预算控制率"].number)[:8] == "136.4964"
    assert "预算调整.外网.已批复.第2行.金额" in figures["预算执行.本年追加"].inputs


def test_carry_over_that_differs_is_told_with_its_reason(said: Said) -> None:
    head = "项目,单位账面,财政指标,差额原因,处理\n"
    text = said(结转结余对账=f"{head}甲,12.50,12.05,在途,结转\n乙,3,3,,\n")
    assert (
        "年终与财政对账，结转结余不一致的1项：甲单位账面比财政指标多0.45万元，原因是在途（结转）。"
    ) in text


def test_targets_in_doubt_are_problems_and_their_measures_suggestions(said: Said) -> None:
    head = "项目,月份,指标,年度指标值,执行情况,完成目标可能性,原因说明,措施\n"
    rows = "甲,6,巡查,≥12次,5次,有可能,,\n甲,9,巡查,≥12次,7次,完全不可能,人员不足,增派\n"
    text = said(绩效监控=head + rows + "乙,9,培训,≥2次,2次,确定能,,\n")
    told = (
        "绩效监控中不能确定完成的目标1个：甲的“巡查”（年度指标值≥12次，到9月7次）"
        "完全不可能完成，原因是人员不足。"
    )
    assert told in text
    assert text.index("落实绩效监控提出的措施：甲的“巡查”：增派。") > text.index(told)


def test_the_edition_for_publication_has_the_year_but_no_reviewers_word_and_no_file(
    tmp_path: Path, params: Path, shown: Any
) -> None:
    path = real_with_ledgers(params, tmp_path)
    bundles = shown(Workbook(load(path, path.parents[1]), edition="publish"))
    public = "".join(bundle["text/html"] + bundle["text/plain"] for _, bundle in bundles)
    public = public.partition("</style>")[2]
    assert "到6月底，执行有预警的项目3个" in public
    assert "执行监控的台账是编的" in public
    assert [word for word in (*REVIEWERS, "junshan-zwfw", "台账.csv") if word in public] == []
