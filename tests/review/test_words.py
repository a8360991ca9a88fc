"""The words by which sentences are read are a file of the district's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from govnb.batch.job import Job
from govnb.batch.receipts import Shared
from govnb.text.faults import FaultsError
from tests.review.reviewing import PARAMS, ids, read, reviewed

FIGURES = "三公经费: {公务接待费: {支出: 5.31, 上年支出: 6}}\n"
CHECKS = (PARAMS / "rules" / "checks.yml").read_text(encoding="utf-8")


def found(prose: str, words: str | None) -> list[str]:
    """Return the wrong numbers and directions of a narrative, read by these words."""
    result = reviewed(f"{FIGURES}叙述: {{概述: {prose}}}\n", rules=read(CHECKS, words))
    wanted = ("文中数", "方向词")
    return [id_ for id_ in ids(result.open_of("错误", "提示")) if id_.startswith(wanted)]


def test_a_word_that_a_district_adds_is_understood() -> None:
    prose = "公务接待费5.31万元，较上年略微增长。"
    assert found(prose, None) == []
    words = "程度: [略微, 有所]\n"
    assert found(prose, words) == ["方向词:叙述.概述:增长三公经费.公务接待费.支出"]


def test_lists_left_out_are_those_that_come_with_the_program() -> None:
    prose = "我局公务接待费6.31万元。"
    assert found(prose, "程度: [略微]\n") == found(prose, None) == ["文中数:叙述.概述:公务接待费"]


def test_words_of_another_scope_can_be_added() -> None:
    prose = "镇村公务接待费53.1万元。"
    assert found(prose, None) == ["文中数:叙述.概述:公务接待费"]
    assert found(prose, "另一口径: [镇村]\n") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("成度: [略]\n", ["words.yml:1:1", "不认识“成度”", "是不是“程度”"]),
        ("程度: 略有\n", ["words.yml:1:5", "应是一个列表"]),
        ("程度: [略有, '']\n", ["words.yml:1:10", "值是空的"]),
        ("程度:\n- 略有\n- {有所: 1}\n", ["words.yml:3:3", "文字"]),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_place(
    text: str, told: list[str], params_copy: Path, govnb: Any
) -> None:
    with pytest.raises(FaultsError) as caught:
        reviewed(FIGURES, rules=read(CHECKS, text))
    assert [word for word in told if word not in str(caught.value)] == []
    file = params_copy / "rules" / "words.yml"
    file.write_text(text, encoding="utf-8")
    checked = govnb("check", file)
    assert checked.code == 1 and told[1] in checked.out and "rules/words.yml:" in checked.out


def test_its_faults_come_with_those_of_the_department(params_copy: Path, govnb: Any) -> None:
    (params_copy / "rules" / "words.yml").write_text("成度: [略]\n", encoding="utf-8")
    file = params_copy / "2016" / "junshan-zwfw.yml"
    file.write_text(file.read_text("utf-8").replace("年度: 2016", "年度: 2015", 1), "utf-8")
    checked = govnb("check", file)
    assert "words.yml:1:1" in checked.out and "junshan-zwfw.yml:" in checked.out


def test_without_the_file_the_shipped_words_are_used(params_copy: Path, govnb: Any) -> None:
    file = params_copy / "2016" / "junshan-zwfw.yml"
    before = govnb("review", file, "--json").json
    (params_copy / "rules" / "words.yml").unlink()
    assert govnb("review", file, "--json").json == before


def test_a_receipt_vouches_for_the_words_a_district_has_or_not(params_copy: Path) -> None:
    job = Job(2016, "", params_copy, "outputs", ("html",), "review")
    notebook = PARAMS.parent / "notebooks" / "department.ipynb"
    file = params_copy / "rules" / "words.yml"
    given = Shared(job, notebook).inputs
    file.write_text(file.read_text("utf-8") + "# 改了\n", encoding="utf-8")
    changed = Shared(job, notebook).inputs
    assert [name for name in given if given[name] != changed[name]] == ["规则 words.yml"]
    file.unlink()
    assert Shared(job, notebook).inputs == given
