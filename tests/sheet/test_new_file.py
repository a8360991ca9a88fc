"""A new year's file from last year's: nothing of last year is left to be taken for this year's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from govnb.report.new_file import create, year_file
from govnb.sheet.carry import carry
from govnb.sheet.compute import compute
from govnb.sheet.department import BudgetLine, Department
from govnb.sheet.fields import key
from govnb.sheet.folder import departments
from govnb.sheet.read import load
from govnb.text.number import TO_FILL
from govnb.text.validation import validate
from govnb.text.yaml_text import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
UNSEEN = sorted((ROOT / "tests" / "data" / "checks" / "unseen").glob("*.yml"))
SHIPPED = [
    (int(folder.name), department)
    for folder in sorted((ROOT / "params").glob("[0-9]*"))
    for department in departments(folder.name, ROOT / "params")
]


def carried(text: str, year: int = 2017, **options: Any) -> str:
    return carry(text, year, options.pop("model", Department), **options).text("旧")


def body(text: str, year: int = 2017, **options: Any) -> str:
    """Return the new file without the comment at its head."""
    return carried(text, year, **options).partition("\n\n")[2]


# It always passes the check.


def passes(params: Path, year: int, department: str, govnb: Any) -> None:
    made = govnb("new", year + 1, department, "--from", year, "--params", params)
    assert made.code == 0, made.err
    new = params / str(year + 1) / f"{department}.yml"
    for file in (new, new.parent / "_year.yml"):
        outcome = govnb("check", file, "--params", params)
        assert (outcome.code, outcome.out) == (0, "1 个文件，0 处错误\n")
    no_fact_of_last_year_in(new.read_text("utf-8"))


def no_fact_of_last_year_in(text: str) -> None:
    """Check that what stands in the file was to be carried over, value by value."""
    tree = parse_yaml(text, "新")
    assert tree["稿别"] == "草稿" and "示例" not in tree and "虚构" not in text
    for gone in ("公布数", "落款", "已说明"):
        assert gone not in tree
    assert {value for _, value in scalars(tree.get("评分依据", {}))} <= {TO_FILL}
    for path, value in scalars(tree):
        *_, last = path
        if last in ("日期", "说明", "文号", "有新建项目") or path[:2] == ("叙述", "超支说明"):
            assert value.strip() == TO_FILL, path
        is_number = re.fullmatch(r"-?[\d.]+\s*余?\D{0,3}", value) is not None
        moved = path[0] in ("年度", "部门") or "上年" in str(path) or last in ("分值", "单位")
        begun = (path[0], last, len(value)) == ("业务量", "本年", 4)
        assert not is_number or moved or begun, (path, value)


def scalars(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from scalars(value, (*path, name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            if not isinstance(value, str):
                yield from scalars(value, (*path, number))
    else:
        yield path, str(node)


@pytest.mark.parametrize(("year", "department"), SHIPPED)
def test_every_shipped_department_carried_over_passes_the_check(
    year: int, department: str, params_copy: Path, govnb: Any
) -> None:
    passes(params_copy, year, department, govnb)


@pytest.mark.parametrize("file", UNSEEN, ids=lambda file: file.stem)
def test_departments_written_elsewhere_do_too(file: Path, params_copy: Path, govnb: Any) -> None:
    text = file.read_text("utf-8")
    year = int(str(parse_yaml(text, "旧")["年度"]))
    if not (params_copy / str(year)).exists():
        shared = (params_copy / "2016" / "_year.yml").read_text("utf-8")
        (params_copy / str(year)).mkdir()
        new = shared.replace("年度: 2016", f"年度: {year}")
        (params_copy / str(year) / "_year.yml").write_text(new, encoding="utf-8")
    (params_copy / str(year) / file.name).write_text(text, encoding="utf-8")
    passes(params_copy, year, file.stem, govnb)


def test_and_every_made_up_one(tmp_path: Path, govnb: Any) -> None:
    folder = tmp_path / "params"
    assert govnb("sample", 20, "--out", folder, "--seed", 7).code == 0
    made = departments(2016, folder)
    assert len(made) == 20
    for department in made:
        passes(folder, 2016, department, govnb)


# Any sections, present or absent.

MONEY = st.sampled_from(
    ["12.5", "0", "1200余", "3.5亿元", "未公布", "（待填）", "=人员.编制数 * 2"]
)
LINE = st.dictionaries(
    st.sampled_from(["上年预算", "上年支出", "预算", "支出", "说明"]), MONEY, min_size=1
)
DATE = st.sampled_from(["2016", "2016-03", "2016-03-19", "2016年3月19日"])
WORDS = st.sampled_from(
    [
        *("好。", "共{{ 荣誉.条数 }}项：{{ 荣誉 }}。", "在{{ 项目.一期.过程.开工.日期 }}开工"),
        *("超支{{ 支出.超支 }}，因{{ 超支原因.加班.金额 }}。", "{{ 业务量.工单.上年 }}件"),
        *("第一行\n\n# 不是注释\n第二行{{ 人员.编制数 }}", "{{ 评分依据.满意.指标值 }}"),
    ]
)
PROSE = st.fixed_dictionaries(
    {}, optional={name: WORDS for name in ("概述", "超支说明", "经济性", "满意度")}
)
SECTIONS: dict[str, st.SearchStrategy[Any]] = {
    "示例": st.sampled_from(["是", "否"]),
    "金额单位": st.sampled_from(["元", "万元", "千元"]),
    "内设机构": st.lists(st.sampled_from(["办公室", "财务股"]), min_size=1, max_size=2),
    "收入": st.just({"合计": "9", "明细": {"拨款": {"明细": {"人员": "4"}}, "其他": "5"}}),
    "支出": st.just({"合计": "9", "明细": {"工资福利支出": "4", "其他资本性支出": "5"}}),
    "预算安排": st.just({"明细": {"其他资本性支出": "=支出.其他资本性支出"}}),
    "预算执行": st.dictionaries(st.sampled_from(["上年结转", "年末结余", "年初预算"]), MONEY),
    "项目": st.just(
        {"一期": {"资金": "3", "过程": {"开工": {"日期": "2015-02", "文号": "某〔2015〕1号"}}}}
    ),
    "三公经费": st.fixed_dictionaries({"公务接待费": LINE, "公务用车运行维护费": LINE}),
    "公用经费": LINE,
    "政府采购": st.dictionaries(st.sampled_from(["预算", "实际", "上年实际"]), MONEY, min_size=1),
    "楼堂馆所": st.just({"有新建项目": "否", "实际投资": "0"}),
    "超支原因": st.just({"加班": {"金额": "1.5", "对应超支": "=支出.超支"}}),
    "业务量": st.fixed_dictionaries(
        {
            "工单": st.fixed_dictionaries(
                {"单位": st.just("件"), "本年": st.just("8"), "上年": MONEY}
            )
        }
    ),
    "绩效指标": st.just(
        {"量": {"一级指标": "产出", "分值": "10", "年度指标值": "≥5件", "实际完成值": "6件"}}
    ),
    "叙述": PROSE,
    "荣誉": st.just(["先进"]),
    "落款": st.fixed_dictionaries({"日期": DATE, "负责人": st.just("张三")}),
    "评分依据": st.just({"满意": {"指标值": "90%", "佐证": "问卷"}}),
    "公布数": st.just({"内设机构.条数": "2"}),
}
FILES = st.fixed_dictionaries(
    {
        "年度": st.just("2016"),
        "部门": st.just({"名称": "甲局", "设立时间": "2001", "来源": "某报告"}),
        "人员": st.just({"编制数": "7"}),
    },
    optional=SECTIONS,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    params = tmp_path_factory.mktemp("any") / "params"
    create(2017, "first", params)
    create(2016, "first", params)
    return params


@settings(max_examples=25)
@given(file=FILES)
def test_whichever_sections_a_file_has_its_successor_passes_the_check(
    file: dict[str, Any], folder: Path, govnb: Any
) -> None:
    text = yaml.dump(file, allow_unicode=True, sort_keys=False, default_style=None)
    (folder / "2016" / "any.yml").write_text(text, encoding="utf-8")
    (folder / "2017" / "any.yml").unlink(missing_ok=True)
    passes(folder, 2016, "any", govnb)


# What becomes of what.


@pytest.fixture(scope="module")
def junshan_2017(params: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    import shutil

    copy = tmp_path_factory.mktemp("junshan") / "params"
    shutil.copytree(params, copy)
    create(2017, "junshan-zwfw", copy, 2016)
    return (copy / "2017" / "junshan-zwfw.yml").read_text("utf-8")


def test_a_list_the_prose_spells_out_is_kept_to_be_filled_in(junshan_2017: str) -> None:
    assert parse_yaml(junshan_2017, "新")["荣誉"] == [TO_FILL]
    assert "{{ 荣誉 | 和 }}" in junshan_2017 and TO_FILL in junshan_2017.partition("年度:")[0]


def test_a_list_nothing_refers_to_is_left_out_and_the_comment_behind_it_stays() -> None:
    text = "年度: 2016\n部门: {名称: 甲}\n# 报告四\n荣誉:\n  - 先进\n# 报告五\n存在问题:\n  - 无\n"
    assert body(text).endswith("部门: {名称: 甲}\n# （2016年）报告五\n存在问题:\n  - 无\n")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" {名称: 甲, 来源: 某报告}", " {名称: 甲}"),
        (" {来源: '某, 报告', 名称: 甲}", " {名称: 甲}"),
        (" {名称: 甲, 来源: 某报告, 性质: 乙}", " {名称: 甲, 性质: 乙}"),
        ("\n  名称: 甲\n  # 摘自\n  来源: 某报告\n  性质: 乙", "\n  名称: 甲\n  性质: 乙"),
    ],
)
def test_the_source_goes_whichever_way_the_section_is_written(typed: str, kept: str) -> None:
    new = body(f"年度: 2016\n部门:{typed}\n人员: {{编制数: 5}}\n")
    assert new == f"稿别: 草稿\n年度: 2017\n部门:{kept}\n人员: {{编制数: （待填）}}\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "政府采购: {预算: 9, 实际: 8.5}",
            "政府采购: {预算: （待填）, 上年实际: 8.5, 实际: （待填）}",
        ),
        (
            "公用经费: {上年预算: 3, 预算: 未公布, 支出: 1200余}",
            "公用经费: {上年预算: （待填）, 预算: （待填）, 上年支出: 1200余, 支出: （待填）}",
        ),
        (
            "预算执行: {上年结转: 1, 年末结余: 2.50}",
            "预算执行: {上年结转: 2.50, 年末结余: （待填）}",
        ),
        ("预算执行: {年末结余: 2}", "预算执行: {上年结转: 2, 年末结余: （待填）}"),
        ("预算执行: {上年结转: 1}", "预算执行: {上年结转: （待填）}"),
        ("楼堂馆所: {有新建项目: 否}", "楼堂馆所: {有新建项目: （待填）}"),
        ("三公经费: {公务接待费: {预算: 1, 说明: 超了}}",
         "三公经费: {公务接待费: {上年预算: 1, 预算: （待填）}}"),
        ("人员: {编制数: =3 + 4, 在职人员: =人员.编制数}",
         "人员: {编制数: （待填）, 在职人员: =人员.编制数}"),
        ("业务量: {始: {单位: 年, 本年: 2012}}", "业务量: {始: {单位: 年, 本年: 2012}}"),
        ("业务量: {工单: {单位: 件, 本年: {明细: {甲: 1, 乙: 2}}}}",
         "业务量: {工单: {单位: 件, 上年: {明细: {甲: 1, 乙: 2}}, "
         + "本年: {明细: {甲: （待填）, 乙: （待填）}}}}"),
        ("绩效指标: {量: {一级指标: 产出, 分值: 10, 年度指标值: ≥5件, 实际完成值: 6件, "
         "佐证: 台账}}",
         "绩效指标: {量: {一级指标: 产出, 分值: 10, 年度指标值: （待填）, 实际完成值: （待填）}}"),
        ("超支原因: {加班: {金额: 3}}", ""),
        ("示例: 是", ""),
        ("叙述: {超支说明: 因加班。}", ""),
    ],
)  # fmt: skip
def test_each_value_goes_where_its_field_says(typed: str, kept: str) -> None:
    new = body(f"年度: 2016\n部门: {{名称: 甲}}\n{typed}\n")
    assert new == f"稿别: 草稿\n年度: 2017\n部门: {{名称: 甲}}\n{kept}\n".replace("\n\n", "\n")


def test_a_formula_moves_to_last_year_as_the_number_it_gave(junshan_2017: str) -> None:
    lines = parse_yaml(junshan_2017, "新")["项目支出"]["业务工作专项"]
    assert lines["宣传印刷"]["上年预算"] == "5" and lines["宣传印刷"]["预算"].startswith("=收入")


def test_a_file_in_yuan_stays_in_yuan(department: Callable[..., Path], params_copy: Path) -> None:
    path = department("金额单位: 元\n公用经费: {预算: 1234, 支出: =公用经费.预算 / 2}\n")
    create(2017, path.stem, params_copy, 2016)
    tree = parse_yaml((params_copy / "2017" / path.name).read_text("utf-8"), "新")
    assert (tree["公用经费"]["上年预算"], tree["公用经费"]["上年支出"]) == ("1234", "617")


def test_a_year_something_began_in_stays_and_volumes_move_to_last_year(
    junshan_2017: str, params_copy: Path
) -> None:
    tree = parse_yaml(junshan_2017, "新")
    assert tree["业务量"]["热线工单"] == {"单位": "件", "上年": "6184", "本年": TO_FILL}
    path = params_copy / "2016" / "junshan-zwfw.yml"
    path.write_text(junshan_2017.replace("年度: 2017", "年度: 2016"), encoding="utf-8")
    figures, _ = compute(load(path))
    assert figures["业务量.先进单位连续年数.本年"].value == Decimal(5)


def test_what_was_carried_over_is_listed_at_the_top_with_its_line(junshan_2017: str) -> None:
    head, _, rest = junshan_2017.partition("\n\n")
    lines = junshan_2017.splitlines()
    listed = re.findall(r"^#   第 (\d+) 行起　(\w+)", head, re.MULTILINE)
    assert {name for _, name in listed} > {"部门", "内设机构", "主要职责", "叙述", "三公经费"}
    assert all(lines[int(number) - 1].startswith(f"{name}:") for number, name in listed)
    stated = {line.partition(":")[0] for line in rest.splitlines() if re.match(r"\w+:", line)}
    assert stated - {name for _, name in listed} <= {"稿别", "年度", "荣誉"}


def test_lines_with_a_year_in_their_words_are_listed_for_the_accountant(junshan_2017: str) -> None:
    lines = junshan_2017.splitlines()
    (listed,) = (line for line in lines if line.startswith("# 文字里直接写了年份的行"))
    numbers = [int(n) for n in listed.partition("第 ")[2].removesuffix(" 行。").split("、")]
    assert any("2014年，区政务中心整体搬迁" in lines[n - 1] for n in numbers)
    assert all("年" in lines[n - 1] and not lines[n - 1].lstrip().startswith("#") for n in numbers)


def test_remarks_say_which_year_they_are_about_and_commented_keys_stay_usable() -> None:
    text = (
        "# 甲局 2016 年度，虚构\n年度: 2016\n部门: {名称: 甲}\n# 报告一\n人员:\n"
        "  编制数: 5  # 隐含满员\n  # 离退休人员: 3\n叙述:\n  概述: |\n    好\n\n    # 不是注释\n"
    )
    assert body(text) == (
        "稿别: 草稿\n年度: 2017\n部门: {名称: 甲}\n# （2016年）报告一\n人员:\n"
        "  编制数: （待填）  # （2016年）隐含满员\n  # 离退休人员: 3\n叙述:\n  概述: |\n    好\n\n"
        "    # 不是注释\n"
    )


def test_words_that_name_nothing_are_to_be_written_anew_even_if_last_years_file_was_wrong(
    department: Callable[..., Path], params_copy: Path, govnb: Any
) -> None:
    path = department(
        "人员: {编制数: =人员.没有的}\n"
        "叙述:\n  概述: |\n    好{{ 没有的.指标 }}\n  经济性: 省了。\n"
    )
    assert govnb("check", path).code == 1
    create(2017, path.stem, params_copy, 2016)
    new = params_copy / "2017" / path.name
    tree = parse_yaml(new.read_text("utf-8"), "新")
    assert tree["叙述"] == {"概述": f"{TO_FILL}\n", "经济性": "省了。"}
    assert tree["人员"] == {"编制数": TO_FILL}
    assert "# 引用了今年没有的内容，已改为（待填）：" in new.read_text("utf-8")
    assert govnb("check", new).code == 0


def test_of_what_belongs_to_one_year_only_what_the_words_refer_to_is_kept_to_be_filled_in() -> None:
    text = (
        "年度: 2016\n部门: {名称: 甲}\n评分依据:\n  满意: {指标值: 90%, 佐证: 问卷}\n"
        "  制度: {状态: 好}\n超支原因: {加班: {金额: 3, 人数: 2}, 电费: {金额: 1}}\n"
        "叙述: {概述: '{{ 评分依据.满意.指标值 }}，{{ 超支原因.加班.人数 }}'}\n"
    )
    tree = parse_yaml(body(text), "新")
    assert tree["评分依据"] == {"满意": {"指标值": TO_FILL}}
    assert tree["超支原因"] == {"加班": {"金额": TO_FILL, "人数": TO_FILL}}


# The year's own file.


def test_comments_of_a_year_file_are_not_told_of_another_year() -> None:
    text = "年度: 2018\n# 2018 年度，全区共用。\n# 2018 年改革以后的科目表\n# 别的\n"
    new = year_file(text + "地区: 某区\n", "旧", 2019)
    assert "# 2019 年度，全区共用。" in new and "\n# 别的\n" in new
    assert "# （2018 年的说明，请核对）2018 年改革以后的科目表" in new


def test_the_district_is_known_where_its_own_department_is_carried_over(
    params_copy: Path,
) -> None:
    create(2017, "junshan-zwfw", params_copy, 2016)
    create(2020, "heshan-chengguan", params_copy, 2019)
    create(2015, "mybureau", params_copy)
    for year, region in ((2017, "岳阳市君山区"), (2020, "益阳市赫山区"), (2015, TO_FILL)):
        text = (params_copy / str(year) / "_year.yml").read_text("utf-8")
        assert parse_yaml(text, "新")["地区"] == region


def test_accounts_have_the_names_of_the_year(params_copy: Path, govnb: Any) -> None:
    (params_copy / "2017").mkdir()
    for name in ("_year.yml", "junshan-zwfw.yml"):
        text = (params_copy / "2016" / name).read_text("utf-8")
        new = text.replace("年度: 2016", "年度: 2017")
        (params_copy / "2017" / name).write_text(new, encoding="utf-8")
    create(2018, "junshan-zwfw", params_copy, 2017)
    tree = parse_yaml((params_copy / "2018" / "junshan-zwfw.yml").read_text("utf-8"), "新")
    for section in ("支出", "预算安排"):
        assert "资本性支出" in tree[section]["明细"]
        assert "其他资本性支出" not in tree[section]["明细"]
    assert govnb("check", params_copy / "2018" / "junshan-zwfw.yml").code == 0


@pytest.mark.parametrize(
    ("year", "account"), [(2015, "其他资本性支出"), (2017, "其他资本性支出"), (2021, "资本性支出")]
)
def test_the_blank_file_and_a_new_year_use_the_accounts_of_that_year(
    year: int, account: str, tmp_path: Path, govnb: Any
) -> None:
    params = tmp_path / "params"
    create(2016 if year > 2016 else 2019, "other", params)
    create(year, "mybureau", params)
    text = (params / str(year) / "mybureau.yml").read_text("utf-8")
    assert f"#     {account}: " in text and "｛" not in text and "岳" not in text
    shared = parse_yaml((params / str(year) / "_year.yml").read_text("utf-8"), "新")
    assert shared["经济分类"]["310"] == account and shared["地区"] == TO_FILL
    assert govnb("check", params / str(year)).code == 0


def test_a_first_department_in_an_empty_folder_gets_the_rules_it_needs(
    tmp_path: Path, govnb: Any
) -> None:
    params = tmp_path / "params"
    made = govnb("new", 2016, "mybureau", "--params", params)
    assert made.code == 0 and "rules" in made.out
    assert "地区: （待填）" in (params / "2016" / "_year.yml").read_text("utf-8")
    assert govnb("check", params / "2016" / "mybureau.yml", "--params", params).code == 0


def test_rules_that_are_there_are_left_alone(params_copy: Path, govnb: Any) -> None:
    rules = params_copy / "rules" / "checks.yml"
    rules.unlink()
    assert govnb("new", 2016, "mybureau", "--params", params_copy).code == 0
    assert not rules.exists()


# A field is one line.


class Wider(Department):
    """A department's file with one field more."""

    heating: BudgetLine = key("取暖费", "供暖季的费用", BudgetLine())


def test_one_line_adds_a_field_and_all_else_follows(
    department: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "年度: 2016\n部门: {名称: 甲}\n取暖费: {预算: 8, 支出: 9, 说明: 天冷}\n"
    # The schema that editors complete from.
    schema = TypeAdapter(Wider).json_schema(by_alias=True)
    assert schema["properties"]["取暖费"]["description"] == "供暖季的费用"
    # Next year's file.
    assert "取暖费: {上年预算: 8, 预算: （待填）, 上年支出: 9, 支出: （待填）}" in body(
        text, model=Wider
    )
    # Figures and formulas.
    path = department(head=text + "人员: {编外人员经费: =取暖费.支出 - 取暖费.预算}\n")
    monkeypatch.setattr("govnb.sheet.read.Department", Wider)
    figures, _ = compute(load(path))
    assert figures["取暖费.支出"].value == 9
    assert figures["人员.编外人员经费"].value == 1
    assert figures["取暖费.上年支出"].value is None
    assert validate(parse_yaml(text, "新"), Wider).year.value == 2016
