"""Whatever bytes a parameter file holds, reading it gives inputs or faults, and soon."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from govnb.sheet.compute import compute
from govnb.sheet.read import load
from govnb.text.faults import FaultsError

# A department that uses every kind of field and every feature, small enough to mangle often.
SAMPLE = """\
年度: 2016
部门:
  名称: 测试局
  设立时间: 2011-03
  预算编码: 001005
内设机构: [办公室, "综合股"]
人员:
  编制数: {合计: 5, 明细: {主任: 1, 股级: 4}}
  在职人员: =人员.编制数
收入:
  名称: 年度收入
  合计: 229.46
  明细:
    局机关: {合计: 176.26, 明细: {结转: 116.26, 其他: 60}}
    二级机构: 53.2
  分类合计: {结转: 116.26, 其他: 60}
预算执行:
  年初预算: =求和(收入.*) - (收入.局机关 + 1) / 2
  年末结余: 未公布
业务量:
  工单: {单位: 件, 本年: 1200余, 上年: 700}
叙述:
  概述: |
    编制{{ 人员.编制数 | 数字 }}名，**收入**{{ 收入 }}。

    {{ 内设机构 }}
  人员情况: >-
    折行的
    文字
公布数:
  人员.编制数: 5
"""
# A short book, since it is read anew for every example.
RULES = """\
业务量.{事项}.增长率:
  每个: 业务量.{事项}.上年
  公式: (业务量.{事项}.本年 - 业务量.{事项}.上年) / 业务量.{事项}.上年
  单位: "%"
  名称: "{事项}增长率"
部门.成立年限:
  公式: 年度 - 年份(部门.设立时间)
  单位: 年
  名称: 成立整年数
"""
TOKENS = [
    *"\t\0\r\n :-[]{}&*!|>'\"%@`#,?=.～：，｛｝（）＝０é",
    "{{ ", " }}", "{%", "\n\n", "- ", ": ", "? ", "<<: ", "*a", "&a ", "!!python/name:os.system ",
    "---\n", "...\n", "\ufeff", "\u2028", "\u3000", "=1/0", "=求和(", "9" * 40, "1e400",
    "-", "未公布",
]  # fmt: skip


@pytest.fixture(scope="module")
def target(params: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("attack") / "params"
    shutil.copytree(params / "2016", folder / "2016")
    (folder / "rules").mkdir()
    (folder / "rules" / "figures.yml").write_text(RULES, encoding="utf-8")
    (folder / "rules" / "base-data.yml").write_text("依据: 无\n行: []\n", encoding="utf-8")
    yield folder / "2016" / "victim.yml"


def survives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        compute(load(path))
    except FaultsError as error:
        assert error.faults
        for fault in error.faults:
            assert fault.place.line >= 1 and fault.place.column >= 1
            assert fault.message and fault.hint, fault


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """The sample with a few pieces cut, doubled, moved or overwritten."""
    text = SAMPLE
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.sampled_from(TOKENS), st.just(text[start:end] * 2), st.just("")))
        text = text[:start] + piece + text[end:]
    return (
        text[: draw(st.integers(0, len(text)))].encode() if draw(st.booleans()) else text.encode()
    )


def test_the_sample_itself_is_good(target: Path) -> None:
    target.write_text(SAMPLE, encoding="utf-8")
    compute(load(target))


@settings(max_examples=80)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example("年度: 2016\n部门: {名称: 甲}\n".encode() + b"\xc3")
@example(b"? ? ? ?")
@example(b"- - - -")
@example(b"!<tag:yaml.org,2002:map> {}")
@example(b"%TAG ! tag:yaml.org,2002:\n---\n!map {}")
@example(b"{}")
@example(b"? {}\n: 1")
@example(b"a: b\rc: d\r")
def test_any_bytes_give_inputs_or_faults(target: Path, content: bytes) -> None:
    survives(target, content)


@settings(max_examples=120)
@given(mangled())
def test_a_mangled_good_file_gives_inputs_or_faults(target: Path, content: bytes) -> None:
    survives(target, content)


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*TOKENS, *SAMPLE.split()]), max_size=30))
def test_any_heap_of_yaml_pieces_gives_inputs_or_faults(target: Path, pieces: list[str]) -> None:
    survives(target, "".join(pieces).encode())


HEAD = "年度: 2016\n部门: {名称: 甲}\n"
ATTACKS = {
    "flow lists": "清单: " + "[" * 900_000,
    "closed flow lists": "清单: " + "[" * 400_000 + "]" * 400_000,
    "flow mappings": "清单: " + "{甲: " * 200_000,
    "block lists": "清单:\n" + "- " * 900_000 + "甲",
    "complex keys": "? " * 900_000,
    "indentation": "".join(" " * i + "甲:\n" for i in range(400)),
    "laughs": "甲: &a [哈]\n" + "".join(f"乙{i}: &b{i} [*a,*a,*a]\n" for i in range(2_000)),
    "unclosed quote": '甲: "' + "\\n" * 900_000,
    "colons": "甲: " * 200_000,
    "faults": "".join(f"甲{i}: １\n" for i in range(2_000)),
    "references": HEAD + "叙述:\n  概述: |\n    " + "{{ 乙 }}" * 100_000,
    "braces": HEAD + "叙述:\n  概述: |\n    " + "{{ " * 500_000,
    "blanks": HEAD + "叙述:\n  概述: |\n    {{ 甲" + " " * 900_000 + "乙",
    "formulas": HEAD + "项目:\n" + "".join(f"  甲{i}: {{中标价: =乙{i}}}\n" for i in range(400)),
    "long formula": HEAD + "预算执行:\n  年初预算: =" + "(" * 900_000,
    "deep minus": HEAD + "预算执行:\n  年初预算: =" + "-" * 990 + "1",
    "deep sum": HEAD + "预算执行:\n  年初预算: =" + "+".join(["1"] * 450),
    "deep brackets": HEAD + "预算执行:\n  年初预算: =" + "(" * 450 + "1" + ")" * 450,
    "long number": HEAD + "预算执行:\n  年初预算: " + "9" * 1_900_000,
    "long key": "年度: 2016\n" + "甲" * 600_000 + ": 1\n",
}
READ_ALL = """
import sys, time
from pathlib import Path
from govnb.sheet.compute import compute
from govnb.text.faults import FaultsError
from govnb.sheet.read import load
for path in map(Path, sys.argv[2:]):
    started = time.process_time()
    print(path.stem, end=" ", flush=True)
    try:
        compute(load(path, Path(sys.argv[1])))
        print("accepted")
    except FaultsError as error:
        longest = max(len(str(fault)) for fault in error.faults)
        print("refused" if longest < 3000 else f"fault of {longest} characters", end=" ")
        print("soon" if time.process_time() - started < 15 else "late", flush=True)
"""


def test_hostile_files_neither_crash_nor_hang_the_interpreter(params: Path, tmp_path: Path) -> None:
    """Run apart from this process, since the failure to fear is a crash of the whole of it."""
    files = []
    for name, content in ATTACKS.items():
        files.append(tmp_path / f"{name.replace(' ', '-')}.yml")
        files[-1].write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, params, *files],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.splitlines() == [f"{file.stem} refused soon" for file in files], done.stderr
    assert done.returncode == 0
