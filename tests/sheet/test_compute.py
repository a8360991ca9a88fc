"""Every number of the real report, recomputed; and one change in, only its consequences out."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govnb.sheet.compute import compute, supposed
from govnb.sheet.figure import Figures
from govnb.sheet.read import Inputs, load
from govnb.sheet.sheet import NOWHERE
from govnb.text.faults import FaultsError
from govnb.text.values import UNKNOWN

DATA = Path(__file__).resolve().parent.parent / "data"
ROWS = list(csv.DictReader((DATA / "figures-2016.csv").read_text("utf-8").splitlines()))
# Rows of the report that state words or a date, and F147, the satisfaction rate it doesn't give.
WORDS = {2, 3, 63, 64, 65, 66, 69, 77, 78, 90, 139, 147, 148, 162, 163}

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def listed(govnb: Any, params: Path) -> dict[str, Any]:
    outcome = govnb("figures", params / "2016" / "junshan-zwfw.yml", "--params", params, "--json")
    assert outcome.code == 0
    result: dict[str, Any] = outcome.json
    return result


def test_every_number_of_the_report_has_a_row() -> None:
    assert {int(row["row"][1:]) for row in ROWS} == set(range(1, 164)) - WORDS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['row']} {row['figure']}")
def test_each_row_of_the_report_is_a_figure_with_its_recomputed_value(
    row: dict[str, str], listed: dict[str, Any]
) -> None:
    figure = listed[row["figure"]]
    assert figure["unit"] == row["unit"]
    if not row["value"]:
        assert figure["value"] is None
        return
    printed = Decimal(row["value"])
    exponent = Decimal(1).scaleb(-len(row["value"].partition(".")[2]))
    assert Decimal(figure["value"]).quantize(exponent, ROUND_HALF_UP) == printed


def test_the_overspend_decomposes_by_account_without_remainder(figures: Figures) -> None:
    gaps = [figures[f"{part.name}.差异"].number for part in figures.children("支出")]
    assert gaps == [Decimal(n) for n in ("68.87", "8.92", "-56.42", "2.37")]
    total = sum((gap for gap in gaps if gap is not None), Decimal(0))
    assert total == figures["支出.超支"].number == Decimal("23.74")


def test_the_stated_reason_is_set_against_the_overspend_it_explains(figures: Figures) -> None:
    assert figures["支出.原因解释比例"].number == Decimal("30.98") / Decimal("23.74") * 100
    reason = figures["超支原因.编外人员工资及补助.占对应超支"].number
    assert reason is not None and round(reason, 2) == Decimal("44.98")


def test_shares_of_expenditure_add_up_to_the_whole(figures: Figures) -> None:
    total = figures["支出.占比合计"].number
    assert total is not None and abs(total - 100) < Decimal("1e-28")


def test_every_figure_says_where_it_comes_from(listed: dict[str, Any], root: Path) -> None:
    lines: dict[str, list[str]] = {}
    for name, figure in listed.items():
        file, line, column = figure["origin"].rsplit(":", 2)
        text = lines.setdefault(file, (root / file).read_text("utf-8").splitlines())
        assert 0 < int(line) <= len(text) and 0 < int(column) <= len(text[int(line) - 1]) + 1, name
        assert (figure["formula"] is None) == (figure["inputs"] == []) or figure["value"] is None
        assert figure["value"] is not None or figure["reason"], name
        assert set(figure["inputs"]) <= set(listed), name


def test_the_origin_of_a_stated_number_is_the_very_place_it_is_typed(
    figures: Figures, root: Path
) -> None:
    checked = 0
    for figure in figures.values():
        if figure.formula is None and not figure.derived and figure.number is not None:
            if figure.name.endswith((".条数", ".项数")):
                continue
            line = (root / figure.place.file).read_text("utf-8").splitlines()[figure.place.line - 1]
            typed = re.match(r"-?[\d.]+", line[figure.place.column - 1 :])
            assert typed is not None, figure
            assert Decimal(typed[0]) == figure.number
            checked += 1
    assert checked > 70


def test_unknown_stays_unknown_all_the_way_and_names_what_is_missing(figures: Figures) -> None:
    change = figures["三公经费.变动率"]
    assert change.value is None
    assert change.reason.startswith("缺少：")
    assert "三公经费.公务接待费.上年预算" in change.reason


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("三公经费: {公务接待费: {预算: =人员.编制数}}", "算出来以“人”计，这里以“万元”计"),
        ("人员: {编制数: 5, 在职人员: =收入 - 支出}", "算出来以“万元”计，这里以“人”计"),
    ],
)
def test_a_formula_counts_what_its_field_counts(
    department: Callable[..., Path], body: str, message: str
) -> None:
    with pytest.raises(FaultsError, match=r":\d+:\d+: 公式“.*”" + message):
        compute(load(department(f"收入: 9\n支出: 5\n{body}\n" + STAFF * ("人员" not in body))))


@pytest.mark.parametrize(
    "formula", ["收入 - 支出", "人员.编制数 * 0.5", "收入 / 人员.编制数 * 人员.编制数", "收入"]
)
def test_a_formula_may_turn_one_unit_into_another(
    department: Callable[..., Path], formula: str
) -> None:
    body = f"收入: 9\n支出: 5\n三公经费: {{公务接待费: {{预算: ={formula}}}}}\n"
    compute(load(department(body + STAFF)))


STAFF = "人员: {编制数: 5}\n"


def test_a_division_by_zero_is_stated_with_its_reason_and_passed_on(
    figures_of: Callable[[str], Figures],
) -> None:
    found = figures_of(
        "三公经费:\n  公务接待费: {预算: 0, 支出: 1}\n预算执行:\n"
        "  年初预算: =三公经费.公务接待费.支出 / 三公经费.公务接待费.预算\n"
        "  本年追加: =预算执行.年初预算 + 1\n"
    )
    for name in ("三公经费.公务接待费.控制率", "预算执行.年初预算", "预算执行.本年追加"):
        assert found[name].value is None
        assert found[name].reason == "不可计算：除数 三公经费.公务接待费.预算 为 0"


def test_a_percentage_takes_part_in_formulas_as_its_fraction(
    figures_of: Callable[[str], Figures],
) -> None:
    found = figures_of(
        "人员: {编制数: 200, 在职人员: 190}\n"
        "业务量:\n  办结率: {单位: '%', 本年: 98.5}\n"
        "  办结数: {单位: 件, 本年: =业务量.办结率.本年 * 1000}\n"
        "  同率: {单位: '%', 本年: =业务量.办结率.本年}\n"
        "预算执行: {年初预算: =人员.在职人员控制率 * 100}\n"
    )
    assert found["业务量.办结数.本年"].number == 985
    assert found["业务量.同率.本年"].number == Decimal("98.5")
    assert found["预算执行.年初预算"].number == 95


def test_about_is_inherited_by_what_is_computed_from_it(figures: Figures) -> None:
    assert figures["业务量.现场处理工单.增长率"].approximate
    assert not figures["业务量.热线工单.增长率"].approximate


def test_account_codes_stand_for_that_years_names(figures: Figures, junshan: Inputs) -> None:
    assert junshan.year.accounts["310"] == "其他资本性支出"
    assert figures["支出.非资本性支出"].inputs == ("支出", "支出.其他资本性支出")


def test_an_input_may_be_named_before_it_is_stated(figures_of: Callable[[str], Figures]) -> None:
    found = figures_of("预算执行: {年初预算: =支出 * 2}\n支出: 4\n")
    assert found["预算执行.年初预算"].number == 8


def test_an_unknown_trial_name_is_a_fault_with_the_nearest_name(junshan: Inputs) -> None:
    with pytest.raises(FaultsError, match=r"是不是“三公经费.公务接待费.支出”"):
        compute(junshan, {"三公经费.接待费.支出": "11"})


def test_what_is_computed_cannot_be_set_in_a_trial(junshan: Inputs) -> None:
    with pytest.raises(FaultsError, match="算出来的"):
        compute(junshan, {"三公经费.支出": "11"})


@pytest.mark.parametrize("text", ["12.1.5", "１２", "1,234", "abc", "", "11人"])
def test_a_trial_value_is_read_as_strictly_as_a_file(junshan: Inputs, text: str) -> None:
    with pytest.raises(FaultsError):
        compute(junshan, {"三公经费.公务接待费.支出": text})


def test_a_trial_may_take_a_number_away(junshan: Inputs) -> None:
    found, _ = compute(junshan, {"三公经费.公务接待费.支出": UNKNOWN})
    assert found["三公经费.支出"].value is None
    assert "三公经费.公务接待费.支出" in found["三公经费.支出"].reason


# One change.


def dependents(listed: dict[str, Any], changed: str) -> set[str]:
    """Return all that is computed, directly or not, from one figure."""
    found, frontier = {changed}, {changed}
    while frontier:
        frontier = {n for n, f in listed.items() if frontier & set(f["inputs"])} - found
        found |= frontier
    return found


def changed_between(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    assert list(before) == list(after)
    return {name for name in before if before[name] != after[name]}


def replace_at(path: Path, origin: str, text: str) -> None:
    """Type `text` over the number that stands at `file:line:column`."""
    line, column = (int(part) for part in origin.rsplit(":", 2)[1:])
    lines = path.read_text("utf-8").splitlines(keepends=True)
    old = lines[line - 1]
    lines[line - 1] = old[: column - 1] + re.sub(r"^-?[\d.]+", text, old[column - 1 :])
    path.write_text("".join(lines), encoding="utf-8")


def test_changing_one_amount_changes_what_depends_on_it_and_nothing_else(
    params_copy: Path, listed: dict[str, Any], govnb: Any
) -> None:
    path = params_copy / "2016" / "junshan-zwfw.yml"
    text = path.read_text("utf-8")
    assert text.count("支出: 10.33") == 1
    path.write_text(text.replace("支出: 10.33", "支出: 11"), encoding="utf-8")
    after = govnb("figures", path, "--params", params_copy, "--json").json
    changed = changed_between(listed, after)
    known = {name for name, figure in after.items() if figure["value"] is not None}
    assert changed == dependents(listed, "三公经费.公务接待费.支出") & known
    assert {
        "三公经费.支出",
        "三公经费.结余",
        "三公经费.控制率",
        "三公经费.公务接待费.结余率",
    } <= changed
    assert after["三公经费.支出"]["value"] == "19.98"
    assert after["三公经费.结余"]["value"] == "0.27"


# Up to 2000: a later first year would make the years since negative, which is refused.
INPUTS = [
    "人员.编制数.主任",
    "人员.编外人员经费",
    "收入",
    "收入.财政预算.工资福利支出.基本工资",
    "收入.财政预算.专项经费",
    "收入.财政预算.专项经费.政务热线.12345工作运转",
    "支出.商品和服务支出",
    "项目.电子政务外网建设.追加",
    "运行费用.大厅运行.未列入预算.电费",
    "业务量.热线工单.上年",
    "业务量.热线运行起始年.本年",
    "三公经费.公务用车购置费.预算",
]


@pytest.fixture(scope="module")
def other_params(params: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    folder = tmp_path_factory.mktemp("change") / "params"
    shutil.copytree(params, folder)
    return folder


def figures_after(other_params: Path, params: Path, origin: str, text: str) -> dict[str, Any]:
    path = other_params / "2016" / "junshan-zwfw.yml"
    path.write_bytes((params / "2016" / "junshan-zwfw.yml").read_bytes())
    replace_at(path, origin, text)
    found, _ = compute(load(path, other_params))
    told = {name: figure.as_dict() for name, figure in found.items()}
    # As the command prints it and the tests read it.
    return dict(json.loads(json.dumps(told), parse_int=str))


@settings(max_examples=15)
@given(st.sampled_from(INPUTS), st.integers(1, 2000))
def test_any_change_reaches_only_what_depends_on_it(
    other_params: Path, params: Path, listed: dict[str, Any], name: str, new: int
) -> None:
    after = figures_after(other_params, params, listed[name]["origin"], str(new))
    changed = changed_between(listed, after)
    assert changed <= dependents(listed, name)
    assert name in changed or Decimal(listed[name]["value"]) == new
    # What depends on it and kept its value has it by its formula, not by having been forgotten.
    for other in dependents(listed, name) - changed:
        assert other == name or set(after[other]["inputs"]) & dependents(listed, name)


@settings(max_examples=8)
@given(st.sampled_from(INPUTS), st.integers(1, 2000))
def test_a_trial_gives_the_same_numbers_as_changing_the_file(
    other_params: Path,
    params: Path,
    junshan: Inputs,
    listed: dict[str, Any],
    name: str,
    new: int,
) -> None:
    after = figures_after(other_params, params, listed[name]["origin"], str(new))
    trial, _ = compute(junshan, {name: str(new)})
    assert {n: f.as_dict()["value"] for n, f in trial.items()} == {
        n: entry["value"] for n, entry in after.items()
    }


@pytest.mark.parametrize(
    "values",
    [
        {"预算执行.本年追加": "0", "预算执行.年初预算": "=收入"},
        {"政府采购.预算": "=项目.电子政务外网建设.评审金额"},
        {"三公经费.公务接待费.支出": UNKNOWN},
        {"收入": "1 / 3 * 3"},
        {"人员.在职人员": "40人", "落款.日期": "2017-03-04"},
        {"支出.工资福利支出": "=支出.资本性支出 + 1"},
        {"支出.工资福利支出": "=支出"},
        {"业务量.没有这一项.本年": "3"},
        {"评分依据.管理制度健全性.状态": "是"},
    ],
    ids=str,
)
def test_what_is_supposed_is_what_the_whole_worked_out_again_comes_to(
    values: dict[str, str], junshan: Inputs, figures: Figures
) -> None:
    def outcome(made: Callable[[], Figures]) -> object:
        try:
            return {n: f._replace(expression=None, place=NOWHERE) for n, f in made().items()}
        except FaultsError as error:
            return error.faults

    whole = outcome(lambda: compute(junshan, values, real=figures)[0])
    assert outcome(lambda: supposed(junshan, figures, values)) == whole


def test_what_is_only_supposed_may_be_what_nobody_could_type(
    department: Callable[[str], Path],
) -> None:
    inputs = load(department("预算执行: {年初预算: =预算执行.年末结余 - 5, 年末结余: 8}\n"))
    other, _ = compute(inputs, {"预算执行.年末结余": "1"}, real=Figures({}, {}))
    assert other["预算执行.年初预算"].value == -4


def test_thirds_that_add_up_to_a_whole_count_as_one(figures_of: Callable[[str], Figures]) -> None:
    people = figures_of("人员: {编制数: =10/3 + 20/3}\n")["人员.编制数"].number
    assert people is not None and round(people, 20) == 10
