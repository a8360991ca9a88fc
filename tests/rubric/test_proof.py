"""Where a rubric asks for 佐证, the department's own numbers earn nothing without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rubric.kit import row_of, rubric_of, rubric_text

NO_LETTERS = "当: {公式: 数据.信访件数, 等于: 0}"
ROUTES = [
    (
        f"规则: {{种类: 按件扣分, 扣: 1}}\n不适用: {{{NO_LETTERS}, 按: 满分}}",
        "数据: {信访件数: 0}",
        "5",
    ),
    (
        f"规则: {{种类: 不适用, {NO_LETTERS}, 按: 满分, 否则: {{种类: 按件扣分, 扣: 1}}}}",
        "数据: {信访件数: 0}",
        "5",
    ),
    (
        "规则: {种类: 清单加分, 要点: {全部回复: "
        "{得分: 5, 当: {公式: 数据.回复 / 数据.信访, 不低于: 100%}}}}",
        "数据: {回复: 5, 信访: 5}",
        "5",
    ),
    (
        "规则: {种类: 按状态, 状态: {好: {得分: 5, 当: {公式: 数据.投诉, 等于: 0}}, 差: 0}}",
        "数据: {投诉: 0}",
        "5",
    ),
    (
        "公式: 数据.办结 / 数据.受理\n规则: {种类: 按比例}\n分母为零: 满分",
        "数据: {办结: 0, 受理: 0}",
        "5",
    ),
    (
        "公式: 人员.在职人员 / 人员.编制数\n规则: {种类: 分档, 分档: ["
        "{不低于: 50%, 得分公式: 分值 * 数据.系数}, {小于: 50%, 得分: 满分}]}",
        "数据: {系数: 1}",
        "5",
    ),
    (
        "规则: {种类: 按目标比, 实际: 数据.完成, 目标: 数据.计划}",
        "数据: {完成: 5, 计划: 5}",
        "5",
    ),
    ("规则: {种类: 按目标比, 实际: 实际完成值}", "年度指标值: 5件\n实际完成值: 5件", "5"),
    ("公式: 求和(数据.*) / 10\n规则: {种类: 按比例}", "数据: {甲: 5, 乙: 5}", "5"),
    ("公式: 评分依据.某指标.数据.甲\n规则: {种类: 按比例}", "数据: {甲: 1}", "5"),
]  # fmt: skip
STAFF = "人员: {在职人员: 5, 编制数: 5}\n"


@pytest.mark.parametrize(("indicator", "stated", "points"), ROUTES)
def test_an_unproven_number_is_as_good_as_unknown(
    indicator: str, stated: str, points: str, tmp_path: Path
) -> None:
    asked = rubric_of(rubric_text(f"{indicator}\n佐证: 台账"), tmp_path)
    row = row_of(asked, stated, STAFF)
    assert row.score_text == "0—5", row.reason
    assert "评分依据.某指标.佐证" in row.missing
    assert row_of(asked, f"{stated}\n佐证: 信访台账第 3 页", STAFF).score_text == points
    not_asked = rubric_of(rubric_text(indicator), tmp_path, "other")
    assert row_of(not_asked, stated, STAFF).score_text == points


def test_an_unproven_reason_for_leaving_out_leaves_it_open(tmp_path: Path) -> None:
    rule = f"规则: {{种类: 不适用, {NO_LETTERS}, 按: 剔除, 否则: {{种类: 按件扣分, 扣: 1}}}}"
    rubric = rubric_of(rubric_text(f"{rule}\n佐证: 台账"), tmp_path)
    row = row_of(rubric, "数据: {信访件数: 0}")
    assert row.counts is None and row.score_text == "0—5"
    assert row_of(rubric, "数据: {信访件数: 0}\n佐证: 台账").counts is False


def test_a_number_tried_out_needs_no_proof(tmp_path: Path) -> None:
    rubric = rubric_of(rubric_text(f"{ROUTES[0][0]}\n佐证: 台账"), tmp_path)
    row = row_of(rubric, overrides={"评分依据.某指标.数据.信访件数": "0"})
    assert row.score_text == "5"
