"""稿别: one's own draft says （待填） where a transcribed report says 未公布, on page and paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from govnb import Workbook
from govnb.report.new_file import create
from govnb.sheet.read import load

BODY = (
    "部门: {名称: 测试局}\n收入:\n  合计: 9\n  明细:\n    甲: 4\n    乙: 未公布\n"
    "人员: {编制数: （待填）}\n"
    "三公经费: {公务接待费: {预算: 3}}\n楼堂馆所: {有新建项目: （待填）}\n"
    "项目: {一期: {资金: 待填, 过程: {开工: {日期: （待填）}}}}\n"
    "业务量: {工单: {单位: 件, 本年: 待填}}\n"
    "叙述: {概述: '工单{{ 业务量.工单.本年 }}，{{ 项目.一期.过程.开工.日期 }}开工。'}\n"
)
DRAFT, TRANSCRIPT = "年度: 2016\n稿别: 草稿\n", "年度: 2016\n稿别: 转录\n"
Shown = Callable[[Any], list[tuple[str, dict[str, Any]]]]


def printed(path: Path, shown: Shown) -> str:
    """Return all that the report is made of: page, PDF and Word are drawn from it."""
    return json.dumps([bundle for _, bundle in shown(Workbook(load(path)))], ensure_ascii=False)


@pytest.mark.parametrize(
    ("head", "said", "unsaid"),
    [
        (DRAFT, "待填", "未公布"),
        (TRANSCRIPT, "未公布", "待填"),
        ("年度: 2016\n", "未公布", "待填"),
    ],
    ids=["草稿", "转录", "不写"],
)
def test_the_whole_report_has_the_one_word_or_the_other(
    head: str, said: str, unsaid: str, department: Callable[..., Path], shown: Shown
) -> None:
    text = printed(department(BODY, head=head), shown)
    assert said in text and unsaid not in text
    assert ("也就没有公布" in text) == (said == "未公布")


@pytest.mark.parametrize(("head", "said"), [(DRAFT, "（待填）"), (TRANSCRIPT, "未公布")])
def test_the_terminal_too_and_json_has_no_value_either_way(
    head: str, said: str, department: Callable[..., Path], govnb: Any
) -> None:
    path = department(BODY, head=head)
    name = "业务量.工单.本年"
    assert govnb("figures", path, name).out.startswith(f"{name}　{said}")
    assert said in govnb("explain", path, "三公经费.控制率").out
    (figure,) = govnb("figures", path, name, "--json").json.values()
    assert figure["value"] is None and figure["reason"].startswith(said)
    other = {"（待填）": "未公布", "未公布": "待填"}[said]
    for command in ("figures", "review", "score"):
        assert other not in govnb(command, path).out


def test_a_new_file_is_a_draft_and_what_is_published_is_a_transcript(
    params_copy: Path, shown: Shown
) -> None:
    create(2017, "newju", params_copy)
    assert "未公布" not in printed(params_copy / "2017" / "newju.yml", shown)
    for path in sorted(params_copy.glob("[0-9]*/[!_]*.yml")):
        if path.stem != "newju":
            assert "待填" not in printed(path, shown)


def test_a_manuscript_of_another_kind_is_refused_with_what_may_be_written(
    department: Callable[..., Path], govnb: Any
) -> None:
    told = govnb("check", department(head="年度: 2016\n稿别: 初稿\n部门: {名称: 甲}\n"))
    assert told.code == 1 and "test.yml:2:5: “初稿”不在可选的值里（可写：草稿、转录）" in told.out


def test_only_a_date_that_is_asked_for_may_be_to_be_filled_in(
    department: Callable[..., Path], govnb: Any
) -> None:
    stated = "已说明: [{编号: 甲, 说明: 乙, 说明人: 丙, 日期: （待填）}]\n金额单位: （待填）\n"
    told = govnb("check", department(stated))
    assert told.code == 1 and "说明要有日期" in told.out and "可写：元、千元、万元" in told.out
