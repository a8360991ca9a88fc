"""One department over its years and beside its peers, as a reviewer checks it."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govnb import growth, percent
from govnb.report.frames import BELOW_ZERO, NO_GROWTH, Computed, Number
from govnb.report.prose import Prose
from govnb.report.trend import Trend
from govnb.sheet.compute import compute
from govnb.sheet.figure import Figure, Figures
from govnb.sheet.read import load
from govnb.text.faults import FaultsError

ROOT = Path(__file__).resolve().parents[2]
Make = Callable[..., Trend]


class District:
    """Files of departments and years, and the results their reports left."""

    def __init__(self, folder: Path) -> None:
        self.params, self.outputs = folder / "params", folder / "outputs"
        for part in ("rules", "rubrics"):
            shutil.copytree(ROOT / "params" / part, self.params / part)

    def add(self, year: int, text: str, code: str = "bumen", **result: Any) -> None:
        """Write a department's file of a year and its result."""
        folder = self.params / str(year)
        if not folder.exists():
            folder.mkdir()
            own = ROOT / "params" / ("2016" if year < 2018 else "2018") / "_year.yml"
            stated = own.read_text("utf-8").replace(f"年度: {own.parent.name}", f"年度: {year}")
            (folder / "_year.yml").write_text(stated, encoding="utf-8")
        file = folder / f"{code}.yml"
        name = "" if "部门:" in text else f"部门: {{名称: {code}局}}\n"
        file.write_text(f"年度: {year}\n{name}{text}", encoding="utf-8")
        figures = compute(load(file, self.params))[0]
        data = {
            "year": str(year), "department": code, "name": f"{code}局", "region": "某区",
            "sample": False, "figures": {n: f.as_dict() for n, f in figures.items()}, **result,
        }  # fmt: skip
        at = self.outputs / str(year) / f"{code}.json"
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    def trend(self, code: str = "bumen", year: int | str = "", edition: str = "review") -> Trend:
        """Open a department's years."""
        return Trend(code, year, str(self.params), str(self.outputs), edition=edition)


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path)


def text(prose: Any) -> str:
    """Return what a sentence prints."""
    return str(prose._repr_mimebundle_()["text/plain"])


def years(district: District, *amounts: tuple[int, str]) -> Trend:
    for year, amount in amounts:
        district.add(year, f"支出: {amount}\n")
    return district.trend()


def test_two_years_are_columns_from_zero_and_three_are_a_line(district: District) -> None:
    wb = years(district, (2015, "500"), (2016, "520"))
    assert "只有两年，画柱形图" in text(wb.scope())
    axes = wb.plot(wb["支出"])
    assert axes.told == "柱形图：单位万元。支出：2015年500，2016年520。"
    assert axes.get_ylim()[0] == 0 and len(axes.patches) == 2
    assert axes.get_title(loc="left") == "单位：万元"
    district.add(2017, "支出: 530\n")
    wb = district.trend()
    assert wb.plot(wb["支出"]).told.startswith("折线图")
    # As of a year, what came later isn't there.
    assert "只有两年" in text(district.trend(year=2016).scope())


def test_one_year_is_a_sentence_and_no_chart(district: District) -> None:
    wb = years(district, (2016, "520"))
    assert "没有可比的上年" in text(wb.scope())
    assert wb.plot(wb["支出"]) is None
    assert text(wb.figure(wb.plot(wb["支出"]), "各年支出")) == ""
    assert text(wb.change(wb["支出"]["支出"], "支出")) == ""


def test_growth_from_zero_and_from_below_zero_is_words(district: District) -> None:
    district.add(2015, "三公经费: {公务接待费: {支出: 0}}\n预算执行: {年末结余: -5}\n")
    district.add(2016, "三公经费: {公务接待费: {支出: 3}}\n预算执行: {年末结余: 4}\n")
    wb = district.trend()
    data = wb["三公经费.公务接待费.支出", "预算执行.年末结余"]
    grown = [growth(data[c], wb.before(data[c])).iloc[-1] for c in data]
    assert grown == [NO_GROWTH, BELOW_ZERO]
    said = text(wb.change(data.iloc[:, 0], "接待费"))
    assert said == "2016年接待费3万元，比上年多3万元，上年为0，不计算增幅。"
    assert "100%" not in said


def test_a_base_restated_a_year_later_is_named_with_both_places(district: District) -> None:
    district.add(2017, "支出: 29.08\n收入: 30\n")
    district.add(2018, "支出: 31\n上年支出: 28.90\n收入: 33\n上年收入: 30.00\n")
    wb = district.trend()
    then = wb["支出", "收入"]
    later = wb["上年支出", "上年收入"].set_axis(["支出", "收入"], axis=1)
    found = wb.restated(then, later)
    assert list(found.index) == ["2017年支出"]
    row = found.iloc[0]
    assert (str(row["当年的文件"]), str(row["下一年的文件"])) == ("29.08万元", "28.9万元")
    assert row["差额"].figure.value == Decimal("-0.18")
    assert row["出处"] == "params/2017/bumen.yml:3:5；params/2018/bumen.yml:4:7"


def test_what_only_was_rounded_otherwise_is_not_restated(district: District) -> None:
    district.add(2017, "支出: 29.0812\n")
    district.add(2018, "支出: 31\n上年支出: 29.08\n")
    wb = district.trend()
    later = wb["上年支出"].set_axis(["支出"], axis=1)
    assert wb.restated(wb["支出"], later).empty


ECONOMIC = "支出: {{合计: {0}, 明细: {{工资福利支出: {0}}}}}\n"
ECONOMIC += "支出分类: {{功能分类: {{合计: {0}, 明细: {{教育支出: {0}}}}}}}\n"


def test_the_reform_of_2018_breaks_economic_accounts_and_not_functions(district: District) -> None:
    for year in (2016, 2017, 2018, 2019):
        district.add(year, ECONOMIC.format(year - 1900))
    wb = district.trend()
    accounts, functions = wb.parts("支出"), wb.parts("支出分类.功能分类")
    assert list(accounts) == ["工资福利支出"] and list(functions) == ["教育支出"]
    compared = [cell.is_known for cell in wb.before(accounts["工资福利支出"])]
    assert compared == [False, True, False, True]
    assert [cell.is_known for cell in wb.before(functions["教育支出"])] == [False, True, True, True]
    (note,) = wb.notes(accounts)
    assert "支出经济分类科目改革" in note and "财预〔2017〕98号" in note
    assert wb.notes(functions) == ()
    broken, whole = wb.plot(accounts).lines[0], wb.plot(functions).lines[0]
    assert [math.isnan(y) for y in broken.get_ydata()] == [False, False, True, False, False]
    assert not any(map(math.isnan, whole.get_ydata()))


def test_a_break_the_department_states_is_drawn_and_told(district: District) -> None:
    district.add(2015, "支出: 5\n收入: 5\n")
    district.add(2016, "支出: 9\n收入: 6\n口径变化: {支出: 与原法制办合并}\n")
    wb = district.trend()
    data = wb["支出", "收入"]
    assert [wb.before(data[c]).iloc[-1].is_known for c in data] == [False, True]
    assert wb.notes(data) == ("2016年起：支出，与原法制办合并。",)
    assert "口径变化" in [t.get_text() for t in wb.plot(data).texts]


def test_another_number_of_units_is_another_scope(district: District) -> None:
    district.add(2015, "部门: {名称: 甲局, 预算单位数: 1}\n支出: 5\n")
    district.add(2016, "部门: {名称: 甲局, 预算单位数: 3}\n支出: 9\n")
    wb = district.trend()
    assert not wb.before(wb["支出"]["支出"]).iloc[-1].is_known
    assert "预算单位数与上年不同" in wb.notes(wb["支出"])[0]


def test_amounts_in_another_unit_are_compared_in_one(district: District) -> None:
    district.add(2015, "金额单位: 元\n支出: 5000000\n")
    district.add(2016, "支出: 520\n")
    wb = district.trend()
    assert text(wb.change(wb["支出"]["支出"], "支出")) == (
        "2016年支出520万元，比上年多20万元，增长4.00%。"
    )


amounts = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)


@settings(max_examples=1000)
@given(amounts, amounts)
def test_amount_rate_and_direction_always_agree(then: Decimal, now: Decimal) -> None:
    wb = Trend.__new__(Trend)
    of = Computed(Figures({}, {}))
    one, other = (
        Number(Figure(n, v, "万元", decimals=2), of) for n, v in (("今", now), ("昔", then))
    )
    told = wb.told(one, other)
    said = Prose(told, Figures({**of.figures, **of.kept, "今": one.figure, "昔": other.figure}, {}))
    words = text(said)
    if now == then:
        assert words == "与上年持平"
    elif then <= 0:
        assert words.endswith("不计算增幅") and words.startswith(
            "比上年多" if now > then else "比上年少"
        )
    else:
        assert ("比上年多" in words, "增长" in words) == (now > then, now > then)
        assert ("比上年少" in words, "下降" in words) == (now < then, now < then)
        assert "-" not in words


def test_every_point_has_the_place_it_comes_from(district: District) -> None:
    wb = years(district, (2015, "500"), (2016, "520"), (2017, "530"))
    points = wb.plot(wb["支出"]).numbers
    assert {str(number.figure.place) for _, number in points} == {
        f"params/{year}/bumen.yml:3:5" for year in (2015, 2016, 2017)
    }
    wb.figure(wb.plot(wb["支出"]), "各年支出")
    assert "params/2016/bumen.yml:3:5" in wb.panels()._repr_mimebundle_()["text/html"]


def test_a_computed_figure_of_a_year_says_from_what(district: District) -> None:
    for year in (2015, 2016):
        district.add(year, f"收入: {year}\n支出: 2020\n")
    wb = district.trend()
    wb.show(wb["支出.超支"], "超支")
    page = wb.panels()._repr_mimebundle_()["text/html"]
    assert "支出.2016年 - 收入.2016年" in page and "2020 - 2016 = 4万元" in page


def test_a_missing_year_is_a_gap(district: District) -> None:
    wb = years(district, (2014, "490"), (2015, "500"), (2017, "530"), (2018, "540"))
    assert list(wb["支出"].index) == [2014, 2015, 2016, 2017, 2018]
    line = wb.plot(wb["支出"]).lines[0]
    assert [math.isnan(y) for y in line.get_ydata()] == [False, False, True, False, False]
    assert not wb.before(wb["支出"]["支出"])[2017].is_known
    assert wb.notes(wb["支出"]) == ("2016年没有报告，空着。",)


def test_a_chart_of_two_units_is_refused(district: District) -> None:
    district.add(2015, "支出: 5\n人员: {在职人员: 5}\n")
    district.add(2016, "支出: 6\n人员: {在职人员: 6}\n")
    wb = district.trend()
    with pytest.raises(ValueError, match="一张图只能有一种单位"):
        wb.plot(wb["支出", "人员.在职人员"])


def test_a_chart_needs_no_font_of_its_reader_and_is_told_in_words(district: District) -> None:
    wb = years(district, (2015, "500"), (2016, "520"), (2017, "530"))
    made: Any = wb.figure(wb.plot(wb["支出"]), "各年支出")
    assert "<text" not in made.svg
    assert "2016年520" in made.alt and made.title == "图1　各年支出"
    # Lines stay apart without colour.
    data = wb["支出"].assign(收入=wb["支出"]["支出"] * 2, 结余=wb["支出"]["支出"] / 2)
    lines = [(line.get_linestyle(), line.get_marker()) for line in wb.plot(data).lines]
    assert len(set(lines)) == 3


def peers(district: District, *amounts: str, nature: str = "事业单位") -> Trend:
    for n, amount in enumerate(amounts):
        own = f"部门: {{名称: 局{n}, 性质: {nature}}}\n人员: {{编制数: 10, 在职人员: 10}}\n"
        district.add(2016, f"{own}公用经费: {{支出: {amount}}}\n", f"d{n}")
    return district.trend("d0")


def against(wb: Trend) -> pd.DataFrame:
    group = wb.peers("公用经费.支出", "人员.在职人员")
    return wb.against(
        pd.DataFrame({"人均公用经费": group["公用经费.支出"] / group["人员.在职人员"]})
    )


def test_four_departments_are_no_comparison_and_five_show_median_and_range(
    district: District,
) -> None:
    wb = peers(district, "10", "20", "30", "40")
    assert text(wb.kind(wb.peers("公用经费.支出"))) == (
        "同类（事业，编制1—20人）连本部门在内有4个部门，少于5个，不比。"
    )
    assert against(wb).empty
    wb = peers(district, "10", "20", "30", "40", "50")
    row = against(wb).iloc[0]
    shown = [str(row[c]) for c in ("本部门", "中位数", "最低", "最高", "部门数")]
    assert shown == ["1万元/人", "3万元/人", "1万元/人", "5万元/人", "5"]
    assert row["说明"] == "在通常范围内"


def test_only_departments_of_one_kind_size_and_district_are_peers(district: District) -> None:
    peers(district, "10", "20", "30", "40")
    other = "部门: {名称: 局%s, 性质: %s}\n人员: {编制数: %s, 在职人员: 1}\n公用经费: {支出: 9}\n"
    district.add(2016, other % (7, "行政机关", 10), "x7")
    district.add(2016, other % (8, "事业单位", 100), "x8")
    district.add(2016, other % (9, "参照公务员法管理的事业单位", 10), "x9")
    district.add(2016, other % (6, "事业单位", 10), "x6", region="别区")
    wb = district.trend("d0")
    assert sorted(wb.peers("公用经费.支出").index) == ["d0", "d1", "d2", "d3"]


def test_what_is_far_off_is_to_be_explained_and_no_error(district: District) -> None:
    wb = peers(district, "900", "20", "30", "40", "50", "60")
    assert against(wb).iloc[0]["说明"] == "离群，待解释"


def test_where_most_are_alike_nobody_is_far_off(district: District) -> None:
    wb = peers(district, "900", "20", "20", "20", "20", "20")
    assert "MAD）为0，不判断" in against(wb).iloc[0]["说明"]


def test_without_nature_or_posts_there_is_nobody_to_compare_with(district: District) -> None:
    wb = years(district, (2016, "520"))
    assert "不知道与谁同类" in text(wb.kind(wb.peers("支出")))


def test_scores_by_different_tables_are_not_compared(district: District) -> None:
    score = {"total": {"low": "80", "high": "90"}, "full": "100", "grade_text": "良"}
    district.add(2015, "支出: 5\n", score={**score, "title": "甲表"})
    district.add(2016, "支出: 6\n", score={**score, "title": "乙表"})
    wb = district.trend()
    assert wb.rubrics(wb.scores()) == ("各年用的指标体系不同，得分不比较。",)
    district.add(2016, "支出: 6\n", score={**score, "title": "甲表"})
    again = district.trend()
    assert list(again.scores()["得分"]) == ["80—90", "80—90"]
    assert again.rubrics(again.scores()) == ()


def test_shares_add_up_to_the_whole(district: District) -> None:
    for year in (2015, 2016):
        district.add(year, "支出: {合计: 7, 明细: {甲: 1, 乙: 2, 丙: 4}}\n")
    wb = district.trend()
    shares = wb.parts("支出").div(wb["支出"]["支出"], axis=0).map(percent)
    assert sum(cell.ratio for cell in shares.iloc[-1]) == 1
    printed = sum((Decimal(f"{float(cell):.2f}") for cell in shares.iloc[-1]), Decimal(0))
    assert abs(printed - 100) <= Decimal("0.02")


def test_per_head_is_by_the_years_own_people(district: District) -> None:
    for year, people in ((2015, 5), (2016, 8)):
        district.add(year, f"公用经费: {{支出: 40}}\n人员: {{在职人员: {people}}}\n")
    wb = district.trend()
    data = wb["公用经费.支出", "人员.在职人员"]
    each = data["公用经费.支出"] / data["人员.在职人员"]
    assert [str(cell) for cell in each] == ["8万元/人", "5万元/人"]
    assert each[2016].figure.inputs == ("公用经费.支出.2016年", "人员.在职人员.2016年")


def test_a_department_without_results_is_told_what_to_run(district: District) -> None:
    district.add(2016, "支出: 5\n")
    with pytest.raises(FaultsError, match=r"没有“甲局”的结果.*govnb run 年度 甲局"):
        district.trend("甲局")


def test_a_fault_in_the_rules_says_file_and_line(district: District) -> None:
    rules = district.params / "rules" / "trend.yml"
    rules.write_text(rules.read_text("utf-8").replace("自: 2018", "自: 二〇一八"), encoding="utf-8")
    district.add(2016, "支出: 5\n")
    with pytest.raises(FaultsError, match=r"params/rules/trend\.yml:\d+:\d+"):
        district.trend()
