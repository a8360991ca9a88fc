"""The real 2016 report: what is wrong in it is found, what is right passes."""

from __future__ import annotations

import pytest

from govnb.review.finding import ERROR, FAILED, HINT, PASSED, Finding, Review
from govnb.rubric.load import load_rubric
from govnb.rubric.score import score
from govnb.sheet.compute import compute
from govnb.sheet.read import load
from tests.review.reviewing import PARAMS, finding, ids, inputs_of, reviewed

FILE = PARAMS / "2016" / "junshan-zwfw.yml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def result() -> Review:
    return reviewed(load(FILE, PARAMS))


# id, severity, left value, right value, difference (issue 3, acceptance).
WRONG = [
    ("合计:收入.财政预算.专项经费", ERROR, "197.05", "191", "6.05"),
    ("资本性支出与项目资金", ERROR, "297.53", "295.16", "2.37"),
    ("文号与日期:电子政务外网建设.专家评审", ERROR, "岳电政办函[2014]3号", "2015年3月19日", None),
    ("整体超支原因", ERROR, "23.74", "30.98", "-7.24"),
    ("基本支出不含资本性支出:支出", ERROR, "297.53", "535.14", None),
    ("运行费用超支:大厅运行", ERROR, "15.66", "11.32", "4.34"),
    ("日期用字:二O一七年六月三十日", HINT, "二O一七年六月三十日", None, None),
]


@pytest.mark.parametrize(("id_", "severity", "left", "right", "difference"), WRONG)
def test_finds_what_is_wrong(
    result: Review, id_: str, severity: str, left: str, right: str | None, difference: str | None
) -> None:
    found = finding(result, id_)
    told = found.as_dict()
    assert (found.state, found.severity) == (FAILED, severity)
    assert (found.left.value, found.right.value, told["difference"]) == (left, right, difference)
    assert found.left.origin is not None and found.left.origin.startswith("params/")
    assert found.advice


def test_names_the_slip_in_the_vehicle_rate(result: Review) -> None:
    found = finding(result, "公布数:三公经费.公务用车运行维护费.超支率")
    assert (found.state, found.severity, found.left.value) == (FAILED, ERROR, "1.1")
    assert (found.right.value or "").startswith("10.864")
    for word in ("1.1%", "10.86%", "小数点错了一位", "控制率", "110.86%"):
        assert word in found.message


def test_one_problem_is_one_error(result: Review) -> None:
    wrong = {id_ for id_, severity, *_ in WRONG if severity == ERROR}
    wrong.add("公布数:三公经费.公务用车运行维护费.超支率")
    assert {f.id for f in result.open_errors} == wrong


def test_every_right_published_figure_passes(result: Review) -> None:
    published = [f for f in result.findings if f.check == "公布数"]
    assert len(published) == len(load(FILE, PARAMS).department.published) - 1
    wrong = ["公布数:三公经费.公务用车运行维护费.超支率"]
    assert [f.id for f in published if f.state != PASSED] == wrong


def test_writing_is_told_once_for_each_spelling(result: Review) -> None:
    hints = [f for f in result.findings if f.is_open and f.severity == HINT]
    assert {(f.check, f.left.value) for f in hints if f.check != "分项超支原因"} == {
        ("文号括号", "岳编办通［2011］30号"),
        ("文号括号", "岳君编［2011］4号"),
        ("文号括号", "岳电政办函[2014]3号"),
        ("日期用字", "二O一七年六月三十日"),
        ("约数用字", "76多"),
        ("文件名称", "《关于进一步做好党政机关厉行节约工作》的通知"),
        ("科目超预算的原因", "8.92"),
    }


def test_ids_are_unique_and_the_same_every_run(result: Review) -> None:
    assert len(set(ids(result.findings))) == len(result.findings)
    assert ids(reviewed(load(FILE, PARAMS)).findings) == ids(result.findings)


def test_ids_do_not_move_with_unrelated_edits(result: Review) -> None:
    edited = TEXT.replace("  - 细化预算编制工作", "  - 再加一条。\n  - 细化预算编制工作").replace(
        "津贴补贴: 9.2", "津贴补贴: 9.2 # 一行注释"
    )
    edited = edited.replace("  改进措施.条数: 8", "  改进措施.条数: 9")
    assert {f.id for f in reviewed(edited).open_errors} == {f.id for f in result.open_errors}


MENDED = {
    "            窗口工作考核评比: 3\n": (
        "            窗口工作考核评比: 3\n            其他专项: 6.05\n"
    ),
    "超支率: 1.1%": "超支率: 10.9%",
    "岳电政办函[2014]3号": "岳电政办函〔2015〕3号",
    "岳编办通［2011］30号": "岳编办通〔2011〕30号",
    "岳君编［2011］4号": "岳君编〔2011〕4号",
    "  名称: 基本支出\n": "  名称: 部门整体支出\n",
    "        物业管理费: 2\n": "        物业管理费: 2\n        空调维护: 4.34\n",
    "原文: 二O一七年六月三十日": "原文: 2017年6月30日",
    "    金额: =人员.编外人员经费\n    对应超支: =支出.工资福利支出.差异\n": (
        "    金额: 23.74\n    对应超支: =支出.超支\n"
    ),
    "    资金: =收入.电子政务外网建设项目资金\n": "    资金: 297.53\n",
    "区直部门: 76多": "区直部门: 76",
    "厉行节约工作》的通知": "厉行节约工作的通知》",
}


def mended(but: str = "") -> str:
    """Return the real file with everything wrong put right, all but one thing."""
    text = TEXT
    for before, after in MENDED.items():
        assert before in text, before
        text = text if before == but else text.replace(before, after)
    return text


def test_a_corrected_copy_has_no_error() -> None:
    result = reviewed(mended())
    assert [f.message for f in result.findings if f.is_open] == []


def test_other_ways_to_correct_it_have_no_error_either() -> None:
    text = mended(but="    资金: =收入.电子政务外网建设项目资金\n")
    text = text.replace("  合计: 535.14", "  合计: 532.77").replace(
        "支出, 合计: 297.53}", "支出, 合计: 295.16}"
    )
    text = text.replace("  支出.超支: 23.74", "  支出.超支: 21.37").replace("23.74", "21.37")
    assert [f.message for f in reviewed(text).open_errors] == []


@pytest.mark.parametrize("left", list(MENDED))
def test_each_mend_is_needed(left: str) -> None:
    assert any(found.is_open for found in reviewed(mended(but=left)).findings)


def test_the_published_score_is_held_against_the_rubric() -> None:
    inputs = load(FILE, PARAMS)
    figures, _ = compute(inputs)
    rubric = load_rubric(str(inputs.year.rubric), PARAMS)
    marks = score(inputs, figures, rubric)
    found: Finding = finding(reviewed(inputs, score=marks), "公布得分")
    # 提示, for it hangs on 295.16 being a supplement: were it not, 97 could be had.
    assert (found.state, found.severity) == (FAILED, HINT)
    assert (found.left.value, found.right.value) == ("97", "95")
    assert "95分" in found.message and "最高分" in found.message
    assert [f.message for f in reviewed(inputs_of(mended()), score=marks).open_errors] == []
