"""A parameter file to begin from: blank, or last year's with this year's numbers to fill in."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from govnb.inputs.files import write_whole
from govnb.inputs.read import department_path, label_of, new_path
from govnb.inputs.shipped import copy_rules, shipped
from govnb.inputs.yaml_faults import lines_of
from govnb.inputs.yaml_text import Mapping, Scalar, Sequence, parse_yaml, read_text

# A change of one line: the line, the column, how many characters, and what in their place.
Edit = tuple[int, int, int, str]

# What a year says of itself only; carrying it over would report last year's facts as this one's.
_OF_ONE_YEAR = frozenset({"公布数", "落款", "评分依据", "已说明", "荣誉"})
_LAST_YEAR = {"预算": "上年预算", "支出": "上年支出", "本年": "上年", "实际": "上年实际"}
_HAS_LAST_YEAR = {"三公经费", "公用经费", "项目支出", "政府采购", "业务量"}
_KEPT = frozenset({"年度", "部门"})
# It names last year's report, and would be printed under every table of this year's.
_SOURCE = "来源"
TO_FILL = "（待填）"
# A year in words that stay, such as “2015年，热线工单…”.
_YEAR_IN_WORDS = re.compile(r"(?<![\d-])(?:19|20)\d\d年")
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?\s*[余多]?\s*\D{0,3}")


def create(
    year: int, department: str, params_dir: Path, from_year: int | None = None
) -> list[Path]:
    """Write a department's new file, and the year's own file when the year is new.

    Returns
    -------
    list of Path
        The files and folders written; none that exists is touched.

    Raises
    ------
    FaultsError
        If the department has a file already, can't bear that name, or has none to carry over.
    """
    target = new_path(year, department, params_dir)
    if from_year is None:
        text = blank_file(year, department)
    else:
        source = department_path(from_year, department, params_dir)
        label = label_of(source, params_dir)
        text = carried_over(read_text(source, label), label, year)
    written = copy_rules(params_dir)
    shared = target.parent / "_year.yml"
    if not shared.exists():
        written += _new_year(year, shared, params_dir)
    write_whole(target, text.encode())
    return [*written, target]


def _new_year(year: int, shared: Path, params_dir: Path) -> list[Path]:
    """Write a new year's file after the nearest one: the district's own, or the shipped one."""
    installed = shipped("params")
    own = sorted(params_dir.glob("[0-9]*/_year.yml"))
    others = own or sorted(installed.glob("[0-9]*/_year.yml") if installed else [])
    if not others:
        return []
    nearest = min(others, key=lambda path: abs(int(path.parent.name) - year))
    label = label_of(nearest, params_dir if own else nearest.parents[1])
    text = year_file(read_text(nearest, label), label, year)
    if not own:
        # Another district's.
        text = re.sub(r"(?m)^地区:.*$", f"地区: {TO_FILL}", text)
    write_whole(shared, text.encode())
    return [shared]


def blank_file(year: int, department: str) -> str:
    """Return the commented parameter file of a department that has none yet."""
    text = files("govnb.inputs").joinpath("blank.yml").read_text(encoding="utf-8")
    filled = text.replace("｛年度｝", str(year)).replace("｛部门｝", department)
    return filled.replace("｛文件｝", f"params/{year}/{department}.yml")


def carried_over(text: str, label: str, year: int) -> str:
    """Return last year's file as this year's beginning.

    Numbers become 未公布, budget, actual and volumes move to last year's columns, formulas
    and prose stay, and what holds for one year only is left out; a list that the prose spells
    out keeps its place, to be filled in.

    Raises
    ------
    FaultsError
        If last year's file can't be read.
    """
    tree = parse_yaml(text, label)
    lines = lines_of(text.removeprefix("\ufeff").rstrip("\r\n"))
    edits: list[Edit] = []
    for key, value in tree.items():
        if key == "年度":
            edits.append((value.place.line, value.place.column, len(value), str(year)))
        elif key not in _KEPT | _OF_ONE_YEAR:
            edits.extend(_edits(value, lines, key in _HAS_LAST_YEAR))
    edits.extend(_source_in_braces(tree["部门"], lines) if "部门" in tree else [])
    for line, column, length, new in sorted(edits, reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[: column - 1] + new + old[column - 1 + length :]
    spans = [_span(tree, key, lines) for key in tree if key in _OF_ONE_YEAR]
    gone = {number for span in spans for number in span} | set(_source_lines(tree, lines))
    rest = "\n".join(line for number, line in enumerate(lines, 1) if number not in gone)
    stubs = {
        tree.keys_at[key].line: f"{key}:\n  - {TO_FILL}\n"
        for key in _OF_ONE_YEAR & set(tree)
        if isinstance(tree[key], Sequence) and _is_spelled_out(key, rest)
    }
    kept = (
        stubs.get(number, line)
        for number, line in enumerate(lines, 1)
        if number not in gone or number in stubs
    )
    return _with_head("\n".join(kept).split("\n"), label, bool(stubs)) + "\n"


def _with_head(lines: list[str], label: str, has_stubs: bool) -> str:
    """Return the lines with a comment that says what to look at, the first line staying first."""
    head = [
        f"# 由上一年的 {label} 延续而来：数都待填，文字、职责、机构、项目的日期请逐项核对。",
        "# 注释里说的“报告”是上一年的报告；“部门”里要写本年的来源时，加一行“来源: …”。",
    ]
    if has_stubs:
        head.append(f"# 写着“{TO_FILL}”的要填；没有的，连同引用它的话一起删去。")
    dated = [
        number
        for number, line in enumerate(lines, 1)
        if not line.lstrip().startswith("#") and _YEAR_IN_WORDS.search(line)
    ]
    if dated:
        shift = len(head) + 1
        where = "、".join(str(number + shift) for number in dated)
        head.append(f"# 文字里直接写了年份的行，请逐行核对：第 {where} 行。")
    return "\n".join([lines[0], *head, *lines[1:]])


def year_file(text: str, label: str, year: int) -> str:
    """Return another year's `_year.yml` as this year's; accounts and rubric are to be checked.

    Raises
    ------
    FaultsError
        If it can't be read.
    """
    stated = parse_yaml(text, label)["年度"]
    other = stated.removesuffix("年")
    lines = lines_of(text.removeprefix("\ufeff").rstrip("\r\n"))
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#") and other in line:
            mark, _, said = line.partition("#")
            # What the year is called may change with it; what is said of a year may not.
            lines[number] = (
                f"{mark}# {year} 年度{said.partition('年度')[2]}"
                if re.match(rf"\s*{other}\s*年度", said)
                else f"{mark}# （{other} 年的说明，请核对）{said.strip()}"
            )
    lines[stated.place.line - 1] = f"年度: {year}"
    head = f"# 由 {label} 延续而来：请核对指标体系和经济分类科目是否有变。"
    return "\n".join([lines[0], head, *lines[1:]]) + "\n"


def _edits(value: object, lines: list[str], moves: bool) -> list[Edit]:
    found: list[Edit] = []
    if isinstance(value, Mapping) and _is_constant(value):
        pass
    elif isinstance(value, Mapping):
        if moves:
            found.extend(_last_year(value, lines))
        for key, item in value.items():
            if key != "日期" and not (moves and key in _LAST_YEAR.values()):
                found.extend(_edits(item, lines, moves))
    elif isinstance(value, Sequence):
        pass
    elif isinstance(value, Scalar) and _PLAIN_NUMBER.fullmatch(value):
        found.append((value.place.line, value.place.column, _typed(value, lines), "未公布"))
    return found


def _last_year(section: Mapping, lines: list[str]) -> list[Edit]:
    """Return the edits that put this section's numbers into its last-year keys."""
    found = []
    for key, last in _LAST_YEAR.items():
        value = section.get(key)
        if not isinstance(value, Scalar) or value.startswith("="):
            continue
        if last in section:
            old = section[last]
            found.append((old.place.line, old.place.column, _typed(old, lines), str(value)))
            continue
        at = section.keys_at[key]
        flow = lines[section.place.line - 1][section.place.column - 1] == "{"
        # In block style the new key takes the old one's column; a line break keeps it there.
        after = ", " if flow else "\n" + " " * (at.column - 1)
        found.append((at.line, at.column, 0, f"{last}: {value}{after}"))
    return found


def _typed(value: Scalar, lines: list[str]) -> int:
    quoted = lines[value.place.line - 1][value.place.column - 1] in "'\""
    return len(value) + 2 * quoted


def _is_constant(section: Mapping) -> bool:
    """Tell whether a volume is a calendar year, such as the one a service began in."""
    unit, stated = section.get("单位"), section.get("本年")
    return unit == "年" and isinstance(stated, Scalar) and bool(_YEAR.fullmatch(stated))


def _is_spelled_out(name: str, text: str) -> bool:
    return re.search(rf"\{{\{{\s*{re.escape(name)}\s*(\||\}}\}})", text) is not None


def _span(section: Mapping, key: str, lines: list[str], end: int | None = None) -> range:
    """Return the lines of a key of a section in block style, with the comments above it.

    `end` is the first line behind the section, by default that behind the file.
    """
    start = section.keys_at[key].line
    later = [place.line for place in section.keys_at.values() if place.line > start]
    stop = min(later, default=end or len(lines) + 1)
    return range(_behind_comments(start, lines), max(start + 1, _behind_comments(stop, lines)))


def _behind_comments(line: int, lines: list[str]) -> int:
    """Return the line where the comments begin that stand right above a line."""
    while line > 1 and lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line


def _in_braces(section: Mapping, lines: list[str]) -> bool:
    return lines[section.place.line - 1][section.place.column - 1 :][:1] == "{"


def _source_lines(tree: Mapping, lines: list[str]) -> range:
    section = tree.get("部门")
    if not isinstance(section, Mapping) or _SOURCE not in section or _in_braces(section, lines):
        return range(0)
    after = [place.line for place in tree.keys_at.values() if place.line > section.place.line]
    end = min(after, default=len(lines) + 1)
    span = _span(section, _SOURCE, lines, end)
    # The blank line behind the section's last key sets off what follows.
    stop = span.stop
    while stop > span.start + 1 and not lines[stop - 2].strip():
        stop -= 1
    return range(span.start, stop)


def _source_in_braces(section: object, lines: list[str]) -> list[Edit]:
    """Return the edit that takes the source out of `{名称: …, 来源: …}`."""
    if not isinstance(section, Mapping) or _SOURCE not in section:
        return []
    value, at = section[_SOURCE], section.keys_at[_SOURCE]
    if not _in_braces(section, lines) or value.place.line != at.line or len(section) < 2:
        return []
    line = lines[at.line - 1]
    start, end = at.column - 1, value.place.column - 1 + _typed(value, lines)
    before, behind = re.search(r",\s*$", line[:start]), re.match(r"\s*,\s*", line[end:])
    if behind:
        end += behind.end()
    elif before:
        start = before.start()
    return [(at.line, start + 1, end - start, "")]
