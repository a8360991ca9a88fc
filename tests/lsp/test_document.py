"""What an editor may hold at any moment: half typed, pasted from anywhere, no YAML at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from govnb.lsp.document import Document

ROOT = Path(__file__).resolve().parents[2]
WHOLE = (ROOT / "params/2016/junshan-zwfw.yml").read_text("utf-8")
HEAD = "".join(WHOLE.splitlines(keepends=True)[:30])
STATED = "编外人员经费: 30.98"


def instead(text: str) -> str:
    assert STATED in WHOLE
    return WHOLE.replace(STATED, text, 1)


# A text, and the line, column and words of a fault it must have; None for none at all.
TEXTS: dict[str, tuple[str, tuple[int, int, str] | None]] = {
    "nothing": ("", (1, 1, "空的")),
    "a comment": ("# 只有注释\n", (1, 1, "空的")),
    "a list": ("- 1\n- 2\n", (1, 1, "名称: 值")),
    "a word": ("随便\n", (1, 1, "名称: 值")),
    "a nul": ("部门: \0\n", (1, 5, "控制字符 U+0000")),
    "an open bracket": (HEAD + "支出: {工资", (31, 5, "没有配对")),
    "an open quote": (HEAD + '  x: "没有关', (31, 6, "没有配对")),
    "an open item": (HEAD + "  - ", (31, 3, "")),
    "no colon yet": (HEAD + "三公经费", (31, 1, "缺少冒号")),
    "a tab": (WHOLE.replace("人员:\n", "人员:\n\t编制数: 5\n", 1), (31, 1, "制表符")),
    "an anchor": ("a: &x 1\nb: *x\n", (1, 4, "")),
    "a tag": ("a: !!python/object:os.system x\n", (1, 4, "")),
    "two documents": (f"{WHOLE}\n---\n{WHOLE}", (530, 1, "多份内容")),
    "a key twice": (f"{WHOLE}\n部门: {{名称: 甲}}\n", (530, 1, "写了两次")),
    "a merge key": ("<<: {a: 1}\n" + WHOLE, (1, 1, "不认识")),
    "a directive": ("%YAML 9.9\n---\n" + WHOLE, (1, 1, "%")),
    "a key without a name": ("? \n: 1\n", (1, 1, "")),
    "a list as a key": ("? [a, b]\n: 1\n", (1, 1, "")),
    "300 brackets": ("a: " + "{b: " * 300 + "1" + "}" * 300, (1, 160, "嵌套")),
    "2000 brackets": ("a: " + "[" * 2000 + "]" * 2000, (1, 43, "嵌套")),
    "a long line": (f"{WHOLE}\n# {'长' * 50_000}: {{{'短' * 20_000}", None),
    "a huge file": (f"{WHOLE}\n# {'长' * 200_000}", (1, 1, "256 KB")),
    "a long number": (instead(f"编外人员经费: {'9' * 5000}"), (53, 11, "18 位")),
    "500 parentheses": (instead(f"编外人员经费: ={'(' * 500}1{')' * 500}"), (53, 12, "公式")),
    "itself": (instead("编外人员经费: =支出.编外人员经费"), (53, 11, "没有")),
    "no such figure": (instead("编外人员经费: =没有.这个"), (53, 11, "没有")),
    "a picture": (instead("编外人员经费: 😀3O.98"), (53, 11, "不是数")),
    "half a character": (WHOLE.replace("人员:", "人员: # \ud83d", 1), None),
    "a mark of byte order": ("\ufeff" + WHOLE, None),
    "Windows' line ends": (WHOLE.replace("\n", "\r\n"), None),
    "an old Mac's line ends": (WHOLE.replace("\n", "\r"), None),
    "an open reference": (WHOLE.replace("\n人员:\n", "\n# {{ 人员.\n人员:\n", 1), None),
    "a line separator": (f"# 甲\u2028乙\n{WHOLE}", (1, 4, "U+2028")),
    "a next line": (f"# 甲\x85乙\n{WHOLE}", (1, 4, "U+0085")),
    "a form feed": (f"# 甲\x0c乙\n{WHOLE}", (1, 4, "U+000C")),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    params = tmp_path_factory.mktemp("甲 乙") / "params"
    unused = shutil.ignore_patterns("2018", "2019")
    shutil.copytree(ROOT / "params", params, ignore=unused)
    return params / "2016/junshan-zwfw.yml"


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=list(TEXTS))
def test_any_text_is_checked_asked_about_and_completed(
    file: Path, text: str, expected: tuple[int, int, str] | None
) -> None:
    document = Document(file, text)
    faults = [remark for remark in document.check() if remark.kind == "错误"]
    told = [(f.place.line, f.place.column, f.text) for f in faults]
    if expected is None:
        assert told == []
    else:
        line, column, words = expected
        assert [t for t in told if t[:2] == (line, column) and words in t[2]], told
    many = len(document.lines)
    for line in {1, 5, 31, 53, many // 2, many, many + 1}:
        wide = len(document.lines[line - 1]) if 0 < line <= many else 0
        for column in {1, 3, wide // 2 + 1, wide + 1}:
            document.name_at(line, column)
            document.completions(line, column)
            if item := document.item_at(line, column):
                document.renamed(item, "新名")


@pytest.mark.parametrize(
    "faulty",
    [
        WHOLE.replace("简称: 政务中心", "简称：政务中心", 1),
        WHOLE.replace("简称: 政务中心", "简称: [政务中心", 1),
        WHOLE.replace("简称: 政务中心", "\t简称: 政务中心", 1),
        instead("编外人员经费: 约三十万"),
        instead("编外人员: {借调: 没有.这个}\n  编外人员经费: =没有.这个"),
        WHOLE + "\n随便写的:\n  甲: 1\n  乙:\n    - 2\n",
    ],
)
def test_a_file_opened_with_a_fault_has_the_figures_that_can_still_be_read(
    file: Path, faulty: str
) -> None:
    document = Document(file, faulty)
    assert [remark for remark in document.check() if remark.kind == "错误"]
    figure = document.figures["收入.财政预算.专项经费"]
    line = figure.place.line
    assert document.name_at(line, figure.place.column) == (figure.name, figure.place.column)
    assert "params/2016/junshan-zwfw.yml" in document.told(figure.name)
